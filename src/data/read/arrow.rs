//! Parquet and Arrow files into a table of cells, batch by batch. The only module that names the
//! crates of Arrow.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::kept::{Keep, Kept};
use super::table::{Row, Table, header_errors};
use crate::data::DataError;
use crate::data::error::Unit;
use crate::panics::caught;

/// Rows that are in memory at once beside those that are kept.
const BATCH: usize = 1024;

/// Marks of an Arrow file; a stream has none.
const ARROW_FILE: &[u8] = b"ARROW1";

/// Reads a Parquet file.
///
/// # Errors
///
/// Bytes that are no such file, columns of lists or of other nested values, and more rows than may
/// be kept.
pub(in crate::data) fn parquet(source: File, keep: Keep) -> Result<Table, Vec<DataError>> {
    guarded("a Parquet file", || {
        let builder = ParquetRecordBatchReaderBuilder::try_new(source).map_err(text)?;
        let schema = builder.schema().clone();
        let batches = builder.with_batch_size(BATCH).build().map_err(text)?;
        table(&schema, batches, keep)
    })
}

/// Reads an Arrow file (also called Feather) or a stream in Arrow's format.
///
/// # Errors
///
/// As [`parquet`].
pub(in crate::data) fn arrow(source: File, keep: Keep) -> Result<Table, Vec<DataError>> {
    guarded("an Arrow file", || {
        let mut source = BufReader::new(source);
        let mut begin = Vec::new();
        let length = ARROW_FILE.len() as u64;
        source.by_ref().take(length).read_to_end(&mut begin).map_err(text)?;
        source.rewind().map_err(text)?;
        if begin == ARROW_FILE {
            let batches = FileReader::try_new(source, None).map_err(text)?;
            let schema = batches.schema();
            table(&schema, batches, keep)
        } else {
            let batches = StreamReader::try_new(source, None).map_err(text)?;
            let schema = batches.schema();
            table(&schema, batches, keep)
        }
    })
}

/// What goes wrong within a file: its bytes, or what they say.
enum Fault {
    Bytes(String),
    Said(Vec<DataError>),
}

impl From<DataError> for Fault {
    fn from(error: DataError) -> Self {
        Self::Said(vec![error])
    }
}

fn text(error: impl std::fmt::Display) -> Fault {
    Fault::Bytes(error.to_string())
}

fn table(
    schema: &Schema,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    keep: Keep,
) -> Result<Table, Fault> {
    let header: Vec<String> =
        schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let mut errors = header_errors(&header);
    errors.extend(schema.fields().iter().filter(|field| !is_single(field.data_type())).map(
        |field| DataError::ArrayOfOthers {
            array: field.name().clone(),
            found: field.data_type().to_string(),
        },
    ));
    if !errors.is_empty() {
        return Err(Fault::Said(errors));
    }
    let mut kept = Kept::new(keep);
    let mut number = 0;
    for batch in batches {
        let batch = batch.map_err(text)?;
        let options = FormatOptions::new().with_null("");
        let columns: Result<Vec<ArrayFormatter<'_>>, ArrowError> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect();
        let columns = columns.map_err(text)?;
        for row in 0..batch.num_rows() {
            number += 1;
            kept.offer(|| {
                let cells: Result<Vec<String>, ArrowError> =
                    columns.iter().map(|column| column.value(row).try_to_string()).collect();
                let cells = cells.map_err(text)?;
                let row = Row::new(number, cells.iter().map(|cell| cell.trim()));
                let bytes = row.bytes();
                Ok::<_, Fault>((row, bytes))
            })?;
        }
    }
    if number == 0 {
        return Err(DataError::NoRows { header: true }.into());
    }
    Ok(Table { header, rows: kept.finish(), unit: Unit::Row })
}

/// Whether values are single ones, whose text is a cell.
fn is_single(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_single(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => true,
        DataType::Null => true,
        other => other.is_numeric(),
    }
}

/// What the crates below make of broken bytes is an error, also where they panic.
fn guarded(
    what: &str,
    read: impl FnOnce() -> Result<Table, Fault>,
) -> Result<Table, Vec<DataError>> {
    let reason = match caught(read) {
        Ok(Ok(table)) => return Ok(table),
        Ok(Err(Fault::Said(errors))) => return Err(errors),
        Ok(Err(Fault::Bytes(reason))) => reason,
        Err(panic) => panic.lines().next().unwrap_or_default().to_owned(),
    };
    Err(vec![DataError::Malformed {
        file: None,
        reason: format!("not {what} that can be read: {reason}"),
        mend: "write the file again, with pandas: `to_parquet` or `to_feather`",
    }])
}
