//! The supervisor: gives specs to worker processes, reads what they report, and outlives them.
//!
//! A worker that hangs, aborts, eats the memory or takes the driver down costs the spec that it was
//! working on and nothing else. This module knows test cases by name only: no spec, no model, no
//! device is touched in the supervising process.

mod ending;
mod interrupt;
mod life;
mod limits;
mod partition;
mod process;
mod selection;
mod stray;
mod supervisor;
mod timings;
mod work;
mod worker;

pub use ending::Ending;
pub use interrupt::forward_interrupts;
pub(crate) use limits::bytes as size_text;
pub use limits::{Limits, MemoryLimit, Timeout};
pub use partition::{Partition, PartitionError};
pub use process::ProcessLauncher;
pub use selection::Selection;
pub use supervisor::{Error, supervise};
pub use timings::Timings;
pub use work::{Job, Program, Role, Work};
pub use worker::{Launcher, Notice, Word, Worker};
