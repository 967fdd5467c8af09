//! One forward and backward pass of a subject at a place.

use burn::optim::GradientsParams;
use burn::tensor::{Gradients, Tensor};

use super::bench::{Bench, scalar};
use super::evidence::GradientParts;
use super::measure;
use crate::device::{DeviceFailure, Place};
use crate::faults;
use crate::model::{
    Model, NamedGradient, Pass, Recorded, Value, named_gradients, on_float, to_f64,
};
use crate::objective::{self, evaluate};
use crate::spec::Fault;
use crate::subject::{Batch, Subject};

/// The input's name among the tensors that have a gradient.
pub const INPUT: &str = "input";

/// What a pass gives, with dropout off and batch normalization on the batch's statistics.
pub struct Backward {
    /// Without regularization.
    pub loss: f64,
    /// The regularization's part of the objective.
    pub penalty: f64,
    /// Name and value of the terms that the loss is the sum of, each with its weight.
    pub terms: Vec<(String, f64)>,
    /// Of the objective: trainable tensors in the model's order, then the input if it is numeric.
    pub gradients: Vec<NamedGradient>,
    /// The outputs of the layers, if the pass recorded them.
    pub recorded: Vec<Recorded>,
}

/// Runs the pass with the subject's initial weights.
///
/// # Errors
///
/// When the device fails.
pub fn backward(
    bench: &Bench,
    place: &Place,
    batch: &Batch,
    pass: Pass,
) -> Result<Backward, DeviceFailure> {
    backward_of(&bench.subject, bench.model(place), place, batch, pass)
}

/// Runs the pass with a model that lives at the place.
///
/// # Errors
///
/// When the device fails.
pub fn backward_of(
    subject: &Subject,
    model: Model,
    place: &Place,
    batch: &Batch,
    mut pass: Pass,
) -> Result<Backward, DeviceFailure> {
    let model = model.quiet();
    let inputs: Vec<Value> = batch.inputs(place).into_iter().map(Value::require_grad).collect();
    let loss = &subject.spec.loss;
    let evaluated = evaluate(subject, loss, &model, batch, inputs.clone(), place, &mut pass);
    let loss = scalar(evaluated.loss.clone().detach())?;
    let terms = evaluated
        .terms
        .iter()
        .map(|term| Ok((term.name.clone(), scalar(term.value.clone().detach())?)));
    let terms = terms.collect::<Result<Vec<_>, DeviceFailure>>()?;
    let regularization = &subject.spec.loss.regularization;
    let (penalty, total) = match objective::penalty(regularization, &model) {
        Some(penalty) => (scalar(penalty.clone().detach())?, evaluated.loss + penalty),
        None => (0.0, evaluated.loss),
    };
    let mut gradients = match evaluated.gradients {
        Some(gradients) => named_gradients(&model, &gradients)?,
        None => {
            let minimized = match subject.has_fault(&Fault::NegateGradient) {
                true => total.neg(),
                false => total,
            };
            of_tape(minimized, &model, batch, &inputs)?
        }
    };
    faults::scale_gradients(&subject.spec, &mut gradients);
    Ok(Backward { loss, penalty, terms, gradients, recorded: pass.into_recorded() })
}

/// Norm of the gradient of one term of the loss, over all trainable tensors, with the subject's initial
/// weights.
///
/// # Errors
///
/// When the device fails.
pub fn term_gradient_norm(
    bench: &Bench,
    place: &Place,
    batch: &Batch,
    term: usize,
) -> Result<f64, DeviceFailure> {
    let model = bench.model(place).quiet();
    let inputs = batch.inputs(place);
    let (subject, pass) = (&bench.subject, &mut Pass::plain());
    let found = evaluate(subject, &subject.spec.loss, &model, batch, inputs, place, pass);
    gradient_norm(&found.terms[term].value, &model)
}

/// Norm of the gradient over all trainable tensors.
fn gradient_norm(minimized: &Tensor<1>, model: &Model) -> Result<f64, DeviceFailure> {
    let gradients = objective::gradients(minimized, model);
    let norms: Vec<f64> = named_gradients(model, &gradients)?.iter().map(norm_of).collect();
    Ok(measure::norm(&norms))
}

/// Norms of the gradients of data and penalty, over all trainable tensors, with the subject's initial
/// weights. `None` without a regularization, and where the model's own training step computes the
/// gradient.
///
/// # Errors
///
/// When the device fails.
pub fn gradient_parts(
    bench: &Bench,
    place: &Place,
    batch: &Batch,
) -> Result<Option<GradientParts>, DeviceFailure> {
    let subject = &bench.subject;
    let own_step = subject.rust().is_some_and(|plan| plan.steps());
    if !subject.is_penalized() || own_step {
        return Ok(None);
    }
    let model = bench.model(place).quiet();
    let inputs = batch.inputs(place);
    let (loss, pass) = (&subject.spec.loss, &mut Pass::plain());
    let data = evaluate(subject, loss, &model, batch, inputs, place, pass).loss;
    let penalty = objective::penalty(&subject.spec.loss.regularization, &model);
    Ok(Some(GradientParts {
        data_gradient: gradient_norm(&data, &model)?,
        penalty_gradient: match penalty {
            Some(penalty) => gradient_norm(&penalty, &model)?,
            None => 0.0,
        },
    }))
}

/// Gradients of trainable tensors, then of the input if it is numeric.
///
/// # Errors
///
/// When the device cannot hand the numbers over.
pub(super) fn of_tape(
    minimized: Tensor<1>,
    model: &Model,
    batch: &Batch,
    inputs: &[Value],
) -> Result<Vec<NamedGradient>, DeviceFailure> {
    if !minimized.is_tracked() {
        let numeric = batch.numeric().is_some();
        let shape = inputs.first().map_or_else(Vec::new, Value::shape);
        let input = NamedGradient { path: INPUT.to_owned(), shape, values: None };
        let mut gradients = named_gradients(model, &GradientsParams::new())?;
        gradients.extend(numeric.then_some(input));
        return Ok(gradients);
    }
    let mut tape = minimized.backward();
    let input = match batch.numeric() {
        Some(numbers) => Some(input_gradient(batch.size(), numbers.len(), inputs, &tape)?),
        None => None,
    };
    let gradients = GradientsParams::from_module(&mut tape, model);
    let mut gradients = named_gradients(model, &gradients)?;
    gradients.extend(input);
    Ok(gradients)
}

/// The gradient of all inputs, row by row as the examples' numbers stand.
///
/// # Errors
///
/// When the device cannot hand the numbers over.
fn input_gradient(
    rows: usize,
    count: usize,
    inputs: &[Value],
    tape: &Gradients,
) -> Result<NamedGradient, DeviceFailure> {
    let mut parts = Vec::with_capacity(inputs.len());
    for input in inputs {
        let gradient = on_float!(input, tensor => match tensor.grad(tape) {
            Some(gradient) => {
                Some(to_f64(gradient.try_into_data().map_err(DeviceFailure::from_error)?))
            }
            None => None,
        }, ints _tokens => None);
        parts.push((input.shape().iter().product::<usize>() / rows.max(1), gradient));
    }
    let values = parts.iter().any(|(_, gradient)| gradient.is_some()).then(|| {
        let mut values = Vec::with_capacity(count);
        for row in 0..rows {
            for (width, gradient) in &parts {
                match gradient {
                    Some(gradient) => values.extend(&gradient[row * width..(row + 1) * width]),
                    None => values.extend(std::iter::repeat_n(0.0, *width)),
                }
            }
        }
        values
    });
    let shape = match inputs {
        [input] => input.shape(),
        _ => vec![rows, count / rows.max(1)],
    };
    Ok(NamedGradient { path: INPUT.to_owned(), shape, values })
}

/// Norm of a gradient; 0 for one that is missing.
pub fn norm_of(gradient: &NamedGradient) -> f64 {
    gradient.values.as_deref().map_or(0.0, measure::norm)
}
