//! What is suggested against the likely cause of a failure is tried: some programs of the zoo with the
//! mends that help them, and all of them in `fixtures/faulty/zoo/mends.txt`.
//!
//! `INSTA_UPDATE=always cargo test --test mends -- --ignored` tries all and writes the file, which takes
//! about as long as the zoo itself, twice.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run says.
#[derive(Default)]
struct Said {
    /// The first cause of each diagnosed spec, and whether something is suggested against it.
    diagnosed: BTreeMap<String, (String, bool)>,
    /// By spec: cause, outcome and lines of each trial.
    trials: BTreeMap<String, Vec<[String; 3]>>,
    /// The status of each test case.
    statuses: BTreeMap<String, String>,
    code: Option<i32>,
}

impl Said {
    fn helped(&self, spec: &str) -> bool {
        let trials = self.trials.get(spec);
        trials.is_some_and(|trials| trials.iter().any(|[_, outcome, _]| outcome == "helped"))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty/zoo")
}

/// Runs declared specs of the zoo whose names are of this regular expression.
fn run(names: &str, options: &[&str]) -> Said {
    run_of(&["fixtures/faulty/zoo"], names, options)
}

/// Runs specs of the zoo's models in Rust.
fn run_in_rust(names: &str, options: &[&str]) -> Said {
    run_of(
        &["--manifest-path", "fixtures/workspace/Cargo.toml", "--locked", "-p", "zoo"],
        names,
        options,
    )
}

fn run_of(of: &[&str], names: &str, options: &[&str]) -> Said {
    // Programs in Rust share the build of Burn with these very tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--message-format", "json"])
        .args(options)
        .args(["-E", &format!("spec(/^({names})$/)")])
        .args(of)
        .env("CARGO_TARGET_DIR", target.expect("cargo makes it inside of the target folder"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the binary runs");
    let mut said = Said { code: output.status.code(), ..Said::default() };
    let text = String::from_utf8(output.stdout).expect("events are UTF-8");
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect("every line is an event");
        let word = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        match event["event"].as_str() {
            Some("test_finished") => {
                said.statuses.insert(word("test"), word("status"));
            }
            Some("diagnosed") => {
                let first = &event["causes"][0];
                let cause = first["cause"].as_str().expect("a cause has a name").to_owned();
                said.diagnosed.insert(word("spec"), (cause, first["suggestion"].is_object()));
            }
            Some("mend_tried") => {
                let lines = event["lines"].as_array().expect("there are lines, if none");
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                let trial = [word("cause"), word("outcome"), lines.join("; ")];
                said.trials.entry(word("spec")).or_default().push(trial);
            }
            _ => {}
        }
    }
    said
}

/// One program for each kind of mend that is quick.
const MENDED: [&str; 15] = [
    "linear_moons",
    "softmax_hidden_mlp",
    "logits_for_probabilities",
    "double_softmax_mlp",
    "sum_mlp",
    "inputs_times_1000_yes_no",
    "raw_targets",
    "no_bias_for_raw_targets",
    "grade_inside",
    "start_too_small_mlp",
    "rate_times_1000_mlp",
    "rate_divided_by_1000_mlp",
    "adam_epsilon_of_100",
    "clip_to_nothing_mlp",
    "dropout_behind_the_head",
];

/// Programs whose fault is in their code, where nothing can be tried.
const IN_CODE: [&str; 3] = ["gradient_times_0_5_mlp", "mixed_batch_mlp", "climbs_mlp"];

#[test]
fn mends_help_programs_whose_fault_stands_in_the_spec() {
    let all = [MENDED.as_slice(), &IN_CODE, &["healthy_mlp"]].concat().join("|");
    let said = run(&all, &["--try-mends"]);
    let helpless: Vec<String> = MENDED
        .iter()
        .filter(|program| !said.helped(program))
        .map(|program| format!("{program}: {:?}", said.trials.get(*program)))
        .collect();
    assert!(helpless.is_empty(), "no mend helps:\n{}", helpless.join("\n"));
    for program in IN_CODE {
        let trials = said.trials.get(program).expect("it says why nothing is tried");
        assert!(
            trials.iter().all(|[_, outcome, _]| outcome == "not_tried"),
            "{program}: {trials:?}"
        );
    }
    assert!(
        !said.diagnosed.contains_key("healthy_mlp") && !said.trials.contains_key("healthy_mlp")
    );
}

/// The model itself cannot be changed from outside; its recipe can.
#[test]
fn the_recipe_of_a_model_in_rust_is_mended() {
    let programs = ["rust_mlp_rate_times_1000", "rust_mlp_rate_divided_by_1000"];
    let said = run_in_rust(&format!("{}|rust_mlp_detached", programs.join("|")), &["--try-mends"]);
    for program in programs {
        assert!(said.helped(program), "{program}: {:?}", said.trials.get(program));
    }
    let in_code = said.trials.get("rust_mlp_detached").expect("it says why nothing is tried");
    assert!(in_code.iter().all(|[_, outcome, _]| outcome == "not_tried"), "{in_code:?}");
}

#[test]
fn a_mend_changes_no_result() {
    let plain = run("rate_times_1000_mlp|healthy_mlp", &[]);
    let tried = run("rate_times_1000_mlp|healthy_mlp", &["--try-mends"]);
    assert_eq!((plain.statuses, plain.code), (tried.statuses, tried.code));
    assert!(plain.trials.is_empty() && !tried.trials.is_empty());
    assert!(plain.diagnosed["rate_times_1000_mlp"].1, "it is suggested all the same");
}

/// A line for each trial: program, cause, outcome, and what was written.
fn told(said: &Said) -> String {
    let mut text = String::new();
    for (program, (cause, _)) in &said.diagnosed {
        match said.trials.get(program) {
            Some(trials) => {
                for [cause, outcome, lines] in trials {
                    let line = format!("{program} | {cause} | {outcome} | {lines}");
                    text += &format!("{}\n", line.trim_end_matches([' ', '|']));
                }
            }
            None => text += &format!("{program} | {cause} | lost\n"),
        }
    }
    text
}

#[test]
#[ignore = "it runs the whole zoo, some programs three times"]
fn the_file_of_mends_is_what_a_run_says() {
    let told = told(&run(".*", &["--try-mends"]));
    let path = folder().join("mends.txt");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &told).expect("it can be written");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), told);
}
