//! One layer of a declared network: its kind and options, as plain data.

mod image;
mod recurrent;
mod window;

pub use image::{InterpolatedSize, Interpolation, InterpolationMode};
pub use recurrent::{Cell, GateActivation, Recurrent, SequenceOutput};
pub use window::{
    AvgPool, Convolution, DeformableConvolution, MaxPool, Padding, TransposedConvolution, Windows,
};

use super::{Activation, Attributes, Merge, PaddingMask, Span, Spanned};

/// One entry of a `layers:` list.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSpec {
    /// The name that the user gave, if any; the model makes one up otherwise (`linear1`, …).
    pub name: Option<Spanned<String>>,
    pub kind: LayerKind,
    /// The place of the layer's key.
    pub span: Span,
    /// What it says beside its own options.
    pub attributes: Attributes,
}

impl LayerSpec {
    /// The lists of layers inside a container, in forward order; none for other layers.
    pub fn contents(&self) -> Vec<&[Self]> {
        match &self.kind {
            LayerKind::Residual { layers }
            | LayerKind::Sequential { layers }
            | LayerKind::Repeat { layers, .. } => vec![layers],
            LayerKind::Parallel { branches, .. } => branches.iter().map(Vec::as_slice).collect(),
            _ => Vec::new(),
        }
    }
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
    Conv(Convolution),
    ConvTranspose(TransposedConvolution),
    DeformConv2d(DeformableConvolution),
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
    /// Of means and logarithms of variances a normal sample in training, the means in evaluation.
    Sampling,
    MaxPool(MaxPool),
    AvgPool(AvgPool),
    /// With the output's size on each axis.
    AdaptiveAvgPool {
        output: Vec<usize>,
    },
    /// What each place of a window sees becomes a column: `[channels · window, places]`.
    Unfold4d(Windows),
    /// The sum of such columns at the places that they come from, in an image of this size.
    Fold4d {
        output: [usize; 2],
        windows: Windows,
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
    /// The smallest element of an axis, which goes away.
    Min {
        axis: usize,
    },
    /// The sum over an axis, which goes away.
    Sum {
        axis: usize,
    },
    /// An axis backwards.
    Flip {
        axis: usize,
    },
    /// Channels become places: `[c · f², h, w]` becomes `[c, h · f, w · f]`.
    PixelShuffle {
        factor: usize,
    },
    /// Places become channels: `[c, h · f, w · f]` becomes `[c · f², h, w]`.
    PixelUnshuffle {
        factor: usize,
    },
    Interpolate(Interpolation),
    /// x + f(x), with f the inner layers.
    Residual {
        layers: Vec<LayerSpec>,
    },
    /// The inner layers in a row, under one name.
    Sequential {
        layers: Vec<LayerSpec>,
    },
    /// Rows of layers over the same input, whose outputs become one.
    Parallel {
        branches: Vec<Vec<LayerSpec>>,
        merge: Merge,
    },
    /// The inner layers so many times in a row, each time with weights of their own.
    Repeat {
        times: usize,
        layers: Vec<LayerSpec>,
    },
    /// An earlier layer once more, with the same weights.
    Shared {
        layer: Spanned<String>,
    },
    /// Several outputs become one.
    Join(Merge),
    /// The places from `start` to before `end` of an axis, or to its end.
    Slice {
        axis: usize,
        start: usize,
        end: Option<usize>,
    },
    /// A token becomes 1 at its place among zeros.
    OneHot {
        classes: usize,
    },
    /// Every element times a constant.
    Scale {
        factor: f64,
    },
    Embedding {
        vocabulary: usize,
        dimension: usize,
        initializer: Option<Initializer>,
    },
    Recurrent(Recurrent),
    MultiHeadAttention(Attention),
    /// Attention of a sequence to another one, the output of this name.
    CrossAttention {
        attention: Attention,
        context: Spanned<String>,
    },
    TransformerEncoder(Encoder),
    TransformerDecoder(Decoder),
    /// Adds sines and cosines of the place in the sequence.
    PositionalEncoding {
        max_timescale: usize,
    },
    /// Rotates pairs of features by angles that grow with the place in the sequence.
    RotaryEncoding {
        theta: f64,
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
    /// The score of what a place does not see.
    pub min_float: f64,
    pub query_bias: bool,
    pub key_bias: bool,
    pub value_bias: bool,
    pub output_bias: bool,
    pub initializer: Option<Initializer>,
    /// Which places of the sequence that is attended to are padding.
    pub padding: Option<PaddingMask>,
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
    /// Which places of the sequence are padding.
    pub padding: Option<PaddingMask>,
}

/// Blocks of attention to itself, attention to a memory, and a feed-forward network.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoder {
    /// What its blocks have in common with an encoder's; `causal` is of the attention to itself.
    pub blocks: Encoder,
    /// The name of the output that it attends to.
    pub memory: Spanned<String>,
    /// Which places of the memory are padding.
    pub memory_padding: Option<PaddingMask>,
}

/// What stands between the two layers of a feed-forward network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForwardActivation {
    Gelu,
    Relu,
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
            Self::Conv(convolution) => convolution.term(),
            Self::ConvTranspose(convolution) => convolution.term(),
            Self::DeformConv2d(_) => "deform_conv2d",
            Self::BatchNorm { .. } => "batch_norm",
            Self::LayerNorm { .. } => "layer_norm",
            Self::GroupNorm { .. } => "group_norm",
            Self::InstanceNorm { .. } => "instance_norm",
            Self::RmsNorm { .. } => "rms_norm",
            Self::LocalResponseNorm { .. } => "local_response_norm",
            Self::Dropout { .. } => "dropout",
            Self::GaussianNoise { .. } => "gaussian_noise",
            Self::Sampling => "sampling",
            Self::MaxPool(pool) => by_axes(["max_pool1d", "max_pool2d"], pool.kernel.len()),
            Self::AvgPool(pool) => by_axes(["avg_pool1d", "avg_pool2d"], pool.kernel.len()),
            Self::AdaptiveAvgPool { output } => by_axes(
                ["adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"],
                output.len(),
            ),
            Self::Unfold4d(_) => "unfold4d",
            Self::Fold4d { .. } => "fold4d",
            Self::Flatten => "flatten",
            Self::Reshape { .. } => "reshape",
            Self::Permute { .. } => "permute",
            Self::Squeeze { .. } => "squeeze",
            Self::Pad { .. } => "pad",
            Self::Mean { .. } => "mean",
            Self::Max { .. } => "max",
            Self::Min { .. } => "min",
            Self::Sum { .. } => "sum",
            Self::Flip { .. } => "flip",
            Self::PixelShuffle { .. } => "pixel_shuffle",
            Self::PixelUnshuffle { .. } => "pixel_unshuffle",
            Self::Interpolate(interpolation) => interpolation.term(),
            Self::Residual { .. } => "residual",
            Self::Sequential { .. } => "sequential",
            Self::Parallel { .. } => "parallel",
            Self::Repeat { .. } => "repeat",
            Self::Shared { .. } => "shared",
            Self::Join(merge) => merge.term(),
            Self::Slice { .. } => "slice",
            Self::OneHot { .. } => "one_hot",
            Self::Scale { .. } => "scale",
            Self::Embedding { .. } => "embedding",
            Self::Recurrent(recurrent) => recurrent.term(),
            Self::MultiHeadAttention(_) => "multi_head_attention",
            Self::CrossAttention { .. } => "cross_attention",
            Self::TransformerEncoder(_) => "transformer_encoder",
            Self::TransformerDecoder(_) => "transformer_decoder",
            Self::PositionalEncoding { .. } => "positional_encoding",
            Self::RotaryEncoding { .. } => "rotary_encoding",
            Self::Activation(activation) => activation.term(),
        }
    }

    /// The name of the activation that the layer computes within.
    pub fn activation(&self) -> Option<&'static str> {
        match self {
            Self::TransformerEncoder(blocks) | Self::TransformerDecoder(Decoder { blocks, .. }) => {
                Some(match blocks.activation {
                    FeedForwardActivation::Gelu => "gelu",
                    FeedForwardActivation::Relu => "relu",
                })
            }
            _ => None,
        }
    }
}

/// The name that a layer has over so many axes: it has one for each number of axes, from 1.
fn by_axes<const N: usize>(names: [&'static str; N], axes: usize) -> &'static str {
    names[axes - 1]
}
