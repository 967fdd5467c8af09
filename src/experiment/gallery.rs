//! `gallery`: what pictures show of a spec beyond what properties read: examples as the model gets them,
//! a longer training by the recipe, and the model before and behind it, number by number.
//!
//! No property needs it, so no run of tests pays for it. All of it is sampled: so many examples, units and
//! channels as somebody looks at.

mod answers;
mod data;
mod filters;
mod histogram;
mod look;
#[cfg(test)]
mod tests;

use super::bench::{Bench, evaluate_quietly, scalars};
use super::evidence::{LossBounds, UpdateEvidence};
use super::recipe_run::RecipeRun;
use super::{Progress, initial, overfit, references, training};
use crate::device::DeviceFailure;
use crate::model::{Model, Weights};
use crate::subject::{Batch, Subject};
use crate::training::{Trainer, UpdateProbe, Updates};

pub use answers::{Answers, GivenExample, Predictions};
pub use data::{DataGallery, Form, ShownAnswer, ShownExample, TargetSpread};
pub use filters::{FilterGallery, UnitFilter};
pub use histogram::Histogram;
pub use look::{ActivationMaps, ClassMaps, LayerLook, ModelLook, TensorLook};

/// What is asked of the gallery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GalleryPlan {
    /// Steps of the recipe at most; without it `STEPS`.
    pub steps: Option<usize>,
}

/// Steps of the recipe that are enough to see where it goes: ten times the first look of `learns`, and
/// about a second of a small model.
pub const STEPS: usize = 400;

/// Steps of learning the shown examples by heart: half of what `overfits_batch` may take.
const OVERFIT_STEPS: usize = 150;

/// How often the losses of whole parts are looked at, and updates measured.
const LOOKS: usize = 20;
const UPDATES: usize = 40;

/// What was gathered.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryEvidence {
    /// Steps taken, and the steps that the recipe declares.
    pub steps: usize,
    pub declared_steps: usize,
    /// None where the model brings its own examples.
    pub data: Option<DataGallery>,
    /// Before the first step and behind the last one.
    pub start: ModelLook,
    pub end: ModelLook,
    /// Minibatch loss before each step, regularization included.
    pub losses: Vec<f64>,
    /// Losses of the model as it is used, after so many steps.
    pub looks: Vec<LossLook>,
    /// The learning rate of each step, but for those of parameter groups.
    pub rates: Vec<f64>,
    pub updates: Vec<UpdateEvidence>,
    pub by_heart: ByHeart,
    pub filters: Option<FilterGallery>,
    /// None where the loss is the model's own.
    pub predictions: Option<Predictions>,
}

/// Losses of the model as it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossLook {
    pub step: usize,
    /// On a sample of the training part.
    pub training: f64,
    /// On held-out examples, where there are some.
    pub validation: Option<f64>,
}

/// Learning the shown examples by heart.
#[derive(Debug, Clone, PartialEq)]
pub struct ByHeart {
    pub examples: usize,
    pub learning_rate: f64,
    /// Before each step.
    pub losses: Vec<f64>,
    pub bounds: Option<LossBounds>,
}

/// Runs the experiment. `rate` is Adam's in learning by heart.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    plan: GalleryPlan,
    rate: Option<f64>,
    progress: Progress<'_>,
) -> Result<GalleryEvidence, DeviceFailure> {
    let (subject, place) = (&bench.subject, &bench.test);
    let shown = data::choose(subject);
    let sample = look::sample(subject, &shown);
    let model = bench.model(place);
    let start = look::look(subject, model.clone(), place, &sample, shown.len())?;
    let start_weights = Weights::read(&model)?;

    let declared_steps = subject.declared_steps();
    let steps = declared_steps.min(plan.steps.unwrap_or(STEPS));
    let trained = train(bench, &sample, steps, progress)?;
    let end = look::look(subject, trained.model.clone(), place, &sample, shown.len())?;
    let end_weights = Weights::read(&trained.model)?;
    Ok(GalleryEvidence {
        steps: trained.losses.len(),
        declared_steps,
        data: subject.dataset().map(|dataset| data::gallery(subject, dataset, &shown)),
        start,
        end,
        by_heart: by_heart(bench, &shown, rate.unwrap_or(overfit::LEARNING_RATES[0]))?,
        filters: filters::of(&bench.facts(), &start_weights, &end_weights),
        predictions: answers::predictions(subject, &trained.model, place)?,
        losses: trained.losses,
        looks: trained.looks,
        rates: trained.rates,
        updates: trained.updates,
    })
}

/// A training of the recipe.
struct Trained {
    model: Model,
    losses: Vec<f64>,
    looks: Vec<LossLook>,
    rates: Vec<f64>,
    updates: Vec<UpdateEvidence>,
}

/// Takes steps by the recipe; fewer where a loss is no number any more.
fn train(
    bench: &Bench,
    sample: &Batch,
    steps: usize,
    progress: Progress<'_>,
) -> Result<Trained, DeviceFailure> {
    let mut run = RecipeRun::new(bench, &bench.test, 1.0);
    let mut probe = UpdateProbe::default();
    let mut losses = Vec::new();
    let mut looks = vec![look_at_losses(bench, run.trainer(), sample)?];
    let (block, interval) = (steps.div_ceil(LOOKS).max(1), steps.div_ceil(UPDATES).max(1));
    while losses.len() < steps && losses.iter().all(|loss: &f64| loss.is_finite()) {
        let taken = losses.len();
        let mut found = Vec::new();
        for step in taken..steps.min(taken + block) {
            let batches = run.next_batches();
            let probe = step.is_multiple_of(interval).then_some(&mut probe);
            found.push(run.trainer_mut().step(&batches, true, probe));
        }
        losses.extend(scalars(found)?);
        looks.push(look_at_losses(bench, run.trainer(), sample)?);
        progress("training for pictures", losses.len(), steps, losses.last().copied());
    }
    let rates = run.trainer().updates().rates().to_vec();
    let updates = training::updates(probe)?;
    Ok(Trained { model: run.into_model(), losses, looks, rates, updates })
}

fn look_at_losses(
    bench: &Bench,
    trainer: &Trainer<'_>,
    sample: &Batch,
) -> Result<LossLook, DeviceFailure> {
    let (subject, place) = (&bench.subject, &bench.test);
    let used = subject.in_use(trainer.model());
    let loss = |batch: &Batch| match own_step(subject) {
        // A training step of the model's own needs a graph, which a model in use does not have.
        true => Ok(f64::NAN),
        false => evaluate_quietly(subject, &used, batch, place),
    };
    let held_out = subject.validation_examples().min(initial::EXAMPLES);
    let validation = (held_out > 0)
        .then(|| loss(&subject.validation_batch(&(0..held_out).collect::<Vec<_>>())))
        .transpose()?;
    Ok(LossLook { step: trainer.steps(), training: loss(sample)?, validation })
}

fn own_step(subject: &Subject) -> bool {
    subject.rust().is_some_and(|plan| plan.steps())
}

/// Learns the shown examples as `overfits_batch` does, to see on what way.
fn by_heart(bench: &Bench, shown: &[usize], rate: f64) -> Result<ByHeart, DeviceFailure> {
    let subject = &bench.subject;
    let place = match overfit::is_small(bench, shown.len()) {
        true => bench.home(),
        false => &bench.test,
    };
    let loss = references::to_learn(&subject.spec.loss);
    let batch = subject.batch(shown);
    let bounds = references::bounds(subject, &loss, &batch);
    let (model, seed) = (bench.model(place).quiet(), subject.spec.training.seed);
    let mut trainer = Trainer::new(subject, model, place.clone(), Updates::adam(rate), loss, seed);
    let only = std::slice::from_ref(&batch);
    let losses = (0..OVERFIT_STEPS).map(|_| trainer.step(only, false, None)).collect();
    Ok(ByHeart { examples: shown.len(), learning_rate: rate, losses: scalars(losses)?, bounds })
}
