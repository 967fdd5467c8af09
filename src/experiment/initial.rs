//! `initial`: one forward and backward pass at initialization, on the test device.

use burn::optim::GradientsParams;

use super::bench::{Bench, scalar};
use super::evidence::{GradientEvidence, InitialEvidence};
use super::measure;
use crate::data::statistics;
use crate::device::DeviceFailure;
use crate::model::{NamedGradient, Pass, Plan, named_gradients};
use crate::objective;
use crate::spec::{Fault, LayerKind};

/// How many training examples the pass sees at most.
pub const EXAMPLES: usize = 128;

/// Runs the experiment.
///
/// # Errors
///
/// When the test device fails.
pub fn run(bench: &Bench) -> Result<InitialEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let kind = &subject.spec.loss.kind.value;
    let batch = subject.sample(EXAMPLES);
    let model = bench.model(&bench.devices.test);

    let mut pass = Pass::recording();
    let output = model.forward(batch.input(&bench.devices.test), &mut pass);
    let loss = objective::loss(kind, output, &batch.targets);
    let penalty = objective::penalty(&subject.spec.loss.regularization, &model);
    let loss_value = scalar(loss.clone().detach())?;
    let (penalty_value, total) = match penalty {
        Some(penalty) => (scalar(penalty.clone().detach())?, loss + penalty),
        None => (0.0, loss),
    };
    let minimized = if subject.has_fault(&Fault::NegateGradient) { total.neg() } else { total };
    let gradients = GradientsParams::from_grads(minimized.backward(), &model);
    let gradients = named_gradients(&model, &gradients)?;

    Ok(InitialEvidence {
        examples: batch.size(),
        loss: loss_value,
        penalty: penalty_value,
        guessing_loss: statistics::guessing_loss(kind, &batch.targets, subject.classes()),
        constant_loss: statistics::constant_loss(kind, &batch.targets, subject.classes()),
        activations: measure::activations(pass.into_recorded(), &subject.plan.flat())?,
        gradients: gradients
            .into_iter()
            .map(|gradient| gradient_evidence(gradient, &subject.plan))
            .collect(),
    })
}

fn gradient_evidence(gradient: NamedGradient, plan: &Plan) -> GradientEvidence {
    let values = gradient.values.unwrap_or_default();
    GradientEvidence {
        zero_by_design: zero_by_design(&gradient.path, plan),
        tensor: gradient.path,
        shape: gradient.shape,
        present: !values.is_empty(),
        norm: measure::norm(&values),
        not_finite: measure::not_finite(&values),
    }
}

/// Why a tensor's gradient is zero in a correct model, if it is.
///
/// - A bias right before a batch normalization is subtracted again with the mean.
/// - In a sequence of length 1 the recurrent state is still zero: hidden weights are multiplied
///   by it, and so is what the forget gate (LSTM) and the reset gate (GRU) let through.
pub fn zero_by_design(tensor: &str, plan: &Plan) -> Option<&'static str> {
    const NORMALIZED: &str = "a bias right before a batch normalization is subtracted again";
    const ZERO_STATE: &str = "in a sequence of length 1 the recurrent state is still zero";
    let layers = plan.flat();
    // The innermost layer that owns the tensor.
    let owner = layers.iter().rposition(|layer| {
        tensor.strip_prefix(layer.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
    })?;
    let layer = layers[owner];
    let before_batch_norm =
        layers.get(owner + 1).is_some_and(|next| matches!(next.kind, LayerKind::BatchNorm { .. }));
    let one_step = layer.input.dims()[0] == 1;
    let hidden_weight = tensor.ends_with("hidden_transform.weight");
    match &layer.kind {
        // On sequences a linear layer works on the last axis, the normalization on the first.
        LayerKind::Linear { .. } if before_batch_norm && tensor.ends_with(".bias") => {
            (layer.output.dims().len() == 1).then_some(NORMALIZED)
        }
        LayerKind::Conv1d { .. } | LayerKind::Conv2d { .. } if before_batch_norm => {
            tensor.ends_with(".bias").then_some(NORMALIZED)
        }
        LayerKind::Lstm { .. } if one_step => {
            (hidden_weight || tensor.contains(".forget_gate.")).then_some(ZERO_STATE)
        }
        LayerKind::Gru { bias, reset_after, .. } if one_step => {
            let reset_is_idle = !(*reset_after && *bias) && tensor.contains(".reset_gate.");
            (hidden_weight || reset_is_idle).then_some(ZERO_STATE)
        }
        _ => None,
    }
}
