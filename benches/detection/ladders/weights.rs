//! Faults of initial weights, and of the signals and gradients that they make.

use nn_test::experiment::{ActivationEvidence, median};

use super::super::found::{largest, least};
use super::{DEEP, Ladder, MLP, SEEDS, View, fault, with_fault};

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "wrong_gradient",
        fault: "the gradient of one tensor is multiplied by 1 + e",
        strength: "e",
        spec: |e| {
            let fault =
                |e: f64| format!("scale_gradient: {{tensor: head.weight, factor: {}}}", 1.0 + e);
            with_fault(MLP, e.map(fault))
        },
        strengths: &[1e-8, 1e-7, 1e-6, 2e-6, 5e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1.0],
        views: &[View {
            property: "gradients_match",
            options: "",
            value: |found| {
                let tensors = found.evidence.gradient_check.iter().flat_map(|check| &check.tensors);
                let directions = tensors.flat_map(|tensor| &tensor.directions);
                let sound = directions.filter(|direction| !direction.kink);
                largest(sound.map(|direction| direction.relative_error))
            },
            measured: "largest relative error",
            bounds: &[1e-6],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "dead_units",
        fault: "biases begin below zero before a ReLU",
        strength: "bias",
        spec: |bias| {
            let bias = bias.unwrap_or(0.0);
            let hidden = format!(
                "linear: {{out: 32, name: hidden, bias_initializer: {{constant: {bias}}}}}"
            );
            with_fault(&format!("{hidden}, relu, linear: {{out: 3, name: head}}"), None)
        },
        strengths: &[-0.25, -0.5, -1.0, -1.5, -2.0, -3.0, -5.0, -10.0],
        views: &[View {
            property: "no_dead_units",
            options: "",
            value: |found| {
                let initial = found.evidence.initial();
                let units = initial.activations.iter().filter_map(|layer| layer.units.as_ref());
                largest(units.map(|units| units.dead as f64 / units.count as f64))
            },
            measured: "largest share of dead units",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "saturated_units",
        fault: "the initial weights before a tanh are multiplied",
        strength: "factor",
        spec: |factor| {
            let fault = |factor| format!("scale_weights: {{layer: hidden, factor: {factor}}}");
            with_fault(MLP, factor.map(fault))
        },
        strengths: &[1.5, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0],
        views: &[View {
            property: "no_saturation",
            options: "",
            value: |found| largest(found.numbers("saturated_at_start")),
            measured: "largest share of saturated units",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "weights_scaled",
        fault: "the initial weights of all layers are multiplied",
        strength: "factor",
        spec: |factor| with_fault(DEEP, factor.map(fault("scale_weights"))),
        strengths: &[1e-3, 0.01, 0.1, 0.3, 3.0, 5.0, 10.0, 100.0, 1000.0],
        views: &[
            View {
                property: "initialization_suits_activations",
                options: "",
                value: |found| median(found.numbers("gain")),
                measured: "gain of the weights (median)",
                bounds: &[0.05, 5.0],
                seeds: SEEDS,
            },
            View {
                property: "activations_in_scale",
                options: "",
                value: |found| {
                    let numbers = || found.numbers("deviation_of_first");
                    let (low, high) = (least(numbers()), largest(numbers()));
                    if high.ln().abs() > low.ln().abs() { high } else { low }
                },
                measured: "sd of a layer / sd of the first",
                bounds: &[1e-2, 1e2],
                seeds: SEEDS,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "overflow",
        fault: "the initial weights of all four layers are multiplied, until numbers end",
        strength: "factor",
        spec: |factor| with_fault(DEEP, factor.map(fault("scale_weights"))),
        strengths: &[1e4, 1e6, 1e8, 1e9, 3e9, 1e10, 1e11, 1e12],
        views: &[View {
            property: "finite_everywhere",
            options: "",
            value: |found| {
                let initial = found.evidence.initial();
                let outputs = initial.activations.iter().map(|layer| layer.not_finite);
                let gradients = initial.gradients.iter().map(|gradient| gradient.not_finite);
                outputs.chain(gradients).sum::<usize>() as f64
            },
            measured: "numbers that are not finite, at the start",
            bounds: &[],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "depth",
        fault: "sigmoids one after the other",
        strength: "layers",
        spec: |layers| {
            let layers = layers.map_or(1, |layers| layers as usize);
            let hidden: Vec<String> = (1..=layers)
                .map(|at| format!("linear: {{out: 16, name: l{at}}}, sigmoid"))
                .collect();
            let layers = format!("{}, linear: {{out: 3, name: head}}", hidden.join(", "));
            with_fault(&layers, None)
        },
        strengths: &[2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0],
        views: &[View {
            property: "gradients_flow",
            options: "",
            value: |found| least(found.numbers("norm_of_largest")),
            measured: "least gradient / largest",
            bounds: &[1e-6],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "shifted_inputs",
        fault: "a number is added to all inputs of a tanh",
        strength: "number",
        spec: |by| with_fault(MLP, by.map(fault("shift_inputs"))),
        strengths: &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 1e4],
        views: &[View {
            property: "outputs_vary",
            options: "",
            value: |found| {
                let evidence = found.evidence;
                let ends = [&evidence.initial().activations, &evidence.training().activations];
                least(ends.into_iter().filter_map(|layers| layers.last()).map(variation))
            },
            measured: "sd between examples / size of outputs",
            bounds: &[1e-5],
            seeds: SEEDS,
        }],
        beside: "",
    },
];

fn variation(layer: &ActivationEvidence) -> f64 {
    layer.between / layer.mean.hypot(layer.deviation)
}
