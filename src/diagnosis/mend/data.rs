//! Changes of what is read: scales, columns, the split, augmentation.

use super::{Case, Mend, measured, places};
use crate::property::text::{count, short};
use crate::spec::{DataSource, Edit, Scaling, SplitBy, Task};

pub(super) fn scaled(case: &Case<'_>) -> Vec<Mend> {
    let place = places(case, "inputs_normalized").first().copied().unwrap_or_default();
    let size = measured(case, "inputs_normalized", place);
    let found = size.map_or_else(String::new, |size| format!(" (`{place}`: {})", short(size)));
    let reason = format!("inputs of unit size suit initializers and rates{found}");
    let is_image = case.spec.data.shape.as_ref().is_some_and(|shape| shape.len() > 1);
    let (per_column, over_all) = ("standardize", "{standardize: {per: all}}");
    let order = if is_image { [over_all, per_column] } else { [per_column, over_all] };
    let own = case.spec.data.scale.value;
    let mends = order.into_iter().filter(|_| !matches!(case.spec.data.source, DataSource::Model));
    mends
        .filter(|_| !matches!(own, Scaling::Standardize(_)))
        .map(|scaling| Mend::new(reason.clone(), vec![Edit::set("data.scale", scaling)]))
        .collect()
}

pub(super) fn scaled_targets(case: &Case<'_>) -> Vec<Mend> {
    let place = places(case, "targets_scaled").first().copied().unwrap_or_default();
    let size = measured(case, "targets_scaled", place);
    let found = size.map_or_else(String::new, |size| format!(" (`{place}`: {})", short(size)));
    let reason = format!("targets of unit size make the loss and its gradient so, too{found}");
    let is_open = *case.spec.task == Task::Regression
        && !matches!(case.spec.data.scale_target.value, Scaling::Standardize(_))
        && case.spec.data.of_input.is_none();
    let edit = Edit::set("data.scale_target", "standardize");
    is_open.then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn shuffled(case: &Case<'_>) -> Vec<Mend> {
    let reason = "the last rows of the file are another kind than the first ones";
    let edit = Edit::unset("data.split.shuffle");
    let in_order = matches!(case.spec.data.split.by, SplitBy::Place);
    in_order.then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn unchanged(case: &Case<'_>) -> Vec<Mend> {
    let reason = "examples as they are show whether it is what they are changed by";
    let edit = Edit::unset("data.augment");
    case.spec.data.augment.is_some().then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn without_columns_that_answer(case: &Case<'_>) -> Vec<Mend> {
    without(case, "answers_not_among_inputs", "the answer by itself")
}

pub(super) fn without_constant_columns(case: &Case<'_>) -> Vec<Mend> {
    without(case, "features_vary", "nothing")
}

/// All columns but those that a property has found.
fn without(case: &Case<'_>, property: &str, what: &str) -> Vec<Mend> {
    if !matches!(case.spec.data.source, DataSource::Table { .. }) {
        return Vec::new();
    }
    let found = places(case, property);
    let left_out = |column: &&String| found.contains(&column.as_str());
    let taken = case.known.columns.iter().filter(left_out).count();
    let kept: Vec<String> = case
        .known
        .columns
        .iter()
        .filter(|column| !left_out(column))
        // Single quotes take everything but themselves.
        .map(|column| format!("'{}'", column.replace('\'', "''")))
        .collect();
    if taken == 0 || kept.is_empty() {
        return Vec::new();
    }
    let verb = if taken == 1 { "tells" } else { "tell" };
    let reason = format!("{} {verb} {what}", count(taken, "column"));
    vec![Mend::new(reason, vec![Edit::set("data.features", format!("[{}]", kept.join(", ")))])]
}
