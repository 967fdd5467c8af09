//! Every planted fault is caught: by the property that ought to see it, at the layer that has it,
//! and with the exit code of a failed test.

#![cfg(feature = "cli")]

use std::process::{Command, Output};

use serde_json::Value;

const RATE: &str = "training.optimizer.learning_rate";

/// A faulty spec, the properties that must fail, and where each must point.
const FAULTS: &[(&str, &[(&str, &str)])] = &[
    ("answer_inside", &[("answers_not_among_inputs", "grade")]),
    ("batch_of_one", &[("batch_size_adequate", "training.batch_size")]),
    ("biased_proportion", &[("equivariant_to", "head")]),
    ("bidirectional_forecast", &[("causal", "place 1")]),
    ("blind_model", &[("beats_baseline", "training")]),
    ("choking_clip", &[("clipping_in_use", "training.clipping")]),
    ("class_held_out_alone", &[("labels_valid", "virginica")]),
    ("coarse_layer", &[("matches_reference_device", "hidden")]),
    ("constant_answer", &[("outputs_vary", "only")]),
    ("constant_column", &[("features_vary", "site")]),
    ("constant_weights", &[("initialization_suits_activations", "hidden.weight")]),
    ("counted_padding", &[("respects_padding", "loss")]),
    ("dead_middle", &[("grows_step_by_step", "dead + relu2"), ("overfits_batch", "model")]),
    ("dead_relu", &[("no_dead_units", "activation")]),
    ("decayed_frozen", &[("frozen_stay", "hidden.weight")]),
    // The only copy of a row that is held out stands sixty lines below or above it.
    ("doubled_rows", &[("no_duplicates_across_split", "line 114")]),
    ("dropout_before_norm", &[("dropout_sound", "norm")]),
    ("far_from_zero", &[("precision_robust", "norm")]),
    ("fixed_deviation", &[("scale_independent_of_width", "second")]),
    ("flattened_image", &[("invariant_to", "places")]),
    ("frozen_layer", &[("weights_update", "hidden.weight")]),
    ("gradients_below_f16", &[("precision_robust", "head.bias")]),
    ("half_step", &[("optimizer_as_declared", "hidden.weight")]),
    ("inputs_times_1000", &[("initial_loss", "input"), ("inputs_normalized", "input [0]")]),
    ("leaked_rows", &[("no_duplicates_across_split", "line 159")]),
    ("linear_model", &[("activations_present", "first")]),
    ("lopsided_terms", &[("loss_terms_balanced", "kind")]),
    ("loud_layer", &[("precision_robust", "hidden")]),
    ("loud_noise", &[("augmentation_keeps_scale", "input")]),
    ("mean_over_padding", &[("respects_padding", "mean1")]),
    ("missing_activation", &[("overfits_batch", "first")]),
    ("mixed_batch", &[("batch_independent", "head")]),
    ("mostly_padding", &[("padding_in_bounds", "data")]),
    ("narrow_waist", &[("beats_linear", "model")]),
    (
        "negated_gradient",
        &[("gradients_match", "loss"), ("learns", "loss"), ("overfits_batch", "loss")],
    ),
    ("no_constant", &[("targets_scaled", "progression")]),
    ("ordered_set", &[("invariant_to", "places")]),
    // A normalization that is not quite the other framework's.
    ("other_epsilon", &[("matches_golden", "output")]),
    ("out_of_step", &[("labels_follow_inputs", "data")]),
    ("overflowing_layer", &[("finite_everywhere", "second")]),
    ("rare_class", &[("classes_balanced", "yes")]),
    ("rate_gone_at_once", &[("schedule_as_declared", "training.schedule")]),
    ("rate_too_high", &[("learning_rate_in_range", RATE), ("learns", RATE)]),
    (
        "rate_too_low",
        &[("learning_rate_in_range", RATE), ("learns", RATE), ("update_ratio", "hidden.weight")],
    ),
    ("raw_numbers_for_logarithms", &[("loss_is_nonnegative", "loss")]),
    ("relu_before_one_logit", &[("loss_suits_task", "positive")]),
    ("ruling_penalty", &[("regularization_in_range", "regularization")]),
    ("saturated_tanh", &[("no_saturation", "activation")]),
    ("scrambled_pixels", &[("neighbours_alike", "data.shape")]),
    ("shuffled_labels", &[("learns", "data"), ("overfits_batch", "model")]),
    ("sigmoid_for_large_targets", &[("loss_suits_task", "share")]),
    ("signal_dies", &[("activations_in_scale", "second")]),
    ("slow_statistics", &[("train_eval_consistent", "model")]),
    ("small_column", &[("memorizes_outputs", "mean_fractal_dimension")]),
    (
        "softmax_before_cross_entropy",
        &[("loss_suits_task", "probabilities"), ("overfits_batch", "probabilities")],
    ),
    ("softmax_for_labels", &[("loss_suits_task", "shares")]),
    // Beside a head that learns.
    (
        "softmax_in_one_head",
        &[("loss_suits_task", "probabilities"), ("overfits_batch", "probabilities")],
    ),
    ("sorted_split", &[("generalizes", "data.split")]),
    ("squashed_outputs", &[("outputs_reach_targets", "head")]),
    ("state_after_padding", &[("respects_padding", "reads")]),
    ("still_statistics", &[("normalization_sound", "norm.running_mean")]),
    ("summed_loss", &[("accumulation_equivalent", "hidden.weight"), ("loss_is_a_mean", "loss")]),
    ("unclipped_layer", &[("clipping_effective", "hidden.weight")]),
    ("unscaled_columns", &[("inputs_normalized", "proline")]),
    ("unscaled_targets", &[("targets_scaled", "progression")]),
    ("unused_column", &[("uses_inputs", "input")]),
    ("vanishing_gradient", &[("gradients_flow", "first.weight")]),
    ("weights_turned_about", &[("classes_balanced", "malignant")]),
    ("wide_flatten", &[("within_budget", "hidden")]),
    ("width_blind_weights", &[("more_capacity_fits_better", "model")]),
    ("wrong_gradient", &[("gradients_match", "hidden.bias")]),
    ("zero_weights", &[("every_parameter_gets_gradient", "hidden.weight")]),
    ("zeros_in_a_circle", &[("equivariant_to", "around")]),
];

/// Faults that the device has that tests run on: nothing is to be seen where it is the reference device
/// itself.
const OF_THE_TEST_DEVICE: [&str; 1] = ["coarse_layer"];

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

/// A property, how it ended, and the place of its first finding.
type Judged = (String, String, Option<String>);

/// Test results by property: how it ended, and the place of its first finding.
fn results(output: &Output) -> Vec<Judged> {
    let text = String::from_utf8(output.stdout.clone()).expect("events are UTF-8");
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("every line is an event"))
        .filter(|event| event["event"] == "test_finished")
        .map(|event| result(&event))
        .collect()
}

fn result(result: &Value) -> Judged {
    let test = result["test"].as_str().expect("a result names its test");
    let property = test.rsplit("::").next().expect("a test has a property");
    let place = result["verdict"]["findings"][0]["place"].as_str();
    let outcome = result["verdict"]["outcome"].as_str().unwrap_or("none");
    (property.to_owned(), outcome.to_owned(), place.map(str::to_owned))
}

fn assert_caught(arguments: &[&str]) {
    let mut wrong = Vec::new();
    for (spec, expected) in FAULTS {
        let output = run(spec, arguments);
        let results = results(&output);
        let is_asked = |(property, _): &(&str, &str)| {
            !results
                .iter()
                .any(|(name, outcome, _)| name == property && outcome == "not_applicable")
        };
        if OF_THE_TEST_DEVICE.contains(spec) && !expected.iter().any(is_asked) {
            continue;
        }
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

/// The properties that `check` judges, each with its outcome and the place of its first finding.
fn checked(spec: &str) -> (Option<i32>, Vec<Judged>) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "check", "--message-format", "json"])
        .arg(format!("fixtures/faulty/{spec}.yaml"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("the report is UTF-8");
    let record: Value = serde_json::from_str(text.trim()).expect("one line for the spec");
    let judged = record["summary"]["judged"].as_array().expect("a sound spec has a summary");
    let results = judged.iter().map(result).collect();
    (output.status.code(), results)
}

/// What is known without a device is told without one, and of the twin that lacks the fault it is not
/// said.
#[test]
fn static_faults_are_caught_by_check_and_their_twins_are_not() {
    let mut wrong = Vec::new();
    for twin in names("fixtures/faulty/twins") {
        let (_, expected) = FAULTS.iter().find(|(name, _)| *name == twin).expect("it has a fault");
        let (code, faulty) = checked(&twin);
        if !expected.iter().any(|(property, _)| faulty.iter().any(|(name, ..)| name == property)) {
            // Seen only where something is run.
            continue;
        }
        let (twin_code, healthy) = checked(&format!("twins/{twin}"));
        let caught = expected.iter().filter(|(property, place)| {
            faulty.iter().any(|(name, outcome, found)| {
                name == property && outcome == "fail" && found.as_deref() == Some(*place)
            })
        });
        if caught.count() == 0 {
            wrong.push(format!("{twin}: not caught by check: {faulty:?}"));
        }
        // A warning is none to fail for.
        if code != Some(100) && twin != "inputs_times_1000" {
            wrong.push(format!("{twin}: exit code {code:?}, not 100"));
        }
        let fine = healthy.iter().all(|(_, outcome, _)| outcome != "fail" && outcome != "warn");
        if twin_code != Some(0) || healthy.is_empty() || !fine {
            wrong.push(format!("{twin}: the twin is accused: {healthy:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What has to be run to be seen is not said of the twin without the fault.
#[test]
fn twins_of_measured_faults_are_not_accused() {
    let mut wrong = Vec::new();
    for twin in names("fixtures/faulty/twins") {
        let (_, expected) = FAULTS.iter().find(|(name, _)| *name == twin).expect("it has a fault");
        let results = results(&run(&format!("twins/{twin}"), &["--device", "cpu"]));
        let is_expected = |name: &String| expected.iter().any(|(property, _)| property == name);
        if !results.iter().any(|(name, outcome, _)| is_expected(name) && outcome == "pass") {
            wrong.push(format!("{twin}: nothing passes that sees the fault: {results:?}"));
        }
        let failed = results.iter().filter(|(_, outcome, _)| outcome == "fail");
        wrong.extend(failed.map(|result| format!("{twin}: accused: {result:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_faulty_spec_is_in_the_table() {
    let known: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names("fixtures/faulty"), known);
}

/// Properties whose fault no spec can have: it takes code, and the tests of Rust models plant it.
const OF_CODE: [&str; 3] = ["checkpointing_equivalent", "deterministic", "save_load_round_trip"];

/// What is accepted once and then compared: its fault is any change at all.
const OF_SNAPSHOTS: [&str; 1] = ["shapes"];

#[test]
fn every_property_has_a_fault_that_it_catches_and_every_fault_a_twin() {
    let caught: Vec<&str> =
        FAULTS.iter().flat_map(|(_, expected)| expected.iter().map(|(name, _)| *name)).collect();
    let mut without: Vec<&str> = nn_test::property::REGISTRY
        .iter()
        .map(|property| property.meta.name)
        .filter(|name| !caught.contains(name))
        .collect();
    without.sort_unstable();
    assert_eq!(without, [OF_CODE.as_slice(), OF_SNAPSHOTS.as_slice()].concat());
    let twins = names("fixtures/faulty/twins");
    let alone: Vec<&str> = FAULTS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !twins.iter().any(|twin| twin == name))
        .collect();
    assert_eq!(alone, OF_THE_TEST_DEVICE);
}

/// The specs of a folder, sorted.
fn names(folder: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    files
}
