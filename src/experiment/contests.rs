//! Contests: a training held against another one, under the same conditions.
//!
//! Models are judged and not recipes: the tool's own optimizer trains both sides, at the best of the same
//! rates, for as many steps on the same batches, without dropout and penalty. Each contest has a file of
//! its own; what they share is here.

mod heads;
mod linear;
mod stages;
mod widened;
mod widening;

use burn::module::Module;
use serde::Serialize;

use super::bench::{Bench, evaluate, evaluate_quietly};
use super::{Progress, initial, references};
use crate::device::{DeviceFailure, Place};
use crate::spec::Regularization;
use crate::subject::Batch;
use crate::training::{Batches, Trainer, Updates};

pub use linear::{LinearEvidence, LinearRun, run as linear};
pub use stages::{StageEvidence, StagesEvidence, run as stages};
pub use widened::{CapacityRun, WidenedEvidence, run as widened};
pub(super) use widening::widen;

/// Rates of Adam for both sides.
const LEARNING_RATES: [f64; 3] = [1e-2, 1e-3, 1e-1];

/// Looks at each training: the best one counts, so that a side that is done early loses nothing by what
/// comes after.
const LOOKS: usize = 4;

/// Groups of examples whose losses are told one by one, to know how far their mean may be off.
const GROUPS: usize = 8;

/// What is found by contests so far. What is not asked for is none; an error is why there is nothing to
/// hold against.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ContestsEvidence {
    pub linear: Option<Result<LinearEvidence, String>>,
    pub widened: Option<Result<WidenedEvidence, String>>,
    pub stages: Option<Result<StagesEvidence, String>>,
}

/// A side of a contest when it was best.
#[derive(Debug, Clone)]
struct Side {
    /// The lowest loss on the sample of training examples, in training mode.
    sample_loss: f64,
    /// The losses of groups of judged examples as the model is used, where their mean was lowest.
    groups: Vec<f64>,
}

/// What both sides are to do.
struct Terms<'a> {
    seed: u64,
    steps: usize,
    sample: &'a Batch,
    /// Groups of examples that judge.
    judged: &'a [Batch],
    what: &'a str,
}

/// Trains a bench's model at each rate.
fn side(bench: &Bench, terms: &Terms<'_>, progress: Progress<'_>) -> Result<Side, DeviceFailure> {
    let mut best = Side { sample_loss: f64::INFINITY, groups: Vec::new() };
    for rate in LEARNING_RATES {
        train(bench, terms, rate, &mut best, &mut *progress)?;
    }
    Ok(best)
}

fn train(
    bench: &Bench,
    terms: &Terms<'_>,
    rate: f64,
    best: &mut Side,
    progress: Progress<'_>,
) -> Result<(), DeviceFailure> {
    let subject = &bench.subject;
    let place = place(bench);
    let mut loss = references::to_learn(&subject.spec.loss);
    loss.regularization = Regularization::default();
    let model = bench.model_of_seed(place, terms.seed)?.quiet();
    let updates = Updates::adam(rate);
    let mut trainer =
        Trainer::new(subject, model, place.clone(), updates, loss.clone(), terms.seed);
    let size = subject.spec.training.examples_per_step();
    let mut batches = Batches::new(subject.training_examples(), size, terms.seed);
    while trainer.steps() < terms.steps {
        for indices in batches.by_ref().take(terms.steps.div_ceil(LOOKS)) {
            trainer.step(&[subject.batch(&indices)], false, None);
        }
        let sample_loss = evaluate(subject, &loss, trainer.model(), terms.sample, place)?;
        progress(terms.what, trainer.steps(), terms.steps, Some(sample_loss));
        if !sample_loss.is_finite() {
            return Ok(());
        }
        best.sample_loss = best.sample_loss.min(sample_loss);
        let used = trainer.model().valid();
        let groups =
            terms.judged.iter().map(|group| evaluate_quietly(subject, &used, group, place));
        let groups = groups.collect::<Result<Vec<f64>, _>>()?;
        let is_better = best.groups.is_empty() || mean(&groups) < mean(&best.groups);
        if is_better && groups.iter().all(|loss| loss.is_finite()) {
            best.groups = groups;
        }
    }
    Ok(())
}

/// Small models are trained where a step costs least, as `overfit` does.
fn place(bench: &Bench) -> &Place {
    match super::overfit::is_small(bench, bench.subject.spec.training.examples_per_step()) {
        true => bench.home(),
        false => &bench.test,
    }
}

/// The training examples that both sides are measured on.
fn sample(bench: &Bench) -> Batch {
    bench.subject.sample(initial::EXAMPLES)
}

/// Groups of equal size of held-out examples, or of the sample where too few are held out; and whether
/// they are held out.
fn judged(bench: &Bench) -> (Vec<Batch>, bool) {
    let subject = &bench.subject;
    let held_out = subject.validation_examples().min(initial::EXAMPLES) / GROUPS;
    let known = subject.training_examples().min(initial::EXAMPLES) / GROUPS;
    let (size, is_held_out) = if held_out >= 2 { (held_out, true) } else { (known.max(1), false) };
    let most =
        if is_held_out { subject.validation_examples() } else { subject.training_examples() };
    let indices: Vec<usize> = (0..(size * GROUPS).min(most)).collect();
    let groups = indices.chunks(size).map(|group| match is_held_out {
        true => subject.validation_batch(group),
        false => subject.batch(group),
    });
    (groups.collect(), is_held_out)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// The mean of the differences of pairs, and its standard error.
fn paired(one: &[f64], two: &[f64]) -> (f64, f64) {
    let differences: Vec<f64> = one.iter().zip(two).map(|(one, two)| one - two).collect();
    let middle = mean(&differences);
    let squares = differences.iter().map(|difference| (difference - middle).powi(2)).sum::<f64>();
    let pairs = differences.len() as f64;
    (middle, (squares / (pairs - 1.0).max(1.0) / pairs.max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_sure_as_its_pairs_agree() {
        assert_eq!(paired(&[2.0, 3.0], &[1.0, 2.0]), (1.0, 0.0));
        let (middle, error) = paired(&[1.0, 3.0], &[1.0, 1.0]);
        assert_eq!((middle, error), (1.0, 1.0));
    }
}
