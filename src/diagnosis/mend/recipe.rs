//! Changes of the recipe: rate, schedule, steps, batches, clipping, penalties.

use super::{Case, Mend, measured, written};
use crate::property::text::{percent, short};
use crate::spec::{Clipping, Edit, Length, OptimizerKind, Regularization, Schedule, Spec};

/// A step moves the weights by about this share of their size.
///
/// Source: Karpathy, CS231n, "Ratio of weights:updates".
const USUAL_UPDATE: f64 = 1e-3;
/// Below the highest rate that is stable, by half a decade.
const BELOW_THE_EDGE: f64 = 3.2;
/// A recipe that is long enough for a small network to learn something.
const ENOUGH_STEPS: usize = 200;
/// Masters and Luschi: "Revisiting small batch training for deep neural networks", 2018: 2 to 32.
const USUAL_BATCH: usize = 32;
/// An epsilon beyond it is no longer a guard against a division by 0.
const LARGE_EPSILON: f64 = 1e-3;
/// Loshchilov and Hutter's weight decay, as PyTorch's `AdamW` has it.
const USUAL_DECAY: f64 = 1e-2;
/// The share of the data's gradient that a penalty's may have.
const MILD_PENALTY: f64 = 0.1;
/// Kingma and Ba's rate for Adam.
const USUAL_RATE: f64 = 1e-3;

pub(super) fn lower_rate(case: &Case<'_>) -> Vec<Mend> {
    other_rate(case, "high", 1e-2).into_iter().collect()
}

pub(super) fn higher_rate(case: &Case<'_>) -> Vec<Mend> {
    usual_epsilon(case.spec).into_iter().chain(other_rate(case, "low", 1e2)).collect()
}

/// The rate that is stable, where that was measured; else the one at which steps have their usual size;
/// else so many times the recipe's.
fn other_rate(case: &Case<'_>, too: &str, guess: f64) -> Option<Mend> {
    let rate = *case.spec.training.optimizer.learning_rate;
    let (wanted, why) = match (case.known.stable_rates, case.known.update_ratio) {
        (Some((lowest, highest)), _) => {
            let wanted = (highest / BELOW_THE_EDGE).max(lowest);
            (
                wanted,
                format!("the loss falls with rates from {} to {}", short(lowest), short(highest)),
            )
        }
        (None, Some(ratio)) if usual_in(ratio, too) => {
            let why = format!(
                "a step moves the weights by {} of their size, where a thousandth is usual",
                short(ratio)
            );
            (rate * USUAL_UPDATE / ratio, why)
        }
        _ => (
            rate * guess,
            "what is to be tried first is a hundredth, or a hundred times".to_owned(),
        ),
    };
    let times = (wanted / rate).max(rate / wanted);
    // Two rates so close to each other are the same in practice.
    if !(times > 1.5 && times.is_finite()) {
        return None;
    }
    let too = if case.known.stable_rates.is_none() {
        too
    } else if wanted < rate {
        "high"
    } else {
        "low"
    };
    let reason = format!(
        "the learning rate {} is about {} times too {too}: {why}",
        short(rate),
        written(times)
    );
    Some(Mend::new(reason, vec![rate_of(case.spec, &written(wanted))]))
}

/// Whether the size of the steps says that the rate errs on this side.
fn usual_in(ratio: f64, too: &str) -> bool {
    let times = ratio / USUAL_UPDATE;
    ratio.is_finite() && ratio > 0.0 && if too == "high" { times > 3.0 } else { times < 1.0 / 3.0 }
}

fn rate_of(spec: &Spec, rate: &str) -> Edit {
    let optimizer = spec.training.optimizer.kind.term();
    Edit::set(&format!("training.optimizer.{optimizer}.learning_rate"), rate)
}

fn usual_epsilon(spec: &Spec) -> Option<Mend> {
    let epsilon = match spec.training.optimizer.kind {
        OptimizerKind::Adam { epsilon, .. }
        | OptimizerKind::AdamW { epsilon, .. }
        | OptimizerKind::RmsProp { epsilon, .. }
        | OptimizerKind::AdaGrad { epsilon, .. } => epsilon,
        _ => return None,
    };
    let optimizer = spec.training.optimizer.kind.term();
    let edit = Edit::unset(&format!("training.optimizer.{optimizer}.epsilon"));
    let reason = format!(
        "the epsilon {} stands under every step and makes it that many times smaller; it guards against \
         a division by 0, for which the default is enough",
        short(epsilon)
    );
    (epsilon > LARGE_EPSILON).then(|| Mend::new(reason, vec![edit]))
}

/// Without a schedule, and with a rate that is one to learn with all the time.
pub(super) fn constant_rate(case: &Case<'_>) -> Vec<Mend> {
    let spec = case.spec;
    if matches!(spec.training.schedule.kind.value, Schedule::Constant)
        && *spec.training.schedule.warm_up == 0
    {
        return Vec::new();
    }
    let mut edits = vec![Edit::unset("training.schedule"), Edit::unset("training.warm_up")];
    edits.truncate(if *spec.training.schedule.warm_up == 0 { 1 } else { 2 });
    let rate = *spec.training.optimizer.learning_rate;
    let normalizes = super::super::recipe::makes_steps_of_its_rate(&spec.training.optimizer.kind);
    let mut reason =
        "the schedule takes the rate away: a constant one shows whether it was that".to_owned();
    if normalizes && rate >= 0.1 {
        edits.push(rate_of(spec, &written(USUAL_RATE)));
        reason = format!(
            "the schedule takes the rate away; without it {} would be far too high, and {} is usual",
            short(rate),
            written(USUAL_RATE)
        );
    }
    vec![Mend::new(reason, edits)]
}

pub(super) fn more_steps(case: &Case<'_>) -> Vec<Mend> {
    let training = &case.spec.training;
    let steps = case.known.steps.unwrap_or(0);
    let batch = training.examples_per_step();
    let coarse =
        case.known.examples.is_some_and(|examples| batch > USUAL_BATCH && 4 * batch >= examples);
    let smaller = coarse.then(|| {
        let reason = format!(
            "a batch of {batch} is nearly all there is, so that the recipe has {steps} steps; with \
             {USUAL_BATCH} it has many"
        );
        Mend::new(reason, vec![Edit::set("training.batch_size", USUAL_BATCH.to_string())])
    });
    let longer = (steps < ENOUGH_STEPS).then(|| {
        let mut edits = vec![Edit::set("training.steps", ENOUGH_STEPS.to_string())];
        if matches!(training.length, Length::Epochs(_)) {
            edits.push(Edit::unset("training.epochs"));
        }
        Mend::new(format!("{steps} steps are no training: {ENOUGH_STEPS} show more"), edits)
    });
    smaller.into_iter().chain(longer).collect()
}

pub(super) fn larger_batch(case: &Case<'_>) -> Vec<Mend> {
    let batch = *case.spec.training.batch_size;
    let reason = format!("of {batch} in a batch no variance can be told; {USUAL_BATCH} are usual");
    let edit = Edit::set("training.batch_size", USUAL_BATCH.to_string());
    (batch < USUAL_BATCH / 2).then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn wider_clipping(case: &Case<'_>) -> Vec<Mend> {
    let Some(clipping) = case.spec.training.clipping else { return Vec::new() };
    let (kind, bound) = match clipping {
        Clipping::Value(bound) => ("value", bound),
        Clipping::Norm(bound) => ("norm", bound),
        Clipping::GlobalNorm(bound) => ("global_norm", bound),
    };
    let usual = case.known.gradient_size.filter(|size| size.is_finite() && *size > bound);
    let wider = usual.map(|size| {
        // Twice the usual: exceptions are clipped, and nothing else.
        let wanted = written(2.0 * size);
        let reason = format!(
            "gradients are usually {} large, {} times the bound {}",
            short(size),
            written(size / bound),
            short(bound)
        );
        Mend::new(reason, vec![Edit::set("training.clipping", format!("{{{kind}: {wanted}}}"))])
    });
    let none =
        Mend::new("without a bound it shows what it costs", vec![Edit::unset("training.clipping")]);
    wider.into_iter().chain([none]).collect()
}

pub(super) fn weaker_penalty(case: &Case<'_>) -> Vec<Mend> {
    let spec = case.spec;
    let Regularization { l1, l2 } = spec.loss.regularization;
    let ratio = measured(case, "regularization_in_range", "regularization");
    let factor =
        ratio.filter(|ratio| *ratio > MILD_PENALTY).map_or(1e-3, |ratio| MILD_PENALTY / ratio);
    let mut edits = Vec::new();
    for (name, strength) in [("l1", l1), ("l2", l2)].iter().filter(|(_, strength)| *strength > 0.0)
    {
        edits.push(Edit::set(&format!("regularization.{name}"), written(strength * factor)));
    }
    let reason = match ratio {
        Some(ratio) => format!(
            "the penalty's gradient is {} times the data's; {} of it is enough",
            short(ratio),
            percent(MILD_PENALTY)
        ),
        None => "a thousandth of the strength shows whether it is that".to_owned(),
    };
    let optimizer = spec.training.optimizer.kind.term();
    let decay = super::super::recipe::decay(&spec.training.optimizer.kind);
    let slower = (decay > 10.0 * USUAL_DECAY).then(|| {
        let reason =
            format!("a weight decay of {} is usual, not {}", written(USUAL_DECAY), short(decay));
        let at = format!("training.optimizer.{optimizer}.weight_decay");
        Mend::new(reason, vec![Edit::set(&at, written(USUAL_DECAY))])
    });
    Mend::new(reason, edits).something().into_iter().chain(slower).collect()
}
