//! What the losses of a batch are compared with: those of guessing and of the best constant output, and
//! the one that no model gets below; of several terms, the sum of theirs.
//!
//! Every reference is unknown (`None`) where theory does not name it for one of the terms.

use super::evidence::LossBounds;
use crate::data::Targets;
use crate::data::statistics::{self, RightAnswers};
use crate::objective;
use crate::spec::{Compared, LossKind, LossSpec, LossTerm, Regularization};
use crate::subject::{Batch, Subject};

type Bound = fn(&LossKind, &Targets, usize) -> f64;

/// What a term costs at outputs of zero, with its weight.
pub fn guessing(subject: &Subject, term: &LossTerm, batch: &Batch) -> Option<f64> {
    match term.kind.value {
        // Means and logarithms of variances of 0 are the standard normal distribution.
        LossKind::GaussianKl | LossKind::MeanOutput => Some(0.0),
        _ => of_term(subject, term, batch, statistics::guessing_loss),
    }
}

/// What all terms cost at outputs of zero.
pub fn guessing_of_all(subject: &Subject, batch: &Batch) -> Option<f64> {
    sum(&subject.spec.loss, |term| guessing(subject, term, batch))
}

/// What the only term's divergence leaves out of a cross entropy; 0 for other losses.
pub fn left_out(subject: &Subject, batch: &Batch) -> f64 {
    let term = subject.spec.loss.single();
    let of_term = |term| {
        of_term(subject, term, batch, |kind, targets, _| statistics::left_out(kind, targets))
    };
    term.and_then(of_term).unwrap_or(0.0)
}

/// What the best constant outputs cost. Unknown, too, where no term compares with the data: what
/// heads share is then all that keeps constants from being right.
pub fn constant(subject: &Subject, loss: &LossSpec, batch: &Batch) -> Option<f64> {
    if !is_of_data(loss) {
        return None;
    }
    sum(loss, |term| match term.kind.value {
        LossKind::GaussianKl => Some(0.0),
        LossKind::MeanOutput => None,
        _ => of_term(subject, term, batch, statistics::constant_loss),
    })
}

/// Floor and constant predictor of examples that are learned by heart.
pub fn bounds(subject: &Subject, loss: &LossSpec, batch: &Batch) -> Option<LossBounds> {
    let constant = constant(subject, loss, batch)?;
    let floor = sum(loss, |term| {
        let examples = batch.examples.as_ref()?;
        let targets = batch.targets(&term.compared)?;
        let examples = examples.with_targets(targets);
        let classes = subject.classes(&term.compared);
        known(term, targets, statistics::loss_floor(&term.kind, &examples, classes))
    })?;
    Some(LossBounds { floor, constant })
}

/// What can be right of the answers that a term compares; nothing where it compares none.
pub fn right_answers(subject: &Subject, term: &LossTerm, batch: &Batch) -> Option<RightAnswers> {
    subject.dataset()?;
    let targets = batch.targets(&term.compared)?;
    let examples = batch.examples.as_ref()?.with_targets(targets);
    statistics::right_answers(&examples, term.kind.pad_tokens())
}

/// Floor and constant predictor of each term of several; none where they are unknown, and where a
/// constant fits.
pub fn bounds_of_terms(
    subject: &Subject,
    loss: &LossSpec,
    batch: &Batch,
) -> Vec<Option<LossBounds>> {
    if loss.single().is_some() {
        return Vec::new();
    }
    let of_one = |term: &LossTerm| {
        let alone = LossSpec { terms: vec![term.clone()], regularization: loss.regularization };
        bounds(subject, &alone, batch).filter(|bounds| !bounds.are_one())
    };
    loss.terms.iter().map(of_one).collect()
}

/// The part of a loss that examples can be learned by heart with: the terms that compare with the data.
/// What keeps outputs small, or near a distribution, keeps them from being right, as a penalty of
/// weights does; without any term of the data, all of them.
pub fn to_learn(loss: &LossSpec) -> LossSpec {
    let regularization = Regularization::default();
    let terms = loss.terms.iter().filter(|term| !is_of_data(loss) || term.is_of_data());
    LossSpec { terms: terms.cloned().collect(), regularization }
}

fn is_of_data(loss: &LossSpec) -> bool {
    loss.terms.iter().any(LossTerm::is_of_data)
}

/// The sum of what is known of every term. A term of negative weight has no least value.
fn sum(loss: &LossSpec, of: impl Fn(&LossTerm) -> Option<f64>) -> Option<f64> {
    if loss.terms.iter().any(|term| term.weight.value < 0.0) {
        return None;
    }
    loss.terms.iter().map(of).sum()
}

fn of_term(subject: &Subject, term: &LossTerm, batch: &Batch, bound: Bound) -> Option<f64> {
    if let Compared::Constant(number) = &term.compared {
        let shape = subject.output_shape(term)?;
        let targets = objective::constant(term, number.value, batch.size(), shape);
        return known(term, &targets, bound(&term.kind, &targets, 2));
    }
    let targets = batch.targets(&term.compared)?;
    let classes = subject.classes(&term.compared);
    known(term, targets, bound(&term.kind, targets, classes))
}

/// A mean loss with the term's reduction and weight, where it is a number.
fn known(term: &LossTerm, targets: &Targets, mean: f64) -> Option<f64> {
    let loss = term.weight.value * statistics::reduction_factor(term, targets) * mean;
    (!loss.is_nan()).then_some(loss)
}
