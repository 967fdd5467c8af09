//! Files of every format into examples.

use std::path::Path;

use super::answers::Wanted;
use super::load::{both, from_table};
use super::others::{self, RawTargets};
use super::raw::{Raw, Rows};
use super::read::kept::Keep;
use super::read::table::Table;
use super::read::{arrays, csv, file, json_lines, text};
use super::{DataError, InputKind, split_by};
use crate::data::error::Unit;
use crate::spec::{DataSource, Spec, SplitBy, TableFormat, Task, TextSource};

/// Reads the file that the spec's data comes from. `vocabulary` is that of the embedding that the
/// model starts with.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub(super) fn read(
    spec: &Spec,
    keep: Keep,
    vocabulary: Option<usize>,
) -> Result<(Raw, Vec<RawTargets>), Vec<DataError>> {
    let place = spec.data.source.path().map_or(spec.data.span, |path| path.span);
    let (folder, task, by) = (spec.folder(place), *spec.task, &spec.data.split.by);
    match &spec.data.source {
        DataSource::Table { format, path, target, features } => {
            let table = table(&folder, *format, path, keep)?;
            let unit = table.unit;
            let reconstruct = spec.data.reconstruct.is_some();
            let answers = Wanted { target, task, reconstruct, besides: &spec.data.targets };
            let read = from_table(table, &answers, features.as_deref(), spec);
            read.map_err(|errors| counted(errors, unit))
        }
        DataSource::Arrays { format, path, inputs, target } => {
            let (format, inputs) = (*format, inputs.as_ref());
            let others = &spec.data.targets;
            let source = arrays::Source { folder: &folder, format, path, inputs, target, others };
            let arrays::Arrays { inputs, targets, others } = arrays::read(source, keep)?;
            let positive = target.positive.as_ref().map(|positive| positive.as_str());
            let raw = arrays::examples(inputs, &targets, task, positive, vocabulary);
            both(raw, others::of_arrays(&others, spec))
        }
        #[cfg(feature = "image")]
        DataSource::Images(source) => {
            Ok((super::read::image_files::read(&folder, source, by, task, keep)?, Vec::new()))
        }
        #[cfg(not(feature = "image"))]
        DataSource::Images(_) => Err(lacking("images", "image")),
        DataSource::Text(source) => Ok((from_text(&folder, source, by, task, keep)?, Vec::new())),
        DataSource::Generated(_) | DataSource::Model => unreachable!("there is no file"),
    }
}

pub(super) fn counted(errors: Vec<DataError>, unit: Unit) -> Vec<DataError> {
    errors.into_iter().map(|error| error.counted_in(unit)).collect()
}

fn table(
    folder: &Path,
    format: TableFormat,
    path: &Path,
    keep: Keep,
) -> Result<Table, Vec<DataError>> {
    let file = file::open(folder, path).map_err(|error| vec![error])?;
    match format {
        TableFormat::Csv => csv::parse(file, keep),
        TableFormat::JsonLines => json_lines::parse(file, keep),
        #[cfg(feature = "arrow")]
        TableFormat::Parquet => super::read::arrow::parquet(file, keep),
        #[cfg(feature = "arrow")]
        TableFormat::Arrow => super::read::arrow::arrow(file, keep),
        #[cfg(not(feature = "arrow"))]
        TableFormat::Parquet => Err(lacking("Parquet files", "arrow")),
        #[cfg(not(feature = "arrow"))]
        TableFormat::Arrow => Err(lacking("Arrow files", "arrow")),
    }
}

#[cfg(not(all(feature = "arrow", feature = "image")))]
fn lacking(format: &'static str, feature: &'static str) -> Vec<DataError> {
    vec![DataError::FeatureMissing { format, feature }]
}

/// Reads a table with a text per row where a column is named, else one text.
fn from_text(
    folder: &Path,
    source: &TextSource,
    by: &SplitBy,
    task: Task,
    keep: Keep,
) -> Result<Raw, Vec<DataError>> {
    let Some((column, target)) = &source.labelled else {
        let file = file::open(folder, &source.path).map_err(|error| vec![error])?;
        let pieces = text::pieces(file, source, keep).map_err(|error| vec![error])?;
        return Ok(text::next_tokens(&pieces, source));
    };
    let is_json = source.path.extension().is_some_and(|extension| extension == "jsonl");
    let format = if is_json { TableFormat::JsonLines } else { TableFormat::Csv };
    let table = table(folder, format, &source.path, keep)?;
    let names = [column.as_str()];
    let answers = Wanted { target, task, reconstruct: false, besides: &[] };
    let columns = answers.select(&table.header, Some(&names), None)?;
    let rows = split_rows(&table, by)?;
    let (targets, classes) = answers.read(&table, &columns.targets)?;
    let texts = table.rows.iter().map(|row| row.cell(columns.features[0]));
    let (inputs, vocabulary) = text::padded(texts, source);
    let shape = vec![source.length];
    Ok(Raw { inputs, targets, classes, input: InputKind::Tokens { vocabulary }, shape, rows })
}

/// What the rows of a table of texts or images say beside those.
///
/// # Errors
///
/// As [`split_by::read`].
pub(super) fn split_rows(table: &Table, by: &SplitBy) -> Result<Rows, Vec<DataError>> {
    let mut rows = Rows::of(table);
    split_by::read(table, by, &mut rows).map_err(|error| counted(vec![error], table.unit))?;
    Ok(rows)
}
