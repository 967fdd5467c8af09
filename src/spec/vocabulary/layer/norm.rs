//! Normalizations.

use super::{BIAS, flag, size};
use crate::spec::vocabulary::{
    Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

pub(super) const EPSILON: TermOption = TermOption {
    name: "epsilon",
    kind: Kind::Number(Bounds::Positive),
    default: Default::Number(1e-5),
    doc: "added to the variance",
};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "batch_norm",
        kind: TermKind::Layer,
        summary: "(x − mean) / √(variance + epsilon) · scale + shift, per channel: \
                  statistics of the batch in training, running ones in evaluation.",
        options: &[
            EPSILON,
            TermOption {
                name: "momentum",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Number(0.1),
                doc: "share of the batch in the running statistics; the running variance is that of \
                      n, and in PyTorch of n − 1",
            },
        ],
        main: None,
        example: "batch_norm",
        source: "Ioffe, Szegedy: Batch Normalization (2015); Burn 0.22, \
                 BatchNormConfig",
    },
    TermMeta {
        name: "layer_norm",
        kind: TermKind::Layer,
        summary: "(x − mean) / √(variance + epsilon) · scale + shift, over the \
                  last axis.",
        options: &[EPSILON, BIAS],
        main: None,
        example: "layer_norm",
        source: "Ba, Kiros, Hinton: Layer Normalization (2016); Burn 0.22, \
                 LayerNormConfig",
    },
    TermMeta {
        name: "group_norm",
        kind: TermKind::Layer,
        summary: "Normalizes groups of channels of each example.",
        options: &[
            size("groups", "number of groups; divides the channels"),
            EPSILON,
            flag("affine", true, "whether scale and shift are learned"),
        ],
        main: Some("groups"),
        example: "group_norm: {groups: 4}",
        source: "Wu, He: Group Normalization (2018); Burn 0.22, GroupNormConfig",
    },
    TermMeta {
        name: "instance_norm",
        kind: TermKind::Layer,
        summary: "(x − mean) / √(variance + epsilon) · scale + shift, over the places of each channel of each example.",
        options: &[EPSILON, flag("affine", true, "whether scale and shift are learned")],
        main: None,
        example: "instance_norm",
        source: "Ulyanov, Vedaldi, Lempitsky: Instance Normalization (2016); Burn 0.22, InstanceNormConfig",
    },
    TermMeta {
        name: "rms_norm",
        kind: TermKind::Layer,
        summary: "x / √(mean of squares + epsilon) · scale, over the last axis.",
        options: &[TermOption { doc: "added to the mean of squares", ..EPSILON }],
        main: None,
        example: "rms_norm",
        source: "Zhang, Sennrich: Root Mean Square Layer Normalization (2019); Burn 0.22, RmsNormConfig",
    },
    TermMeta {
        name: "local_response_norm",
        kind: TermKind::Layer,
        summary: "x / (k + alpha · mean of squares)^beta, the mean over `size` neighbouring channels at the same place; channels beyond the ends count as 0. Over `[channels, length]` and more axes.",
        options: &[
            size("size", "neighbouring channels, its own among them"),
            number("alpha", Bounds::NonNegative, 1e-4, "weight of the mean"),
            number("beta", Bounds::NonNegative, 0.75, "exponent"),
            number("k", Bounds::Positive, 1.0, "added to the mean"),
        ],
        main: Some("size"),
        example: "local_response_norm: 5",
        source: "Krizhevsky, Sutskever, Hinton: ImageNet Classification (2012); Burn 0.22, LocalResponseNormConfig",
    },
];
