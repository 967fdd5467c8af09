//! Reads the layers of sequences.

use super::initializer;
use crate::spec::options::OptionReader;
use crate::spec::{LayerKind, SequenceOutput};

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
        _ => return None,
    })
}

fn sequence_output(options: &mut OptionReader<'_, '_, '_>) -> SequenceOutput {
    match options.word("output") {
        "sequence" => SequenceOutput::Sequence,
        _ => SequenceOutput::Last,
    }
}
