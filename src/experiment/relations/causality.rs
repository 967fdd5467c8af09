//! Whether an output depends on what comes later in a sequence.

use super::evidence::{CausalityEvidence, TimeLeak};
use super::{Stage, place_along, spread};
use crate::data::InputKind;
use crate::device::DeviceFailure;
use crate::subject::{Batch, Examples};

/// How many places everything is changed from, at most.
const BOUNDARIES: usize = 8;

/// Changes the inputs from a place on and looks at the outputs before it. Why that cannot be asked
/// otherwise.
pub(super) fn run(
    stage: &Stage<'_>,
    batch: &Batch,
    axis: usize,
) -> Result<Result<CausalityEvidence, String>, DeviceFailure> {
    let Some(examples) = &batch.examples else {
        return Ok(Err("the model brings its own examples".to_owned()));
    };
    let inputs = batch.inputs(stage.place).len();
    if inputs != 1 {
        return Ok(Err(format!("the model has {inputs} inputs, each with a time of its own")));
    }
    let plain = stage.outputs(batch)?;
    let length = match examples.shape.get(axis) {
        Some(length) if axis > 0 => *length,
        _ => {
            return Ok(Err(format!(
                "the input has no axis {axis}: its shape is {:?}",
                shown(examples)
            )));
        }
    };
    let has_time = |shape: &[usize]| shape.get(axis) == Some(&length);
    if let Some(other) = plain.0.iter().find(|array| !has_time(&array.shape)) {
        return Ok(Err(format!(
            "`{}` has no place for each of the {length} inputs: its shape is {:?}",
            other.name,
            &other.shape[1..]
        )));
    }
    if length < 2 {
        return Ok(Err("the sequence has one place alone".to_owned()));
    }
    let boundaries = spread(1, length - 1, BOUNDARIES);
    let (mut leak, mut answers): (Option<TimeLeak>, bool) = (None, false);
    for &from in &boundaries {
        let mut changed = batch.clone();
        let numbers = changed.examples.as_mut().expect("it has examples");
        change(numbers, examples, |index| place_along(&examples.shape, axis, index) >= from);
        let other = stage.outputs(&changed)?;
        let is_later = |shape: &[usize], index| place_along(shape, axis, index) >= from;
        answers |= plain.largest_difference(&other, is_later).is_some();
        let moved = plain.largest_difference(&other, |shape, index| !is_later(shape, index));
        let stronger = |size: f64| leak.as_ref().is_none_or(|leak| size > leak.difference);
        if let Some(moved) = moved.filter(|moved| stronger(moved.size)) {
            let seen_at = place_along(&plain.0[moved.array].shape, axis, moved.index);
            leak = Some(TimeLeak { changed_from: from, seen_at, difference: moved.size });
        }
    }
    Ok(Ok(CausalityEvidence { length, boundaries: boundaries.len(), leak, answers }))
}

fn shown(examples: &Examples) -> &[usize] {
    &examples.shape[1..]
}

/// Other numbers at the places that are picked: those of the next example where they differ, else
/// a neighbouring number.
pub(super) fn change(numbers: &mut Examples, from: &Examples, picked: impl Fn(usize) -> bool) {
    let rows = from.shape[0];
    let width = from.inputs.len() / rows.max(1);
    for index in (0..numbers.inputs.len()).filter(|index| picked(*index)) {
        let own = from.inputs[index];
        let next = from.inputs[(index + width) % from.inputs.len()];
        numbers.inputs[index] = match from.kind {
            _ if next != own => next,
            InputKind::Float => own + 1.0,
            InputKind::Tokens { vocabulary } => (own + 1.0) % vocabulary.max(1) as f64,
        };
    }
}
