//! Whether a Rust model is one linear map, whatever its layers are: then the outputs of a point in the
//! middle are in the middle of those of both ends. Its functions are not seen, but this is.

use crate::device::{DeviceFailure, Place};
use crate::model::{Model, Pass, Value, to_f64};
use crate::objective::compute;
use crate::registry::Computed;
use crate::subject::{Batch, Subject};

/// How far both ends are from the examples: far beyond where a saturating activation is straight, and not
/// on one line through 0, on which ReLUs without biases are straight, too.
const ENDS: [f64; 2] = [100.0, -37.0];

/// Roundings of a deep model that add up.
const ROUNDINGS: f64 = 1e5;

/// Nothing where the question makes no sense: for tokens, for losses alone, and for outputs that do not
/// move.
///
/// # Errors
///
/// When the device fails.
pub(super) fn is_affine(
    subject: &Subject,
    model: &Model,
    place: &Place,
    batch: &Batch,
) -> Result<Option<bool>, DeviceFailure> {
    let Some(numbers) = batch.numeric() else { return Ok(None) };
    let width = (numbers.len() / batch.size().max(1)).max(1);
    let mut other = numbers.to_vec();
    other.rotate_left(width % numbers.len().max(1));
    let near: Vec<f64> = numbers.iter().map(|number| ENDS[0] * number).collect();
    let far: Vec<f64> = other.iter().map(|number| ENDS[1] * number).collect();
    let between: Vec<f64> = near.iter().zip(&far).map(|(a, b)| 0.5 * (a + b)).collect();

    let used = subject.in_use(model);
    let outputs = |numbers: Vec<f64>| {
        let mut batch = batch.clone();
        if let Some(inputs) = batch.numeric_mut() {
            *inputs = numbers;
        }
        outputs(subject, &used, place, &batch)
    };
    let (Some(near), Some(far), Some(middle)) = (outputs(near)?, outputs(far)?, outputs(between)?)
    else {
        return Ok(None);
    };
    Ok(judge(&near, &far, &middle, place.unit_roundoff()))
}

fn judge(near: &[f64], far: &[f64], middle: &[f64], roundoff: f64) -> Option<bool> {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, f64::max);
    let scale = largest(&mut near.iter().chain(far).map(|number| number.abs()));
    let moved = largest(&mut near.iter().zip(far).map(|(a, b)| (a - b).abs()));
    let is_known = near.iter().chain(far).chain(middle).all(|number| number.is_finite());
    let ends = near.iter().zip(far).map(|(a, b)| 0.5 * (a + b));
    let bend = largest(&mut ends.zip(middle).map(|(end, middle)| (end - middle).abs()));
    let bound = ROUNDINGS * roundoff * scale;
    (is_known && moved > bound).then_some(bend <= bound)
}

/// All numbers of the output, if the model has one.
fn outputs(
    subject: &Subject,
    model: &Model,
    place: &Place,
    batch: &Batch,
) -> Result<Option<Vec<f64>>, DeviceFailure> {
    let (inputs, pass): (Vec<Value>, _) = (batch.inputs(place), &mut Pass::plain());
    let Computed::Output(output) = compute(subject, model, batch, inputs, place, pass) else {
        return Ok(None);
    };
    let flat = [output.shape().iter().product::<usize>(), 1];
    let numbers = output.reshape(&flat).into_float::<2>().detach().try_into_data();
    numbers.map(|data| Some(to_f64(data))).map_err(DeviceFailure::from_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_told_from_a_bent_one_and_from_a_point() {
        let of = |function: fn(f64) -> f64| {
            let outputs = |points: [f64; 2]| points.map(function).to_vec();
            let (near, far) = ([3.0, 5.0], [-2.0, 1.0]);
            judge(&outputs(near), &outputs(far), &outputs([0.5, 3.0]), f64::EPSILON)
        };
        assert_eq!(of(|x| 3.0 * x - 2.0), Some(true));
        assert_eq!(of(|x| x.max(0.0)), Some(false));
        assert_eq!(of(f64::tanh), Some(false));
        assert_eq!(of(|_| 0.25), None);
        assert_eq!(of(|_| f64::NAN), None);
    }
}
