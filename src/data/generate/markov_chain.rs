//! `markov_chain`: the next token after a sequence of them, as the characters of a text would be
//! guessed from pairs. The lowest loss that a model can reach is known.

use super::classification;
use crate::data::InputKind;
use crate::data::raw::Raw;
use crate::random::Random;

/// A random order of the tokens makes a successor of each; the next token is the successor with
/// probability `certainty`, and else any token, each equally likely. The class is the token after
/// the last one of the input.
///
/// With v tokens, q = (1 − certainty) / v and p = certainty + q, no model gets an expected cross
/// entropy below −p ln p − (v − 1) q ln q on sequences that it has not seen, and the table of all
/// pairs gets there: only the last token tells anything.
///
/// All tokens are equally likely everywhere, so a chain looks the same from its end: the class is
/// chosen first, each as often, and the sequence is drawn backwards.
///
/// Source: C. E. Shannon, "A Mathematical Theory of Communication" (1948), sections 3 and 7.
pub(super) fn generate(
    examples: usize,
    vocabulary: usize,
    length: usize,
    certainty: f64,
    random: &mut Random,
) -> Raw {
    let predecessors = random.permutation(vocabulary);
    let labels: Vec<usize> = (0..examples).map(|example| example % vocabulary).collect();
    let mut inputs = Vec::with_capacity(examples * length);
    for &label in &labels {
        let mut token = label;
        let mut backwards: Vec<usize> = Vec::with_capacity(length);
        for _ in 0..length {
            let certain = random.uniform() < certainty;
            token = if certain { predecessors[token] } else { random.below(vocabulary) };
            backwards.push(token);
        }
        inputs.extend(backwards.iter().rev().map(|&token| token as f64));
    }
    let raw = classification(inputs, labels, vocabulary, vec![length]);
    Raw { input: InputKind::Tokens { vocabulary }, ..raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Examples;
    use crate::data::statistics::{constant_loss, loss_floor};
    use crate::spec::{LossKind, Task};

    /// The lowest cross entropy of the documentation.
    fn entropy(vocabulary: usize, certainty: f64) -> f64 {
        let q = (1.0 - certainty) / vocabulary as f64;
        let p = certainty + q;
        -p * p.ln() - (vocabulary - 1) as f64 * q * q.ln()
    }

    #[test]
    fn a_certain_chain_goes_round_the_successors() {
        let raw = generate(50, 5, 4, 1.0, &mut Random::new(1, "test"));
        let mut successors = [None; 5];
        for (index, tokens) in raw.inputs.chunks(4).enumerate() {
            let chain: Vec<usize> =
                tokens.iter().map(|&token| token as usize).chain([index % 5]).collect();
            for pair in chain.windows(2) {
                assert_eq!(*successors[pair[0]].get_or_insert(pair[1]), pair[1]);
            }
        }
        let mut seen: Vec<usize> = successors.into_iter().flatten().collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn the_floor_of_pairs_is_the_entropy_and_a_constant_costs_ln_v() {
        let (examples, vocabulary, certainty) = (60_000, 4, 0.7);
        let raw = generate(examples, vocabulary, 1, certainty, &mut Random::new(1, "test"));
        let plain = LossKind::default_for(Task::Classification);
        let constant = constant_loss(&plain, &raw.targets, vocabulary);
        assert!((constant - 4f64.ln()).abs() < 1e-12, "{constant}");
        let examples = Examples { inputs: raw.inputs, targets: raw.targets };
        let floor = loss_floor(&plain, &examples, vocabulary);
        // The surprise of a token has a standard deviation below 2.6 nats: five standard errors of
        // their mean are below 0.053. The table fits 12 free numbers, which lowers it by 1e-4.
        assert!((floor - entropy(vocabulary, certainty)).abs() < 0.053, "{floor}");
    }

    #[test]
    fn the_same_transitions_hold_at_every_place() {
        let raw = generate(20_000, 3, 3, 0.6, &mut Random::new(1, "test"));
        let mut counts = [[[0.0; 3]; 3]; 3];
        for (index, tokens) in raw.inputs.chunks(3).enumerate() {
            let chain = [tokens[0] as usize, tokens[1] as usize, tokens[2] as usize, index % 3];
            for (place, pair) in chain.windows(2).enumerate() {
                counts[place][pair[0]][pair[1]] += 1.0;
            }
        }
        for (place, table) in counts.iter().enumerate() {
            for row in table {
                let total: f64 = row.iter().sum();
                let most = row.iter().copied().fold(0.0, f64::max) / total;
                // 0.6 + 0.4 / 3, within five standard errors of about 6667 draws.
                let error = (0.7333f64 * 0.2667 / 6667.0).sqrt();
                assert!((most - 0.7333).abs() < 5.0 * error, "{place}: {row:?}");
            }
        }
    }
}
