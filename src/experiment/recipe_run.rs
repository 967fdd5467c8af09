//! The recipe on its way: its model, its batches and its updates, at a multiple of its rates.
//!
//! What watches the losses of epochs is not told of any: these runs are shorter than an epoch or two.

use burn::tensor::Tensor;

use super::bench::Bench;
use crate::data::Augmenter;
use crate::device::Place;
use crate::model::Model;
use crate::subject::{Batch, Subject};
use crate::training::{Batches, Trainer, Updates};

/// A run of the recipe.
pub(super) struct RecipeRun<'a> {
    subject: &'a Subject,
    trainer: Trainer<'a>,
    batches: Batches,
    augmenter: Option<Augmenter>,
}

impl<'a> RecipeRun<'a> {
    /// Before its first step, with the subject's initial weights; all learning rates are the recipe's
    /// times `multiple`.
    pub fn new(bench: &'a Bench, place: &Place, multiple: f64) -> Self {
        let (subject, recipe) = (&bench.subject, &bench.subject.spec.training);
        let model = bench.model(place);
        let updates =
            Updates::of_recipe(recipe, subject.declared_steps(), &model).at_multiple(multiple);
        let loss = subject.spec.loss.clone();
        Self {
            subject,
            trainer: Trainer::new(subject, model, place.clone(), updates, loss, recipe.seed),
            batches: Batches::new(
                subject.training_examples(),
                recipe.examples_per_step(),
                recipe.seed,
            ),
            augmenter: subject.augmenter(),
        }
    }

    /// The batches of the next step, whose gradients it averages.
    pub fn next_batches(&mut self) -> Vec<Batch> {
        let indices = self.batches.next().expect("batches never end");
        let parts = indices.chunks(*self.subject.spec.training.batch_size);
        let mut batches: Vec<Batch> = parts.map(|part| self.subject.batch(part)).collect();
        if let Some(augmenter) = &mut self.augmenter {
            batches.iter_mut().for_each(|batch| batch.augment(augmenter));
        }
        batches
    }

    /// Takes the next step; gives the loss before it, still on the device.
    pub fn step(&mut self) -> Tensor<1> {
        let batches = self.next_batches();
        self.trainer.step(&batches, true, None)
    }

    pub fn trainer(&self) -> &Trainer<'a> {
        &self.trainer
    }

    pub fn trainer_mut(&mut self) -> &mut Trainer<'a> {
        &mut self.trainer
    }

    pub fn into_model(self) -> Model {
        self.trainer.into_model()
    }
}
