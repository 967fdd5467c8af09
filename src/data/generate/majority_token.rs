//! `majority_token`: sequences of tokens; the class is the most frequent of the first few tokens.

use super::classification;
use crate::data::InputKind;
use crate::data::raw::Raw;
use crate::random::Random;

/// Tokens uniform in `0..vocabulary`; then, until token c comes more often than every other token
/// of `0..classes`, a random place that does not hold c gets it. The class is c.
///
/// The order of the tokens does not matter, so the task needs an embedding and a sum over the
/// sequence. Not from the literature: made for nn-test as the smallest task on tokens.
pub(super) fn generate(
    examples: usize,
    classes: usize,
    vocabulary: usize,
    length: usize,
    random: &mut Random,
) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % classes).collect();
    let mut inputs = Vec::with_capacity(examples * length);
    for &label in &labels {
        let mut tokens: Vec<usize> = (0..length).map(|_| random.below(vocabulary)).collect();
        while !is_majority(&tokens, label, classes) {
            let others: Vec<usize> = (0..length).filter(|&place| tokens[place] != label).collect();
            tokens[others[random.below(others.len())]] = label;
        }
        inputs.extend(tokens.iter().map(|&token| token as f64));
    }
    let raw = classification(inputs, labels, classes, vec![length]);
    Raw { input: InputKind::Tokens { vocabulary }, ..raw }
}

/// Whether the label is more frequent than every other class's token.
fn is_majority(tokens: &[usize], label: usize, classes: usize) -> bool {
    let count = |class: usize| tokens.iter().filter(|&&token| token == class).count();
    (0..classes).filter(|&class| class != label).all(|class| count(class) < count(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    #[test]
    fn the_most_frequent_class_token_is_the_class() {
        let (classes, vocabulary, length) = (4, 11, 9);
        let raw = generate(400, classes, vocabulary, length, &mut Random::new(1, "test"));
        let Targets::Classes(labels) = &raw.targets else { panic!("sequences have classes") };
        for (tokens, &label) in raw.inputs.chunks(length).zip(labels) {
            let mut counts = vec![0; vocabulary];
            tokens.iter().for_each(|&token| counts[token as usize] += 1);
            let best = counts[..classes].iter().max().unwrap();
            let winners: Vec<usize> =
                (0..classes).filter(|&class| counts[class] == *best).collect();
            assert_eq!(winners, [label], "{tokens:?}");
        }
    }

    #[test]
    fn all_tokens_of_the_vocabulary_come_up() {
        let raw = generate(200, 2, 7, 10, &mut Random::new(1, "test"));
        let mut tokens: Vec<usize> = raw.inputs.iter().map(|&token| token as usize).collect();
        tokens.sort_unstable();
        tokens.dedup();
        assert_eq!(tokens, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(raw.input, InputKind::Tokens { vocabulary: 7 });
    }

    #[test]
    fn the_smallest_sequences_are_possible() {
        let raw = generate(4, 2, 2, 1, &mut Random::new(1, "test"));
        assert_eq!(raw.inputs, [0.0, 1.0, 0.0, 1.0]);
    }
}
