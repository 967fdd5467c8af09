//! What a worker is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::device::DeviceChoice;
use crate::report::event::Status;
use crate::severities::Severities;
use crate::spec::Fault;

/// One line on a worker's standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The first line, and only that.
    SetUp(SetUp),
    Run(Assignment),
    /// All is done. When the stream closes without it, the supervisor is gone.
    End,
}

/// What holds for all that a worker runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    pub device: DeviceChoice,
    /// Overrides the seed of every spec. Snapshots are then not compared, since they were accepted
    /// for the specs' own seeds.
    pub seed: Option<u64>,
    /// How failures count, as far as it is said outside of the specs.
    #[serde(default)]
    pub severities: Severities,
    /// Whether the mends of likely causes are tried.
    #[serde(default)]
    pub try_mends: bool,
    /// The folder that the user called from; absolute. Paths are shown as seen from there.
    pub called_from: PathBuf,
}

/// The selected test cases of one spec file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Root of the package that the spec belongs to; snapshots are stored relative to it.
    pub package_root: PathBuf,
    /// The spec file; absolute.
    pub path: PathBuf,
    /// The same as shown to the user: relative to the folder called from where possible.
    pub file: PathBuf,
    /// The folder whose `snapshots` folder holds the spec's snapshots; absolute.
    pub specs_dir: PathBuf,
    /// Full names (`spec::property`) in the order in which they run, at least one.
    pub tests: Vec<String>,
    /// In what other form than its file has the spec is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutation: Option<Mutation>,
    /// The pictures that are drawn when all test cases are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Drawing>,
}

/// Pictures of a spec. Snapshots are then not compared: somebody looks, and tests nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// What stands among the tests of the assignment for the drawing itself, as their last.
    pub test: String,
    /// The page that is written; absolute.
    pub page: PathBuf,
    /// Steps of the recipe at most, where somebody said so.
    pub steps: Option<usize>,
}

/// A spec in another form. Its snapshots are not compared: they are of the spec as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mutation {
    /// The name of the spec in its file, as it stands in names of test cases.
    pub spec: String,
    /// What stands in its place in the names of these test cases.
    pub name: String,
    /// The fault that is planted; none for the spec as it is.
    pub fault: Option<Fault>,
    /// Whether every property is judged that can be, and not the spec's expectations alone.
    pub expects_all: bool,
    /// Whether nothing more is judged once a test case failed.
    pub ends_with_failure: bool,
    /// Whether the end of the spec tells the tensors of its model.
    #[serde(default)]
    pub tells_tensors: bool,
}

impl Assignment {
    /// Whether nothing more of it is to be run after such an end of a test case.
    pub fn ends_with(&self, status: Status) -> bool {
        let ends = self.mutation.as_ref().is_some_and(|mutation| mutation.ends_with_failure);
        ends && status.is_failure()
    }
}

impl Order {
    /// # Errors
    ///
    /// When a path is no UTF-8.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        Ok(line)
    }
}
