//! CSV text into a table of cells. The only module that names the `csv` crate.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};

use super::DataError;
use super::error::SHOWN;

/// A table: all rows have as many cells as the header has names.
#[derive(Debug)]
pub(super) struct Table {
    /// Column names: unique, none empty.
    pub(super) header: Vec<String>,
    /// At least one.
    pub(super) rows: Vec<Row>,
}

/// One row, its cells freed of white space around them.
#[derive(Debug)]
pub(super) struct Row {
    /// Counted as in the file, which starts with line 1.
    pub(super) line: usize,
    cells: StringRecord,
}

impl Row {
    pub(super) fn cell(&self, column: usize) -> &str {
        &self.cells[column]
    }
}

/// Reads comma-separated values whose first line is the header. Empty lines and a UTF-8 byte
/// order mark are passed over.
///
/// # Errors
///
/// When the bytes are no such table; all ragged rows and header faults are reported at once.
pub(super) fn parse(bytes: &[u8]) -> Result<Table, Vec<DataError>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let line = 1 + newlines(&bytes[..error.valid_up_to()]);
        return Err(vec![DataError::NotUtf8 { line }]);
    }
    let mut records = records(bytes);
    if records.is_empty() {
        return Err(vec![DataError::NoRows { header: false }]);
    }
    let rows = records.split_off(1);
    let header: Vec<String> = records[0].cells.iter().map(str::to_owned).collect();

    let mut errors = header_errors(&header);
    errors.extend(ragged_rows(&rows, header.len()));
    if rows.is_empty() {
        errors.push(DataError::NoRows { header: true });
    }
    if errors.is_empty() { Ok(Table { header, rows }) } else { Err(errors) }
}

/// All records of UTF-8 text.
fn records(bytes: &[u8]) -> Vec<Row> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes);
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    // The reader's own line count is one behind after "\r\n", so lines are counted here.
    let (mut line, mut counted) = (1, 0);
    // Reading from memory, with rows of any length allowed, has no way to fail.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let from = record.position().map_or(counted, |position| position.byte() as usize);
        let blank = bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += newlines(&bytes[counted..from + blank]);
        counted = from + blank;
        let cells = StringRecord::from_byte_record_lossy(record.clone());
        rows.push(Row { line, cells });
    }
    rows
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn header_errors(header: &[String]) -> Vec<DataError> {
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

fn ragged_rows(rows: &[Row], expected: usize) -> Option<DataError> {
    let mut ragged = rows.iter().filter(|row| row.cells.len() != expected).peekable();
    ragged.peek()?;
    let ragged: Vec<(usize, usize)> = ragged.map(|row| (row.line, row.cells.len())).collect();
    Some(DataError::RaggedRows {
        lines: ragged.iter().take(SHOWN).copied().collect(),
        total: ragged.len(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(table: &Table) -> Vec<usize> {
        table.rows.iter().map(|row| row.line).collect()
    }

    fn errors(text: &str) -> Vec<DataError> {
        parse(text.as_bytes()).expect_err("the text is no table")
    }

    #[test]
    fn a_table_has_names_cells_and_line_numbers() {
        let table = parse(b"a, b\n1,\" x\"\"y, z \"\n 3 ,\n").unwrap();
        assert_eq!(table.header, ["a", "b"]);
        assert_eq!(lines(&table), [2, 3]);
        assert_eq!(table.rows[0].cell(1), "x\"y, z");
        assert_eq!(table.rows[1].cell(0), "3");
        assert_eq!(table.rows[1].cell(1), "");
    }

    #[test]
    fn lines_are_counted_as_in_the_file_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let text = ["", "a,b", "1,2", "", "3,4", "\"5", "6\",7", "8,9"].join(end);
            assert_eq!(lines(&parse(text.as_bytes()).unwrap()), [3, 5, 6, 8], "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        assert_eq!(parse("\u{feff}a\n1".as_bytes()).unwrap().header, ["a"]);
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_at_its_line() {
        assert_eq!(parse(b"a\n1\n\xff\n").unwrap_err(), [DataError::NotUtf8 { line: 3 }]);
    }

    #[test]
    fn no_rows_are_refused() {
        assert_eq!(errors(""), [DataError::NoRows { header: false }]);
        assert_eq!(errors("\n\n"), [DataError::NoRows { header: false }]);
        assert_eq!(errors("a,b\n"), [DataError::NoRows { header: true }]);
    }

    #[test]
    fn rows_of_another_length_are_reported_together() {
        let text = format!("a,b\n1,2\n1\n{}", "1,2,3\n".repeat(6));
        assert_eq!(
            errors(&text),
            [DataError::RaggedRows {
                lines: vec![(3, 1), (4, 3), (5, 3), (6, 3), (7, 3)],
                total: 7,
                expected: 2
            }]
        );
    }

    #[test]
    fn header_and_rows_are_judged_at_once() {
        let found = errors("a,,a\n1,2\n");
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], DataError::DuplicateColumn { name: "a".into(), first: 1, second: 3 });
        assert_eq!(found[1], DataError::UnnamedColumn { position: 2 });
    }

    #[test]
    fn numbers_twice_in_the_first_line_are_a_missing_header() {
        assert_eq!(errors("5.1,3.5,5.1\n4.9,3.0,1.4\n"), [DataError::HeaderMissing]);
        assert_eq!(parse(b"0,1,2\n4.9,3.0,1.4\n").unwrap().header, ["0", "1", "2"]);
    }
}
