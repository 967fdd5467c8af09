//! Every activation that Burn has, with Burn's parameters and defaults.

use super::layer::INITIALIZER;
use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn bounded(
    name: &'static str,
    bounds: Bounds,
    default: f64,
    doc: &'static str,
) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

const fn number(name: &'static str, default: f64, doc: &'static str) -> TermOption {
    bounded(name, Bounds::Finite, default, doc)
}

const fn positive(name: &'static str, default: f64, doc: &'static str) -> TermOption {
    bounded(name, Bounds::Positive, default, doc)
}

const fn non_negative(name: &'static str, default: f64, doc: &'static str) -> TermOption {
    bounded(name, Bounds::NonNegative, default, doc)
}

const fn required(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(Bounds::Finite), default: Default::Required, doc }
}

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "identity",
        kind: TermKind::Activation,
        summary: "x.",
        options: &[],
        main: None,
        example: "identity",
        source: "Burn 0.22, Identity",
    },
    TermMeta {
        name: "relu",
        kind: TermKind::Activation,
        summary: "max(x, 0).",
        options: &[],
        main: None,
        example: "relu",
        source: "Burn 0.22, Relu",
    },
    TermMeta {
        name: "relu6",
        kind: TermKind::Activation,
        summary: "min(max(x, 0), 6).",
        options: &[],
        main: None,
        example: "relu6",
        source: "Burn 0.22, Relu6",
    },
    TermMeta {
        name: "leaky_relu",
        kind: TermKind::Activation,
        summary: "x for x > 0, negative_slope · x below.",
        options: &[number("negative_slope", 0.01, "slope below 0")],
        main: Some("negative_slope"),
        example: "leaky_relu: {negative_slope: 0.1}",
        source: "Burn 0.22, LeakyReluConfig",
    },
    TermMeta {
        name: "prelu",
        kind: TermKind::Activation,
        summary: "x for x > 0, w · x below, with learned w.",
        options: &[
            TermOption {
                name: "parameters",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "number of slopes: 1, or one per channel",
            },
            number("alpha", 0.25, "the slope to start from"),
        ],
        main: None,
        example: "prelu: {parameters: 1, alpha: 0.25}",
        source: "He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015); Burn \
                 0.22, PReluConfig",
    },
    TermMeta {
        name: "rrelu",
        kind: TermKind::Activation,
        summary: "x for x > 0, a · x below; in training a is drawn from [lower, \
                  upper] per element, else it is their mean.",
        options: &[
            number("lower", 0.125, "least slope"),
            number("upper", 1.0 / 3.0, "largest slope, above `lower`"),
        ],
        main: None,
        example: "rrelu: {lower: 0.1, upper: 0.3}",
        source: "Xu, Wang, Chen, Li: Empirical Evaluation of Rectified Activations \
                 (2015); Burn 0.22, RReluConfig",
    },
    TermMeta {
        name: "gelu",
        kind: TermKind::Activation,
        summary: "x · Φ(x), with Φ the normal distribution function. On wgpu Burn differentiates \
                  the tanh approximation, `gelu_approximate`, in its place.",
        options: &[],
        main: None,
        example: "gelu",
        source: "Hendrycks, Gimpel: Gaussian Error Linear Units (2016); Burn 0.22, \
                 Gelu",
    },
    TermMeta {
        name: "gelu_approximate",
        kind: TermKind::Activation,
        summary: "½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).",
        options: &[],
        main: None,
        example: "gelu_approximate",
        source: "Hendrycks, Gimpel: Gaussian Error Linear Units (2016); Burn 0.22, \
                 Gelu::new_approximate",
    },
    TermMeta {
        name: "silu",
        kind: TermKind::Activation,
        summary: "x · σ(x), also known as swish.",
        options: &[],
        main: None,
        example: "silu",
        source: "Elfwing, Uchibe, Doya (2017); Burn 0.22, SiLU",
    },
    TermMeta {
        name: "mish",
        kind: TermKind::Activation,
        summary: "x · tanh(ln(1 + eˣ)).",
        options: &[],
        main: None,
        example: "mish",
        source: "Misra: Mish (2019); Burn 0.22, Mish",
    },
    TermMeta {
        name: "selu",
        kind: TermKind::Activation,
        summary: "λ x for x > 0, λ α (eˣ − 1) below, with λ ≈ 1.0507 and α ≈ \
                  1.6733.",
        options: &[],
        main: None,
        example: "selu",
        source: "Klambauer et al.: Self-Normalizing Neural Networks (2017); Burn \
                 0.22, Selu",
    },
    TermMeta {
        name: "elu",
        kind: TermKind::Activation,
        summary: "x for x > 0, alpha · (eˣ − 1) below.",
        options: &[number("alpha", 1.0, "the floor is −alpha")],
        main: Some("alpha"),
        example: "elu: {alpha: 0.5}",
        source: "Clevert, Unterthiner, Hochreiter (2015); Burn 0.22, EluConfig",
    },
    TermMeta {
        name: "celu",
        kind: TermKind::Activation,
        summary: "max(x, 0) + min(0, alpha · (exp(x / alpha) − 1)).",
        options: &[positive("alpha", 1.0, "the floor is −alpha")],
        main: Some("alpha"),
        example: "celu: {alpha: 0.5}",
        source: "Barron (2017); Burn 0.22, CeluConfig",
    },
    TermMeta {
        name: "sigmoid",
        kind: TermKind::Activation,
        summary: "σ(x) = 1 / (1 + e⁻ˣ).",
        options: &[],
        main: None,
        example: "sigmoid",
        source: "Burn 0.22, Sigmoid",
    },
    TermMeta {
        name: "log_sigmoid",
        kind: TermKind::Activation,
        summary: "ln σ(x).",
        options: &[],
        main: None,
        example: "log_sigmoid",
        source: "Burn 0.22, LogSigmoid",
    },
    TermMeta {
        name: "hard_sigmoid",
        kind: TermKind::Activation,
        summary: "min(max(alpha · x + beta, 0), 1).",
        options: &[number("alpha", 0.2, "slope"), number("beta", 0.5, "value at 0")],
        main: None,
        example: "hard_sigmoid: {alpha: 0.2, beta: 0.5}",
        source: "Burn 0.22, HardSigmoidConfig",
    },
    TermMeta {
        name: "hard_swish",
        kind: TermKind::Activation,
        summary: "x · min(max(x / 6 + ½, 0), 1).",
        options: &[],
        main: None,
        example: "hard_swish",
        source: "Howard et al.: Searching for MobileNetV3 (2019); Burn 0.22, \
                 HardSwish",
    },
    TermMeta {
        name: "tanh",
        kind: TermKind::Activation,
        summary: "tanh(x).",
        options: &[],
        main: None,
        example: "tanh",
        source: "Burn 0.22, Tanh",
    },
    TermMeta {
        name: "hard_tanh",
        kind: TermKind::Activation,
        summary: "min(max(x, min), max).",
        options: &[number("min", -1.0, "low end"), number("max", 1.0, "high end, above `min`")],
        main: None,
        example: "hard_tanh: {min: -2, max: 2}",
        source: "Burn 0.22, HardtanhConfig",
    },
    TermMeta {
        name: "tanhshrink",
        kind: TermKind::Activation,
        summary: "x − tanh(x).",
        options: &[],
        main: None,
        example: "tanhshrink",
        source: "Burn 0.22, Tanhshrink",
    },
    TermMeta {
        name: "softplus",
        kind: TermKind::Activation,
        summary: "ln(1 + exp(beta · x)) / beta; x itself where beta · x is above \
                  the threshold.",
        options: &[
            positive("beta", 1.0, "sharpness of the bend"),
            number("threshold", 20.0, "beyond it the function is x"),
        ],
        main: None,
        example: "softplus: {beta: 1, threshold: 20}",
        source: "Burn 0.22, SoftplusConfig",
    },
    TermMeta {
        name: "softsign",
        kind: TermKind::Activation,
        summary: "x / (1 + |x|).",
        options: &[],
        main: None,
        example: "softsign",
        source: "Burn 0.22, Softsign",
    },
    TermMeta {
        name: "soft_shrink",
        kind: TermKind::Activation,
        summary: "x − lambda above lambda, x + lambda below −lambda, else 0.",
        options: &[non_negative("lambda", 0.5, "half width of the flat")],
        main: Some("lambda"),
        example: "soft_shrink: {lambda: 0.3}",
        source: "Burn 0.22, SoftShrinkConfig",
    },
    TermMeta {
        name: "hard_shrink",
        kind: TermKind::Activation,
        summary: "x where |x| is above lambda, else 0.",
        options: &[non_negative("lambda", 0.5, "half width of the flat")],
        main: Some("lambda"),
        example: "hard_shrink: {lambda: 0.3}",
        source: "Burn 0.22, HardShrinkConfig",
    },
    TermMeta {
        name: "shrink",
        kind: TermKind::Activation,
        summary: "x − bias above lambda, x + bias below −lambda, else 0.",
        options: &[
            non_negative("lambda", 0.5, "half width of the flat"),
            number("bias", 0.5, "how far the rest is moved"),
        ],
        main: None,
        example: "shrink: {lambda: 0.5, bias: 0.5}",
        source: "ONNX, Shrink; Burn 0.22, ShrinkConfig",
    },
    TermMeta {
        name: "threshold",
        kind: TermKind::Activation,
        summary: "x above the threshold, else the value.",
        options: &[required("threshold", "where x begins"), required("value", "what stands below")],
        main: None,
        example: "threshold: {threshold: 0.1, value: 0}",
        source: "Burn 0.22, ThresholdConfig",
    },
    TermMeta {
        name: "thresholded_relu",
        kind: TermKind::Activation,
        summary: "x above alpha, else 0.",
        options: &[number("alpha", 1.0, "where x begins")],
        main: Some("alpha"),
        example: "thresholded_relu: {alpha: 0.5}",
        source: "ONNX, ThresholdedRelu; Burn 0.22, ThresholdedReluConfig",
    },
    TermMeta {
        name: "glu",
        kind: TermKind::Activation,
        summary: "Halves the last axis into a and b: a · σ(b).",
        options: &[],
        main: None,
        example: "glu",
        source: "Dauphin, Fan, Auli, Grangier (2016); Burn 0.22, GLU",
    },
    TermMeta {
        name: "swiglu",
        kind: TermKind::Activation,
        summary: "silu(W x) · (V x): a gated linear layer with its own weights.",
        options: &[
            TermOption {
                name: "out",
                kind: Kind::Count { least: 1 },
                default: Default::Required,
                doc: "output features",
            },
            TermOption {
                name: "bias",
                kind: Kind::Flag,
                default: Default::Flag(false),
                doc: "whether both linear maps have a bias",
            },
            INITIALIZER,
        ],
        main: Some("out"),
        example: "swiglu: {out: 16}",
        source: "Shazeer: GLU Variants Improve Transformer (2020); Burn 0.22, \
                 SwiGluConfig",
    },
    TermMeta {
        name: "softmax",
        kind: TermKind::Activation,
        summary: "exp(x) / Σ exp(x) over the last axis. Not before a loss that \
                  takes logits.",
        options: &[],
        main: None,
        example: "softmax",
        source: "Burn 0.22, softmax",
    },
    TermMeta {
        name: "log_softmax",
        kind: TermKind::Activation,
        summary: "ln softmax(x) over the last axis. Not before a loss that takes \
                  logits.",
        options: &[],
        main: None,
        example: "log_softmax",
        source: "Burn 0.22, log_softmax",
    },
];
