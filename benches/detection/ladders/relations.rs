//! Faults of what outputs and losses depend on: other examples, the future, padding, an order, and what
//! another framework computes.

use nn_test::experiment::PaddingShift;

use super::super::found::{Found, largest, least};
use super::{Ladder, MLP_RELU, SEEDS, View, diabetes, fault, with_fault};

/// 64 roundings in 64 bits.
const SAME: f64 = 64.0 * UNIT;
/// Where sums are made in another order.
const REORDERED: f64 = 4096.0 * UNIT;
const UNIT: f64 = f64::EPSILON / 2.0;

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "mixed_batch",
        fault: "each output is so far on the way to the mean of its batch",
        strength: "share",
        spec: |share| with_fault(MLP_RELU, share.map(fault("mix_batch"))),
        strengths: &[1e-15, 1e-14, 1e-13, 1e-12, 1e-9, 1e-6, 1e-3, 0.5],
        views: &[View {
            property: "batch_independent",
            options: "",
            value: |found| {
                let relations = found.evidence.relations();
                let in_use = relations.mixing.iter().find(|mode| !mode.training);
                let influence = in_use.and_then(|mode| mode.influence.as_ref());
                influence.map_or(0.0, |found| found.difference) / relations.scale
            },
            measured: "change of an output / size of outputs",
            bounds: &[SAME],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "future",
        fault: "a part of the output, times e, reads the steps that it is to foresee",
        strength: "e",
        spec: |e| {
            let e = e.unwrap_or(0.0);
            let layers = format!(
                "reshape: [3, 1], parallel: {{branches: [[lstm: {{hidden: 8, output: sequence}}], \
                 [bi_lstm: {{hidden: 4, output: sequence}}, scale: {e}]], merge: add}}, \
                 linear: {{out: 1, name: head}}, flatten"
            );
            format!(
                "task: regression\ndata: {{csv: diabetes.csv, features: [s1, s2, s3], \
                 target: [s4, s5, s6], scale: standardize, scale_target: standardize}}\n\
                 model: [{layers}]"
            )
        },
        strengths: &[1e-15, 1e-14, 1e-13, 1e-12, 1e-9, 1e-6, 1e-3, 1.0],
        views: &[View {
            property: "causal",
            options: "",
            value: |found| {
                let relations = found.evidence.relations();
                let leak = relations.causality.as_ref().ok().and_then(|found| found.leak.as_ref());
                leak.map_or(0.0, |leak| leak.difference) / relations.scale
            },
            measured: "change of an output / size of outputs",
            bounds: &[SAME],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "seen_padding",
        fault: "a part of the output, times e, is a mean that takes in places of padding",
        strength: "e",
        spec: |e| {
            let e = e.unwrap_or(0.0);
            format!(
                "task: classification\ndata: {{padded_tokens: {{examples: 120, classes: 3, length: 12}}}}\n\
                 model: [embedding: {{vocabulary: 8, dimension: 8}}, positional_encoding, \
                 transformer_encoder: {{blocks: 1, heads: 2, feed_forward: 16, mask_padding: input}}, \
                 parallel: {{branches: [[slice: {{axis: 0, end: 1}}, flatten], [mean: 0, scale: {e}]], \
                 merge: add}}, linear: 3]"
            )
        },
        strengths: &[1e-15, 1e-14, 1e-13, 1e-12, 1e-9, 1e-6, 1e-3, 1.0],
        views: &[View {
            property: "respects_padding",
            options: "",
            value: |found| {
                let Ok(padding) = &found.evidence.relations().padding else { return f64::NAN };
                let moved = |shift: &PaddingShift| shift.difference / shift.scale;
                let content = padding.content.as_ref().ok().and_then(Option::as_ref);
                content.map_or(0.0, moved)
            },
            measured: "change of an output / size of outputs",
            bounds: &[SAME],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "ordered_set",
        fault: "a part of a set's output, times e, knows the order of its elements",
        strength: "e",
        spec: |e| {
            let e = e.unwrap_or(0.0);
            format!(
                "task: classification\n\
                 data: {{blobs: {{examples: 120, classes: 3, features: 24}}, shape: [6, 4]}}\n\
                 model: [linear: 8, parallel: {{branches: [[relu], [positional_encoding, relu, scale: {e}]], \
                 merge: add}}, mean: 0, linear: 3]"
            )
        },
        strengths: &[1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-9, 1e-6, 1e-3, 1.0],
        views: &[View {
            property: "invariant_to",
            options: "{permutation: 1}",
            value: broken,
            measured: "change of an output / size of outputs",
            bounds: &[REORDERED],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "bias_of_a_proportion",
        fault: "an answer that should be proportional to the inputs has a bias",
        strength: "bias",
        spec: |bias| {
            let bias = bias.unwrap_or(0.0);
            let layers = format!(
                "linear: {{out: 8, bias: false}}, relu, \
                 linear: {{out: 1, name: head, bias_initializer: {{constant: {bias}}}}}"
            );
            diabetes(", scale_target: standardize", &layers, "")
        },
        strengths: &[1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-9, 1e-6, 1e-3, 1.0],
        views: &[View {
            property: "equivariant_to",
            options: "{scale: [0.5, 3]}",
            value: broken,
            measured: "distance of an output / size of outputs",
            bounds: &[REORDERED],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "summed_term",
        fault: "one of two terms of the loss, with this weight, is a sum over the batch",
        strength: "weight",
        spec: |weight| {
            let sum = weight.map_or_else(String::new, |weight| {
                format!(", {{name: sum, loss: {{mse: {{reduction: sum}}}}, weight: {weight}}}")
            });
            let layers = "linear: {out: 8, name: hidden}, tanh, linear: {out: 1, name: head}";
            let loss = format!("loss: {{terms: [{{name: mean, loss: mse}}{sum}]}}");
            diabetes(", scale_target: standardize", layers, &loss)
        },
        strengths: &[1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.1, 1.0],
        views: &[
            View {
                property: "loss_is_a_mean",
                options: "",
                value: |found| {
                    let relations = found.evidence.relations();
                    let doubled = relations.doubled_loss.unwrap_or(f64::NAN);
                    (doubled - relations.loss).abs() / relations.loss.abs()
                },
                measured: "change of the loss / loss",
                bounds: &[1e-5],
                seeds: SEEDS,
            },
            View {
                property: "accumulation_equivalent",
                options: "",
                value: |found| {
                    let halves = found.evidence.replays().halves.as_ref().ok();
                    halves.map_or(f64::NAN, |halves| halves.error)
                },
                measured: "change of a gradient / largest gradient",
                bounds: &[1e-4],
                seeds: SEEDS,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "lopsided_terms",
        fault: "one of two terms of the loss is multiplied",
        strength: "factor",
        spec: |factor| {
            let weight = factor.unwrap_or(1.0);
            format!(
                "task: classification\ndata: {{csv: targets.csv, target: first, features: [x1, x2], \
                 targets: [{{name: count, column: count, task: regression}}]}}\n\
                 model: {{outputs: [kind, count], layers: [linear: 24, tanh: {{name: trunk}}, \
                 linear: {{out: 3, name: kind}}, linear: {{out: 1, from: trunk, name: count}}]}}\n\
                 loss: {{terms: [{{name: kind, loss: cross_entropy, output: kind}}, \
                 {{name: count, loss: poisson_nll, output: count, target: count, weight: {weight}}}]}}"
            )
        },
        strengths: &[1e-3, 0.01, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0, 100.0, 1000.0],
        views: &[View {
            property: "loss_terms_balanced",
            options: "",
            value: |found| {
                let terms = &found.evidence.initial().terms;
                let norms = || terms.iter().map(|term| term.gradient_norm);
                largest(norms()) / least(norms())
            },
            measured: "largest gradient of a term / least",
            bounds: &[10.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "other_epsilon",
        fault: "a normalization has an epsilon of 1e-5 · (1 + e), where PyTorch has 1e-5",
        strength: "e",
        spec: |e| {
            let epsilon = 1e-5 * (1.0 + e.unwrap_or(0.0));
            format!(
                "task: classification\ndata: {{csv: digits.csv, target: digit, shape: [1, 8, 8], \
                 scale: {{min_max: [0, 16]}}}}\n\
                 model: [conv2d: {{out: 4, kernel: 3, padding: same, name: conv1}}, \
                 batch_norm: {{name: norm1, epsilon: {epsilon}}}, relu, max_pool2d: 2, \
                 conv2d: {{out: 8, kernel: 3, padding: same, name: conv2}}, \
                 batch_norm: {{name: norm2}}, relu, adaptive_avg_pool2d: 1, flatten, dropout: 0.25, \
                 linear: {{out: 10, name: head}}]"
            )
        },
        strengths: &[1e-11, 1e-10, 1e-9, 1e-8, 1e-6, 1e-3, 1.0, 100.0],
        views: &[View {
            property: "matches_golden",
            options: "{file: golden/cnn.safetensors}",
            value: |found| {
                let passes = found.evidence.golden().iter().flat_map(|golden| &golden.passes);
                let checks = passes.flat_map(|pass| &pass.checks);
                largest(checks.map(|check| check.error / check.bound))
            },
            measured: "error of a tensor / what rounding leaves",
            bounds: &[1.0],
            // Weights and inputs are the file's.
            seeds: 1,
        }],
        beside: "",
    },
];

fn broken(found: &Found<'_>) -> f64 {
    let symmetries = &found.evidence.relations().symmetries;
    let broken = symmetries.iter().filter_map(|symmetry| symmetry.broken.as_ref());
    largest(broken.map(|broken| broken.difference / broken.scale)).max(0.0)
}
