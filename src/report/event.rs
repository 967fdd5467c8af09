//! What happens during a run, as one stream that every reporter reads.
//!
//! A worker process writes these as JSON lines; `cargo nn-test --message-format json` prints the
//! same lines. The schema's version is [`SCHEMA_VERSION`]; `docs/events.schema.json` is the schema
//! and `docs/events.md` its explanation.

use serde::{Deserialize, Serialize};

use crate::diagnosis::{Diagnosis, Trial};
use crate::property::Verdict;

/// How the details of a pending test case begin that has no accepted snapshot at all: there is no
/// difference to look at.
pub const NEW_SNAPSHOT: &str = "no snapshot is accepted yet";

/// Raised when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// First event of a run.
    RunStarted {
        schema_version: u32,
        tests: usize,
        specs: usize,
    },
    /// All test cases that are to run; follows `RunStarted`. Those that never finish were not run.
    TestsSelected {
        /// The shard of a whole (`hash:1/3`), as the command line says it.
        partition: Option<String>,
        tests: Vec<SelectedTest>,
    },
    /// The device that the tests run on. `note` is set when it is not the one that `auto` prefers.
    DeviceSelected {
        device: String,
        note: Option<String>,
    },
    TestStarted {
        test: String,
    },
    /// Where the running test is; not more than a few per second.
    Progress {
        test: String,
        activity: String,
        step: usize,
        steps: usize,
        loss: Option<f64>,
    },
    TestFinished(TestResult),
    /// The likely causes of what a spec is accused of; follows its last test case, where there are some.
    Diagnosed(SpecDiagnosis),
    /// A mend of a likely cause is being tried; follows `Diagnosed`.
    MendStarted {
        spec: String,
        /// The spec file, as in [`TestResult::file`].
        file: String,
        /// The cause's name.
        cause: String,
    },
    /// What came of it.
    MendTried(MendTrial),
    /// All selected test cases of a spec have ended, and its causes were told. A spec without this was
    /// cut off, or could not be run at all.
    SpecFinished {
        spec: String,
        file: String,
        /// The tensors of its model, where somebody asked for them; no run does.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tensors: Vec<SeenTensor>,
    },
    /// What a worker printed beside its events. `test` is the one that ran meanwhile; its
    /// `TestFinished` follows.
    Output {
        test: Option<String>,
        text: String,
    },
    /// Something that a reader should know and that is no test's fault.
    Note {
        message: String,
    },
    /// Last event of a run.
    RunFinished(RunSummary),
}

impl Event {
    /// What `event` may say in this version of the schema.
    pub const NAMES: [&str; 13] = [
        "run_started",
        "tests_selected",
        "device_selected",
        "test_started",
        "progress",
        "test_finished",
        "diagnosed",
        "mend_started",
        "mend_tried",
        "spec_finished",
        "output",
        "note",
        "run_finished",
    ];
}

/// A tensor of a model that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenTensor {
    /// Fields joined by dots.
    pub path: String,
    pub axes: usize,
    pub trained: bool,
}

/// A test case that is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedTest {
    /// `spec::property`; unique inside a package.
    pub test: String,
    /// Absent for a spec that lies in no package.
    pub package: Option<String>,
    /// The spec file, as in [`TestResult::file`].
    pub file: String,
}

/// How a test case ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    /// `spec::property`.
    pub test: String,
    /// The spec file, relative to the folder the command was called from where possible.
    pub file: String,
    /// Line and column of the expectation in the spec file, from 1; 0 when it came by default.
    pub line: usize,
    pub column: usize,
    pub status: Status,
    /// Absent when the test could not be judged.
    pub verdict: Option<Verdict>,
    /// Text for the reader: a rendered spec diagnostic, a snapshot diff, a panic message.
    pub details: Option<String>,
    pub seconds: f64,
}

/// Why a spec's properties do not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecDiagnosis {
    pub spec: String,
    /// The spec file, as in [`TestResult::file`].
    pub file: String,
    /// The likeliest first.
    pub causes: Vec<Diagnosis>,
}

/// A mend that was tried on a spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendTrial {
    pub spec: String,
    /// The spec file, as in [`TestResult::file`].
    pub file: String,
    #[serde(flatten)]
    pub trial: Trial,
}

/// What a test case's end means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Passed,
    /// Passed, with a finding that does not fail the run.
    Warned,
    /// The property does not apply, or the device is missing; `verdict` or `details` has the reason.
    Skipped,
    Failed,
    /// The verdict holds, but its diagnostics differ from the accepted snapshot (or none exists).
    SnapshotPending,
    /// The spec itself is wrong.
    SpecError,
    /// The experiment could not be completed (panic, device lost, worker died).
    Crashed,
}

impl Status {
    /// Whether the run as a whole fails because of it.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::SnapshotPending | Self::SpecError | Self::Crashed)
    }
}

/// The run as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    pub passed: usize,
    pub warned: usize,
    pub skipped: usize,
    pub failed: usize,
    pub snapshot_pending: usize,
    pub spec_errors: usize,
    pub crashed: usize,
    /// Selected but not run; `end` tells why.
    pub not_run: usize,
    pub end: RunEnd,
    pub seconds: f64,
}

/// Why a run was over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// Every selected test case has ended.
    #[default]
    Completed,
    /// As many test cases failed as `--max-fail` allows.
    MaxFail,
    /// The user or the system asked for the end.
    Interrupted,
    /// A wgpu adapter is required and there is none.
    AdapterRequired,
    /// No worker could do the rest, or nobody read the report any more.
    Incomplete,
}

impl RunSummary {
    /// Counts one finished test case.
    pub fn count(&mut self, status: Status) {
        let counter = match status {
            Status::Passed => &mut self.passed,
            Status::Warned => &mut self.warned,
            Status::Skipped => &mut self.skipped,
            Status::Failed => &mut self.failed,
            Status::SnapshotPending => &mut self.snapshot_pending,
            Status::SpecError => &mut self.spec_errors,
            Status::Crashed => &mut self.crashed,
        };
        *counter += 1;
    }

    /// Test cases that make the run fail; those that were not run are not among them.
    pub fn failures(&self) -> usize {
        self.failed + self.snapshot_pending + self.spec_errors + self.crashed
    }

    /// Test cases that ended, whichever way.
    pub fn finished(&self) -> usize {
        self.passed + self.warned + self.skipped + self.failures()
    }
}

/// Takes events as they happen.
pub trait Sink {
    fn emit(&mut self, event: &Event);

    /// Whether nobody reads any more (a closed pipe), so that going on would be in vain.
    fn is_closed(&self) -> bool {
        false
    }
}
