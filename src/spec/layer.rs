//! One layer of a declared network: its kind and options, as plain data.

use super::{Activation, Span, Spanned};

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
    Conv3d {
        out: usize,
        kernel: [usize; 3],
        stride: [usize; 3],
        dilation: [usize; 3],
        groups: usize,
        padding: Padding<3>,
        bias: bool,
        initializer: Option<Initializer>,
        bias_initializer: Option<Initializer>,
    },
    ConvTranspose1d {
        out: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        groups: usize,
        padding: usize,
        padding_out: usize,
        bias: bool,
        initializer: Option<Initializer>,
        bias_initializer: Option<Initializer>,
    },
    ConvTranspose2d {
        out: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        dilation: [usize; 2],
        groups: usize,
        padding: [usize; 2],
        padding_out: [usize; 2],
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
    InstanceNorm {
        epsilon: f64,
        affine: bool,
    },
    RmsNorm {
        epsilon: f64,
    },
    /// Divides by what the neighbouring channels hold.
    LocalResponseNorm {
        size: usize,
        alpha: f64,
        beta: f64,
        k: f64,
    },
    /// Zeroes elements with this probability in training.
    Dropout {
        probability: f64,
    },
    /// Adds noise of this deviation in training.
    GaussianNoise {
        std: f64,
    },
    MaxPool1d {
        kernel: usize,
        stride: usize,
        padding: Padding,
        dilation: usize,
    },
    MaxPool2d {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: Padding,
        dilation: [usize; 2],
    },
    AvgPool1d {
        kernel: usize,
        stride: usize,
        padding: Padding,
        count_include_pad: bool,
    },
    AvgPool2d {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: Padding,
        count_include_pad: bool,
    },
    AdaptiveAvgPool1d {
        output: usize,
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
    /// Axes in another order; as all axes here, counted from 0 without the batch axis.
    Permute {
        axes: Vec<usize>,
    },
    /// Without an axis of size 1.
    Squeeze {
        axis: usize,
    },
    /// One value before and after what is there.
    Pad {
        axis: usize,
        before: usize,
        after: usize,
        value: f64,
    },
    /// The mean over an axis, which goes away.
    Mean {
        axis: usize,
    },
    /// The largest element of an axis, which goes away.
    Max {
        axis: usize,
    },
    /// Channels become places: `[c · f², h, w]` becomes `[c, h · f, w · f]`.
    PixelShuffle {
        factor: usize,
    },
    Interpolate2d {
        size: InterpolatedSize,
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
    BiLstm {
        hidden: usize,
        bias: bool,
        output: SequenceOutput,
        initializer: Option<Initializer>,
    },
    Rnn {
        hidden: usize,
        bias: bool,
        output: SequenceOutput,
        initializer: Option<Initializer>,
    },
    BiRnn {
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
    BiGru {
        hidden: usize,
        bias: bool,
        reset_after: bool,
        output: SequenceOutput,
        initializer: Option<Initializer>,
    },
    MultiHeadAttention(Attention),
    TransformerEncoder(Encoder),
    /// Adds sines and cosines of the place in the sequence.
    PositionalEncoding {
        max_timescale: usize,
    },
    Activation(Activation),
}

/// Attention of a sequence to itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// Heads that the features are divided among.
    pub heads: usize,
    /// Probability that a weight of the attention is zeroed in training.
    pub dropout: f64,
    /// Whether each place sees itself and what is before it alone.
    pub causal: bool,
    /// Whether a head may attend to nothing: e^s / (1 + Σ e^s) in place of the softmax.
    pub quiet_softmax: bool,
    pub query_bias: bool,
    pub key_bias: bool,
    pub value_bias: bool,
    pub output_bias: bool,
    pub initializer: Option<Initializer>,
}

/// Blocks of attention and a feed-forward network.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoder {
    pub blocks: usize,
    pub heads: usize,
    /// Hidden units of the feed-forward network.
    pub feed_forward: usize,
    /// Probability that an element is zeroed in training, wherever the block drops.
    pub dropout: f64,
    pub causal: bool,
    pub quiet_softmax: bool,
    /// Whether a block normalizes the input of its two parts rather than the sum behind each.
    pub norm_first: bool,
    pub activation: FeedForwardActivation,
    /// Of the layer normalizations.
    pub epsilon: f64,
    pub initializer: Option<Initializer>,
}

/// What stands between the two layers of a feed-forward network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForwardActivation {
    Gelu,
    Relu,
}

/// What a recurrent layer hands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceOutput {
    /// The last step's state: `[batch, hidden]`. Of a bidirectional layer, both directions' last
    /// states side by side.
    Last,
    /// All states: `[batch, length, hidden]`.
    Sequence,
}

/// How large an interpolation makes an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterpolatedSize {
    /// Height and width.
    Of([usize; 2]),
    /// So many times the input's height and width.
    Times([usize; 2]),
}

/// Padding of convolutions and pools, as Burn has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding<const N: usize = 2> {
    Valid,
    Same,
    /// Zeros on both sides, per axis; the first entry alone serves one axis.
    Explicit([usize; N]),
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

impl LayerKind {
    /// The layer's name in the language: "conv2d", "relu".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Conv1d { .. } => "conv1d",
            Self::Conv2d { .. } => "conv2d",
            Self::Conv3d { .. } => "conv3d",
            Self::ConvTranspose1d { .. } => "conv_transpose1d",
            Self::ConvTranspose2d { .. } => "conv_transpose2d",
            Self::BatchNorm { .. } => "batch_norm",
            Self::LayerNorm { .. } => "layer_norm",
            Self::GroupNorm { .. } => "group_norm",
            Self::InstanceNorm { .. } => "instance_norm",
            Self::RmsNorm { .. } => "rms_norm",
            Self::LocalResponseNorm { .. } => "local_response_norm",
            Self::Dropout { .. } => "dropout",
            Self::GaussianNoise { .. } => "gaussian_noise",
            Self::MaxPool1d { .. } => "max_pool1d",
            Self::MaxPool2d { .. } => "max_pool2d",
            Self::AvgPool1d { .. } => "avg_pool1d",
            Self::AvgPool2d { .. } => "avg_pool2d",
            Self::AdaptiveAvgPool1d { .. } => "adaptive_avg_pool1d",
            Self::AdaptiveAvgPool2d { .. } => "adaptive_avg_pool2d",
            Self::Flatten => "flatten",
            Self::Reshape { .. } => "reshape",
            Self::Permute { .. } => "permute",
            Self::Squeeze { .. } => "squeeze",
            Self::Pad { .. } => "pad",
            Self::Mean { .. } => "mean",
            Self::Max { .. } => "max",
            Self::PixelShuffle { .. } => "pixel_shuffle",
            Self::Interpolate2d { .. } => "interpolate2d",
            Self::Residual { .. } => "residual",
            Self::Embedding { .. } => "embedding",
            Self::Lstm { .. } => "lstm",
            Self::Gru { .. } => "gru",
            Self::Rnn { .. } => "rnn",
            Self::BiRnn { .. } => "bi_rnn",
            Self::BiLstm { .. } => "bi_lstm",
            Self::BiGru { .. } => "bi_gru",
            Self::MultiHeadAttention(_) => "multi_head_attention",
            Self::TransformerEncoder(_) => "transformer_encoder",
            Self::PositionalEncoding { .. } => "positional_encoding",
            Self::Activation(activation) => activation.term(),
        }
    }

    /// The name of the activation that the layer computes within.
    pub fn activation(&self) -> Option<&'static str> {
        match self {
            Self::TransformerEncoder(encoder) => Some(match encoder.activation {
                FeedForwardActivation::Gelu => "gelu",
                FeedForwardActivation::Relu => "relu",
            }),
            _ => None,
        }
    }
}
