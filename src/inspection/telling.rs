//! Input columns that are the answer itself, under another name or scale.

use std::collections::HashMap;

use super::Telling;
use crate::data::{Dataset, Targets};

/// With fewer examples, columns are like answers by chance.
const LEAST: usize = 20;

/// Columns lie on a straight line with the target where this much of the variance is left at most.
const LEFT: f64 = 1e-9;

/// Columns of the training part that alone tell the answer: one number for each class, or a straight
/// line. `None` with too few examples to tell.
pub(super) fn telling(data: &Dataset, names: &[String]) -> Option<Vec<Telling>> {
    let examples = data.train.len();
    if examples < LEAST {
        return None;
    }
    let columns = data.example_len();
    let column = |column: usize| -> Vec<f64> {
        data.train.inputs.iter().skip(column).step_by(columns).copied().collect()
    };
    let width = data.train.targets.width();
    let told = |numbers: &[f64], target: usize| match &data.train.targets {
        Targets::Classes(classes) => stands_for(numbers, classes),
        Targets::Labels { labels, .. } => {
            let labels: Vec<usize> = labels.iter().skip(target).step_by(width).copied().collect();
            stands_for(numbers, &labels)
        }
        Targets::Values(values) => on_a_line(numbers, values),
        Targets::Arrays { values, .. } => {
            let values: Vec<f64> = values.iter().skip(target).step_by(width).copied().collect();
            on_a_line(numbers, &values)
        }
        Targets::Places { .. } => false,
    };
    let mut telling = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let numbers = column(index);
        for target in 0..width {
            if told(&numbers, target) {
                telling.push(Telling { column: name.clone(), target });
            }
        }
    }
    Some(telling)
}

/// Whether each class has one number, and each number one class; of several classes.
fn stands_for(numbers: &[f64], classes: &[usize]) -> bool {
    let mut class_of: HashMap<u64, usize> = HashMap::new();
    let mut number_of: HashMap<usize, u64> = HashMap::new();
    let alone = numbers.iter().zip(classes).all(|(number, class)| {
        // Adding 0 turns −0 into 0.
        let bits = (number + 0.0).to_bits();
        *class_of.entry(bits).or_insert(*class) == *class
            && *number_of.entry(*class).or_insert(bits) == bits
    });
    alone && number_of.len() > 1
}

/// Whether both lie on a straight line that is neither level nor upright.
fn on_a_line(numbers: &[f64], values: &[f64]) -> bool {
    let count = numbers.len() as f64;
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / count;
    let (a, b) = (mean(numbers), mean(values));
    let pairs = || numbers.iter().zip(values).map(|(x, y)| (x - a, y - b));
    let (xx, yy): (f64, f64) =
        pairs().fold((0.0, 0.0), |(xx, yy), (x, y)| (xx + x * x, yy + y * y));
    let xy: f64 = pairs().map(|(x, y)| x * y).sum();
    xx > 0.0 && yy > 0.0 && 1.0 - xy * xy / (xx * yy) <= LEFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_for_each_class_stands_for_it() {
        assert!(stands_for(&[3.0, -1.0, 3.0, 0.0, -0.0], &[0, 1, 0, 2, 2]));
        assert!(!stands_for(&[3.0, -1.0, 2.0], &[0, 1, 0]), "two numbers of one class");
        assert!(!stands_for(&[3.0, 3.0, 2.0], &[0, 1, 2]), "two classes of one number");
        assert!(!stands_for(&[3.0, 3.0], &[1, 1]), "there is nothing to tell");
    }

    #[test]
    fn a_scaled_and_shifted_target_lies_on_a_line() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert!(on_a_line(&values.map(|value| 3.0 - 0.01 * value), &values));
        assert!(!on_a_line(&[1.0, 2.0, 4.0, 8.01], &values));
        assert!(!on_a_line(&[5.0; 4], &values));
        assert!(!on_a_line(&values, &[5.0; 4]));
    }
}
