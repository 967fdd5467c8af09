//! Generated data and scalings.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const EXAMPLES: TermOption = TermOption {
    name: "examples",
    kind: Kind::Count { least: 2 },
    default: Default::Count(200),
    doc: "number of examples, before the split",
};

const fn noise(default: f64, doc: &'static str) -> TermOption {
    TermOption {
        name: "noise",
        kind: Kind::Number(Bounds::NonNegative),
        default: Default::Number(default),
        doc,
    }
}

const fn classes(default: Default) -> TermOption {
    TermOption {
        name: "classes",
        kind: Kind::Count { least: 2 },
        default,
        doc: "number of classes, equally frequent",
    }
}

const CLASSES: TermOption = classes(Default::Derived("3; 2 for binary classification"));

const fn features(default: usize) -> TermOption {
    TermOption {
        name: "features",
        kind: Kind::Count { least: 1 },
        default: Default::Count(default),
        doc: "number of input features",
    }
}

pub(super) static GENERATORS: &[TermMeta] = &[
    TermMeta {
        name: "blobs",
        kind: TermKind::Data,
        summary: "Gaussian clusters, one per class. Inputs `[features]`, class labels.",
        options: &[
            EXAMPLES,
            CLASSES,
            features(2),
            TermOption {
                name: "spread",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(1.0),
                doc: "standard deviation of a cluster, per feature",
            },
        ],
        main: None,
        example: "{blobs: {examples: 150, classes: 3, features: 2, spread: 0.5}}",
        source: "scikit-learn, make_blobs",
    },
    TermMeta {
        name: "moons",
        kind: TermKind::Data,
        summary: "Two interleaved half circles, which no line parts. Inputs `[2]`, two classes.",
        options: &[EXAMPLES, noise(0.1, "standard deviation of the noise on both coordinates")],
        main: None,
        example: "{moons: {examples: 200, noise: 0.1}}",
        source: "scikit-learn, make_moons",
    },
    TermMeta {
        name: "linear_regression",
        kind: TermKind::Data,
        summary: "y = w·x + b + noise. Inputs `[features]`, one real target.",
        options: &[EXAMPLES, features(4), noise(0.1, "standard deviation of the noise on y")],
        main: None,
        example: "{linear_regression: {examples: 200, features: 4, noise: 0.1}}",
        source: "scikit-learn, make_regression",
    },
    TermMeta {
        name: "nonlinear_regression",
        kind: TermKind::Data,
        summary: "y = 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise. Inputs `[5]` in \
                  [0, 1], one real target.",
        options: &[EXAMPLES, noise(1.0, "standard deviation of the noise on y")],
        main: None,
        example: "{nonlinear_regression: {examples: 400, noise: 0.5}}",
        source: "Friedman: Multivariate Adaptive Regression Splines (1991), equation 61",
    },
    TermMeta {
        name: "waves",
        kind: TermKind::Data,
        summary: "Sine waves of random phase with noise; the frequency is the class. Inputs \
                  `[length, 1]`, class labels.",
        options: &[
            EXAMPLES,
            CLASSES,
            TermOption {
                name: "length",
                kind: Kind::Count { least: 2 },
                default: Default::Count(32),
                doc: "steps of a sequence",
            },
            noise(0.1, "standard deviation of the noise at each step"),
        ],
        main: None,
        example: "{waves: {examples: 200, classes: 3, length: 24, noise: 0.1}}",
        source: "nn-test",
    },
    TermMeta {
        name: "majority_token",
        kind: TermKind::Data,
        summary: "Token sequences; the class is the most frequent of the first `classes` tokens. \
                  Whole numbers `[length]` in `0..vocabulary`, for an embedding.",
        options: &[
            EXAMPLES,
            CLASSES,
            TermOption {
                name: "vocabulary",
                kind: Kind::Count { least: 2 },
                default: Default::Count(8),
                doc: "number of tokens, at least `classes`",
            },
            TermOption {
                name: "length",
                kind: Kind::Count { least: 1 },
                default: Default::Count(12),
                doc: "tokens of a sequence",
            },
        ],
        main: None,
        example: "{majority_token: {examples: 300, classes: 3, vocabulary: 8, length: 12}}",
        source: "nn-test",
    },
];

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
        summary: "(x − mean) / standard deviation, per column; both from the training part alone.",
        options: &[],
        main: None,
        example: "standardize",
        source: "LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.3",
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
