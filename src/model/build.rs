//! Builds Burn's layers from planned ones: configurations, initializers and paddings.

mod attention;
#[cfg(test)]
mod burn_options;
mod convolution;
mod norm;
mod pool;
mod sequence;

use burn::module::{Module, ModuleMapper, Param};
use burn::nn;
use burn::tensor::{Device, Tensor};

use super::block::Block;
use super::layer::{AxisReduction, Layer};
use super::plan::PlannedLayer;
use super::resize::Resize;
use crate::spec::{Activation, Initializer, LayerKind};

impl Layer {
    /// Builds a planned layer on a device. Weights are drawn lazily, by Burn.
    pub fn build(planned: &PlannedLayer, device: &Device) -> Self {
        let dims = planned.input.dims();
        let last = *dims.last().expect("a signal has at least one axis");
        match &planned.kind {
            LayerKind::Linear { out, bias, initializer, bias_initializer } => {
                let mut config = nn::LinearConfig::new(last, *out).with_bias(*bias);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                let mut linear = config.init(device);
                replace_bias(&mut linear.bias, *bias_initializer, *out, last, device);
                Self::Linear(orthogonalized(linear, *initializer))
            }
            LayerKind::Conv(_) | LayerKind::ConvTranspose(_) | LayerKind::DeformConv2d(_) => {
                convolution::build(&planned.kind, dims[0], device)
            }
            LayerKind::MaxPool(_)
            | LayerKind::AvgPool(_)
            | LayerKind::AdaptiveAvgPool { .. }
            | LayerKind::Unfold4d(_)
            | LayerKind::Fold4d { .. } => pool::build(&planned.kind),
            LayerKind::BatchNorm { .. }
            | LayerKind::LayerNorm { .. }
            | LayerKind::GroupNorm { .. }
            | LayerKind::InstanceNorm { .. }
            | LayerKind::RmsNorm { .. }
            | LayerKind::LocalResponseNorm { .. } => norm::build(&planned.kind, dims, device),
            LayerKind::Embedding { .. }
            | LayerKind::Recurrent(_)
            | LayerKind::PositionalEncoding { .. }
            | LayerKind::RotaryEncoding { .. } => sequence::build(&planned.kind, last, device),
            LayerKind::MultiHeadAttention(attention) => Self::MultiHeadAttention(
                attention::build(attention, last, device),
                attention.causal,
            ),
            LayerKind::CrossAttention { attention, .. } => {
                Self::CrossAttention(attention::build(attention, last, device), attention.causal)
            }
            LayerKind::TransformerDecoder(decoder) => Self::TransformerDecoder(
                attention::decoder(&decoder.blocks, last, device),
                decoder.blocks.causal,
            ),
            LayerKind::TransformerEncoder(encoder) => {
                Self::TransformerEncoder(attention::encoder(encoder, last, device), encoder.causal)
            }
            LayerKind::Dropout { probability } => Self::Dropout { probability: *probability },
            LayerKind::GaussianNoise { std } => Self::GaussianNoise { std: *std },
            LayerKind::Sampling => Self::Sampling,
            LayerKind::Permute { axes } => Self::Permute(axes.clone()),
            LayerKind::Pad { axis, before, after, value } => {
                Self::Pad { axis: *axis, before: *before, after: *after, value: *value }
            }
            LayerKind::Mean { axis } => reduced(AxisReduction::Mean, *axis, planned),
            LayerKind::Max { axis } => reduced(AxisReduction::Max, *axis, planned),
            LayerKind::Min { axis } => reduced(AxisReduction::Min, *axis, planned),
            LayerKind::Sum { axis } => reduced(AxisReduction::Sum, *axis, planned),
            LayerKind::Flip { axis } => Self::Flip { axis: *axis },
            LayerKind::PixelShuffle { factor } => {
                Self::PixelShuffle(nn::PixelShuffleConfig::new(*factor).init())
            }
            LayerKind::PixelUnshuffle { factor } => {
                Self::PixelUnshuffle(nn::PixelUnshuffleConfig::new(*factor).init())
            }
            LayerKind::Interpolate(interpolation) => Self::Resize(Resize {
                output: planned.output.dims()[1..].to_vec(),
                mode: interpolation.mode,
                align_corners: interpolation.align_corners,
            }),
            LayerKind::Flatten | LayerKind::Reshape { .. } | LayerKind::Squeeze { .. } => {
                Self::Reshape(planned.output.dims().to_vec())
            }
            LayerKind::Slice { axis, start, .. } => {
                Self::Slice { axis: *axis, start: *start, length: planned.output.dims()[*axis] }
            }
            LayerKind::OneHot { classes } => Self::OneHot { classes: *classes },
            LayerKind::Scale { factor } => Self::Scale { factor: *factor },
            LayerKind::Residual { .. } => Self::Residual(Block::build(&planned.inner, device)),
            LayerKind::Sequential { .. } | LayerKind::Repeat { .. } => {
                Self::Sequential(Block::build(&planned.inner, device))
            }
            LayerKind::Parallel { merge, .. } => {
                Self::Parallel(Block::build(&planned.inner, device), *merge)
            }
            LayerKind::Join(merge) => Self::Join(*merge),
            LayerKind::Shared { .. } => Self::Shared(
                planned.sources.weights.clone().expect("the plan found the layer to share"),
            ),
            LayerKind::Activation(Activation::Prelu { parameters, alpha }) => Self::Prelu(
                nn::PReluConfig::new()
                    .with_num_parameters(*parameters)
                    .with_alpha(*alpha)
                    .init(device),
            ),
            LayerKind::Activation(Activation::SwiGlu { out, bias, initializer }) => {
                let mut config = nn::SwiGluConfig::new(last, *out).with_bias(*bias);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                Self::SwiGlu(orthogonalized(config.init(device), *initializer))
            }
            LayerKind::Activation(activation) => Self::Activation(activation.clone()),
        }
    }
}

fn reduced(by: AxisReduction, axis: usize, planned: &PlannedLayer) -> Layer {
    Layer::Reduce { by, axis, shape: planned.output.dims().to_vec() }
}

/// Burn draws an embedding's weights without the numbers of inputs and outputs, and a transposed
/// convolution's without the latter: an initializer that asks for them would panic there. This
/// hands both in.
fn replace_weight<const D: usize>(
    weight: &mut Param<Tensor<D>>,
    initializer: Option<Initializer>,
    [fan_in, fan_out]: [usize; 2],
    device: &Device,
) {
    if let Some(initializer) = drawn_by_burn(initializer) {
        *weight = initializer.init_with(weight.lazy_shape(), Some(fan_in), Some(fan_out), device);
    }
}

/// Burn initializes a layer's bias as it does its weight; this gives the bias its own law.
fn replace_bias(
    bias: &mut Option<Param<Tensor<1>>>,
    initializer: Option<Initializer>,
    out: usize,
    fan_in: usize,
    device: &Device,
) {
    if let (Some(bias), Some(initializer)) = (bias.as_mut(), initializer) {
        *bias = burn_initializer(initializer).init_with([out], Some(fan_in), Some(out), device);
    }
}

/// The initializer that Burn itself applies to a layer. `orthogonal` is not: Burn would apply it to
/// biases as well, for which it is not defined, and panic.
fn drawn_by_burn(initializer: Option<Initializer>) -> Option<nn::Initializer> {
    match initializer {
        None | Some(Initializer::Orthogonal { .. }) => None,
        Some(initializer) => Some(burn_initializer(initializer)),
    }
}

/// Gives a layer's weights the orthogonal law, if that is the initializer; biases keep their own.
fn orthogonalized<M: Module>(layer: M, initializer: Option<Initializer>) -> M {
    match initializer {
        Some(Initializer::Orthogonal { gain }) => layer.map(&mut Orthogonalize { gain }),
        _ => layer,
    }
}

struct Orthogonalize {
    gain: f64,
}

impl ModuleMapper for Orthogonalize {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match D {
            0 | 1 => param,
            _ => nn::Initializer::Orthogonal { gain: self.gain }
                .init(param.lazy_shape(), &param.lazy_device()),
        }
    }
}

fn burn_initializer(initializer: Initializer) -> nn::Initializer {
    match initializer {
        Initializer::Constant(value) => nn::Initializer::Constant { value },
        Initializer::Ones => nn::Initializer::Ones,
        Initializer::Zeros => nn::Initializer::Zeros,
        Initializer::Uniform { min, max } => nn::Initializer::Uniform { min, max },
        Initializer::Normal { mean, std } => nn::Initializer::Normal { mean, std },
        Initializer::KaimingUniform { gain, fan_out_only } => {
            nn::Initializer::KaimingUniform { gain, fan_out_only }
        }
        Initializer::KaimingNormal { gain, fan_out_only } => {
            nn::Initializer::KaimingNormal { gain, fan_out_only }
        }
        Initializer::XavierUniform { gain } => nn::Initializer::XavierUniform { gain },
        Initializer::XavierNormal { gain } => nn::Initializer::XavierNormal { gain },
        Initializer::Orthogonal { gain } => nn::Initializer::Orthogonal { gain },
    }
}
