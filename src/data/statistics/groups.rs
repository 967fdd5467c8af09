//! Which answers must be alike, because the inputs are, and how many of them can be right.

use std::collections::HashMap;

use super::answers::columns;
use crate::data::{Examples, Targets};

/// The targets of examples that a model cannot tell apart, set by set: those with equal inputs. Where each
/// place tells the token of the next one, a model that does not look ahead knows the sequence up to
/// there: then a set is a place of all sequences that begin alike.
pub(super) fn answered_alike(examples: &Examples) -> Vec<Targets> {
    let length = example_len(examples);
    if !tells_the_next_token(examples) {
        let groups = groups_of_equal_beginnings(examples, length);
        return groups.iter().map(|group| examples.targets.select(group)).collect();
    }
    let at = |place: usize| {
        let here = at_place(&examples.targets, place);
        let groups = groups_of_equal_beginnings(examples, place + 1);
        groups.into_iter().map(move |group| here.select(&group))
    };
    (0..length).flat_map(at).collect()
}

/// The share of answers that a model gets right at most: of each set that it answers alike, those with
/// the most frequent class. 1 where nothing contradicts itself, and where targets are numbers.
pub fn best_accuracy(examples: &Examples, pad_tokens: &[usize]) -> f64 {
    let (mut right, mut all) = (0, 0);
    for targets in answered_alike(examples) {
        for column in columns(&targets, pad_tokens) {
            let Targets::Classes(classes) = column else { return 1.0 };
            let mut counts: HashMap<usize, usize> = HashMap::new();
            for class in &classes {
                *counts.entry(*class).or_default() += 1;
            }
            right += counts.values().max().copied().unwrap_or(0);
            all += classes.len();
        }
    }
    if all == 0 { 1.0 } else { right as f64 / all as f64 }
}

fn example_len(examples: &Examples) -> usize {
    examples.inputs.len().checked_div(examples.len()).unwrap_or(0)
}

/// Whether the class at each place is the input of the next one, as in language models.
fn tells_the_next_token(examples: &Examples) -> bool {
    let length = example_len(examples);
    let Targets::Places { classes, .. } = &examples.targets else { return false };
    length > 1
        && examples.targets.width() == length
        && classes.chunks(length).zip(examples.inputs.chunks(length)).all(|(classes, inputs)| {
            classes.iter().zip(&inputs[1..]).all(|(class, input)| *class == Some(*input as usize))
        })
}

/// The classes at one place, as targets of that place alone.
fn at_place(targets: &Targets, place: usize) -> Targets {
    let Targets::Places { classes, .. } = targets else { return targets.clone() };
    let here = classes.iter().skip(place).step_by(targets.width());
    Targets::Places { classes: here.copied().collect(), shape: vec![1] }
}

/// Indices of the examples whose first so many numbers are the same, in the order of their first.
fn groups_of_equal_beginnings(examples: &Examples, numbers: usize) -> Vec<Vec<usize>> {
    let example_len = example_len(examples);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<Vec<u64>, usize> = HashMap::new();
    for index in 0..examples.len() {
        // Adding 0 turns −0 into 0.
        let input = &examples.input(index, example_len)[..numbers];
        let key = input.iter().map(|number| (number + 0.0).to_bits()).collect();
        let group = *group_of.entry(key).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(index);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_contradicts_itself_cannot_all_be_right() {
        let examples = |labels: &[usize]| Examples {
            inputs: vec![1.0, 1.0, 1.0, 2.0],
            targets: Targets::Classes(labels.to_vec()),
        };
        assert_eq!(best_accuracy(&examples(&[0, 0, 0, 1]), &[]), 1.0);
        assert_eq!(best_accuracy(&examples(&[0, 1, 0, 1]), &[]), 0.75);
        let values = Examples { inputs: vec![1.0, 1.0], targets: Targets::Values(vec![0.0, 9.0]) };
        assert_eq!(best_accuracy(&values, &[]), 1.0);
    }

    #[test]
    fn behind_the_same_beginning_one_token_can_be_told() {
        let targets =
            Targets::Places { classes: vec![Some(0), Some(2), Some(1), Some(2)], shape: vec![2] };
        let sequences = Examples { inputs: vec![3.0, 0.0, 3.0, 1.0], targets };
        assert_eq!(best_accuracy(&sequences, &[]), 0.75);
    }
}
