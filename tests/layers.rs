//! Every layer and activation of the language: its planned shape is the one that Burn gives, its
//! parameters are counted right, and its gradient is the derivative of its forward pass.

mod layer_rows;

use std::collections::HashSet;
use std::sync::Mutex;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Diagnostics, LayerKind, LayerSpec, Source, Spec, vocabulary};
use nn_test::subject::Subject;

use layer_rows::{
    activations, initializers, list, numbers, on_features, on_images, on_sequences, tokens,
};

/// One device, one thread: Burn's seeds are global.
static DEVICE: Mutex<()> = Mutex::new(());

fn parsed(text: &str) -> Result<Spec, Diagnostics> {
    spec::parse(Source::new("layers.yaml", text))
}

/// Measures a spec on the CPU, and what is wrong with it.
fn measure(text: &str) -> Result<Evidence, String> {
    let guard = DEVICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let devices = Devices::open(DeviceChoice::Cpu).map_err(|error| error.to_string())?;
    let subject =
        parsed(text).and_then(Subject::prepare).map_err(|diagnostics| diagnostics.render(false))?;
    let mut laboratory = Laboratory::new(subject, &devices).map_err(|error| error.to_string())?;
    for experiment in [Experiment::Initial, Experiment::GradientCheck, Experiment::Training] {
        laboratory.require(experiment, &mut |_, _, _, _| ()).map_err(|error| error.to_string())?;
    }
    drop(guard);
    Ok(laboratory.evidence().clone())
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

fn check_all(networks: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = networks
        .into_iter()
        .filter_map(|text| Some(format!("{text}\n{}", check(&text)?)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
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
    let families = [on_features(), on_images(), on_sequences(), activations(), initializers()];
    families.into_iter().flatten().collect()
}

#[test]
fn every_layer_of_the_vocabulary_is_among_the_networks() {
    fn terms<'a>(layers: &'a [LayerSpec], found: &mut HashSet<&'a str>) {
        for layer in layers {
            found.insert(layer.kind.term());
            if let LayerKind::Residual { layers } = &layer.kind {
                terms(layers, found);
            }
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
    let image = "reshape: [3, 4, 4]";
    let cases: &[&[&str]] = &[
        &["linear: {out: 6, name: a}", "tanh", "linear: {out: 6, from: a}", "add: [a, linear1]"],
        &["linear: {out: 6, name: a}", "sigmoid", "multiply: [a, sigmoid1]", "tanh"],
        &[
            "linear: {out: 4, name: a}",
            "linear: {out: 3, from: input, name: b}",
            "concat: [a, b, a]",
            "tanh",
        ],
        &[
            image,
            "conv2d: {out: 2, kernel: 3, padding: same, name: a}",
            "tanh",
            "concat: {from: [a, tanh1], axis: 1}",
        ],
        &["sequential: {layers: [linear: 5, tanh], name: encoder}", "linear: 4"],
        &["linear: 6", "repeat: {times: 3, layers: [linear: 6, tanh]}"],
        &["linear: 6", "repeat: {times: 2, layers: [residual: [linear: 6, tanh]]}"],
        &["parallel: [[linear: 3, tanh], [linear: 5, sigmoid]]"],
        &["parallel: {branches: [[linear: 3, tanh], [linear: 3]], merge: add}"],
        &["parallel: {branches: [[linear: 3, tanh], [linear: 3]], merge: multiply}"],
        &[
            image,
            "parallel: {branches: [[conv2d: {out: 2, kernel: 1}], \
           [conv2d: {out: 3, kernel: 3, padding: same}, tanh]], axis: 0}",
        ],
        // A name inside a block is found from outside, and a block's own names from inside.
        &[
            "sequential: {layers: [linear: {out: 4, name: low}, tanh, linear: 4], name: block}",
            "add: [low, block]",
            "residual: [linear: {out: 4, name: x}, tanh, add: [x, tanh1]]",
        ],
        // Shared weights: a layer, a block, a block with wires of its own, on other inputs.
        &["linear: {out: 48, name: a}", "tanh", "shared: a"],
        &[
            "slice: {axis: 0, end: 24, name: left}",
            "slice: {axis: 0, start: 24, from: input, name: right}",
            "sequential: {from: left, name: net, layers: [linear: {out: 5, name: x}, tanh, \
             add: [x, tanh1], batch_norm]}",
            "shared: {layer: net, from: right}",
            "concat: [net, shared1]",
        ],
        &["linear: {out: 6, name: a}", "scale: 0.5", "tanh"],
        &["sequential: {layers: [linear: 6, tanh], frozen: true}", "linear: 4", "tanh"],
        &["linear: {out: 6, regularization: {l1: 0.01, l2: 0.1}}", "tanh"],
        &["linear: 6", "residual: [linear: 6]", "batch_norm", "tanh"],
        &["linear: {out: 6, name: a}", "batch_norm", "tanh", "add: [a, tanh1]"],
    ];
    check_all(cases.iter().map(|layers| numbers(&list(layers))));
}

#[test]
fn layers_that_attend_to_another_sequence_are_planned_and_differentiated_right() {
    let memory = "reshape: {shape: [3, 8], from: half, name: memory}";
    let half = "slice: {axis: 0, end: 24, name: half}";
    let queries = "reshape: {shape: [6, 8], from: input, name: queries}";
    let cases = [
        "cross_attention: {heads: 2, context: memory, dropout: 0}",
        "cross_attention: {heads: 4, context: memory, dropout: 0.2, causal: true}",
        "cross_attention: {heads: 2, context: memory, quiet_softmax: true, key_bias: false}",
        "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: memory}",
        "transformer_decoder: {blocks: 2, heads: 2, feed_forward: 6, memory: memory, \
         norm_first: true, causal: false, activation: relu, dropout: 0, initializer: orthogonal}",
    ];
    check_all(cases.iter().map(|layer| numbers(&list(&[half, memory, queries, layer, "tanh"]))));
}

#[test]
fn tokens_are_encoded_divided_and_masked() {
    let words = "embedding: {vocabulary: 8, dimension: 8, name: words}";
    let cases: &[&[&str]] = &[
        &["one_hot: 8", "linear: 3", "tanh"],
        &[words, "multi_head_attention: {heads: 2, mask_padding: input, padding_token: 1}"],
        &[
            words,
            "transformer_encoder: {blocks: 1, heads: 2, feed_forward: 6, mask_padding: input}",
            "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: words, \
             mask_padding: input, mask_memory_padding: input, memory_padding_token: 2}",
        ],
        &[
            words,
            "linear: 8",
            "tanh",
            "cross_attention: {heads: 2, context: words, mask_padding: input}",
        ],
    ];
    check_all(cases.iter().map(|layers| tokens(&list(layers))));
    let several = tokens(&list(&[
        "embedding: {vocabulary: 8, dimension: 4, name: words}",
        "shared: {layer: words, from: second}",
        "concat: {from: [words, shared1], axis: 0}",
        "tanh",
    ]));
    check_all([several.replace("model:\n", "model:\n  inputs: {first: [3], second: [3]}\n")]);
}

#[test]
fn an_example_is_divided_among_inputs_in_their_order() {
    let layers = list(&[
        "conv2d: {out: 2, kernel: 3, padding: same}",
        "flatten",
        "linear: {out: 3, from: extra}",
        "concat: [flatten1, linear1]",
        "tanh",
    ]);
    let inputs = "model:\n  inputs: {image: [3, 4, 3], extra: [12]}\n";
    check_all([numbers(&layers).replace("model:\n", inputs)]);
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
