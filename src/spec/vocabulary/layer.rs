//! Every layer, with Burn's parameters and defaults; here those that work on every shape.

pub mod convolution;
pub mod norm;
pub mod pool;
pub mod sequence;
pub mod shape;
pub mod wiring;

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const BIAS: TermOption = flag("bias", true, "whether there is a bias");

const BIAS_INITIALIZER: TermOption = TermOption {
    name: "bias_initializer",
    kind: Kind::Term(TermKind::Initializer),
    default: Default::Derived("as Burn does: from the weights' initializer"),
    doc: "how the bias is made",
};

pub(super) const INITIALIZER: TermOption = TermOption {
    name: "initializer",
    kind: Kind::Term(TermKind::Initializer),
    default: Default::Derived("Burn's own for this layer"),
    doc: "how weights are made",
};

const fn size(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 1 }, default: Default::Required, doc }
}

const fn count(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 1 }, default: Default::Count(1), doc }
}

const fn amount(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 0 }, default: Default::Count(0), doc }
}

const fn size_2d(name: &'static str, default: Default, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Size2d { least: 1 }, default, doc }
}

const fn size_3d(name: &'static str, default: Default, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Size3d { least: 1 }, default, doc }
}

const fn flag(name: &'static str, default: bool, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Flag, default: Default::Flag(default), doc }
}

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "linear",
        kind: TermKind::Layer,
        summary: "y = x W + b over the last axis; all other axes stay. Weights \
                  `[in, out]`.",
        options: &[size("out", "output features"), BIAS, INITIALIZER, BIAS_INITIALIZER],
        main: Some("out"),
        example: "linear: {out: 10, name: head, initializer: {normal: {mean: 0, \
                  std: 0.1}}}",
        source: "Burn 0.22, LinearConfig",
    },
    TermMeta {
        name: "dropout",
        kind: TermKind::Layer,
        summary: "In training zeroes elements and divides the rest by 1 − \
                  probability.",
        options: &[TermOption {
            name: "probability",
            kind: Kind::Number(Bounds::Fraction),
            default: Default::Required,
            doc: "of an element to be zeroed",
        }],
        main: Some("probability"),
        example: "dropout: 0.5",
        source: "Srivastava et al.: Dropout (2014); Burn 0.22, DropoutConfig",
    },
    TermMeta {
        name: "gaussian_noise",
        kind: TermKind::Layer,
        summary: "In training adds normal noise of mean 0 to every element.",
        options: &[TermOption {
            name: "std",
            kind: Kind::Number(Bounds::NonNegative),
            default: Default::Required,
            doc: "standard deviation of the noise",
        }],
        main: Some("std"),
        example: "gaussian_noise: 0.1",
        source: "Burn 0.22, GaussianNoiseConfig",
    },
    TermMeta {
        name: "sampling",
        kind: TermKind::Layer,
        summary: "In training a sample of a normal distribution, by its parameters: μ + exp(½ ln σ²) · ε \
                  with ε of mean 0 and deviation 1. The last axis has k means μ, then as many \
                  logarithms of variances ln σ²; the output has k. In evaluation, and where \
                  properties turn random layers off, the means: there only a term such as \
                  `gaussian_kl` gives the variances a gradient.",
        options: &[],
        main: None,
        example: "sampling",
        source: "Kingma, Welling: Auto-Encoding Variational Bayes (2014), section 2.4; Burn has none",
    },
];
