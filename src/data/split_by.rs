//! What a table's rows say about the split: groups that stay together, or an order.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::DataError;
use super::error::{Cells, ColumnKey};
use super::missing::unknown;
use super::raw::Rows;
use super::read::table::Table;
use crate::spec::SplitBy;

/// The column that the split goes by.
pub(super) fn column(by: &SplitBy) -> Option<&str> {
    match by {
        SplitBy::Group(column) | SplitBy::Order(column) => Some(column.as_str()),
        SplitBy::Class | SplitBy::Example | SplitBy::Place => None,
    }
}

/// Adds groups or order to the rows.
///
/// # Errors
///
/// A column that the table does not have, and empty cells in it.
pub(super) fn read(table: &Table, by: &SplitBy, rows: &mut Rows) -> Result<(), DataError> {
    let (key, name) = match by {
        SplitBy::Group(column) => (ColumnKey::Group, column),
        SplitBy::Order(column) => (ColumnKey::Order, column),
        SplitBy::Class | SplitBy::Example | SplitBy::Place => return Ok(()),
    };
    let Some(column) = table.header.iter().position(|header| header == name.as_str()) else {
        let known: Vec<&str> = table.header.iter().map(String::as_str).collect();
        return Err(unknown(key, 0, name, &known));
    };
    let mut empty = Cells::default();
    for row in table.rows.iter().filter(|row| row.cell(column).is_empty()) {
        empty.push(row.line, name, "");
    }
    if empty.total > 0 {
        return Err(DataError::EmptyCells(empty));
    }
    let cells: Vec<&str> = table.rows.iter().map(|row| row.cell(column)).collect();
    match key {
        ColumnKey::Group => rows.groups = groups(&cells),
        _ => rows.order = order(&cells),
    }
    Ok(())
}

/// A number for each distinct cell, in the order in which they come first.
fn groups(cells: &[&str]) -> Vec<usize> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    cells
        .iter()
        .map(|cell| {
            let next = known.len();
            *known.entry(cell).or_insert(next)
        })
        .collect()
}

/// The places of the cells from the first to the last: as numbers where all are, else as text,
/// which is right for dates like 2024-01-31. Of equal cells the earlier one comes first.
fn order(cells: &[&str]) -> Vec<usize> {
    let numbers: Option<Vec<f64>> = cells
        .iter()
        .map(|cell| cell.parse().ok().filter(|number: &f64| !number.is_nan()))
        .collect();
    let compare = |&a: &usize, &b: &usize| -> Ordering {
        match &numbers {
            Some(numbers) => numbers[a].total_cmp(&numbers[b]),
            None => cells[a].cmp(cells[b]),
        }
    };
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by(compare);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_cells_are_one_group() {
        assert_eq!(groups(&["b", "a", "b", "c", "a"]), [0, 1, 0, 2, 1]);
    }

    #[test]
    fn numbers_are_ordered_as_numbers_and_dates_as_text() {
        assert_eq!(order(&["10", "9", "-1", "9.5"]), [2, 1, 3, 0]);
        assert_eq!(order(&["2024-02-01", "2023-12-31", "2024-01-01"]), [1, 2, 0]);
        assert_eq!(order(&["1", "x", "0"]), [2, 0, 1]);
    }

    #[test]
    fn of_equal_cells_the_earlier_one_comes_first() {
        assert_eq!(order(&["2", "1", "2", "1"]), [1, 3, 0, 2]);
    }
}
