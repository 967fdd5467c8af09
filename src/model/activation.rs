//! Activations without weights, by Burn's functional forms.

use burn::tensor::{Tensor, activation as burn_activation};

use crate::spec::Activation;

/// Applies an activation that owns no weights.
///
/// `slopes` are random negative slopes for `rrelu` in training; without them it uses their mean,
/// as Burn does in evaluation.
///
/// # Panics
///
/// For `prelu` and `swiglu`, which own weights and are layers of their own.
pub fn apply<const D: usize>(
    activation: &Activation,
    x: Tensor<D>,
    slopes: Option<Tensor<D>>,
) -> Tensor<D> {
    let last = D - 1;
    match *activation {
        Activation::Identity => x,
        Activation::Relu => burn_activation::relu(x),
        Activation::Relu6 => burn_activation::relu6(x),
        Activation::LeakyRelu { negative_slope } => burn_activation::leaky_relu(x, negative_slope),
        Activation::Rrelu { lower, upper } => match slopes {
            Some(slopes) => {
                let negative = x.clone().clamp_max(0.0) * slopes;
                x.clamp_min(0.0) + negative
            }
            None => burn_activation::leaky_relu(x, (lower + upper) / 2.0),
        },
        Activation::Gelu => burn_activation::gelu(x),
        Activation::GeluApproximate => burn_activation::gelu_approximate(x),
        Activation::Silu => burn_activation::silu(x),
        Activation::Mish => burn_activation::mish(x),
        Activation::Selu => burn_activation::selu(x),
        Activation::Elu { alpha } => burn_activation::elu(x, alpha),
        Activation::Celu { alpha } => burn_activation::celu(x, alpha),
        Activation::Sigmoid => burn_activation::sigmoid(x),
        Activation::LogSigmoid => burn_activation::log_sigmoid(x),
        Activation::HardSigmoid { alpha, beta } => hard_sigmoid(x, alpha, beta),
        Activation::HardSwish => x.clone() * hard_sigmoid(x, 1.0 / 6.0, 0.5),
        Activation::Tanh => burn_activation::tanh(x),
        Activation::HardTanh { min, max } => burn_activation::hardtanh(x, min, max),
        Activation::Tanhshrink => burn_activation::tanhshrink(x),
        Activation::Softplus { beta, threshold } => {
            burn_activation::softplus_with_threshold(x, beta, threshold)
        }
        Activation::Softsign => burn_activation::softsign(x),
        Activation::SoftShrink { lambda } => burn_activation::soft_shrink(x, lambda),
        Activation::HardShrink { lambda } => burn_activation::hard_shrink(x, lambda),
        Activation::Shrink { lambda, bias } => burn_activation::shrink(x, lambda, bias),
        Activation::Threshold { threshold, value } => {
            burn_activation::threshold(x, threshold, value)
        }
        Activation::ThresholdedRelu { alpha } => burn_activation::thresholded_relu(x, alpha),
        Activation::Glu => burn_activation::glu(x, last),
        Activation::Softmax => burn_activation::softmax(x, last),
        Activation::LogSoftmax => burn_activation::log_softmax(x, last),
        Activation::Prelu { .. } | Activation::SwiGlu { .. } => {
            unreachable!("activations with weights are layers of their own")
        }
    }
}

/// max(0, min(1, alpha · x + beta)), in x's own float type: with autodiff Burn's own computes in
/// f32 whatever the type (burn-backend 0.22.1, `ActivationOps::hard_sigmoid`), which would spoil the
/// f64 reference.
fn hard_sigmoid<const D: usize>(x: Tensor<D>, alpha: f64, beta: f64) -> Tensor<D> {
    (x * alpha + beta).clamp(0.0, 1.0)
}

impl Activation {
    /// Whether the activation is exactly zero on a whole half-line, so that a unit can be dead.
    pub fn can_die(&self) -> bool {
        matches!(
            self,
            Self::Relu
                | Self::Relu6
                | Self::ThresholdedRelu { .. }
                | Self::Threshold { value: 0.0, .. }
        )
    }
}
