//! Two arrays of as many rows, inputs and targets, into examples.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::array::Array;
use super::kept::Keep;
use super::{file, idx, npy, safetensors};
use crate::data::error::{Cells, Unit};
use crate::data::labels::Labels;
use crate::data::raw::{Raw, Rows};
use crate::data::{DataError, InputKind, Targets};
use crate::spec::{ArrayFormat, OtherTarget, Spanned, Target, Task};

/// Where the two arrays are.
#[derive(Debug, Clone, Copy)]
pub(in crate::data) struct Source<'a> {
    /// The spec's.
    pub(in crate::data) folder: &'a Path,
    pub(in crate::data) format: ArrayFormat,
    pub(in crate::data) path: &'a Path,
    /// The inputs' name in a file of several arrays.
    pub(in crate::data) inputs: Option<&'a Spanned<String>>,
    /// Its column is the targets' name, or the path of a file of their own.
    pub(in crate::data) target: &'a Target,
    /// Further targets of a file of several arrays.
    pub(in crate::data) others: &'a [OtherTarget],
}

/// The arrays of a source, with as many rows each.
#[derive(Debug)]
pub(in crate::data) struct Arrays {
    pub(in crate::data) inputs: Array,
    pub(in crate::data) targets: Array,
    /// Of the further targets, in their order.
    pub(in crate::data) others: Vec<Array>,
}

/// Reads all arrays; the same rows of each where a sample is drawn.
///
/// # Errors
///
/// What is wrong with the files, and arrays that do not have as many rows as each other.
pub(in crate::data) fn read(source: Source<'_>, keep: Keep) -> Result<Arrays, Vec<DataError>> {
    let one = |error| vec![error];
    let file = file::open(source.folder, source.path).map_err(one)?;
    let mut others = Vec::with_capacity(source.others.len());
    let (inputs, targets) = match source.format {
        ArrayFormat::Npy | ArrayFormat::Idx => {
            let of_targets = Path::new(source.target.column.as_str());
            let inputs = alone(source.format, file, source.path, keep, false)?;
            let file = file::open(source.folder, of_targets).map_err(one)?;
            let targets = alone(source.format, file, of_targets, keep, true);
            let elsewhere = |error: DataError| error.in_file(of_targets);
            (
                inputs,
                targets.map_err(|errors| errors.into_iter().map(elsewhere).collect::<Vec<_>>())?,
            )
        }
        ArrayFormat::Npz => {
            let mut file = BufReader::new(file);
            let name = inputs_name(source, || npy::names(&mut file)).map_err(one)?;
            let inputs = npy::npz(&mut file, &name, keep, false)?;
            for (index, other) in source.others.iter().enumerate() {
                let array = npy::npz(&mut file, &other.target.column, keep, true);
                others.push(array.map_err(|errors| in_target(errors, index))?);
            }
            (inputs, npy::npz(&mut file, &source.target.column, keep, true)?)
        }
        ArrayFormat::Safetensors => {
            let mut file = safetensors::File::open(BufReader::new(file)).map_err(one)?;
            let name = inputs_name(source, || Ok(file.names())).map_err(one)?;
            let inputs = file.read(&name, keep, false)?;
            for (index, other) in source.others.iter().enumerate() {
                let array = file.read(&other.target.column, keep, true);
                others.push(array.map_err(|errors| in_target(errors, index))?);
            }
            (inputs, file.read(&source.target.column, keep, true)?)
        }
    };
    let lengths = |target: &Array| {
        (target.total != inputs.total).then(|| DataError::ArrayLengths {
            inputs: inputs.name.clone(),
            input_rows: inputs.total,
            target: target.name.clone(),
            target_rows: target.total,
        })
    };
    let of_others = others.iter().enumerate();
    let wrong: Vec<DataError> = lengths(&targets)
        .into_iter()
        .chain(of_others.filter_map(|(index, other)| Some(lengths(other)?.in_target(index))))
        .collect();
    if wrong.is_empty() { Ok(Arrays { inputs, targets, others }) } else { Err(wrong) }
}

fn in_target(errors: Vec<DataError>, index: usize) -> Vec<DataError> {
    errors.into_iter().map(|error| error.in_target(index)).collect()
}

/// The array of a file that holds no other.
fn alone(
    format: ArrayFormat,
    file: File,
    path: &Path,
    keep: Keep,
    target: bool,
) -> Result<Array, Vec<DataError>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let source = BufReader::new(file);
    match format {
        ArrayFormat::Idx => idx::idx(source, &name, keep, target),
        _ => npy::npy(source, &name, keep, target),
    }
}

/// The name that the spec gives, or that of the only array beside the targets.
fn inputs_name(
    source: Source<'_>,
    names: impl FnOnce() -> Result<Vec<String>, DataError>,
) -> Result<String, DataError> {
    if let Some(name) = source.inputs {
        return Ok(name.value.clone());
    }
    let names = names()?;
    let is_target = |name: &str| {
        let further = source.others.iter().map(|other| other.target.column.as_str());
        std::iter::once(source.target.column.as_str()).chain(further).any(|target| target == name)
    };
    let others: Vec<&String> = names.iter().filter(|name| !is_target(name)).collect();
    match others.as_slice() {
        [only] => Ok((*only).clone()),
        _ => Err(DataError::InputsUnnamed { arrays: names }),
    }
}

/// Inputs and targets as the task takes them. `vocabulary` is that of the embedding that the model
/// starts with.
///
/// # Errors
///
/// Targets that are none of the task's, and inputs that are no tokens where tokens are due.
pub(in crate::data) fn examples(
    inputs: Array,
    targets: &Array,
    task: Task,
    positive: Option<&str>,
    vocabulary: Option<usize>,
) -> Result<Raw, Vec<DataError>> {
    let mut errors = Vec::new();
    if let Some(vocabulary) = vocabulary {
        let is_token =
            |token: f64| token.fract() == 0.0 && token >= 0.0 && token < vocabulary as f64;
        let cells = cells(&inputs, |token| !is_token(token));
        if cells.total > 0 {
            errors.push(DataError::NotTokens { cells, vocabulary }.counted_in(Unit::Array));
        }
    }
    let (targets, classes) = match self::targets(targets, task, positive) {
        Ok(targets) if errors.is_empty() => targets,
        Ok(_) => return Err(errors),
        Err(error) => {
            errors.push(error.counted_in(Unit::Array));
            return Err(errors);
        }
    };
    Ok(Raw {
        // A row of one number without an axis is an input of one feature.
        shape: if inputs.shape.is_empty() { vec![1] } else { inputs.shape },
        inputs: inputs.numbers,
        targets,
        classes,
        input: vocabulary.map_or(InputKind::Float, |vocabulary| InputKind::Tokens { vocabulary }),
        rows: Rows::default(),
    })
}

/// The numbers of an array as targets of the task.
///
/// # Errors
///
/// Numbers, and a shape, that are none of the task's.
pub(in crate::data) fn targets(
    array: &Array,
    task: Task,
    positive: Option<&str>,
) -> Result<(Targets, Vec<String>), DataError> {
    if positive.is_some() && task != Task::BinaryClassification {
        return Err(DataError::PositiveWithoutBinary);
    }
    let shape = match array.shape.as_slice() {
        [1] => Vec::new(),
        shape => shape.to_vec(),
    };
    let columns: usize = array.shape.iter().product();
    let texts = || array.numbers.iter().map(f64::to_string).collect::<Vec<_>>();
    let labels = |texts: &[String]| {
        let row = |index: usize| array.rows.number(index / columns) + 1;
        let cells = texts.iter().enumerate().map(|(index, text)| (row(index), text.as_str()));
        Labels { column: &array.name, cells: cells.collect() }.indexed(task, positive)
    };
    match task {
        Task::Regression if shape.is_empty() => {
            Ok((Targets::Values(array.numbers.clone()), Vec::new()))
        }
        Task::Regression => {
            Ok((Targets::Arrays { values: array.numbers.clone(), shape }, Vec::new()))
        }
        Task::Classification if !shape.is_empty() => {
            let (classes, names) = labels(&texts())?;
            let classes = classes.into_iter().map(Some).collect();
            Ok((Targets::Places { classes, shape }, names))
        }
        Task::Classification | Task::BinaryClassification if shape.is_empty() => {
            let (classes, names) = labels(&texts())?;
            Ok((Targets::Classes(classes), names))
        }
        Task::MultiLabelClassification if !shape.is_empty() => {
            let others = cells(array, |number| number != 0.0 && number != 1.0);
            if others.total > 0 {
                return Err(DataError::NotZeroOrOne(others));
            }
            let labels = array.numbers.iter().map(|number| usize::from(*number == 1.0)).collect();
            Ok((Targets::Labels { labels, shape }, Vec::new()))
        }
        Task::Objective => unreachable!("a Rust model's own batches are not loaded"),
        task => Err(DataError::ArrayShape {
            array: array.name.clone(),
            target: true,
            shape: [&[array.total], array.shape.as_slice()].concat(),
            due: match task {
                Task::MultiLabelClassification => "and several labels per row are due",
                _ => "and one label per row is due",
            },
        }),
    }
}

/// The numbers of an array that are faulty.
fn cells(array: &Array, faulty: impl Fn(f64) -> bool) -> Cells {
    let columns: usize = array.shape.iter().product();
    let mut cells = Cells::default();
    for (index, &number) in array.numbers.iter().enumerate().filter(|(_, number)| faulty(**number))
    {
        cells.push(array.rows.number(index / columns) + 1, &array.name, &number.to_string());
    }
    cells
}
