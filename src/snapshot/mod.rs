//! Snapshots of measured diagnostics, in insta's files, compared with a tolerance.
//!
//! A property's record becomes a YAML body ([`settle`]); the body is compared with the accepted
//! `.snap` file beside the spec, and a difference becomes a pending `.snap.new` file that
//! `cargo insta review` understands ([`Store`]). This module judges nothing and knows no device:
//! which verdicts have a snapshot is the harness's decision.

mod error;
mod settings;
pub mod settle;
mod store;

pub use error::SnapshotError;
pub use settle::Tolerances;
pub use store::{Assertion, SnapshotOutcome, Store};
