//! Where experiments run: buys each one once, on demand, and hands the evidence to properties.

use serde_yaml::Mapping;

use super::bench::{Bench, SetUpError};
use super::evidence::{DeviceRandom, Evidence};
use super::gallery::{GalleryEvidence, GalleryPlan};
use super::initial::InitialNumbers;
use super::overfit::OverfitPlan;
use super::training::TrainingPlan;
use super::{
    Experiment, Progress, RelationsPlan, contests, devices, dropout, gallery, golden,
    gradient_check, gradient_noise, half_precision, initial, optimizer_steps, overfit, relations,
    replays, sweep, training, widths,
};
use crate::device::{DeviceFailure, Devices};
use crate::model::Weights;
use crate::panics;
use crate::property::{self, Options, Verdict};
use crate::spec::Expectation;
use crate::subject::{Source, Subject};

/// A subject on its devices, with what has been measured so far.
pub struct Laboratory {
    bench: Bench,
    evidence: Evidence,
    /// The test device's numbers of the initial pass, until they are compared.
    initial_numbers: Option<InitialNumbers>,
    /// Experiments that could not be completed: they are not tried again.
    failed: Vec<(Experiment, ExperimentError)>,
}

/// A property's verdict and the diagnostics that its snapshot holds.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Numbers as measured; the snapshot rounds and settles them.
    pub record: Mapping,
}

/// An experiment that could not be completed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the experiment `{experiment}` could not be completed: {reason}")]
pub struct ExperimentError {
    pub experiment: &'static str,
    pub reason: String,
}

impl Laboratory {
    /// Draws the subject's weights. No experiment runs before the first judgement.
    ///
    /// # Errors
    ///
    /// When the reference device fails, a layer's construction panics, or a Rust model runs nowhere
    /// or does not suit its spec.
    pub fn new(subject: Subject, devices: &Devices) -> Result<Self, SetUpError> {
        let bench = panics::caught(|| Bench::new(subject, devices))
            .unwrap_or_else(|panic| Err(SetUpError::Failed(format!("panic: {panic}"))))?;
        let evidence = Evidence::of(bench.facts());
        Ok(Self { bench, evidence, initial_numbers: None, failed: Vec::new() })
    }

    /// Judges one expectation, running the experiments that it needs and that have not run yet.
    ///
    /// # Errors
    ///
    /// When an experiment panics or its device fails. A failed experiment stays failed: every
    /// property that needs it gets the same error.
    pub fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError> {
        for experiment in expectation.property.needs {
            self.require(*experiment, progress)?;
        }
        let property = expectation.property;
        let record = match property.needs.iter().all(|experiment| self.is_portable(*experiment)) {
            true => (property.record)(&self.evidence, &expectation.options),
            // A snapshot would hold numbers that no other device gives.
            false => Mapping::new(),
        };
        let verdict = (property.judge)(&self.evidence, &expectation.options);
        Ok(Judgement { verdict, record })
    }

    /// Whether an experiment finds the same numbers on every device: not where the weights, or what
    /// a Rust model draws meanwhile, come from a device's own random stream.
    fn is_portable(&self, experiment: Experiment) -> bool {
        if experiment == Experiment::Inspection {
            return true;
        }
        self.bench.reference.is_ok()
            && match self.bench.device_random() {
                DeviceRandom::Never => true,
                DeviceRandom::InTraining => !matches!(
                    experiment,
                    Experiment::Training
                        | Experiment::OptimizerSteps
                        | Experiment::Sweep
                        | Experiment::GradientNoise
                ),
                DeviceRandom::Always => false,
            }
    }

    /// The steps that the recipe takes in all.
    pub fn declared_steps(&self) -> usize {
        self.bench.subject.declared_steps()
    }

    /// Training examples.
    pub fn examples(&self) -> usize {
        self.bench.subject.training_examples()
    }

    /// What the model starts from.
    pub fn weights(&self) -> &Weights {
        &self.bench.weights
    }

    /// What a table calls the numbers of an input.
    pub fn columns(&self) -> &[String] {
        match &self.bench.subject.data {
            Source::Dataset(data) => &data.origin.columns,
            Source::Model { .. } => &[],
        }
    }

    /// Trains for that many steps, or as many as are declared, and measures nothing but the losses: the
    /// cost that the experiments' is held against.
    ///
    /// # Errors
    ///
    /// When training panics or its device fails.
    #[doc(hidden)]
    pub fn train_bare(&self, steps: Option<usize>) -> Result<Vec<f64>, ExperimentError> {
        guarded("bare", || super::bare::run(&self.bench, steps))
    }

    /// Gathers what pictures show beyond the evidence so far.
    ///
    /// # Errors
    ///
    /// When the experiment panics or its device fails.
    pub fn gallery(
        &self,
        plan: GalleryPlan,
        progress: Progress<'_>,
    ) -> Result<GalleryEvidence, ExperimentError> {
        let attempts = self.evidence.overfit.as_ref().and_then(|found| found.attempts.last());
        let rate = attempts.map(|attempt| attempt.learning_rate);
        guarded("gallery", || gallery::run(&self.bench, plan, rate, progress))
    }

    /// What has been measured so far.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Runs an experiment unless it has run.
    ///
    /// # Errors
    ///
    /// When the experiment panics or its device fails, now or before.
    pub fn require(
        &mut self,
        experiment: Experiment,
        progress: Progress<'_>,
    ) -> Result<(), ExperimentError> {
        if let Some((_, error)) = self.failed.iter().find(|(failed, _)| *failed == experiment) {
            return Err(error.clone());
        }
        let result = self.run(experiment, progress);
        if let Err(error) = &result {
            self.failed.push((experiment, error.clone()));
        }
        result
    }

    fn run(
        &mut self,
        experiment: Experiment,
        progress: Progress<'_>,
    ) -> Result<(), ExperimentError> {
        let bench = &self.bench;
        match experiment {
            Experiment::Inspection if self.evidence.inspection.is_none() => {
                self.evidence.inspection = Some(bench.inspect());
            }
            Experiment::Initial if self.evidence.initial.is_none() => {
                let (found, numbers) = guarded("initial", || initial::run(bench))?;
                self.evidence.initial = Some(found);
                // Outputs of all layers are large, and one comparison alone reads them.
                self.initial_numbers = self.compares_devices().then_some(numbers);
            }
            Experiment::Devices if self.evidence.devices.is_none() => {
                self.require(Experiment::Initial, progress)?;
                let (bench, numbers) = (&self.bench, self.initial_numbers.take());
                let found = guarded("devices", || devices::run(bench, numbers))?;
                self.evidence.devices = Some(found);
            }
            Experiment::GradientCheck if self.evidence.gradient_check.is_none() => {
                let check = || gradient_check::run(bench, progress);
                let found = guarded("gradient_check", check)?;
                self.evidence.gradient_check = Some(found);
            }
            Experiment::Overfit if self.evidence.overfit.is_none() => {
                let plan = self.overfit_plan();
                let found = guarded("overfit", || overfit::run(bench, &plan, progress))?;
                self.evidence.overfit = Some(found);
            }
            Experiment::Training if self.evidence.training.is_none() => {
                let plan = self.training_plan();
                let found = guarded("training", || training::run(bench, &plan, progress))?;
                self.evidence.training = Some(found);
            }
            Experiment::Golden if self.evidence.golden.is_none() => {
                let plan = property::matches_golden::plan(
                    &self.options(&property::matches_golden::PROPERTY),
                );
                let found = guarded("golden", || golden::run(bench, &plan, progress))?;
                self.evidence.golden = Some(found);
            }
            Experiment::Dropout if self.evidence.dropout.is_none() => {
                let found = guarded("dropout", || dropout::run(bench))?;
                self.evidence.dropout = Some(found);
            }
            Experiment::Replays if self.evidence.replays.is_none() => {
                let found = guarded("replays", || replays::run(bench))?;
                self.evidence.replays = Some(found);
            }
            Experiment::Linear if self.evidence.contests.linear.is_none() => {
                let found = guarded("linear", || contests::linear(bench, progress))?;
                self.evidence.contests.linear = Some(found);
            }
            Experiment::Widths if self.evidence.widths.is_none() => {
                self.evidence.widths = Some(guarded("widths", || widths::run(bench))?);
            }
            Experiment::HalfPrecision if self.evidence.half_precision.is_none() => {
                let plan = property::precision_robust::plan(
                    &self.options(&property::precision_robust::PROPERTY),
                );
                let found = guarded("half_precision", || half_precision::run(bench, plan))?;
                self.evidence.half_precision = Some(found);
            }
            Experiment::Widened if self.evidence.contests.widened.is_none() => {
                let found = guarded("widened", || contests::widened(bench, progress))?;
                self.evidence.contests.widened = Some(found);
            }
            Experiment::Stages if self.evidence.contests.stages.is_none() => {
                self.require(Experiment::Overfit, progress)?;
                let plan = self.overfit_plan();
                let (bench, whole) = (&self.bench, self.evidence.overfit());
                let stages = || contests::stages(bench, whole, &plan, progress);
                self.evidence.contests.stages = Some(guarded("stages", stages)?);
            }
            Experiment::OptimizerSteps if self.evidence.optimizer_steps.is_none() => {
                let found = guarded("optimizer_steps", || optimizer_steps::run(bench))?;
                self.evidence.optimizer_steps = Some(found);
            }
            Experiment::GradientNoise if self.evidence.gradient_noise.is_none() => {
                let found = guarded("gradient_noise", || gradient_noise::run(bench))?;
                self.evidence.gradient_noise = Some(found);
            }
            Experiment::Sweep if self.evidence.sweep.is_none() => {
                let plan = property::learning_rate_in_range::plan(
                    &self.options(&property::learning_rate_in_range::PROPERTY),
                );
                let found = guarded("sweep", || sweep::run(bench, plan, progress))?;
                self.evidence.sweep = Some(found);
            }
            Experiment::Relations if self.evidence.relations.is_none() => {
                let plan = self.relations_plan();
                let found = guarded("relations", || relations::run(bench, &plan))?;
                self.evidence.relations = Some(found);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether an expectation asks for the test device beside the reference device.
    fn compares_devices(&self) -> bool {
        let mut expectations = self.bench.subject.spec.expectations.iter();
        expectations.any(|expected| expected.property.needs.contains(&Experiment::Devices))
    }

    /// The options that the spec sets for a property, or the property's defaults.
    fn options(&self, property: &'static property::Property) -> Options {
        let expectations = &self.bench.subject.spec.expectations;
        let expected = expectations.iter().find(|expected| expected.property == property);
        expected
            .map_or_else(|| Options::defaults(&property.meta), |expected| expected.options.clone())
    }

    fn overfit_plan(&self) -> OverfitPlan {
        property::overfits_batch::plan(&self.options(&property::overfits_batch::PROPERTY))
    }

    fn relations_plan(&self) -> RelationsPlan {
        let causal = self.options(&property::causal::PROPERTY);
        let padding = self.options(&property::respects_padding::PROPERTY);
        RelationsPlan {
            time_axis: property::causal::time_axis(&causal),
            padding: property::respects_padding::plan(&padding),
            symmetries: property::symmetry::plans(
                &self.options(&property::invariant_to::PROPERTY),
                &self.options(&property::equivariant_to::PROPERTY),
            ),
        }
    }

    fn training_plan(&self) -> TrainingPlan {
        let plan = property::learns::plan(&self.options(&property::learns::PROPERTY));
        let expectations = self.bench.subject.spec.expectations.iter();
        // Whoever asks what is learned asks for more than a beginning.
        let further = expectations.filter_map(|expected| expected.property.trains_further);
        TrainingPlan { enough: further.fold(plan.enough, f64::max), ..plan }
    }
}

/// Runs an experiment and turns a panic or a device failure into an error.
fn guarded<T>(
    experiment: &'static str,
    run: impl FnOnce() -> Result<T, DeviceFailure>,
) -> Result<T, ExperimentError> {
    let error = |reason: String| ExperimentError { experiment, reason };
    match panics::caught(run) {
        Ok(result) => result.map_err(|failure| error(failure.to_string())),
        Err(panic) => Err(error(format!("panic: {panic}"))),
    }
}
