//! What the benches share: runs of the program itself, and what its events say.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// How a test case ended.
#[derive(Debug, Clone)]
pub struct Judged {
    pub spec: String,
    pub property: String,
    /// As events say it: `passed`, `warned`, `skipped`, `failed`, `crashed`, …
    pub status: String,
    /// What was found, in a line.
    pub summary: String,
    /// Each place that a finding names, with the value measured there.
    pub findings: Vec<(String, Option<f64>)>,
}

/// The package's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs spec files with these arguments, on the device that `NN_TEST_DEVICE` names; snapshots are not
/// compared where a seed is given.
///
/// # Panics
///
/// When the program does not finish its run.
pub fn run(files: &[PathBuf], arguments: &[&str]) -> Vec<Judged> {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--message-format", "json"])
        .args(arguments)
        .args(files)
        .current_dir(root())
        .env("INSTA_UPDATE", "no")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("events are UTF-8");
    let events: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line is an event")).collect();
    let complete =
        events.iter().any(|event| event["event"] == "run_finished" && event["end"] == "completed");
    assert!(complete, "no complete run: {}", String::from_utf8_lossy(&output.stderr));
    events.iter().filter(|event| event["event"] == "test_finished").map(judged).collect()
}

fn judged(event: &Value) -> Judged {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let test = text(&event["test"]);
    let (spec, property) = test.rsplit_once("::").expect("a test case is `spec::property`");
    let verdict = &event["verdict"];
    let details = event["details"].as_str().unwrap_or_default();
    let summary = verdict["summary"].as_str().unwrap_or(details).lines().next();
    let findings = verdict["findings"].as_array().into_iter().flatten();
    Judged {
        spec: spec.to_owned(),
        property: property.to_owned(),
        status: text(&event["status"]),
        summary: summary.unwrap_or_default().to_owned(),
        findings: findings
            .map(|finding| (text(&finding["place"]), finding["measured"].as_f64()))
            .collect(),
    }
}
