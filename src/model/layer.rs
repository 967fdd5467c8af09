//! The layers of a declared network: Burn's modules, and the few operations that own no weights.
//!
//! The only place that names Burn's layers.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::nn;
use burn::tensor::{Device, Tensor, TensorData};

use super::network::Network;
use super::pass::Pass;
use super::plan::PlannedLayer;
use super::value::{Value, map_float};
use super::{Signal, activation};
use crate::spec::{Activation, Initializer, LayerKind, Padding, SequenceOutput};

/// One layer with its weights.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a network has a handful of layers")]
pub enum Layer {
    Linear(nn::Linear),
    Conv1d(nn::conv::Conv1d),
    Conv2d(nn::conv::Conv2d),
    BatchNorm(nn::BatchNorm),
    LayerNorm(nn::LayerNorm),
    GroupNorm(nn::GroupNorm),
    Embedding(nn::Embedding),
    Lstm(nn::Lstm, SequenceOutput),
    Gru(nn::gru::Gru, SequenceOutput),
    Prelu(nn::PRelu),
    SwiGlu(nn::SwiGlu),
    MaxPool2d(nn::pool::MaxPool2d),
    AvgPool2d(nn::pool::AvgPool2d),
    AdaptiveAvgPool2d(nn::pool::AdaptiveAvgPool2d),
    Dropout {
        probability: f64,
    },
    /// `flatten` and `reshape`: the example's new shape.
    Reshape(Vec<usize>),
    Activation(Activation),
    Residual(Network),
}

/// Runs an expression on the Burn module inside; layers without weights run the last arm.
macro_rules! on_module {
    ($layer:expr, $module:ident => $body:expr, else $other:expr) => {
        match $layer {
            Layer::Linear($module) => $body,
            Layer::Conv1d($module) => $body,
            Layer::Conv2d($module) => $body,
            Layer::BatchNorm($module) => $body,
            Layer::LayerNorm($module) => $body,
            Layer::GroupNorm($module) => $body,
            Layer::Embedding($module) => $body,
            Layer::Lstm($module, _) => $body,
            Layer::Gru($module, _) => $body,
            Layer::Prelu($module) => $body,
            Layer::SwiGlu($module) => $body,
            Layer::Residual($module) => $body,
            _ => $other,
        }
    };
}

/// Maps the Burn module inside; layers without weights stay as they are.
macro_rules! map_module {
    ($layer:expr, $module:ident => $body:expr) => {
        match $layer {
            Layer::Linear($module) => Layer::Linear($body),
            Layer::Conv1d($module) => Layer::Conv1d($body),
            Layer::Conv2d($module) => Layer::Conv2d($body),
            Layer::BatchNorm($module) => Layer::BatchNorm($body),
            Layer::LayerNorm($module) => Layer::LayerNorm($body),
            Layer::GroupNorm($module) => Layer::GroupNorm($body),
            Layer::Embedding($module) => Layer::Embedding($body),
            Layer::Lstm($module, output) => Layer::Lstm($body, output),
            Layer::Gru($module, output) => Layer::Gru($body, output),
            Layer::Prelu($module) => Layer::Prelu($body),
            Layer::SwiGlu($module) => Layer::SwiGlu($body),
            Layer::Residual($module) => Layer::Residual($body),
            other => other,
        }
    };
}

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

    /// The layer's output. The plan has made sure that ranks and sizes fit.
    pub fn forward(&self, input: Value, path: &str, pass: &mut Pass) -> Value {
        match (self, input) {
            (Self::Linear(linear), input) => map_float!(input, x => linear.forward(x)),
            (Self::Conv1d(conv), Value::Float3(x)) => Value::Float3(conv.forward(x)),
            (Self::Conv2d(conv), Value::Float4(x)) => Value::Float4(conv.forward(x)),
            (Self::BatchNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::LayerNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::GroupNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::Embedding(embedding), Value::Tokens(x)) => Value::Float3(embedding.forward(x)),
            (Self::Lstm(lstm, output), Value::Float3(x)) => {
                let (states, last) = lstm.forward(x, None);
                match output {
                    SequenceOutput::Sequence => Value::Float3(states),
                    SequenceOutput::Last => Value::Float2(last.hidden),
                }
            }
            (Self::Gru(gru, output), Value::Float3(x)) => {
                let states = gru.forward(x, None);
                match output {
                    SequenceOutput::Sequence => Value::Float3(states),
                    SequenceOutput::Last => {
                        let [_, length, _] = states.dims();
                        Value::Float2(states.narrow(1, length - 1, 1).squeeze_dim(1))
                    }
                }
            }
            (Self::Prelu(prelu), input) => map_float!(input, x => prelu.forward(x)),
            (Self::SwiGlu(swiglu), input) => map_float!(input, x => swiglu.forward(x)),
            (Self::MaxPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::AvgPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::AdaptiveAvgPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::Dropout { probability }, input) => dropout(*probability, input, pass),
            (Self::Reshape(shape), input) => {
                let mut shape = shape.clone();
                shape.insert(0, input.shape()[0]);
                input.reshape(&shape)
            }
            (Self::Activation(kind), input) => activate(kind, input, pass),
            (Self::Residual(inner), input) => {
                let skipped = input.clone();
                inner.forward_at(input, path, pass).add(skipped)
            }
            (layer, input) => {
                unreachable!("the plan gave {layer:?} an input of shape {:?}", input.shape())
            }
        }
    }

    pub fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        on_module!(self, module => module.collect_devices(devices), else devices)
    }

    pub fn fork(self, device: &Device) -> Self {
        map_module!(self, module => module.fork(device))
    }

    pub fn moved_to(self, device: &Device) -> Self {
        map_module!(self, module => module.to_device(device))
    }

    pub fn train(self) -> Self {
        map_module!(self, module => module.train())
    }

    pub fn valid(&self) -> Self {
        map_module!(self.clone(), module => module.valid())
    }

    pub fn materialize(self) -> Self {
        map_module!(self, module => module.materialize())
    }

    pub fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        on_module!(self, module => module.visit(visitor), else ())
    }

    pub fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        map_module!(self, module => module.map(mapper))
    }
}

/// Zeroes elements with `probability` and scales the others by 1 / (1 − probability).
///
/// The mask is drawn on the host, so that it is the same on every device; Burn's own dropout
/// draws from the device's stream.
fn dropout(probability: f64, input: Value, pass: &mut Pass) -> Value {
    let count = input.shape().iter().product();
    let keep = 1.0 / (1.0 - probability);
    let mask = pass.draw(count, |random| if random.uniform() < probability { 0.0 } else { keep });
    match mask {
        Some(mask) => map_float!(input, x => {
            let mask = Tensor::from_data(TensorData::new(mask, x.dims()), &x.device());
            x * mask
        }),
        None => input,
    }
}

fn activate(kind: &Activation, input: Value, pass: &mut Pass) -> Value {
    let slopes = match kind {
        Activation::Rrelu { lower, upper } => {
            let count = input.shape().iter().product();
            pass.draw(count, |random| lower + (upper - lower) * random.uniform())
        }
        _ => None,
    };
    map_float!(input, x => {
        let slopes = slopes.map(|slopes| {
            Tensor::from_data(TensorData::new(slopes, x.dims()), &x.device())
        });
        activation::apply(kind, x, slopes)
    })
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

/// Trainable numbers and running statistics of a layer that is no container.
pub fn parameter_count(kind: &LayerKind, input: &Signal) -> usize {
    let dims = input.dims();
    let last = *dims.last().expect("a signal has at least one axis");
    let bias_of = |bias: bool, out: usize| if bias { out } else { 0 };
    match kind {
        LayerKind::Linear { out, bias, .. } => {
            last.saturating_mul(*out).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::Conv1d { out, kernel, groups, bias, .. } => (dims[0] / groups)
            .saturating_mul(*out)
            .saturating_mul(*kernel)
            .saturating_add(bias_of(*bias, *out)),
        LayerKind::Conv2d { out, kernel, groups, bias, .. } => (dims[0] / groups)
            .saturating_mul(*out)
            .saturating_mul(kernel[0])
            .saturating_mul(kernel[1])
            .saturating_add(bias_of(*bias, *out)),
        LayerKind::BatchNorm { .. } => dims[0].saturating_mul(4),
        LayerKind::LayerNorm { bias, .. } => last.saturating_add(bias_of(*bias, last)),
        LayerKind::GroupNorm { affine, .. } => bias_of(*affine, dims[0].saturating_mul(2)),
        LayerKind::Embedding { vocabulary, dimension, .. } => vocabulary.saturating_mul(*dimension),
        LayerKind::Lstm { hidden, bias, .. } => gates(4, last, *hidden, *bias),
        LayerKind::Gru { hidden, bias, .. } => gates(3, last, *hidden, *bias),
        LayerKind::Activation(Activation::Prelu { parameters, .. }) => *parameters,
        LayerKind::Activation(Activation::SwiGlu { out, bias }) => {
            last.saturating_mul(*out).saturating_add(bias_of(*bias, *out)).saturating_mul(2)
        }
        _ => 0,
    }
}

/// Burn's gates: an input and a hidden transform each, both with a bias.
fn gates(count: usize, input: usize, hidden: usize, bias: bool) -> usize {
    let biases = if bias { hidden.saturating_mul(2) } else { 0 };
    input.saturating_add(hidden).saturating_mul(hidden).saturating_add(biases).saturating_mul(count)
}
