//! `devices`: the initial pass and one update on the test device beside the reference device, in 64
//! bits: outputs of layers, gradients, new weights.
//!
//! Every number is measured against what rounding to the test device's format may leave, as
//! [`Rounding`] says. Where a difference is more than that, two further looks are taken. A number that
//! both formats round to different sides of a kink spoils the comparison of one sample, not of two:
//! what is wrong stays wrong on other examples, and the smaller error counts. And the rounding of a
//! format is played on the reference device itself ([`conditioning`]): what moves far there may differ
//! as far between the devices.

mod conditioning;
mod evidence;
mod update;

pub use evidence::{DevicesEvidence, LayerDeviation, TensorDeviation};

use self::conditioning::Moved;
use super::backward::{Backward, backward, norm_of};
use super::bench::{Bench, recorded_kind};
use super::evidence::DeviceRandom;
use super::initial::{EXAMPLES, InitialNumbers};
use super::measure::{self, Seen};
use super::relations::difference;
use super::rounding::{Rounding, Sizes};
use crate::device::{DeviceFailure, Place};
use crate::model::{NamedGradient, Pass, Weights};
use crate::subject::{Batch, Subject};

/// Runs the experiment. `initial` are the test device's numbers of the initial pass, if they were kept.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    initial: Option<InitialNumbers>,
) -> Result<Result<DevicesEvidence, &'static str>, DeviceFailure> {
    let reference = match obstacle(bench) {
        Ok(place) => place,
        Err(reason) => return Ok(Err(reason)),
    };
    let subject = &bench.subject;
    let rounding = rounding(subject, &bench.weights);
    let sample = subject.sample(EXAMPLES);
    let expected = backward(bench, reference, &sample, Pass::recording())?;
    let expected = numbers_of(expected)?;
    let test = match initial {
        Some(numbers) => numbers,
        None => numbers_of(backward(bench, &bench.test, &sample, Pass::recording())?)?,
    };
    let mut errors = Errors::between(&test, &expected, &rounding, None);
    if !errors.are_within(rounding.bound) {
        let moved = conditioning::moved(bench, reference, &sample, &expected, &rounding)?;
        errors = Errors::between(&test, &expected, &rounding, Some(&moved));
    }
    let others: Vec<usize> = (sample.size()..subject.training_examples()).take(EXAMPLES).collect();
    if !errors.are_within(rounding.bound) && !others.is_empty() {
        let batch = subject.batch(&others);
        let second = on_other_examples(bench, reference, &batch, &rounding)?;
        errors = errors.least(&second);
    }
    let kind = recorded_kind(subject);
    let layer = |(seen, error): (&Seen, f64)| LayerDeviation {
        path: seen.path.clone(),
        kind: kind(&seen.path).kind,
        error,
    };
    let tensor = |(gradient, error): (&NamedGradient, f64)| TensorDeviation {
        tensor: gradient.path.clone(),
        error,
    };
    Ok(Ok(DevicesEvidence {
        examples: sample.size(),
        bound: rounding.bound,
        loss: errors.loss,
        layers: expected.outputs.iter().zip(errors.outputs).map(layer).collect(),
        gradients: expected.gradients.iter().zip(errors.gradients).map(tensor).collect(),
        updates: update::run(bench, reference, &expected.gradients, &rounding)?,
    }))
}

/// The reference device, or why there is nothing to compare.
fn obstacle(bench: &Bench) -> Result<&Place, &'static str> {
    let Ok(reference) = &bench.reference else {
        return Err("the model does not run in 64 bits, so that there is no reference");
    };
    if *reference == bench.test {
        return Err("the tests run on the reference device itself");
    }
    match bench.device_random() {
        DeviceRandom::Always => {
            Err("the model draws from the device's own random stream, which no two devices share")
        }
        DeviceRandom::Never | DeviceRandom::InTraining => Ok(reference),
    }
}

fn on_other_examples(
    bench: &Bench,
    reference: &Place,
    batch: &Batch,
    rounding: &Rounding,
) -> Result<Errors, DeviceFailure> {
    let test = numbers_of(backward(bench, &bench.test, batch, Pass::recording())?)?;
    let expected = numbers_of(backward(bench, reference, batch, Pass::recording())?)?;
    let errors = Errors::between(&test, &expected, rounding, None);
    if errors.are_within(rounding.bound) {
        return Ok(errors);
    }
    let moved = conditioning::moved(bench, reference, batch, &expected, rounding)?;
    Ok(Errors::between(&test, &expected, rounding, Some(&moved)))
}

/// What rounding of the test device may leave on the sample.
fn rounding(subject: &Subject, weights: &Weights) -> Rounding {
    let examples = subject.training_examples().min(EXAMPLES);
    Rounding::new(subject, weights, examples, f64::from(f32::EPSILON))
}

/// What a recorded pass gave, on the host.
fn numbers_of(pass: Backward) -> Result<InitialNumbers, DeviceFailure> {
    let outputs = measure::seen(pass.recorded)?;
    Ok(InitialNumbers { loss: pass.loss, outputs, gradients: pass.gradients })
}

/// Relative errors of all numbers: the share [`Rounding::bound`] is what rounding may leave.
#[derive(Debug, Clone, PartialEq)]
struct Errors {
    loss: f64,
    outputs: Vec<f64>,
    gradients: Vec<f64>,
}

impl Errors {
    fn between(
        test: &InitialNumbers,
        reference: &InitialNumbers,
        rounding: &Rounding,
        moved: Option<&Moved>,
    ) -> Self {
        let sizes = Sizes::of(&reference.gradients);
        let against = |norm: f64, numbers: usize| rounding.measured_against(norm, numbers, &sizes);
        let of_gradient = |index: usize| {
            let (test, reference) = (&test.gradients[index], &reference.gradients[index]);
            let numbers = reference.values.as_ref().map_or(0, Vec::len);
            let against = against(norm_of(reference), numbers);
            let moved = moved.map_or(0.0, |moved| moved.gradients[index]);
            distance(of(test), of(reference)) / rounding.where_moved(against, moved)
        };
        let of_output = |index: usize| {
            let (test, reference) =
                (&test.outputs[index].numbers, &reference.outputs[index].numbers);
            let against = measure::norm(reference).max(f64::MIN_POSITIVE);
            let moved = moved.map_or(0.0, |moved| moved.outputs[index]);
            distance(test, reference) / rounding.where_moved(against, moved)
        };
        let against = reference.loss.abs().max(f64::MIN_POSITIVE);
        let moved = moved.map_or(0.0, |moved| moved.loss);
        Self {
            loss: difference(test.loss, reference.loss) / rounding.where_moved(against, moved),
            outputs: (0..reference.outputs.len().min(test.outputs.len())).map(of_output).collect(),
            gradients: (0..reference.gradients.len()).map(of_gradient).collect(),
        }
    }

    fn are_within(&self, bound: f64) -> bool {
        let all = self.outputs.iter().chain(&self.gradients).chain([&self.loss]);
        // What is no number is within nothing.
        all.into_iter().all(|error| *error <= bound)
    }

    /// The smaller one of each.
    fn least(&self, other: &Self) -> Self {
        let least = |one: &[f64], two: &[f64]| {
            one.iter().zip(two).map(|(one, two)| one.min(*two)).collect()
        };
        Self {
            loss: self.loss.min(other.loss),
            outputs: least(&self.outputs, &other.outputs),
            gradients: least(&self.gradients, &other.gradients),
        }
    }
}

/// The numbers of a gradient; none of one that is missing.
fn of(gradient: &NamedGradient) -> &[f64] {
    gradient.values.as_deref().unwrap_or_default()
}

/// Euclidean distance. What is not finite on both sides alike is no difference; what is missing counts
/// as zeros, and otherwise numbers of another count are infinitely far.
fn distance(one: &[f64], two: &[f64]) -> f64 {
    match (one, two) {
        ([], numbers) | (numbers, []) => measure::norm(numbers),
        (one, two) if one.len() != two.len() => f64::INFINITY,
        (one, two) => {
            let pairs = one.iter().zip(two);
            measure::norm(&pairs.map(|(a, b)| difference(*a, *b)).collect::<Vec<_>>())
        }
    }
}

#[cfg(test)]
mod tests;
