//! The layers of a declared network: Burn's modules, and the few operations that own no weights.
//!
//! The only place that names Burn's layers.

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::nn;
use burn::tensor::{Device, Tensor, TensorData};

use super::activation;
use super::attention::{Masks, attend, encode};
use super::block::Block;
use super::deformable::Deformable;
use super::noise::{dropout, noise, sampling};
use super::pass::Pass;
use super::resize::Resize;
use super::value::{Value, map_float};
use crate::spec::{Activation, Merge, SequenceOutput};

/// One layer with its weights.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a network has a handful of layers")]
pub enum Layer {
    Linear(nn::Linear),
    Conv1d(nn::conv::Conv1d),
    Conv2d(nn::conv::Conv2d),
    Conv3d(nn::conv::Conv3d),
    ConvTranspose1d(nn::conv::ConvTranspose1d),
    ConvTranspose2d(nn::conv::ConvTranspose2d),
    ConvTranspose3d(nn::conv::ConvTranspose3d),
    DeformConv2d(Deformable),
    BatchNorm(nn::BatchNorm),
    LayerNorm(nn::LayerNorm),
    GroupNorm(nn::GroupNorm),
    InstanceNorm(nn::InstanceNorm),
    RmsNorm(nn::RmsNorm),
    LocalResponseNorm(nn::LocalResponseNorm),
    Embedding(nn::Embedding),
    Lstm(nn::Lstm, SequenceOutput),
    Gru(nn::gru::Gru, SequenceOutput),
    Rnn(nn::Rnn, SequenceOutput),
    BiRnn(nn::BiRnn, SequenceOutput),
    BiLstm(nn::BiLstm, SequenceOutput),
    BiGru(nn::gru::BiGru, SequenceOutput),
    /// With whether it is causal.
    MultiHeadAttention(nn::attention::MultiHeadAttention, bool),
    /// With whether it is causal.
    CrossAttention(nn::attention::MultiHeadAttention, bool),
    /// With whether it is causal.
    TransformerEncoder(nn::transformer::TransformerEncoder, bool),
    /// With whether its attention to itself is causal.
    TransformerDecoder(nn::transformer::TransformerDecoder, bool),
    PositionalEncoding {
        max_timescale: usize,
    },
    RotaryEncoding {
        theta: f64,
    },
    Prelu(nn::PRelu),
    SwiGlu(nn::SwiGlu),
    MaxPool1d(nn::pool::MaxPool1d),
    MaxPool2d(nn::pool::MaxPool2d),
    AvgPool1d(nn::pool::AvgPool1d),
    AvgPool2d(nn::pool::AvgPool2d),
    AdaptiveAvgPool1d(nn::pool::AdaptiveAvgPool1d),
    AdaptiveAvgPool2d(nn::pool::AdaptiveAvgPool2d),
    AdaptiveAvgPool3d(nn::pool::AdaptiveAvgPool3d),
    Unfold4d(nn::Unfold4d),
    Fold4d(nn::Fold4d),
    Dropout {
        probability: f64,
    },
    GaussianNoise {
        std: f64,
    },
    Sampling,
    /// `flatten` and `reshape`: the example's new shape.
    Reshape(Vec<usize>),
    Permute(Vec<usize>),
    Pad {
        axis: usize,
        before: usize,
        after: usize,
        value: f64,
    },
    /// With the example's new shape.
    Reduce {
        by: AxisReduction,
        axis: usize,
        shape: Vec<usize>,
    },
    Flip {
        axis: usize,
    },
    PixelShuffle(nn::PixelShuffle),
    PixelUnshuffle(nn::PixelUnshuffle),
    Resize(Resize),
    Activation(Activation),
    Slice {
        axis: usize,
        start: usize,
        length: usize,
    },
    OneHot {
        classes: usize,
    },
    Scale {
        factor: f64,
    },
    Residual(Block),
    Sequential(Block),
    Parallel(Block, Merge),
    Join(Merge),
    /// The path of the layer that is run again.
    Shared(String),
}

/// What becomes of an axis that goes away.
#[derive(Debug, Clone, Copy)]
pub enum AxisReduction {
    Mean,
    Max,
    Min,
    Sum,
}

/// Runs an expression on the Burn module inside; layers without weights run the last arm.
macro_rules! on_module {
    ($layer:expr, $module:ident => $body:expr, else $other:expr) => {
        match $layer {
            Layer::Linear($module) => $body,
            Layer::Conv1d($module) => $body,
            Layer::Conv2d($module) => $body,
            Layer::Conv3d($module) => $body,
            Layer::ConvTranspose1d($module) => $body,
            Layer::ConvTranspose2d($module) => $body,
            Layer::ConvTranspose3d($module) => $body,
            Layer::DeformConv2d($module) => $body,
            Layer::BatchNorm($module) => $body,
            Layer::LayerNorm($module) => $body,
            Layer::GroupNorm($module) => $body,
            Layer::InstanceNorm($module) => $body,
            Layer::RmsNorm($module) => $body,
            Layer::Embedding($module) => $body,
            Layer::Lstm($module, _) => $body,
            Layer::Gru($module, _) => $body,
            Layer::Rnn($module, _) => $body,
            Layer::BiRnn($module, _) => $body,
            Layer::BiLstm($module, _) => $body,
            Layer::BiGru($module, _) => $body,
            Layer::MultiHeadAttention($module, _) => $body,
            Layer::CrossAttention($module, _) => $body,
            Layer::TransformerEncoder($module, _) => $body,
            Layer::TransformerDecoder($module, _) => $body,
            Layer::Prelu($module) => $body,
            Layer::SwiGlu($module) => $body,
            Layer::Residual($module) => $body,
            Layer::Sequential($module) => $body,
            Layer::Parallel($module, _) => $body,
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
            Layer::Conv3d($module) => Layer::Conv3d($body),
            Layer::ConvTranspose1d($module) => Layer::ConvTranspose1d($body),
            Layer::ConvTranspose2d($module) => Layer::ConvTranspose2d($body),
            Layer::ConvTranspose3d($module) => Layer::ConvTranspose3d($body),
            Layer::DeformConv2d($module) => Layer::DeformConv2d($body),
            Layer::BatchNorm($module) => Layer::BatchNorm($body),
            Layer::LayerNorm($module) => Layer::LayerNorm($body),
            Layer::GroupNorm($module) => Layer::GroupNorm($body),
            Layer::InstanceNorm($module) => Layer::InstanceNorm($body),
            Layer::RmsNorm($module) => Layer::RmsNorm($body),
            Layer::Embedding($module) => Layer::Embedding($body),
            Layer::Lstm($module, output) => Layer::Lstm($body, output),
            Layer::Gru($module, output) => Layer::Gru($body, output),
            Layer::Rnn($module, output) => Layer::Rnn($body, output),
            Layer::BiRnn($module, output) => Layer::BiRnn($body, output),
            Layer::BiLstm($module, output) => Layer::BiLstm($body, output),
            Layer::BiGru($module, output) => Layer::BiGru($body, output),
            Layer::MultiHeadAttention($module, causal) => Layer::MultiHeadAttention($body, causal),
            Layer::CrossAttention($module, causal) => Layer::CrossAttention($body, causal),
            Layer::TransformerEncoder($module, causal) => Layer::TransformerEncoder($body, causal),
            Layer::TransformerDecoder($module, causal) => Layer::TransformerDecoder($body, causal),
            Layer::Prelu($module) => Layer::Prelu($body),
            Layer::SwiGlu($module) => Layer::SwiGlu($body),
            Layer::Residual($module) => Layer::Residual($body),
            Layer::Sequential($module) => Layer::Sequential($body),
            Layer::Parallel($module, merge) => Layer::Parallel($body, merge),
            other => other,
        }
    };
}

impl Layer {
    /// The output of a layer that reads one input alone: what is wired is run by its
    /// [`Block`]. The plan has made sure that ranks and sizes fit.
    pub fn forward(&self, input: Value, pass: &mut Pass) -> Value {
        match (self, input) {
            (Self::Linear(linear), input) => map_float!(input, x => linear.forward(x)),
            (Self::Conv1d(conv), Value::Float3(x)) => Value::Float3(conv.forward(x)),
            (Self::Conv2d(conv), Value::Float4(x)) => Value::Float4(conv.forward(x)),
            (Self::Conv3d(conv), Value::Float5(x)) => Value::Float5(conv.forward(x)),
            (Self::ConvTranspose1d(conv), Value::Float3(x)) => Value::Float3(conv.forward(x)),
            (Self::ConvTranspose2d(conv), Value::Float4(x)) => Value::Float4(conv.forward(x)),
            (Self::ConvTranspose3d(conv), Value::Float5(x)) => Value::Float5(conv.forward(x)),
            (Self::DeformConv2d(conv), Value::Float4(x)) => Value::Float4(conv.forward(x)),
            (Self::BatchNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::LayerNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::GroupNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::InstanceNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::RmsNorm(norm), input) => map_float!(input, x => rms_norm(norm, x)),
            (Self::LocalResponseNorm(norm), input) => map_float!(input, x => norm.forward(x)),
            (Self::Embedding(embedding), Value::Int2(x)) => Value::Float3(embedding.forward(x)),
            (Self::Lstm(lstm, output), Value::Float3(x)) => {
                let (states, last) = lstm.forward(x, None);
                one_way(states, last.hidden, *output)
            }
            (Self::Gru(gru, output), Value::Float3(x)) => {
                let states = gru.forward(x, None);
                let [_, length, _] = states.dims();
                let last = states.clone().narrow(1, length - 1, 1).squeeze_dim(1);
                one_way(states, last, *output)
            }
            (Self::Rnn(rnn, output), Value::Float3(x)) => {
                let (states, last) = rnn.forward(x, None);
                one_way(states, last.hidden, *output)
            }
            (Self::BiRnn(rnn, output), Value::Float3(x)) => {
                let (states, last) = rnn.forward(x, None);
                both_ways(states, last.hidden, *output)
            }
            (Self::BiLstm(lstm, output), Value::Float3(x)) => {
                let (states, last) = lstm.forward(x, None);
                both_ways(states, last.hidden, *output)
            }
            (Self::BiGru(gru, output), Value::Float3(x)) => {
                let (states, last) = gru.forward(x, None);
                both_ways(states, last, *output)
            }
            (Self::MultiHeadAttention(attention, causal), Value::Float3(x)) => {
                Value::Float3(attend(attention, x.clone(), x, &Masks::causal(*causal), pass))
            }
            (Self::TransformerEncoder(encoder, causal), Value::Float3(x)) => {
                Value::Float3(encode(encoder, x, &Masks::causal(*causal), pass))
            }
            (Self::PositionalEncoding { max_timescale }, Value::Float3(x)) => {
                let [_, length, features] = x.dims();
                let waves = nn::generate_sinusoids(length, features, *max_timescale, &x.device());
                Value::Float3(x + waves.unsqueeze())
            }
            (Self::RotaryEncoding { theta }, Value::Float3(x)) => Value::Float3(rotated(*theta, x)),
            (Self::Prelu(prelu), input) => map_float!(input, x => prelu.forward(x)),
            (Self::SwiGlu(swiglu), input) => map_float!(input, x => swiglu.forward(x)),
            (Self::MaxPool1d(pool), Value::Float3(x)) => Value::Float3(pool.forward(x)),
            (Self::AvgPool1d(pool), Value::Float3(x)) => Value::Float3(pool.forward(x)),
            (Self::AdaptiveAvgPool1d(pool), Value::Float3(x)) => Value::Float3(pool.forward(x)),
            (Self::MaxPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::AvgPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::AdaptiveAvgPool2d(pool), Value::Float4(x)) => Value::Float4(pool.forward(x)),
            (Self::AdaptiveAvgPool3d(pool), Value::Float5(x)) => Value::Float5(pool.forward(x)),
            (Self::Unfold4d(unfold), Value::Float4(x)) => Value::Float3(unfold.forward(x)),
            (Self::Fold4d(fold), Value::Float3(x)) => Value::Float4(fold.forward(x)),
            (Self::Dropout { probability }, input) => dropout(*probability, input, pass),
            (Self::GaussianNoise { std }, input) => noise(*std, input, pass),
            (Self::Sampling, input) => sampling(input, pass),
            (Self::Reshape(shape), input) => with_examples_of(shape, input),
            (Self::Permute(axes), input) => map_float!(input, x => permuted(axes, x)),
            (Self::Pad { axis, before, after, value }, input) => {
                map_float!(input, x => padded(x, axis + 1, [*before, *after], *value))
            }
            (Self::Reduce { by, axis, shape }, input) => {
                with_examples_of(shape, map_float!(input, x => reduced(*by, axis + 1, x)))
            }
            (Self::Flip { axis }, input) => map_float!(input, x => x.flip([axis + 1])),
            (Self::PixelShuffle(shuffle), Value::Float4(x)) => Value::Float4(shuffle.forward(x)),
            (Self::PixelUnshuffle(unshuffle), Value::Float4(x)) => {
                Value::Float4(unshuffle.forward(x))
            }
            (Self::Resize(resize), Value::Float3(x)) => Value::Float3(resize.signal(x)),
            (Self::Resize(resize), Value::Float4(x)) => Value::Float4(resize.image(x)),
            (Self::Activation(kind), input) => activate(kind, input, pass),
            (Self::Slice { axis, start, length }, input) => {
                map_float!(input, x => x.narrow(axis + 1, *start, *length))
            }
            (Self::OneHot { classes }, Value::Int2(x)) => {
                Value::Float3(x.one_hot::<3>(*classes).float())
            }
            (Self::Scale { factor }, input) => map_float!(input, x => x.mul_scalar(*factor)),
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

    /// The same with weights that get no gradient.
    pub fn frozen(self) -> Self {
        map_module!(self, module => module.no_grad())
    }

    /// The layers inside a container.
    pub fn block(&self) -> Option<&Block> {
        match self {
            Self::Residual(block) | Self::Sequential(block) | Self::Parallel(block, _) => {
                Some(block)
            }
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn block_mut(&mut self) -> Option<&mut Block> {
        match self {
            Self::Residual(block) | Self::Sequential(block) | Self::Parallel(block, _) => {
                Some(block)
            }
            _ => None,
        }
    }

    pub fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        on_module!(self, module => module.visit(visitor), else ())
    }

    pub fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        map_module!(self, module => module.map(mapper))
    }
}

/// The same numbers, in examples of another shape.
fn with_examples_of(shape: &[usize], input: Value) -> Value {
    let batch = [input.shape()[0]];
    input.reshape(&[&batch, shape].concat())
}

/// The axis stays, with one element.
fn reduced<const D: usize>(by: AxisReduction, axis: usize, x: Tensor<D>) -> Tensor<D> {
    match by {
        AxisReduction::Mean => x.mean_dim(axis),
        AxisReduction::Max => x.max_dim(axis),
        AxisReduction::Min => x.min_dim(axis),
        AxisReduction::Sum => x.sum_dim(axis),
    }
}

/// Burn's rotary encoding, over the length at hand.
fn rotated(theta: f64, x: Tensor<3>) -> Tensor<3> {
    let [_, length, features] = x.dims();
    let config = nn::RotaryEncodingConfig::new(length, features).with_theta(theta as f32);
    config.init(&x.device()).forward(x)
}

/// The batch axis stays the first.
fn permuted<const D: usize>(axes: &[usize], x: Tensor<D>) -> Tensor<D> {
    x.permute(std::array::from_fn::<usize, D, _>(|axis| match axis {
        0 => 0,
        axis => axes[axis - 1] + 1,
    }))
}

fn padded<const D: usize>(x: Tensor<D>, axis: usize, sizes: [usize; 2], value: f64) -> Tensor<D> {
    let [before, after] = sizes.map(|size| {
        let mut shape = x.dims();
        shape[axis] = size;
        (size > 0).then(|| Tensor::full(shape, value, &x.device()))
    });
    Tensor::cat([before, Some(x), after].into_iter().flatten().collect(), axis)
}

/// What a recurrent layer hands on, of all states `[batch, length, hidden]` and the last one
/// `[batch, hidden]`.
fn one_way(states: Tensor<3>, last: Tensor<2>, output: SequenceOutput) -> Value {
    match output {
        SequenceOutput::Sequence => Value::Float3(states),
        SequenceOutput::Last => Value::Float2(last),
    }
}

/// The same of two directions, whose last states are `[2, batch, hidden]`.
fn both_ways(states: Tensor<3>, last: Tensor<3>, output: SequenceOutput) -> Value {
    let [_, batch, hidden] = last.dims();
    one_way(states, last.swap_dims(0, 1).reshape([batch, 2 * hidden]), output)
}

/// Burn's layer, but in the precision of its input: its own forward pass computes the mean of
/// squares in 32 bits, and the gradient check in 64 bits would measure the rounding.
fn rms_norm<const D: usize>(norm: &nn::RmsNorm, x: Tensor<D>) -> Tensor<D> {
    let root = (x.clone().square().mean_dim(D - 1) + norm.epsilon).sqrt();
    (x / root) * norm.gamma.val().unsqueeze()
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
