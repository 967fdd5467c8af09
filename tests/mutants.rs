//! Mutants of shipped specs: what the recommended set catches, and what a single expectation misses.

#![cfg(feature = "cli")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn mutants(spec: &Path, faults: &[&str], output: &Path) -> Output {
    run(&[spec.as_os_str()], faults, output)
}

/// Of a model in Rust.
fn mutants_in_rust(spec: &str, faults: &[&str], output: &Path) -> Output {
    let only = format!("spec(={spec})");
    let of =
        ["--manifest-path", "fixtures/workspace/Cargo.toml", "--locked", "-p", "zoo", "-E", &only];
    run(&of.map(OsStr::new), faults, output)
}

fn run(of: &[&OsStr], faults: &[&str], output: &Path) -> Output {
    let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
    // Programs in Rust share the build of Burn with these very tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "mutants", "--device", "cpu", "--json", "--output"])
        .arg(output)
        .args(of)
        .args(faults)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target.expect("cargo makes it inside of the target folder"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .output()
        .expect("the binary runs")
}

/// Each mutant's fault with how it ended, and by which property.
fn ends(output: &Output) -> Vec<(String, String, String)> {
    let text = String::from_utf8(output.stdout.clone()).expect("the report is UTF-8");
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    let outcomes = report["outcomes"].as_array().expect("a report has outcomes").iter();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let end = |one: &Value| (word(&one["fault"]), word(&one["outcome"]), word(&one["property"]));
    outcomes.map(end).collect()
}

fn file(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("mutants.out").join(name)).expect("the list is written")
}

#[test]
fn the_recommended_set_catches_faults_of_every_part() {
    let folder = tempfile::tempdir().expect("a folder for the lists");
    let faults = [
        "scale_inputs",
        "reshape_batch",
        "constant_weights",
        "freeze_layer=hidden",
        "wrong_gradient=hidden:0.5",
        "detach",
        "softmax_outputs",
        "sum_loss",
        "negate_gradient",
        "discard_updates",
        "scale_rate=1000",
    ];
    let output = mutants(Path::new("specs/iris_mlp.yaml"), &faults, folder.path());
    let ends = ends(&output);
    assert_eq!(ends.len(), faults.len(), "{ends:?}");
    assert!(ends.iter().all(|(_, end, _)| end == "caught"), "{ends:?}");
    assert_eq!(output.status.code(), Some(0));
    let by = |fault: &str| &ends.iter().find(|(title, ..)| title == fault).expect(fault).2;
    assert_eq!(by("sum_loss"), "initial_loss");
    assert_eq!(by("freeze_layer=hidden"), "optimizer_as_declared");
    assert_eq!(by("wrong_gradient=hidden:0.5"), "gradients_match");
    assert_eq!(file(folder.path(), "caught.txt").lines().count(), faults.len());
    assert_eq!(file(folder.path(), "missed.txt"), "");
}

#[test]
fn a_single_expectation_misses_what_it_does_not_look_at_and_is_told_what_would() {
    let folder = tempfile::tempdir().expect("a folder for spec and lists");
    let spec = folder.path().join("weak.yaml");
    let text = "version: 1\nname: weak\ntask: regression\n\
                data: {linear_regression: {examples: 80, features: 3}}\n\
                model: [linear: {out: 8, name: hidden}, batch_norm, relu, linear: 1]\n\
                training: {optimizer: {sgd: {learning_rate: 0.05}}, epochs: 5}\nexpect: [learns]\n";
    fs::write(&spec, text).expect("the spec is written");
    let faults = ["wrong_gradient=hidden:0.5", "discard_updates", "drop_bias=hidden"];
    let output = mutants(&spec, &faults, folder.path());
    let ends = ends(&output);
    let of: Vec<(&str, &str)> =
        ends.iter().map(|(fault, end, _)| (fault.as_str(), end.as_str())).collect();
    let due = [
        ("drop_bias=hidden", "equivalent"),
        ("wrong_gradient=hidden:0.5", "missed"),
        ("discard_updates", "caught"),
    ];
    assert_eq!(of, due);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(file(folder.path(), "missed.txt"), "weak/wrong_gradient=hidden:0.5\n");
    let written: Value = serde_json::from_str(&file(folder.path(), "outcomes.json")).expect("JSON");
    let advice = written["outcomes"][1]["would_catch"].as_array().expect("a list of properties");
    assert!(advice.iter().any(|catch| catch["property"] == "gradients_match"), "{advice:?}");
}

#[test]
fn the_layers_of_a_model_in_rust_are_known_from_its_run() {
    let folder = tempfile::tempdir().expect("a folder for the lists");
    let faults =
        ["constant_weights", "freeze_layer=second", "scale_gradient=first.weight:0.5", "sum_loss"];
    let output = mutants_in_rust("rust_healthy_mlp", &faults, folder.path());
    let ends = ends(&output);
    let titles: Vec<&str> = ends.iter().map(|(fault, ..)| fault.as_str()).collect();
    let due = [
        "sum_loss",
        "constant_weights=first:0.01",
        "scale_gradient=first.weight:0.5",
        "constant_weights=second:0.01",
        "freeze_layer=second",
        "constant_weights=third:0.01",
    ];
    assert_eq!(titles, due);
    assert!(ends.iter().all(|(_, end, _)| end == "caught"), "{ends:?}");
    let by = |fault: &str| &ends.iter().find(|(title, ..)| title == fault).expect(fault).2;
    assert_eq!(by("scale_gradient=first.weight:0.5"), "gradients_match");
}
