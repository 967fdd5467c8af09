//! The supervisor: gives specs to a worker process, reads what it reports, and outlives it.
//!
//! A worker that hangs, aborts or takes the driver down costs the spec that it was working on and
//! nothing else. This module knows test cases by name only: no spec, no model, no device is
//! touched in the supervising process.

mod ending;
mod interrupt;
mod message;
mod partition;
mod plan;
mod process;
mod queue;
mod selection;
mod stray;
mod supervisor;

pub use ending::Ending;
pub use interrupt::forward_interrupts;
pub use message::EventWriter;
pub use partition::{Partition, PartitionError};
pub use plan::{Plan, PlannedSpec};
pub use process::{ProcessLauncher, read_plan};
pub use selection::Selection;
pub use supervisor::{Error, Launcher, Limits, Notice, Work, Worker, supervise};
