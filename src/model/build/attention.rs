//! Builds attention, and the transformer's encoder and decoder.

use burn::nn::activation::ActivationConfig;
use burn::nn::attention::{MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::transformer::{
    TransformerDecoder, TransformerDecoderConfig, TransformerEncoder, TransformerEncoderConfig,
};
use burn::tensor::Device;

use super::{drawn_by_burn, orthogonalized};
use crate::spec::{Attention, Encoder, FeedForwardActivation};

/// Attention over so many features.
pub(super) fn build(attention: &Attention, features: usize, device: &Device) -> MultiHeadAttention {
    let mut config = MultiHeadAttentionConfig::new(features, attention.heads)
        .with_dropout(attention.dropout)
        .with_quiet_softmax(attention.quiet_softmax)
        .with_min_float(attention.min_float)
        .with_query_bias(attention.query_bias)
        .with_key_bias(attention.key_bias)
        .with_value_bias(attention.value_bias)
        .with_output_bias(attention.output_bias);
    if let Some(initializer) = drawn_by_burn(attention.initializer) {
        config = config.with_initializer(initializer);
    }
    orthogonalized(config.init(device), attention.initializer)
}

/// An encoder over so many features.
pub(super) fn encoder(encoder: &Encoder, features: usize, device: &Device) -> TransformerEncoder {
    let mut config = TransformerEncoderConfig::new(
        features,
        encoder.feed_forward,
        encoder.heads,
        encoder.blocks,
    )
    .with_dropout(encoder.dropout)
    .with_norm_first(encoder.norm_first)
    .with_quiet_softmax(encoder.quiet_softmax)
    .with_activation(activation(encoder))
    .with_layer_norm_eps(encoder.epsilon);
    if let Some(initializer) = drawn_by_burn(encoder.initializer) {
        config = config.with_initializer(initializer);
    }
    orthogonalized(config.init(device), encoder.initializer)
}

/// A decoder over so many features.
pub(super) fn decoder(blocks: &Encoder, features: usize, device: &Device) -> TransformerDecoder {
    let mut config =
        TransformerDecoderConfig::new(features, blocks.feed_forward, blocks.heads, blocks.blocks)
            .with_dropout(blocks.dropout)
            .with_norm_first(blocks.norm_first)
            .with_quiet_softmax(blocks.quiet_softmax)
            .with_activation(activation(blocks))
            .with_layer_norm_eps(blocks.epsilon);
    if let Some(initializer) = drawn_by_burn(blocks.initializer) {
        config = config.with_initializer(initializer);
    }
    orthogonalized(config.init(device), blocks.initializer)
}

fn activation(blocks: &Encoder) -> ActivationConfig {
    match blocks.activation {
        FeedForwardActivation::Gelu => ActivationConfig::Gelu,
        FeedForwardActivation::Relu => ActivationConfig::Relu,
    }
}
