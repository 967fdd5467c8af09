//! Where the numbers of a dataset come from: what messages call them.

use super::error::Unit;
use super::raw::Rows;
use super::split::Parts;

/// What a dataset's columns and examples are called in its file. Nothing for sources without columns
/// and lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The name of each number of an input.
    pub columns: Vec<String>,
    /// The name of each number, label or class of a target.
    pub targets: Vec<String>,
    /// The least of each number of an input in the training part, before it is scaled.
    pub least: Vec<f64>,
    /// Where each example of the training part stands among all examples as they were read, from 0.
    pub read_as: Vec<usize>,
    unit: Unit,
    /// The line of each example, by part.
    train: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Training,
    Validation,
    Test,
}

impl Part {
    /// "training part".
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training part",
            Self::Validation => "validation part",
            Self::Test => "test part",
        }
    }
}

impl Origin {
    /// `train` are the inputs of the training part, `width` numbers each.
    pub(super) fn of(rows: &Rows, parts: &Parts, train: &[f64], width: usize) -> Self {
        let lines = |part: &[usize]| {
            part.iter().filter_map(|&example| rows.lines.get(example).copied()).collect()
        };
        Self {
            columns: rows.names.clone(),
            targets: rows.targets.clone(),
            least: least(train, width),
            read_as: parts.train.clone(),
            unit: rows.unit,
            train: lines(&parts.train),
            validation: lines(&parts.validation),
            test: lines(&parts.test),
        }
    }

    /// The first held-out examples are these training examples now.
    pub(super) fn leak(&mut self, copies: &[usize]) {
        for (held_out, copy) in self.validation.iter_mut().zip(copies) {
            if let Some(line) = self.train.get(*copy) {
                *held_out = *line;
            }
        }
    }

    /// Where an example of a part stands: "line 17", or "example 3 of the training part".
    pub fn place(&self, part: Part, example: usize) -> String {
        let lines = match part {
            Part::Training => &self.train,
            Part::Validation => &self.validation,
            Part::Test => &self.test,
        };
        match (lines.get(example), self.unit) {
            (Some(line), Unit::Line) => format!("line {line}"),
            (Some(row), Unit::Row | Unit::Array) => format!("row {row}"),
            (None, _) => format!("example {} of the {}", example + 1, part.name()),
        }
    }
}

fn least(numbers: &[f64], width: usize) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; width];
    for row in numbers.chunks(width.max(1)) {
        for (least, number) in least.iter_mut().zip(row) {
            *least = least.min(*number);
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_called_by_its_line_in_every_part() {
        let rows =
            Rows { lines: vec![2, 3, 5, 7], names: vec!["width".to_owned()], ..Rows::default() };
        let parts = Parts { train: vec![3, 0], validation: vec![1], test: vec![2] };
        let origin = Origin::of(&rows, &parts, &[7.0, 2.0], 1);
        assert_eq!(origin.place(Part::Training, 0), "line 7");
        assert_eq!(origin.place(Part::Validation, 0), "line 3");
        assert_eq!(origin.place(Part::Test, 0), "line 5");
        assert_eq!(origin.columns, ["width"]);
        assert_eq!(origin.least, [2.0]);
    }

    #[test]
    fn without_lines_an_example_is_counted_in_its_part() {
        let origin = Origin::default();
        assert_eq!(origin.place(Part::Validation, 4), "example 5 of the validation part");
    }
}
