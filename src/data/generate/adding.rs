//! `adding`: the sum of two marked numbers of a sequence. It asks for a memory.

use super::regression;
use crate::data::raw::Raw;
use crate::random::Random;

/// Each step has a number uniform in [0, 1) and a mark, which is 1 at one random step of the first
/// half and at one of the second, and else 0. The target is the sum of the two marked numbers.
///
/// The best constant, 1, has an expected squared error of 2 · 1/12 = 1/6: only a model that finds
/// both marks gets below it. With an odd length the first half is the shorter one.
///
/// Source: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9
/// (1997), experiment 4, in the form of Q. V. Le, N. Jaitly and G. E. Hinton, "A Simple Way to
/// Initialize Recurrent Networks of Rectified Linear Units" (2015), section 4.1.
pub(super) fn generate(examples: usize, length: usize, random: &mut Random) -> Raw {
    let mut inputs = Vec::with_capacity(2 * examples * length);
    let mut values = Vec::with_capacity(examples);
    let half = length / 2;
    for _ in 0..examples {
        let marked = [random.below(half), half + random.below(length - half)];
        let mut sum = 0.0;
        for step in 0..length {
            let number = random.uniform();
            let is_marked = marked.contains(&step);
            if is_marked {
                sum += number;
            }
            inputs.extend([number, f64::from(u8::from(is_marked))]);
        }
        values.push(sum);
    }
    regression(inputs, values, vec![length, 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::statistics::constant_loss;
    use crate::spec::LossKind;

    #[test]
    fn the_target_is_the_sum_of_the_two_marked_numbers_one_in_each_half() {
        for length in [2, 7, 10] {
            let raw = generate(200, length, &mut Random::new(1, "test"));
            let Targets::Values(values) = &raw.targets else { panic!("sums are values") };
            for (sequence, value) in raw.inputs.chunks(2 * length).zip(values) {
                let steps: Vec<(f64, f64)> =
                    sequence.chunks(2).map(|step| (step[0], step[1])).collect();
                let marked: Vec<usize> = (0..length).filter(|&step| steps[step].1 == 1.0).collect();
                let [first, second] = marked.as_slice() else { panic!("{marked:?}") };
                assert!(*first < length / 2 && *second >= length / 2, "{marked:?}");
                assert_eq!(steps[*first].0 + steps[*second].0, *value);
            }
        }
    }

    #[test]
    fn a_constant_costs_a_sixth() {
        let raw = generate(20_000, 4, &mut Random::new(1, "test"));
        let loss = constant_loss(&LossKind::Mse, &raw.targets, 0);
        // A sum of two uniform numbers has the fourth moment 1/15: five standard errors.
        let error = ((1.0 / 15.0 - 1.0 / 36.0) / 20_000f64).sqrt();
        assert!((loss - 1.0 / 6.0).abs() < 5.0 * error, "{loss}");
    }
}
