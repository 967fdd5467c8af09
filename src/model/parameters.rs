//! How many numbers a layer owns, and keeps for the backward pass, counted without building it.

use super::Signal;
use crate::spec::{Activation, Attention, LayerKind};

/// Trainable numbers and running statistics of a layer that is no container.
pub fn parameter_count(kind: &LayerKind, input: &Signal) -> usize {
    let dims = input.dims();
    let last = *dims.last().expect("a signal has at least one axis");
    let bias_of = |bias: bool, out: usize| if bias { out } else { 0 };
    match kind {
        LayerKind::Linear { out, bias, .. } => {
            last.saturating_mul(*out).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::Conv1d { out, kernel, groups, bias, .. }
        | LayerKind::ConvTranspose1d { out, kernel, groups, bias, .. } => {
            kernels(dims[0], *out, *groups, &[*kernel]).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::Conv2d { out, kernel, groups, bias, .. }
        | LayerKind::ConvTranspose2d { out, kernel, groups, bias, .. } => {
            kernels(dims[0], *out, *groups, kernel).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::Conv3d { out, kernel, groups, bias, .. } => {
            kernels(dims[0], *out, *groups, kernel).saturating_add(bias_of(*bias, *out))
        }
        LayerKind::BatchNorm { .. } => dims[0].saturating_mul(4),
        LayerKind::LayerNorm { bias, .. } => last.saturating_add(bias_of(*bias, last)),
        LayerKind::RmsNorm { .. } => last,
        LayerKind::GroupNorm { affine, .. } | LayerKind::InstanceNorm { affine, .. } => {
            bias_of(*affine, dims[0].saturating_mul(2))
        }
        LayerKind::Embedding { vocabulary, dimension, .. } => vocabulary.saturating_mul(*dimension),
        LayerKind::Lstm { hidden, bias, .. } => gates(4, last, *hidden, *bias),
        LayerKind::Gru { hidden, bias, .. } => gates(3, last, *hidden, *bias),
        LayerKind::Rnn { hidden, bias, .. } => gates(1, last, *hidden, *bias),
        LayerKind::BiLstm { hidden, bias, .. } => gates(8, last, *hidden, *bias),
        LayerKind::BiGru { hidden, bias, .. } => gates(6, last, *hidden, *bias),
        LayerKind::BiRnn { hidden, bias, .. } => gates(2, last, *hidden, *bias),
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
        LayerKind::Activation(Activation::SwiGlu { out, bias }) => {
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
/// scores of attention grow with the square of the length.
pub fn inner_activations(kind: &LayerKind, input: &Signal) -> usize {
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
        _ => 0,
    }
}
