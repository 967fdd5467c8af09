//! Missing values of a table: which rows stay, and which cells are refused.

use super::DataError;
use super::error::{Cells, ColumnKey};
use super::read::table::Table;
use crate::spec::{ColumnRules, Missing, suggest};

/// What is done where a value of this column is missing.
pub(super) fn way<'a>(rules: &'a ColumnRules, column: &str) -> &'a Missing {
    let named = rules.missing.iter().find(|(name, _)| name.value == column);
    named.map_or(&rules.missing_elsewhere.value, |(_, way)| &way.value)
}

pub(super) fn is_missing(rules: &ColumnRules, cell: &str) -> bool {
    rules.na.iter().any(|na| na == cell)
}

/// Leaves out the rows in which a value is missing whose column says so.
///
/// # Errors
///
/// When no row is left.
pub(super) fn drop_rows(
    table: &mut Table,
    columns: &[usize],
    rules: &ColumnRules,
) -> Result<(), DataError> {
    let dropping: Vec<usize> = columns
        .iter()
        .copied()
        .filter(|&column| *way(rules, &table.header[column]) == Missing::Drop)
        .collect();
    table.rows.retain(|row| !dropping.iter().any(|&column| is_missing(rules, row.cell(column))));
    if table.rows.is_empty() { Err(DataError::AllDropped) } else { Ok(()) }
}

/// Refuses cells of these columns that stand for a missing value where nothing else is done about
/// it. Empty cells are left to those who read the columns.
///
/// # Errors
///
/// All such cells.
pub(super) fn refuse(
    table: &Table,
    columns: &[usize],
    rules: &ColumnRules,
) -> Result<(), DataError> {
    let refusing: Vec<usize> = columns
        .iter()
        .copied()
        .filter(|&column| *way(rules, &table.header[column]) == Missing::Error)
        .collect();
    let mut cells = Cells::default();
    for row in &table.rows {
        for &column in &refusing {
            let cell = row.cell(column);
            if !cell.is_empty() && is_missing(rules, cell) {
                cells.push(row.line, &table.header[column], cell);
            }
        }
    }
    if cells.total == 0 { Ok(()) } else { Err(DataError::MissingCells(cells)) }
}

/// Checks the columns that the rules name: `encode` those of inputs, `missing` also targets.
///
/// # Errors
///
/// Every name that is none of them.
pub(super) fn check_names(
    header: &[String],
    features: &[usize],
    targets: &[usize],
    rules: &ColumnRules,
) -> Result<(), Vec<DataError>> {
    let inputs: Vec<&str> = features.iter().map(|&column| header[column].as_str()).collect();
    let all: Vec<&str> = inputs
        .iter()
        .copied()
        .chain(targets.iter().map(|&column| header[column].as_str()))
        .collect();
    let encoded = rules.encode.iter().map(|(name, _)| (ColumnKey::Encode, name, &inputs));
    let filled = rules.missing.iter().map(|(name, _)| (ColumnKey::Missing, name, &all));
    let errors: Vec<DataError> = encoded
        .enumerate()
        .chain(filled.enumerate())
        .filter(|(_, (_, name, known))| !known.contains(&name.as_str()))
        .map(|(index, (key, name, known))| unknown(key, index, name, known))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The error for a key that names an unknown column.
pub(super) fn unknown(key: ColumnKey, index: usize, name: &str, known: &[&str]) -> DataError {
    DataError::RuleColumnMissing {
        key,
        name: name.to_owned(),
        index,
        columns: known.iter().map(|name| (*name).to_owned()).collect(),
        suggestion: suggest(name, known).map(str::to_owned),
    }
}
