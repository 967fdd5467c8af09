//! Builds Burn's layers from planned ones: configurations, initializers and paddings.

use burn::module::{Module, ModuleMapper, Param};
use burn::nn;
use burn::tensor::{Device, Tensor};

use super::layer::Layer;
use super::network::Network;
use super::plan::PlannedLayer;
use crate::spec::{Activation, Initializer, LayerKind, Padding};

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
            LayerKind::Conv1d {
                out,
                kernel,
                stride,
                dilation,
                groups,
                padding,
                bias,
                initializer,
                bias_initializer,
            } => {
                let mut config = nn::conv::Conv1dConfig::new(dims[0], *out, *kernel)
                    .with_stride(*stride)
                    .with_dilation(*dilation)
                    .with_groups(*groups)
                    .with_padding(padding_1d(*padding))
                    .with_bias(*bias);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                let mut conv = config.init(device);
                let fan_in = dims[0] / groups * kernel;
                replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
                Self::Conv1d(orthogonalized(conv, *initializer))
            }
            LayerKind::Conv2d {
                out,
                kernel,
                stride,
                dilation,
                groups,
                padding,
                bias,
                initializer,
                bias_initializer,
            } => {
                let mut config = nn::conv::Conv2dConfig::new([dims[0], *out], *kernel)
                    .with_stride(*stride)
                    .with_dilation(*dilation)
                    .with_groups(*groups)
                    .with_padding(padding_2d(*padding))
                    .with_bias(*bias);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                let mut conv = config.init(device);
                let fan_in = dims[0] / groups * kernel[0] * kernel[1];
                replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
                Self::Conv2d(orthogonalized(conv, *initializer))
            }
            LayerKind::BatchNorm { epsilon, momentum } => Self::BatchNorm(
                nn::BatchNormConfig::new(dims[0])
                    .with_epsilon(*epsilon)
                    .with_momentum(*momentum)
                    .init(device),
            ),
            LayerKind::LayerNorm { epsilon, bias } => Self::LayerNorm(
                nn::LayerNormConfig::new(last).with_epsilon(*epsilon).with_bias(*bias).init(device),
            ),
            LayerKind::GroupNorm { groups, epsilon, affine } => Self::GroupNorm(
                nn::GroupNormConfig::new(*groups, dims[0])
                    .with_epsilon(*epsilon)
                    .with_affine(*affine)
                    .init(device),
            ),
            LayerKind::Dropout { probability } => Self::Dropout { probability: *probability },
            LayerKind::MaxPool2d { kernel, stride, padding, dilation } => Self::MaxPool2d(
                nn::pool::MaxPool2dConfig::new(*kernel)
                    .with_strides(*stride)
                    .with_padding(padding_2d(*padding))
                    .with_dilation(*dilation)
                    .init(),
            ),
            LayerKind::AvgPool2d { kernel, stride, padding, count_include_pad } => Self::AvgPool2d(
                nn::pool::AvgPool2dConfig::new(*kernel)
                    .with_strides(*stride)
                    .with_padding(padding_2d(*padding))
                    .with_count_include_pad(*count_include_pad)
                    .init(),
            ),
            LayerKind::AdaptiveAvgPool2d { output } => {
                Self::AdaptiveAvgPool2d(nn::pool::AdaptiveAvgPool2dConfig::new(*output).init())
            }
            LayerKind::Flatten | LayerKind::Reshape { .. } => {
                Self::Reshape(planned.output.dims().to_vec())
            }
            LayerKind::Residual { .. } => Self::Residual(Network::build(&planned.inner, device)),
            LayerKind::Embedding { vocabulary, dimension, initializer } => {
                let mut config = nn::EmbeddingConfig::new(*vocabulary, *dimension);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                Self::Embedding(orthogonalized(config.init(device), *initializer))
            }
            LayerKind::Lstm { hidden, bias, output, initializer } => {
                let mut config = nn::LstmConfig::new(last, *hidden, *bias);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                Self::Lstm(orthogonalized(config.init(device), *initializer), *output)
            }
            LayerKind::Gru { hidden, bias, reset_after, output, initializer } => {
                let mut config =
                    nn::gru::GruConfig::new(last, *hidden, *bias).with_reset_after(*reset_after);
                if let Some(initializer) = drawn_by_burn(*initializer) {
                    config = config.with_initializer(initializer);
                }
                Self::Gru(orthogonalized(config.init(device), *initializer), *output)
            }
            LayerKind::Activation(Activation::Prelu { parameters, alpha }) => Self::Prelu(
                nn::PReluConfig::new()
                    .with_num_parameters(*parameters)
                    .with_alpha(*alpha)
                    .init(device),
            ),
            LayerKind::Activation(Activation::SwiGlu { out, bias }) => {
                Self::SwiGlu(nn::SwiGluConfig::new(last, *out).with_bias(*bias).init(device))
            }
            LayerKind::Activation(activation) => Self::Activation(activation.clone()),
        }
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

fn padding_1d(padding: Padding) -> nn::PaddingConfig1d {
    match padding {
        Padding::Valid => nn::PaddingConfig1d::Valid,
        Padding::Same => nn::PaddingConfig1d::Same,
        Padding::Explicit([size, _]) => nn::PaddingConfig1d::Explicit(size, size),
    }
}

fn padding_2d(padding: Padding) -> nn::PaddingConfig2d {
    match padding {
        Padding::Valid => nn::PaddingConfig2d::Valid,
        Padding::Same => nn::PaddingConfig2d::Same,
        Padding::Explicit([rows, columns]) => {
            nn::PaddingConfig2d::Explicit(rows, columns, rows, columns)
        }
    }
}
