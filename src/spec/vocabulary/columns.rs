//! What becomes of columns: scalings, encodings, and treatments of missing values.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const PER: TermOption = TermOption {
    name: "per",
    kind: Kind::Word(&["column", "channel", "feature", "all"]),
    default: Default::Word("column"),
    doc: "which numbers share their statistics: none; those of a channel, the first axis of \
          `[channels, height, width]`; those of a feature, the last axis of `[length, features]`; \
          or all",
};

const INDICATOR: TermOption = TermOption {
    name: "indicator",
    kind: Kind::Flag,
    default: Default::Flag(false),
    doc: "whether a column is added after it that is 1 where the value was missing, else 0",
};

pub(super) static SCALINGS: &[TermMeta] = &[
    TermMeta {
        name: "none",
        kind: TermKind::Scaling,
        summary: "Numbers as they are.",
        options: &[],
        main: None,
        example: "none",
        source: "nn-test",
    },
    TermMeta {
        name: "standardize",
        kind: TermKind::Scaling,
        summary: "(x − mean) / standard deviation; both from the training part alone.",
        options: &[PER],
        main: None,
        example: "standardize",
        source: "LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.3",
    },
    TermMeta {
        name: "robust",
        kind: TermKind::Scaling,
        summary: "(x − median) / (third quartile − first quartile), all from the training part \
                  alone: a few wild numbers do not move them.",
        options: &[PER],
        main: None,
        example: "robust",
        source: "scikit-learn, RobustScaler",
    },
    TermMeta {
        name: "min_max",
        kind: TermKind::Scaling,
        summary: "(x − low) / (high − low): from `[low, high]` to `[0, 1]`, all columns alike.",
        options: &[TermOption {
            name: "range",
            kind: Kind::Range,
            default: Default::Required,
            doc: "the numbers that become 0 and 1",
        }],
        main: Some("range"),
        example: "{min_max: [0, 16]}",
        source: "nn-test",
    },
    TermMeta {
        name: "multiply",
        kind: TermKind::Scaling,
        summary: "x · factor, all columns alike.",
        options: &[TermOption {
            name: "factor",
            kind: Kind::Number(Bounds::Finite),
            default: Default::Required,
            doc: "the factor",
        }],
        main: Some("factor"),
        example: "{multiply: 1000}",
        source: "nn-test",
    },
];

pub(super) static ENCODINGS: &[TermMeta] = &[
    TermMeta {
        name: "one_hot",
        kind: TermKind::Encoding,
        summary: "A column for each category of the training part, in the order of the sorted \
                  names: 1 where it is the row's, else 0.",
        options: &[TermOption {
            name: "unknown",
            kind: Kind::Word(&["error", "zeros"]),
            default: Default::Word("error"),
            doc: "what a category is that only held-out rows have: an error, or zeros in all of \
                  its columns",
        }],
        main: None,
        example: "one_hot",
        source: "scikit-learn, OneHotEncoder",
    },
    TermMeta {
        name: "ordinal",
        kind: TermKind::Encoding,
        summary: "The category's place from 0, for categories that have an order.",
        options: &[TermOption {
            name: "order",
            kind: Kind::Texts,
            default: Default::Derived("the training part's categories, sorted by name"),
            doc: "all categories in their order",
        }],
        main: Some("order"),
        example: "{ordinal: [S, M, L]}",
        source: "scikit-learn, OrdinalEncoder",
    },
];

pub(super) static MISSING: &[TermMeta] = &[
    TermMeta {
        name: "error",
        kind: TermKind::Missing,
        summary: "A missing value is an error that names its row and column.",
        options: &[],
        main: None,
        example: "error",
        source: "nn-test",
    },
    TermMeta {
        name: "drop",
        kind: TermKind::Missing,
        summary: "Rows in which the value is missing are left out.",
        options: &[],
        main: None,
        example: "drop",
        source: "pandas, DataFrame.dropna",
    },
    TermMeta {
        name: "mean",
        kind: TermKind::Missing,
        summary: "The mean of the column's values in the training part stands for a missing one.",
        options: &[INDICATOR],
        main: None,
        example: "{mean: {indicator: true}}",
        source: "scikit-learn, SimpleImputer",
    },
    TermMeta {
        name: "median",
        kind: TermKind::Missing,
        summary: "The median of the column's values in the training part stands for a missing one.",
        options: &[INDICATOR],
        main: None,
        example: "median",
        source: "scikit-learn, SimpleImputer",
    },
    TermMeta {
        name: "constant",
        kind: TermKind::Missing,
        summary: "This number stands for a missing one; in an encoded column, this category.",
        options: &[
            TermOption {
                name: "value",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the number, or the category",
            },
            INDICATOR,
        ],
        main: Some("value"),
        example: "{constant: 0}",
        source: "scikit-learn, SimpleImputer",
    },
];
