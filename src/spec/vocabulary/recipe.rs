//! Losses, optimizers and gradient clipping: Burn's, with Burn's parameters and defaults.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

const fn flag(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Flag, default: Default::Flag(false), doc }
}

const fn learning_rate(default: f64) -> TermOption {
    number("learning_rate", Bounds::Positive, default, "size of a step")
}

const fn weight_decay(default: f64, doc: &'static str) -> TermOption {
    number("weight_decay", Bounds::NonNegative, default, doc)
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

const BETA_1: TermOption =
    number("beta_1", Bounds::Fraction, 0.9, "decay of the mean of gradients");
const BETA_2: TermOption =
    number("beta_2", Bounds::Fraction, 0.999, "decay of the mean of squared gradients");
const EPSILON: TermOption =
    number("epsilon", Bounds::Positive, 1e-5, "added to the divisor; PyTorch has 1e-8");
const AMSGRAD: TermOption = flag("amsgrad", "divide by the largest second moment so far");
const COUPLED: &str = "L2 penalty that is added to the gradient";

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

pub(super) static OPTIMIZERS: &[TermMeta] = &[
    TermMeta {
        name: "sgd",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · v, with v = momentum · v + (1 − dampening) · g, or g \
                  without momentum.",
        options: &[
            learning_rate(1e-2),
            number("momentum", Bounds::Fraction, 0.0, "share of the last step that is kept"),
            number(
                "dampening",
                Bounds::UnitInterval,
                0.1,
                "share of the gradient that momentum leaves out; PyTorch has 0",
            ),
            flag("nesterov", "look ahead along the momentum, which must be above 0"),
            weight_decay(0.0, COUPLED),
        ],
        main: None,
        example: "{sgd: {learning_rate: 0.1, momentum: 0.9, dampening: 0, nesterov: true}}",
        source: "Sutskever et al.: On the importance of initialization and momentum (2013); Burn \
                 0.22, SgdConfig",
    },
    TermMeta {
        name: "adam",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · m̂ / (√v̂ + epsilon), with bias-corrected means m̂ of \
                  gradients and v̂ of squared gradients.",
        options: &[
            learning_rate(1e-3),
            BETA_1,
            BETA_2,
            EPSILON,
            AMSGRAD,
            weight_decay(0.0, COUPLED),
        ],
        main: None,
        example: "{adam: {learning_rate: 1e-3}}",
        source: "Kingma, Ba: Adam (2014); Burn 0.22, AdamConfig",
    },
    TermMeta {
        name: "adamw",
        kind: TermKind::Optimizer,
        summary: "Adam whose weight decay acts on the weights alone, beside the step.",
        options: &[
            learning_rate(1e-3),
            BETA_1,
            BETA_2,
            EPSILON,
            AMSGRAD,
            flag("cautious_weight_decay", "decay only where step and weight have one sign"),
            weight_decay(1e-4, "share of the weights taken per unit of learning rate"),
        ],
        main: None,
        example: "{adamw: {learning_rate: 1e-3, weight_decay: 1e-2}}",
        source: "Loshchilov, Hutter: Decoupled Weight Decay Regularization (2017); Burn 0.22, \
                 AdamWConfig",
    },
    TermMeta {
        name: "rmsprop",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · g / (√mean(g²) + epsilon), with momentum.",
        options: &[
            learning_rate(1e-3),
            number("alpha", Bounds::Fraction, 0.99, "decay of the mean of squared gradients"),
            number(
                "momentum",
                Bounds::Fraction,
                0.9,
                "share of the last step that is kept; PyTorch has 0",
            ),
            EPSILON,
            flag("centered", "divide by the standard deviation of the gradient"),
            weight_decay(0.0, COUPLED),
        ],
        main: None,
        example: "{rmsprop: {learning_rate: 1e-3, momentum: 0}}",
        source: "Hinton: Neural Networks for Machine Learning (2012), lecture 6; Burn 0.22, \
                 RmsPropConfig",
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
        summary: "Each parameter tensor's gradient is shrunk to this L2 norm; not the norm of all \
                  together, as other frameworks have it.",
        options: &[bound("the largest L2 norm")],
        main: Some("bound"),
        example: "{norm: 1}",
        source: "Burn 0.22, GradientClippingConfig::Norm",
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
