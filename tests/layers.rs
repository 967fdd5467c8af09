//! Every layer and activation of the language: its planned shape is the one that Burn gives, its
//! parameters are counted right, and its gradient is the derivative of its forward pass.

use std::sync::Mutex;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;

/// One device, one thread: Burn's seeds are global.
static DEVICE: Mutex<()> = Mutex::new(());

/// Inputs of 48 numbers, shaped by the first layers given; two classes.
fn numbers(layers: &str) -> String {
    format!(
        "version: 1\nname: layers\ntask: classification\n\
         data: {{blobs: {{examples: 64, classes: 2, features: 48}}}}\n\
         model:\n  layers:\n{layers}\n    - flatten\n    - linear: {{out: 2, name: head}}\n"
    )
}

/// Token sequences of length 6.
fn tokens(layers: &str) -> String {
    format!(
        "version: 1\nname: layers\ntask: classification\n\
         data: {{majority_token: {{examples: 64, classes: 2, vocabulary: 8, length: 6}}}}\n\
         model:\n  layers:\n{layers}\n    - flatten\n    - linear: {{out: 2, name: head}}\n"
    )
}

fn list(layers: &[&str]) -> String {
    layers.iter().map(|layer| format!("    - {layer}")).collect::<Vec<_>>().join("\n")
}

/// Measures a spec on the CPU, and what is wrong with it.
fn measure(text: &str) -> Result<Evidence, String> {
    let guard = DEVICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let devices = Devices::open(DeviceChoice::Cpu).map_err(|error| error.to_string())?;
    let source = Source::new("layers.yaml", text);
    let subject = spec::parse(source)
        .and_then(Subject::prepare)
        .map_err(|diagnostics| diagnostics.render(false))?;
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
    (trainable + statistics != evidence.subject.parameters).then(|| {
        format!(
            "{trainable} + {statistics} numbers, but {} are planned",
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
    let cases: &[&[&str]] = &[
        &["linear: 5", "tanh"],
        &["linear: {out: 5, bias: false}", "tanh"],
        &["linear: 6", "batch_norm", "tanh"],
        &["linear: 6", "layer_norm", "tanh"],
        &["linear: 6", "layer_norm: {bias: false}", "tanh"],
        &["linear: 6", "group_norm: {groups: 3}", "tanh"],
        &["linear: 6", "group_norm: {groups: 2, affine: false}", "tanh"],
        &["linear: 6", "rms_norm", "tanh"],
        &["linear: 8", "dropout: 0.5", "tanh"],
        &["linear: 8", "gaussian_noise: 0.3", "tanh"],
        &["residual: [{linear: 48}, tanh]", "linear: 4"],
        &["reshape: [6, 8]", "linear: 3", "tanh"],
    ];
    check_all(cases.iter().map(|layers| numbers(&list(layers))));
}

#[test]
fn layers_on_signals_and_images_are_planned_and_differentiated_right() {
    let image = "reshape: [3, 4, 4]";
    let signal = "reshape: [4, 12]";
    let volume = "reshape: [2, 2, 3, 4]";
    let cases: &[&[&str]] = &[
        &[signal, "conv1d: {out: 6, kernel: 3}", "tanh"],
        &[signal, "conv1d: {out: 6, kernel: 3, padding: same, stride: 2}", "tanh"],
        &[signal, "conv1d: {out: 6, kernel: 4, padding: 2, dilation: 2, groups: 2}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: [2, 3], padding: same, bias: false}", "tanh"],
        &[image, "conv2d: {out: 6, kernel: 2, stride: 2, padding: 1, groups: 3}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3, padding: same, dilation: 1}", "batch_norm", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3, padding: same}", "group_norm: {groups: 2}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2}", "tanh"],
        &[volume, "conv3d: {out: 4, kernel: [1, 3, 3], padding: same, groups: 2}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2, padding: [1, 0, 1], stride: [2, 1, 1]}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2}", "batch_norm", "tanh"],
        &[signal, "conv_transpose1d: {out: 3, kernel: 3}", "tanh"],
        &[signal, "conv_transpose1d: {out: 3, kernel: 2, stride: 2, bias: false}", "tanh"],
        &[
            signal,
            "conv_transpose1d: {out: 6, kernel: 3, stride: 2, padding: 1, padding_out: 1, \
             groups: 2, initializer: orthogonal, bias_initializer: zeros}",
            "tanh",
        ],
        &[image, "conv_transpose2d: {out: 2, kernel: 2, stride: 2}", "tanh"],
        &[
            image,
            "conv_transpose2d: {out: 6, kernel: [2, 3], stride: [1, 2], padding: [0, 1], \
             padding_out: [0, 1], groups: 3}",
            "tanh",
        ],
        &[image, "conv_transpose2d: {out: 4, kernel: 3, padding: 1, dilation: 2}", "tanh"],
        &[image, "conv_transpose2d: {out: 4, kernel: 2}", "batch_norm", "tanh"],
        &[image, "instance_norm", "linear: 3"],
        &[image, "conv2d: {out: 4, kernel: 2}", "instance_norm: {affine: false}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 2}", "group_norm: {groups: 4}", "tanh"],
        &[image, "rms_norm"],
        &[image, "local_response_norm: {size: 3, alpha: 0.5}"],
        &[signal, "local_response_norm: {size: 2, alpha: 0.5, beta: 0.5, k: 2}"],
        &[signal, "max_pool1d: 2"],
        &[signal, "max_pool1d: {kernel: 3, stride: 1, padding: same, dilation: 1}"],
        &[signal, "avg_pool1d: 3"],
        &[signal, "avg_pool1d: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}"],
        &[signal, "adaptive_avg_pool1d: 5"],
        &["reshape: [12, 2, 2]", "pixel_shuffle: 2", "linear: 3"],
        &[image, "interpolate2d: {scale: 2}", "linear: 3"],
        &[image, "interpolate2d: {output: [7, 5]}", "linear: 3"],
        &[image, "interpolate2d: {scale: [2, 1]}"],
        &[image, "permute: [2, 0, 1]", "linear: 3"],
        &[image, "pad: {axis: 2, before: 1, after: 2, value: 0.5}", "linear: 3"],
        &[image, "pad: {axis: 0, after: 1}", "linear: 3"],
        &[image, "mean: 1", "linear: 3"],
        &[image, "max: 2", "linear: 3"],
        &[image, "avg_pool2d: [4, 1]", "squeeze: 1", "linear: 3"],
        &[image, "max_pool2d: 2", "linear: 3"],
        &[image, "max_pool2d: {kernel: 3, stride: 1, padding: 1}", "linear: 3"],
        &[image, "avg_pool2d: 2", "linear: 3"],
        &[image, "avg_pool2d: {kernel: 3, stride: 1, padding: 1, count_include_pad: false}"],
        &[image, "adaptive_avg_pool2d: [2, 3]"],
        &[image, "residual: [{conv2d: {out: 3, kernel: 3, padding: same}}, tanh]"],
    ];
    check_all(cases.iter().map(|layers| numbers(&list(layers))));
}

#[test]
fn layers_on_sequences_are_planned_and_differentiated_right() {
    let sequence = "reshape: [6, 8]";
    let numeric: &[&[&str]] = &[
        &[sequence, "lstm: 5"],
        &[sequence, "lstm: {hidden: 5, output: sequence, bias: false}"],
        &[sequence, "gru: 5"],
        &[sequence, "gru: {hidden: 5, output: sequence}"],
        &[sequence, "gru: {hidden: 5, reset_after: false}"],
        &[sequence, "rnn: 5"],
        &[sequence, "rnn: {hidden: 5, output: sequence, bias: false, initializer: orthogonal}"],
        &[sequence, "bi_rnn: 3"],
        &[sequence, "bi_lstm: 3"],
        &[sequence, "bi_lstm: {hidden: 3, output: sequence, bias: false}"],
        &[sequence, "bi_gru: 3"],
        &[sequence, "bi_gru: {hidden: 3, output: sequence, reset_after: false}"],
        &[sequence, "multi_head_attention: 2"],
        &[sequence, "multi_head_attention: {heads: 4, causal: true, key_bias: false}"],
        &[sequence, "multi_head_attention: {heads: 2, quiet_softmax: true, output_bias: false}"],
        &[sequence, "positional_encoding", "multi_head_attention: 1"],
        &[sequence, "transformer_encoder: {blocks: 2, heads: 2, feed_forward: 6}"],
        &[
            sequence,
            "transformer_encoder: {blocks: 1, heads: 4, feed_forward: 5, norm_first: true, \
             causal: true, dropout: 0.5, quiet_softmax: true, initializer: xavier_uniform}",
        ],
        &["reshape: [1, 48]", "rnn: 4"],
        &["reshape: [1, 48]", "bi_rnn: 4"],
        &["reshape: [1, 48]", "bi_lstm: 4"],
        &["reshape: [1, 48]", "bi_gru: 4"],
        &["reshape: [1, 48]", "multi_head_attention: 4"],
        &["reshape: [1, 48]", "transformer_encoder: {blocks: 1, heads: 4, feed_forward: 5}"],
        &["reshape: [1, 48]", "lstm: 4"],
        &["reshape: [1, 48]", "gru: {hidden: 4, reset_after: false}"],
    ];
    let indices: &[&[&str]] = &[
        &["embedding: {vocabulary: 8, dimension: 5}"],
        &["embedding: {vocabulary: 8, dimension: 5}", "lstm: 4"],
    ];
    let numeric = numeric.iter().map(|layers| numbers(&list(layers)));
    check_all(numeric.chain(indices.iter().map(|layers| tokens(&list(layers)))));
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
    let activations = spec::vocabulary::terms()
        .filter(|term| term.kind == spec::vocabulary::TermKind::Activation)
        .map(|term| match term.name {
            // Those that have no defaults.
            "swiglu" => "swiglu: 6".to_owned(),
            "threshold" => "threshold: {threshold: 0.1, value: 0.05}".to_owned(),
            name => name.to_owned(),
        });
    let networks: Vec<String> = activations
        .map(|activation| numbers(&list(&["linear: 8", &activation, "linear: 4"])))
        .collect();
    assert!(networks.len() >= 28, "Burn has more activations than {}", networks.len());
    check_all(networks);
}

#[test]
fn every_initializer_draws_finite_weights() {
    let initializers = [
        "{constant: 0.1}",
        "ones",
        "{uniform: {min: -0.1, max: 0.1}}",
        "{normal: {mean: 0, std: 0.1}}",
        "kaiming_uniform",
        "kaiming_normal",
        "xavier_uniform",
        "xavier_normal",
        "orthogonal",
    ];
    let networks = initializers.map(|initializer| {
        numbers(&list(&[&format!("linear: {{out: 6, initializer: {initializer}}}"), "tanh"]))
    });
    let recurrent = "lstm: {hidden: 4, initializer: orthogonal}";
    let recurrent = numbers(&list(&["reshape: [6, 8]", recurrent]));
    check_all(networks.into_iter().chain([recurrent]));
}
