//! `training`: the recipe's own first steps, as the spec declares them.
//!
//! Steps are bought in blocks. The run ends as soon as the loss on a fixed sample has clearly
//! fallen, and goes on to the recipe's own length (within a bound) only while it has not.

use super::bench::{Bench, evaluate, observe, scalars};
use super::epochs::Epochs;
use super::evidence::{SampleLoss, StepUpdate, TrainingEvidence, UpdateEvidence};
use super::measure::is_single;
use super::{Progress, initial, outcome, references};
use crate::device::DeviceFailure;
use crate::training::{Batches, Trainer, UpdateProbe, Updates};

/// How long to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingPlan {
    /// Steps of the first look; more are taken only while the loss has not fallen enough.
    pub steps: usize,
    /// Steps at most, whatever the recipe declares.
    pub at_most: usize,
    /// Relative fall of the sample's loss that is enough.
    pub enough: f64,
}

/// Steps between two looks at the sample's loss.
const BLOCK: usize = 20;

/// Every so many steps, and in the first two, the update of each tensor is measured.
const UPDATE_INTERVAL: usize = 10;

/// Runs the experiment.
///
/// # Errors
///
/// When the test device fails.
pub fn run(
    bench: &Bench,
    plan: &TrainingPlan,
    progress: Progress<'_>,
) -> Result<TrainingEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let recipe = &subject.spec.training;
    let declared_steps = subject.declared_steps();
    let sample = subject.sample(initial::EXAMPLES);
    let asked = &subject.spec.loss;
    let constant_loss = references::constant(subject, asked, &sample);
    let place = &bench.test;

    let model = bench.model(place);
    let held_out = outcome::held_out(bench, &model)?;
    let recipe_updates = Updates::of_recipe(recipe, declared_steps, &model);
    let loss = subject.spec.loss.clone();
    let mut trainer =
        Trainer::new(subject, model, place.clone(), recipe_updates, loss, recipe.seed);
    let mut batches =
        Batches::new(subject.training_examples(), recipe.examples_per_step(), recipe.seed);
    let mut augmenter = subject.augmenter();
    let mut probe = UpdateProbe::default();
    let mut losses = Vec::new();
    let mut sample_losses = vec![SampleLoss {
        step: 0,
        loss: evaluate(subject, asked, trainer.model(), &sample, place)?,
    }];

    let mut epochs = Epochs::new(subject);
    let longest = declared_steps.min(plan.at_most.max(plan.steps));
    let first_look = declared_steps.min(plan.steps);
    while trainer.steps() < longest && epochs.stopped().is_none() {
        let until = if trainer.steps() < first_look { first_look } else { longest };
        let block_end = until.min(trainer.steps() + BLOCK);
        while trainer.steps() < block_end && epochs.stopped().is_none() {
            let part = epochs.until_look(trainer.steps()).min(block_end - trainer.steps());
            let mut block = Vec::new();
            for indices in batches.by_ref().take(part) {
                let step = trainer.steps() + 1;
                let measured = step <= 2 || step.is_multiple_of(UPDATE_INTERVAL);
                let mut step_batches: Vec<_> =
                    indices.chunks(*recipe.batch_size).map(|part| subject.batch(part)).collect();
                if let Some(augmenter) = &mut augmenter {
                    step_batches.iter_mut().for_each(|batch| batch.augment(augmenter));
                }
                block.push(trainer.step(&step_batches, true, measured.then_some(&mut probe)));
                epochs.saw(indices.len());
            }
            let block = scalars(block)?;
            epochs.look(&block, &mut trainer, subject, place)?;
            losses.extend(block);
        }
        let loss = evaluate(subject, asked, trainer.model(), &sample, place)?;
        sample_losses.push(SampleLoss { step: trainer.steps(), loss });
        progress("training", trainer.steps(), longest, losses.last().copied());

        let finite = losses.iter().all(|loss| is_single(*loss)) && is_single(loss);
        let looked = trainer.steps() >= first_look;
        if !finite || looked && fall(&sample_losses, constant_loss) >= plan.enough {
            break;
        }
    }

    Ok(TrainingEvidence {
        steps: trainer.steps(),
        declared_steps,
        losses,
        sample_losses,
        constant_loss,
        stopped_early: epochs.into_stopped(),
        updates: updates(probe)?,
        activations: observe(subject, trainer.model(), &sample, place)?,
        outcome: outcome::look(bench, &trainer, &sample, held_out)?,
    })
}

/// How far the sample's loss has fallen, relative to where it was or to the best constant
/// predictor (where one is known), whichever is lower: a model that only learns to guess has not
/// learned.
pub fn fall(sample_losses: &[SampleLoss], constant_loss: Option<f64>) -> f64 {
    let (Some(first), Some(last)) = (sample_losses.first(), sample_losses.last()) else {
        return 0.0;
    };
    let start = constant_loss.map_or(first.loss, |constant| first.loss.min(constant));
    (start - last.loss) / start.abs().max(f64::MIN_POSITIVE)
}

/// Fetches all measured updates in one transfer and sorts them by tensor.
pub(super) fn updates(probe: UpdateProbe) -> Result<Vec<UpdateEvidence>, DeviceFailure> {
    let UpdateProbe { paths, ranks, measured, steps } = probe;
    let numbers = scalars(measured.into_iter().flatten().collect())?;
    let tensors = paths.len();
    let by_tensor = paths.into_iter().zip(ranks).enumerate().map(|(index, (tensor, rank))| {
        let steps = steps.iter().enumerate().map(|(row, step)| {
            let at = 3 * (row * tensors + index);
            StepUpdate {
                step: *step,
                update_norm: numbers[at],
                weight_norm: numbers[at + 1],
                largest: numbers[at + 2],
            }
        });
        UpdateEvidence { tensor, rank, steps: steps.collect() }
    });
    Ok(by_tensor.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(first: f64, last: f64) -> Vec<SampleLoss> {
        vec![SampleLoss { step: 0, loss: first }, SampleLoss { step: 20, loss: last }]
    }

    #[test]
    fn a_fall_is_relative_to_the_start() {
        assert!((fall(&losses(2.0, 1.5), Some(4.0)) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn learning_to_guess_is_no_fall() {
        assert!(fall(&losses(5.0, 2.3), Some(2.3)) <= 0.0);
    }

    #[test]
    fn a_rise_is_a_negative_fall() {
        assert!(fall(&losses(2.0, 3.0), Some(2.3)) < 0.0);
    }
}
