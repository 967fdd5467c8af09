//! `optimizer_steps`: the recipe's first steps against what its optimizer's formula makes of the same
//! gradients, on the host and in 64 bits.
//!
//! The gradients are recorded as they come out of the backward pass, part by part. Adding them up,
//! clipping, groups and the optimizer are done again here, without Burn. The steps run where weights
//! are drawn, mostly in 64 bits.

use burn::tensor::Transaction;
use serde::Serialize;

use super::bench::Bench;
use super::measure;
use super::recipe_run::RecipeRun;
use crate::device::DeviceFailure;
use crate::model::{NamedTensor, Weights, fetch};
use crate::spec::{Clipping, GroupRate, TrainingSpec};
use crate::training::formulas::{self, Before, Formula, Memory};
use crate::training::{PartGradients, first_rates, group_of};

/// Momentum and bias corrections are at work from the second step, differences of gradients from the
/// third.
const STEPS: usize = 3;

/// What a recipe's first steps are beside its formula.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptimizerStepsEvidence {
    /// The optimizer's name in the spec language.
    pub optimizer: &'static str,
    pub steps: usize,
    /// The step of each tensor that is furthest from what is due, in the model's order.
    pub tensors: Vec<TensorStep>,
    /// The largest error of a step, beyond rounding, had the gradients of all steps so far been added up:
    /// next to nothing where they are never cleared.
    pub if_kept: f64,
}

/// One step of one tensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TensorStep {
    pub tensor: String,
    /// From 1.
    pub step: usize,
    /// Largest |found − due| over all elements, relative to the largest due one.
    pub error: f64,
    /// What rounding of the weights to the place's numbers may leave of it.
    pub rounding: f64,
    /// How many times as long as it should be the step is, along the direction that is due.
    pub factor: f64,
}

/// Runs the experiment.
///
/// # Errors
///
/// When the device fails.
pub fn run(bench: &Bench) -> Result<OptimizerStepsEvidence, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    let recipe = &subject.spec.training;
    let steps = STEPS.min(subject.declared_steps());
    let mut run = RecipeRun::new(bench, place, 1.0);
    let mut before = trainable(Weights::read(run.trainer().model())?);
    let mut dues: Vec<Due> =
        before.iter().map(|tensor| Due::new(recipe, subject.declared_steps(), tensor)).collect();
    let mut if_kept: Vec<Due> =
        before.iter().map(|tensor| Due::new(recipe, subject.declared_steps(), tensor)).collect();
    let (mut all, mut kept): (Vec<Option<Vec<f64>>>, f64) = (Vec::new(), 0.0);
    let mut worst: Vec<Option<TensorStep>> = vec![None; before.len()];
    for step in 1..=steps {
        let batches = run.next_batches();
        let parts = run.trainer_mut().recorded_step(&batches);
        let after = trainable(Weights::read(run.trainer().model())?);
        let gradients = accumulated(parts)?;
        all = added(all, &gradients);
        let gradients = clipped(gradients, recipe.clipping);
        let sums = clipped(all.clone(), recipe.clipping);
        for (at, due) in if_kept.iter_mut().enumerate() {
            let expected = due.after(step, &before[at].values, sums[at].as_deref());
            let found = compare(&before[at], &after[at], &expected, place.unit_roundoff(), step);
            kept = kept.max(match found.error.is_nan() {
                true => f64::INFINITY,
                false => found.error - found.rounding,
            });
        }
        for (at, due) in dues.iter_mut().enumerate() {
            let expected = due.after(step, &before[at].values, gradients[at].as_deref());
            let found = compare(&before[at], &after[at], &expected, place.unit_roundoff(), step);
            if worst[at].as_ref().is_none_or(|worst| is_further(&found, worst)) {
                worst[at] = Some(found);
            }
        }
        before = after;
    }
    let optimizer = recipe.optimizer.kind.term();
    Ok(OptimizerStepsEvidence {
        optimizer,
        steps,
        tensors: worst.into_iter().flatten().collect(),
        if_kept: kept,
    })
}

fn trainable(weights: Weights) -> Vec<NamedTensor> {
    weights.tensors.into_iter().filter(|tensor| tensor.trainable).collect()
}

/// What a tensor's optimizer has to do with it.
struct Due {
    formula: Formula,
    memory: Memory,
    /// The learning rate of each step.
    rates: Vec<f64>,
    matrix: Option<[usize; 2]>,
}

impl Due {
    fn new(recipe: &TrainingSpec, declared_steps: usize, tensor: &NamedTensor) -> Self {
        let (shape, group) = (&tensor.shape, group_of(&recipe.groups, &tensor.path));
        let optimizer = match &recipe.optimizer.others {
            Some(others) if shape.len() != 2 => others,
            _ => &recipe.optimizer,
        };
        let decay = group.and_then(|group| group.weight_decay);
        let kind = decay.map_or(optimizer.kind, |decay| optimizer.kind.with_weight_decay(decay));
        let (initial, factor) = match group.map(|group| &group.rate) {
            Some(GroupRate::Own(rate)) => (**rate, 1.0),
            Some(GroupRate::Factor(factor)) => (*optimizer.learning_rate, *factor),
            Some(GroupRate::Shared) | None => (*optimizer.learning_rate, 1.0),
        };
        let rates = first_rates(recipe, declared_steps, initial, STEPS);
        let matrix = match shape.as_slice() {
            [.., rows, columns] => Some([*rows, *columns]),
            _ => None,
        };
        Self {
            formula: formulas::of(&kind, shape),
            memory: Memory::default(),
            rates: rates.into_iter().map(|rate| factor * rate).collect(),
            matrix,
        }
    }

    /// The weights after a step; a tensor without a gradient is left alone.
    fn after(&mut self, step: usize, weights: &[f64], gradient: Option<&[f64]>) -> Vec<f64> {
        let Some(gradient) = gradient else { return weights.to_vec() };
        self.memory.step += 1;
        let rate = self.rates[step - 1];
        let state = Before { weights, gradient, matrix: self.matrix, rate };
        (self.formula)(&mut self.memory, &state)
    }
}

/// The gradients of a step: those of its parts, each by its share of the examples.
fn accumulated(parts: Vec<PartGradients>) -> Result<Vec<Option<Vec<f64>>>, DeviceFailure> {
    let mut sum: Vec<Option<Vec<f64>>> = Vec::new();
    for PartGradients { share, tensors } in parts {
        let present: Vec<bool> = tensors.iter().map(Option::is_some).collect();
        let registered = tensors.into_iter().flatten();
        let transaction = registered.fold(Transaction::default(), Transaction::register);
        let mut numbers = fetch(transaction)?.into_iter();
        sum.resize(present.len(), None);
        for (sum, _) in sum.iter_mut().zip(&present).filter(|(_, present)| **present) {
            let numbers = numbers.next().expect("one result per registered tensor");
            let sum = sum.get_or_insert_with(|| vec![0.0; numbers.len()]);
            sum.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += share * number);
        }
    }
    Ok(sum)
}

/// Gradients on top of those of the steps before.
fn added(before: Vec<Option<Vec<f64>>>, now: &[Option<Vec<f64>>]) -> Vec<Option<Vec<f64>>> {
    if before.is_empty() {
        return now.to_vec();
    }
    let both = before.into_iter().zip(now).map(|pair| match pair {
        (Some(before), Some(now)) => {
            Some(before.iter().zip(now).map(|(before, now)| before + now).collect())
        }
        (before, now) => before.or_else(|| now.clone()),
    });
    both.collect()
}

fn clipped(
    mut gradients: Vec<Option<Vec<f64>>>,
    clipping: Option<Clipping>,
) -> Vec<Option<Vec<f64>>> {
    let shrink = |gradient: &mut Vec<f64>, norm: f64, bound: f64| {
        if norm > bound {
            gradient.iter_mut().for_each(|number| *number *= bound / norm);
        }
    };
    let norms: Vec<f64> = gradients.iter().flatten().map(|values| measure::norm(values)).collect();
    for gradient in gradients.iter_mut().flatten() {
        match clipping {
            None => {}
            Some(Clipping::Value(bound)) => {
                gradient.iter_mut().for_each(|number| *number = number.clamp(-bound, bound));
            }
            Some(Clipping::Norm(bound)) => {
                let norm = measure::norm(gradient);
                shrink(gradient, norm, bound);
            }
            Some(Clipping::GlobalNorm(bound)) => shrink(gradient, measure::norm(&norms), bound),
        }
    }
    gradients
}

fn compare(
    before: &NamedTensor,
    after: &NamedTensor,
    expected: &[f64],
    unit_roundoff: f64,
    step: usize,
) -> TensorStep {
    let change = |to: &[f64]| -> Vec<f64> {
        to.iter().zip(&before.values).map(|(to, from)| to - from).collect()
    };
    let (found, due) = (change(&after.values), change(expected));
    let largest = |numbers: &[f64]| numbers.iter().fold(0.0f64, |most, next| most.max(next.abs()));
    let scale = largest(&due);
    let differences = found.iter().zip(&due).map(|(found, due)| (found - due).abs());
    // `max` of floats forgets what is no number.
    let off = differences
        .fold(0.0, |most: f64, next| if most.is_nan() || next <= most { most } else { next });
    let relative = |size: f64| match (size, scale) {
        (0.0, _) => 0.0,
        (size, 0.0) if size.is_finite() => f64::INFINITY,
        (size, scale) => size / scale,
    };
    let along: f64 = found.iter().zip(&due).map(|(found, due)| found * due / scale).sum();
    let length: f64 = due.iter().map(|due| due * due / scale).sum();
    TensorStep {
        tensor: before.path.clone(),
        step,
        error: relative(off),
        rounding: match scale {
            // What is due to stay where it is has nothing to round.
            0.0 => 0.0,
            scale => ROUNDINGS * unit_roundoff * largest(&before.values) / scale,
        },
        factor: if length > 0.0 { along / length } else { f64::NAN },
    }
}

/// A weight is rounded when it decays, when it moves, and when it is clamped between: a few units.
const ROUNDINGS: f64 = 4.0;

/// Whether one step is further from what is due than another; what is no number is furthest.
fn is_further(one: &TensorStep, other: &TensorStep) -> bool {
    let beyond = |step: &TensorStep| step.error - step.rounding;
    match (beyond(one), beyond(other)) {
        (_, other) if other.is_nan() => false,
        (one, _) if one.is_nan() => true,
        (one, other) => one > other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(values: &[f64]) -> NamedTensor {
        NamedTensor {
            path: "a.weight".to_owned(),
            shape: vec![values.len()],
            trainable: true,
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_step_of_half_the_length_is_told_by_its_factor() {
        let (before, due) = (tensor(&[1.0, 2.0]), [0.5, 2.5]);
        let exact = compare(&before, &tensor(&due), &due, f64::EPSILON / 2.0, 1);
        assert_eq!((exact.error, exact.factor), (0.0, 1.0));
        let half = compare(&before, &tensor(&[0.75, 2.25]), &due, f64::EPSILON / 2.0, 1);
        assert_eq!((half.error, half.factor), (0.5, 0.5));
    }

    #[test]
    fn what_must_not_move_is_infinitely_wrong_when_it_does() {
        let before = tensor(&[1.0, 2.0]);
        let moved = compare(&before, &tensor(&[1.0, 2.5]), &[1.0, 2.0], 1e-16, 1);
        assert_eq!(moved.error, f64::INFINITY);
        let still = compare(&before, &before, &[1.0, 2.0], 1e-16, 1);
        assert_eq!(still.error, 0.0);
        let lost = compare(&before, &tensor(&[f64::NAN, 2.0]), &[1.0, 2.1], 1e-16, 1);
        assert!(lost.error.is_nan() && is_further(&lost, &moved));
    }

    #[test]
    fn every_clipping_keeps_its_bound() {
        let gradients = || vec![Some(vec![3.0, 4.0]), None, Some(vec![0.6, 0.8])];
        let clip = |clipping| clipped(gradients(), Some(clipping));
        assert_eq!(clip(Clipping::Value(1.0)), [Some(vec![1.0, 1.0]), None, Some(vec![0.6, 0.8])]);
        assert_eq!(clip(Clipping::Norm(2.5)), [Some(vec![1.5, 2.0]), None, Some(vec![0.6, 0.8])]);
        let together: Vec<f64> =
            clip(Clipping::GlobalNorm(0.5)).into_iter().flatten().flatten().collect();
        assert!((measure::norm(&together) - 0.5).abs() < 1e-12);
        assert_eq!(clipped(gradients(), None), gradients());
    }
}
