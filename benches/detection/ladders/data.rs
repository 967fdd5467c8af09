//! Faults of the data: scales, labels, columns, and what is held out.

use nn_test::inspection::{DataFacts, TargetFacts};

use super::super::found::{Found, largest, least};
use super::{ADAM, Ladder, MLP, MLP_RELU, SEEDS, View, diabetes, fault, iris, planted, with_fault};

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "scaled_inputs",
        fault: "all inputs are multiplied",
        strength: "factor",
        spec: |factor| with_fault(MLP_RELU, factor.map(fault("scale_inputs"))),
        strengths: &[1e-4, 1e-3, 1e-2, 0.1, 1.5, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0],
        views: &[
            View {
                property: "inputs_normalized",
                options: "",
                value: |found| {
                    let columns = data(found).map(|data| &data.columns);
                    largest(columns.into_iter().flatten().map(|column| column.size()))
                },
                measured: "root mean square of a column",
                bounds: &[10.0],
                seeds: SEEDS,
            },
            View {
                property: "initial_loss",
                options: "",
                value: |found| found.number("loss") / found.number("expected"),
                measured: "loss / loss of guessing",
                bounds: &[0.5, 1.5, 3.0],
                seeds: SEEDS,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "scaled_targets",
        fault: "targets are multiplied (1 is a root mean square of 1)",
        strength: "factor",
        spec: |factor| {
            // The root mean square of the file's targets is 171.
            let scale = format!(", scale_target: {{multiply: {}}}", factor.unwrap_or(1.0) / 171.0);
            diabetes(&scale, "linear: {out: 8, name: hidden}, relu, linear: 1", "")
        },
        strengths: &[1e-3, 0.01, 0.02, 0.03, 0.1, 5.0, 9.0, 10.0, 11.0, 12.0, 100.0, 1000.0],
        views: &[View {
            property: "targets_scaled",
            options: "",
            value: |found| match data(found).map(|data| &data.targets) {
                Some(TargetFacts::Values { columns, .. }) => columns[0].size(),
                _ => f64::NAN,
            },
            measured: "root mean square of the targets",
            bounds: &[10.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "wrong_labels",
        // Of three classes two thirds are noise alone; with more, labels tell what it is not.
        fault: "a share of the examples has a wrong label",
        strength: "share",
        spec: |share| with_fault(MLP, share.map(fault("permute_labels"))),
        strengths: &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.67],
        views: &[
            View {
                property: "learns",
                options: "",
                value: |found| found.fall(),
                measured: "fall of the loss",
                bounds: &[0.05],
                seeds: SEEDS,
            },
            View {
                property: "beats_baseline",
                options: "",
                value: |found| {
                    let training = found.evidence.training();
                    let constant = training.constant_loss.unwrap_or(f64::NAN);
                    training.outcome.evaluation_loss.unwrap_or(f64::NAN) / constant
                },
                measured: "loss / loss of a constant",
                bounds: &[0.97],
                seeds: SEEDS,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "labels_by_heart",
        fault: "a share of the examples has a wrong label, and the model is large enough to learn it by heart",
        strength: "share",
        spec: |share| {
            let rest = format!(
                "training: {{optimizer: {{adam: {{learning_rate: 3e-2}}}}, batch_size: 8, epochs: 40}}{}",
                planted(share.map(fault("permute_labels")))
            );
            let layers = "linear: {out: 64, name: hidden}, relu, linear: 64, relu, linear: {out: 3, name: head}";
            iris(", scale: standardize, split: {validation: 0.3}", layers, &rest)
        },
        strengths: &[0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5],
        views: &[View {
            property: "generalizes",
            options: "",
            value: |found| {
                let training = found.evidence.training();
                let outcome = &training.outcome;
                let held_out = outcome.validation.map_or(f64::NAN, |held_out| held_out.end);
                let known = outcome.evaluation_loss.unwrap_or(f64::NAN);
                (held_out - known) / training.constant_loss.unwrap_or(f64::NAN)
            },
            measured: "held-out less training loss / constant's",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "learns: {steps: 200, minimum_fall: 0.9, severity: warn}, ",
    },
    Ladder {
        name: "contradictions",
        fault: "a share of the examples has a wrong label, beside others with the same inputs",
        strength: "share",
        spec: |share| {
            format!(
                "task: binary_classification\ndata: {{parity: {{examples: 400, length: 5}}}}\n\
                 model: [flatten, linear: 8, tanh, linear: 1]{}",
                planted(share.map(fault("permute_labels")))
            )
        },
        strengths: &[0.003, 0.005, 0.01, 0.015, 0.02, 0.05, 0.1],
        views: &[View {
            property: "labels_valid",
            options: "",
            value: |found| {
                let data = data(found).expect("the spec brings its data");
                let wrong = data.contradictions.as_ref().map_or(0, |found| found.examples);
                wrong as f64 / data.training_examples as f64
            },
            measured: "share of contradictions",
            bounds: &[0.01],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "out_of_step",
        fault: "from some row on each answer is that of the row before, for a share of all rows",
        strength: "share",
        spec: |share| {
            let fault = share.map(|share| format!("shift_labels: {{by: 1, share: {share}}}"));
            let layers = "linear: {out: 8, name: hidden}, relu, linear: 1";
            diabetes(", scale_target: standardize", layers, &planted(fault))
        },
        strengths: &[0.2, 0.4, 0.6, 0.8, 0.85, 0.9, 0.95, 1.0],
        views: &[View {
            property: "labels_follow_inputs",
            options: "",
            value: |found| {
                let steps = data(found).and_then(|data| data.steps.as_ref().ok());
                steps.map_or(f64::NAN, |steps| steps.beyond_chance(steps.agreement))
            },
            measured: "agreement, in deviations of chance",
            bounds: &[3.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "class_weight",
        fault: "the loss divides the weight of the rarer of two classes",
        strength: "divisor",
        spec: |divisor| {
            let weight = 1.0 / divisor.unwrap_or(1.0);
            format!(
                "task: binary_classification\n\
                 data: {{csv: breast_cancer.csv, target: {{column: diagnosis, positive: malignant}}, \
                 scale: standardize, split: {{validation: 0.2}}}}\n\
                 model: [linear: 8, relu, linear: 1]\n\
                 loss: {{binary_cross_entropy: {{weights: [1, {weight}]}}}}"
            )
        },
        strengths: &[2.0, 4.0, 5.0, 6.0, 7.0, 10.0, 100.0, 1000.0],
        views: &[View {
            property: "classes_balanced",
            options: "",
            value: |found| {
                let data = data(found).expect("the spec brings its data");
                let TargetFacts::Classes(classes) = &data.targets else { return f64::NAN };
                let weights = &found.evidence.inspection().class_weights;
                let pairs = || classes.iter().zip(weights);
                let counts = || pairs().map(|(class, weight)| class.training as f64 * weight);
                largest(counts()) / least(counts())
            },
            measured: "weight of a class / of the other one",
            bounds: &[10.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "constant_columns",
        fault: "a share of columns that are alike was filled with one value",
        strength: "share",
        spec: |share| {
            let varied = share.map_or(40, |share| (3.0 / share).round() as usize - 3);
            // Corners of the images, which are always 0, beside columns of their middle.
            let corners = ["p00", "p40", "p47"].into_iter().filter(|_| share.is_some());
            let middle = (1..7).flat_map(|row| (1..7).map(move |column| format!("p{row}{column}")));
            let columns: Vec<String> =
                corners.map(str::to_owned).chain(middle.take(varied)).collect();
            format!(
                "task: classification\ndata: {{csv: digits.csv, target: digit, features: [{}], \
                 scale: {{min_max: [0, 16]}}}}\nmodel: [linear: 16, relu, linear: 10]",
                columns.join(", ")
            )
        },
        strengths: &[0.08, 0.09, 0.1, 0.12, 0.15, 0.2, 0.5],
        views: &[View {
            property: "features_vary",
            options: "",
            value: |found| {
                let columns = &data(found).expect("the spec brings its data").columns;
                let constant = columns.iter().filter(|column| column.is_constant());
                constant.count() as f64 / columns.len() as f64
            },
            measured: "share of constant columns",
            bounds: &[0.1],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "leak",
        fault: "a share of the held-out examples is trained on",
        strength: "share",
        spec: |share| {
            let faults = planted(share.map(fault("leak_validation")));
            let data = ", scale: standardize, split: {validation: 0.2}";
            iris(data, MLP, &format!("{ADAM}{faults}"))
        },
        strengths: &[0.02, 0.05, 0.1, 0.2, 0.5, 1.0],
        views: &[View {
            property: "no_duplicates_across_split",
            options: "",
            value: |found| {
                let data = data(found).expect("the spec brings its data");
                data.copies.examples as f64 / data.held_out_examples as f64
            },
            measured: "share of copies",
            bounds: &[0.05],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "padding",
        fault: "a share of the tokens is padding, where 0.3 is allowed",
        strength: "share",
        spec: |share| {
            // Lengths are uniform between the shortest one and 40.
            let shortest = (40.0 - 80.0 * share.unwrap_or(0.1)).round();
            format!(
                "task: classification\ndata: {{padded_tokens: {{examples: 200, classes: 3, length: 40, \
                 shortest: {shortest}}}}}\n\
                 model: [embedding: {{vocabulary: 8, dimension: 4}}, flatten, linear: 3]"
            )
        },
        strengths: &[0.2, 0.25, 0.28, 0.3, 0.32, 0.35, 0.4, 0.45],
        views: &[View {
            property: "padding_in_bounds",
            options: "{most: 0.3}",
            value: |found| found.number("share"),
            measured: "share of padding",
            bounds: &[0.3],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "augmented_noise",
        fault: "augmentation adds noise of this deviation to inputs of deviation 1",
        strength: "deviation",
        spec: |deviation| {
            let deviation = deviation.unwrap_or(0.05);
            let data = format!(", scale: standardize, augment: {{noise: {deviation}}}");
            iris(&data, MLP_RELU, ADAM)
        },
        strengths: &[0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1.1, 1.5, 2.0],
        views: &[View {
            property: "augmentation_keeps_scale",
            options: "",
            value: |found| {
                let places = found.evidence.relations().augmented.iter();
                largest(places.map(|place| (place.augmented_deviation / place.deviation).powi(2)))
            },
            measured: "variance / variance without it",
            bounds: &[2.0],
            seeds: SEEDS,
        }],
        beside: "",
    },
];

fn data<'a>(found: &'a Found<'_>) -> Option<&'a DataFacts> {
    found.evidence.inspection().data.as_ref()
}
