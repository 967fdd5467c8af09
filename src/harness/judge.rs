//! The seam between test cases and experiments: what the harness needs of a laboratory.

use crate::experiment::{
    Evidence, ExperimentError, GalleryEvidence, GalleryPlan, Judgement, Laboratory, Progress,
};
use crate::report::event::Sink;
use crate::spec::{DeviceKind, Expectation, Spec};

/// Judges the expectations of one spec.
pub(super) trait Judge {
    /// Judges one expectation, measuring what it needs.
    fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError>;

    /// The steps that the recipe takes in all, where they are known.
    fn declared_steps(&self) -> Option<usize> {
        None
    }

    /// Gathers what pictures show beyond the evidence so far. `None` where there is no laboratory.
    fn gallery(
        &self,
        _plan: GalleryPlan,
        _progress: Progress<'_>,
    ) -> Option<Result<(&Evidence, GalleryEvidence), ExperimentError>> {
        None
    }
}

impl Judge for Laboratory {
    fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError> {
        Laboratory::judge(self, expectation, progress)
    }

    fn declared_steps(&self) -> Option<usize> {
        Some(Laboratory::declared_steps(self))
    }

    fn gallery(
        &self,
        plan: GalleryPlan,
        progress: Progress<'_>,
    ) -> Option<Result<(&Evidence, GalleryEvidence), ExperimentError>> {
        let found = Laboratory::gallery(self, plan, progress);
        Some(found.map(|gallery| (self.evidence(), gallery)))
    }
}

/// Why no expectation of a spec can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Data or model are wrong: rendered diagnostics.
    Spec(String),
    /// A wgpu adapter is required and there is none: the reason.
    Adapter(String),
    /// The laboratory cannot be set up: the reason.
    Laboratory(String),
}

/// Makes the judge of a spec, opening devices where that is due.
pub(super) trait Prepare {
    /// The kind of device that the tests run on.
    fn device(&mut self, sink: &mut dyn Sink) -> Result<DeviceKind, Obstacle>;

    fn prepare(&mut self, spec: Spec, sink: &mut dyn Sink) -> Result<Box<dyn Judge>, Obstacle>;
}
