//! CSV text into a table of cells. The only module that names the `csv` crate.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};

use super::kept::{Keep, Kept};
use super::lines::Lines;
use super::table::{Ragged, Row, Table, header_errors};
use crate::data::DataError;
use crate::data::error::Unit;

/// Reads comma-separated values whose first line is the header, in a stream. Empty lines and a
/// UTF-8 byte order mark are passed over.
///
/// # Errors
///
/// When the bytes are no such table; all ragged rows and header faults are reported at once.
pub(in crate::data) fn parse(source: impl Read, keep: Keep) -> Result<Table, Vec<DataError>> {
    let (lines, begun) = Lines::new(source);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(lines);
    let mut kept = Kept::new(keep);
    let mut header: Option<Vec<String>> = None;
    let mut ragged = Ragged::default();
    let mut any = false;
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(vec![unreadable(&error)]),
        }
        // The reader's own line count is one behind after "\r\n", so lines are counted here.
        let offset = record.position().map_or(0, csv::Position::byte);
        let line = begun.borrow_mut().line_at(offset);
        let cells = text(&record, line).map_err(|error| vec![error])?;
        let Some(header) = &header else {
            header = Some(cells.iter().map(str::to_owned).collect());
            continue;
        };
        any = true;
        if cells.len() != header.len() {
            ragged.push(line, cells.len());
            continue;
        }
        kept.offer(|| {
            let row = Row::new(line, cells.iter());
            let bytes = row.bytes();
            Ok::<_, DataError>((row, bytes))
        })
        .map_err(|error| vec![error])?;
    }
    let Some(header) = header else { return Err(vec![DataError::NoRows { header: false }]) };

    let mut errors = header_errors(&header);
    errors.extend(ragged.error(header.len()));
    if !any {
        errors.push(DataError::NoRows { header: true });
    }
    if errors.is_empty() {
        Ok(Table { header, rows: kept.finish(), unit: Unit::Line })
    } else {
        Err(errors)
    }
}

fn text(record: &ByteRecord, line: usize) -> Result<StringRecord, DataError> {
    StringRecord::from_byte_record(record.clone()).map_err(|error| {
        let fault = error.utf8_error();
        let before = record.iter().take(fault.field()).map(newlines).sum::<usize>();
        let within = record
            .get(fault.field())
            .map_or(0, |cell| newlines(&cell[..fault.valid_up_to().min(cell.len())]));
        DataError::NotUtf8 { line: line + before + within }
    })
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn unreadable(error: &csv::Error) -> DataError {
    let reason = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    };
    DataError::Malformed {
        file: None,
        reason,
        mend: "close every quote, and end every row with a line end",
    }
}

#[cfg(test)]
mod tests {
    use super::super::kept::MOST;
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Table, Vec<DataError>> {
        super::parse(bytes, Keep { sample: None, seed: 1, bytes: MOST })
    }

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

    /// Rows made up while they are read, and never in memory together.
    struct MadeUp {
        rows: u64,
        made: u64,
        text: Vec<u8>,
        passed: usize,
    }

    impl MadeUp {
        fn new(rows: u64) -> Self {
            Self { rows, made: 0, text: b"a,b,c,label\n".to_vec(), passed: 0 }
        }
    }

    impl Read for MadeUp {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.passed == self.text.len() && self.made < self.rows {
                self.text.clear();
                self.passed = 0;
                // Lines of about 100 bytes, some hundred at once.
                for row in self.made..self.rows.min(self.made + 500) {
                    let text = format!("{row},{row:040},{row:048},{}\n", row % 3);
                    self.text.extend(text.bytes());
                }
                self.made = self.rows.min(self.made + 500);
            }
            let count = buffer.len().min(self.text.len() - self.passed);
            buffer[..count].copy_from_slice(&self.text[self.passed..self.passed + count]);
            self.passed += count;
            Ok(count)
        }
    }

    fn sampled(rows: u64, sample: usize) -> Table {
        // Three hundred bytes for a row, its cells and its place.
        let keep = Keep { sample: Some(sample), seed: 1, bytes: 300 * sample };
        super::parse(MadeUp::new(rows), keep).unwrap()
    }

    #[test]
    fn of_many_rows_only_the_sample_is_kept_in_the_files_order() {
        let table = sampled(200_000, 100);
        assert_eq!(table.rows.len(), 100);
        let numbers: Vec<usize> =
            table.rows.iter().map(|row| row.cell(0).parse().unwrap()).collect();
        assert!(numbers.is_sorted() && numbers[0] < 20_000 && numbers[99] > 180_000, "{numbers:?}");
        assert!(table.rows.iter().zip(&numbers).all(|(row, number)| row.line == number + 2));
    }

    #[test]
    fn without_a_sample_many_rows_end_at_the_bound() {
        let keep = Keep { sample: None, seed: 1, bytes: 1 << 20 };
        let errors = super::parse(MadeUp::new(u64::MAX), keep).unwrap_err();
        assert!(matches!(errors[..], [DataError::TooMuch { .. }]), "{errors:?}");
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_bounded_memory() {
        let source = b"a,label\n\"".chain(std::io::repeat(b'x'));
        let keep = Keep { sample: None, seed: 1, bytes: MOST };
        let errors = super::parse(source, keep).unwrap_err();
        assert_eq!(errors[0].to_string(), "a row is longer than 16 MiB");
    }

    /// `cargo test --lib ten_gigabytes -- --ignored --nocapture` tells time and peak memory.
    #[test]
    #[ignore = "reads 10 GB, which takes minutes"]
    fn ten_gigabytes_of_rows_take_bounded_memory() {
        let peak = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("VmHWM")).map(str::to_owned);
            line.unwrap_or_default()
        };
        let (before, begin) = (peak(), std::time::Instant::now());
        let table = sampled(100_000_000, 10_000);
        println!("before {before}, after {}, {:?}", peak(), begin.elapsed());
        assert_eq!(table.rows.len(), 10_000);
    }
}
