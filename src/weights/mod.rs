//! Weights from files: of Burn, of safetensors and of PyTorch.
//!
//! [`WeightFile`] is a file's tensors on the host, `file` the only place that names burn-store.
//! `convention` knows what other frameworks call a tensor of ours and how they lay it out,
//! [`Renaming`] what the user's own program calls its modules, and [`line_up`] brings a file and a
//! model together: everything that does not fit is told, with both sides. [`Golden`] is a file with
//! which another framework shows what it computes. No device here.

mod convention;
mod file;
mod golden;
mod line_up;
mod problem;
mod renaming;

pub use file::{FileError, Stored, WeightFile, saved_and_loaded};
pub use golden::{Golden, Mode};
pub use line_up::{Slot, convert, line_up};
pub use problem::Problem;
pub use renaming::Renaming;

#[cfg(test)]
mod tests;
