//! Optimizers: all of Burn's that take a step on a whole module, with Burn's names and defaults.
//! Where other frameworks have other defaults, the options say so.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

const fn flag_that_is(default: bool, name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Flag, default: Default::Flag(default), doc }
}

const fn flag(name: &'static str, doc: &'static str) -> TermOption {
    flag_that_is(false, name, doc)
}

const fn learning_rate(default: f64) -> TermOption {
    number("learning_rate", Bounds::Positive, default, "size of a step")
}

const fn weight_decay(default: f64, doc: &'static str) -> TermOption {
    number("weight_decay", Bounds::NonNegative, default, doc)
}

const fn beta_1(default: f64, doc: &'static str) -> TermOption {
    number("beta_1", Bounds::Fraction, default, doc)
}

const fn beta_2(default: f64, doc: &'static str) -> TermOption {
    number("beta_2", Bounds::Fraction, default, doc)
}

const fn epsilon(default: f64, doc: &'static str) -> TermOption {
    number("epsilon", Bounds::Positive, default, doc)
}

const BETA_1: TermOption = beta_1(0.9, "decay of the mean of gradients");
const BETA_2: TermOption = beta_2(0.999, "decay of the mean of squared gradients");
const EPSILON: TermOption = epsilon(1e-5, "added to the divisor; PyTorch has 1e-8");
const AMSGRAD: TermOption = flag("amsgrad", "divide by the largest second moment so far");
const COUPLED: &str = "L2 penalty that is added to the gradient";
const DECOUPLED: &str = "share of the weights taken per unit of learning rate";

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "sgd",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · v, with v = momentum · v + (1 − dampening) · g, or g \
                  without momentum.",
        options: &[
            number("learning_rate", Bounds::Positive, 1e-2, "size of a step; PyTorch has 1e-3"),
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
            weight_decay(
                1e-4,
                "share of the weights taken per unit of learning rate; PyTorch has 1e-2",
            ),
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
            number("learning_rate", Bounds::Positive, 1e-3, "size of a step; PyTorch has 1e-2"),
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
    TermMeta {
        name: "adagrad",
        kind: TermKind::Optimizer,
        summary: "w ← w − rate · g / (√Σg² + epsilon), with the sum over all steps and rate = \
                  learning_rate / (1 + (t − 1) · lr_decay) in step t.",
        options: &[
            learning_rate(1e-2),
            number("lr_decay", Bounds::NonNegative, 0.0, "how fast the rate falls with the steps"),
            epsilon(1e-5, "added to the divisor; PyTorch has 1e-10"),
            weight_decay(0.0, COUPLED),
        ],
        main: None,
        example: "{adagrad: {learning_rate: 1e-2}}",
        source: "Duchi, Hazan, Singer: Adaptive Subgradient Methods (2011); Burn 0.22, AdaGradConfig",
    },
    TermMeta {
        name: "adan",
        kind: TermKind::Optimizer,
        summary: "w ← (w − learning_rate · (m̂ + beta_2 · d̂) / (√n̂ + epsilon)) / (1 + learning_rate \
                  · weight_decay), with bias-corrected means m̂ of g, d̂ of the change of g since the \
                  last step, and n̂ of (g + beta_2 · change)².",
        options: &[
            learning_rate(1e-3),
            beta_1(0.98, "decay of the mean of gradients; 1 − beta_1 of the paper"),
            beta_2(0.92, "decay of the mean of changes; 1 − beta_2 of the paper"),
            number("beta_3", Bounds::Fraction, 0.99, "decay of the mean of squares"),
            epsilon(1e-8, "added to the divisor"),
            weight_decay(0.0, DECOUPLED),
            flag("no_prox", "multiply weights by 1 − rate · decay, in place of the division"),
        ],
        main: None,
        example: "{adan: {learning_rate: 1e-3, weight_decay: 2e-2}}",
        source: "Xie et al.: Adan (2022), algorithm 1; Burn 0.22, AdanConfig",
    },
    TermMeta {
        name: "adafactor",
        kind: TermKind::Optimizer,
        summary: "A step of relative size: u = g / √v, shrunk to a root mean square of \
                  clip_threshold, times min(learning_rate, 1/√t), times the root mean square of the \
                  weights. v comes from the means of g² over rows and over columns.",
        options: &[
            number(
                "learning_rate",
                Bounds::Positive,
                1e-2,
                "upper bound of the relative step, as in the paper; with `relative_step: false` the \
                 step itself",
            ),
            number(
                "epsilon_1",
                Bounds::Positive,
                1e-30,
                "added to squared gradients; PyTorch has 1.2e-7, the spacing of floats at 1",
            ),
            number("epsilon_2", Bounds::Positive, 1e-3, "smallest scale of a parameter"),
            number("clip_threshold", Bounds::Positive, 1.0, "largest root mean square of u"),
            number("decay_rate", Bounds::Negative, -0.8, "mean of squares: decay 1 − t^decay_rate"),
            flag_that_is(true, "relative_step", "at most 1/√t in step t; PyTorch always has it"),
            flag_that_is(true, "scale_parameter", "times the size of the parameter"),
            weight_decay(0.0, DECOUPLED),
        ],
        main: None,
        example: "{adafactor: {relative_step: false, scale_parameter: false, learning_rate: 1e-3}}",
        source: "Shazeer, Stern: Adafactor (2018), algorithms 4 and 5; Burn 0.22, AdafactorConfig",
    },
    TermMeta {
        name: "lamb",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · (‖w‖ / ‖u‖) · u for each tensor, with Adam's u = m̂ / (√v̂ + \
                  epsilon) + weight_decay · w.",
        options: &[
            learning_rate(1e-3),
            BETA_1,
            BETA_2,
            epsilon(1e-6, "added to the divisor"),
            weight_decay(0.0, "share of the weights that is added to u"),
            flag_that_is(true, "use_trust_ratio", "multiply by ‖w‖ / ‖u‖, where both are above 0"),
        ],
        main: None,
        example: "{lamb: {learning_rate: 1e-2, weight_decay: 1e-2}}",
        source: "You et al.: Large Batch Optimization for Deep Learning (2019), algorithm 2; Burn \
                 0.22, LambConfig",
    },
    TermMeta {
        name: "lion",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · sign(beta_1 · m + (1 − beta_1) · g); then m ← beta_2 · m + \
                  (1 − beta_2) · g.",
        options: &[
            number(
                "learning_rate",
                Bounds::Positive,
                1e-4,
                "size of a step, the same for every weight: 3 to 10 times smaller than Adam's",
            ),
            beta_1(0.9, "share of the mean in the direction"),
            beta_2(0.99, "decay of the mean of gradients"),
            weight_decay(0.0, DECOUPLED),
        ],
        main: None,
        example: "{lion: {learning_rate: 1e-4, weight_decay: 1}}",
        source: "Chen et al.: Symbolic Discovery of Optimization Algorithms (2023), algorithm 2; \
                 Burn 0.22, LionConfig",
    },
    TermMeta {
        name: "muon",
        kind: TermKind::Optimizer,
        summary: "w ← w − learning_rate · ratio · orthogonalized(v) for tensors of two axes, with \
                  sgd's v; Newton-Schulz iterations make the matrix nearly orthogonal. All other \
                  tensors (biases, norms, kernels) are trained by `others`.",
        options: &[
            number("learning_rate", Bounds::Positive, 2e-2, "size of a step; PyTorch has 1e-3"),
            number("momentum", Bounds::Fraction, 0.95, "share of the last step that is kept"),
            number(
                "dampening",
                Bounds::UnitInterval,
                0.0,
                "share of the gradient that momentum leaves out",
            ),
            flag_that_is(true, "nesterov", "look ahead along the momentum"),
            TermOption {
                name: "ns_coefficients",
                kind: Kind::Numbers(Bounds::Finite),
                default: Default::Derived("[3.4445, -4.775, 2.0315]"),
                doc: "a, b, c of an iteration X ← a X + (b A + c A²) X, with A = X Xᵀ",
            },
            epsilon(1e-7, "smallest norm that a matrix is divided by"),
            TermOption {
                name: "ns_steps",
                kind: Kind::Count { least: 1 },
                default: Default::Count(5),
                doc: "iterations",
            },
            TermOption {
                name: "adjust_lr_fn",
                kind: Kind::Word(&["original", "match_rms_adamw"]),
                default: Default::Word("original"),
                doc: "the ratio for a matrix of A rows and B columns, as Burn stores it: √max(1, \
                      A/B), or 0.2 · √max(A, B), which suits rates of AdamW",
            },
            weight_decay(0.0, "share of the weights per unit of learning rate; PyTorch has 0.1"),
            TermOption {
                name: "others",
                kind: Kind::Term(TermKind::Optimizer),
                default: Default::Word("adamw"),
                doc: "the optimizer, with a rate of its own, of tensors that are no matrices; embeddings and \
                      the head are matrices, too",
            },
        ],
        main: None,
        example: "{muon: {learning_rate: 2e-2, others: {adamw: {learning_rate: 1e-3}}}}",
        source: "Jordan et al.: Muon (2024), https://kellerjordan.github.io/posts/muon; Liu et al.: \
                 Muon is Scalable for LLM Training (2025); Burn 0.22, MuonConfig",
    },
];
