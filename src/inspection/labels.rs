//! What the answers are like.

use super::{ClassCount, LabelCount, TargetFacts, columns};
use crate::data::Targets;
use crate::data::statistics::class_counts;

/// More different numbers than this are no numbered classes.
const MOST_STEPS: usize = 20;

/// The answers of the training part, beside those of the parts that are held out. `names` are those of
/// an answer's numbers.
pub(super) fn targets(
    training: &Targets,
    held_out: &[&Targets],
    classes: &[String],
    names: &[String],
) -> TargetFacts {
    match training {
        Targets::Classes(_) | Targets::Places { .. } => {
            TargetFacts::Classes(class_facts(training, held_out, classes))
        }
        Targets::Labels { labels, shape } => {
            let width = training.width();
            let ones = |row: &[usize]| row.iter().filter(|label| **label == 1).count();
            TargetFacts::Labels {
                labels: label_counts(labels, width, |label| columns::target(label, shape, names)),
                exclusive: labels.chunks(width).all(|row| ones(row) == 1),
            }
        }
        Targets::Values(values) | Targets::Arrays { values, .. } => TargetFacts::Values {
            columns: columns::targets(values, training.shape(), names),
            steps: match training {
                Targets::Values(values) => steps(values),
                _ => None,
            },
        },
    }
}

fn class_facts(training: &Targets, held_out: &[&Targets], classes: &[String]) -> Vec<ClassCount> {
    let count =
        |targets: &Targets| class_counts(&targets.classes().unwrap_or_default(), classes.len());
    let trained = count(training);
    let others: Vec<Vec<usize>> = held_out.iter().map(|targets| count(targets)).collect();
    let classes = classes.iter().enumerate();
    let classes = classes.map(|(class, name)| ClassCount {
        name: name.clone(),
        training: trained[class],
        held_out: others.iter().map(|counts| counts[class]).sum(),
    });
    classes.collect()
}

fn label_counts(labels: &[usize], width: usize, name: impl Fn(usize) -> String) -> Vec<LabelCount> {
    let count = |label: usize| {
        let values = labels.iter().skip(label).step_by(width);
        LabelCount {
            name: name(label),
            ones: values.clone().filter(|value| **value == 1).count(),
            examples: values.count(),
        }
    };
    (0..width).map(count).collect()
}

/// How many different numbers there are, where these are evenly spaced, few, and each as frequent as
/// classes are: ten examples each. Scaling leaves all of that as it is.
fn steps(values: &[f64]) -> Option<usize> {
    let mut different: Vec<f64> = Vec::new();
    for value in values {
        if !different.contains(value) {
            different.push(*value);
            if different.len() > MOST_STEPS {
                return None;
            }
        }
    }
    different.sort_by(f64::total_cmp);
    let [first, .., last] = different.as_slice() else { return None };
    let step = (last - first) / (different.len() - 1) as f64;
    let even = different
        .iter()
        .enumerate()
        .all(|(index, value)| (value - first - step * index as f64).abs() <= 1e-6 * step);
    (even && values.len() >= 10 * different.len()).then_some(different.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_classes_are_evenly_spaced_few_and_frequent() {
        let digits: Vec<f64> = (0..100).map(|example| f64::from(example % 10)).collect();
        assert_eq!(steps(&digits), Some(10));
        let scaled: Vec<f64> = digits.iter().map(|digit| (digit - 4.5) / 2.87).collect();
        assert_eq!(steps(&scaled), Some(10));
        let rare: Vec<f64> = digits[..50].to_vec();
        assert_eq!(steps(&rare), None, "five examples of each");
        let uneven: Vec<f64> = (0..100).map(|example| [0.0, 1.0, 5.0][example % 3]).collect();
        assert_eq!(steps(&uneven), None);
        let many: Vec<f64> = (0..1000).map(|example| f64::from(example % 50)).collect();
        assert_eq!(steps(&many), None);
        assert_eq!(steps(&[1.0; 50]), None, "one number is no class");
    }

    #[test]
    fn each_label_is_counted_by_itself() {
        let counts = label_counts(&[1, 0, 1, 1, 1, 0], 2, |label| label.to_string());
        let found: Vec<_> = counts.iter().map(|count| (count.ones, count.examples)).collect();
        assert_eq!(found, [(3, 3), (1, 3)]);
    }
}
