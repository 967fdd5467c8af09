//! Which columns are the inputs, and their cells as numbers.

use super::DataError;
use super::error::Cells;
use super::read::table::Table;
use crate::spec::suggest;

/// Indices of a table's columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) target: usize,
    /// At least one, in the spec's order if it lists them, else in the table's.
    pub(super) features: Vec<usize>,
}

/// Finds the target and the features; without a list all columns but the target and those that the
/// split goes by are features.
///
/// # Errors
///
/// Every name that the header lacks, a feature listed twice, and a target among the features,
/// which would hand the answer to the model.
pub(super) fn select(
    header: &[String],
    target: &str,
    features: Option<&[&str]>,
    split_by: Option<&str>,
) -> Result<Selection, Vec<DataError>> {
    let mut errors = Vec::new();
    let target_column = header.iter().position(|name| name == target);
    if target_column.is_none() {
        // A first line of numbers holds no names to look for.
        if header.iter().all(|name| name.parse::<f64>().is_ok()) {
            return Err(vec![DataError::HeaderMissing]);
        }
        errors.push(missing(target, None, header));
    }
    let listed = features.unwrap_or_default();
    for (index, &name) in listed.iter().enumerate() {
        if !header.iter().any(|column| column == name) {
            errors.push(missing(name, Some(index), header));
        } else if name == target {
            errors.push(DataError::TargetAmongFeatures { name: name.into(), feature: index });
        } else if let Some(first) = listed[..index].iter().position(|&other| other == name) {
            errors.push(DataError::FeatureTwice { name: name.into(), first, second: index });
        }
    }
    let indices: Vec<usize> = match features {
        Some(names) => {
            let column = |name: &&str| header.iter().position(|column| column == name);
            names.iter().filter_map(column).collect()
        }
        None => (0..header.len())
            .filter(|&column| Some(column) != target_column)
            .filter(|&column| Some(header[column].as_str()) != split_by)
            .collect(),
    };
    match target_column {
        Some(target) if errors.is_empty() && !indices.is_empty() => {
            Ok(Selection { target, features: indices })
        }
        _ => {
            if errors.is_empty() {
                errors.push(DataError::NoFeatures);
            }
            Err(errors)
        }
    }
}

pub(super) fn missing(name: &str, feature: Option<usize>, header: &[String]) -> DataError {
    let known: Vec<&str> = header.iter().map(String::as_str).collect();
    DataError::ColumnMissing {
        name: name.to_owned(),
        feature,
        columns: header.to_vec(),
        suggestion: suggest(name, &known).map(str::to_owned),
    }
}

/// The cells of these columns as finite numbers, row by row.
///
/// # Errors
///
/// Cells that are empty, that are no numbers and that are not finite: one error for each kind,
/// with all of its cells.
pub(super) fn numbers(table: &Table, columns: &[usize]) -> Result<Vec<f64>, Vec<DataError>> {
    numbers_but(table, columns, |_, _| None)
}

/// The same, but for cells that something else stands for: `instead` is asked first, with the
/// place of the column in `columns` and the cell.
///
/// # Errors
///
/// As [`numbers`].
pub(super) fn numbers_but(
    table: &Table,
    columns: &[usize],
    instead: impl Fn(usize, &str) -> Option<f64>,
) -> Result<Vec<f64>, Vec<DataError>> {
    let mut numbers = Vec::with_capacity(table.rows.len() * columns.len());
    let (mut empty, mut text, mut infinite) =
        (Cells::default(), Cells::default(), Cells::default());
    for row in &table.rows {
        for (place, &column) in columns.iter().enumerate() {
            let cell = row.cell(column);
            if let Some(number) = instead(place, cell) {
                numbers.push(number);
                continue;
            }
            let faulty = match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    numbers.push(number);
                    continue;
                }
                Ok(_) => &mut infinite,
                Err(_) if cell.is_empty() => &mut empty,
                Err(_) => &mut text,
            };
            faulty.push(row.line, &table.header[column], cell);
        }
    }
    let mut errors = Vec::new();
    if empty.total > 0 {
        errors.push(DataError::EmptyCells(empty));
    }
    if text.total > 0 {
        errors.push(DataError::NotNumbers(text));
    }
    if infinite.total > 0 {
        errors.push(DataError::NotFinite(infinite));
    }
    if errors.is_empty() { Ok(numbers) } else { Err(errors) }
}

/// Checks that all cells of these columns, already read as `numbers`, are whole numbers in
/// `0..vocabulary`.
///
/// # Errors
///
/// All cells that are not.
pub(super) fn check_tokens(
    table: &Table,
    columns: &[usize],
    numbers: &[f64],
    vocabulary: usize,
) -> Result<(), DataError> {
    let mut cells = Cells::default();
    for (row, tokens) in table.rows.iter().zip(numbers.chunks(columns.len())) {
        for (&column, &token) in columns.iter().zip(tokens) {
            if token.fract() != 0.0 || token < 0.0 || token >= vocabulary as f64 {
                cells.push(row.line, &table.header[column], row.cell(column));
            }
        }
    }
    if cells.total == 0 { Ok(()) } else { Err(DataError::NotTokens { cells, vocabulary }) }
}

#[cfg(test)]
mod tests {
    use super::super::read::csv::parse;
    use super::super::read::kept::{Keep, MOST};
    use super::*;

    fn header() -> Vec<String> {
        ["width", "length", "species"].map(str::to_owned).to_vec()
    }

    fn table(text: &str) -> Table {
        parse(text.as_bytes(), Keep { sample: None, seed: 1, bytes: MOST }).unwrap()
    }

    #[test]
    fn without_a_list_all_columns_but_the_target_are_features() {
        assert_eq!(
            select(&header(), "length", None, None),
            Ok(Selection { target: 1, features: vec![0, 2] })
        );
    }

    #[test]
    fn what_the_split_goes_by_is_no_feature_unless_it_is_listed() {
        let features =
            |listed, split_by| select(&header(), "species", listed, split_by).unwrap().features;
        assert_eq!(features(None, Some("width")), [1]);
        assert_eq!(features(Some(&["width", "length"][..]), Some("width")), [0, 1]);
    }

    #[test]
    fn a_list_keeps_its_order() {
        assert_eq!(
            select(&header(), "species", Some(&["length", "width"]), None),
            Ok(Selection { target: 2, features: vec![1, 0] })
        );
    }

    #[test]
    fn every_unknown_name_is_told_with_the_one_that_was_meant() {
        let errors = select(&header(), "specis", Some(&["widht", "colour"]), None).unwrap_err();
        let found: Vec<_> = errors
            .iter()
            .map(|error| match error {
                DataError::ColumnMissing { name, feature, suggestion, .. } => {
                    (name.as_str(), *feature, suggestion.as_deref())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            found,
            [
                ("specis", None, Some("species")),
                ("widht", Some(0), Some("width")),
                ("colour", Some(1), None)
            ]
        );
    }

    #[test]
    fn the_target_is_no_feature_and_no_feature_comes_twice() {
        assert_eq!(
            select(&header(), "species", Some(&["width", "species", "width"]), None),
            Err(vec![
                DataError::TargetAmongFeatures { name: "species".into(), feature: 1 },
                DataError::FeatureTwice { name: "width".into(), first: 0, second: 2 },
            ])
        );
    }

    #[test]
    fn inputs_are_needed() {
        let header = ["species".to_owned()];
        assert_eq!(select(&header, "species", None, None), Err(vec![DataError::NoFeatures]));
        assert_eq!(select(&header, "species", Some(&[]), None), Err(vec![DataError::NoFeatures]));
    }

    #[test]
    fn a_first_line_of_numbers_is_a_missing_header() {
        let header = ["5.1".to_owned(), "3.5".to_owned()];
        assert_eq!(select(&header, "species", None, None), Err(vec![DataError::HeaderMissing]));
    }

    #[test]
    fn numbers_come_row_by_row_in_the_columns_order() {
        let table = table("a,b,c\n1,-2.5,x\n3e2,+.5,y\n");
        assert_eq!(numbers(&table, &[1, 0]), Ok(vec![-2.5, 1.0, 0.5, 300.0]));
    }

    #[test]
    fn each_kind_of_bad_cell_is_reported_with_line_and_column() {
        let table = table("a,b\n1,\nx,2\nNaN,inf\n1e999,4\n");
        let errors = numbers(&table, &[0, 1]).unwrap_err();
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "line 2, column `b` is empty",
                "line 3, column `a`: `x` is not a number",
                "3 cells are not finite"
            ]
        );
    }

    #[test]
    fn of_many_bad_cells_five_are_shown_and_all_are_counted() {
        let table = table(&format!("a\n{}", "x\n".repeat(9)));
        let errors = numbers(&table, &[0]).unwrap_err();
        let [DataError::NotNumbers(cells)] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!((cells.first.len(), cells.total), (5, 9));
    }

    #[test]
    fn tokens_are_whole_numbers_below_the_vocabulary() {
        let table = table("a,b\n0,9\n1.5,10\n-1,3\n");
        let read = numbers(&table, &[0, 1]).unwrap();
        let error = check_tokens(&table, &[0, 1], &read, 10).unwrap_err();
        let DataError::NotTokens { cells, vocabulary: 10 } = error else { panic!("{error:?}") };
        let places: Vec<String> = cells.first.iter().map(ToString::to_string).collect();
        assert_eq!(
            places,
            ["line 3, column `a`: `1.5`", "line 3, column `b`: `10`", "line 4, column `a`: `-1`"]
        );
        assert_eq!(check_tokens(&table, &[0], &[0.0, 9.0], 10), Ok(()));
    }
}
