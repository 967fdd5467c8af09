//! What a worker is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::device::DeviceChoice;

/// The work of one worker process, passed to it as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub device: DeviceChoice,
    /// Overrides the seed of every spec. Snapshots are then not compared, since they were accepted
    /// for the specs' own seeds.
    pub seed: Option<u64>,
    /// Root of the package that the specs belong to; snapshots are stored relative to it.
    pub package_root: PathBuf,
    /// In the order in which they run.
    pub specs: Vec<PlannedSpec>,
}

/// The selected test cases of one spec file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedSpec {
    /// As shown to the user: relative to the current folder where possible.
    pub file: PathBuf,
    /// The folder whose `snapshots` folder holds the spec's snapshots; absolute.
    pub specs_dir: PathBuf,
    /// Full names (`spec::property`), at least one.
    pub tests: Vec<String>,
}

impl Plan {
    pub fn tests(&self) -> usize {
        self.specs.iter().map(|spec| spec.tests.len()).sum()
    }
}
