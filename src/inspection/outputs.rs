//! Outputs beside what they are compared with.

use super::{Range, Reach, Rows, Seen, Unreachable};
use crate::data::Targets;
use crate::model::Plan;
use crate::spec::{Activation, LayerKind};

/// Softmaxes over one number, which give 1 whatever it is.
pub(super) fn softmax_of_one(plan: &Plan) -> Vec<String> {
    let softmaxes = plan.flat().into_iter().filter(|layer| {
        matches!(layer.kind, LayerKind::Activation(Activation::Softmax | Activation::LogSoftmax))
            && layer.output.dims().last() == Some(&1)
    });
    softmaxes.map(|layer| layer.path.clone()).collect()
}

/// Real targets that outputs cannot reach; none where there are no real targets.
pub(super) fn unreachable(reach: &Reach, targets: &Targets) -> Option<Unreachable> {
    let values = targets.values().filter(|values| !values.is_empty())?;
    let width = targets.width();
    let numbers = values.len() as f64;
    let distances = || values.iter().map(|value| reach.range.distance(*value));
    let outside = distances().filter(|distance| *distance > 0.0).count();
    let beyond: f64 = distances().map(|distance| distance * distance).sum();
    // The nearest numbers that add up to 1 are (sum − 1)² / k away, squared.
    let off_sum: f64 = match reach.rows {
        Rows::SumToOne => values
            .chunks(width)
            .map(|row| (row.iter().sum::<f64>() - 1.0).powi(2) / width as f64)
            .sum(),
        _ => 0.0,
    };
    Some(Unreachable {
        share: outside as f64 / numbers,
        targets: Range::of(values.iter().copied()),
        misfit: ratio(beyond.max(off_sum) / numbers, variance(values, width)),
    })
}

/// The mean squared distance of numbers from the mean of their column.
fn variance(values: &[f64], width: usize) -> f64 {
    let columns = crate::data::statistics::column_statistics(values, width);
    let squares = columns.iter().map(|column| column.standard_deviation.powi(2));
    squares.sum::<f64>() / width as f64
}

/// What is left over a variance; of targets that are all alike, nothing or everything.
fn ratio(left: f64, variance: f64) -> f64 {
    if left == 0.0 { 0.0 } else { left / variance }
}

/// What outputs of a few examples show; row-major numbers, `width` in a row.
pub fn seen(outputs: &[f64], examples: usize, width: usize) -> Seen {
    let width = width.max(1);
    let error = |of: fn(f64) -> f64| {
        let sums = outputs.chunks(width).map(|row| row.iter().copied().map(of).sum::<f64>());
        sums.map(|sum| (sum - 1.0).abs()).fold(0.0, f64::max)
    };
    Seen {
        examples,
        numbers: outputs.len(),
        range: Range::of(outputs.iter().copied()),
        zeros: outputs.iter().filter(|output| **output == 0.0).count(),
        sum_error: error(|output| output),
        exponential_sum_error: error(f64::exp),
        width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(range: Range, rows: Rows) -> Reach {
        let (place, kind) = ("head".to_owned(), "sigmoid".to_owned());
        Reach { place, kind, range, exact: true, can_die: false, rows }
    }

    #[test]
    fn targets_outside_the_range_leave_a_distance() {
        // Distances 0, 0, 1 and 2; variance of 0, 1, 2, 3 is 1.25.
        let targets = Targets::Values(vec![0.0, 1.0, 2.0, 3.0]);
        let found = unreachable(&reach(Range::UNIT, Rows::Any), &targets).unwrap();
        assert_eq!(found.share, 0.5);
        assert!((found.misfit - (1.0 + 4.0) / 4.0 / 1.25).abs() < 1e-12, "{found:?}");
        let found = unreachable(&reach(Range::ALL, Rows::Any), &targets).unwrap();
        assert_eq!((found.share, found.misfit), (0.0, 0.0));
    }

    #[test]
    fn rows_that_add_up_to_one_cannot_reach_those_that_do_not() {
        let arrays = |values: &[f64]| Targets::Arrays { values: values.to_vec(), shape: vec![2] };
        let softmax = reach(Range::UNIT, Rows::SumToOne);
        let distributions = arrays(&[0.25, 0.75, 1.0, 0.0]);
        assert_eq!(unreachable(&softmax, &distributions).unwrap().misfit, 0.0);
        let others = arrays(&[1.0, 1.0, 0.0, 0.0]);
        // (2 − 1)²/2 and (0 − 1)²/2 over four numbers of variance 0.25.
        assert_eq!(unreachable(&softmax, &others).unwrap().misfit, 1.0);
    }

    #[test]
    fn targets_that_are_all_alike_and_out_of_reach_are_as_far_as_can_be() {
        let targets = Targets::Values(vec![5.0; 4]);
        let found = unreachable(&reach(Range::UNIT, Rows::Any), &targets).unwrap();
        assert_eq!(found.misfit, f64::INFINITY);
        let classes = Targets::Classes(vec![0, 1]);
        assert!(unreachable(&reach(Range::UNIT, Rows::Any), &classes).is_none());
    }

    #[test]
    fn rows_of_a_softmax_are_told_from_logits() {
        let probabilities = seen(&[0.25, 0.75, 0.5, 0.5], 2, 2);
        assert_eq!((probabilities.sum_error, probabilities.range), (0.0, Range::new(0.25, 0.75)));
        let logits = seen(&[-1.0, 0.0, 2.0, 0.0], 2, 2);
        assert_eq!((logits.sum_error, logits.zeros), (2.0, 2));
        let logarithms = seen(&[0.5f64.ln(); 4], 2, 2);
        assert!(logarithms.exponential_sum_error < 1e-12);
    }
}
