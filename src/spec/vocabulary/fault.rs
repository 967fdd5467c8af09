//! Faults that a spec can plant.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const LAYER: TermOption = TermOption {
    name: "layer",
    kind: Kind::Text,
    default: Default::Required,
    doc: "the layer's name: its own, or its kind and number, like `linear2`",
};

const SOURCE: &str = "nn-test";

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "freeze_layer",
        kind: TermKind::Fault,
        summary: "The optimizer never gets this layer's tensors.",
        options: &[LAYER],
        main: Some("layer"),
        example: "freeze_layer: hidden",
        source: SOURCE,
    },
    TermMeta {
        name: "decay_frozen",
        kind: TermKind::Fault,
        summary: "The layer's frozen tensors lose a hundredth in each step, as a weight decay does that \
                  reaches them.",
        options: &[LAYER],
        main: Some("layer"),
        example: "decay_frozen: hidden",
        source: SOURCE,
    },
    TermMeta {
        name: "wrong_gradient",
        kind: TermKind::Fault,
        summary: "The layer's backward is wrong: gradients through its output are multiplied by \
                  the factor, while its output stays as it is.",
        options: &[
            LAYER,
            TermOption {
                name: "factor",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Number(0.5),
                doc: "1 would be right",
            },
        ],
        main: Some("layer"),
        example: "wrong_gradient: {layer: hidden, factor: 0.5}",
        source: SOURCE,
    },
    TermMeta {
        name: "shuffle_labels",
        kind: TermKind::Fault,
        summary: "Labels are permuted against their inputs, anew at every step: batch and labels \
                  are out of step.",
        options: &[],
        main: None,
        example: "shuffle_labels",
        source: SOURCE,
    },
    TermMeta {
        name: "negate_gradient",
        kind: TermKind::Fault,
        summary: "The gradient's sign is turned: the optimizer climbs.",
        options: &[],
        main: None,
        example: "negate_gradient",
        source: SOURCE,
    },
    TermMeta {
        name: "mix_batch",
        kind: TermKind::Fault,
        summary: "Each output is halfway to the mean of its batch, as a reshape or a normalization over \
                  the batch axis makes it.",
        options: &[],
        main: None,
        example: "mix_batch",
        source: SOURCE,
    },
    TermMeta {
        name: "coarse_layer",
        kind: TermKind::Fault,
        summary: "The layer's outputs are rounded to multiples of 1/256 on the device that tests run on, as \
                  by a kernel in half precision. Where that is the reference device itself, nothing is \
                  changed.",
        options: &[LAYER],
        main: Some("layer"),
        example: "coarse_layer: hidden",
        source: SOURCE,
    },
];
