//! Learning-rate schedules: Burn's, with Burn's names and defaults, and those that Burn leaves out,
//! with PyTorch's. They start from the optimizer's learning rate; steps are optimizer steps, counted from 0 where the schedule begins.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

/// Over how many steps a schedule falls.
const NUM_ITERS: TermOption = TermOption {
    name: "num_iters",
    kind: Kind::Count { least: 1 },
    default: Default::Derived("the steps of the recipe after the warm-up"),
    doc: "steps until the last rate is reached",
};

const fn gamma(default: Default, doc: &'static str) -> TermOption {
    TermOption { name: "gamma", kind: Kind::Number(Bounds::Rate), default, doc }
}

const fn count(name: &'static str, default: Default, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 1 }, default, doc }
}

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "constant",
        kind: TermKind::Schedule,
        summary: "The optimizer's learning rate in every step.",
        options: &[],
        main: None,
        example: "constant",
        source: "Burn 0.22, ConstantLr",
    },
    TermMeta {
        name: "linear",
        kind: TermKind::Schedule,
        summary: "learning_rate + (final_lr − learning_rate) · t / num_iters in step t, and final_lr \
                  after num_iters. The learning rate is at most 1.",
        options: &[
            TermOption {
                name: "final_lr",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Required,
                doc: "the rate that is reached",
            },
            NUM_ITERS,
        ],
        main: Some("final_lr"),
        example: "{linear: {final_lr: 0}}",
        source: "Burn 0.22, LinearLrSchedulerConfig",
    },
    TermMeta {
        name: "cosine",
        kind: TermKind::Schedule,
        summary: "min_lr + ½ (learning_rate − min_lr) (1 + cos(π t / num_iters)) in step t, without \
                  restarts. The learning rate is at most 1.",
        options: &[
            TermOption {
                name: "min_lr",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Number(0.0),
                doc: "the lowest rate; at most the learning rate",
            },
            NUM_ITERS,
        ],
        main: None,
        example: "{cosine: {min_lr: 1e-5}}",
        source: "Loshchilov, Hutter: SGDR (2016), equation 5; Burn 0.22, \
                 CosineAnnealingLrSchedulerConfig",
    },
    TermMeta {
        name: "exponential",
        kind: TermKind::Schedule,
        summary: "learning_rate · gammaᵗ in step t; other frameworks count epochs where Burn counts \
                  steps. The learning rate is at most 1.",
        options: &[gamma(Default::Required, "factor from each step to the next")],
        main: Some("gamma"),
        example: "{exponential: 0.99}",
        source: "Burn 0.22, ExponentialLrSchedulerConfig",
    },
    TermMeta {
        name: "step",
        kind: TermKind::Schedule,
        summary: "learning_rate · gamma^⌊t / step_size⌋ in step t; other frameworks count epochs \
                  where Burn counts steps.",
        options: &[
            count("step_size", Default::Required, "steps at the same rate"),
            gamma(Default::Number(0.1), "factor from each rate to the next"),
        ],
        main: Some("step_size"),
        example: "{step: {step_size: 30, gamma: 0.5}}",
        source: "Burn 0.22, StepLrSchedulerConfig",
    },
    TermMeta {
        name: "noam",
        kind: TermKind::Schedule,
        summary: "learning_rate · model_size^−½ · min(t^−½, t · warmup_steps^−1.5) in step t, counted \
                  from 1: a warm-up of its own, and a fall with the root of the steps. The learning \
                  rate is Burn's `factor`, 1 in the paper.",
        options: &[
            count("warmup_steps", Default::Count(4000), "steps until the highest rate"),
            count("model_size", Default::Count(512), "width of the model"),
        ],
        main: None,
        example: "{noam: {warmup_steps: 20, model_size: 16}}",
        source: "Vaswani et al.: Attention Is All You Need (2017), equation 3; Burn 0.22, \
                 NoamLrSchedulerConfig",
    },
    TermMeta {
        name: "composed",
        kind: TermKind::Schedule,
        summary: "Several schedules at once. `prod` multiplies: the first starts at the learning \
                  rate, the others at 1, as factors. `avg` and `sum` take the mean or sum of \
                  schedules that all start at the learning rate.",
        options: &[
            TermOption {
                name: "schedules",
                kind: Kind::Terms(TermKind::Schedule),
                default: Default::Required,
                doc: "the schedules",
            },
            TermOption {
                name: "reduction",
                kind: Kind::Word(&["prod", "avg", "sum"]),
                default: Default::Word("prod"),
                doc: "how their rates become one",
            },
        ],
        main: Some("schedules"),
        example: "{composed: [cosine, {step: {step_size: 20, gamma: 0.5}}]}",
        source: "Burn 0.22, ComposedLrSchedulerConfig",
    },
    TermMeta {
        name: "sequential",
        kind: TermKind::Schedule,
        summary: "Several schedules one after the other. Each begins at its milestone with a step 0 \
                  of its own, at the learning rate; `num_iters` is its own share of the steps where \
                  it is not given.",
        options: &[
            TermOption {
                name: "schedules",
                kind: Kind::Terms(TermKind::Schedule),
                default: Default::Required,
                doc: "the schedules, in their order",
            },
            TermOption {
                name: "milestones",
                kind: Kind::Shape,
                default: Default::Required,
                doc: "the steps at which the next ones begin, counted from the end of the warm-up: \
                      one less than there are schedules",
            },
        ],
        main: None,
        example: "{sequential: {schedules: [constant, cosine], milestones: [10]}}",
        source: "Burn 0.22, SequentialLrSchedulerConfig",
    },
    TermMeta {
        name: "plateau",
        kind: TermKind::Schedule,
        summary: "The learning rate, times `factor` (but not below `min_lr`) each time that the \
                  training loss was no better than best · (1 − threshold) for more than `patience` \
                  epochs in a row. The loss of an epoch is the mean over its batches, weighted by \
                  examples. Burn has none; this is PyTorch's ReduceLROnPlateau, with its defaults \
                  (`mode: min`, `threshold_mode: rel`).",
        options: &[
            TermOption {
                name: "factor",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(0.1),
                doc: "what the rate is multiplied by",
            },
            TermOption {
                name: "patience",
                kind: Kind::Count { least: 0 },
                default: Default::Count(10),
                doc: "epochs without a better loss that are waited for",
            },
            TermOption {
                name: "threshold",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(1e-4),
                doc: "share of the best loss by which a better one is lower",
            },
            TermOption {
                name: "cooldown",
                kind: Kind::Count { least: 0 },
                default: Default::Count(0),
                doc: "epochs after a fall of the rate in which none is counted as bad",
            },
            TermOption {
                name: "min_lr",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(0.0),
                doc: "the lowest rate; at most the learning rate",
            },
        ],
        main: None,
        example: "{plateau: {factor: 0.5, patience: 2}}",
        source: "PyTorch 2, torch.optim.lr_scheduler.ReduceLROnPlateau",
    },
    TermMeta {
        name: "cyclic",
        kind: TermKind::Schedule,
        summary: "learning_rate + (max_lr − learning_rate) · max(0, 1 − |t / step_size − 2c + 1|) · h \
                  in step t, with the cycle c = ⌊1 + t / (2 step_size)⌋ and the height h: 1 \
                  (`triangular`), 2^(1−c) (`triangular2`) or gammaᵗ (`exp_range`). Burn has none; \
                  this is PyTorch's CyclicLR with equal ways up and down.",
        options: &[
            TermOption {
                name: "max_lr",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Required,
                doc: "the highest rate; at least the learning rate",
            },
            count("step_size", Default::Count(2000), "steps of half a cycle"),
            TermOption {
                name: "mode",
                kind: Kind::Word(&["triangular", "triangular2", "exp_range"]),
                default: Default::Word("triangular"),
                doc: "how the height of the cycles changes",
            },
            gamma(Default::Number(1.0), "factor of the height in each step; for `exp_range` alone"),
        ],
        main: Some("max_lr"),
        example: "{cyclic: {max_lr: 0.1, step_size: 10}}",
        source: "Smith: Cyclical Learning Rates for Training Neural Networks (2017); PyTorch 2, \
                 torch.optim.lr_scheduler.CyclicLR",
    },
    TermMeta {
        name: "one_cycle",
        kind: TermKind::Schedule,
        summary: "Rises from learning_rate / div_factor to the learning rate, then falls to \
                  learning_rate / (div_factor · final_div_factor), by half a cosine each: the \
                  highest rate is in step pct_start · num_iters − 1, the lowest in step num_iters − 1. \
                  Burn has none; this is PyTorch's OneCycleLR without its cycle of the momentum, and \
                  the optimizer's learning rate is its `max_lr`.",
        options: &[
            TermOption {
                name: "pct_start",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(0.3),
                doc: "share of the steps in which the rate rises",
            },
            TermOption {
                name: "div_factor",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Number(25.0),
                doc: "the learning rate, divided by the first rate",
            },
            TermOption {
                name: "final_div_factor",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Number(10_000.0),
                doc: "the first rate, divided by the last",
            },
            TermOption {
                name: "anneal_strategy",
                kind: Kind::Word(&["cos", "linear"]),
                default: Default::Word("cos"),
                doc: "half a cosine, or a straight line",
            },
            NUM_ITERS,
        ],
        main: None,
        example: "{one_cycle: {pct_start: 0.2}}",
        source: "Smith, Topin: Super-Convergence (2017); PyTorch 2, \
                 torch.optim.lr_scheduler.OneCycleLR",
    },
];
