//! Targets beside a source's own, for terms of the loss that name them.

use super::answers::Wanted;
use super::read::array::Array;
use super::read::arrays;
use super::read::table::Table;
use super::{DataError, Examples, Targets};
use crate::spec::{Compared, INPUT_TARGET, Spec};

/// A further answer to each example, by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherTargets {
    pub name: String,
    pub train: Targets,
    pub validation: Targets,
    /// Class names in the order of their indices; empty for real targets.
    pub classes: Vec<String>,
}

/// The same for all examples of a source, in the source's order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawTargets {
    name: String,
    targets: Targets,
    classes: Vec<String>,
}

impl RawTargets {
    /// The targets and the number of their classes.
    pub(super) fn targets_mut(&mut self) -> (&mut Targets, usize) {
        (&mut self.targets, self.classes.len())
    }
}

/// The columns of the spec's other targets, for each in its order.
///
/// # Errors
///
/// Names that the header lacks, and targets among the features, each with the target that it belongs
/// to.
pub(super) fn select(
    header: &[String],
    features: Option<&[&str]>,
    spec: &Spec,
) -> Result<Vec<Vec<usize>>, Vec<DataError>> {
    all(wanted(spec).enumerate().map(|(index, wanted)| {
        let columns = wanted.select(header, features, None);
        Ok(columns.map_err(|errors| in_target(errors, index))?.targets)
    }))
}

/// Reads these columns of a table.
///
/// # Errors
///
/// What is wrong with their cells, each error with the target that it belongs to.
pub(super) fn of_table(
    table: &Table,
    columns: &[Vec<usize>],
    spec: &Spec,
) -> Result<Vec<RawTargets>, Vec<DataError>> {
    let named = spec.data.targets.iter().zip(wanted(spec)).zip(columns).enumerate();
    all(named.map(|(index, ((other, wanted), columns))| {
        let read = wanted.read(table, columns);
        let (targets, classes) = read.map_err(|errors| in_target(errors, index))?;
        Ok(RawTargets { name: other.name.value.clone(), targets, classes })
    }))
}

fn wanted(spec: &Spec) -> impl Iterator<Item = Wanted<'_>> {
    spec.data.targets.iter().map(|other| {
        let (target, task) = (&other.target, other.task.value);
        Wanted { target, task, of_input: false, besides: &[] }
    })
}

/// The same of a file of arrays, which are read already, in the spec's order.
///
/// # Errors
///
/// Arrays that are none of the task's.
pub(super) fn of_arrays(arrays: &[Array], spec: &Spec) -> Result<Vec<RawTargets>, Vec<DataError>> {
    let others = spec.data.targets.iter().zip(arrays).enumerate();
    all(others.map(|(index, (other, array))| {
        let positive = other.target.positive.as_ref().map(|positive| positive.as_str());
        let read = arrays::targets(array, other.task.value, positive);
        let (targets, classes) = read.map_err(|error| in_target(vec![error], index))?;
        Ok(RawTargets { name: other.name.value.clone(), targets, classes })
    }))
}

fn in_target(errors: Vec<DataError>, index: usize) -> Vec<DataError> {
    errors.into_iter().map(|error| error.in_target(index)).collect()
}

/// All of them, or all of their errors.
fn all<T>(read: impl Iterator<Item = Result<T, Vec<DataError>>>) -> Result<Vec<T>, Vec<DataError>> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(one) => found.push(one),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// The targets of the parts, which hold these examples.
pub(super) fn divided(
    raw: Vec<RawTargets>,
    train: &[usize],
    validation: &[usize],
) -> Vec<OtherTargets> {
    let of = |RawTargets { name, targets, classes }| OtherTargets {
        name,
        train: targets.select(train),
        validation: targets.select(validation),
        classes,
    };
    raw.into_iter().map(of).collect()
}

/// Whether one of them is an answer at each of the places of an image or a table.
pub(super) fn answer_places(spec: &Spec, others: &[RawTargets]) -> bool {
    are_inputs(spec) || others.iter().any(|other| other.targets.shape().len() > 1)
}

/// Whether a term of the loss compares with the inputs.
fn are_inputs(spec: &Spec) -> bool {
    let is_input = |compared: &Compared| matches!(compared, Compared::Named(name) if name.value == INPUT_TARGET);
    spec.loss.terms.iter().any(|term| is_input(&term.compared))
}

/// The inputs as a target, where a term of the loss compares with them and they are not the target of
/// the data already.
pub(super) fn inputs(
    spec: &Spec,
    shape: &[usize],
    train: &Examples,
    validation: &Examples,
) -> Option<OtherTargets> {
    if !are_inputs(spec) {
        return None;
    }
    let of =
        |part: &Examples| Targets::Arrays { values: part.inputs.clone(), shape: shape.to_vec() };
    let (train, validation) = (of(train), of(validation));
    Some(OtherTargets { name: INPUT_TARGET.to_owned(), train, validation, classes: Vec::new() })
}
