//! The epochs of a training, for whatever looks at their losses: schedules and early stopping.
//!
//! Losses are read back once per epoch, and only where something looks at them.

use super::bench::scalars;
use super::evidence::EarlyStop;
use crate::device::{DeviceFailure, Place};
use crate::model::Model;
use crate::objective;
use crate::spec::StoppingMetric;
use crate::subject::Subject;
use crate::training::{Patience, Trainer};

/// How far the running epoch is, and what was seen of it.
pub struct Epochs {
    /// Steps of one epoch; none where nothing looks at epochs.
    length: Option<usize>,
    patience: Option<(StoppingMetric, Patience)>,
    /// Losses of the running epoch, in the order of its steps, and how many examples each is of.
    losses: Vec<f64>,
    sizes: Vec<usize>,
    epoch: usize,
    stopped: Option<EarlyStop>,
}

impl Epochs {
    pub fn new(subject: &Subject) -> Self {
        let recipe = &subject.spec.training;
        let stopping = recipe.early_stopping.as_ref();
        Self {
            length: recipe.watches_epochs().then(|| subject.steps_per_epoch().max(1)),
            patience: stopping.map(|stopping| (*stopping.metric, Patience::new(stopping))),
            losses: Vec::new(),
            sizes: Vec::new(),
            epoch: 0,
            stopped: None,
        }
    }

    /// Steps until the next look, after so many.
    pub fn until_look(&self, steps: usize) -> usize {
        self.length.map_or(usize::MAX, |length| length - steps % length)
    }

    /// A step has seen so many examples.
    pub fn saw(&mut self, examples: usize) {
        if self.length.is_some() {
            self.sizes.push(examples);
        }
    }

    /// Takes the losses of the last steps; at the end of an epoch schedules and early stopping are
    /// told.
    ///
    /// # Errors
    ///
    /// When the device that computes the validation loss fails.
    pub fn look(
        &mut self,
        losses: &[f64],
        trainer: &mut Trainer<'_>,
        subject: &Subject,
        place: &Place,
    ) -> Result<(), DeviceFailure> {
        let Some(length) = self.length else { return Ok(()) };
        self.losses.extend(losses);
        if self.losses.len() < length {
            return Ok(());
        }
        self.epoch += 1;
        let training = mean(self.losses.drain(..).zip(self.sizes.drain(..)));
        trainer.observe_epoch(training);
        let Some((metric, patience)) = &mut self.patience else { return Ok(()) };
        let loss = match metric {
            StoppingMetric::Training => training,
            StoppingMetric::Validation => {
                let all = subject.validation_examples();
                validation_loss(subject, trainer.model(), place, all)?
            }
        };
        if patience.is_out_after(loss) {
            self.stopped = Some(EarlyStop {
                epoch: self.epoch,
                step: trainer.steps(),
                metric: metric.term(),
                loss,
                best: patience.best(),
            });
        }
        Ok(())
    }

    pub fn stopped(&self) -> Option<&EarlyStop> {
        self.stopped.as_ref()
    }

    pub fn into_stopped(self) -> Option<EarlyStop> {
        self.stopped
    }
}

/// The mean of losses, each weighted by its examples.
fn mean(losses: impl Iterator<Item = (f64, usize)>) -> f64 {
    let (sum, examples) = losses.fold((0.0, 0), |(sum, examples), (loss, size)| {
        (sum + loss * size as f64, examples + size)
    });
    sum / examples.max(1) as f64
}

/// The loss of the validation part's first examples, without regularization, as the network is used:
/// dropout off and running statistics.
///
/// # Errors
///
/// When the device fails.
pub fn validation_loss(
    subject: &Subject,
    model: &Model,
    place: &Place,
    examples: usize,
) -> Result<f64, DeviceFailure> {
    let model = subject.in_use(model);
    let indices: Vec<usize> = (0..examples).collect();
    let parts: Vec<&[usize]> = indices.chunks(*subject.spec.training.batch_size).collect();
    let losses = parts.iter().map(|part| {
        let batch = subject.validation_batch(part);
        let inputs = batch.inputs(place);
        objective::evaluate(
            subject,
            &subject.spec.loss,
            &model,
            &batch,
            inputs,
            place,
            &mut subject.pass_in_use(),
        )
        .loss
    });
    let losses = scalars(losses.collect())?;
    Ok(mean(losses.into_iter().zip(parts.iter().map(|part| part.len()))))
}
