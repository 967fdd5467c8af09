//! The activations of the language, as plain data.

use super::Initializer;

/// Every activation that Burn has, with Burn's parameters and defaults.
#[derive(Debug, Clone, PartialEq)]
pub enum Activation {
    Identity,
    Relu,
    Relu6,
    LeakyRelu {
        negative_slope: f64,
    },
    Prelu {
        parameters: usize,
        alpha: f64,
    },
    Rrelu {
        lower: f64,
        upper: f64,
    },
    Gelu,
    GeluApproximate,
    Silu,
    Mish,
    Selu,
    Elu {
        alpha: f64,
    },
    Celu {
        alpha: f64,
    },
    Sigmoid,
    LogSigmoid,
    HardSigmoid {
        alpha: f64,
        beta: f64,
    },
    HardSwish,
    Tanh,
    HardTanh {
        min: f64,
        max: f64,
    },
    Tanhshrink,
    Softplus {
        beta: f64,
        threshold: f64,
    },
    Softsign,
    SoftShrink {
        lambda: f64,
    },
    HardShrink {
        lambda: f64,
    },
    Shrink {
        lambda: f64,
        bias: f64,
    },
    Threshold {
        threshold: f64,
        value: f64,
    },
    ThresholdedRelu {
        alpha: f64,
    },
    /// Halves the last axis: a · sigmoid(b).
    Glu,
    /// A gated linear layer with its own weights.
    SwiGlu {
        out: usize,
        bias: bool,
        initializer: Option<Initializer>,
    },
    /// Over the last axis.
    Softmax,
    /// Over the last axis.
    LogSoftmax,
}

impl Activation {
    /// The activation's name in the language: "leaky_relu".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
            Self::LeakyRelu { .. } => "leaky_relu",
            Self::Prelu { .. } => "prelu",
            Self::Rrelu { .. } => "rrelu",
            Self::Gelu => "gelu",
            Self::GeluApproximate => "gelu_approximate",
            Self::Silu => "silu",
            Self::Mish => "mish",
            Self::Selu => "selu",
            Self::Elu { .. } => "elu",
            Self::Celu { .. } => "celu",
            Self::Sigmoid => "sigmoid",
            Self::LogSigmoid => "log_sigmoid",
            Self::HardSigmoid { .. } => "hard_sigmoid",
            Self::HardSwish => "hard_swish",
            Self::Tanh => "tanh",
            Self::HardTanh { .. } => "hard_tanh",
            Self::Tanhshrink => "tanhshrink",
            Self::Softplus { .. } => "softplus",
            Self::Softsign => "softsign",
            Self::SoftShrink { .. } => "soft_shrink",
            Self::HardShrink { .. } => "hard_shrink",
            Self::Shrink { .. } => "shrink",
            Self::Threshold { .. } => "threshold",
            Self::ThresholdedRelu { .. } => "thresholded_relu",
            Self::Glu => "glu",
            Self::SwiGlu { .. } => "swiglu",
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
        }
    }
}
