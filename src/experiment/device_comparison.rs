//! The test device's gradients against the reference device's.

use super::backward::{backward, norm_of};
use super::bench::Bench;
use super::initial::EXAMPLES;
use super::measure;
use crate::device::{DeviceFailure, Place};
use crate::model::{NamedGradient, Pass, Weights};
use crate::subject::Subject;

/// Relative error of each tensor's gradient on the test device; `test` is the gradient on the
/// sample that the initial pass saw, `reference` the place to compare with.
///
/// A number that f32 and f64 round to different sides of a kink spoils the comparison of one
/// sample, not of two: what is wrong stays wrong on other examples. So a difference beyond
/// `bound` is looked at again on the next examples, and the smaller error counts.
///
/// # Errors
///
/// When a device fails.
pub fn device_errors(
    bench: &Bench,
    test: &[NamedGradient],
    reference: &Place,
    bound: f64,
) -> Result<Vec<f64>, DeviceFailure> {
    let subject = &bench.subject;
    let sample = subject.sample(EXAMPLES);
    let expected = backward(bench, reference, &sample, Pass::plain())?;
    let first = relative_errors(test, &expected.gradients);
    let others: Vec<usize> = (sample.size()..subject.training_examples()).take(EXAMPLES).collect();
    if first.iter().all(|error| *error <= bound) || others.is_empty() {
        return Ok(first);
    }
    let batch = subject.batch(&others);
    let test = backward(bench, &bench.test, &batch, Pass::plain())?;
    let expected = backward(bench, reference, &batch, Pass::plain())?;
    let second = relative_errors(&test.gradients, &expected.gradients);
    Ok(first.into_iter().zip(second).map(|(first, second)| first.min(second)).collect())
}

/// ‖g_test − g_reference‖ / ‖g_reference‖ of each tensor.
fn relative_errors(test: &[NamedGradient], reference: &[NamedGradient]) -> Vec<f64> {
    let largest = reference.iter().map(norm_of).fold(0.0, f64::max);
    let errors = test.iter().zip(reference).map(|(test, reference)| {
        let zeros = Vec::new();
        let a = test.values.as_ref().unwrap_or(&zeros);
        let b = reference.values.as_ref().unwrap_or(&zeros);
        if a.len() != b.len() {
            return f64::INFINITY;
        }
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        measure::norm(&difference) / measured_against(norm_of(reference), largest)
    });
    errors.collect()
}

/// What a difference from a gradient of this norm is measured against. In a small gradient larger
/// numbers cancel, and their rounding is what is seen: below a hundredth of the largest norm it
/// counts as that. One below a millionth is zero by design (a bias before a normalization, the keys'
/// bias of attention): all of it cancels, and rounding is measured against the largest.
pub(super) fn measured_against(norm: f64, largest: f64) -> f64 {
    let norm = if norm < largest * 1e-6 { largest } else { norm.max(largest * 1e-2) };
    norm.max(f64::MIN_POSITIVE)
}

/// Relative difference that f32 rounding alone may cause between two devices: 2⁻²³·√n, with n
/// the longest sum (the widest layer, over all examples), and 1e-5 at the least. Rounding errors of
/// a sum grow with the root of its length when they are independent (Higham, Accuracy and Stability
/// of Numerical Algorithms, 2002, section 2.6).
///
/// The widths inside a Rust model are unknown. There n is the input's size or the largest tensor's,
/// whichever is larger: no layer sums over more of its own numbers than it owns.
pub fn rounding_bound(subject: &Subject, weights: &Weights) -> f64 {
    let examples = subject.training_examples().min(EXAMPLES);
    rounding_between(subject, weights, examples, f64::from(f32::EPSILON))
}

/// The same for numbers whose distance from 1 to the next larger one is `epsilon`: ε·√n, and at the
/// least as many ε as 1e-5 has of those of f32.
pub fn rounding_between(
    subject: &Subject,
    weights: &Weights,
    examples: usize,
    epsilon: f64,
) -> f64 {
    const LEAST: f64 = 1e-5 / f32::EPSILON as f64;
    let widest = match subject.declared() {
        Some(plan) => {
            let layers = plan.flat();
            layers.iter().map(|l| l.input.elements().max(l.output.elements())).max()
        }
        None => {
            let input = subject.input_shape().iter().product();
            weights.tensors.iter().map(|tensor| tensor.values.len()).chain([input]).max()
        }
    };
    let longest = widest.unwrap_or(1).saturating_mul(examples);
    epsilon * (longest as f64).sqrt().max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradients(norms: &[f64]) -> Vec<NamedGradient> {
        let of = |(number, norm): (usize, &f64)| NamedGradient {
            path: format!("tensor{number}"),
            shape: vec![1],
            values: Some(vec![*norm]),
        };
        norms.iter().enumerate().map(of).collect()
    }

    #[test]
    fn rounding_in_a_gradient_that_is_zero_by_design_is_no_error() {
        let reference = gradients(&[1.0, 1e-17, 1e-3]);
        let errors = relative_errors(&gradients(&[1.0 + 1e-7, 3e-8, 1e-3 + 5e-8]), &reference);
        assert!(errors.iter().all(|error| *error < 1e-5), "{errors:?}");
    }

    #[test]
    fn a_wrong_gradient_is_an_error_however_small_it_should_be() {
        let reference = gradients(&[1.0, 1e-17, 1e-3]);
        let errors = relative_errors(&gradients(&[1.0, 1e-3, 1.1e-3]), &reference);
        assert!(errors[1] > 1e-4 && errors[2] > 1e-3, "{errors:?}");
        let errors = relative_errors(&gradients(&[1.0, f64::NAN, 1e-3]), &reference);
        assert!(errors[1].is_nan());
    }
}
