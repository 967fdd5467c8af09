//! Layers of sequences.

use super::{BIAS, INITIALIZER, flag, size};
use crate::spec::vocabulary::{
    DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const OUTPUT: TermOption = TermOption {
    name: "output",
    kind: Kind::Word(&["last", "sequence"]),
    default: Default::Word("last"),
    doc: "the last state `[hidden]`, or all of them `[length, hidden]`",
};

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "embedding",
        kind: TermKind::Layer,
        summary: "A learned vector per token: `[length]` of tokens becomes \
                  `[length, dimension]`.",
        options: &[
            size("vocabulary", "number of tokens"),
            size("dimension", "size of a token's vector"),
            INITIALIZER,
        ],
        main: None,
        example: "embedding: {vocabulary: 8, dimension: 16}",
        source: "Burn 0.22, EmbeddingConfig; initialized as N(0, 1)",
    },
    TermMeta {
        name: "lstm",
        kind: TermKind::Layer,
        summary: "Long short-term memory over `[length, features]`.",
        options: &[size("hidden", "size of the state"), BIAS, OUTPUT, INITIALIZER],
        main: Some("hidden"),
        example: "lstm: {hidden: 16, output: last}",
        source: "Hochreiter, Schmidhuber (1997); Burn 0.22, LstmConfig; \
                 initialized by xavier_normal",
    },
    TermMeta {
        name: "gru",
        kind: TermKind::Layer,
        summary: "Gated recurrent unit over `[length, features]`.",
        options: &[
            size("hidden", "size of the state"),
            BIAS,
            flag("reset_after", true, "whether the reset gate acts after the matrix product"),
            OUTPUT,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "gru: 16",
        source: "Cho et al. (2014); Burn 0.22, GruConfig; initialized by \
                 xavier_normal",
    },
];
