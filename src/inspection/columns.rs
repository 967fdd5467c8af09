//! The numbers of inputs and targets, column by column.

use super::{ColumnFacts, Range};
use crate::data::Dataset;
use crate::data::statistics::column_statistics;

/// Each number of an input over the training part.
pub(super) fn inputs(data: &Dataset) -> Vec<ColumnFacts> {
    let columns = data.example_len();
    let names = &data.origin.columns;
    let name = |column: usize| match names.get(column).filter(|_| names.len() == columns) {
        Some(name) => name.clone(),
        None => format!("input {}", place(column, &data.shape)),
    };
    let mut facts = facts(&data.train.inputs, columns, name);
    for (column, least) in facts.iter_mut().zip(&data.origin.least) {
        column.least = *least;
    }
    facts
}

/// Each number of a target.
pub(super) fn targets(values: &[f64], shape: &[usize], names: &[String]) -> Vec<ColumnFacts> {
    let columns = shape.iter().product::<usize>().max(1);
    facts(values, columns, |column| target(column, shape, names))
}

/// What a number or label of a target is called.
pub(super) fn target(column: usize, shape: &[usize], names: &[String]) -> String {
    let columns = shape.iter().product::<usize>().max(1);
    match (names.get(column).filter(|_| names.len() == columns), shape) {
        (Some(name), _) => name.clone(),
        (None, []) => "target".to_owned(),
        (None, shape) => format!("target {}", place(column, shape)),
    }
}

fn facts(numbers: &[f64], columns: usize, name: impl Fn(usize) -> String) -> Vec<ColumnFacts> {
    let facts = column_statistics(numbers, columns).into_iter().enumerate();
    let facts = facts.map(|(column, found)| ColumnFacts {
        name: name(column),
        mean: found.mean,
        deviation: found.standard_deviation,
        range: Range::new(found.minimum, found.maximum),
        least: found.minimum,
    });
    facts.collect()
}

/// Where the number of that index stands: `[3, 0]`.
fn place(index: usize, shape: &[usize]) -> String {
    let mut rest = index;
    let mut axes: Vec<String> = shape
        .iter()
        .rev()
        .map(|&size| {
            let axis = rest % size.max(1);
            rest /= size.max(1);
            axis.to_string()
        })
        .collect();
    axes.reverse();
    format!("[{}]", axes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_name_has_its_place() {
        assert_eq!(place(7, &[3, 4]), "[1, 3]");
        assert_eq!(place(2, &[5]), "[2]");
        assert_eq!(place(0, &[]), "[]");
    }

    #[test]
    fn targets_are_counted_from_the_first_axis() {
        let found = targets(&[1.0, 10.0, 3.0, 30.0], &[2], &[]);
        let names: Vec<&str> = found.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["target [0]", "target [1]"]);
        assert_eq!(target(1, &[2], &["low".to_owned(), "high".to_owned()]), "high");
        assert_eq!(target(0, &[], &[]), "target");
        assert_eq!((found[0].mean, found[1].mean), (2.0, 20.0));
        assert_eq!(found[1].range, Range::new(10.0, 30.0));
        assert_eq!(found[1].size(), 20.0f64.hypot(10.0));
    }
}
