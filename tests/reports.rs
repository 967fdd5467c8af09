//! Reports of real runs: shards that are merged to the whole, and runs that end early.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Line 14 expects what the planted fault breaks.
const FAULTY: &str = "\
version: 1
name: faulty
task: binary_classification
data: {moons: {examples: 64, noise: 0.1}}
model:
  layers:
    - linear: {out: 8, name: hidden}
    - tanh
    - linear: 1
faults: [wrong_gradient: {layer: hidden, factor: 0.5}]
expect:
  - shapes
  - initial_loss
  - gradients_match
";

const SOUND: &str = "\
version: 1
name: sound
task: binary_classification
data: {moons: {examples: 64, noise: 0.1}}
model: {layers: [linear: 8, tanh, linear: 1]}
expect: [shapes, initial_loss, every_parameter_gets_gradient]
";

const BROKEN: &str = "\
version: 1
name: broken
task: guessing
data: {moons: {examples: 64}}
model: {layers: [linear: 1]}
";

fn package() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("nets/Cargo.toml", "[package]\nname = \"nets\"\nedition = \"2024\"\n\n[workspace]\n"),
        ("nets/src/lib.rs", ""),
        ("nets/specs/broken.yaml", BROKEN),
        ("nets/specs/faulty.yaml", FAULTY),
        ("nets/specs/sound.yaml", SOUND),
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A command in the package, which lies one folder below the root of its repository.
fn command(repository: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"));
    command
        .arg("nn-test")
        .args(arguments.split_whitespace())
        .current_dir(repository.join("nets"))
        .env("NN_TEST_DEVICE", "cpu")
        .env("GITHUB_ACTIONS", "false")
        .env("GITHUB_WORKSPACE", repository)
        .env("GITHUB_STEP_SUMMARY", repository.join("step.md"));
    command
}

fn run(repository: &Path, arguments: &str) -> Output {
    command(repository, arguments).output().expect("the binary runs")
}

fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("every line is an event")).collect()
}

/// How each test case ended.
fn ends(events: &[Value]) -> BTreeMap<String, String> {
    let finished = events.iter().filter(|event| event["event"] == "test_finished");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    finished.map(|event| (text(&event["test"]), text(&event["status"]))).collect()
}

fn read(repository: &Path, file: &str) -> String {
    let path = repository.join("nets").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Without the times, which no two runs have in common.
fn timeless(junit: &str) -> String {
    let parts = junit.split(" time=\"");
    let parts = parts.enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once('"').expect("an attribute ends").1,
    });
    parts.collect()
}

#[test]
fn shards_make_the_same_reports_as_the_whole() {
    let folder = package();
    let root = folder.path();
    // With a seed of its own a run compares no snapshots, and there are none here.
    let whole = run(root, "--seed 1 --junit whole.xml --events whole.jsonl");
    assert_eq!(whole.status.code(), Some(100), "{whole:?}");
    let wanted = ends(&events(&read(root, "whole.jsonl")));
    assert_eq!(wanted.len(), 7);
    assert_eq!(wanted["faulty::gradients_match"], "failed");
    assert_eq!(wanted["broken::spec"], "spec_error");

    let mut count = 0;
    for shard in ["1", "2", "3"] {
        let reports = format!("--junit {shard}.xml --events out/{shard}.jsonl");
        let output = run(root, &format!("--seed 1 --partition slice:{shard}/3 {reports}"));
        let part = ends(&events(&read(root, &format!("out/{shard}.jsonl"))));
        assert!(part.iter().all(|(test, end)| wanted[test] == *end), "{part:?}");
        assert!((2..=3).contains(&part.len()), "{part:?} {output:?}");
        count += part.len();
    }
    assert_eq!(count, wanted.len());

    let files = "out/1.jsonl out/2.jsonl out/3.jsonl";
    let merged =
        run(root, &format!("report merge {files} --junit merged.xml --events merged.jsonl"));
    assert_eq!(merged.status.code(), Some(100), "{merged:?}");
    assert_eq!(ends(&events(&read(root, "merged.jsonl"))), wanted);
    let sorted = |junit: String| {
        let mut lines: Vec<String> = timeless(&junit).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(read(root, "merged.xml")), sorted(read(root, "whole.xml")));

    let incomplete = run(root, "report merge out/1.jsonl out/3.jsonl");
    assert_eq!(incomplete.status.code(), Some(101));
    let text = String::from_utf8_lossy(&incomplete.stdout).into_owned();
    assert!(text.contains("no file holds shard slice:2/3"), "{text}");
}

#[test]
fn on_github_failures_are_shown_at_their_lines_and_standard_output_stays_clean() {
    let folder = package();
    let root = folder.path();
    let mut command = command(root, "--seed 1 --message-format json");
    let output = command.env("GITHUB_ACTIONS", "true").output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(ends(&events(&stdout)).len(), 7);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let commands: Vec<&str> = stderr.lines().filter(|line| line.starts_with("::")).collect();
    let starts = [
        "::error file=nets/specs/broken.yaml,line=3,col=7,title=broken%3A%3Aspec::",
        "::error file=nets/specs/faulty.yaml,line=14,col=5,title=faulty%3A%3Agradients_match::",
    ];
    assert_eq!(commands.len(), starts.len(), "{stderr}");
    for (command, start) in commands.iter().zip(starts) {
        assert!(command.starts_with(start), "{command}");
    }
    let summary = fs::read_to_string(root.join("step.md")).unwrap();
    assert!(summary.starts_with("## nn-test: 1 failed, 1 spec error, 5 passed\n"), "{summary}");
    assert!(summary.contains("<br>nets/specs/faulty.yaml:14 | `hidden."), "{summary}");
}

#[test]
fn elsewhere_nothing_is_annotated_or_summed_up_unasked() {
    let folder = package();
    let output = run(folder.path(), "--seed 1 sound");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("::"), "{output:?}");
    assert!(!folder.path().join("step.md").exists());
}

#[test]
fn what_max_fail_keeps_from_running_is_skipped_in_junit() {
    let folder = package();
    let output = run(folder.path(), "--seed 1 --max-fail 1 --junit junit.xml faulty sound");
    assert_eq!(output.status.code(), Some(100), "{output:?}");
    let junit = read(folder.path(), "junit.xml");
    assert!(junit.contains("tests=\"6\" skipped=\"3\" failures=\"1\" errors=\"0\""), "{junit}");
    let skipped = "<skipped message=\"not run: too many test cases had failed before\"/>";
    assert_eq!(junit.matches(skipped).count(), 3, "{junit}");
}

#[test]
fn an_empty_shard_leaves_complete_reports() {
    let folder = package();
    let root = folder.path();
    let shard = "--partition slice:9/9 --no-tests pass --junit junit.xml --events 9.jsonl";
    let output = run(root, shard);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(read(root, "junit.xml").contains("tests=\"0\""));
    let events = events(&read(root, "9.jsonl"));
    assert_eq!(events[1]["partition"], "slice:9/9");
    assert_eq!(events.last().unwrap()["event"], "run_finished");
}

#[test]
fn a_report_that_cannot_be_written_is_found_before_the_run() {
    let folder = package();
    let output = run(folder.path(), "--seed 1 --junit specs/sound.yaml/junit.xml");
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("specs/sound.yaml/junit.xml"), "{text}");
}

/// Long enough to be interrupted.
#[cfg(unix)]
const LONG: &str = "\
version: 1
name: long
task: binary_classification
data: {moons: {examples: 2000, noise: 0.3}}
model: {layers: [linear: 256, tanh, linear: 256, tanh, linear: 1]}
training: {optimizer: {adam: {learning_rate: 1e-3}}, batch_size: 1000}
expect: [shapes, learns: {steps: 100000}]
";

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_whole_reports() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let folder = package();
    let root = folder.path();
    fs::write(root.join("nets/specs/long.yaml"), LONG).unwrap();
    let mut child = command(root, "--seed 1 --message-format json --junit junit.xml long sound")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut interrupted = false;
    for line in lines {
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["event"] == "test_started" && event["test"] == "long::learns" {
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
            interrupted = true;
        }
    }
    assert!(interrupted, "the long test began");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let junit = read(root, "junit.xml");
    assert!(junit.ends_with("</testsuites>\n"), "{junit}");
    assert!(junit.contains("<testcase name=\"long::shapes\" "), "{junit}");
    let skipped = "<skipped message=\"not run: the run was interrupted\"/>";
    assert_eq!(junit.matches(skipped).count(), 4, "{junit}");
    let unfinished = |name: &str| name.starts_with('.') && name.contains("junit");
    let entries = fs::read_dir(root.join("nets")).unwrap();
    let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.any(|name| unfinished(&name)));
}
