//! Label texts into class indices.

use std::cmp::Ordering;

use super::DataError;
use super::error::Cells;
use crate::spec::{Task, suggest};

/// The target column of a classification.
#[derive(Debug)]
pub(super) struct Labels<'a> {
    /// The column's name, for messages.
    pub(super) column: &'a str,
    /// Line and text of each example's label; at least one.
    pub(super) cells: Vec<(usize, &'a str)>,
}

/// A class index for every example, and the names of the classes in the order of their indices.
pub(super) type Indexed = (Vec<usize>, Vec<String>);

impl Labels<'_> {
    /// The classes as the task takes them.
    ///
    /// # Errors
    ///
    /// Those of [`Labels::binary`] for binary classification, else those of [`Labels::classes`].
    pub(super) fn indexed(&self, task: Task, positive: Option<&str>) -> Result<Indexed, DataError> {
        match task {
            Task::BinaryClassification => self.binary(positive),
            _ => self.classes(),
        }
    }

    /// Numbers the classes in the order of their names; labels that are all whole numbers in the
    /// order of the numbers (2 before 10), where `1` and `1.0` are the same label.
    ///
    /// # Errors
    ///
    /// Empty labels, numbers with a fraction, and one class only.
    pub(super) fn classes(&self) -> Result<Indexed, DataError> {
        let keys = self.keys()?;
        let mut sorted = keys.clone();
        sorted.sort_by(Key::compare);
        sorted.dedup();
        if let [class] = sorted.as_slice() {
            return Err(DataError::OneClass { class: class.name() });
        }
        let index = |key: &Key| {
            sorted.binary_search_by(|other| other.compare(key)).expect("every key is in the list")
        };
        Ok((keys.iter().map(index).collect(), sorted.iter().map(Key::name).collect()))
    }

    /// Two classes, of which `positive` has index 1; without it the second of the sorted names.
    ///
    /// # Errors
    ///
    /// As [`Labels::classes`], more than two classes, and a positive label that no example has.
    pub(super) fn binary(&self, positive: Option<&str>) -> Result<Indexed, DataError> {
        let (mut indices, mut classes) = self.classes()?;
        if classes.len() != 2 {
            return Err(DataError::NotTwoClasses { classes });
        }
        if let Some(positive) = positive {
            match classes.iter().position(|class| same_label(class, positive)) {
                Some(1) => {}
                Some(_) => {
                    classes.swap(0, 1);
                    indices.iter_mut().for_each(|index| *index = 1 - *index);
                }
                None => {
                    let known: Vec<&str> = classes.iter().map(String::as_str).collect();
                    let suggestion = suggest(positive, &known);
                    return Err(DataError::PositiveMissing {
                        positive: positive.to_owned(),
                        suggestion: suggestion.map(str::to_owned),
                        classes,
                    });
                }
            }
        }
        Ok((indices, classes))
    }

    fn keys(&self) -> Result<Vec<Key>, DataError> {
        let refuse = |faulty: &dyn Fn(&str) -> bool| {
            let mut cells = Cells::default();
            for (line, text) in self.cells.iter().filter(|(_, text)| faulty(text)) {
                cells.push(*line, self.column, text);
            }
            cells
        };
        let empty = refuse(&|text| text.is_empty());
        if empty.total > 0 {
            return Err(DataError::EmptyCells(empty));
        }
        let numbers: Vec<Option<f64>> = self.cells.iter().map(|(_, text)| number(text)).collect();
        if numbers.iter().any(Option::is_none) {
            let text = |(_, text): &(usize, &str)| Key::Text((*text).to_owned());
            return Ok(self.cells.iter().map(text).collect());
        }
        // NaN and ∞ among numbers are missing labels; among texts they are texts.
        let infinite = refuse(&|text| number(text).is_some_and(|number| !number.is_finite()));
        if infinite.total > 0 && infinite.total < self.cells.len() {
            return Err(DataError::NotFinite(infinite));
        }
        if infinite.total > 0 {
            let text = |(_, text): &(usize, &str)| Key::Text((*text).to_owned());
            return Ok(self.cells.iter().map(text).collect());
        }
        let fractional = refuse(&|text| number(text).is_some_and(|number| number.fract() != 0.0));
        if fractional.total > 0 {
            return Err(DataError::FractionalLabels(fractional));
        }
        // Adding 0 turns −0 into 0.
        Ok(numbers.into_iter().flatten().map(|number| Key::Whole(number + 0.0)).collect())
    }
}

/// What a label is sorted by. All keys of a column are of one kind.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Whole(f64),
    Text(String),
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).expect("numbers among keys are finite")
    }

    fn name(&self) -> String {
        match self {
            Key::Whole(number) => number.to_string(),
            Key::Text(text) => text.clone(),
        }
    }
}

/// The number that a label is. Numbers from 2⁵³ on stay texts: neighbours among them would become
/// one class.
fn number(text: &str) -> Option<f64> {
    const EXACT: f64 = (1u64 << 53) as f64;
    text.parse().ok().filter(|number: &f64| !number.is_finite() || number.abs() < EXACT)
}

fn same_label(class: &str, written: &str) -> bool {
    class == written || (number(class).is_some() && number(class) == number(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels<'a>(texts: &[&'a str]) -> Labels<'a> {
        let cells = texts.iter().enumerate().map(|(row, text)| (row + 2, *text)).collect();
        Labels { column: "label", cells }
    }

    fn names(indexed: &Indexed) -> Vec<&str> {
        indexed.1.iter().map(String::as_str).collect()
    }

    #[test]
    fn texts_are_sorted_by_name() {
        let indexed = labels(&["virginica", "setosa", "virginica"]).classes().unwrap();
        assert_eq!(indexed.0, [1, 0, 1]);
        assert_eq!(names(&indexed), ["setosa", "virginica"]);
    }

    #[test]
    fn whole_numbers_are_sorted_by_value() {
        let indexed = labels(&["10", "2", "-1", "2.0", "-0", "0"]).classes().unwrap();
        assert_eq!(indexed.0, [3, 2, 0, 2, 1, 1]);
        assert_eq!(names(&indexed), ["-1", "0", "2", "10"]);
    }

    #[test]
    fn one_text_makes_all_labels_texts() {
        let indexed = labels(&["10", "2", "other", "nan"]).classes().unwrap();
        assert_eq!(names(&indexed), ["10", "2", "nan", "other"]);
    }

    #[test]
    fn numbers_too_large_to_tell_apart_stay_texts() {
        let indexed = labels(&["9007199254740993", "9007199254740992"]).classes().unwrap();
        assert_eq!(indexed.0, [1, 0]);
    }

    #[test]
    fn labels_that_are_none_are_refused_with_their_lines() {
        let message = |texts: &[&str]| labels(texts).classes().unwrap_err().to_string();
        assert_eq!(message(&["a", "", "b"]), "line 3, column `label` is empty");
        assert_eq!(message(&["0", "1", "NaN"]), "line 4, column `label`: `NaN` is not finite");
        assert_eq!(
            message(&["0", "1.5", "1"]),
            "line 3, column `label`: `1.5` is no class label: it has a fraction"
        );
    }

    #[test]
    fn one_class_is_refused() {
        assert_eq!(labels(&["1", "1.0"]).classes(), Err(DataError::OneClass { class: "1".into() }));
    }

    #[test]
    fn the_second_name_is_positive_unless_the_spec_says_another() {
        let diagnosis = labels(&["malignant", "benign", "benign"]);
        let by_name = diagnosis.binary(None).unwrap();
        assert_eq!(
            (by_name.0.clone(), names(&by_name)),
            (vec![1, 0, 0], vec!["benign", "malignant"])
        );
        assert_eq!(diagnosis.binary(Some("malignant")).unwrap(), by_name);
        let turned = diagnosis.binary(Some("benign")).unwrap();
        assert_eq!(
            (turned.0.clone(), names(&turned)),
            (vec![0, 1, 1], vec!["malignant", "benign"])
        );
        assert_eq!(labels(&["0", "1"]).binary(Some("0.0")).unwrap().0, [1, 0]);
    }

    #[test]
    fn a_positive_label_must_be_there() {
        assert_eq!(
            labels(&["malignant", "benign"]).binary(Some("maligant")),
            Err(DataError::PositiveMissing {
                positive: "maligant".into(),
                classes: vec!["benign".into(), "malignant".into()],
                suggestion: Some("malignant".into()),
            })
        );
    }

    #[test]
    fn three_classes_are_not_binary() {
        let error = labels(&["a", "b", "c"]).binary(None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "binary classification needs two classes, and there are 3: `a`, `b`, `c`"
        );
    }
}
