//! Which answers must be alike, because the inputs are, and how many of them can be right.

use std::collections::{HashMap, HashSet};

use super::answers::{columns, counted};
use crate::data::{Examples, Targets};

/// Examples that a model cannot tell apart, at all of their places or at one.
struct Alike {
    rows: Vec<usize>,
    place: Option<usize>,
}

/// The answers that a model gives alike, set by set: those of equal inputs. Where each place tells the
/// token of the next one, a model that does not look ahead knows the sequence up to there: then a set is
/// a place of all sequences that begin alike.
fn sets(examples: &Examples) -> Vec<Alike> {
    let length = example_len(examples);
    let equal_for = |numbers: usize, place: Option<usize>| {
        let groups = groups_of_equal_beginnings(examples, numbers);
        groups.into_iter().map(move |rows| Alike { rows, place })
    };
    match tells_the_next_token(examples) {
        true => (0..length).flat_map(|place| equal_for(place + 1, Some(place))).collect(),
        false => equal_for(length, None).collect(),
    }
}

/// The targets of examples that a model cannot tell apart, set by set.
pub(super) fn answered_alike(examples: &Examples) -> Vec<Targets> {
    let of_set = |Alike { rows, place }: Alike| {
        let targets = examples.targets.select(&rows);
        place.map_or(targets.clone(), |place| at_place(&targets, place))
    };
    sets(examples).into_iter().map(of_set).collect()
}

/// Numbers of right answers between which learning takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RightAnswers {
    /// Of the best constant answer: the most frequent class, label by label.
    pub constant: usize,
    /// What no model gets above: of each set that is answered alike, those with the most frequent class.
    /// All where nothing contradicts itself.
    pub best: usize,
    pub all: usize,
}

/// What can be right of these answers; nothing where targets are numbers, and where no answer counts.
pub fn right_answers(examples: &Examples, pad_tokens: &[usize]) -> Option<RightAnswers> {
    let targets = &examples.targets;
    let all: Vec<Targets> = match targets {
        Targets::Labels { .. } => columns(targets, pad_tokens),
        _ => vec![Targets::Classes(classes_of(targets, pad_tokens)?)],
    };
    let sets = answered_alike(examples);
    let by_set = sets.iter().flat_map(|targets| columns(targets, pad_tokens));
    let ((constant, all), (best, _)) = (most_frequent(all)?, most_frequent(by_set)?);
    Some(RightAnswers { constant, best, all })
}

/// The number of answers that have the most frequent class of their set, and of all.
fn most_frequent(sets: impl IntoIterator<Item = Targets>) -> Option<(usize, usize)> {
    let (mut right, mut all) = (0, 0);
    for targets in sets {
        let Targets::Classes(classes) = targets else { return None };
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for class in &classes {
            *counts.entry(*class).or_default() += 1;
        }
        right += counts.values().max().copied().unwrap_or(0);
        all += classes.len();
    }
    (all > 0).then_some((right, all))
}

fn classes_of(targets: &Targets, pad_tokens: &[usize]) -> Option<Vec<usize>> {
    match targets {
        Targets::Classes(_) | Targets::Places { .. } => {
            Some(counted(targets, pad_tokens).into_iter().map(|(_, class)| class).collect())
        }
        _ => None,
    }
}

/// Which answers (row-major over examples and their labels or places) their inputs leave open: others that
/// are answered alike have another class.
pub fn open_answers(examples: &Examples, pad_tokens: &[usize]) -> HashSet<usize> {
    let width = examples.targets.width();
    let due: HashMap<usize, usize> = match &examples.targets {
        Targets::Labels { labels, .. } => labels.iter().copied().enumerate().collect(),
        targets => counted(targets, pad_tokens).into_iter().collect(),
    };
    let mut open = HashSet::new();
    for Alike { rows, place } in sets(examples) {
        for column in place.map_or(0..width, |place| place..place + 1) {
            let answers: Vec<usize> = rows.iter().map(|row| row * width + column).collect();
            let mut classes = answers.iter().filter_map(|answer| due.get(answer));
            let first = classes.next();
            if classes.any(|class| Some(class) != first) {
                open.extend(answers);
            }
        }
    }
    open
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

    fn right(examples: &Examples) -> (usize, usize, usize) {
        let right = right_answers(examples, &[]).expect("there are answers");
        (right.constant, right.best, right.all)
    }

    #[test]
    fn what_contradicts_itself_cannot_all_be_right() {
        let examples = |labels: &[usize]| Examples {
            inputs: vec![1.0, 1.0, 1.0, 2.0],
            targets: Targets::Classes(labels.to_vec()),
        };
        assert_eq!(right(&examples(&[0, 0, 0, 1])), (3, 4, 4));
        assert!(open_answers(&examples(&[0, 0, 0, 1]), &[]).is_empty());
        assert_eq!(right(&examples(&[0, 1, 0, 1])), (2, 3, 4));
        assert_eq!(open_answers(&examples(&[0, 1, 0, 1]), &[]), HashSet::from([0, 1, 2]));
        let values = Examples { inputs: vec![1.0, 1.0], targets: Targets::Values(vec![0.0, 9.0]) };
        assert_eq!(right_answers(&values, &[]), None);
    }

    #[test]
    fn behind_the_same_beginning_one_token_can_be_told() {
        let targets =
            Targets::Places { classes: vec![Some(0), Some(2), Some(1), Some(2)], shape: vec![2] };
        let sequences = Examples { inputs: vec![3.0, 0.0, 3.0, 1.0], targets };
        assert_eq!(right(&sequences), (2, 3, 4));
        assert_eq!(open_answers(&sequences, &[]), HashSet::from([0, 2]));
        // What does not count contradicts nothing.
        assert!(open_answers(&sequences, &[1]).is_empty());
    }

    #[test]
    fn each_label_is_an_answer_of_its_own() {
        let labels = Targets::Labels { labels: vec![1, 0, 1, 1], shape: vec![2] };
        let examples = Examples { inputs: vec![5.0, 5.0], targets: labels };
        assert_eq!(right(&examples), (3, 3, 4));
        assert_eq!(open_answers(&examples, &[]), HashSet::from([1, 3]));
    }
}
