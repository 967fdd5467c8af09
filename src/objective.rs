//! The objective that training minimizes: the loss of outputs and targets (or the one that a Rust
//! model computes itself), and a penalty on the weights.

mod losses;
mod sequences;

pub use losses::{loss, rows};

#[cfg(test)]
mod tests;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::device::Place;
use crate::model::{Model, Pass, Value};
use crate::probe;
use crate::registry::{Computed, Term};
use crate::spec::{LossSpec, Regularization};
use crate::subject::{Batch, Subject};

/// What a pass over a batch gives, still on the device.
pub struct Evaluated {
    /// Without regularization; one element.
    pub loss: Tensor<1>,
    /// The named terms that the loss is the sum of, where a Rust model computes several.
    pub terms: Vec<Term>,
    /// The model's outputs, where the loss is not its own.
    pub output: Option<Value>,
    /// Gradients that the model's own training step has computed.
    pub gradients: Option<GradientsParams>,
}

/// Runs a model on a batch and gives its loss. `inputs` are the batch's own, at `place`: they are
/// given, so that a caller can ask for their gradients.
///
/// # Panics
///
/// When a Rust model panics, or gives outputs that do not suit its task.
pub fn evaluate(
    subject: &Subject,
    model: &Model,
    batch: &Batch,
    inputs: Vec<Value>,
    place: &Place,
    pass: &mut Pass,
) -> Evaluated {
    of_computed(subject, compute(subject, model, batch, inputs, place, pass), batch)
}

/// Runs a model on a batch.
///
/// # Panics
///
/// When a Rust model panics.
pub fn compute(
    subject: &Subject,
    model: &Model,
    batch: &Batch,
    inputs: Vec<Value>,
    place: &Place,
    pass: &mut Pass,
) -> Computed {
    match (model, subject.rust()) {
        (Model::Rust(module), Some(plan)) => {
            place.device.seed(pass.device_seed());
            let run = || match plan.is_objective() {
                true => plan.compute(module, &batch.indices, &place.device),
                false => plan.forward(module, inputs),
            };
            if !pass.is_recording() {
                return run();
            }
            let (computed, recorded) = probe::recorded(run);
            pass.extend(recorded);
            computed
        }
        (Model::Declared(network), _) => Computed::Outputs(network.forward(inputs, pass)),
        (Model::Rust(_), None) => unreachable!("a model is built by its own subject"),
    }
}

/// The loss of what a pass gave.
pub fn of_computed(subject: &Subject, computed: Computed, batch: &Batch) -> Evaluated {
    match computed {
        Computed::Output(output) => of_output(subject, output, batch),
        Computed::Outputs(outputs) => {
            // The subject refuses several where the loss takes one.
            let first = outputs.into_iter().next().expect("a network has at least one output");
            of_output(subject, first.value, batch)
        }
        Computed::Terms(terms) => {
            let sum = |sum: Tensor<1>, term: &Term| sum + term.value.clone();
            let (first, rest) = terms.split_first().expect("a loss has at least one term");
            let loss = rest.iter().fold(first.value.clone(), sum);
            Evaluated { loss, terms, output: None, gradients: None }
        }
        Computed::Stepped { loss, gradients } => {
            Evaluated { loss, terms: Vec::new(), output: None, gradients: Some(gradients) }
        }
    }
}

fn of_output(subject: &Subject, output: Value, batch: &Batch) -> Evaluated {
    let targets = batch.targets().expect("a model without a loss of its own has targets");
    let loss = loss(&subject.spec.loss, output.clone(), targets);
    Evaluated { loss, terms: Vec::new(), output: Some(output), gradients: None }
}

/// An output as one row per example: `[batch]`, `[batch, 1, 1]` and the like are `[batch, 1]`.
pub fn head(output: Value, examples: usize) -> Tensor<2> {
    match output {
        Value::Float2(output) => output,
        output => {
            let numbers: usize = output.shape().iter().product();
            let rows = [examples, numbers / examples.max(1)];
            output.reshape(&rows).into_float()
        }
    }
}

/// The penalty `l1 · Σ|w| + l2 · Σw²` over weights, `None` when both strengths are 0.
///
/// Weights are the tensors of rank 2 and more: biases, running statistics and the scale and shift
/// of a normalization are left alone. Whether a tensor is tracked does not matter, so that the
/// objective is the same function with a graph and without one.
///
/// In a declared model a layer's own regularization stands in place of the spec's for its weights,
/// and frozen layers have no penalty.
pub fn penalty(regularization: &Regularization, model: &Model) -> Option<Tensor<1>> {
    let mut sum = PenaltySum { regularization: *regularization, total: None };
    match model {
        Model::Declared(network) => {
            for (layer, own) in network.regularized(*regularization) {
                sum.regularization = own;
                layer.visit(&mut sum);
            }
        }
        Model::Rust(module) => module.visit(&mut sum),
    }
    sum.total
}

struct PenaltySum {
    regularization: Regularization,
    total: Option<Tensor<1>>,
}

impl PenaltySum {
    fn add(&mut self, term: Tensor<1>) {
        self.total = Some(match self.total.take() {
            Some(total) => total + term,
            None => term,
        });
    }
}

impl ModuleVisitor for PenaltySum {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D < 2 || self.regularization.is_none() {
            return;
        }
        let weights = param.val();
        if self.regularization.l1 != 0.0 {
            self.add(weights.clone().abs().sum().mul_scalar(self.regularization.l1));
        }
        if self.regularization.l2 != 0.0 {
            self.add((weights.clone() * weights).sum().mul_scalar(self.regularization.l2));
        }
    }
}

/// Loss and penalty together: what the optimizer minimizes.
pub fn objective(spec: &LossSpec, model: &Model, loss: Tensor<1>) -> Tensor<1> {
    match penalty(&spec.regularization, model) {
        Some(penalty) => loss + penalty,
        None => loss,
    }
}
