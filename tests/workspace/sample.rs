//! Starts commands in the sample workspace, and reads what they tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nn_test::report::event::{Event, Status, TestResult};

/// The members whose test targets end by themselves.
pub const MEMBERS: [&str; 3] = ["language", "operations", "vision"];

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workspace")
}

/// The target folder of this very build.
pub fn target_folder() -> &'static Path {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    own.parent().expect("cargo makes it inside of the target folder")
}

/// A command in the workspace, free of what the outer run has set. It compares snapshots and writes
/// none, and runs on the CPU unless told otherwise.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target_folder());
    for variable in ["NN_TEST_TIMEOUT", "INSTA_FORCE_PASS", "RUST_BACKTRACE"] {
        command.env_remove(variable);
    }
    command.env("INSTA_UPDATE", "no").env("NN_TEST_DEVICE", "cpu");
    command
}

/// `cargo` with these arguments, separated by spaces.
pub fn cargo(arguments: &str) -> Command {
    let mut cargo = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(arguments.split(' '));
    cargo
}

/// Whether each test case holds, by its name. One that does not apply holds.
pub type Verdicts = BTreeMap<String, bool>;

/// A run of `cargo nn-test`.
pub struct Run {
    pub code: Option<i32>,
    pub results: Vec<TestResult>,
    /// All that was printed, for messages.
    pub told: String,
}

/// Runs `cargo nn-test run` with these arguments, separated by spaces.
pub fn nn_test(arguments: &str) -> Run {
    let output = command(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--message-format", "json", "--locked"])
        .args(arguments.split(' '))
        .output()
        .expect("the binary runs");
    let events = text(&output.stdout);
    let events = events.lines().filter_map(|line| serde_json::from_str::<Event>(line).ok());
    let results = events.filter_map(|event| match event {
        Event::TestFinished(result) => Some(result),
        _ => None,
    });
    Run { code: output.status.code(), results: results.collect(), told: told(&output) }
}

impl Run {
    /// The result of a test case.
    pub fn of(&self, test: &str) -> &TestResult {
        let found = self.results.iter().find(|result| result.test == test);
        found.unwrap_or_else(|| panic!("no result of {test}:\n{}", self.told))
    }

    /// All test cases with how they ended, sorted by name.
    pub fn statuses(&self) -> Vec<(&str, Status)> {
        let results = self.results.iter();
        let mut all: Vec<_> = results.map(|result| (result.test.as_str(), result.status)).collect();
        all.sort_by_key(|(test, _)| *test);
        all
    }
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// All that a process printed.
pub fn told(output: &Output) -> String {
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}
