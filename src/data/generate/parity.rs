//! `parity`: whether the number of positive signs in a sequence is odd. Every step counts.

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Signs of −1 and 1; the class is 1 where the number of ones is odd. All sequences of a class are
/// equally likely: all steps but the last are random, and the last one makes the class.
///
/// Without one of its steps, a sequence tells nothing about its class.
///
/// Source: M. Minsky and S. Papert, "Perceptrons" (1969), section 3.1.
pub(super) fn generate(examples: usize, length: usize, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 2).collect();
    let mut inputs = Vec::with_capacity(examples * length);
    for &label in &labels {
        let mut odd = false;
        for _ in 1..length {
            let sign = random.sign();
            odd ^= sign > 0.0;
            inputs.push(sign);
        }
        inputs.push(if odd == (label == 1) { -1.0 } else { 1.0 });
    }
    classification(inputs, labels, 2, vec![length, 1])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_class_is_whether_the_ones_are_odd_and_every_sequence_comes_up() {
        for length in [1, 2, 5] {
            let raw = generate(600, length, &mut Random::new(1, "test"));
            let mut seen = HashSet::new();
            for (index, sequence) in raw.inputs.chunks(length).enumerate() {
                assert!(sequence.iter().all(|sign| sign.abs() == 1.0));
                let ones = sequence.iter().filter(|&&sign| sign == 1.0).count();
                assert_eq!(ones % 2, index % 2, "{sequence:?}");
                seen.insert(format!("{sequence:?}"));
            }
            assert_eq!(seen.len(), 1 << length);
        }
    }
}
