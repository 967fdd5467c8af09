//! The target columns of a table into targets.

use super::columns::{missing, numbers, select};
use super::error::Cells;
use super::labels::Labels;
use super::read::table::Table;
use super::{DataError, Targets};
use crate::spec::{OtherTarget, Target, Task};

/// What is asked of a table's columns.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) target: &'a Target,
    pub(super) task: Task,
    /// The inputs are to be given back: no column is a target.
    pub(super) reconstruct: bool,
    /// Other targets, whose columns are no inputs either.
    pub(super) besides: &'a [OtherTarget],
}

/// Indices of a table's columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// None where the inputs are to be given back.
    pub(super) targets: Vec<usize>,
    /// At least one, in the spec's order if it lists them, else in the table's.
    pub(super) features: Vec<usize>,
}

/// Targets, and the names of the classes in the order of their indices.
type Answers = (Targets, Vec<String>);

impl Wanted<'_> {
    /// Finds targets and features; without a list all columns but the targets and the one that the
    /// split goes by are features.
    ///
    /// # Errors
    ///
    /// Names that the header lacks, a feature listed twice, and a target among the features.
    pub(super) fn select(
        &self,
        header: &[String],
        features: Option<&[&str]>,
        split_by: Option<&str>,
    ) -> Result<Columns, Vec<DataError>> {
        let position = |name: &str| header.iter().position(|column| column == name);
        if self.reconstruct {
            let listed = features.unwrap_or_default().iter().enumerate();
            let lacking = listed.filter(|(_, name)| position(name).is_none());
            let errors: Vec<DataError> =
                lacking.map(|(index, name)| missing(name, Some(index), header)).collect();
            let features = match features {
                Some(names) => names.iter().filter_map(|name| position(name)).collect(),
                None => (0..header.len())
                    .filter(|&column| Some(header[column].as_str()) != split_by)
                    .filter(|&column| !self.is_beside(&header[column]))
                    .collect(),
            };
            return match errors.is_empty() {
                true => Ok(Columns { targets: Vec::new(), features }),
                false => Err(errors),
            };
        }
        let first = select(header, &self.target.column, features, split_by)?;
        let mut errors = Vec::new();
        let mut columns = Columns { targets: vec![first.target], features: first.features };
        for name in &self.target.others {
            let Some(column) = position(name) else {
                errors.push(missing(name, None, header));
                continue;
            };
            let listed =
                features.unwrap_or_default().iter().position(|feature| *feature == name.as_str());
            if let Some(feature) = listed {
                errors.push(DataError::TargetAmongFeatures { name: name.value.clone(), feature });
            }
            columns.targets.push(column);
        }
        columns.features.retain(|feature| {
            !columns.targets.contains(feature) && !self.is_beside(&header[*feature])
        });
        if errors.is_empty() && columns.features.is_empty() {
            errors.push(DataError::NoFeatures);
        }
        if errors.is_empty() { Ok(columns) } else { Err(errors) }
    }

    /// Whether a column is one of another target's.
    fn is_beside(&self, column: &str) -> bool {
        self.besides.iter().any(|other| other.target.columns().any(|name| name.value == column))
    }

    /// Reads the targets of all rows.
    ///
    /// # Errors
    ///
    /// Cells that are no numbers, no labels, or not 0 or 1, as the task asks for them.
    pub(super) fn read(&self, table: &Table, columns: &[usize]) -> Result<Answers, Vec<DataError>> {
        let positive = self.target.positive.as_ref().map(|positive| positive.as_str());
        if positive.is_some() && self.task != Task::BinaryClassification {
            return Err(vec![DataError::PositiveWithoutBinary]);
        }
        let shape = || self.target.shape.clone().unwrap_or_else(|| vec![columns.len()]);
        let several = columns.len() > 1 || self.target.shape.is_some();
        let one = |error| vec![error];
        match (self.task, columns) {
            (_, []) => Ok((Targets::Values(vec![0.0; table.rows.len()]), Vec::new())),
            (Task::Regression, columns) => {
                let values = numbers(table, columns)?;
                let targets = match several {
                    true => Targets::Arrays { values, shape: shape() },
                    false => Targets::Values(values),
                };
                Ok((targets, Vec::new()))
            }
            (Task::MultiLabelClassification, columns) => {
                let labels = zeros_and_ones(table, columns)?;
                Ok((Targets::Labels { labels, shape: shape() }, Vec::new()))
            }
            (Task::BinaryClassification, columns) => {
                let (indices, classes) = labels(table, columns).binary(positive).map_err(one)?;
                Ok((Targets::Classes(indices), classes))
            }
            (Task::Classification, columns) if several => {
                let (classes, names) = self.places(table, columns).map_err(one)?;
                Ok((Targets::Places { classes, shape: shape() }, names))
            }
            (Task::Classification, columns) => {
                let (indices, classes) = labels(table, columns).classes().map_err(one)?;
                Ok((Targets::Classes(indices), classes))
            }
            (Task::Objective, _) => unreachable!("a Rust model's own batches are not loaded"),
        }
    }

    /// The class of each cell, row by row; none where the cell is the label to ignore.
    fn places(
        &self,
        table: &Table,
        columns: &[usize],
    ) -> Result<(Vec<Option<usize>>, Vec<String>), DataError> {
        let ignore = self.target.ignore.as_ref().map(|label| label.as_str());
        let mut all = labels(table, columns);
        let counts: Vec<bool> = all.cells.iter().map(|(_, text)| Some(*text) != ignore).collect();
        let mut counted = counts.iter();
        all.cells.retain(|_| *counted.next().expect("one for each cell"));
        if all.cells.is_empty() {
            return Err(DataError::AllIgnored { label: ignore.unwrap_or_default().to_owned() });
        }
        let (indices, names) = all.classes()?;
        let mut indices = indices.into_iter();
        Ok((
            counts.into_iter().map(|counts| counts.then(|| indices.next()).flatten()).collect(),
            names,
        ))
    }
}

/// The cells of these columns, row by row.
fn labels<'a>(table: &'a Table, columns: &[usize]) -> Labels<'a> {
    let cells = table
        .rows
        .iter()
        .flat_map(|row| columns.iter().map(|column| (row.line, row.cell(*column))))
        .collect();
    Labels { column: columns.first().map_or("", |column| &table.header[*column]), cells }
}

/// Numbers of which each must be 0 or 1.
fn zeros_and_ones(table: &Table, columns: &[usize]) -> Result<Vec<usize>, Vec<DataError>> {
    let numbers = numbers(table, columns)?;
    let mut wrong = Cells::default();
    for (row, labels) in table.rows.iter().zip(numbers.chunks(columns.len())) {
        for (column, label) in columns.iter().zip(labels) {
            if *label != 0.0 && *label != 1.0 {
                wrong.push(row.line, &table.header[*column], row.cell(*column));
            }
        }
    }
    match wrong.total {
        0 => Ok(numbers.into_iter().map(|label| usize::from(label == 1.0)).collect()),
        _ => Err(vec![DataError::NotZeroOrOne(wrong)]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::csv::parse;
    use super::super::read::kept::{Keep, MOST};
    use super::*;
    use crate::spec::{Span, Spanned};

    const TABLE: &str = "x,a,b,c\n1,0,1,-\n2,1,1,0\n3,0,0,1\n";

    fn read(task: Task, names: &[&str], ignore: Option<&str>) -> Result<Answers, Vec<DataError>> {
        let at = |name: &&str| Spanned::new((*name).to_owned(), Span::default());
        let target = Target {
            column: at(&names[0]),
            others: names[1..].iter().map(at).collect(),
            shape: None,
            ignore: ignore.as_ref().map(at),
            positive: None,
        };
        let table = parse(TABLE.as_bytes(), Keep { sample: None, seed: 0, bytes: MOST }).unwrap();
        let wanted = Wanted { target: &target, task, reconstruct: false, besides: &[] };
        let columns = wanted.select(&table.header, None, None)?;
        assert!(columns.features.iter().all(|feature| !columns.targets.contains(feature)));
        wanted.read(&table, &columns.targets)
    }

    #[test]
    fn several_columns_are_one_target() {
        let (targets, classes) = read(Task::Regression, &["a", "b"], None).unwrap();
        let values = vec![0.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        assert_eq!(targets, Targets::Arrays { values, shape: vec![2] });
        assert!(classes.is_empty());
        let (targets, _) = read(Task::MultiLabelClassification, &["b", "a"], None).unwrap();
        let labels = vec![1, 0, 1, 1, 0, 0];
        assert_eq!(targets, Targets::Labels { labels, shape: vec![2] });
    }

    #[test]
    fn places_that_are_ignored_are_no_class() {
        let (targets, names) = read(Task::Classification, &["a", "c"], Some("-")).unwrap();
        assert_eq!(names, ["0", "1"]);
        let classes = vec![Some(0), None, Some(1), Some(0), Some(0), Some(1)];
        assert_eq!(targets, Targets::Places { classes, shape: vec![2] });
        let (_, names) = read(Task::Classification, &["a", "c"], None).unwrap();
        assert_eq!(names, ["-", "0", "1"]);
    }

    #[test]
    fn labels_are_zeros_and_ones_and_columns_must_be_there() {
        let message = |result: Result<Answers, Vec<DataError>>| result.unwrap_err()[0].to_string();
        assert_eq!(
            message(read(Task::MultiLabelClassification, &["a", "x"], None)),
            "2 cells are neither 0 nor 1"
        );
        assert_eq!(message(read(Task::Regression, &["a", "z"], None)), "there is no column `z`");
    }
}
