//! Faults of the recipe: rates, schedules, steps, clipping, penalties, batches, and layers that are
//! otherwise in training than in use.

use nn_test::experiment::median;

use super::super::found::{largest, least};
use super::{
    ADAM, DEAR, Ladder, MLP, MLP_RELU, SEEDS, View, fault, iris, planted, standardized, with_fault,
};

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "wrong_rate",
        fault: "the learning rate is multiplied (1 is Adam at 0.01)",
        strength: "factor",
        spec: |factor| with_fault(MLP, factor.map(fault("scale_rate"))),
        strengths: &[1e-5, 1e-4, 1e-3, 1e-2, 0.1, 10.0, 100.0, 1e3, 1e4],
        views: &[
            View {
                property: "update_ratio",
                options: "",
                value: |found| found.number("median"),
                measured: "‖ΔW‖ / ‖W‖",
                bounds: &[1e-5, 1e-4, 0.1, 0.5],
                seeds: SEEDS,
            },
            View {
                property: "learns",
                options: "",
                value: |found| found.fall(),
                measured: "fall of the loss",
                bounds: &[0.05],
                seeds: SEEDS,
            },
            View {
                property: "learning_rate_in_range",
                options: "",
                value: |found| {
                    let rungs = &found.evidence.sweep().rungs;
                    let own = rungs.iter().find(|rung| rung.halves == 0);
                    own.map_or(f64::NAN, |rung| rung.fall)
                },
                measured: "fall of the loss at the recipe's rate",
                bounds: &[0.05],
                seeds: DEAR,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "schedule",
        fault: "the schedule multiplies the rate by gamma in each of 200 steps",
        strength: "gamma",
        spec: |gamma| {
            let gamma = gamma.unwrap_or(0.995);
            let recipe = format!(
                "training: {{optimizer: {{adam: {{learning_rate: 1e-2}}}}, batch_size: 16, epochs: 20, \
                 schedule: {{exponential: {{gamma: {gamma}}}}}}}"
            );
            standardized(MLP_RELU, &recipe)
        },
        strengths: &[0.99, 0.95, 0.9, 0.8, 0.75, 0.7, 0.6, 0.5, 0.1],
        views: &[View {
            property: "schedule_as_declared",
            options: "",
            value: |found| {
                let rates = &found.evidence.training().outcome.rates;
                rates.last().map_or(f64::NAN, |rate| rate / rates[0])
            },
            measured: "rate of the last step seen / first rate",
            bounds: &[1e-3],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "wrong_step",
        fault: "the optimizer's step of one layer is multiplied by 1 + e",
        strength: "e",
        spec: |e| {
            let fault = e.map(|e| format!("scale_step: {{layer: hidden, factor: {}}}", 1.0 + e));
            let recipe = "training: {optimizer: {adamw: {learning_rate: 1e-2}}, \
                          clipping: {global_norm: 1}, batch_size: 16, accumulate: 2, epochs: 5}";
            standardized(MLP_RELU, &format!("{recipe}{}", planted(fault)))
        },
        strengths: &[1e-6, 1e-5, 5e-5, 1e-4, 2e-4, 1e-3, 1e-2, 1.0],
        views: &[View {
            property: "optimizer_as_declared",
            options: "",
            value: |found| {
                largest(found.evidence.optimizer_steps().tensors.iter().map(|step| step.error))
            },
            measured: "largest error of a step / largest step",
            bounds: &[1e-4],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "clipping",
        fault: "the bound of clipping is below the gradients",
        strength: "bound",
        spec: |bound| standardized(MLP, &clipped(bound.unwrap_or(10.0))),
        strengths: &[2.0, 1.0, 0.5, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-4],
        views: &[View {
            property: "clipping_in_use",
            options: "",
            value: |found| {
                let clipping = found.evidence.training().outcome.clipping.as_ref();
                clipping
                    .map_or(f64::NAN, |clipping| median(clipping.sizes.clone()) / clipping.bound)
            },
            measured: "median gradient / bound",
            bounds: &[1.0, 100.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "unclipped_layer",
        fault: "clipping with this bound leaves a layer out",
        strength: "bound",
        spec: |bound| {
            let fault = bound.map(|_| "skip_clipping: hidden".to_owned());
            let recipe = clipped(bound.unwrap_or(0.5));
            standardized(MLP_RELU, &format!("{recipe}{}", planted(fault)))
        },
        strengths: &[10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.01],
        views: &[View {
            property: "clipping_effective",
            options: "",
            value: |found| {
                let clipping = found.evidence.training().outcome.clipping.as_ref();
                clipping.map_or(f64::NAN, |clipping| {
                    largest(clipping.clipped.iter().copied()) / clipping.bound
                })
            },
            measured: "largest gradient after clipping / bound",
            bounds: &[1.001],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "penalty",
        fault: "the penalty of the weights rules the loss",
        strength: "strength",
        spec: |strength| {
            let strength = strength.unwrap_or(1e-4);
            standardized(MLP, &format!("regularization: {{l2: {strength}}}\n{ADAM}"))
        },
        strengths: &[1e-3, 1e-2, 0.1, 0.3, 1.0, 10.0, 100.0],
        views: &[View {
            property: "regularization_in_range",
            options: "",
            value: |found| {
                let parts = found.evidence.initial().parts;
                parts.map_or(f64::NAN, |parts| parts.penalty_gradient / parts.data_gradient)
            },
            measured: "‖∇penalty‖ / ‖∇data‖",
            bounds: &[1.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "batch_size",
        fault: "the batch has few examples of a task whose gradients are noise",
        strength: "examples",
        spec: |examples| {
            let batch = examples.unwrap_or(128.0);
            format!(
                "task: binary_classification\ndata: {{parity: {{examples: 2000, length: 8}}}}\n\
                 model: [flatten, linear: 16, tanh, linear: 1]\n\
                 training: {{optimizer: {{sgd: {{learning_rate: 1e-2}}}}, batch_size: {batch}, epochs: 2}}"
            )
        },
        strengths: &[32.0, 16.0, 8.0, 4.0, 2.0, 1.0],
        views: &[View {
            property: "batch_size_adequate",
            options: "",
            value: |found| {
                let Ok(noise) = found.evidence.gradient_noise() else { return f64::NAN };
                let ends = [noise.start, noise.trained];
                let scales = ends.map(|end| end.noise / end.mean_square);
                least(scales) / noise.batch as f64
            },
            measured: "gradient noise scale / batch",
            bounds: &[100.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "dropout_before_norm",
        fault: "dropout with this rate stands right before a batch normalization",
        strength: "rate",
        spec: |rate| {
            let behind = "linear: {out: 32, name: hidden}, relu, batch_norm, dropout: 0.3";
            let before = |rate: f64| {
                format!("linear: {{out: 32, name: hidden}}, relu, dropout: {rate}, batch_norm")
            };
            let layers = rate.map_or_else(|| behind.to_owned(), before);
            standardized(&format!("{layers}, linear: {{out: 3, name: head}}"), ADAM)
        },
        strengths: &[0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7],
        views: &[View {
            property: "dropout_sound",
            options: "",
            value: |found| {
                largest(found.evidence.dropout().shifts.iter().map(|shift| shift.ratio)).max(1.0)
            },
            measured: "variance in training / in use",
            bounds: &[1.5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "slow_statistics",
        fault: "running statistics of inputs that are not scaled take in so much of a batch",
        strength: "momentum",
        spec: |momentum| {
            let momentum = momentum.unwrap_or(0.1);
            let layers = format!(
                "batch_norm: {{momentum: {momentum}, name: norm}}, linear: {{out: 16, name: hidden}}, \
                 tanh, linear: {{out: 3, name: head}}"
            );
            let recipe =
                "training: {optimizer: {adam: {learning_rate: 3e-2}}, batch_size: 16, epochs: 10}";
            iris("", &layers, recipe)
        },
        strengths: &[0.05, 0.03, 0.02, 0.01, 5e-3, 1e-3, 1e-4],
        views: &[View {
            property: "train_eval_consistent",
            options: "",
            value: |found| {
                let training = found.evidence.training();
                let used = training.outcome.evaluation_loss.unwrap_or(f64::NAN);
                let trained = training.sample_losses.last().map_or(f64::NAN, |sample| sample.loss);
                (used - trained) / training.constant_loss.unwrap_or(f64::NAN)
            },
            measured: "loss in use less in training / constant's",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "learns: {steps: 80, minimum_fall: 0.6}, ",
    },
];

/// Plain gradient descent, clipped.
fn clipped(bound: f64) -> String {
    format!(
        "training: {{optimizer: {{sgd: {{learning_rate: 1e-1}}}}, clipping: {{global_norm: {bound}}}, \
         batch_size: 16, epochs: 5}}"
    )
}
