//! Where experiments run: buys each one once, on demand, and hands the evidence to properties.

use serde_yaml::Mapping;

use crate::device::Devices;
use crate::property::Verdict;
use crate::spec::Expectation;
use crate::subject::Subject;

/// A subject on its devices, with what has been measured so far.
pub struct Laboratory {}

/// A property's verdict and the diagnostics that its snapshot holds.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Numbers as measured; the snapshot rounds and settles them.
    pub record: Mapping,
}

/// An experiment that could not be completed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{experiment} could not be completed: {reason}")]
pub struct ExperimentError {
    pub experiment: &'static str,
    pub reason: String,
}

/// Told where a running experiment is: activity, step, steps, loss. Called at block ends only.
pub type Progress<'a> = &'a mut dyn FnMut(&str, usize, usize, Option<f64>);

impl Laboratory {
    /// Prepares experiments on `subject`. Nothing runs before the first judgement.
    pub fn new(_subject: Subject, _devices: &Devices) -> Self {
        todo!()
    }

    /// Judges one expectation, running the experiments that it needs and that have not run yet.
    ///
    /// # Errors
    ///
    /// When an experiment panics or its device fails. A failed experiment stays failed: every
    /// property that needs it gets the same error.
    pub fn judge(
        &mut self,
        _expectation: &Expectation,
        _progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError> {
        todo!()
    }
}
