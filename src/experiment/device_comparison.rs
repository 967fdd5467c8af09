//! The test device's gradients against the reference device's.

use super::backward::{backward, norm_of};
use super::bench::Bench;
use super::initial::EXAMPLES;
use super::measure;
use super::rounding::{Rounding, Sizes};
use crate::device::{DeviceFailure, Place};
use crate::model::{NamedGradient, Pass, Weights};
use crate::subject::Subject;

/// Relative error of each tensor's gradient on the test device; `test` is the gradient on the
/// sample that the initial pass saw, `reference` the place to compare with.
///
/// A number that f32 and f64 round to different sides of a kink spoils the comparison of one
/// sample, not of two: what is wrong stays wrong on other examples. So a difference beyond
/// rounding is looked at again on the next examples, and the smaller error counts.
///
/// # Errors
///
/// When a device fails.
pub fn device_errors(
    bench: &Bench,
    test: &[NamedGradient],
    reference: &Place,
    rounding: &Rounding,
) -> Result<Vec<f64>, DeviceFailure> {
    let subject = &bench.subject;
    let sample = subject.sample(EXAMPLES);
    let expected = backward(bench, reference, &sample, Pass::plain())?;
    let first = relative_errors(test, &expected.gradients, rounding);
    let others: Vec<usize> = (sample.size()..subject.training_examples()).take(EXAMPLES).collect();
    if first.iter().all(|error| *error <= rounding.bound) || others.is_empty() {
        return Ok(first);
    }
    let batch = subject.batch(&others);
    let test = backward(bench, &bench.test, &batch, Pass::plain())?;
    let expected = backward(bench, reference, &batch, Pass::plain())?;
    let second = relative_errors(&test.gradients, &expected.gradients, rounding);
    Ok(first.into_iter().zip(second).map(|(first, second)| first.min(second)).collect())
}

/// What f32 rounding may leave between two devices on the sample.
pub fn rounding(subject: &Subject, weights: &Weights) -> Rounding {
    let examples = subject.training_examples().min(EXAMPLES);
    Rounding::new(subject, weights, examples, f64::from(f32::EPSILON))
}

/// ‖g_test − g_reference‖ / ‖g_reference‖ of each tensor; where larger numbers cancel in it, the divisor
/// is larger.
fn relative_errors(
    test: &[NamedGradient],
    reference: &[NamedGradient],
    rounding: &Rounding,
) -> Vec<f64> {
    let sizes = Sizes::of(reference);
    let distance = |a: &NamedGradient, b: &NamedGradient| {
        let zeros = Vec::new();
        let a = a.values.as_ref().unwrap_or(&zeros);
        let b = b.values.as_ref().unwrap_or(&zeros);
        if a.len() != b.len() {
            return f64::INFINITY;
        }
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        measure::norm(&difference)
    };
    let errors = test.iter().zip(reference).map(|(test, reference)| {
        let numbers = reference.values.as_ref().map_or(0, Vec::len);
        let scale = rounding.measured_against(norm_of(reference), numbers, &sizes);
        distance(test, reference) / scale
    });
    errors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const EPSILON: f64 = f32::EPSILON as f64;

    /// Of short sums: the share that may differ is 1e-5.
    const ROUNDING: Rounding = Rounding::of_short_sums(EPSILON);

    fn tensor(values: Vec<f64>) -> NamedGradient {
        NamedGradient { path: "tensor".to_owned(), shape: vec![values.len()], values: Some(values) }
    }

    /// Normal numbers, each times `size`.
    fn drawn(count: usize, size: f64) -> Vec<f64> {
        let mut random = Random::new(7, "gradients");
        (0..count).map(|_| size * random.normal()).collect()
    }

    /// Whether each tensor is called wrong.
    fn accused(test: Vec<Vec<f64>>, reference: &[Vec<f64>]) -> Vec<bool> {
        let test: Vec<_> = test.into_iter().map(tensor).collect();
        let reference: Vec<_> = reference.iter().cloned().map(tensor).collect();
        let errors = relative_errors(&test, &reference, &ROUNDING);
        // NaN is no agreement.
        errors.into_iter().map(|error| error.is_nan() || error > ROUNDING.bound).collect()
    }

    #[test]
    fn rounding_in_a_gradient_that_is_zero_by_design_is_no_error() {
        let reference = [vec![1.0, -0.7], vec![1e-17, 2e-17], vec![1e-3]];
        let test = vec![vec![1.0 + 1e-7, -0.7], vec![3e-8, -9e-8], vec![1e-3 + 5e-8]];
        assert_eq!(accused(test, &reference), [false; 3]);
    }

    #[test]
    fn the_last_digit_of_the_largest_number_is_no_error_in_a_small_gradient() {
        // A scale that is turned back by what follows it: its gradient is what is left of much larger
        // numbers.
        let reference = [drawn(48, 0.3), drawn(12, 2e-3)];
        let largest = reference[0].iter().fold(0.0f64, |most, number| most.max(number.abs()));
        let off = reference[1].iter().map(|number| number + largest * EPSILON).collect();
        assert_eq!(accused(vec![reference[0].clone(), off], &reference), [false; 2]);
    }

    #[test]
    fn a_wrong_gradient_is_an_error_however_small_it_should_be() {
        let reference = [vec![1.0], vec![1e-17], vec![1e-3]];
        let test = |second, third| vec![vec![1.0], vec![second], vec![third]];
        assert_eq!(accused(test(1e-3, 1.1e-3), &reference), [false, true, true]);
        assert_eq!(accused(test(f64::NAN, 1e-3), &reference), [false, true, false]);
    }

    #[test]
    fn a_factor_of_a_thousandth_is_an_error_in_each_tensor() {
        for count in [1, 12, 1000, 100_000] {
            for size in [1.0, 1e-2] {
                // A bias beside a weight whose numbers are larger.
                let reference = [drawn(64, 1.0), drawn(count, size)];
                let scaled = reference[1].iter().map(|number| 1.001 * number).collect();
                let found = accused(vec![reference[0].clone(), scaled], &reference);
                assert_eq!(found, [false, true], "{count} numbers of {size}");
            }
        }
    }

    #[test]
    fn one_wrong_number_of_a_hundred_thousand_is_an_error() {
        let reference = [drawn(64, 1.0), drawn(100_000, 0.1)];
        for wrong in [0.0, -0.1, 0.2] {
            let mut test = reference.to_vec();
            test[1][4711] = wrong;
            assert_eq!(accused(test, &reference), [false, true], "{wrong}");
        }
    }

    #[test]
    fn a_tensor_of_another_size_is_an_error() {
        assert_eq!(accused(vec![vec![1.0, 1.0]], &[vec![1.0]]), [true]);
    }
}
