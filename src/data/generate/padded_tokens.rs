//! `padded_tokens`: token sequences of several lengths, filled up with a padding token.

use std::ops::RangeInclusive;

use super::classification;
use crate::data::InputKind;
use crate::data::raw::Raw;
use crate::random::Random;

/// What stands after the end of a sequence.
const PADDING: usize = 0;

/// The length is uniform in `lengths`; tokens are uniform in `1..vocabulary`, and token 0 fills up
/// to the longest length. Then, until token c + 1 comes more often than every other token of
/// `1..=classes`, a random place within the sequence that does not hold it gets it. The class is c.
///
/// The padding tells nothing about the class: what a model makes of it must not drown the rest.
/// Not from the literature: made for nn-test, as `majority_token` is.
pub(super) fn generate(
    examples: usize,
    classes: usize,
    vocabulary: usize,
    lengths: RangeInclusive<usize>,
    random: &mut Random,
) -> Raw {
    let (shortest, longest) = lengths.into_inner();
    let labels: Vec<usize> = (0..examples).map(|example| example % classes).collect();
    let mut inputs = Vec::with_capacity(examples * longest);
    for &label in &labels {
        let length = shortest + random.below(longest - shortest + 1);
        let mut tokens: Vec<usize> =
            (0..length).map(|_| 1 + random.below(vocabulary - 1)).collect();
        while !is_majority(&tokens, label + 1, classes) {
            let others: Vec<usize> =
                (0..length).filter(|&place| tokens[place] != label + 1).collect();
            tokens[others[random.below(others.len())]] = label + 1;
        }
        tokens.resize(longest, PADDING);
        inputs.extend(tokens.iter().map(|&token| token as f64));
    }
    let raw = classification(inputs, labels, classes, vec![longest]);
    Raw { input: InputKind::Tokens { vocabulary }, ..raw }
}

/// Whether the token is more frequent than every other class's token.
fn is_majority(tokens: &[usize], wanted: usize, classes: usize) -> bool {
    let count = |token: usize| tokens.iter().filter(|&&other| other == token).count();
    (1..=classes).filter(|&token| token != wanted).all(|token| count(token) < count(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_class_token_is_the_class_and_padding_stands_at_the_end_alone() {
        let (classes, vocabulary) = (3, 7);
        let raw = generate(600, classes, vocabulary, 2..=6, &mut Random::new(1, "test"));
        let mut lengths = [0; 7];
        for (index, tokens) in raw.inputs.chunks(6).enumerate() {
            let length = tokens.iter().take_while(|&&token| token != 0.0).count();
            assert!(tokens[length..].iter().all(|&token| token == 0.0), "{tokens:?}");
            assert!(tokens.iter().all(|&token| token < vocabulary as f64), "{tokens:?}");
            lengths[length] += 1;
            let count = |token: usize| tokens.iter().filter(|&&t| t == token as f64).count();
            let most = (1..=classes).map(count).max().unwrap();
            let winners: Vec<usize> = (0..classes).filter(|&c| count(c + 1) == most).collect();
            assert_eq!(winners, [index % classes], "{tokens:?}");
        }
        assert_eq!(lengths[..2], [0, 0]);
        assert!(lengths[2..].iter().all(|&count| count > 0), "{lengths:?}");
        assert_eq!(raw.input, InputKind::Tokens { vocabulary });
    }

    #[test]
    fn the_smallest_sequences_are_possible() {
        let raw = generate(4, 2, 3, 1..=1, &mut Random::new(1, "test"));
        assert_eq!(raw.inputs, [1.0, 2.0, 1.0, 2.0]);
    }
}
