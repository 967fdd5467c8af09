//! Every layer and activation of the language: its planned shape is the one that Burn gives, its
//! parameters are counted right, and its gradient is the derivative of its forward pass.

mod layer_rows;
mod measured;

use std::collections::HashSet;

use nn_test::experiment::Evidence;
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Diagnostics, LayerSpec, Source, Spec, vocabulary};

use layer_rows::{
    activations, attending, initializers, list, numbers, on_features, on_images, on_sequences,
    on_several_inputs, on_tokens, wired,
};

fn parsed(text: &str) -> Result<Spec, Diagnostics> {
    spec::parse(Source::new("layers.yaml", text))
}

/// Measures a spec on the CPU.
fn measure(text: &str) -> Result<Evidence, String> {
    measured::measure(Source::new("layers.yaml", text))
}

/// What is wrong with a network: gradients, parameter count.
fn check(text: &str) -> Option<String> {
    let evidence = match measure(text) {
        Ok(evidence) => evidence,
        Err(error) => return Some(error),
    };
    let property = property::find("gradients_match").expect("it is registered");
    let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
    if verdict.outcome != Outcome::Pass {
        return Some(format!("{:?}: {} {:?}", verdict.outcome, verdict.summary, verdict.findings));
    }
    let gradients = &evidence.initial.as_ref().expect("it was measured").gradients;
    let trainable: usize = gradients.iter().map(|g| g.shape.iter().product::<usize>()).sum();
    let statistics: usize = evidence
        .subject
        .layers
        .iter()
        .filter(|layer| layer.kind == "batch_norm")
        .map(|layer| layer.parameters / 2)
        .sum();
    let frozen: usize = evidence
        .subject
        .layers
        .iter()
        .filter(|layer| layer.frozen && layer.kind == "linear")
        .map(|layer| layer.parameters)
        .sum();
    (trainable + statistics + frozen != evidence.subject.parameters).then(|| {
        format!(
            "{trainable} + {statistics} + {frozen} numbers, but {} are planned",
            evidence.subject.parameters
        )
    })
}

fn check_all(specs: impl IntoIterator<Item = String>) {
    measured::check_each(specs, check);
}

#[test]
fn layers_on_features_are_planned_and_differentiated_right() {
    check_all(on_features());
}

#[test]
fn layers_on_signals_and_images_are_planned_and_differentiated_right() {
    check_all(on_images());
}

#[test]
fn layers_on_sequences_are_planned_and_differentiated_right() {
    check_all(on_sequences());
}

#[test]
fn gradients_that_are_zero_by_design_are_not_accused() {
    let (image, sequence, one_place) =
        ("reshape: [3, 4, 4]", "reshape: [6, 8]", "reshape: [1, 48]");
    let encoder = "transformer_encoder: {blocks: 2, heads: 2, feed_forward: 6}";
    let cases: &[&[&str]] = &[
        &[image, "conv2d: {out: 4, kernel: 2}", "instance_norm", "tanh"],
        &[image, "conv_transpose2d: {out: 4, kernel: 2}", "batch_norm", "tanh"],
        &[
            "reshape: [2, 2, 3, 4]",
            "conv3d: {out: 4, kernel: 2}",
            "group_norm: {groups: 4}",
            "tanh",
        ],
        &[sequence, "multi_head_attention: {heads: 2, dropout: 0}"],
        &[sequence, encoder],
        &[one_place, "multi_head_attention: 2"],
        &[one_place, encoder],
        &[one_place, "rnn: 4"],
        &[one_place, "bi_rnn: 4"],
        &[one_place, "bi_lstm: 4"],
        &[one_place, "bi_gru: {hidden: 4, reset_after: false}"],
    ];
    let mut accused = Vec::new();
    for layers in cases {
        let evidence = measure(&numbers(&list(layers))).unwrap();
        for name in ["every_parameter_gets_gradient", "weights_update"] {
            let property = property::find(name).expect("it is registered");
            let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
            if verdict.outcome != Outcome::Pass {
                accused.push(format!(
                    "{layers:?}: {name}: {} {:?}",
                    verdict.summary, verdict.findings
                ));
            }
        }
    }
    assert!(accused.is_empty(), "{}", accused.join("\n"));
}

#[test]
fn two_runs_with_dropout_inside_layers_agree() {
    let encoder = "transformer_encoder: {blocks: 1, heads: 2, feed_forward: 6, dropout: 0.5}";
    let text = numbers(&list(&["reshape: [6, 8]", encoder, "gaussian_noise: 0.3"]));
    let runs = [measure(&text), measure(&text)].map(|evidence| evidence.unwrap().training);
    assert!(runs[0].is_some());
    assert_eq!(format!("{:?}", runs[0]), format!("{:?}", runs[1]));
}

#[test]
fn every_activation_is_differentiated_right() {
    let networks = activations();
    assert!(networks.len() >= 28, "Burn has more activations than {}", networks.len());
    check_all(networks);
}

#[test]
fn every_initializer_draws_finite_weights() {
    check_all(initializers());
}

fn networks() -> Vec<String> {
    let families = [
        on_features(),
        on_images(),
        on_sequences(),
        wired(),
        attending(),
        on_tokens(),
        on_several_inputs(),
        activations(),
        initializers(),
    ];
    families.into_iter().flatten().collect()
}

#[test]
fn every_layer_of_the_vocabulary_is_among_the_networks() {
    fn terms<'a>(layers: &'a [LayerSpec], found: &mut HashSet<&'a str>) {
        for layer in layers {
            found.insert(layer.kind.term());
            layer.contents().into_iter().for_each(|layers| terms(layers, found));
        }
    }
    let mut found = HashSet::new();
    let specs: Vec<Spec> = networks().into_iter().map(|text| parsed(&text).unwrap()).collect();
    specs.iter().for_each(|spec| terms(spec.layers(), &mut found));
    let missing: Vec<&str> = vocabulary::terms()
        .filter(|term| term.is_layer() && !found.contains(term.name))
        .map(|term| term.name)
        .collect();
    assert!(missing.is_empty(), "no network has {missing:?}");
}

#[test]
fn every_option_of_every_layer_is_set_in_one_of_the_networks() {
    let texts = networks();
    let mut missing = Vec::new();
    for term in vocabulary::terms().filter(|term| term.is_layer()) {
        for option in term.options {
            let key = format!("{}: ", term.name);
            let is_set = |text: &String| {
                text.lines().filter_map(|line| line.split_once(&key)).any(|(_, body)| {
                    match body.strip_prefix('{') {
                        Some(options) => options.contains(&format!("{}: ", option.name)),
                        None => term.main == Some(option.name),
                    }
                })
            };
            if !texts.iter().any(is_set) {
                missing.push(format!("{}: {}", term.name, option.name));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn wired_layers_are_planned_and_differentiated_right() {
    check_all(wired());
}

#[test]
fn layers_that_attend_to_another_sequence_are_planned_and_differentiated_right() {
    check_all(attending());
}

#[test]
fn tokens_are_encoded_divided_and_masked() {
    check_all(on_tokens());
}

#[test]
fn an_example_is_divided_among_inputs_in_their_order() {
    check_all(on_several_inputs());
}

/// Judges a property by its defaults.
fn judged(evidence: &Evidence, name: &str) -> property::Verdict {
    let property = property::find(name).expect("it is registered");
    (property.judge)(evidence, &Options::defaults(&property.meta))
}

#[test]
fn what_is_frozen_is_neither_moved_nor_accused() {
    let frozen = "sequential: {name: body, frozen: true, layers: [linear: 6, tanh, linear: 5]}";
    let text = numbers(&list(&[frozen, "tanh"]))
        + "training: {optimizer: {adamw: {weight_decay: 0.5}}, epochs: 4}\n";
    let evidence = measure(&text).unwrap_or_else(|error| panic!("{error}"));
    for name in ["every_parameter_gets_gradient", "weights_update", "gradients_match"] {
        let verdict = judged(&evidence, name);
        assert_eq!(verdict.outcome, Outcome::Pass, "{name}: {verdict:?}");
    }
    let updates = &evidence.training.as_ref().expect("it was measured").updates;
    let moved: Vec<&str> = updates.iter().map(|update| update.tensor.as_str()).collect();
    assert_eq!(moved, ["head.weight", "head.bias"]);
    let frozen = evidence.subject.layers.iter().filter(|layer| layer.frozen);
    let paths: Vec<&str> = frozen.map(|layer| layer.path.as_str()).collect();
    assert_eq!(paths, ["body", "body.linear1", "body.linear2"]);
}

#[test]
fn a_layers_own_penalty_stands_in_place_of_the_specs() {
    let penalty = |own: &str, specs: &str| {
        let layers = list(&[&format!("linear: {{out: 5{own}}}"), "tanh"]);
        let text = numbers(&layers).replace("name: head", "name: head, regularization: {l2: 0}");
        let evidence = measure(&(text + specs)).unwrap_or_else(|error| panic!("{error}"));
        evidence.initial.expect("it was measured").penalty
    };
    let of_spec = penalty("", "regularization: {l2: 0.5}\n");
    let of_layer = penalty(", regularization: {l2: 0.5}", "");
    let both = penalty(", regularization: {l2: 0.5}", "regularization: {l1: 3, l2: 3}\n");
    assert!(of_spec > 0.0);
    assert_eq!((of_spec, of_spec), (of_layer, both));
    assert_eq!(penalty(", frozen: true", "regularization: {l2: 0.5}\n"), 0.0);
}

#[test]
fn a_wrong_backward_is_found_inside_a_block_and_where_weights_are_used_twice() {
    let layers = list(&["repeat: {times: 2, layers: [linear: 6, tanh]}"]);
    let text =
        numbers(&layers) + "faults: [wrong_gradient: {layer: repeat1.2.tanh1, factor: 0.5}]\n";
    let found = check(&text).expect("a wrong gradient is found");
    assert!(found.contains("repeat1.1.linear1") && !found.contains("head.weight\","), "{found}");
    let layers = list(&["linear: {out: 48, name: twice}", "tanh", "shared: twice"]);
    let text = numbers(&layers) + "faults: [wrong_gradient: {layer: twice, factor: 0.5}]\n";
    assert!(check(&text).expect("a wrong gradient is found").contains("twice.weight"));
}
