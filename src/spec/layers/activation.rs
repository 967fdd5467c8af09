//! Reads activations.

use super::{ascending, initializer};
use crate::spec::Activation;
use crate::spec::options::OptionReader;

pub(super) fn activation(options: &mut OptionReader<'_, '_, '_>) -> Activation {
    match options.term().name {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "relu6" => Activation::Relu6,
        "leaky_relu" => Activation::LeakyRelu { negative_slope: options.number("negative_slope") },
        "prelu" => Activation::Prelu {
            parameters: options.count("parameters"),
            alpha: options.number("alpha"),
        },
        "rrelu" => {
            let (lower, upper) = ascending(options, "lower", "upper");
            Activation::Rrelu { lower, upper }
        }
        "gelu" => Activation::Gelu,
        "gelu_approximate" => Activation::GeluApproximate,
        "silu" => Activation::Silu,
        "mish" => Activation::Mish,
        "selu" => Activation::Selu,
        "elu" => Activation::Elu { alpha: options.number("alpha") },
        "celu" => Activation::Celu { alpha: options.number("alpha") },
        "sigmoid" => Activation::Sigmoid,
        "log_sigmoid" => Activation::LogSigmoid,
        "hard_sigmoid" => {
            Activation::HardSigmoid { alpha: options.number("alpha"), beta: options.number("beta") }
        }
        "hard_swish" => Activation::HardSwish,
        "tanh" => Activation::Tanh,
        "hard_tanh" => {
            let (min, max) = ascending(options, "min", "max");
            Activation::HardTanh { min, max }
        }
        "tanhshrink" => Activation::Tanhshrink,
        "softplus" => Activation::Softplus {
            beta: options.number("beta"),
            threshold: options.number("threshold"),
        },
        "softsign" => Activation::Softsign,
        "soft_shrink" => Activation::SoftShrink { lambda: options.number("lambda") },
        "hard_shrink" => Activation::HardShrink { lambda: options.number("lambda") },
        "shrink" => {
            Activation::Shrink { lambda: options.number("lambda"), bias: options.number("bias") }
        }
        "threshold" => Activation::Threshold {
            threshold: options.number("threshold"),
            value: options.number("value"),
        },
        "thresholded_relu" => Activation::ThresholdedRelu { alpha: options.number("alpha") },
        "glu" => Activation::Glu,
        "swiglu" => Activation::SwiGlu {
            out: options.count("out"),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
        },
        "softmax" => Activation::Softmax,
        "log_softmax" => Activation::LogSoftmax,
        other => unreachable!("a test reads every activation of the vocabulary, `{other}` too"),
    }
}
