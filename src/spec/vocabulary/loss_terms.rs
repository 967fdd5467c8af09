//! A loss of several terms, and the targets that they compare outputs with.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "targets",
        kind: TermKind::Section,
        summary: "One of the `targets` of `data`: a further answer to each example, beside `target`, \
                  for a term of the loss that names it. Of tables, `npz` and `safetensors`. Its \
                  columns are no inputs.",
        options: &[
            TermOption {
                name: "name",
                kind: Kind::Text,
                default: Default::Required,
                doc: "what terms of the loss call it; `target` and `input` are taken",
            },
            TermOption {
                name: "column",
                kind: Kind::Columns,
                default: Default::Required,
                doc: "the column's name, or several, or the array",
            },
            TermOption {
                name: "task",
                kind: Kind::Word(&[
                    "classification",
                    "binary_classification",
                    "multi_label_classification",
                    "regression",
                ]),
                default: Default::Derived("the spec's"),
                doc: "what the answers are",
            },
            TermOption {
                name: "shape",
                kind: Kind::Shape,
                default: Default::Derived("one axis with all columns"),
                doc: "as for `target`",
            },
            TermOption {
                name: "ignore",
                kind: Kind::Text,
                default: Default::Derived("every place counts"),
                doc: "as for `target`",
            },
            TermOption {
                name: "positive",
                kind: Kind::Text,
                default: Default::Derived("the second of the sorted labels"),
                doc: "as for `target`",
            },
        ],
        main: None,
        example: "{name: size, column: area, task: regression}",
        source: "nn-test",
    },
    TermMeta {
        name: "term",
        kind: TermKind::Section,
        summary: "One of the terms of a loss. It reads an output of the model and compares it with a \
                  target of the data, with a constant, or with nothing.",
        options: &[
            TermOption {
                name: "name",
                kind: Kind::Text,
                default: Default::Required,
                doc: "what messages and snapshots call it",
            },
            TermOption {
                name: "loss",
                kind: Kind::Term(TermKind::Loss),
                default: Default::Required,
                doc: "the loss, with its options",
            },
            TermOption {
                name: "output",
                kind: Kind::Text,
                default: Default::Derived("the model's only output"),
                doc: "the name of the output that it reads, one of `outputs` of `model`",
            },
            TermOption {
                name: "target",
                kind: Kind::Text,
                default: Default::Derived("`target` of `data`"),
                doc: "what the output is compared with: `target`, the name of one of `targets`, or \
                      `input` for the numbers of the input, as they are scaled",
            },
            TermOption {
                name: "constant",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Derived("a target"),
                doc: "what the output is compared with in place of a target: a number, or class 0 or \
                      1; `mae` from 0 is a penalty on activity",
            },
            TermOption {
                name: "weight",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Number(1.0),
                doc: "by what its value is multiplied; below 0 the term is to grow",
            },
        ],
        main: None,
        example: "{name: reconstruction, loss: mse, target: input, weight: 2}",
        source: "nn-test",
    },
];
