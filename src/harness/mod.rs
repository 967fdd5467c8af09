//! Test cases: spec files in, one result per expectation out.
//!
//! [`collect`] lists the test cases of spec files without touching a device. A *session* runs them,
//! one process on one device from one thread: the cases of a spec share one laboratory, the verdict
//! becomes a [`Status`](crate::report::event::Status), and what holds is compared with its snapshot.
//! Two fronts drive a session: [`worker`] for `cargo nn-test`, which reports events, and
//! libtest's protocol for `cargo test`. A test target, whose [`main`] is here, is either. This module judges nothing itself and knows
//! no tensor.

mod case;
mod collect;
mod command_line;
mod configuration;
mod equipment;
mod expected_failure;
mod failure;
mod files;
mod judge;
mod mutant;
mod name;
mod seeds;
mod session;
mod shown;
mod site;
mod statics;
mod status;
mod target;
mod trials;
mod waiver;
mod worker;

#[cfg(test)]
pub(crate) mod fixtures;

pub use case::TestCase;
pub use collect::collect;
pub use failure::describe;
pub use files::spec_files;
#[doc(hidden)]
pub use seeds::wilson;
pub use site::Site;
pub use statics::judge_statically;
pub use status::status;
pub use target::main;
pub use worker::{WorkerError, worker};
