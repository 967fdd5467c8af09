//! `reversal`: a sequence that is to be told from its end. Every place asks for another one.

use super::places;
use crate::data::InputKind;
use crate::data::raw::Raw;
use crate::random::Random;

/// Tokens are independent and uniform in `0..vocabulary`; the class at place i is the token at
/// place `length` − 1 − i. Whoever sees only what came before knows the second half, and pays ln v
/// for each place of the first one.
///
/// Source: I. Sutskever, O. Vinyals and Q. V. Le, "Sequence to Sequence Learning with Neural
/// Networks" (2014), who found the order of a sequence to decide how it is learned; as a task of its
/// own in Tensor2Tensor (`algorithmic_reverse`).
pub(super) fn generate(
    examples: usize,
    vocabulary: usize,
    length: usize,
    random: &mut Random,
) -> Raw {
    let mut inputs = Vec::with_capacity(examples * length);
    let mut classes = Vec::with_capacity(examples * length);
    for _ in 0..examples {
        let tokens: Vec<usize> = (0..length).map(|_| random.below(vocabulary)).collect();
        inputs.extend(tokens.iter().map(|&token| token as f64));
        classes.extend(tokens.into_iter().rev().map(Some));
    }
    let raw = places(inputs, classes, vocabulary, vec![length]);
    Raw { input: InputKind::Tokens { vocabulary }, ..raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    #[test]
    fn the_answers_are_the_tokens_from_the_end() {
        let raw = generate(300, 5, 4, &mut Random::new(1, "test"));
        let Targets::Places { classes, shape } = &raw.targets else { panic!("{:?}", raw.targets) };
        assert_eq!(shape.as_slice(), [4]);
        let mut counts = [0; 5];
        for (tokens, answers) in raw.inputs.chunks(4).zip(classes.chunks(4)) {
            for (token, answer) in tokens.iter().zip(answers.iter().rev()) {
                assert_eq!(answer.map(|class| class as f64), Some(*token));
                counts[*token as usize] += 1;
            }
        }
        // 240 of 1200 each, with a standard deviation of 13.9.
        assert!(counts.iter().all(|count| (170..=310).contains(count)), "{counts:?}");
    }
}
