//! Changes of the loss, and of the layer before it.

use super::layers::{self, Placed};
use super::{Case, Mend, places};
use crate::spec::{Activation, Edit, LayerKind, LossKind, LossReduction};

/// The option of the loss's one term.
fn option(term: &str, option: &str) -> String {
    format!("loss.{term}.{option}")
}

pub(super) fn mean(case: &Case<'_>) -> Vec<Mend> {
    let Some(term) = case.spec.loss.single() else { return Vec::new() };
    let reason = "a mean over examples stays what it is when the batch grows";
    let edit = Edit::set(&option(term.kind.term(), "reduction"), "mean");
    let sums = term.reduction == LossReduction::Sum;
    sums.then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn balanced(case: &Case<'_>) -> Vec<Mend> {
    let Some(term) = case.spec.loss.single() else { return Vec::new() };
    let takes_weights = matches!(
        term.kind.value,
        LossKind::CrossEntropy { weights: None, .. }
            | LossKind::BinaryCrossEntropy { weights: None, .. }
            | LossKind::Focal { weights: None, .. }
    );
    let reason = "each class counts the same in the loss, however few its examples are";
    let edit = Edit::set(&option(term.kind.term(), "weights"), "balanced");
    let is_open = takes_weights && term.balanced.is_none();
    is_open.then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

pub(super) fn unweighted(case: &Case<'_>) -> Vec<Mend> {
    let Some(term) = case.spec.loss.single() else { return Vec::new() };
    let weighted = matches!(
        term.kind.value,
        LossKind::CrossEntropy { weights: Some(_), .. }
            | LossKind::BinaryCrossEntropy { weights: Some(_), .. }
            | LossKind::Focal { weights: Some(_), .. }
    );
    let reason = "without weights every answer counts the same";
    let edit = Edit::unset(&option(term.kind.term(), "weights"));
    weighted.then(|| Mend::new(reason, vec![edit])).into_iter().collect()
}

/// The last activation away, another loss, or both.
pub(super) fn suited(case: &Case<'_>) -> Vec<Mend> {
    let last = last_activation(case).map(|layer| {
        let reason = format!("the loss takes what comes before `{}`", layer.path);
        Mend::new(reason, vec![layer.take()])
    });
    let loss = other_loss(case);
    let both = match (&last, &loss) {
        (Some(last), Some(loss)) => Some(Mend::new(
            format!("{}; {}", loss.reason, last.reason),
            [last.edits.as_slice(), loss.edits.as_slice()].concat(),
        )),
        _ => None,
    };
    let blamed = places(case, "loss_suits_task");
    let loss_is_blamed = blamed.iter().any(|place| ["loss", "task"].contains(place));
    match (both, loss_is_blamed) {
        (Some(both), true) => loss.into_iter().chain([both]).chain(last).collect(),
        (Some(both), false) => [both].into_iter().chain(last).chain(loss).collect(),
        (None, _) => last.into_iter().chain(loss).collect(),
    }
}

/// The activation behind all weights of the model.
fn last_activation<'a>(case: &Case<'a>) -> Option<Placed<'a>> {
    let layers = layers::all(case.spec);
    let mut last = layers.into_iter().filter(|placed| placed.outermost).rev();
    let last = last.find(|placed| !placed.only_shapes())?;
    matches!(&last.layer.kind, LayerKind::Activation(kind) if *kind != Activation::Identity)
        .then_some(last)
}

/// The loss that the task has by itself, where the spec's is another one.
fn other_loss(case: &Case<'_>) -> Option<Mend> {
    let term = case.spec.loss.single()?;
    let usual = LossKind::default_for(*case.spec.task);
    let name = term.kind.term();
    match &term.kind.value {
        LossKind::CrossEntropy { logits: false, .. }
        | LossKind::BinaryCrossEntropy { logits: false, .. } => {
            let reason = format!("`{name}` of logits has its own softmax or sigmoid, and is exact");
            Some(Mend::new(reason, vec![Edit::unset(&option(name, "logits"))]))
        }
        // Absolute errors and their like are right for numbers, too.
        LossKind::Mae
        | LossKind::Huber { .. }
        | LossKind::SmoothL1 { .. }
        | LossKind::Lp { .. } => None,
        kind if kind.term() != usual.term() && !kind.takes_no_target() => {
            let task = case.spec.task.term();
            let reason = format!("`{}` is the loss of `task: {task}`", usual.term());
            Some(Mend::new(reason, vec![Edit::set("loss", usual.term())]))
        }
        _ => None,
    }
}
