//! `copy`: symbols that are to be said again after a while. Only a memory can.

use super::places;
use crate::data::InputKind;
use crate::data::raw::Raw;
use crate::random::Random;

/// An input is `length` symbols, `delay` − 1 blanks, the sign to begin, and `length` blanks; at the
/// places of these last blanks the symbols are to be answered, in their order. No other place
/// counts. With k symbols, tokens below k are the symbols, k is the blank and k + 1 the sign; the
/// class is the symbol.
///
/// All symbols are independent and equally likely, so whoever remembers none pays ln k.
///
/// Source: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory" (1997), in the form of
/// M. Arjovsky, A. Shah and Y. Bengio, "Unitary Evolution Recurrent Neural Networks" (2016),
/// section 5.1 (there k = 8, length = 10, and the blanks before the answer count too).
pub(super) fn generate(
    examples: usize,
    symbols: usize,
    length: usize,
    delay: usize,
    random: &mut Random,
) -> Raw {
    let (blank, sign) = (symbols, symbols + 1);
    let steps = steps(length, delay);
    let mut inputs = Vec::with_capacity(examples * steps);
    let mut classes = Vec::with_capacity(examples * steps);
    for _ in 0..examples {
        let said: Vec<usize> = (0..length).map(|_| random.below(symbols)).collect();
        let waiting = std::iter::repeat_n(blank, delay - 1).chain([sign]);
        let tokens = said.iter().copied().chain(waiting).chain(std::iter::repeat_n(blank, length));
        inputs.extend(tokens.map(|token| token as f64));
        classes.extend(std::iter::repeat_n(None, length + delay));
        classes.extend(said.into_iter().map(Some));
    }
    let raw = places(inputs, classes, symbols, vec![steps]);
    Raw { input: InputKind::Tokens { vocabulary: symbols + 2 }, ..raw }
}

/// Tokens of an example.
pub(super) fn steps(length: usize, delay: usize) -> usize {
    length.saturating_mul(2).saturating_add(delay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    #[test]
    fn the_answer_is_what_was_said_before_the_sign() {
        let (symbols, length, delay) = (4, 3, 5);
        let raw = generate(200, symbols, length, delay, &mut Random::new(1, "test"));
        let Targets::Places { classes, shape } = &raw.targets else { panic!("{:?}", raw.targets) };
        assert_eq!((shape.as_slice(), raw.shape.as_slice()), (&[11][..], &[11][..]));
        for (tokens, answers) in raw.inputs.chunks(11).zip(classes.chunks(11)) {
            assert_eq!(tokens[3..], [4.0, 4.0, 4.0, 4.0, 5.0, 4.0, 4.0, 4.0]);
            assert!(answers[..8].iter().all(Option::is_none));
            for (said, answer) in tokens.iter().zip(&answers[8..]) {
                assert_eq!(answer.map(|class| class as f64), Some(*said));
            }
        }
        let mut counts = [0; 4];
        classes.iter().flatten().for_each(|&class| counts[class] += 1);
        // 150 of 600 each, with a standard deviation of 10.6.
        assert!(counts.iter().all(|count| (97..=203).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_shortest_delay_is_the_sign_alone() {
        let raw = generate(1, 2, 1, 1, &mut Random::new(1, "test"));
        assert_eq!(raw.inputs[1..], [3.0, 2.0]);
    }
}
