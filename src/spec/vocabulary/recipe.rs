//! Losses and gradient clipping: Burn's, with Burn's parameters and defaults, and the clipping by a
//! global norm that Burn leaves out.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

const fn class_weights(doc: &'static str) -> TermOption {
    TermOption {
        name: "weights",
        kind: Kind::Numbers(Bounds::NonNegative),
        default: Default::Derived("all classes alike"),
        doc,
    }
}

const SMOOTHING: TermOption = TermOption {
    name: "smoothing",
    kind: Kind::Number(Bounds::Fraction),
    default: Default::Derived("none"),
    doc: "share of the target that goes to all classes alike",
};

pub(super) static LOSSES: &[TermMeta] = &[
    TermMeta {
        name: "cross_entropy",
        kind: TermKind::Loss,
        summary: "−ln softmax(logits)[class], mean over the batch; with weights the mean is \
                  weighted. Needs `task: classification`.",
        options: &[
            class_weights("one weight per class, in the order of the sorted labels"),
            SMOOTHING,
        ],
        main: None,
        example: "{cross_entropy: {weights: [1, 2, 1], smoothing: 0.1}}",
        source: "Burn 0.22, CrossEntropyLoss",
    },
    TermMeta {
        name: "binary_cross_entropy",
        kind: TermKind::Loss,
        summary: "−[y ln σ(z) + (1 − y) ln(1 − σ(z))] of one logit z, mean over the batch. Needs \
                  `task: binary_classification`.",
        options: &[class_weights("two weights: of class 0 and of class 1"), SMOOTHING],
        main: None,
        example: "{binary_cross_entropy: {weights: [1, 3]}}",
        source: "Burn 0.22, BinaryCrossEntropyLoss with logits",
    },
    TermMeta {
        name: "mse",
        kind: TermKind::Loss,
        summary: "(y − t)², mean over batch and targets. Needs `task: regression`.",
        options: &[],
        main: None,
        example: "mse",
        source: "Burn 0.22, MseLoss",
    },
    TermMeta {
        name: "mae",
        kind: TermKind::Loss,
        summary: "|y − t|, mean over batch and targets. Needs `task: regression`.",
        options: &[],
        main: None,
        example: "mae",
        source: "nn-test",
    },
    TermMeta {
        name: "huber",
        kind: TermKind::Loss,
        summary: "½ r² up to |r| = delta, delta · (|r| − ½ delta) beyond, mean over batch and \
                  targets. Needs `task: regression`.",
        options: &[number("delta", Bounds::Positive, 1.0, "where the square ends")],
        main: Some("delta"),
        example: "{huber: {delta: 1}}",
        source: "Huber: Robust Estimation of a Location Parameter (1964); Burn 0.22, HuberLoss",
    },
];

const fn bound(doc: &'static str) -> TermOption {
    TermOption {
        name: "bound",
        kind: Kind::Number(Bounds::Positive),
        default: Default::Required,
        doc,
    }
}

pub(super) static CLIPPINGS: &[TermMeta] = &[
    TermMeta {
        name: "norm",
        kind: TermKind::Clipping,
        summary: "Each parameter tensor's gradient is shrunk to this L2 norm by itself. Other \
                  frameworks mean the norm of all together: here that is `global_norm`.",
        options: &[bound("the largest L2 norm")],
        main: Some("bound"),
        example: "{norm: 1}",
        source: "Burn 0.22, GradientClippingConfig::Norm",
    },
    TermMeta {
        name: "global_norm",
        kind: TermKind::Clipping,
        summary: "All gradients are shrunk by one factor, bound / max(bound, ‖g‖), where ‖g‖ is the L2 \
                  norm of all of them together: the direction stays. Burn has none; this is \
                  PyTorch's `clip_grad_norm_`.",
        options: &[bound("the largest L2 norm of all gradients together")],
        main: Some("bound"),
        example: "{global_norm: 1}",
        source: "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks \
                 (2012), algorithm 1",
    },
    TermMeta {
        name: "value",
        kind: TermKind::Clipping,
        summary: "Every element of a gradient is moved into [−bound, bound].",
        options: &[bound("the largest absolute value")],
        main: Some("bound"),
        example: "{value: 0.5}",
        source: "Burn 0.22, GradientClippingConfig::Value",
    },
];
