//! `sweep`: short trainings from the same weights on the same batches, at multiples of the recipe's
//! learning rates.
//!
//! The schedule is as declared, and all rates are multiplied in each step, those of groups too: what is
//! asked is whether the recipe as a whole has the right scale. A constant rate in its place would
//! accuse a recipe that is stable only behind its warm-up, which is what a warm-up is for.

mod walk;

use serde::Serialize;

use super::bench::{Bench, evaluate, scalars};
use super::evidence::SampleLoss;
use super::measure::median;
use super::recipe_run::RecipeRun;
use super::{Progress, initial, references};
use crate::device::DeviceFailure;
use crate::subject::Batch;

pub use walk::StableRegion;

/// How to sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweepPlan {
    /// Steps at each rate, behind the warm-up.
    pub steps: usize,
    /// Relative fall of the sample's loss that a rate must reach.
    pub minimum_fall: f64,
}

/// A warm-up is waited for so long.
const LONGEST_WARM_UP: usize = 160;

/// Steps between two looks at the sample's loss: an odd number, so that a loss that jumps between two
/// values from step to step is seen in both.
const LOOK: usize = 5;

/// A loss so many times its start has diverged (PyTorch Lightning's rate finder: 4 times the best).
pub const DIVERGED: f64 = 4.0;

/// What trainings at other rates do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepEvidence {
    /// Steps at each rate.
    pub steps: usize,
    /// Steps that the recipe declares.
    pub declared_steps: usize,
    /// Whether the steps end before the recipe's warm-up does.
    pub warm_up_cut: bool,
    /// By rate, lowest first; the recipe's own is among them.
    pub rungs: Vec<Rung>,
}

/// A training at one multiple of the recipe's rates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rung {
    /// How many half decades above the recipe's own rates; 0 is the recipe.
    pub halves: i32,
    /// Before each step.
    pub losses: Vec<f64>,
    /// On a sample, before the first step and at each look.
    pub sample_losses: Vec<SampleLoss>,
    /// How far the sample's loss has fallen: the median of the last looks, relative to its start or to
    /// the best constant predictor, whichever is lower. Not a number when it diverged.
    pub fall: f64,
    /// The first step whose loss is not finite or has left its start far behind; the run ends there.
    pub diverged: Option<usize>,
}

impl SweepEvidence {
    /// The recipe's own rung.
    ///
    /// # Panics
    ///
    /// When the experiment left it out, which it never does.
    pub fn own(&self) -> &Rung {
        let own = self.rungs.iter().find(|rung| rung.halves == 0);
        own.expect("the walk begins with the recipe")
    }

    /// The rates at which the loss falls by so much: those around the recipe's own, or the nearest.
    pub fn region(&self, minimum_fall: f64) -> Option<StableRegion> {
        walk::region(&self.rungs, minimum_fall)
    }
}

impl Rung {
    /// The factor between its rates and the recipe's.
    pub fn multiple(&self) -> f64 {
        walk::multiple(self.halves)
    }

    /// Whether the loss falls by so much.
    pub fn falls(&self, minimum: f64) -> bool {
        self.diverged.is_none() && self.fall >= minimum
    }

    /// How much of what the sample's loss gained from look to look it lost again: 0 for a loss that only
    /// falls, 1 for one that comes back to where it was. The sample and the random layers stay the
    /// same, so that this is not the noise of batches.
    pub fn roughness(&self) -> f64 {
        let changes = self.sample_losses.windows(2).map(|pair| pair[1].loss - pair[0].loss);
        let (mut falls, mut rises) = (0.0, 0.0);
        for change in changes {
            match change < 0.0 {
                true => falls -= change,
                false => rises += change,
            }
        }
        if falls == 0.0 && rises == 0.0 { 0.0 } else { rises / falls }
    }
}

/// Runs the experiment.
///
/// # Errors
///
/// When the test device fails.
pub fn run(
    bench: &Bench,
    plan: SweepPlan,
    progress: Progress<'_>,
) -> Result<SweepEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let warm_up = *subject.spec.training.schedule.warm_up;
    let declared_steps = subject.declared_steps();
    let steps = (plan.steps + warm_up.min(LONGEST_WARM_UP)).min(declared_steps);
    let sample = subject.sample(initial::EXAMPLES);
    let constant = references::constant(subject, &subject.spec.loss, &sample);
    let mut rungs: Vec<Rung> = Vec::new();
    while let Some(halves) = walk::next(&rungs, plan.minimum_fall) {
        let rung = climb(bench, halves, steps, &sample, constant)?;
        let done = rungs.len() + 1;
        progress("sweep", done, walk::USUAL.max(done), rung.losses.last().copied());
        rungs.push(rung);
    }
    rungs.sort_by_key(|rung| rung.halves);
    Ok(SweepEvidence { steps, declared_steps, warm_up_cut: warm_up >= steps, rungs })
}

/// Trains at one multiple of the rates.
fn climb(
    bench: &Bench,
    halves: i32,
    steps: usize,
    sample: &Batch,
    constant: Option<f64>,
) -> Result<Rung, DeviceFailure> {
    let (subject, place) = (&bench.subject, &bench.test);
    let mut run = RecipeRun::new(bench, place, walk::multiple(halves));
    let look = |run: &RecipeRun<'_>| {
        let model = run.trainer().model();
        let loss = evaluate(subject, &subject.spec.loss, model, sample, place)?;
        Ok::<_, DeviceFailure>(SampleLoss { step: run.trainer().steps(), loss })
    };
    let mut losses = Vec::new();
    let mut sample_losses = vec![look(&run)?];
    let mut diverged = None;
    while diverged.is_none() && run.trainer().steps() < steps {
        let block = LOOK.min(steps - run.trainer().steps());
        losses.extend(scalars((0..block).map(|_| run.step()).collect())?);
        sample_losses.push(look(&run)?);
        diverged = divergence(&losses, &sample_losses, constant);
    }
    let fall = match diverged {
        Some(_) => f64::NAN,
        None => settled_fall(&sample_losses, constant),
    };
    Ok(Rung { halves, losses, sample_losses, fall, diverged })
}

/// The first step after which the loss is not finite; or the one after which it lies far above its
/// start, when at the last look it does so still.
fn divergence(losses: &[f64], looks: &[SampleLoss], constant: Option<f64>) -> Option<usize> {
    let (first, last) = (looks.first()?, looks.last()?);
    if let Some(before) = losses.iter().position(|loss| !loss.is_finite()) {
        return Some(before);
    }
    if !last.loss.is_finite() {
        return Some(last.step);
    }
    let scale = constant.map_or(first.loss.abs(), |constant| first.loss.abs().max(constant.abs()));
    let far = |loss: f64| loss - first.loss > (DIVERGED - 1.0) * scale;
    far(last.loss).then(|| losses.iter().position(|loss| far(*loss)).unwrap_or(last.step))
}

/// The fall to the median of the last three looks, which one jump does not move.
fn settled_fall(looks: &[SampleLoss], constant: Option<f64>) -> f64 {
    let last: Vec<f64> = looks.iter().skip(1).rev().take(3).map(|look| look.loss).collect();
    let (Some(first), Some(end)) = (looks.first(), looks.last()) else { return 0.0 };
    let settled = SampleLoss { step: end.step, loss: median(last) };
    super::fall(&[*first, settled], constant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(losses: &[f64]) -> Vec<SampleLoss> {
        let step = |(at, loss): (usize, &f64)| SampleLoss { step: LOOK * at, loss: *loss };
        losses.iter().enumerate().map(step).collect()
    }

    fn rung(losses: &[f64]) -> Rung {
        Rung {
            halves: 0,
            losses: Vec::new(),
            sample_losses: looks(losses),
            fall: 0.5,
            diverged: None,
        }
    }

    #[test]
    fn a_run_diverges_where_its_loss_is_first_four_times_the_start() {
        let minibatches = [2.0, 3.0, 9.0, 20.0];
        assert_eq!(divergence(&minibatches, &looks(&[2.0, 40.0]), None), Some(2));
        assert_eq!(divergence(&minibatches, &looks(&[2.0, 7.9]), None), None, "it came back");
        assert_eq!(divergence(&[2.0, f64::NAN], &looks(&[2.0, f64::NAN]), None), Some(1));
        assert_eq!(divergence(&[2.0, 2.0], &looks(&[2.0, f64::INFINITY]), None), Some(5));
    }

    #[test]
    fn a_start_near_zero_has_the_scale_of_guessing() {
        assert_eq!(divergence(&[0.01, 0.2], &looks(&[0.01, 0.2]), Some(1.0)), None);
        assert_eq!(divergence(&[0.01, 0.2], &looks(&[0.01, 4.0]), Some(1.0)), Some(5));
        assert_eq!(divergence(&[-5.0, -4.0], &looks(&[-5.0, -4.0]), None), None);
    }

    #[test]
    fn one_jump_at_the_end_does_not_hide_a_fall() {
        assert!((settled_fall(&looks(&[2.0, 1.5, 1.0, 1.0, 3.0]), None) - 0.5).abs() < 1e-12);
        assert!(settled_fall(&looks(&[2.0, 2.0]), None).abs() < 1e-12);
    }

    #[test]
    fn roughness_is_what_is_lost_again() {
        assert_eq!(rung(&[2.0, 1.5, 1.0]).roughness(), 0.0);
        assert_eq!(rung(&[2.0, 1.0, 2.0, 1.0]).roughness(), 0.5);
        assert_eq!(rung(&[2.0, 2.0]).roughness(), 0.0);
        assert_eq!(rung(&[2.0, 3.0]).roughness(), f64::INFINITY);
    }
}
