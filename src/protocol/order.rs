//! What a worker is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::device::DeviceChoice;
use crate::severities::Severities;

/// One line on a worker's standard input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The folder that the user called from; absolute. Paths are shown as seen from there.
    pub called_from: PathBuf,
}

/// The selected test cases of one spec file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
