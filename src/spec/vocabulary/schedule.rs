//! Learning-rate schedules: Burn's, with Burn's names and defaults. They start from the optimizer's
//! learning rate; steps are optimizer steps, counted from 0 where the schedule begins.

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
];
