//! How many numbers a layer owns, counted without building it.

use super::Signal;
use crate::spec::{Activation, LayerKind};

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
