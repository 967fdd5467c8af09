//! How each model of the sample workspace ends under `cargo nn-test`.

use libtest_mimic::{Completion, Failed};
use nn_test::exit_code;
use nn_test::property::REGISTRY;
use nn_test::report::event::Status;

use super::sample::{self, MEMBERS, Run, nn_test};

/// Asks for the cases of burn-train, for which Cargo builds Burn anew.
const WITH_TRAIN: &str = "NN_TEST_WITH_TRAIN";

/// What applies to none of them: no probe shows what they ask for, or the recipe has nothing of the
/// kind.
const OF_NONE: [&str; 10] = [
    "activations_in_scale",
    "augmentation_keeps_scale",
    "clipping_effective",
    "clipping_in_use",
    "frozen_stay",
    "no_saturation",
    "outputs_vary",
    "padding_in_bounds",
    "regularization_in_range",
    "respects_padding",
];

/// What does not apply to a model that brings its batches and its loss, and shows no ReLU.
const OF_NO_DATA: [&str; 18] = [
    "loss_suits_task",
    "activations_present",
    "labels_valid",
    "labels_follow_inputs",
    "answers_not_among_inputs",
    "inputs_normalized",
    "targets_scaled",
    "classes_balanced",
    "features_vary",
    "neighbours_alike",
    "no_duplicates_across_split",
    "no_dead_units",
    "uses_inputs",
    "batch_independent",
    "dropout_sound",
    "memorizes_outputs",
    "outputs_reach_targets",
    "normalization_sound",
];

/// Healthy specs, each with the recommended properties, and those of them that do not apply to it.
const HEALTHY: [(&str, &[&str]); 6] = [
    ("autoencoder", &OF_NO_DATA),
    ("classifier", &["targets_scaled", "normalization_sound"]),
    // Iris is sorted.
    (
        "gated",
        &[
            "labels_follow_inputs",
            "targets_scaled",
            "neighbours_alike",
            "no_dead_units",
            "normalization_sound",
        ],
    ),
    // Tokens have no scale, and the classes of made-up examples come in turn.
    (
        "reader",
        &[
            "labels_follow_inputs",
            "activations_present",
            "inputs_normalized",
            "targets_scaled",
            "answers_not_among_inputs",
            "features_vary",
            "neighbours_alike",
            "no_dead_units",
            "normalization_sound",
        ],
    ),
    // Its running statistics have seen too few steps.
    ("regularized", &["targets_scaled", "neighbours_alike", "train_eval_consistent"]),
    (
        "single",
        &[
            "labels_follow_inputs",
            "targets_scaled",
            "neighbours_alike",
            "no_dead_units",
            "normalization_sound",
        ],
    ),
];

/// Burn's transformer has a `gelu`, whose gradient wgpu knows less exactly.
const INEXACT: &str = "reader::matches_reference_device";

fn healthy(device: &str) -> Run {
    let specs: Vec<String> = HEALTHY.iter().map(|(spec, _)| format!("{spec}::")).collect();
    nn_test(&format!("--device {device} --skip forgetting --skip recomputing {}", specs.join(" ")))
}

/// Asserts the status of every test case of the healthy specs. `gelu` is how the inexact one ends on an
/// adapter; without one there is a single device.
fn assert_healthy(run: &Run, gelu: Option<Status>) {
    let mut expected: Vec<(String, Status)> = Vec::new();
    for (spec, skipped) in HEALTHY {
        for property in REGISTRY.iter().filter(|property| property.meta.recommended) {
            let test = format!("{spec}::{}", property.meta.name);
            let name = &property.meta.name;
            // Of a model that does not run in 64 bits there is no reference.
            let is_alone =
                *name == "matches_reference_device" && (gelu.is_none() || spec == "single");
            let status = match (skipped.contains(name) || OF_NONE.contains(name) || is_alone, gelu)
            {
                (true, _) => Status::Skipped,
                (false, Some(gelu)) if test == INEXACT => gelu,
                (false, _) => Status::Passed,
            };
            expected.push((test, status));
        }
    }
    expected.push(("autoencoder::loss_terms_balanced".to_owned(), Status::Passed));
    expected.push(("gated::checkpointing_equivalent".to_owned(), Status::Passed));
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<_> = expected.iter().map(|(test, status)| (test.as_str(), *status)).collect();
    assert_eq!(run.statuses(), expected, "{}", run.told);
    assert_eq!(run.code, Some(i32::from(exit_code::SUCCESS)), "{}", run.told);
}

pub fn healthy_on_the_cpu() -> Result<Completion, Failed> {
    assert_healthy(&healthy("cpu"), None);
    Ok(Completion::Completed)
}

pub fn healthy_on_an_adapter() -> Result<Completion, Failed> {
    let run = healthy("wgpu");
    if run.code == Some(i32::from(exit_code::ADAPTER_REQUIRED)) {
        return Ok(Completion::ignored_with("no wgpu adapter"));
    }
    // An adapter whose `gelu` is exact is welcome.
    let gelu = run.of(INEXACT);
    assert!(matches!(gelu.status, Status::Passed | Status::Warned), "{}", run.told);
    assert_healthy(&run, Some(gelu.status));
    if gelu.status == Status::Warned {
        let finding = &gelu.verdict.as_ref().ok_or("a warning has a verdict")?.findings[0];
        assert!(finding.mend.contains("`gelu`"), "{}", finding.mend);
    }
    Ok(Completion::Completed)
}

/// Asserts that a twin fails for the gradients of its gate, that it learns nevertheless, and how it was
/// seen.
fn assert_caught(run: &Run, spec: &str, gate: &str, way: &str) -> Result<(), Failed> {
    assert_eq!(run.of(&format!("{spec}::learns")).status, Status::Passed, "{}", run.told);
    let wrong = run.of(&format!("{spec}::gradients_match"));
    assert_eq!(wrong.status, Status::Failed, "{}", run.told);
    let verdict = wrong.verdict.as_ref().ok_or("a failure has a verdict")?;
    let places: Vec<&str> = verdict.findings.iter().map(|finding| finding.place.as_str()).collect();
    let (bias, weight) = (format!("{gate}.bias"), format!("{gate}.weight"));
    assert_eq!(places, [&bias, &weight, "input"], "{}", run.told);
    assert!(verdict.summary.contains(way), "{}", verdict.summary);
    assert_eq!(run.code, Some(i32::from(exit_code::TEST_FAILED)), "{}", run.told);
    Ok(())
}

pub fn wrong_in_f64() -> Result<Completion, Failed> {
    let run = nn_test("gated_forgetting::");
    let way = "checked in f64 on the CPU, where an error of 1.0";
    assert_caught(&run, "gated_forgetting", "gate", way)?;
    Ok(Completion::Completed)
}

pub fn wrong_in_f32() -> Result<Completion, Failed> {
    let run = nn_test("single_forgetting::");
    let way = "checked in f32, since the model does not run in f64, where an error of 0.01";
    assert_caught(&run, "single_forgetting", "gated.gate", way)?;
    // Its twin is seen in the same way.
    let right = nn_test("single::gradients_match");
    let verdict = right.of("single::gradients_match").verdict.as_ref().ok_or("it is judged")?;
    assert!(verdict.summary.contains(way), "{}", verdict.summary);
    assert_eq!(right.code, Some(i32::from(exit_code::SUCCESS)), "{}", right.told);
    Ok(Completion::Completed)
}

/// An operation that is computed wrongly the second time is right until it is checkpointed.
pub fn wrong_the_second_time() -> Result<Completion, Failed> {
    let run = nn_test("gated_recomputing::");
    assert_eq!(run.of("gated_recomputing::gradients_match").status, Status::Passed, "{}", run.told);
    let wrong = run.of("gated_recomputing::checkpointing_equivalent");
    let verdict = wrong.verdict.as_ref().ok_or("a failure has a verdict")?;
    assert_eq!(wrong.status, Status::Failed, "{}", run.told);
    assert_eq!(verdict.findings[0].place, "head.weight", "{}", run.told);
    assert_eq!(run.code, Some(i32::from(exit_code::TEST_FAILED)), "{}", run.told);
    Ok(Completion::Completed)
}

pub fn broken() -> Result<Completion, Failed> {
    // Model, how its first test case ends, and what is said of it.
    let ends: [(&str, &[&str]); 4] = [
        ("aborts", aborted()),
        ("allocates", &["occupied", "of memory, where 1 GiB are allowed, and was killed"]),
        ("hangs", &["worked on this spec for 5 s and was killed", "`timeout` in the spec"]),
        ("panics", &["panic: ", "a batch of 4 has three features", "src/lib.rs:"]),
    ];
    let run = nn_test("-p broken --memory-limit 1GiB");
    for (spec, texts) in ends {
        for property in ["shapes", "initial_loss"] {
            let result = run.of(&format!("{spec}::{property}"));
            assert_eq!(result.status, Status::Crashed, "{}", run.told);
        }
        let details = run.of(&format!("{spec}::shapes")).details.as_deref().unwrap_or_default();
        for text in texts {
            assert!(details.contains(text), "{spec}: no {text:?} in {details}");
        }
    }
    for property in ["shapes", "initial_loss", "dropout_sound"] {
        assert_eq!(run.of(&format!("whole::{property}")).status, Status::Passed, "{}", run.told);
    }
    let random = run.of("drops_always::dropout_sound");
    let verdict = random.verdict.as_ref().ok_or("it is judged")?;
    let places: Vec<&str> = verdict.findings.iter().map(|finding| finding.place.as_str()).collect();
    assert_eq!(
        (random.status, places.as_slice()),
        (Status::Failed, &["model"][..]),
        "{}",
        run.told
    );
    assert_eq!(run.results.len(), 12, "{}", run.told);
    assert_eq!(run.code, Some(i32::from(exit_code::TEST_FAILED)), "{}", run.told);
    Ok(Completion::Completed)
}

fn aborted() -> &'static [&'static str] {
    match cfg!(unix) {
        true => &["the worker process was ended by signal 6 (SIGABRT)"],
        false => &["the worker process"],
    }
}

/// Weights of files, by name and by mapping, and what another framework computes.
pub fn loaded() -> Result<Completion, Failed> {
    let run = nn_test("-p loaded");
    let ends: Vec<(&str, Status)> = run.statuses();
    let expected = [
        ("by_mapping::initial_loss", Status::Passed),
        ("by_mapping::matches_golden", Status::Passed),
        ("by_mapping::shapes", Status::Passed),
        ("by_name::initial_loss", Status::Passed),
        ("by_name::shapes", Status::Passed),
        ("other_activation::matches_golden", Status::Failed),
        ("other_names::shapes", Status::SpecError),
        ("other_shape::shapes", Status::SpecError),
    ];
    assert_eq!(ends, expected, "{}", run.told);
    let verdict = run.of("other_activation::matches_golden").verdict.as_ref();
    let findings = &verdict.ok_or("a failure has a verdict")?.findings;
    assert_eq!(findings[0].place, "output", "{}", run.told);
    // Each at its place, with both sides.
    let errors: [(&str, &[&str]); 2] = [
        ("other_names", &["NN0331", "other_names.yaml:7:19", "`hiden.weight`", "`hidden.weight`"]),
        (
            "other_shape",
            &["NN0331", "other_shape.yaml:7:19", "`head.weight`", "[2, 16]", "[3, 16]"],
        ),
    ];
    for (spec, texts) in errors {
        let result = run.of(&format!("{spec}::shapes"));
        let details = result.details.as_deref().unwrap_or_default();
        for text in texts {
            assert!(details.contains(text), "{spec}: no {text:?} in {details}");
        }
    }
    assert_eq!(run.code, Some(i32::from(exit_code::TEST_FAILED)), "{}", run.told);
    Ok(Completion::Completed)
}

pub fn stepped() -> Result<Completion, Failed> {
    if std::env::var_os(WITH_TRAIN).is_none() {
        return Ok(Completion::ignored_with(format!(
            "burn-train makes Cargo build Burn anew, which takes minutes: {WITH_TRAIN}=1 runs it"
        )));
    }
    let run = nn_test("-p stepped");
    let skipped = run.results.iter().filter(|result| result.status == Status::Skipped);
    let mut skipped: Vec<&str> = skipped.map(|result| result.test.as_str()).collect();
    skipped.sort_unstable();
    // Its own training step computes the loss, and asks for a graph; and there is one device.
    let of_own_step = ["loss_is_a_mean", "matches_reference_device", "train_eval_consistent"];
    let names = OF_NONE.iter().chain(&OF_NO_DATA).chain(&of_own_step);
    let mut expected: Vec<String> = names.map(|property| format!("stepped::{property}")).collect();
    expected.sort_unstable();
    assert_eq!(skipped, expected, "{}", run.told);
    let judged = run.results.iter().filter(|result| result.status != Status::Skipped);
    assert!(judged.clone().all(|result| result.status == Status::Passed), "{}", run.told);
    let recommended = REGISTRY.iter().filter(|property| property.meta.recommended).count();
    assert_eq!(judged.count(), recommended - expected.len(), "{}", run.told);
    assert_eq!(run.code, Some(i32::from(exit_code::SUCCESS)), "{}", run.told);
    Ok(Completion::Completed)
}

/// Whether each test case of all members holds, as `cargo nn-test` sees it.
pub fn verdicts() -> sample::Verdicts {
    let packages: Vec<String> = MEMBERS.iter().map(|member| format!("-p {member}")).collect();
    let run = nn_test(&packages.join(" "));
    run.statuses()
        .into_iter()
        .map(|(test, status)| (test.to_owned(), !status.is_failure()))
        .collect()
}
