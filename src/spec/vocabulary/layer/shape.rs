//! Nodes that only give their input another shape.

use crate::spec::vocabulary::{
    DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "flatten",
        kind: TermKind::Layer,
        summary: "All axes but the batch axis become one.",
        options: &[],
        main: None,
        example: "flatten",
        source: "nn-test",
    },
    TermMeta {
        name: "reshape",
        kind: TermKind::Layer,
        summary: "The example in a new shape of as many elements, without the \
                  batch axis.",
        options: &[TermOption {
            name: "shape",
            kind: Kind::ReshapeShape,
            default: Default::Required,
            doc: "the new shape; -1 stands for what is left",
        }],
        main: Some("shape"),
        example: "reshape: [1, 8, -1]",
        source: "nn-test",
    },
];
