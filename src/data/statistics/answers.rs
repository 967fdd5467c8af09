//! Which answers count, and what a mean over them is divided by.

use crate::data::Targets;
use crate::spec::{LossKind, LossReduction, LossTerm};

/// The answers that count, row-major over examples and places, each with its class: those that are
/// there and are no padding. Empty where the targets are no classes.
pub fn counted(targets: &Targets, pad_tokens: &[usize]) -> Vec<(usize, usize)> {
    let counts = |(_, class): &(usize, usize)| !pad_tokens.contains(class);
    match targets {
        Targets::Classes(classes) => classes.iter().copied().enumerate().filter(counts).collect(),
        Targets::Places { classes, .. } => {
            let there = |(index, class): (usize, &Option<usize>)| Some((index, (*class)?));
            classes.iter().enumerate().filter_map(there).filter(counts).collect()
        }
        _ => Vec::new(),
    }
}

/// What the mean of a loss is divided by: the weights of the answers for a weighted cross entropy,
/// else their number.
pub fn divisor(kind: &LossKind, targets: &Targets) -> f64 {
    match (kind, targets) {
        (LossKind::CrossEntropy { weights, pad_tokens, .. }, _) => {
            let weight = |class: usize| match weights {
                Some(weights) => weights.get(class).copied().unwrap_or(f64::NAN),
                None => 1.0,
            };
            counted(targets, pad_tokens).into_iter().map(|(_, class)| weight(class)).sum()
        }
        (LossKind::TripletMargin { .. } | LossKind::Rnnt { .. }, _) => targets.len() as f64,
        (_, Targets::Places { .. }) => counted(targets, &[]).len() as f64,
        _ => (targets.len() * targets.width()) as f64,
    }
}

/// By what the mean of a loss is multiplied to become the reduction that a spec asks for.
pub fn reduction_factor(loss: &LossTerm, targets: &Targets) -> f64 {
    match loss.reduction {
        LossReduction::Mean => 1.0,
        LossReduction::Sum => divisor(&loss.kind.value, targets),
        LossReduction::BatchMean => targets.width() as f64,
    }
}

/// The targets of each answer by itself, in order: every number of a target is a column of real
/// values, every label or place a column of classes. Places that do not count are left out.
pub(super) fn columns(targets: &Targets, pad_tokens: &[usize]) -> Vec<Targets> {
    let width = targets.width();
    let of_column = |column: usize| match targets {
        Targets::Values(values) | Targets::Arrays { values, .. } => {
            Targets::Values(values.iter().skip(column).step_by(width).copied().collect())
        }
        Targets::Labels { labels, .. } => {
            Targets::Classes(labels.iter().skip(column).step_by(width).copied().collect())
        }
        Targets::Classes(_) | Targets::Places { .. } => {
            let counted = counted(targets, pad_tokens).into_iter();
            let here = counted.filter(|(index, _)| index % width == column);
            Targets::Classes(here.map(|(_, class)| class).collect())
        }
    };
    (0..width).map(of_column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Targets {
        Targets::Places {
            classes: vec![Some(1), None, Some(0), Some(2), Some(1), None],
            shape: vec![3],
        }
    }

    #[test]
    fn padding_does_not_count() {
        assert_eq!(counted(&places(), &[]), [(0, 1), (2, 0), (3, 2), (4, 1)]);
        assert_eq!(counted(&places(), &[1]), [(2, 0), (3, 2)]);
        assert_eq!(counted(&Targets::Classes(vec![0, 1, 0]), &[0]), [(1, 1)]);
    }

    #[test]
    fn a_weighted_mean_is_divided_by_the_weights_of_what_counts() {
        let weighted = |pad_tokens: &[usize]| LossKind::CrossEntropy {
            weights: Some(vec![1.0, 2.0, 5.0]),
            smoothing: None,
            pad_tokens: pad_tokens.to_vec(),
            logits: true,
        };
        assert_eq!(divisor(&weighted(&[]), &places()), 10.0);
        assert_eq!(divisor(&weighted(&[1]), &places()), 6.0);
        assert_eq!(divisor(&LossKind::Focal { gamma: 2.0, weights: None }, &places()), 4.0);
        let image = Targets::Arrays { values: vec![0.0; 12], shape: vec![2, 3] };
        assert_eq!(divisor(&LossKind::Mse, &image), 12.0);
        assert_eq!(divisor(&LossKind::TripletMargin { margin: 1.0, p: 2.0 }, &image), 2.0);
    }

    #[test]
    fn columns_are_the_answers_one_by_one() {
        let classes = |classes: &[usize]| Targets::Classes(classes.to_vec());
        assert_eq!(columns(&places(), &[]), [classes(&[1, 2]), classes(&[1]), classes(&[0])]);
        let arrays = Targets::Arrays { values: vec![1.0, 2.0, 3.0, 4.0], shape: vec![2] };
        assert_eq!(
            columns(&arrays, &[]),
            [Targets::Values(vec![1.0, 3.0]), Targets::Values(vec![2.0, 4.0])]
        );
    }
}
