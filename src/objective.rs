//! The objective that training minimizes: the losses of outputs and targets (or the one that a Rust
//! model computes itself), and a penalty on the weights.

mod alone;
mod losses;
mod sequences;

pub use losses::{constant, loss, rows};

#[cfg(test)]
mod tests;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::device::Place;
use crate::faults;
use crate::model::{Model, NamedOutput, Pass, Value};
use crate::probe;
use crate::registry::{Computed, Term};
use crate::spec::{Compared, LossSpec, LossTerm, Regularization};
use crate::subject::{Batch, Subject};

/// What a pass over a batch gives, still on the device.
pub struct Evaluated {
    /// Without regularization; one element.
    pub loss: Tensor<1>,
    /// The named terms that the loss is the sum of, each with its weight, where it has names for
    /// them.
    pub terms: Vec<Term>,
    /// The model's outputs, where the loss is not its own: then one at least.
    pub outputs: Vec<NamedOutput>,
    /// Gradients that the model's own training step has computed.
    pub gradients: Option<GradientsParams>,
}

impl Evaluated {
    /// The output that a term of the loss reads.
    pub fn output(&self, term: &LossTerm) -> Option<&Value> {
        read_by(term, &self.outputs).map(|output| &output.value)
    }
}

/// The output that a term reads: the one that it names, or the only one.
fn read_by<'a>(term: &LossTerm, outputs: &'a [NamedOutput]) -> Option<&'a NamedOutput> {
    match &term.output {
        Some(name) => outputs.iter().find(|output| output.name == name.value),
        None => outputs.first(),
    }
}

/// Runs a model on a batch and gives the loss that is asked for: mostly the spec's, of which some
/// experiments leave terms out. `inputs` are the batch's own, at `place`: they are given, so that a
/// caller can ask for their gradients.
///
/// # Panics
///
/// When a Rust model panics, or gives outputs that do not suit its task.
pub fn evaluate(
    subject: &Subject,
    loss: &LossSpec,
    model: &Model,
    batch: &Batch,
    inputs: Vec<Value>,
    place: &Place,
    pass: &mut Pass,
) -> Evaluated {
    let computed = compute(subject, model, batch, inputs, place, pass);
    of_planted(subject, loss, computed, batch)
}

/// The loss of what a pass gave, with the faults that live in the loss.
pub fn of_planted(
    subject: &Subject,
    loss: &LossSpec,
    computed: Computed,
    batch: &Batch,
) -> Evaluated {
    faults::plant_in_loss(&subject.spec, of_computed(loss, computed, batch), batch.size())
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
    let inputs = faults::plant_in_inputs(&subject.spec, inputs);
    let computed = run(subject, model, batch, inputs, place, pass);
    faults::plant_in_outputs(&subject.spec, computed)
}

fn run(
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

/// What the only output of a Rust model is called.
const OUTPUT: &str = "output";

/// The loss of what a pass gave.
pub fn of_computed(loss: &LossSpec, computed: Computed, batch: &Batch) -> Evaluated {
    match computed {
        Computed::Output(value) => {
            of_outputs(loss, vec![NamedOutput { name: OUTPUT.to_owned(), value }], batch)
        }
        Computed::Outputs(outputs) => of_outputs(loss, outputs, batch),
        Computed::Terms(terms) => {
            Evaluated { loss: sum(&terms), terms, outputs: Vec::new(), gradients: None }
        }
        Computed::Stepped { loss, gradients } => {
            let (terms, outputs) = (Vec::new(), Vec::new());
            Evaluated { loss, terms, outputs, gradients: Some(gradients) }
        }
    }
}

fn of_outputs(loss: &LossSpec, outputs: Vec<NamedOutput>, batch: &Batch) -> Evaluated {
    let terms = loss.terms.iter().map(|term| {
        let output = read_by(term, &outputs).expect("the subject knows every output that is read");
        let name = term.name.as_ref().map_or_else(String::new, |name| name.value.clone());
        Term { name, value: of_term(term, output.value.clone(), batch) }
    });
    let mut terms: Vec<Term> = terms.collect();
    let total = sum(&terms);
    // A loss that stands alone is no term of anything.
    terms.retain(|term| !term.name.is_empty());
    Evaluated { loss: total, terms, outputs, gradients: None }
}

fn sum(terms: &[Term]) -> Tensor<1> {
    let add = |sum: Tensor<1>, term: &Term| sum + term.value.clone();
    let (first, rest) = terms.split_first().expect("a loss has at least one term");
    rest.iter().fold(first.value.clone(), add)
}

/// The value of a term, with its weight, for the output that it reads.
///
/// # Panics
///
/// When the batch has no such target.
pub fn of_term(term: &LossTerm, output: Value, batch: &Batch) -> Tensor<1> {
    let value = match &term.compared {
        Compared::Nothing => alone::loss(&term.kind, term.reduction, output),
        Compared::Constant(number) => {
            let shape = output.shape();
            loss(term, output, &constant(term, number.value, shape[0], &shape[1..]))
        }
        compared => {
            let targets = batch.targets(compared);
            loss(term, output, targets.expect("a model without a loss of its own has targets"))
        }
    };
    match term.weight.value {
        1.0 => value,
        weight => value.mul_scalar(weight),
    }
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

/// Gradients of a model's parameters. None where what is minimized has no graph behind it: Burn's
/// `backward` panics then, and a model without gradients is to be judged, not to crash.
pub fn gradients(minimized: &Tensor<1>, model: &Model) -> GradientsParams {
    match minimized.is_tracked() {
        true => GradientsParams::from_grads(minimized.backward(), model),
        false => GradientsParams::new(),
    }
}

/// Loss and penalty together: what the optimizer minimizes.
pub fn objective(spec: &LossSpec, model: &Model, loss: Tensor<1>) -> Tensor<1> {
    match penalty(&spec.regularization, model) {
        Some(penalty) => loss + penalty,
        None => loss,
    }
}
