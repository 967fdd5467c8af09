//! `overfit`: can the model learn a few fixed examples by heart?
//!
//! The model is judged and not the recipe: dropout and regularization are off, and the tool
//! chooses the optimizer, Adam at the best of several rates. Further rates and seeds are bought
//! only when the first attempt fails.
//!
//! Small models run on the reference device: a step of a small network costs 5 ms of launches on a
//! software GPU and 0.1 ms there, and what the test device itself does wrong is seen by the other
//! experiments. Where the line is drawn depends on the model alone, so that the same spec is
//! measured in the same way on every machine.

use super::accuracy::accuracy;
use super::bench::{Bench, evaluate, run as run_untracked, scalar, scalars};
use super::due::Due;
use super::ends::{self, EndEvidence};
use super::evidence::{LossBounds, OverfitAttempt, OverfitEvidence, TermEnd};
use super::recall::{self, RecallEvidence};
use super::{Progress, references};
use crate::data::Targets;
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, Pass};
use crate::objective::Evaluated;
use crate::registry::Term;
use crate::spec::{LossSpec, LossTerm};
use crate::subject::{Batch, Subject};
use crate::training::{Trainer, Updates};

/// Rates of Adam, in the order in which they are tried. Of one-batch fits of healthy programs the
/// tail is sensitive to the rate (notes on calibration: 0.30–0.64 of the constant's loss at 1e-2
/// is 0.005–0.18 at 1e-3), so the best of several counts.
pub const LEARNING_RATES: [f64; 4] = [1e-2, 3e-3, 3e-2, 1e-3];

/// Seeds that are tried before a model is said not to overfit.
pub const SEEDS: u64 = 3;

/// Steps between two looks at the loss.
const BLOCK: usize = 10;

/// Held-out examples that are looked at when the others are learned.
const HELD_OUT: usize = 64;

/// What is to be learned, and when it counts as learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverfitPlan {
    pub examples: usize,
    pub steps: usize,
    /// Upper bound of the final loss. When absent it is derived from floor and constant predictor,
    /// or from the initial loss where these are unknown.
    pub loss: Option<f64>,
    /// Lower bound of the accuracy (classes only). When absent it is derived, as `due.rs` has it.
    pub accuracy: Option<f64>,
}

/// The final loss that counts as learned when the spec sets no bound: 5 % of the way from the
/// floor up to the constant predictor.
pub const LEARNED_SHARE: f64 = 0.05;

/// The fall of a Rust model's own loss, relative to its size at the start, that counts as learned.
/// Its floor is unknown: a divergence or a likelihood may stay far from 0 in a healthy model. What
/// cannot bring it down by a tenth on a few fixed examples does not learn.
pub const OWN_FALL: f64 = 0.1;

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    plan: &OverfitPlan,
    progress: Progress<'_>,
) -> Result<OverfitEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let loss = references::to_learn(&subject.spec.loss);
    let answers = |term: &LossTerm| Some(subject.dataset()?.answers(&term.compared)?.train);
    let indices = match loss.terms.iter().find_map(answers) {
        Some(targets) => choose(targets, plan.examples),
        None => (0..subject.training_examples().min(plan.examples)).collect(),
    };
    let batch = subject.batch(&indices);
    let bounds = references::bounds(subject, &loss, &batch);
    let of_terms = references::bounds_of_terms(subject, &loss, &batch);
    let derived =
        bounds.map(|LossBounds { floor, constant }| floor + LEARNED_SHARE * (constant - floor));
    let bound = plan.loss.or(derived);
    // Whoever asks for less has less asked of the answers, too.
    let left = bounds.zip(plan.loss).map_or(0.0, |(bounds, loss)| bounds.share_left(loss));
    let due = Due { accuracy: plan.accuracy, left: LEARNED_SHARE.max(left) };
    let answers = |term: &LossTerm| references::right_answers(subject, term, &batch);
    let due_accuracy =
        loss.terms.iter().filter_map(answers).map(|answers| due.share(answers)).fold(1.0, f64::min);
    let mut evidence = OverfitEvidence {
        examples: batch.size(),
        bounds,
        due_accuracy,
        attempts: Vec::new(),
        recall: None,
        ends: Vec::new(),
    };

    let (mut learned, mut failed) = (0, 0);
    for seed in (0..SEEDS).map(|offset| subject.spec.training.seed.wrapping_add(offset)) {
        let task = Task {
            batch: &batch,
            loss: &loss,
            bound,
            of_terms: &of_terms,
            plan,
            due,
            due_accuracy,
        };
        let succeeded = try_seed(bench, &task, seed, &mut evidence, &mut *progress)?;
        *(if succeeded { &mut learned } else { &mut failed }) += 1;
        // Certain: learned at the first try, or two seeds of three agree.
        if learned > failed || failed >= 2 || learned >= 2 {
            break;
        }
    }
    Ok(evidence)
}

/// Tries the rates one after the other; whether one of them learned.
fn try_seed(
    bench: &Bench,
    task: &Task<'_>,
    seed: u64,
    evidence: &mut OverfitEvidence,
    progress: Progress<'_>,
) -> Result<bool, DeviceFailure> {
    for learning_rate in LEARNING_RATES {
        let place = match is_small(bench, task.batch.size()) {
            true => bench.home(),
            false => &bench.test,
        };
        let model = bench.model_of_seed(place, seed)?.quiet();
        let Attempted { attempt, recall, ends } =
            attempt(&bench.subject, model, place, task, (seed, learning_rate), &mut *progress)?;
        let succeeded = attempt.succeeded;
        let lowest =
            evidence.attempts.iter().map(|before| before.final_loss).fold(f64::INFINITY, f64::min);
        if succeeded || attempt.final_loss < lowest {
            evidence.ends = ends;
        }
        evidence.attempts.push(attempt);
        if succeeded {
            evidence.recall = recall;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Multiply-adds of a forward pass up to which a step on the reference device takes some
/// milliseconds at most.
const SMALL: usize = 20_000_000;

/// Whether a forward pass over so many examples is small. What a Rust model does with its numbers is
/// unknown: at most, each is used once per position of its input, the pixels of an image.
pub(super) fn is_small(bench: &Bench, examples: usize) -> bool {
    let subject = &bench.subject;
    let Some(plan) = subject.declared() else {
        let parameters: usize =
            bench.weights.tensors.iter().map(|tensor| tensor.values.len()).sum();
        let positions = match subject.input_shape() {
            [] | [_] => 1,
            [_, positions @ ..] => positions.iter().product(),
        };
        return parameters.saturating_mul(positions).saturating_mul(examples) <= SMALL;
    };
    // The optimizer's step is work, too: it moves each number.
    let work = plan.multiply_adds().saturating_mul(examples);
    work.saturating_add(plan.parameters()) <= SMALL
}

/// What all attempts are to do.
struct Task<'a> {
    batch: &'a Batch,
    /// What is to be learned.
    loss: &'a LossSpec,
    /// The loss that counts as learned, where it is known beforehand.
    bound: Option<f64>,
    /// Where each of several terms may end, as far as that is known.
    of_terms: &'a [Option<LossBounds>],
    plan: &'a OverfitPlan,
    /// What is then asked of the answers.
    due: Due,
    /// The share of right ones that is due; of several terms, the lowest.
    due_accuracy: f64,
}

/// An attempt, and what the model says at its end.
struct Attempted {
    attempt: OverfitAttempt,
    /// Where it succeeded.
    recall: Option<RecallEvidence>,
    ends: Vec<EndEvidence>,
}

fn attempt(
    subject: &Subject,
    model: Model,
    place: &Place,
    task: &Task<'_>,
    (seed, learning_rate): (u64, f64),
    progress: Progress<'_>,
) -> Result<Attempted, DeviceFailure> {
    let Task { batch, loss, plan, .. } = *task;
    let updates = Updates::adam(learning_rate);
    let mut trainer = Trainer::new(subject, model, place.clone(), updates, loss.clone(), seed);
    let initial_loss = evaluate(subject, loss, trainer.model(), batch, place)?;
    let bound = task.bound.unwrap_or(initial_loss - OWN_FALL * initial_loss.abs());
    // What counted as learned first, and the answers that came nearest to what is due since.
    let mut learned: Option<(OverfitAttempt, RecallEvidence)> = None;
    loop {
        let block = BLOCK.min(plan.steps - trainer.steps());
        let only = std::slice::from_ref(batch);
        let losses = (0..block).map(|_| trainer.step(only, false, None)).collect();
        let losses = scalars(losses)?;
        let last = losses.last().copied().unwrap_or(initial_loss);
        progress("overfitting", trainer.steps(), plan.steps, Some(last));

        let exhausted = trainer.steps() >= plan.steps || !last.is_finite();
        // The loss before the last step tells when a look at the whole is worth its price.
        if !exhausted && learned.is_none() && last > bound {
            continue;
        }
        let pass = &mut Pass::plain();
        let mut found = run_untracked(subject, loss, trainer.model(), batch, place, pass);
        let worst = worst_term(std::mem::take(&mut found.terms), task.of_terms)?;
        let final_loss = scalar(found.loss.clone())?;
        let accuracy = share_of_right(&found, loss, batch)?;
        // A loss that the spec gives is the whole one.
        let left = worst.as_ref().filter(|_| plan.loss.is_none());
        let all_learned =
            left.is_none_or(|term| term.bounds.share_left(term.loss) <= LEARNED_SHARE);
        let succeeded = final_loss <= bound
            && all_learned
            && accuracy.is_none_or(|accuracy| accuracy >= task.due_accuracy);
        let attempt = || OverfitAttempt {
            seed,
            learning_rate,
            steps: trainer.steps(),
            initial_loss,
            final_loss,
            accuracy,
            worst: worst.clone(),
            succeeded,
        };
        if !succeeded && learned.is_none() {
            match exhausted {
                true => {
                    let ends = ends::of(&found, loss, batch)?;
                    return Ok(Attempted { attempt: attempt(), recall: None, ends });
                }
                false => continue,
            }
        }
        let now = recall::of(subject, &found, loss, batch, task.due)?;
        let (attempt, said) = match learned.take() {
            None => (attempt(), now),
            Some((attempt, before)) if now.excess() < before.excess() => (attempt, now),
            Some((attempt, before)) => (attempt, before),
        };
        // The rest is asked of the answers alone: what the loss weighs little takes longer.
        if said.is_complete() || exhausted {
            let held_out = held_out(subject, trainer.model(), loss, place)?;
            let recall = Some(RecallEvidence { held_out, ..said });
            return Ok(Attempted { attempt, recall, ends: ends::of(&found, loss, batch)? });
        }
        learned = Some((attempt, said));
    }
}

/// The share of right answers on held-out examples, in the mode in which the others were learned: running
/// statistics are far behind after so few steps.
fn held_out(
    subject: &Subject,
    model: &Model,
    loss: &LossSpec,
    place: &Place,
) -> Result<Option<(f64, usize)>, DeviceFailure> {
    let examples = subject.validation_examples().min(HELD_OUT);
    if examples == 0 {
        return Ok(None);
    }
    let batch = subject.validation_batch(&(0..examples).collect::<Vec<_>>());
    let found = run_untracked(subject, loss, model, &batch, place, &mut Pass::plain());
    Ok(share_of_right(&found, loss, &batch)?.map(|share| (share, examples)))
}

/// The examples to learn: the first ones of each class in turn, so that few examples already hold
/// several classes; for all other targets simply the first ones.
pub(super) fn choose(targets: &Targets, count: usize) -> Vec<usize> {
    let Targets::Classes(classes) = targets else {
        return (0..targets.len().min(count)).collect();
    };
    let mut seen = vec![0usize; classes.iter().max().map_or(0, |highest| highest + 1)];
    let mut order: Vec<(usize, usize)> = classes
        .iter()
        .enumerate()
        .map(|(index, class)| {
            seen[*class] += 1;
            (seen[*class], index)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().take(count).map(|(_, index)| index).collect()
}

/// The term that is furthest from its floor, of those whose floor is known.
fn worst_term(
    terms: Vec<Term>,
    bounds: &[Option<LossBounds>],
) -> Result<Option<TermEnd>, DeviceFailure> {
    let (names, values): (Vec<String>, Vec<_>) =
        terms.into_iter().map(|term| (term.name, term.value)).unzip();
    let ends = names.into_iter().zip(scalars(values)?).zip(bounds);
    let ends = ends.filter_map(|((name, loss), bounds)| {
        let bounds = (*bounds)?;
        Some(TermEnd { name, loss, bounds })
    });
    let left = |term: &TermEnd| term.bounds.share_left(term.loss);
    Ok(ends.max_by(|a, b| left(a).total_cmp(&left(b))))
}

/// The share of right answers of the model as it is; of several terms, that of the one with the most
/// wrong ones.
fn share_of_right(
    found: &Evaluated,
    loss: &LossSpec,
    batch: &Batch,
) -> Result<Option<f64>, DeviceFailure> {
    let mut least: Option<f64> = None;
    for term in &loss.terms {
        let (Some(output), Some(targets)) = (found.output(term), batch.targets(&term.compared))
        else {
            continue;
        };
        if let Some(share) = accuracy(&term.kind, output.clone(), targets)? {
            least = Some(least.map_or(share, |least| least.min(share)));
        }
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_examples_hold_several_classes() {
        let targets = Targets::Classes(vec![0, 0, 0, 1, 2, 1]);
        assert_eq!(choose(&targets, 3), [0, 3, 4]);
    }

    #[test]
    fn no_more_examples_are_chosen_than_there_are() {
        assert_eq!(choose(&Targets::Values(vec![0.5, 1.5]), 16), [0, 1]);
    }
}
