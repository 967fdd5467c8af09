//! Every planted fault is caught: by the property that ought to see it, at the layer that has it,
//! and with the exit code of a failed test.

#![cfg(feature = "cli")]

use std::process::{Command, Output};

use serde_json::Value;

/// A faulty spec, the properties that must fail, and where each must point.
const FAULTS: &[(&str, &[(&str, &str)])] = &[
    ("dead_relu", &[("no_dead_units", "activation")]),
    ("frozen_layer", &[("weights_update", "hidden.weight")]),
    ("inputs_times_1000", &[("initial_loss", "input")]),
    ("missing_activation", &[("overfits_batch", "first")]),
    (
        "negated_gradient",
        &[("gradients_match", "loss"), ("learns", "loss"), ("overfits_batch", "loss")],
    ),
    // A normalization that is not quite the other framework's.
    ("other_epsilon", &[("matches_golden", "output")]),
    ("rate_too_high", &[("learns", "training.optimizer.learning_rate")]),
    (
        "rate_too_low",
        &[("learns", "training.optimizer.learning_rate"), ("update_ratio", "hidden.weight")],
    ),
    ("shuffled_labels", &[("learns", "data"), ("overfits_batch", "model")]),
    ("softmax_before_cross_entropy", &[("overfits_batch", "probabilities")]),
    // Beside a head that learns.
    ("softmax_in_one_head", &[("overfits_batch", "probabilities")]),
    ("wrong_gradient", &[("gradients_match", "hidden.bias")]),
    ("zero_weights", &[("every_parameter_gets_gradient", "hidden.weight")]),
];

fn run(spec: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--message-format", "json"])
        .arg(format!("fixtures/faulty/{spec}.yaml"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env_remove("GITHUB_ACTIONS")
        // Without a device in the arguments: a wgpu adapter if there is one.
        .env_remove("NN_TEST_DEVICE")
        .output()
        .expect("the binary runs")
}

/// Test results by property: whether it failed, and the place of its first finding.
fn results(output: &Output) -> Vec<(String, String, Option<String>)> {
    let text = String::from_utf8(output.stdout.clone()).expect("events are UTF-8");
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("every line is an event"))
        .filter(|event| event["event"] == "test_finished")
        .map(|event| {
            let test = event["test"].as_str().expect("a result names its test");
            let property = test.rsplit("::").next().expect("a test has a property");
            let place = event["verdict"]["findings"][0]["place"].as_str();
            let outcome = event["verdict"]["outcome"].as_str().unwrap_or("none");
            (property.to_owned(), outcome.to_owned(), place.map(str::to_owned))
        })
        .collect()
}

fn assert_caught(arguments: &[&str]) {
    let mut wrong = Vec::new();
    for (spec, expected) in FAULTS {
        let output = run(spec, arguments);
        let results = results(&output);
        if output.status.code() != Some(100) {
            wrong.push(format!("{spec}: exit code {:?}, not 100", output.status.code()));
        }
        for (property, place) in *expected {
            let found = results.iter().find(|(name, ..)| name == property);
            let caught = found.is_some_and(|(_, outcome, found)| {
                outcome == "fail" && found.as_deref() == Some(*place)
            });
            if !caught {
                wrong.push(format!("{spec}: {property} must fail at {place}, but: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_is_caught_at_its_place_on_the_cpu() {
    assert_caught(&["--device", "cpu"]);
}

#[test]
fn every_fault_is_caught_at_its_place_on_the_default_device() {
    assert_caught(&[]);
}

#[test]
fn every_faulty_spec_is_in_the_table() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    let names: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, names);
}
