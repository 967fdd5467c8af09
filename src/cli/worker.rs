//! The hidden commands: what a worker process does.

use std::io::{self, Write};

use clap::Args;
use serde::{Deserialize, Serialize};

use super::options::DeviceArgument;
use super::{Error, seams};
use crate::device::AdapterRequired;
use crate::harness::{WorkerError, worker};
use crate::protocol::{self, EventWriter};
use crate::registry::Registry;
use crate::runner;

/// Follows the orders on standard input. Failed test cases do not fail the worker: its events say
/// all.
pub(super) fn execute() -> Result<(), Error> {
    let mut events = EventWriter::new(io::stdout());
    let models = Registry::new();
    worker(models, protocol::from_supervisor(), &mut events).map_err(|error| match error {
        WorkerError::AdapterRequired(absent) => required(absent),
        other => Error::Orders(other),
    })
}

/// Options of `smoke`.
#[derive(Debug, Clone, Args)]
pub(super) struct SmokeOptions {
    #[arg(long, value_enum)]
    device: DeviceArgument,
}

/// What a short computation on a device has shown. `doctor` reads it from a process of its own,
/// which a broken driver may take down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Smoke {
    /// Adapter, driver and API, or the CPU device.
    pub(super) device: String,
    /// Why it is not the device that `auto` prefers.
    pub(super) note: Option<String>,
    /// What was computed and how it compares with the reference device, or what failed.
    pub(super) outcome: Result<String, String>,
    pub(super) seconds: f64,
}

impl SmokeOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let smoke = seams::smoke(self.device.into()).map_err(required)?;
        let line = serde_json::to_string(&smoke).expect("a smoke report has only string keys");
        writeln!(output, "{line}")?;
        Ok(())
    }
}

fn required(absent: AdapterRequired) -> Error {
    runner::Error::AdapterRequired { reason: absent.reason }.into()
}
