//! The recipe's steps and nothing else: what the cost of experiments is held against. It measures only
//! the losses that a training shows anyway.

use super::bench::{Bench, scalars};
use crate::device::DeviceFailure;
use crate::training::{Batches, Trainer, Updates};

/// Trains for that many steps, or as many as are declared, and gives their losses.
///
/// # Errors
///
/// When the test device fails.
pub fn run(bench: &Bench, steps: Option<usize>) -> Result<Vec<f64>, DeviceFailure> {
    let subject = &bench.subject;
    let recipe = &subject.spec.training;
    let declared = subject.declared_steps();
    let model = bench.model(&bench.test);
    let updates = Updates::of_recipe(recipe, declared, &model);
    let loss = subject.spec.loss.clone();
    let mut trainer = Trainer::new(subject, model, bench.test.clone(), updates, loss, recipe.seed);
    let batches =
        Batches::new(subject.training_examples(), recipe.examples_per_step(), recipe.seed);
    let mut augmenter = subject.augmenter();
    let mut losses = Vec::new();
    for indices in batches.take(steps.unwrap_or(declared)) {
        let mut step_batches: Vec<_> =
            indices.chunks(*recipe.batch_size).map(|part| subject.batch(part)).collect();
        if let Some(augmenter) = &mut augmenter {
            step_batches.iter_mut().for_each(|batch| batch.augment(augmenter));
        }
        losses.push(trainer.step(&step_batches, true, None));
    }
    scalars(losses)
}
