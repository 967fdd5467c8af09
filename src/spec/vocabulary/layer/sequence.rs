//! Layers of sequences.

use super::norm::EPSILON;
use super::{BIAS, INITIALIZER, flag, size};
use crate::spec::GateActivation;
use crate::spec::vocabulary::{
    Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const OUTPUT: TermOption = TermOption {
    name: "output",
    kind: Kind::Word(&["last", "sequence"]),
    default: Default::Word("last"),
    doc: "the last state `[hidden]`, or all of them `[length, hidden]`",
};

const OUTPUT_OF_BOTH: TermOption = TermOption {
    doc: "the last states of both directions `[2 · hidden]`, or all of them `[length, 2 · hidden]`",
    ..OUTPUT
};

const RESET_AFTER: TermOption =
    flag("reset_after", true, "whether the reset gate acts after the matrix product");

const REVERSE: TermOption = flag("reverse", false, "whether it begins at the end");

const INPUT_FORGET: TermOption =
    flag("input_forget", false, "whether the forget gate is 1 − the input gate");

const CLIP: TermOption = TermOption {
    name: "clip",
    kind: Kind::Number(Bounds::Positive),
    default: Default::Derived("none"),
    doc: "the state is kept between −clip and clip",
};

const CLIP_OF_CELL: TermOption =
    TermOption { doc: "the cell's state is kept between −clip and clip", ..CLIP };

const fn activation(name: &'static str, default: &'static str, doc: &'static str) -> TermOption {
    TermOption {
        name,
        kind: Kind::Word(GateActivation::WORDS),
        default: Default::Word(default),
        doc,
    }
}

const GATE_ACTIVATION: TermOption =
    activation("gate_activation", "sigmoid", "activation of the gates");

const CELL_ACTIVATION: TermOption =
    activation("cell_activation", "tanh", "activation of what enters the cell");

const HIDDEN_ACTIVATION: TermOption =
    activation("hidden_activation", "tanh", "activation of the new state");

const HIDDEN_ACTIVATION_OF_LSTM: TermOption =
    TermOption { doc: "activation of the cell's state on its way out", ..HIDDEN_ACTIVATION };

const DROPOUT: TermOption = TermOption {
    name: "dropout",
    kind: Kind::Number(Bounds::Fraction),
    default: Default::Number(0.1),
    doc: "probability of a weight of the attention to be zeroed in training",
};

const HEADS: TermOption = size("heads", "heads of the attention; divide the features");

const CAUSAL: TermOption =
    flag("causal", false, "whether a place sees itself and what is before it alone");

const QUIET_SOFTMAX: TermOption =
    flag("quiet_softmax", false, "whether a head may attend to nothing: e^s / (1 + Σ e^s)");

const MASK_PADDING: TermOption = TermOption {
    name: "mask_padding",
    kind: Kind::Text,
    default: Default::Derived("nothing is masked"),
    doc: "the name of an input of tokens as long as what is attended to: attention does not look at \
          the places where it holds `padding_token`",
};

const PADDING_TOKEN: TermOption = TermOption {
    name: "padding_token",
    kind: Kind::Count { least: 0 },
    default: Default::Count(0),
    doc: "the token that fills sequences up",
};

const MIN_FLOAT: TermOption = TermOption {
    name: "min_float",
    kind: Kind::Number(Bounds::Negative),
    default: Default::Number(-1e4),
    doc: "score of what a place does not see: later places where it is `causal`, padding",
};

const NORM_FIRST: TermOption = flag(
    "norm_first",
    false,
    "whether the input of each part is normalized rather than the sum; then the encoder's `norm_2` \
         stands before the attention, in PyTorch `norm1`",
);

const FEED_FORWARD_ACTIVATION: TermOption = TermOption {
    name: "activation",
    kind: Kind::Word(&["gelu", "relu"]),
    default: Default::Word("gelu"),
    doc: "activation of the feed-forward network",
};

const BLOCKS_DROPOUT: TermOption = TermOption {
    doc: "probability of an element to be zeroed in training: of the attention's weights, of the hidden units, and of each part's outputs",
    ..DROPOUT
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
        options: &[
            size("hidden", "size of the state"),
            BIAS,
            OUTPUT,
            REVERSE,
            INPUT_FORGET,
            CLIP_OF_CELL,
            GATE_ACTIVATION,
            CELL_ACTIVATION,
            HIDDEN_ACTIVATION_OF_LSTM,
            INITIALIZER,
        ],
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
            RESET_AFTER,
            OUTPUT,
            CLIP,
            GATE_ACTIVATION,
            HIDDEN_ACTIVATION,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "gru: 16",
        source: "Cho et al. (2014); Burn 0.22, GruConfig; initialized by \
                 xavier_normal",
    },
    TermMeta {
        name: "rnn",
        kind: TermKind::Layer,
        summary: "Recurrent network over `[length, features]`: h = tanh(W x + U h + b).",
        options: &[
            size("hidden", "size of the state"),
            BIAS,
            OUTPUT,
            REVERSE,
            CLIP,
            HIDDEN_ACTIVATION,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "rnn: 16",
        source: "Elman: Finding Structure in Time (1990); Burn 0.22, RnnConfig; initialized by xavier_normal",
    },
    TermMeta {
        name: "bi_rnn",
        kind: TermKind::Layer,
        summary: "Two recurrent networks over `[length, features]`, one from each end, their states side by side.",
        options: &[
            size("hidden", "size of each direction's state"),
            BIAS,
            OUTPUT_OF_BOTH,
            CLIP,
            HIDDEN_ACTIVATION,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "bi_rnn: 16",
        source: "Schuster, Paliwal: Bidirectional Recurrent Neural Networks (1997); Burn 0.22, BiRnnConfig; initialized by xavier_normal",
    },
    TermMeta {
        name: "bi_lstm",
        kind: TermKind::Layer,
        summary: "Two long short-term memories over `[length, features]`, one from each end, their states side by side.",
        options: &[
            size("hidden", "size of each direction's state"),
            BIAS,
            OUTPUT_OF_BOTH,
            INPUT_FORGET,
            CLIP_OF_CELL,
            GATE_ACTIVATION,
            CELL_ACTIVATION,
            HIDDEN_ACTIVATION_OF_LSTM,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "bi_lstm: {hidden: 16, output: sequence}",
        source: "Graves, Schmidhuber (2005); Burn 0.22, BiLstmConfig; initialized by xavier_normal",
    },
    TermMeta {
        name: "bi_gru",
        kind: TermKind::Layer,
        summary: "Two gated recurrent units over `[length, features]`, one from each end, their states side by side.",
        options: &[
            size("hidden", "size of each direction's state"),
            BIAS,
            RESET_AFTER,
            OUTPUT_OF_BOTH,
            CLIP,
            GATE_ACTIVATION,
            HIDDEN_ACTIVATION,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "bi_gru: 16",
        source: "Cho et al. (2014); Burn 0.22, BiGruConfig; initialized by xavier_normal",
    },
    TermMeta {
        name: "multi_head_attention",
        kind: TermKind::Layer,
        summary: "Attention of a sequence `[length, features]` to itself: in each head softmax(Q Kᵀ / √d) V, with d features per head; then a linear layer over all heads.",
        options: &[
            HEADS,
            DROPOUT,
            CAUSAL,
            QUIET_SOFTMAX,
            MIN_FLOAT,
            flag("query_bias", true, "whether queries have a bias"),
            flag("key_bias", true, "whether keys have a bias"),
            flag("value_bias", true, "whether values have a bias"),
            flag("output_bias", true, "whether the last linear layer has a bias"),
            INITIALIZER,
            MASK_PADDING,
            PADDING_TOKEN,
        ],
        main: Some("heads"),
        example: "multi_head_attention: {heads: 4, causal: true}",
        source: "Vaswani et al.: Attention Is All You Need (2017); Burn 0.22, MultiHeadAttentionConfig",
    },
    TermMeta {
        name: "cross_attention",
        kind: TermKind::Layer,
        summary: "Attention of a sequence `[length, features]` to another one of as many features: queries are of the input, keys and values of the context.",
        options: &[
            HEADS,
            TermOption {
                name: "context",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the name of the output that is attended to",
            },
            DROPOUT,
            TermOption {
                doc: "whether place t sees the context up to its own place t alone",
                ..CAUSAL
            },
            QUIET_SOFTMAX,
            MIN_FLOAT,
            flag("query_bias", true, "whether queries have a bias"),
            flag("key_bias", true, "whether keys have a bias"),
            flag("value_bias", true, "whether values have a bias"),
            flag("output_bias", true, "whether the last linear layer has a bias"),
            INITIALIZER,
            MASK_PADDING,
            PADDING_TOKEN,
        ],
        main: None,
        example: "cross_attention: {heads: 4, context: input}",
        source: "Vaswani et al.: Attention Is All You Need (2017); Burn 0.22, MultiHeadAttentionConfig",
    },
    TermMeta {
        name: "transformer_encoder",
        kind: TermKind::Layer,
        summary: "Blocks over `[length, features]`, each of attention and a feed-forward network at every place, with a residual around both and a layer normalization each.",
        options: &[
            size("blocks", "number of blocks"),
            HEADS,
            size("feed_forward", "hidden units of the feed-forward network"),
            BLOCKS_DROPOUT,
            CAUSAL,
            QUIET_SOFTMAX,
            NORM_FIRST,
            FEED_FORWARD_ACTIVATION,
            EPSILON,
            INITIALIZER,
            MASK_PADDING,
            PADDING_TOKEN,
        ],
        main: None,
        example: "transformer_encoder: {blocks: 2, heads: 4, feed_forward: 32}",
        source: "Vaswani et al.: Attention Is All You Need (2017); Burn 0.22, TransformerEncoderConfig",
    },
    TermMeta {
        name: "transformer_decoder",
        kind: TermKind::Layer,
        summary: "Blocks over `[length, features]`, each of attention to itself, attention to a memory of as many features, and a feed-forward network, with a residual around each and a layer normalization each.",
        options: &[
            size("blocks", "number of blocks"),
            HEADS,
            size("feed_forward", "hidden units of the feed-forward network"),
            TermOption {
                name: "memory",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the name of the output that is attended to, such as the encoder's",
            },
            BLOCKS_DROPOUT,
            TermOption {
                default: Default::Flag(true),
                doc: "whether a place sees itself and what is before it alone, in the attention to itself",
                ..CAUSAL
            },
            QUIET_SOFTMAX,
            NORM_FIRST,
            FEED_FORWARD_ACTIVATION,
            EPSILON,
            INITIALIZER,
            MASK_PADDING,
            PADDING_TOKEN,
            TermOption {
                name: "mask_memory_padding",
                doc: "the name of an input of tokens as long as the memory: attention does not look at the places where it holds `memory_padding_token`",
                ..MASK_PADDING
            },
            TermOption { name: "memory_padding_token", ..PADDING_TOKEN },
        ],
        main: None,
        example: "transformer_decoder: {blocks: 1, heads: 4, feed_forward: 32, memory: input}",
        source: "Vaswani et al.: Attention Is All You Need (2017); Burn 0.22, TransformerDecoderConfig, which leaves the causal mask to its caller",
    },
    TermMeta {
        name: "positional_encoding",
        kind: TermKind::Layer,
        summary: "Adds the place t in `[length, features]`: sin(t · T^(−2i / features)) to feature 2i, the cosine to feature 2i + 1.",
        options: &[TermOption {
            name: "max_timescale",
            kind: Kind::Count { least: 1 },
            default: Default::Count(10_000),
            doc: "T, the base of the wave lengths; at least the length",
        }],
        main: None,
        example: "positional_encoding",
        source: "Vaswani et al.: Attention Is All You Need (2017); Burn 0.22, PositionalEncodingConfig",
    },
    TermMeta {
        name: "rotary_encoding",
        kind: TermKind::Layer,
        summary: "Rotates features 2i and 2i + 1 at place t of `[length, features]` by the angle t · theta^(−2i / features).",
        options: &[TermOption {
            name: "theta",
            kind: Kind::Number(Bounds::Positive),
            default: Default::Number(10_000.0),
            doc: "base of the angles",
        }],
        main: None,
        example: "rotary_encoding",
        source: "Su et al.: RoFormer (2021); Burn 0.22, RotaryEncodingConfig",
    },
];
