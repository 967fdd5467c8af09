//! A Rust model made twice, from two seeds, and given the same parameters: whether both are one function.
//!
//! What a module computes with and does not give away as a parameter (a tensor in a plain field, what is
//! under `#[module(skip)]`) keeps what it was drawn as: no optimizer gets it and no file holds it. What is
//! computed in the same way each time, as a table of positions, is no difference.

use super::bench::{run, scalar};
use super::relations::{Stage, difference};
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, Pass, Weights};
use crate::subject::{Batch, Subject};

/// Of the second one: whatever it draws is other numbers than those of a spec's seed.
const OTHER_SEED: u64 = 0x5eed;

/// The largest |difference| of outputs (or of the loss, where there are none) between two models with the
/// same parameters, if there is one. Nothing is said of a model that differs from itself.
///
/// # Errors
///
/// When the device fails.
pub fn rebuilt(
    subject: &Subject,
    weights: &Weights,
    place: &Place,
    batch: &Batch,
) -> Result<Option<f64>, DeviceFailure> {
    let made = |seed: u64| {
        place.device.seed(seed);
        weights.load(subject.build(&place.device), place).quiet()
    };
    let (one, other) = (made(subject.spec.training.seed), made(OTHER_SEED));
    let apart = between(subject, place, batch, (&one, &other))?;
    // Two passes more, only where there is something to explain.
    let is_told = apart > 0.0 && between(subject, place, batch, (&one, &one))? == 0.0;
    Ok(is_told.then_some(apart))
}

fn between(
    subject: &Subject,
    place: &Place,
    batch: &Batch,
    (one, other): (&Model, &Model),
) -> Result<f64, DeviceFailure> {
    // A layer of Burn draws its numbers when it is asked first: passes of one seed would draw the same.
    let pass = |seed: u64| Pass::plain().seeded(seed);
    let outputs = |model, seed| Stage { subject, place, model }.outputs_of(batch, &mut pass(seed));
    let (first, second) = (outputs(one, 1)?, outputs(other, 2)?);
    if first.is_known() {
        let largest = first.largest_difference(&second, |_, _| true);
        return Ok(largest.map_or(0.0, |difference| difference.size));
    }
    let loss = |model: &Model, seed| {
        scalar(run(subject, &subject.spec.loss, model, batch, place, &mut pass(seed)).loss)
    };
    Ok(difference(loss(one, 1)?, loss(other, 2)?))
}
