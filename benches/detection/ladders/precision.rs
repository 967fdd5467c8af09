//! Faults of numbers: a layer that a device computes with fewer digits, and what 16 bits do not forgive:
//! signals near the end of their range, gradients below it, and numbers that are far from zero and near
//! to each other.

use nn_test::experiment::HalfPass;

use super::super::found::{Found, largest};
use super::{Ladder, MLP, SEEDS, View, fault, planted, standardized, with_fault};

const NORMALIZED: &str = "linear: {out: 16, name: hidden}, layer_norm: {name: norm}, tanh, \
                          linear: {out: 3, name: head}";

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "coarse_layer",
        fault: "on an adapter a layer's outputs are rounded to multiples of this grain",
        strength: "grain",
        spec: |grain| {
            let fault = grain
                .map(|grain| format!("coarse_layer: {{layer: hidden, parts: {:.0}}}", 1.0 / grain));
            with_fault(MLP, fault)
        },
        strengths: &[1e-7, 1e-6, 5e-6, 1e-5, 2e-5, 3e-5, 5e-5, 1e-4, 1e-3, 0.1],
        views: &[View {
            property: "matches_reference_device",
            options: "",
            value: |found| {
                let Ok(devices) = found.evidence.devices() else { return f64::NAN };
                largest(devices.layers.iter().map(|layer| layer.error))
            },
            measured: "largest error of a layer's outputs",
            bounds: &[1e-5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "loud_layer",
        fault: "the weights of a layer before a normalization are multiplied, toward the end of f16",
        strength: "factor",
        spec: |factor| {
            let fault =
                factor.map(|factor| format!("scale_weights: {{layer: hidden, factor: {factor}}}"));
            standardized(NORMALIZED, &planted(fault))
        },
        strengths: &[10.0, 100.0, 1e3, 1e4, 2e4, 3e4, 5e4, 1e5, 1e6],
        views: &[View {
            property: "precision_robust",
            options: "",
            value: |found| {
                let layers = passes(found).last().into_iter().flat_map(|pass| &pass.layers);
                largest(layers.map(|layer| layer.largest))
            },
            measured: "largest number that a layer gives",
            bounds: &[65504.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "quiet_loss",
        fault: "the loss is divided, and its gradients fall below what f16 has",
        strength: "divisor",
        spec: |divisor| {
            let weight = 1.0 / divisor.unwrap_or(1.0);
            let loss = format!(
                "loss: {{terms: [{{name: species, loss: cross_entropy, weight: {weight}}}]}}"
            );
            let layers = "linear: {out: 16, name: hidden}, tanh, linear: {out: 3, name: head}";
            standardized(layers, &loss)
        },
        strengths: &[10.0, 100.0, 1e3, 1e4, 1e5, 3e5, 1e6, 1e7],
        views: &[View {
            property: "precision_robust",
            options: "{loss_scale: 1}",
            value: |found| {
                let gradients = passes(found).last().into_iter().flat_map(|pass| &pass.gradients);
                largest(gradients.map(|gradient| gradient.distance / gradient.norm))
            },
            measured: "largest error of a gradient in f16",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "far_from_zero",
        fault: "a number is added to inputs of deviation 1 before a normalization",
        strength: "number",
        spec: |by| {
            let layers = "batch_norm: {name: norm}, linear: {out: 16, name: hidden}, tanh, \
                          linear: {out: 3, name: head}";
            standardized(layers, &planted(by.map(fault("shift_inputs"))))
        },
        strengths: &[1.0, 3.0, 10.0, 20.0, 30.0, 50.0, 100.0, 1000.0],
        views: &[View {
            property: "precision_robust",
            options: "",
            value: |found| {
                let layers = passes(found).first().into_iter().flat_map(|pass| &pass.layers);
                largest(layers.map(|layer| layer.error))
            },
            measured: "largest error of a layer in bf16",
            bounds: &[0.1],
            seeds: SEEDS,
        }],
        beside: "",
    },
];

/// In bf16 first, and in f16 last.
fn passes<'a>(found: &'a Found<'_>) -> &'a [HalfPass] {
    found.evidence.half_precision().as_ref().map_or(&[], |half| &half.passes)
}
