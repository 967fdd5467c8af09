//! Initializers of weights and biases: Burn's, with Burn's defaults.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const BURN: &str = "Burn 0.22, burn_nn::Initializer";
const HE: &str = "He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015); Burn 0.22";
const GLOROT: &str = "Glorot, Bengio: Understanding the difficulty of training deep feedforward \
                      neural networks (2010); Burn 0.22";

const GAIN: TermOption = TermOption {
    name: "gain",
    kind: Kind::Number(Bounds::Positive),
    default: Default::Number(1.0),
    doc: "factor for the activation that follows; √2 for ReLU",
};

const FAN_OUT_ONLY: TermOption = TermOption {
    name: "fan_out_only",
    kind: Kind::Flag,
    default: Default::Flag(false),
    doc: "whether outputs count instead of inputs",
};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "constant",
        kind: TermKind::Initializer,
        summary: "Every element is the value.",
        options: &[TermOption {
            name: "value",
            kind: Kind::Number(Bounds::Finite),
            default: Default::Required,
            doc: "the value",
        }],
        main: Some("value"),
        example: "{constant: -10}",
        source: BURN,
    },
    TermMeta {
        name: "ones",
        kind: TermKind::Initializer,
        summary: "Every element is 1.",
        options: &[],
        main: None,
        example: "ones",
        source: BURN,
    },
    TermMeta {
        name: "zeros",
        kind: TermKind::Initializer,
        summary: "Every element is 0. As weights they leave all units of a layer alike.",
        options: &[],
        main: None,
        example: "zeros",
        source: BURN,
    },
    TermMeta {
        name: "uniform",
        kind: TermKind::Initializer,
        summary: "Uniform in [min, max).",
        options: &[
            number("min", Bounds::Finite, 0.0, "low end"),
            number("max", Bounds::Finite, 1.0, "high end, above `min`"),
        ],
        main: None,
        example: "{uniform: {min: -0.1, max: 0.1}}",
        source: BURN,
    },
    TermMeta {
        name: "normal",
        kind: TermKind::Initializer,
        summary: "Normal with this mean and standard deviation.",
        options: &[
            number("mean", Bounds::Finite, 0.0, "mean"),
            number("std", Bounds::NonNegative, 1.0, "standard deviation"),
        ],
        main: None,
        example: "{normal: {mean: 0, std: 0.1}}",
        source: BURN,
    },
    TermMeta {
        name: "kaiming_uniform",
        kind: TermKind::Initializer,
        summary: "Uniform in ±gain · √(3 / fan_in).",
        options: &[GAIN, FAN_OUT_ONLY],
        main: Some("gain"),
        example: "{kaiming_uniform: {gain: 1.414}}",
        source: HE,
    },
    TermMeta {
        name: "kaiming_normal",
        kind: TermKind::Initializer,
        summary: "Normal with mean 0 and standard deviation gain / √fan_in.",
        options: &[GAIN, FAN_OUT_ONLY],
        main: Some("gain"),
        example: "{kaiming_normal: {gain: 1.414}}",
        source: HE,
    },
    TermMeta {
        name: "xavier_uniform",
        kind: TermKind::Initializer,
        summary: "Uniform in ±gain · √(6 / (fan_in + fan_out)).",
        options: &[GAIN],
        main: Some("gain"),
        example: "xavier_uniform",
        source: GLOROT,
    },
    TermMeta {
        name: "xavier_normal",
        kind: TermKind::Initializer,
        summary: "Normal with mean 0 and standard deviation gain · √(2 / (fan_in + fan_out)).",
        options: &[GAIN],
        main: Some("gain"),
        example: "xavier_normal",
        source: GLOROT,
    },
    TermMeta {
        name: "orthogonal",
        kind: TermKind::Initializer,
        summary: "A random orthogonal matrix times the gain.",
        options: &[GAIN],
        main: Some("gain"),
        example: "{orthogonal: {gain: 1}}",
        source: "Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning \
                 in deep linear neural networks (2013); Burn 0.22",
    },
];
