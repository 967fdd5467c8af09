//! How many numbers a layer owns, and keeps for the backward pass, counted without building it.

use super::Signal;
use crate::spec::{Activation, Attention, Convolution, LayerKind, TransposedConvolution};

/// Trainable numbers and running statistics of a layer that is no container.
pub fn parameter_count(kind: &LayerKind, input: &Signal) -> usize {
    let dims = input.dims();
    let last = *dims.last().expect("a signal has at least one axis");
    let bias_of = |bias: bool, out: usize| if bias { out } else { 0 };
    match kind {
        LayerKind::Linear { out, bias, .. } => {
            last.saturating_mul(*out).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::Conv(Convolution { out, kernel, groups, bias, .. })
        | LayerKind::ConvTranspose(TransposedConvolution { out, kernel, groups, bias, .. }) => {
            kernels(dims[0], *out, *groups, kernel).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::DeformConv2d(conv) => {
            let places = conv.offsets().saturating_add(conv.masks());
            kernels(dims[0], conv.out, conv.weight_groups, &conv.kernel)
                .saturating_add(bias_of(conv.bias, conv.out))
                .saturating_add(kernels(dims[0], places, 1, &conv.kernel))
                .saturating_add(places)
        }
        LayerKind::BatchNorm { .. } => dims[0].saturating_mul(4),
        LayerKind::LayerNorm { bias, .. } => last.saturating_add(bias_of(*bias, last)),
        LayerKind::RmsNorm { .. } => last,
        LayerKind::GroupNorm { affine, .. } | LayerKind::InstanceNorm { affine, .. } => {
            bias_of(*affine, dims[0].saturating_mul(2))
        }
        LayerKind::Embedding { vocabulary, dimension, .. } => vocabulary.saturating_mul(*dimension),
        LayerKind::Recurrent(recurrent) => {
            gates(recurrent.gates(), last, recurrent.hidden, recurrent.bias)
        }
        LayerKind::MultiHeadAttention(attention) | LayerKind::CrossAttention { attention, .. } => {
            let Attention { query_bias, key_bias, value_bias, output_bias, .. } = attention;
            let biases = [query_bias, key_bias, value_bias, output_bias];
            let biased = biases.iter().filter(|bias| ***bias).count();
            last.saturating_mul(last).saturating_mul(4).saturating_add(last.saturating_mul(biased))
        }
        LayerKind::TransformerEncoder(encoder) => {
            encoder_block(last, encoder.feed_forward).saturating_mul(encoder.blocks)
        }
        LayerKind::TransformerDecoder(decoder) => {
            decoder_block(last, decoder.blocks.feed_forward).saturating_mul(decoder.blocks.blocks)
        }
        LayerKind::Activation(Activation::Prelu { parameters, .. }) => *parameters,
        LayerKind::Activation(Activation::SwiGlu { out, bias, .. }) => {
            last.saturating_mul(*out).saturating_add(bias_of(*bias, *out)).saturating_mul(2)
        }
        _ => 0,
    }
}

/// Kernels from every input channel of a group to every output channel of it. Their number is the
/// same for a transposed convolution.
fn kernels(channels: usize, out: usize, groups: usize, sizes: &[usize]) -> usize {
    let pairs = (channels / groups).saturating_mul(out);
    sizes.iter().fold(pairs, |count, size| count.saturating_mul(*size))
}

/// Four biased linear layers of the attention, two of the feed-forward network, and two layer
/// normalizations.
fn encoder_block(features: usize, feed_forward: usize) -> usize {
    let attention = features.saturating_add(1).saturating_mul(features).saturating_mul(4);
    let network = features
        .saturating_mul(feed_forward)
        .saturating_mul(2)
        .saturating_add(feed_forward)
        .saturating_add(features);
    attention.saturating_add(network).saturating_add(features.saturating_mul(4))
}

/// An encoder's block with one more attention and one more layer normalization.
fn decoder_block(features: usize, feed_forward: usize) -> usize {
    let attention = features.saturating_add(1).saturating_mul(features).saturating_mul(4);
    encoder_block(features, feed_forward)
        .saturating_add(attention)
        .saturating_add(features.saturating_mul(2))
}

/// Burn's gates: an input and a hidden transform each, both with a bias.
fn gates(count: usize, input: usize, hidden: usize, bias: bool) -> usize {
    let biases = if bias { hidden.saturating_mul(2) } else { 0 };
    input.saturating_add(hidden).saturating_mul(hidden).saturating_add(biases).saturating_mul(count)
}

/// The same of a layer that attends to a context.
pub fn inner_attended(kind: &LayerKind, input: &Signal, context: &Signal) -> usize {
    let (length, memory) = (input.dims()[0], context.dims()[0]);
    let scores = |heads: usize, of: usize| {
        heads.saturating_mul(length).saturating_mul(of).saturating_add(input.elements())
    };
    match kind {
        LayerKind::CrossAttention { attention, .. } => scores(attention.heads, memory),
        LayerKind::TransformerDecoder(decoder) => {
            let blocks = &decoder.blocks;
            scores(blocks.heads, length)
                .saturating_add(scores(blocks.heads, memory))
                .saturating_add(length.saturating_mul(blocks.feed_forward))
                .saturating_add(input.elements())
                .saturating_mul(blocks.blocks)
        }
        _ => 0,
    }
}

/// Numbers per example that the backward pass keeps of a layer's inside, beyond its output. The
/// scores of attention grow with the square of the length, and a deformable convolution gathers what
/// each of its windows sees.
pub fn inner_activations(kind: &LayerKind, input: &Signal, output: &Signal) -> usize {
    let scores = |heads: usize, dims: &[usize]| {
        heads.saturating_mul(dims[0]).saturating_mul(dims[0]).saturating_add(input.elements())
    };
    match kind {
        LayerKind::MultiHeadAttention(attention) => scores(attention.heads, input.dims()),
        LayerKind::TransformerEncoder(encoder) => {
            let hidden = input.dims()[0].saturating_mul(encoder.feed_forward);
            scores(encoder.heads, input.dims())
                .saturating_add(hidden)
                .saturating_add(input.elements())
                .saturating_mul(encoder.blocks)
        }
        LayerKind::DeformConv2d(conv) => {
            let window = conv.kernel[0].saturating_mul(conv.kernel[1]);
            let gathered = input.dims()[0].saturating_mul(window);
            let each = gathered.saturating_add(conv.offsets()).saturating_add(conv.masks());
            output.dims()[1..].iter().fold(each, |count, size| count.saturating_mul(*size))
        }
        _ => 0,
    }
}
