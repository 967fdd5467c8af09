//! One array of a file, read row by row.

use std::io::{self, Read};

use super::kept::{Chosen, Keep, chosen};
use super::number::Number;
use crate::data::DataError;
use crate::data::error::{Cells, Unit};

/// What a file says of an array before its numbers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct Header {
    /// The array's name in its file, or the file's own.
    pub(in crate::data) name: String,
    pub(in crate::data) number: Number,
    /// The first axis counts the rows.
    pub(in crate::data) shape: Vec<usize>,
}

/// The rows of an array that are kept.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct Array {
    pub(in crate::data) name: String,
    /// Of one row.
    pub(in crate::data) shape: Vec<usize>,
    /// Row by row, all finite.
    pub(in crate::data) numbers: Vec<f64>,
    /// Which rows of the file these are.
    pub(in crate::data) rows: Chosen,
    /// All rows of the file.
    pub(in crate::data) total: usize,
}

const TRUNCATED: &str = "write or copy the file again: it was cut off";

impl Header {
    /// Rows and numbers per row; `None` where they cannot be counted.
    fn sizes(&self) -> Option<(usize, usize)> {
        let (rows, row) = self.shape.split_first()?;
        let numbers = row.iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
        numbers.checked_mul(self.number.size())?;
        Some((*rows, numbers))
    }

    /// Reads the rows that are kept, from where the array's numbers begin.
    ///
    /// # Errors
    ///
    /// A shape without rows or numbers, more than may be kept, a file that ends too early, and
    /// numbers that are not finite.
    pub(in crate::data) fn read(
        &self,
        mut source: impl Read,
        keep: Keep,
        target: bool,
    ) -> Result<Array, Vec<DataError>> {
        let shape_error = |due| {
            let array = self.name.clone();
            vec![DataError::ArrayShape { array, target, shape: self.shape.clone(), due }]
        };
        let Some((total, columns)) = self.sizes() else {
            return Err(shape_error(match self.shape.is_empty() {
                true => "a single number and no rows",
                false => "more numbers than can be counted",
            }));
        };
        if total == 0 || columns == 0 {
            return Err(shape_error("so it holds nothing"));
        }
        let row_bytes = columns.saturating_mul(size_of::<f64>());
        let rows = chosen(keep, total, row_bytes).map_err(|error| vec![error])?;
        let mut array = Array {
            name: self.name.clone(),
            shape: self.shape[1..].to_vec(),
            // Grows with what is really there.
            numbers: Vec::new(),
            rows,
            total,
        };
        let mut next = 0;
        for index in 0..array.rows.len() {
            let number = array.rows.number(index);
            let size = (columns * self.number.size()) as u64;
            let skipped = (number - next) as u64;
            let result = pass_over(&mut source, skipped.saturating_mul(size))
                .and_then(|()| self.read_row(&mut source, columns, &mut array.numbers));
            result.map_err(|error| vec![self.cut_off(&error, total)])?;
            next = number + 1;
        }
        let mut infinite = Cells::default();
        for (index, number) in array.numbers.iter().enumerate() {
            if !number.is_finite() {
                let row = array.rows.number(index / columns) + 1;
                infinite.push(row, &array.name, &number.to_string());
            }
        }
        if infinite.total > 0 {
            return Err(vec![DataError::NotFinite(infinite).counted_in(Unit::Array)]);
        }
        Ok(array)
    }

    /// Reads a row in pieces, so that no claim of its size is trusted with memory.
    fn read_row(
        &self,
        source: &mut impl Read,
        columns: usize,
        numbers: &mut Vec<f64>,
    ) -> io::Result<()> {
        let size = self.number.size();
        let mut buffer = [0; 8192];
        let mut left = columns;
        while left > 0 {
            let count = left.min(buffer.len() / size);
            let bytes = &mut buffer[..count * size];
            source.read_exact(bytes)?;
            numbers.extend(bytes.chunks_exact(size).map(|bytes| self.number.read(bytes)));
            left -= count;
        }
        Ok(())
    }

    fn cut_off(&self, error: &io::Error, rows: usize) -> DataError {
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!("the file ends within `{}`, which should have {rows} rows", self.name)
            }
            _ => format!("`{}` cannot be read: {error}", self.name),
        };
        DataError::Malformed { file: None, reason, mend: TRUNCATED }
    }
}

/// Passes over bytes of a source that may have no way to seek.
fn pass_over(source: &mut impl Read, bytes: u64) -> io::Result<()> {
    let passed = io::copy(&mut source.by_ref().take(bytes), &mut io::sink())?;
    if passed == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::super::kept::MOST;
    use super::super::number::Kind;
    use super::*;

    const ALL: Keep = Keep { sample: None, seed: 1, bytes: MOST };

    fn header(shape: &[usize]) -> Header {
        Header { name: "x".into(), number: Number::little(Kind::U8), shape: shape.to_vec() }
    }

    #[test]
    fn rows_are_read_in_order_and_a_sample_skips() {
        let bytes: Vec<u8> = (0..60).collect();
        let array = header(&[20, 3]).read(bytes.as_slice(), ALL, false).unwrap();
        assert_eq!(array.numbers, (0..60).map(f64::from).collect::<Vec<_>>());
        let keep = Keep { sample: Some(4), ..ALL };
        let drawn = header(&[20, 3]).read(bytes.as_slice(), keep, false).unwrap();
        assert_eq!(drawn.rows.len(), 4);
        for (index, row) in drawn.numbers.chunks(3).enumerate() {
            let first = (drawn.rows.number(index) * 3) as f64;
            assert_eq!(row, [first, first + 1.0, first + 2.0]);
        }
    }

    #[test]
    fn a_row_larger_than_a_block_is_whole() {
        let bytes: Vec<u8> = (0..20_000).map(|index| (index % 251) as u8).collect();
        let array = header(&[1, 20_000]).read(bytes.as_slice(), ALL, false).unwrap();
        assert!(array.numbers.iter().zip(&bytes).all(|(a, b)| *a == f64::from(*b)));
    }

    #[test]
    fn claims_that_no_file_can_keep_are_refused_without_memory() {
        let message = |shape: &[usize]| {
            header(shape).read([1u8; 10].as_slice(), ALL, false).unwrap_err()[0].to_string()
        };
        assert_eq!(message(&[20, 3]), "the file ends within `x`, which should have 20 rows");
        assert_eq!(message(&[]), "`x` has the shape [], a single number and no rows");
        assert_eq!(message(&[0, 3]), "`x` has the shape [0, 3], so it holds nothing");
        assert!(message(&[2, usize::MAX, 2]).ends_with("more numbers than can be counted"));
        assert!(message(&[usize::MAX, 3]).contains("and at most 1 GiB are kept"));
        assert!(message(&[1 << 27, 2]).starts_with("134217728 rows take 2 GiB of memory"));
    }

    #[test]
    fn a_number_that_is_not_finite_is_told_with_its_row() {
        let header = Header { number: Number::little(Kind::F32), ..header(&[3, 2]) };
        let numbers = [1.0f32, 2.0, 3.0, f32::NAN, 5.0, 6.0].map(f32::to_le_bytes).concat();
        let errors = header.read(numbers.as_slice(), ALL, false).unwrap_err();
        assert_eq!(errors[0].to_string(), "row 2 of `x`: `NaN` is not finite");
    }
}
