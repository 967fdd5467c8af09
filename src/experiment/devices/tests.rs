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
    let numbers = |gradients| InitialNumbers { loss: 1.0, outputs: Vec::new(), gradients };
    let errors = Errors::between(&numbers(test), &numbers(reference), &ROUNDING, None);
    // What is no number is no agreement.
    errors.gradients.into_iter().map(|error| error.is_nan() || error > ROUNDING.bound).collect()
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

fn output(numbers: Vec<f64>) -> Seen {
    Seen { path: "layer".to_owned(), shape: vec![numbers.len()], numbers }
}

/// Whether each output is called wrong, where it was moved so far.
fn outputs_accused(test: Vec<f64>, reference: Vec<f64>, moved: f64) -> bool {
    let numbers = |numbers| InitialNumbers {
        loss: 1.0,
        outputs: vec![output(numbers)],
        gradients: Vec::new(),
    };
    let moved = Moved { loss: 0.0, outputs: vec![moved], gradients: Vec::new() };
    let errors = Errors::between(&numbers(test), &numbers(reference), &ROUNDING, Some(&moved));
    !errors.are_within(ROUNDING.bound)
}

#[test]
fn what_rounding_moves_on_one_device_may_differ_between_two() {
    let off = || outputs_accused(vec![1.0, 1.0 + 5e-5], vec![1.0, 1.0], 0.0);
    assert!(off());
    assert!(!outputs_accused(vec![1.0, 1.0 + 5e-5], vec![1.0, 1.0], 1e-5));
    assert!(outputs_accused(vec![1.0, 1.0 + 5e-4], vec![1.0, 1.0], 1e-5));
}

#[test]
fn what_overflows_on_one_device_alone_is_an_error_and_on_both_is_none() {
    let infinite = f64::INFINITY;
    assert!(outputs_accused(vec![infinite, 1.0], vec![1e300, 1.0], 0.0));
    assert!(outputs_accused(vec![f64::NAN, 1.0], vec![1.0, 1.0], 0.0));
    assert!(!outputs_accused(vec![infinite, 1.0], vec![infinite, 1.0], 0.0));
}

#[test]
fn a_second_sample_clears_what_one_has_spoiled() {
    let errors = |output: f64| Errors { loss: 0.0, outputs: vec![output], gradients: vec![1e-7] };
    let least = errors(0.3).least(&errors(1e-6));
    assert_eq!(least, errors(1e-6));
    assert!(least.are_within(1e-5) && !errors(f64::NAN).are_within(1e-5));
    // What is no number on both stays none.
    assert!(!errors(f64::NAN).least(&errors(f64::NAN)).are_within(1e-5));
}
