//! What losses ask of outputs, and what they cannot fall below with outputs in a range.

use super::{LossFacts, Range, Takes};
use crate::data::Targets;
use crate::spec::{LossKind, Task};

pub(super) fn facts(kind: &LossKind) -> LossFacts {
    let takes = match kind {
        LossKind::CrossEntropy { logits: false, .. }
        | LossKind::BinaryCrossEntropy { logits: false, .. } => Takes::Probabilities,
        LossKind::CrossEntropy { .. }
        | LossKind::BinaryCrossEntropy { .. }
        | LossKind::Focal { .. }
        | LossKind::SoftMargin
        | LossKind::Ctc { .. }
        | LossKind::Rnnt { logits: true, .. } => Takes::Logits,
        LossKind::MultiMargin { .. } | LossKind::Hinge => Takes::Scores,
        LossKind::KlDiv { .. } => Takes::LogProbabilities,
        LossKind::PoissonNll { log_input: false, .. } => Takes::Rates,
        LossKind::Mse
        | LossKind::Mae
        | LossKind::Huber { .. }
        | LossKind::SmoothL1 { .. }
        | LossKind::Lp { .. } => Takes::Targets,
        _ => Takes::Other,
    };
    let weighted = matches!(
        kind,
        LossKind::CrossEntropy { weights: Some(_), .. }
            | LossKind::BinaryCrossEntropy { weights: Some(_), .. }
            | LossKind::Focal { .. }
    );
    LossFacts { name: kind.term(), takes, weighted }
}

/// The weights that a loss gives the classes; none where it takes all alike.
pub(super) fn class_weights(kind: &LossKind) -> &[f64] {
    match kind {
        LossKind::CrossEntropy { weights, .. }
        | LossKind::BinaryCrossEntropy { weights, .. }
        | LossKind::Focal { weights, .. } => weights.as_deref().unwrap_or_default(),
        _ => &[],
    }
}

/// The lowest mean loss over the training part's answers that outputs in a range can have, whatever the
/// weights, as a share of what guessing costs: weights of classes are left out of both. None where
/// theory names no such loss, and with label smoothing, whose best outputs are finite by themselves.
///
/// With logits in [a, b] and k classes the right class has at most the probability
/// 1 / (1 + (k − 1)·e^(a−b)); with one logit class 1 costs at least ln(1 + e^(−b)) and class 0 at
/// least ln(1 + eᵃ).
pub(super) fn least(
    kind: &LossKind,
    task: Task,
    range: Range,
    targets: &Targets,
    classes: usize,
) -> Option<f64> {
    let several = task == Task::Classification;
    match kind {
        LossKind::CrossEntropy { logits: true, smoothing: None, .. } => {
            softmax_floor(range, classes)
        }
        LossKind::Focal { .. } if several => softmax_floor(range, classes),
        LossKind::BinaryCrossEntropy { logits: true, smoothing: None, .. }
        | LossKind::SoftMargin
        | LossKind::Focal { .. } => {
            let (zero, one) = (softplus(range.low), softplus(-range.high));
            Some(mean(targets, zero, one)? / std::f64::consts::LN_2)
        }
        LossKind::Hinge => {
            let (zero, one) = ((1.0 + range.low).max(0.0), (1.0 - range.high).max(0.0));
            mean(targets, zero, one)
        }
        LossKind::MultiMargin { margin, .. } if *margin > 0.0 => {
            Some((margin - range.width()).max(0.0) / margin)
        }
        _ => None,
    }
}

fn softmax_floor(range: Range, classes: usize) -> Option<f64> {
    let others = classes.checked_sub(1).filter(|others| *others > 0)? as f64;
    Some((others * (-range.width()).exp()).ln_1p() / (others + 1.0).ln())
}

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    if x > 30.0 { x } else { x.exp().ln_1p() }
}

/// The mean over answers that cost `zero` or `one`.
fn mean(targets: &Targets, zero: f64, one: f64) -> Option<f64> {
    let (Targets::Classes(answers) | Targets::Labels { labels: answers, .. }) = targets else {
        return None;
    };
    let ones = answers.iter().filter(|answer| **answer == 1).count() as f64;
    let share = ones / answers.len() as f64;
    // What does not occur costs nothing, however much that is.
    let cost = |share: f64, each: f64| if share == 0.0 { 0.0 } else { share * each };
    Some(cost(share, one) + cost(1.0 - share, zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        let found = found.expect("theory names a loss");
        assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
    }

    fn cross_entropy(smoothing: Option<f64>) -> LossKind {
        LossKind::CrossEntropy { weights: None, smoothing, pad_tokens: Vec::new(), logits: true }
    }

    #[test]
    fn probabilities_in_the_place_of_logits_have_the_floor_of_theory() {
        // ln(1 + 9/e) of ln 10, and of two classes 0.313 of ln 2.
        let targets = Targets::Classes(vec![0, 1]);
        let least = |classes, range| {
            super::least(&cross_entropy(None), Task::Classification, range, &targets, classes)
        };
        close(least(10, Range::UNIT), 1.4612 / 10f64.ln());
        close(least(2, Range::UNIT), 0.31326 / 2f64.ln());
        assert_eq!(least(10, Range::ALL), Some(0.0));
        assert_eq!(least(10, Range::new(0.0, f64::INFINITY)), Some(0.0));
    }

    #[test]
    fn logits_that_cannot_be_negative_leave_every_zero_at_a_guess() {
        let kind = LossKind::BinaryCrossEntropy { weights: None, smoothing: None, logits: true };
        let targets = Targets::Classes(vec![0, 0, 0, 1]);
        let half = Range::new(0.0, f64::INFINITY);
        close(least(&kind, Task::BinaryClassification, half, &targets, 2), 0.75);
        close(least(&kind, Task::BinaryClassification, Range::ALL, &targets, 2), 0.0);
        close(least(&LossKind::Hinge, Task::BinaryClassification, half, &targets, 2), 0.75);
    }

    #[test]
    fn a_margin_needs_room() {
        let kind = LossKind::MultiMargin { margin: 1.0, p: 1 };
        let targets = Targets::Classes(vec![0, 1]);
        let least = |range| least(&kind, Task::Classification, range, &targets, 2);
        close(least(Range::new(0.0, 0.25)), 0.75);
        close(least(Range::new(-1.0, 1.0)), 0.0);
    }

    #[test]
    fn nothing_is_claimed_where_theory_says_nothing() {
        let targets = Targets::Classes(vec![0, 1]);
        let smoothed = cross_entropy(Some(0.1));
        assert_eq!(least(&smoothed, Task::Classification, Range::UNIT, &targets, 2), None);
        let values = Targets::Values(vec![0.0]);
        assert_eq!(least(&LossKind::Mse, Task::Regression, Range::UNIT, &values, 0), None);
    }
}
