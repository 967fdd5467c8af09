//! Containers, joins and shared weights.

use super::size;
use crate::spec::vocabulary::{
    Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const LAYERS: TermOption = TermOption {
    name: "layers",
    kind: Kind::Terms(TermKind::Layer),
    default: Default::Required,
    doc: "the inner layers",
};

const FROM: TermOption = TermOption {
    name: "from",
    kind: Kind::Texts,
    default: Default::Required,
    doc: "names of the outputs that are joined: of earlier layers, or of inputs of the model",
};

const AXIS: TermOption = TermOption {
    name: "axis",
    kind: Kind::Count { least: 0 },
    default: Default::Count(0),
    doc: "the axis that grows, counted from 0 without the batch axis: of images the channels",
};

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "residual",
        kind: TermKind::Layer,
        summary: "x + f(x), with f the inner layers, which keep the shape.",
        options: &[LAYERS],
        main: Some("layers"),
        example: "residual: [linear: 16, relu]",
        source: "He, Zhang, Ren, Sun: Deep Residual Learning (2015)",
    },
    TermMeta {
        name: "sequential",
        kind: TermKind::Layer,
        summary: "The inner layers in a row, as one layer: it can have a name, be read by others, \
                  frozen, or run again with `shared`.",
        options: &[LAYERS],
        main: Some("layers"),
        example: "sequential: {layers: [linear: 16, relu], name: encoder}",
        source: "nn-test",
    },
    TermMeta {
        name: "parallel",
        kind: TermKind::Layer,
        summary: "Rows of layers over the same input, whose outputs are merged. The layers of the \
                  second branch have paths like `parallel1.2.linear1`.",
        options: &[
            TermOption {
                name: "branches",
                kind: Kind::Branches,
                default: Default::Required,
                doc: "the rows of layers, at least two",
            },
            TermOption {
                name: "merge",
                kind: Kind::Word(&["concat", "add", "multiply"]),
                default: Default::Word("concat"),
                doc: "how their outputs become one",
            },
            AXIS,
        ],
        main: Some("branches"),
        example: "parallel: {branches: [[linear: 8, relu], [linear: 8, tanh]], merge: add}",
        source: "Szegedy et al.: Going Deeper with Convolutions (2014)",
    },
    TermMeta {
        name: "repeat",
        kind: TermKind::Layer,
        summary: "The inner layers so many times in a row, each time with weights of their own. The \
                  layers of the second time have paths like `repeat1.2.linear1`.",
        options: &[size("times", "how many times"), LAYERS],
        main: None,
        example: "repeat: {times: 2, layers: [linear: 16, relu]}",
        source: "nn-test",
    },
    TermMeta {
        name: "shared",
        kind: TermKind::Layer,
        summary: "An earlier layer or block once more, with the same weights: gradients of all its \
                  uses add up, and its numbers are counted once.",
        options: &[TermOption {
            name: "layer",
            kind: Kind::Text,
            default: Default::Required,
            doc: "the name of the layer whose weights are used",
        }],
        main: Some("layer"),
        example: "shared: {layer: encoder, from: input}",
        source: "Bromley et al.: Signature Verification using a Siamese Network (1993)",
    },
    TermMeta {
        name: "add",
        kind: TermKind::Layer,
        summary: "The sum of several outputs of one shape.",
        options: &[FROM],
        main: Some("from"),
        example: "add: [input, input]",
        source: "nn-test",
    },
    TermMeta {
        name: "multiply",
        kind: TermKind::Layer,
        summary: "The product of several outputs of one shape, element by element.",
        options: &[FROM],
        main: Some("from"),
        example: "multiply: [input, input]",
        source: "nn-test",
    },
    TermMeta {
        name: "concat",
        kind: TermKind::Layer,
        summary: "Several outputs one behind the other along an axis; all other axes are equal.",
        options: &[FROM, AXIS],
        main: Some("from"),
        example: "concat: {from: [input, input], axis: 0}",
        source: "nn-test",
    },
    TermMeta {
        name: "cosine_similarity",
        kind: TermKind::Layer,
        summary: "x·y / (max(‖x‖, eps) · max(‖y‖, eps)) of two outputs of one shape, along their last \
                  axis, which goes: `[features]` gives `[1]`, `[length, features]` gives `[length]`.",
        options: &[
            FROM,
            TermOption {
                name: "eps",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Number(1e-8),
                doc: "the least norm that is divided by",
            },
        ],
        main: Some("from"),
        example: "cosine_similarity: [input, input]",
        source: "Burn 0.22, CosineSimilarityConfig, whose `dim` is the last axis here",
    },
    TermMeta {
        name: "pairwise_distance",
        kind: TermKind::Layer,
        summary: "(Σ |x − y + eps|^p)^(1/p) of two outputs of one shape, along their last axis, which \
                  goes: `[features]` gives `[1]`, `[length, features]` gives `[length]`.",
        options: &[
            FROM,
            TermOption {
                name: "p",
                kind: Kind::Number(Bounds::AtLeastOne),
                default: Default::Number(2.0),
                doc: "the norm",
            },
            TermOption {
                name: "eps",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(1e-6),
                doc: "what is added to each difference; at 0 equal inputs have no derivative",
            },
        ],
        main: Some("from"),
        example: "pairwise_distance: [input, input]",
        source: "Burn 0.22, PairwiseDistanceConfig",
    },
];
