//! Experiments: measured runs over a subject, each run once and shared by all properties.

mod laboratory;

pub use laboratory::{ExperimentError, Judgement, Laboratory};

/// The measured runs that properties can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Experiment {
    /// One forward and backward pass at initialization.
    Initial,
    GradientCheck,
    Overfit,
    Training,
}

/// Everything that was measured on a subject: plain numbers, no tensors.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Evidence {}
