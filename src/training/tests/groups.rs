//! Parameter groups: exactly their tensors are trained in another way.

use super::*;
use crate::model::Weights;
use crate::training::{freeze, group_errors};

/// Moves, values before and gradients of one step.
fn moved(training: &str) -> [[Vec<f64>; 2]; 3] {
    let Step { moves, before, gradients } = Step::of(training);
    [moves, before, gradients]
}

/// factor · (g + decay · w).
fn due(gradient: &[f64], values: &[f64], factor: f64, decay: f64) -> Vec<f64> {
    gradient.iter().zip(values).map(|(g, w)| factor * (g + decay * w)).collect()
}

#[test]
fn a_group_moves_by_its_own_rate_and_decay_and_the_rest_by_the_optimizers() {
    let _alone = crate::device::alone();
    for (groups, weight, bias) in [
        ("{layers: [bias], factor: 0.25}", (1.0, 0.5), (0.25, 0.5)),
        ("{layers: [bias], learning_rate: 0.125}", (1.0, 0.5), (0.125, 0.5)),
        ("{layers: [bias], weight_decay: 0}", (1.0, 0.5), (1.0, 0.0)),
        ("{layers: [weight], weight_decay: 2, factor: 0.5}", (0.5, 2.0), (1.0, 0.5)),
        (
            "{layers: [weight], weight_decay: 2}, {layers: [bias], factor: 0.5}",
            (1.0, 2.0),
            (0.5, 0.5),
        ),
    ] {
        let [moves, values, gradients] = moved(&format!(
            "optimizer: {{sgd: {{learning_rate: 1, weight_decay: 0.5}}}}, groups: [{groups}]"
        ));
        for (at, (factor, decay)) in [weight, bias].into_iter().enumerate() {
            let due = due(&gradients[at], &values[at], factor, decay);
            let error = relative_error(&moves[at], &due);
            assert!(error < 1e-6, "{groups}, tensor {at}: {error}");
        }
    }
}

#[test]
fn groups_reach_the_matrices_of_muon_and_what_it_leaves_to_others() {
    let _alone = crate::device::alone();
    let muon = "optimizer: {muon: {learning_rate: 0.5, others: {sgd: {learning_rate: 0.5}}}}";
    let [plain, values, gradients] = moved(muon);
    let [grouped, ..] =
        moved(&format!("{muon}, groups: [{{layers: [\"*\"], factor: 0.5, weight_decay: 0.2}}]"));
    // Muon's decay is beside the step, SGD's is in the gradient.
    let pairs = plain[0].iter().zip(&values[0]);
    let weight: Vec<f64> = pairs.map(|(step, value)| 0.5 * step + 0.25 * 0.2 * value).collect();
    assert!(relative_error(&grouped[0], &weight) < 1e-6);
    let bias = due(&gradients[1], &values[1], 0.25, 0.2);
    assert!(relative_error(&grouped[1], &bias) < 1e-6);
}

#[test]
fn clipping_reaches_groups_with_a_decay_of_their_own() {
    let _alone = crate::device::alone();
    let [moves, ..] = moved(
        "optimizer: {sgd: {learning_rate: 1}}, clipping: {value: 0.01}, \
         groups: [{layers: [bias], weight_decay: 0}]",
    );
    let largest = moves.concat().iter().fold(0.0f64, |most, step| most.max(step.abs()));
    assert!(largest < 0.01 + 1e-6, "{largest}");
}

/// What is said about groups, for the net above.
fn said(groups: &str) -> Vec<String> {
    let recipe = recipe(&format!("groups: [{groups}]"));
    let mut weights = Weights::read(&Net::new(&device())).unwrap();
    freeze(&recipe.groups, &mut weights);
    let errors = group_errors(&recipe.groups, &weights);
    errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn groups_that_do_not_fit_the_model_are_named() {
    let _alone = crate::device::alone();
    let unknown = "a group names what the model does not have";
    assert_eq!(said("{layers: [wieght, bias], factor: 2}"), [unknown]);
    assert_eq!(said("{layers: [\"*.bias\"], factor: 2}"), [unknown]);
    let twice = "{layers: [bias], factor: 2}, {layers: [\"*\"], factor: 3}";
    assert_eq!(said(twice), ["`bias` is in two groups"]);
    let all = "nothing is left to train: every tensor is frozen";
    assert_eq!(said("{layers: [\"*\"], frozen: true}"), [all]);
    assert!(said("{layers: [bias], frozen: true}, {layers: [weight], factor: 3}").is_empty());
}
