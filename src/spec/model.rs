//! `model:` — the layers, in order, of which only outputs are written; or the name of a Rust model.

use super::options::OptionReader;
use super::rust_config::RustConfig;
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, Span, Spanned, layers};

/// The `model:` section.
#[derive(Debug, Clone)]
pub enum ModelSpec {
    /// Layers in a row.
    Declared(Vec<LayerSpec>),
    /// A Burn module of the user's own.
    Rust(RustModelSpec),
}

/// A Rust model that a test target registers.
#[derive(Debug, Clone)]
pub struct RustModelSpec {
    /// The name that it is registered under.
    pub name: Spanned<String>,
    /// Values that replace those of the model's own configuration.
    pub config: Option<RustConfig>,
    /// Shapes of the model's inputs, without the batch axis, that an example's numbers are divided
    /// into, in this order. Without it the example is the one input.
    pub inputs: Option<Spanned<Vec<Vec<usize>>>>,
}

/// Reads the `model:` section.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<ModelSpec> {
    let (layers, rust) = (options.key_span("layers"), options.key_span("rust"));
    match (layers, rust) {
        (Some(layers), Some(rust)) => {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    "a model is declared or written in Rust, not both",
                    rust,
                    "a Rust model",
                )
                .also(layers, "a declared one")
                .help("remove one of them"),
            );
            None
        }
        (None, Some(span)) => read_rust(options, span).map(ModelSpec::Rust),
        (_, None) => Some(ModelSpec::Declared(layers::read(options))),
    }
}

fn read_rust(options: &mut OptionReader<'_, '_, '_>, span: Span) -> Option<RustModelSpec> {
    let node = options.given("rust")?;
    let term = find_kind(TermKind::Section, "rust");
    let before = options.reader.errors.len();
    let rust = &mut OptionReader::open(options.reader, term, span, Some(node));
    let name = rust.text("name");
    let config = rust.given("config").and_then(|node| RustConfig::read(rust.reader, node));
    let inputs = rust.shapes("inputs");
    let sound = rust.reader.errors.len() == before && !rust.is_broken();
    sound.then_some(RustModelSpec { name, config, inputs })
}

/// One entry of a `layers:` list.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSpec {
    /// The name that the user gave, if any; the model makes one up otherwise (`linear1`, …).
    pub name: Option<Spanned<String>>,
    pub kind: LayerKind,
    /// The place of the layer's key.
    pub span: Span,
}

/// What a layer is. Sizes are outputs only.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerKind {
    Linear {
        out: usize,
        bias: bool,
        initializer: Option<Initializer>,
        bias_initializer: Option<Initializer>,
    },
    Conv1d {
        out: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        groups: usize,
        padding: Padding,
        bias: bool,
        initializer: Option<Initializer>,
        bias_initializer: Option<Initializer>,
    },
    Conv2d {
        out: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        dilation: [usize; 2],
        groups: usize,
        padding: Padding,
        bias: bool,
        initializer: Option<Initializer>,
        bias_initializer: Option<Initializer>,
    },
    BatchNorm {
        epsilon: f64,
        momentum: f64,
    },
    LayerNorm {
        epsilon: f64,
        bias: bool,
    },
    GroupNorm {
        groups: usize,
        epsilon: f64,
        affine: bool,
    },
    /// Zeroes elements with this probability in training.
    Dropout {
        probability: f64,
    },
    MaxPool2d {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: Padding,
        dilation: [usize; 2],
    },
    AvgPool2d {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: Padding,
        count_include_pad: bool,
    },
    AdaptiveAvgPool2d {
        output: [usize; 2],
    },
    /// All axes but the batch axis become one.
    Flatten,
    /// The example's new shape, without the batch axis; one entry may be −1.
    Reshape {
        shape: Vec<i64>,
    },
    /// x + f(x), with f the inner layers.
    Residual {
        layers: Vec<LayerSpec>,
    },
    Embedding {
        vocabulary: usize,
        dimension: usize,
        initializer: Option<Initializer>,
    },
    Lstm {
        hidden: usize,
        bias: bool,
        output: SequenceOutput,
        initializer: Option<Initializer>,
    },
    Gru {
        hidden: usize,
        bias: bool,
        reset_after: bool,
        output: SequenceOutput,
        initializer: Option<Initializer>,
    },
    Activation(Activation),
}

/// What a recurrent layer hands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceOutput {
    /// The last step's state: `[batch, hidden]`.
    Last,
    /// All states: `[batch, length, hidden]`.
    Sequence,
}

/// Padding of convolutions and pools, as Burn has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    Valid,
    Same,
    /// Zeros on both sides, per axis; the first entry alone serves one axis.
    Explicit([usize; 2]),
}

/// Burn's `Initializer`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initializer {
    Constant(f64),
    Ones,
    Zeros,
    Uniform { min: f64, max: f64 },
    Normal { mean: f64, std: f64 },
    KaimingUniform { gain: f64, fan_out_only: bool },
    KaimingNormal { gain: f64, fan_out_only: bool },
    XavierUniform { gain: f64 },
    XavierNormal { gain: f64 },
    Orthogonal { gain: f64 },
}

/// Every activation that Burn has, with Burn's parameters and defaults.
#[derive(Debug, Clone, PartialEq)]
pub enum Activation {
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
    },
    /// Over the last axis.
    Softmax,
    /// Over the last axis.
    LogSoftmax,
}

impl LayerKind {
    /// The layer's name in the language: "conv2d", "relu".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Conv1d { .. } => "conv1d",
            Self::Conv2d { .. } => "conv2d",
            Self::BatchNorm { .. } => "batch_norm",
            Self::LayerNorm { .. } => "layer_norm",
            Self::GroupNorm { .. } => "group_norm",
            Self::Dropout { .. } => "dropout",
            Self::MaxPool2d { .. } => "max_pool2d",
            Self::AvgPool2d { .. } => "avg_pool2d",
            Self::AdaptiveAvgPool2d { .. } => "adaptive_avg_pool2d",
            Self::Flatten => "flatten",
            Self::Reshape { .. } => "reshape",
            Self::Residual { .. } => "residual",
            Self::Embedding { .. } => "embedding",
            Self::Lstm { .. } => "lstm",
            Self::Gru { .. } => "gru",
            Self::Activation(activation) => activation.term(),
        }
    }
}

impl Activation {
    /// The activation's name in the language: "leaky_relu".
    pub fn term(&self) -> &'static str {
        match self {
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
