//! The faults, in growing strengths.

use nn_test::experiment::{fall, median};

use super::measure::Found;

/// A fault that grows, and the property that ought to see it.
pub struct Ladder {
    /// Of its figure.
    pub name: &'static str,
    pub property: &'static str,
    /// What is wrong.
    pub fault: &'static str,
    /// What the strength is.
    pub strength: &'static str,
    /// The spec without version, name and expectations; healthy where there is no strength.
    pub spec: fn(Option<f64>) -> String,
    pub strengths: &'static [f64],
    /// What is held against the bounds, and its name.
    pub value: fn(&Found<'_>) -> f64,
    pub measured: &'static str,
    /// Where the property fails or warns.
    pub bounds: &'static [f64],
}

const ADAM: &str =
    "training: {optimizer: {adam: {learning_rate: 1e-2}}, batch_size: 16, epochs: 5}";
const MLP: &str = "linear: {out: 16, name: hidden}, tanh, linear: {out: 3, name: head}";
const MLP_RELU: &str = "linear: {out: 16, name: hidden}, relu, linear: {out: 3, name: head}";

fn network(data: &str, layers: &str, rest: &str) -> String {
    format!(
        "task: classification\ndata: {{csv: iris.csv, target: species{data}}}\n\
         model: {{layers: [{layers}]}}\n{rest}"
    )
}

/// Iris, standardized, with this fault.
fn with_fault(layers: &str, fault: Option<String>) -> String {
    let faults = fault.map_or_else(String::new, |fault| format!("\nfaults: [{fault}]"));
    network(", scale: standardize", layers, &format!("{ADAM}{faults}"))
}

fn fault(name: &'static str) -> impl Fn(f64) -> String {
    move |strength| format!("{name}: {strength}")
}

fn fell(found: &Found<'_>) -> f64 {
    let training = found.evidence.training();
    fall(&training.sample_losses, training.constant_loss)
}

fn least(numbers: Vec<f64>) -> f64 {
    numbers.into_iter().fold(f64::INFINITY, f64::min)
}

fn largest(numbers: Vec<f64>) -> f64 {
    numbers.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

const DEEP: &str = "linear: {out: 16, name: first}, relu, linear: {out: 16, name: second}, relu, \
                    linear: {out: 16, name: third}, relu, linear: {out: 3, name: head}";

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "wrong_gradient",
        property: "gradients_match",
        fault: "the gradient of one tensor is multiplied by 1 + e",
        strength: "e",
        spec: |e| {
            let fault =
                |e: f64| format!("scale_gradient: {{tensor: head.weight, factor: {}}}", 1.0 + e);
            with_fault(MLP, e.map(fault))
        },
        strengths: &[1e-8, 1e-7, 1e-6, 2e-6, 5e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1.0],
        value: |found| {
            let tensors = found.evidence.gradient_check.iter().flat_map(|check| &check.tensors);
            let directions = tensors.flat_map(|tensor| &tensor.directions);
            let sound = directions.filter(|direction| !direction.kink);
            largest(sound.map(|direction| direction.relative_error).collect())
        },
        measured: "largest relative error",
        bounds: &[1e-6],
    },
    Ladder {
        name: "scaled_inputs_loss",
        property: "initial_loss",
        fault: "all inputs are multiplied",
        strength: "factor",
        spec: |factor| with_fault(MLP_RELU, factor.map(fault("scale_inputs"))),
        strengths: &[1.5, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0],
        value: |found| found.number("loss") / found.number("expected"),
        measured: "loss / loss of guessing",
        bounds: &[0.5, 3.0],
    },
    Ladder {
        name: "scaled_inputs",
        property: "inputs_normalized",
        fault: "all inputs are multiplied",
        strength: "factor",
        spec: |factor| with_fault(MLP, factor.map(fault("scale_inputs"))),
        strengths: &[1e-4, 1e-3, 1e-2, 0.1, 1.5, 2.0, 5.0, 10.0, 20.0, 50.0, 1000.0],
        value: |found| {
            let inspection = found.evidence.inspection.as_ref();
            let columns =
                inspection.and_then(|found| found.data.as_ref()).map(|data| &data.columns);
            largest(columns.into_iter().flatten().map(|column| column.size()).collect())
        },
        measured: "root mean square of a column",
        bounds: &[10.0],
    },
    Ladder {
        name: "wrong_labels",
        property: "learns",
        // Of three classes two thirds are noise alone; with more, labels tell what it is not.
        fault: "a share of the examples has a wrong label",
        strength: "share",
        spec: |share| with_fault(MLP, share.map(fault("permute_labels"))),
        strengths: &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.67],
        value: fell,
        measured: "fall of the loss",
        bounds: &[0.05],
    },
    Ladder {
        name: "wrong_labels_baseline",
        property: "beats_baseline",
        // Of three classes two thirds are noise alone; with more, labels tell what it is not.
        fault: "a share of the examples has a wrong label",
        strength: "share",
        spec: |share| with_fault(MLP, share.map(fault("permute_labels"))),
        strengths: &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.67],
        value: |found| {
            let training = found.evidence.training();
            let constant = training.constant_loss.unwrap_or(f64::NAN);
            training.outcome.evaluation_loss.unwrap_or(f64::NAN) / constant
        },
        measured: "loss / loss of a constant",
        bounds: &[0.97],
    },
    Ladder {
        name: "wrong_rate_learns",
        property: "learns",
        fault: "the learning rate is multiplied (1 is Adam at 0.01)",
        strength: "factor",
        spec: |factor| with_fault(MLP, factor.map(fault("scale_rate"))),
        strengths: &[1e-5, 1e-4, 1e-3, 1e-2, 0.1, 10.0, 100.0, 1e3, 1e4],
        value: fell,
        measured: "fall of the loss",
        bounds: &[0.05],
    },
    Ladder {
        name: "wrong_rate",
        property: "update_ratio",
        fault: "the learning rate is multiplied (1 is Adam at 0.01)",
        strength: "factor",
        spec: |factor| with_fault(MLP, factor.map(fault("scale_rate"))),
        strengths: &[1e-5, 1e-4, 1e-3, 1e-2, 0.1, 10.0, 100.0, 1e3, 1e4],
        value: |found| found.number("median"),
        measured: "‖ΔW‖ / ‖W‖",
        bounds: &[1e-5, 1e-4, 0.1, 0.5],
    },
    Ladder {
        name: "dead_units",
        property: "no_dead_units",
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
        value: |found| {
            let initial = found.evidence.initial();
            let units = initial.activations.iter().filter_map(|layer| layer.units.as_ref());
            largest(units.map(|units| units.dead as f64 / units.count as f64).collect())
        },
        measured: "largest share of dead units",
        bounds: &[0.5],
    },
    Ladder {
        name: "saturated_units",
        property: "no_saturation",
        fault: "the initial weights before a tanh are multiplied",
        strength: "factor",
        spec: |factor| {
            let fault = |factor| format!("scale_weights: {{layer: hidden, factor: {factor}}}");
            with_fault(MLP, factor.map(fault))
        },
        strengths: &[1.5, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0],
        value: |found| largest(found.numbers("saturated_at_start")),
        measured: "largest share of saturated units",
        bounds: &[0.5],
    },
    Ladder {
        name: "weights_scaled",
        property: "initialization_suits_activations",
        fault: "the initial weights of all layers are multiplied",
        strength: "factor",
        spec: |factor| with_fault(DEEP, factor.map(|f| format!("scale_weights: {{factor: {f}}}"))),
        strengths: &[1e-3, 0.01, 0.1, 0.3, 3.0, 5.0, 10.0, 100.0, 1000.0],
        value: |found| median(found.numbers("gain")),
        measured: "gain of the weights (median)",
        bounds: &[0.05, 5.0],
    },
    Ladder {
        name: "weights_scaled_signals",
        property: "activations_in_scale",
        fault: "the initial weights of all layers are multiplied",
        strength: "factor",
        spec: |factor| with_fault(DEEP, factor.map(|f| format!("scale_weights: {{factor: {f}}}"))),
        strengths: &[1e-3, 0.01, 0.1, 0.3, 3.0, 5.0, 10.0, 100.0, 1000.0],
        value: |found| {
            let numbers = found.numbers("deviation_of_first");
            let (low, high) = (least(numbers.clone()), largest(numbers));
            if high.ln().abs() > low.ln().abs() { high } else { low }
        },
        measured: "sd of a layer / sd of the first",
        bounds: &[1e-2, 1e2],
    },
    Ladder {
        name: "depth",
        property: "gradients_flow",
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
        value: |found| least(found.numbers("norm_of_largest")),
        measured: "least gradient / largest",
        bounds: &[1e-6],
    },
    Ladder {
        name: "leak",
        property: "no_duplicates_across_split",
        fault: "a share of the held-out examples is trained on",
        strength: "share",
        spec: |share| {
            let faults = share
                .map_or_else(String::new, |share| format!("\nfaults: [leak_validation: {share}]"));
            let data = ", scale: standardize, split: {validation: 0.2}";
            network(data, MLP, &format!("{ADAM}{faults}"))
        },
        strengths: &[0.02, 0.05, 0.1, 0.2, 0.5, 1.0],
        value: |found| {
            let inspection = found.evidence.inspection.as_ref();
            let data = inspection.and_then(|found| found.data.as_ref());
            data.map_or(f64::NAN, |data| {
                data.copies.examples as f64 / data.held_out_examples as f64
            })
        },
        measured: "share of copies",
        bounds: &[0.05],
    },
    Ladder {
        name: "clipping",
        property: "clipping_in_use",
        fault: "the bound of clipping is below the gradients",
        strength: "bound",
        spec: |bound| {
            let bound = bound.unwrap_or(10.0);
            let training = format!(
                "training: {{optimizer: {{sgd: {{learning_rate: 1e-1}}}}, clipping: {{global_norm: {bound}}}, \
                 batch_size: 16, epochs: 5}}"
            );
            network(", scale: standardize", MLP, &training)
        },
        strengths: &[2.0, 1.0, 0.5, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-4],
        value: |found| {
            let clipping = found.evidence.training().outcome.clipping.as_ref();
            clipping.map_or(f64::NAN, |clipping| median(clipping.sizes.clone()) / clipping.bound)
        },
        measured: "median gradient / bound",
        bounds: &[1.0, 100.0],
    },
    Ladder {
        name: "penalty",
        property: "regularization_in_range",
        fault: "the penalty of the weights rules the loss",
        strength: "strength",
        spec: |strength| {
            let strength = strength.unwrap_or(1e-4);
            let penalty = format!("regularization: {{l2: {strength}}}");
            network(", scale: standardize", MLP, &format!("{penalty}\n{ADAM}"))
        },
        strengths: &[1e-3, 1e-2, 0.1, 0.3, 1.0, 10.0, 100.0],
        value: |found| {
            let parts = found.evidence.initial().parts;
            parts.map_or(f64::NAN, |parts| parts.penalty_gradient / parts.data_gradient)
        },
        measured: "‖∇penalty‖ / ‖∇data‖",
        bounds: &[1.0],
    },
];
