//! `replays`: the same again in another way: the same steps twice, a batch in two parts, a model that was
//! saved and loaded.
//!
//! The steps run on the test device, since it is what must repeat itself; the rest runs where weights
//! are drawn, mostly in 64 bits.

use burn::module::Module;
use serde::Serialize;

use super::backward::backward;
use super::bench::Bench;
use super::measure;
use super::recipe_run::RecipeRun;
use super::relations::{Stage, is_normalized_over_batch};
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, NamedGradient, Pass, Weights};
use crate::weights::saved_and_loaded;

/// Steps that are taken twice.
const STEPS: usize = 3;
/// Examples of the batch that is taken in two parts.
const EXAMPLES: usize = 16;
/// Of the module into which weights are loaded: none of its own numbers may be left.
const OTHER_SEED: u64 = 0x5eed;

/// What came out of doing the same in another way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplaysEvidence {
    pub steps: usize,
    /// The tensor that differs most after the same steps twice, if one does.
    pub again: Option<Differing>,
    /// The largest |weight| after them.
    pub largest_weight: f64,
    /// The gradient that differs most between a batch and the mean of its halves, or why that is not
    /// asked.
    pub halves: Result<HalvesEvidence, &'static str>,
    /// What a model that was saved and loaded gives beside itself, or why it could not be loaded.
    pub reloaded: Result<ReloadedEvidence, String>,
    /// The gradient that differs most where activations are computed again on the way back.
    pub checkpointed: CheckpointedEvidence,
}

/// A gradient with and without checkpointing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckpointedEvidence {
    pub examples: usize,
    /// Of the tensor with the largest error; none where there is no tensor.
    pub tensor: Option<String>,
    /// ‖g(checkpointed) − g‖ / ‖largest gradient‖; infinite where one of both has no gradient.
    pub error: f64,
    /// Unit roundoff of the place.
    pub roundoff: f64,
}

/// A tensor and how far two runs are apart in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differing {
    pub tensor: String,
    /// Largest |difference|; infinite where one of both is no number.
    pub difference: f64,
}

/// A batch and its halves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HalvesEvidence {
    pub examples: usize,
    /// Of the tensor with the largest error.
    pub tensor: String,
    /// ‖g(batch) − (g(first half) + g(second half)) / 2‖ / ‖largest gradient‖.
    pub error: f64,
    /// g(batch) over the mean of the halves, on that tensor: 2 where the loss is a sum.
    pub ratio: f64,
    /// Unit roundoff of the place.
    pub roundoff: f64,
}

/// A model that was saved and loaded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReloadedEvidence {
    pub bytes: usize,
    /// The tensor that differs most, if one does.
    pub tensor: Option<Differing>,
    /// Largest |difference| of the outputs; unknown where the model gives none.
    pub outputs: Option<f64>,
}

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(bench: &Bench) -> Result<ReplaysEvidence, DeviceFailure> {
    let first = Weights::read(&trained(bench, &bench.test).valid())?;
    let second = Weights::read(&trained(bench, &bench.test).valid())?;
    let numbers = first.tensors.iter().flat_map(|tensor| &tensor.values);
    Ok(ReplaysEvidence {
        steps: STEPS,
        again: most_different(&first, &second),
        largest_weight: numbers.fold(0.0, |largest, number| largest.max(number.abs())),
        halves: halves(bench)?,
        reloaded: reloaded(bench)?,
        checkpointed: checkpointed(bench)?,
    })
}

/// The model after the recipe's first steps.
fn trained(bench: &Bench, place: &Place) -> Model {
    let mut run = RecipeRun::new(bench, place, 1.0);
    for _ in 0..STEPS {
        run.step();
    }
    run.into_model()
}

fn most_different(first: &Weights, second: &Weights) -> Option<Differing> {
    let pairs = first.tensors.iter().zip(&second.tensors);
    let differing = pairs.map(|(one, two)| Differing {
        tensor: one.path.clone(),
        difference: largest_difference(&one.values, &two.values),
    });
    differing
        .filter(|differing| differing.difference > 0.0)
        .max_by(|one, two| one.difference.total_cmp(&two.difference))
}

fn largest_difference(one: &[f64], two: &[f64]) -> f64 {
    if one.len() != two.len() {
        return f64::INFINITY;
    }
    let differences = one.iter().zip(two).map(|(a, b)| super::relations::difference(*a, *b));
    differences.fold(0.0, f64::max)
}

fn halves(bench: &Bench) -> Result<Result<HalvesEvidence, &'static str>, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    if is_normalized_over_batch(bench) {
        return Ok(Err("a normalization over the batch makes another function of each part"));
    }
    if subject.rust().is_some_and(|plan| plan.steps()) {
        return Ok(Err("the model's own training step computes the gradient"));
    }
    let half = subject.training_examples().min(EXAMPLES) / 2;
    if half == 0 {
        return Ok(Err("there is one example alone"));
    }
    let gradients = |from: usize, to: usize| {
        let batch = subject.batch(&(from..to).collect::<Vec<_>>());
        backward(bench, place, &batch, Pass::plain()).map(|pass| pass.gradients)
    };
    let whole = gradients(0, 2 * half)?;
    let (first, second) = (gradients(0, half)?, gradients(half, 2 * half)?);
    let largest = whole.iter().map(super::backward::norm_of).fold(0.0, f64::max);
    // The inputs of the halves are others.
    let pairs = whole.iter().zip(first.iter().zip(&second));
    let pairs = pairs.filter(|(whole, _)| whole.path != super::INPUT);
    let errors = pairs.map(|(whole, (one, two))| (whole, apart(whole, one, two)));
    let worst = errors.max_by(|(_, one), (_, two)| one.0.total_cmp(&two.0));
    let Some((tensor, (error, ratio))) = worst else {
        return Ok(Err("the model has no trainable tensor"));
    };
    Ok(Ok(HalvesEvidence {
        examples: 2 * half,
        tensor: tensor.path.clone(),
        error: if largest > 0.0 { error / largest } else { error },
        ratio,
        roundoff: place.unit_roundoff(),
    }))
}

/// How far a gradient and the mean of two others are apart, and the factor between their norms.
fn apart(whole: &NamedGradient, one: &NamedGradient, two: &NamedGradient) -> (f64, f64) {
    let of = |gradient: &NamedGradient| gradient.values.clone().unwrap_or_default();
    let (whole, one, two) = (of(whole), of(one), of(two));
    let mean: Vec<f64> = one.iter().zip(&two).map(|(one, two)| (one + two) / 2.0).collect();
    let difference: Vec<f64> = whole.iter().zip(&mean).map(|(a, b)| a - b).collect();
    (measure::norm(&difference), measure::norm(&whole) / measure::norm(&mean))
}

/// The same gradient twice: with all activations kept, and with those computed again on the way back
/// that Burn's balanced checkpointing does not keep.
fn checkpointed(bench: &Bench) -> Result<CheckpointedEvidence, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    let again = Place { device: place.device.clone().gradient_checkpointing(), ..place.clone() };
    let batch = subject.sample(EXAMPLES);
    let kept = backward(bench, place, &batch, Pass::plain())?.gradients;
    let computed_again = backward(bench, &again, &batch, Pass::plain())?.gradients;
    let largest = kept.iter().map(super::backward::norm_of).fold(0.0, f64::max);
    let errors = kept.iter().zip(&computed_again).map(|(kept, again)| {
        let distance = match (&kept.values, &again.values) {
            (None, None) => 0.0,
            (Some(kept), Some(again)) => {
                let differences = kept.iter().zip(again);
                let differences = differences.map(|(a, b)| super::relations::difference(*a, *b));
                measure::norm(&differences.collect::<Vec<_>>())
            }
            _ => f64::INFINITY,
        };
        (kept.path.clone(), if largest > 0.0 { distance / largest } else { distance })
    });
    let worst = errors.max_by(|one, other| one.1.total_cmp(&other.1));
    let (tensor, error) = worst.map_or((None, 0.0), |(tensor, error)| (Some(tensor), error));
    let (examples, roundoff) = (batch.size(), place.unit_roundoff());
    Ok(CheckpointedEvidence { examples, tensor, error, roundoff })
}

fn reloaded(bench: &Bench) -> Result<Result<ReloadedEvidence, String>, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    // Running statistics are brought up to date on the way: while a model trains, those that a visitor
    // sees are a step behind (burn-core 0.22.1, `RunningState::visit`).
    let model = trained(bench, place).valid();
    place.device.seed(OTHER_SEED);
    let fresh = subject.build(&place.device).valid();
    let (bytes, loaded) = match saved_and_loaded(&model, fresh) {
        Ok(loaded) => loaded,
        Err(reason) => return Ok(Err(reason)),
    };
    let tensor = most_different(&Weights::read(&model)?, &Weights::read(&loaded)?);
    let batch = subject.sample(EXAMPLES);
    let outputs = |model: &Model| Stage { subject, place, model }.outputs(&batch);
    let (before, after) = (outputs(&model)?, outputs(&loaded)?);
    let outputs = before.is_known().then(|| {
        before.largest_difference(&after, |_, _| true).map_or(0.0, |difference| difference.size)
    });
    Ok(Ok(ReloadedEvidence { bytes, tensor, outputs }))
}
