//! What a supervisor and its workers say to each other: lines of JSON over the standard streams.
//!
//! A supervisor tells a worker how to set itself up and then gives it one spec at a time
//! ([`Order`]); the worker answers with events and asks for more ([`Message`]). This module is
//! compiled into every test target, so that a user's target can be a worker. It starts no process
//! and knows no device.

mod message;
mod models;
mod order;
mod orders;

pub use message::{EventWriter, Line, Message, decode};
pub use models::Models;
pub use order::{Assignment, Drawing, Mutation, Order, SetUp};
pub use orders::{Unreadable, from_supervisor};

/// Raised when a message or an order changes its meaning. Supervisor and worker are separate
/// programs, perhaps of different releases.
pub const VERSION: u32 = 2;

/// As first argument of a test target: be a worker.
pub const WORKER_ARGUMENT: &str = "--nn-test-worker";

/// As first argument of a test target: print the registered models as a message, and end.
pub const MODELS_ARGUMENT: &str = "--nn-test-models";
