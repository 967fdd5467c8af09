//! Generated data.

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

const fn length(least: usize, default: usize, doc: &'static str) -> TermOption {
    TermOption {
        name: "length",
        kind: Kind::Count { least },
        default: Default::Count(default),
        doc,
    }
}

const fn size(least: usize, default: usize) -> TermOption {
    TermOption {
        name: "size",
        kind: Kind::Count { least },
        default: Default::Count(default),
        doc: "height and width of an image in pixels",
    }
}

const PIXEL_NOISE: TermOption = noise(0.1, "standard deviation of the noise on every pixel");

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
        name: "circles",
        kind: TermKind::Data,
        summary: "A circle of radius 1 (class 0) around one of radius `factor` (class 1), which no \
                  line parts. Inputs `[2]`, two classes.",
        options: &[
            EXAMPLES,
            TermOption {
                name: "factor",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(0.5),
                doc: "radius of the inner circle; scikit-learn's default is 0.8",
            },
            noise(0.1, "standard deviation of the noise on both coordinates"),
        ],
        main: None,
        example: "{circles: {examples: 200, factor: 0.5, noise: 0.1}}",
        source: "scikit-learn, make_circles",
    },
    TermMeta {
        name: "spirals",
        kind: TermKind::Data,
        summary: "Arms that wind around each other from the centre to radius 1, one per class. \
                  Inputs `[2]`, class labels.",
        options: &[
            EXAMPLES,
            CLASSES,
            TermOption {
                name: "turns",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Number(1.0),
                doc: "how often an arm goes round; the more, the harder",
            },
            noise(0.02, "standard deviation of the noise on both coordinates"),
        ],
        main: None,
        example: "{spirals: {examples: 300, classes: 3, turns: 1}}",
        source: "Lang, Witbrock: Learning to Tell Two Spirals Apart (1988), with three turns",
    },
    TermMeta {
        name: "xor",
        kind: TermKind::Data,
        summary: "Points of the square [−1, 1)²; the class is whether the signs of the coordinates \
                  differ, which no line tells. Inputs `[2]`, two classes.",
        options: &[EXAMPLES, noise(0.0, "standard deviation of the noise on both coordinates")],
        main: None,
        example: "{xor: {examples: 200, noise: 0.05}}",
        source: "Minsky, Papert: Perceptrons (1969)",
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
        name: "sine_regression",
        kind: TermKind::Data,
        summary: "y = sin(2π · periods · x) + noise, with x in [0, 1). Inputs `[1]`, one real \
                  target.",
        options: &[
            EXAMPLES,
            TermOption {
                name: "periods",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Number(1.0),
                doc: "periods of the wave between 0 and 1",
            },
            noise(0.1, "standard deviation of the noise on y"),
        ],
        main: None,
        example: "{sine_regression: {examples: 200, periods: 1, noise: 0.1}}",
        source: "Bishop: Pattern Recognition and Machine Learning (2006), section 1.1",
    },
    TermMeta {
        name: "waves",
        kind: TermKind::Data,
        summary: "Sine waves of random phase with noise; the frequency is the class. Inputs \
                  `[length, 1]`, class labels.",
        options: &[
            EXAMPLES,
            CLASSES,
            length(2, 32, "steps of a sequence"),
            noise(0.1, "standard deviation of the noise at each step"),
        ],
        main: None,
        example: "{waves: {examples: 200, classes: 3, length: 24, noise: 0.1}}",
        source: "nn-test",
    },
    TermMeta {
        name: "bars",
        kind: TermKind::Data,
        summary: "Images of one bar that lies (class 0) or stands (class 1), at any place; bar 1, \
                  ground 0, and noise. Inputs `[1, size, size]`, two classes.",
        options: &[EXAMPLES, size(2, 8), PIXEL_NOISE],
        main: None,
        example: "{bars: {examples: 200, size: 8, noise: 0.1}}",
        source: "Földiák: Forming Sparse Representations by Local Anti-Hebbian Learning (1990)",
    },
    TermMeta {
        name: "shapes",
        kind: TermKind::Data,
        summary: "Images of a square (class 0), a disc (1) or a cross (2), of several sizes and at \
                  any place; shape 1, ground 0, and noise. Inputs `[1, size, size]`, three classes.",
        options: &[EXAMPLES, size(5, 12), PIXEL_NOISE],
        main: None,
        example: "{shapes: {examples: 300, size: 12, noise: 0.1}}",
        source: "nn-test",
    },
    TermMeta {
        name: "adding",
        kind: TermKind::Data,
        summary: "Sequences of pairs: a number of [0, 1) and a mark, which is 1 at one step of \
                  either half and else 0; the target is the sum of the two marked numbers. The best \
                  constant has a squared error of 1/6. Inputs `[length, 2]`, one real target.",
        options: &[EXAMPLES, length(2, 10, "steps of a sequence; the more, the harder")],
        main: None,
        example: "{adding: {examples: 400, length: 10}}",
        source: "Hochreiter, Schmidhuber: Long Short-Term Memory (1997), experiment 4, in the form \
                 of Le, Jaitly, Hinton (2015)",
    },
    TermMeta {
        name: "parity",
        kind: TermKind::Data,
        summary: "Sequences of −1 and 1; the class is 1 where the number of ones is odd. Inputs \
                  `[length, 1]`, two classes.",
        options: &[EXAMPLES, length(1, 4, "steps of a sequence; each one more is twice as hard")],
        main: None,
        example: "{parity: {examples: 200, length: 4}}",
        source: "Minsky, Papert: Perceptrons (1969), section 3.1",
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
            length(1, 12, "tokens of a sequence"),
        ],
        main: None,
        example: "{majority_token: {examples: 300, classes: 3, vocabulary: 8, length: 12}}",
        source: "nn-test",
    },
    TermMeta {
        name: "padded_tokens",
        kind: TermKind::Data,
        summary: "Token sequences of several lengths, filled up at the end with token 0, the \
                  padding; the class is the most frequent of the tokens from 1 to `classes`. Whole \
                  numbers `[length]` in `0..vocabulary`, for an embedding.",
        options: &[
            EXAMPLES,
            CLASSES,
            TermOption {
                name: "vocabulary",
                kind: Kind::Count { least: 3 },
                default: Default::Count(8),
                doc: "number of tokens with the padding, above `classes`",
            },
            length(1, 12, "tokens of a sequence with its padding"),
            TermOption {
                name: "shortest",
                kind: Kind::Count { least: 1 },
                default: Default::Count(4),
                doc: "tokens of the shortest sequence; lengths are uniform between it and `length`",
            },
        ],
        main: None,
        example: "{padded_tokens: {examples: 300, classes: 3, vocabulary: 8, length: 12, shortest: 4}}",
        source: "nn-test",
    },
    TermMeta {
        name: "markov_chain",
        kind: TermKind::Data,
        summary: "Token sequences in which every token has a successor, which follows with \
                  probability `certainty` and else any token; the class is the token after the \
                  last. With v tokens, q = (1 − certainty) / v and p = certainty + q the lowest \
                  expected cross entropy is −p ln p − (v − 1) q ln q. Whole numbers `[length]` in \
                  `0..vocabulary`, for an embedding.",
        options: &[
            EXAMPLES,
            TermOption {
                name: "vocabulary",
                kind: Kind::Count { least: 2 },
                default: Default::Count(5),
                doc: "number of tokens, and so of classes",
            },
            length(1, 8, "tokens of a sequence"),
            TermOption {
                name: "certainty",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Number(0.9),
                doc: "probability that the successor follows, beside its share of chance",
            },
        ],
        main: None,
        example: "{markov_chain: {examples: 300, vocabulary: 5, length: 8, certainty: 0.9}}",
        source: "Shannon: A Mathematical Theory of Communication (1948), sections 3 and 7",
    },
    TermMeta {
        name: "copy",
        kind: TermKind::Data,
        summary: "Token sequences of `length` random symbols, `delay` − 1 blanks, a sign, and \
                  `length` blanks, at whose places the symbols are to be answered in their order; \
                  no other place counts. Whoever remembers nothing pays ln `symbols`. Whole numbers \
                  `[2 · length + delay]` in `0..symbols + 2`, for an embedding: the symbols, the \
                  blank and the sign; a class at each place.",
        options: &[
            EXAMPLES,
            TermOption {
                name: "symbols",
                kind: Kind::Count { least: 2 },
                default: Default::Count(8),
                doc: "number of symbols, and so of classes",
            },
            length(1, 6, "symbols to remember"),
            TermOption {
                name: "delay",
                kind: Kind::Count { least: 1 },
                default: Default::Count(3),
                doc: "steps from the last symbol to the sign; the more, the harder",
            },
        ],
        main: None,
        example: "{copy: {examples: 200, symbols: 8, length: 6, delay: 3}}",
        source: "Hochreiter, Schmidhuber: Long Short-Term Memory (1997), in the form of Arjovsky, \
                 Shah, Bengio: Unitary Evolution Recurrent Neural Networks (2016), section 5.1",
    },
    TermMeta {
        name: "reversal",
        kind: TermKind::Data,
        summary: "Random tokens; the class at place i is the token at place `length` − 1 − i. Whole \
                  numbers `[length]` in `0..vocabulary`, for an embedding; a class at each place.",
        options: &[
            EXAMPLES,
            TermOption {
                name: "vocabulary",
                kind: Kind::Count { least: 2 },
                default: Default::Count(6),
                doc: "number of tokens, and so of classes",
            },
            length(1, 6, "tokens of a sequence"),
        ],
        main: None,
        example: "{reversal: {examples: 200, vocabulary: 6, length: 6}}",
        source: "Tensor2Tensor, `algorithmic_reverse`; Sutskever, Vinyals, Le: Sequence to Sequence \
                 Learning with Neural Networks (2014)",
    },
];
