//! Reads the layers of sequences.

use super::initializer;
use super::wiring::padding_mask;
use crate::spec::options::OptionReader;
use crate::spec::{
    Attention, Cell, Decoder, Encoder, FeedForwardActivation, GateActivation, LayerKind, Recurrent,
    SequenceOutput,
};

/// The layer of sequences that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "embedding" => LayerKind::Embedding {
            vocabulary: options.count("vocabulary"),
            dimension: options.count("dimension"),
            initializer: initializer(options, "initializer"),
        },
        "rnn" | "bi_rnn" | "gru" | "bi_gru" | "lstm" | "bi_lstm" => recurrent(options),
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
        "rotary_encoding" => LayerKind::RotaryEncoding { theta: options.number("theta") },
        _ => return None,
    })
}

fn recurrent(options: &mut OptionReader<'_, '_, '_>) -> LayerKind {
    let name = options.term().name;
    let both_ways = name.starts_with("bi_");
    let cell = match name.trim_start_matches("bi_") {
        "lstm" => Cell::Lstm {
            input_forget: options.flag("input_forget"),
            gate_activation: gate_activation(options, "gate_activation"),
            cell_activation: gate_activation(options, "cell_activation"),
        },
        "gru" => Cell::Gru {
            reset_after: options.flag("reset_after"),
            gate_activation: gate_activation(options, "gate_activation"),
        },
        _ => Cell::Rnn,
    };
    // What Burn's layers have no option for is what it would be without one.
    let can_reverse = options.term().option("reverse").is_some();
    LayerKind::Recurrent(Recurrent {
        cell,
        both_ways,
        hidden: options.count("hidden"),
        bias: options.flag("bias"),
        output: sequence_output(options),
        reverse: can_reverse && options.flag("reverse"),
        clip: options.optional_number("clip").map(|clip| clip.value),
        hidden_activation: gate_activation(options, "hidden_activation"),
        initializer: initializer(options, "initializer"),
    })
}

fn gate_activation(options: &mut OptionReader<'_, '_, '_>, name: &str) -> GateActivation {
    GateActivation::of(options.word(name))
}

fn attention(options: &mut OptionReader<'_, '_, '_>) -> Attention {
    Attention {
        heads: options.count("heads"),
        dropout: options.number("dropout"),
        causal: options.flag("causal"),
        quiet_softmax: options.flag("quiet_softmax"),
        min_float: options.number("min_float"),
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
