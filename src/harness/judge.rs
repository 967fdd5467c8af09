//! The seam between test cases and experiments: what the harness needs of a laboratory.

use crate::diagnosis::Known;
use crate::experiment::{
    Evidence, Experiment, ExperimentError, GalleryEvidence, GalleryPlan, Judgement, Laboratory,
    Progress, median,
};
use crate::property::update_ratio::typical_ratio;
use crate::property::{Options, learning_rate_in_range};
use crate::report::event::{SeenTensor, Sink};
use crate::spec::{DeviceKind, Expectation, Spec};

/// Judges the expectations of one spec.
pub(super) trait Judge {
    /// Judges one expectation, measuring what it needs.
    fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError>;

    /// What was measured on the way, as far as a diagnosis can use it.
    fn known(&self) -> Known {
        Known::default()
    }

    /// The tensors of the model.
    fn tensors(&self) -> Vec<SeenTensor> {
        Vec::new()
    }

    /// The lowest and the highest of the rates at which the loss falls, measured where it was not yet.
    fn stable_rates(&mut self, progress: Progress<'_>) -> Option<(f64, f64)> {
        let _ = progress;
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
    fn tensors(&self) -> Vec<SeenTensor> {
        let seen = self.weights().tensors.iter().map(|tensor| SeenTensor {
            path: tensor.path.clone(),
            axes: tensor.shape.len(),
            trained: tensor.trainable,
        });
        seen.collect()
    }

    fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError> {
        Laboratory::judge(self, expectation, progress)
    }

    fn known(&self) -> Known {
        let evidence = self.evidence();
        let training = evidence.training.as_ref();
        let clipping = training.and_then(|training| training.outcome.clipping.as_ref());
        let sizes = clipping.map(|clipping| clipping.sizes.as_slice()).unwrap_or_default();
        let sizes: Vec<f64> = sizes.iter().copied().filter(|size| size.is_finite()).collect();
        Known {
            steps: Some(self.declared_steps()),
            examples: Some(self.examples()),
            stable_rates: evidence.sweep.as_ref().and_then(|_| stable_rates(self)),
            update_ratio: training.and_then(typical_ratio),
            gradient_size: (!sizes.is_empty()).then(|| median(sizes)),
            columns: self.columns().to_vec(),
        }
    }

    fn stable_rates(&mut self, progress: Progress<'_>) -> Option<(f64, f64)> {
        self.require(Experiment::Sweep, progress).ok()?;
        stable_rates(self)
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

/// The stable region of the sweep, as rates; none where no rate was found.
fn stable_rates(laboratory: &Laboratory) -> Option<(f64, f64)> {
    let evidence = laboratory.evidence();
    let options = Options::defaults(&learning_rate_in_range::PROPERTY.meta);
    let minimum = learning_rate_in_range::plan(&options).minimum_fall;
    let region = evidence.sweep.as_ref()?.region(minimum)?;
    let rate = evidence.subject.learning_rate;
    Some((rate * region.lowest, rate * region.highest))
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
