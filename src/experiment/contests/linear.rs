//! `linear`: a model beside a linear one on the same data.

use serde::Serialize;

use super::super::bench::Bench;
use super::super::{Progress, references};
use super::heads::{linear_head, only_term};
use super::{Terms, judged, mean, paired, sample, side};
use crate::data::{Dataset, InputKind};
use crate::device::DeviceFailure;
use crate::model::Signal;
use crate::spec::DeclaredModel;

/// Steps of each training. With a hundred, healthy networks of four layers are behind a linear model that
/// is done by then (digits: 0.49 against 0.25), with two hundred no longer (0.15 against 0.11).
const STEPS: usize = 300;

/// Seeds that decide together: two of three.
const SEEDS: u64 = 3;

/// Losses of a model and of a linear one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinearEvidence {
    /// Examples that judge, and whether they were held out.
    pub examples: usize,
    pub held_out: bool,
    /// One for each seed: the first alone, where the model is not behind there.
    pub runs: Vec<LinearRun>,
    /// What the best constant costs on the training examples, where that is known.
    pub constant: Option<f64>,
}

/// Losses with the weights and batches of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LinearRun {
    pub seed: u64,
    pub model: f64,
    pub linear: f64,
    /// The standard error of the difference between the two.
    pub error: f64,
}

impl LinearRun {
    /// How many standard errors a difference is beyond noise: Student's t of eight groups, one-sided
    /// 2.5 %.
    const ERRORS: f64 = 2.4;

    /// The loss up to which the model is not behind, where it may be worse by `margin` anyway.
    pub fn bound(&self, margin: f64) -> f64 {
        self.linear + margin.max(Self::ERRORS * self.error)
    }

    /// Whether it is beyond that; a loss that is no number is.
    pub fn is_behind(&self, margin: f64) -> bool {
        self.model.is_nan() || self.model > self.bound(margin)
    }
}

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    progress: Progress<'_>,
) -> Result<Result<LinearEvidence, String>, DeviceFailure> {
    let linear = match linear_model(bench) {
        Ok(model) => model,
        Err(reason) => return Ok(Err(reason)),
    };
    let subject = &bench.subject;
    let Ok(linear) = subject.with_model(linear, Vec::new()) else {
        return Ok(Err("no linear model lines up with data and loss".to_owned()));
    };
    let rival = bench.beside(linear)?;
    let (own_sample, (own_judged, held_out)) = (sample(bench), judged(bench));
    // Batches carry how their numbers are divided among a model's inputs.
    let (sample, (judged, _)) = (super::sample(&rival), super::judged(&rival));
    let mut runs: Vec<LinearRun> = Vec::new();
    for seed in (0..SEEDS).map(|offset| subject.spec.training.seed.wrapping_add(offset)) {
        let what = "training the model";
        let terms = Terms { seed, steps: STEPS, sample: &own_sample, judged: &own_judged, what };
        let model = side(bench, &terms, &mut *progress)?;
        let what = "training a linear model";
        let terms = Terms { seed, steps: STEPS, sample: &sample, judged: &judged, what };
        let linear = side(&rival, &terms, &mut *progress)?;
        let (_, error) = paired(&model.groups, &linear.groups);
        let told = |groups: &[f64]| if groups.is_empty() { f64::NAN } else { mean(groups) };
        let (model, linear) = (told(&model.groups), told(&linear.groups));
        runs.push(LinearRun { seed, model, linear, error });
        let behind = runs.iter().filter(|run| run.is_behind(0.0)).count();
        // Certain: not behind with the first seed, or two seeds agree.
        if behind == 0 || behind >= 2 || runs.len() - behind >= 2 {
            break;
        }
    }
    Ok(Ok(LinearEvidence {
        examples: judged.iter().map(crate::subject::Batch::size).sum(),
        held_out,
        runs,
        constant: references::constant(subject, &subject.spec.loss, &sample),
    }))
}

/// The linear model for the task, or why none is held against this one.
fn linear_model(bench: &Bench) -> Result<DeclaredModel, String> {
    let subject = &bench.subject;
    let data = subject.dataset().ok_or("the model brings its own examples and its own loss")?;
    only_term(&subject.spec.loss)?;
    if reconstructs(data) {
        return Err("a linear model gives its inputs back as they are".to_owned());
    }
    if !data.train.targets.shape().is_empty() && data.train.targets.classes().is_some() {
        return Err("the answers are at the places of a sequence or an image".to_owned());
    }
    let owners = |plan: &crate::model::Plan| {
        plan.flat().iter().filter(|layer| layer.inner.is_empty() && layer.parameters > 0).count()
    };
    if subject.declared().is_some_and(|plan| owners(plan) <= 1) {
        return Err("the model has one layer with weights alone".to_owned());
    }
    let signal = match data.input {
        InputKind::Float => Signal::Float(data.shape.clone()),
        InputKind::Tokens { .. } => Signal::Tokens(data.example_len()),
    };
    Ok(DeclaredModel::from(linear_head(subject, &signal)?))
}

/// Whether the targets are the inputs.
fn reconstructs(data: &Dataset) -> bool {
    data.train.targets.values().is_some_and(|values| *values == *data.train.inputs)
}
