//! Rows of named columns, whatever file they come from.

use crate::data::DataError;
use crate::data::error::{SHOWN, Unit};

/// A table: all rows have as many cells as the header has names.
#[derive(Debug)]
pub(in crate::data) struct Table {
    /// Column names: unique, none empty.
    pub(in crate::data) header: Vec<String>,
    /// At least one.
    pub(in crate::data) rows: Vec<Row>,
    /// What the rows are counted in.
    pub(in crate::data) unit: Unit,
}

/// One row. Missing values are empty cells.
#[derive(Debug)]
pub(in crate::data) struct Row {
    /// Counted as in the file: the header of a CSV file stands in line 1.
    pub(in crate::data) line: usize,
    /// All cells in one text, and where each ends.
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Row {
    /// Rows are shorter than 4 GiB: `lines::LONGEST` sees to that.
    pub(in crate::data) fn new<'a>(line: usize, cells: impl Iterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        let mut ends = Vec::new();
        for cell in cells {
            text.push_str(cell);
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        Self { line, text: text.into(), ends: ends.into() }
    }

    pub(in crate::data) fn cell(&self, column: usize) -> &str {
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[column] as usize]
    }

    /// What the row takes of memory beside itself.
    pub(in crate::data) fn bytes(&self) -> usize {
        self.text.len() + size_of_val::<[u32]>(&self.ends)
    }
}

/// Counts rows of another length, and remembers the first.
#[derive(Debug, Default)]
pub(in crate::data) struct Ragged {
    lines: Vec<(usize, usize)>,
    total: usize,
}

impl Ragged {
    pub(in crate::data) fn push(&mut self, line: usize, cells: usize) {
        self.total += 1;
        if self.lines.len() < SHOWN {
            self.lines.push((line, cells));
        }
    }

    pub(in crate::data) fn error(self, expected: usize) -> Option<DataError> {
        let Self { lines, total } = self;
        (total > 0).then_some(DataError::RaggedRows { lines, total, expected })
    }
}

/// Names that are empty or come twice.
pub(in crate::data) fn header_errors(header: &[String]) -> Vec<DataError> {
    let duplicates = header.iter().enumerate().filter_map(|(second, name)| {
        let first = header[..second].iter().position(|other| other == name)?;
        Some((name, first, second))
    });
    let mut errors: Vec<DataError> = duplicates
        .filter(|(name, _, _)| !name.is_empty())
        .map(|(name, first, second)| DataError::DuplicateColumn {
            name: name.clone(),
            first: first + 1,
            second: second + 1,
        })
        .collect();
    // Numbers twice are data: the header has been left out.
    if !errors.is_empty() && header.iter().all(|name| name.parse::<f64>().is_ok()) {
        return vec![DataError::HeaderMissing];
    }
    errors.extend(
        (1..=header.len())
            .filter(|position| header[position - 1].is_empty())
            .map(|position| DataError::UnnamedColumn { position }),
    );
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_cells_apart() {
        let row = Row::new(7, ["a", "bc", "", "d"].into_iter());
        assert_eq!([0, 1, 2, 3].map(|column| row.cell(column)), ["a", "bc", "", "d"]);
        assert_eq!((row.line, row.bytes()), (7, 4 + 4 * 4));
    }
}
