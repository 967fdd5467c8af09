//! Reads the layers of sequences.

use super::initializer;
use super::wiring::padding_mask;
use crate::spec::options::OptionReader;
use crate::spec::{Attention, Decoder, Encoder, FeedForwardActivation, LayerKind, SequenceOutput};

/// The layer of sequences that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "embedding" => LayerKind::Embedding {
            vocabulary: options.count("vocabulary"),
            dimension: options.count("dimension"),
            initializer: initializer(options, "initializer"),
        },
        "lstm" => LayerKind::Lstm {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "gru" => LayerKind::Gru {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            reset_after: options.flag("reset_after"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "rnn" => LayerKind::Rnn {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "bi_rnn" => LayerKind::BiRnn {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "bi_lstm" => LayerKind::BiLstm {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "bi_gru" => LayerKind::BiGru {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            reset_after: options.flag("reset_after"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "multi_head_attention" => LayerKind::MultiHeadAttention(attention(options)),
        "cross_attention" => LayerKind::CrossAttention {
            attention: attention(options),
            context: options.text("context"),
        },
        "transformer_encoder" => LayerKind::TransformerEncoder(blocks(options)),
        "transformer_decoder" => LayerKind::TransformerDecoder(Decoder {
            blocks: blocks(options),
            memory: options.text("memory"),
            memory_padding: padding_mask(options, "mask_memory_padding", "memory_padding_token"),
        }),
        "positional_encoding" => {
            LayerKind::PositionalEncoding { max_timescale: options.count("max_timescale") }
        }
        _ => return None,
    })
}

fn attention(options: &mut OptionReader<'_, '_, '_>) -> Attention {
    Attention {
        heads: options.count("heads"),
        dropout: options.number("dropout"),
        causal: options.flag("causal"),
        quiet_softmax: options.flag("quiet_softmax"),
        query_bias: options.flag("query_bias"),
        key_bias: options.flag("key_bias"),
        value_bias: options.flag("value_bias"),
        output_bias: options.flag("output_bias"),
        initializer: initializer(options, "initializer"),
        padding: padding_mask(options, "mask_padding", "padding_token"),
    }
}

/// What the blocks of encoders and decoders have in common.
fn blocks(options: &mut OptionReader<'_, '_, '_>) -> Encoder {
    Encoder {
        blocks: options.count("blocks"),
        heads: options.count("heads"),
        feed_forward: options.count("feed_forward"),
        dropout: options.number("dropout"),
        causal: options.flag("causal"),
        quiet_softmax: options.flag("quiet_softmax"),
        norm_first: options.flag("norm_first"),
        activation: match options.word("activation") {
            "relu" => FeedForwardActivation::Relu,
            _ => FeedForwardActivation::Gelu,
        },
        epsilon: options.number("epsilon"),
        initializer: initializer(options, "initializer"),
        padding: padding_mask(options, "mask_padding", "padding_token"),
    }
}

fn sequence_output(options: &mut OptionReader<'_, '_, '_>) -> SequenceOutput {
    match options.word("output") {
        "sequence" => SequenceOutput::Sequence,
        _ => SequenceOutput::Last,
    }
}
