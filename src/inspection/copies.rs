//! Examples that come twice: in two parts of the data, or with two answers.

use std::collections::{BTreeMap, HashMap};

use super::{Contradictions, Copies, Copy, Example};
use crate::data::{Dataset, Examples, InputKind, Part};
use crate::hash::Fnv1a;

/// So many copies are named.
const SHOWN: usize = 5;

/// Below that, chance alone gives no copy that anybody would see.
const NEVER: f64 = 1e-9;

/// The examples of a part by the hash of their inputs.
struct Index<'data> {
    examples: &'data Examples,
    width: usize,
    by_hash: HashMap<u64, Vec<usize>>,
}

impl<'data> Index<'data> {
    fn new(examples: &'data Examples, width: usize) -> Self {
        let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
        for example in 0..examples.len() {
            let hash = hash(examples.input(example, width));
            by_hash.entry(hash).or_default().push(example);
        }
        Self { examples, width, by_hash }
    }

    /// How many examples share their inputs with another one.
    fn twins(&self) -> usize {
        let groups = self.by_hash.values().filter(|group| group.len() > 1);
        groups.map(Vec::len).sum()
    }

    /// The first example with these inputs.
    fn find(&self, inputs: &[f64]) -> Option<usize> {
        let same = |example: &&usize| self.examples.input(**example, self.width) == inputs;
        self.by_hash.get(&hash(inputs))?.iter().find(same).copied()
    }
}

fn hash(inputs: &[f64]) -> u64 {
    let mut hash = Fnv1a::new();
    inputs.iter().for_each(|number| hash.write(&key(*number).to_le_bytes()));
    hash.finish()
}

/// Held-out examples that the training part has, too.
pub(super) fn copies(data: &Dataset) -> Copies {
    let width = data.example_len();
    let index = Index::new(&data.train, width);
    let mut copies = Copies {
        examples: 0,
        first: Vec::new(),
        by_chance: by_chance(data),
        within: index.twins(),
    };
    for (part, examples) in [(Part::Validation, &data.validation), (Part::Test, &data.test)] {
        for example in 0..examples.len() {
            let Some(training) = index.find(examples.input(example, width)) else { continue };
            copies.examples += 1;
            if copies.first.len() < SHOWN {
                copies.first.push(Copy {
                    held_out: place(data, part, example),
                    training: place(data, Part::Training, training),
                });
            }
        }
    }
    copies
}

/// 1 − (1 − p)ⁿ for n training examples, where p is how likely two examples are alike by chance.
fn by_chance(data: &Dataset) -> f64 {
    let (width, numbers) = (data.example_len(), data.train.inputs.as_slice());
    let alike = match data.input {
        InputKind::Float => alike(numbers, width),
        InputKind::Tokens { .. } => sequences_alike(numbers, width),
    };
    1.0 - (1.0 - alike.min(1.0)).powf(data.train.len() as f64)
}

/// The share of pairs among so many.
fn pairs(count: usize) -> f64 {
    count as f64 * count.saturating_sub(1) as f64
}

/// What stands for a number in counts. Adding 0 turns −0 into 0, which equals it.
fn key(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// How likely two examples are alike when each of their numbers is drawn by itself: the product over
/// columns of the share of pairs that have the same number.
fn alike(numbers: &[f64], width: usize) -> f64 {
    let examples = numbers.len() / width.max(1);
    let mut alike = 1.0;
    for column in 0..width {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for value in numbers.iter().skip(column).step_by(width) {
            *counts.entry(key(*value)).or_default() += 1;
        }
        let same: f64 = counts.values().map(|count| pairs(*count)).sum();
        alike *= same / pairs(examples).max(1.0);
        if alike < NEVER {
            return 0.0;
        }
    }
    alike
}

/// The same for sequences in which a token depends on the one before it: the sum over all sequences of
/// the product of the shares of pairs that go on alike.
fn sequences_alike(tokens: &[f64], length: usize) -> f64 {
    let rows = || tokens.chunks(length.max(1));
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    rows().for_each(|row| *counts.entry(key(row[0])).or_default() += 1);
    let all = pairs(rows().count()).max(1.0);
    let mut alike: BTreeMap<u64, f64> =
        counts.iter().map(|(token, count)| (*token, pairs(*count) / all)).collect();
    for place in 1..length {
        let mut next: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        for row in rows() {
            *next.entry((key(row[place - 1]), key(row[place]))).or_default() += 1;
        }
        let mut after: BTreeMap<u64, f64> = BTreeMap::new();
        let mut counted: BTreeMap<u64, usize> = BTreeMap::new();
        for ((before, token), count) in &next {
            let share = pairs(*count) / pairs(counts[before]).max(1.0);
            *after.entry(*token).or_default() += alike[before] * share;
            *counted.entry(*token).or_default() += count;
        }
        (alike, counts) = (after, counted);
    }
    alike.values().sum()
}

/// Examples of the training part whose inputs others have with a more frequent answer.
pub(super) fn contradictions(data: &Dataset) -> Option<Contradictions> {
    let width = data.example_len();
    let mut found = Contradictions { examples: 0, first: None };
    let index = Index::new(&data.train, width);
    let mut groups: Vec<&Vec<usize>> =
        index.by_hash.values().filter(|group| group.len() > 1).collect();
    groups.sort_unstable();
    for group in groups {
        // Different inputs with one hash are as good as never, and no contradiction.
        let first = data.train.input(group[0], width);
        if group.iter().any(|example| data.train.input(*example, width) != first) {
            continue;
        }
        let mut answers: Vec<(String, usize, usize)> = Vec::new();
        for &example in group {
            let answer = format!("{:?}", data.train.targets.select(&[example]));
            match answers.iter_mut().find(|(known, ..)| *known == answer) {
                Some((_, _, count)) => *count += 1,
                None => answers.push((answer, example, 1)),
            }
        }
        let most = answers.iter().map(|(.., count)| *count).max().unwrap_or(0);
        found.examples += group.len() - most;
        if let ([(_, a, _), (_, b, _), ..], None) = (answers.as_slice(), &found.first) {
            let training = |example| place(data, Part::Training, example);
            found.first = Some((training(*a), training(*b)));
        }
    }
    Some(found)
}

fn place(data: &Dataset, part: Part, example: usize) -> Example {
    Example { part, place: data.origin.place(part, example) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_never_the_same_are_never_alike_by_chance() {
        let unique: Vec<f64> = (0..50).map(f64::from).collect();
        assert_eq!(alike(&unique, 1), 0.0);
        assert_eq!(alike(&unique, 2), 0.0);
        // Of four numbers two pairs out of six are the same, in both columns.
        let bits = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        assert!((alike(&bits, 2) - 1.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn tokens_that_depend_on_each_other_are_alike_more_often() {
        // 0 is followed by 0 and 1 by 1, always.
        let tokens: Vec<f64> = (0..40).flat_map(|row| [f64::from(row % 2); 6]).collect();
        let together = sequences_alike(&tokens, 6);
        assert!((together - 2.0 * pairs(20) / pairs(40)).abs() < 1e-12, "{together}");
        assert!(alike(&tokens, 6) < 0.02, "as if each were drawn by itself");
    }
}
