//! One forward and backward pass of a subject on a device.

use burn::optim::GradientsParams;
use burn::tensor::Device;

use super::bench::{Bench, scalar};
use super::measure;
use crate::data::InputKind;
use crate::device::DeviceFailure;
use crate::model::{NamedGradient, Pass, Recorded, named_gradients, on_float, to_f64};
use crate::objective;
use crate::spec::Fault;
use crate::subject::Batch;

/// The input's name among the tensors that have a gradient.
pub const INPUT: &str = "input";

/// What a pass gives, with dropout off and batch normalization on the batch's statistics.
pub struct Backward {
    /// Without regularization.
    pub loss: f64,
    /// The regularization's part of the objective.
    pub penalty: f64,
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
    device: &Device,
    batch: &Batch,
    mut pass: Pass,
) -> Result<Backward, DeviceFailure> {
    let spec = &bench.subject.spec;
    let model = bench.model(device);
    let input = batch.input(device).require_grad();
    let output = model.forward(input.clone(), &mut pass);
    let loss = objective::loss(&spec.loss.kind, output, &batch.targets);
    let loss_value = scalar(loss.clone().detach())?;
    let (penalty_value, total) = match objective::penalty(&spec.loss.regularization, &model) {
        Some(penalty) => (scalar(penalty.clone().detach())?, loss + penalty),
        None => (0.0, loss),
    };
    let minimized = match bench.subject.has_fault(&Fault::NegateGradient) {
        true => total.neg(),
        false => total,
    };
    let mut tape = minimized.backward();
    let input_gradient = on_float!(&input, tensor => match tensor.grad(&tape) {
        Some(gradient) => {
            Some(to_f64(gradient.try_into_data().map_err(DeviceFailure::from_error)?))
        }
        None => None,
    }, tokens _tokens => None);
    let gradients = GradientsParams::from_module(&mut tape, &model);
    let mut gradients = named_gradients(&model, &gradients)?;
    if batch.kind == InputKind::Float {
        gradients.push(NamedGradient {
            path: INPUT.to_owned(),
            shape: batch.shape.clone(),
            values: input_gradient,
        });
    }
    Ok(Backward {
        loss: loss_value,
        penalty: penalty_value,
        gradients,
        recorded: pass.into_recorded(),
    })
}

/// Norm of a gradient; 0 for one that is missing.
pub fn norm_of(gradient: &NamedGradient) -> f64 {
    gradient.values.as_deref().map_or(0.0, measure::norm)
}
