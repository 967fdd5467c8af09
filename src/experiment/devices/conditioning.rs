//! How far rounding moves a pass: its numbers on the reference device while weights, inputs and every
//! layer's output are moved at random by one unit in the last place of the test device's format.
//!
//! A difference of two numbers that are nearly alike is less certain than they are, and a root of
//! something near zero, too; no bound that knows norms alone can tell. So it is measured.
//!
//! Source: Parker, Monte Carlo Arithmetic: exploiting randomness in floating-point arithmetic (1997);
//! Vignes, A stochastic arithmetic for reliable scientific computation (1993), whose method takes two or
//! three draws.

use super::super::backward::backward_of;
use super::super::bench::Bench;
use super::super::initial::InitialNumbers;
use super::super::relations::difference;
use super::super::rounding::Rounding;
use super::{distance, numbers_of, of};
use crate::device::{DeviceFailure, Place};
use crate::model::{Pass, Weights};
use crate::random::Random;
use crate::subject::Batch;

/// How often rounding is played.
const DRAWS: u64 = 3;

/// How far numbers moved: the largest distance among the draws.
pub(super) struct Moved {
    pub loss: f64,
    pub outputs: Vec<f64>,
    pub gradients: Vec<f64>,
}

/// Plays the rounding on the reference device. `still` are the numbers without it.
pub(super) fn moved(
    bench: &Bench,
    reference: &Place,
    batch: &Batch,
    still: &InitialNumbers,
    rounding: &Rounding,
) -> Result<Moved, DeviceFailure> {
    let mut largest = Moved {
        loss: 0.0,
        outputs: vec![0.0; still.outputs.len()],
        gradients: vec![0.0; still.gradients.len()],
    };
    for draw in 0..DRAWS {
        let mut random = Random::new(draw, "conditioning");
        let weights = unsteady(&bench.weights, rounding.epsilon, &mut random);
        let model = weights.load(bench.subject.build(&reference.device), reference);
        // The layers of a Rust model are out of reach, its inputs are not.
        let mut batch = batch.clone();
        if bench.subject.rust().is_some()
            && let Some(inputs) = batch.numeric_mut()
        {
            inputs.iter_mut().for_each(|input| *input *= 1.0 + rounding.epsilon * random.normal());
        }
        let pass = Pass::recording().unsteady(random, rounding.epsilon);
        let pass = backward_of(&bench.subject, model, reference, &batch, pass)?;
        let drawn = numbers_of(pass)?;
        largest.loss = largest.loss.max(difference(drawn.loss, still.loss));
        for (index, most) in largest.outputs.iter_mut().enumerate() {
            let (drawn, still) = (&drawn.outputs[index], &still.outputs[index]);
            *most = most.max(distance(&drawn.numbers, &still.numbers));
        }
        for (index, most) in largest.gradients.iter_mut().enumerate() {
            *most = most.max(distance(of(&drawn.gradients[index]), of(&still.gradients[index])));
        }
    }
    Ok(largest)
}

/// The weights, each moved by a random share of its size.
fn unsteady(weights: &Weights, share: f64, random: &mut Random) -> Weights {
    let mut weights = weights.clone();
    for number in weights.tensors.iter_mut().flat_map(|tensor| &mut tensor.values) {
        *number *= 1.0 + share * random.normal();
    }
    weights
}
