//! The losses that frame a training run.

use super::groups::answered_alike;
use super::objective::{LossSum, at_zero, lowest, lowest_by_column};
use crate::data::{Examples, Targets};
use crate::spec::LossKind;

/// The least loss that a constant output can have on these targets: what a model reaches that
/// ignores its inputs.
///
/// - Cross entropy: at the probabilities Aⱼ / ΣA with Aⱼ = wⱼ ((1 − a) nⱼ + a n / k), for nⱼ of n
///   examples in class j, weights w and smoothing a. Without both it is the entropy of the classes'
///   shares.
/// - Binary cross entropy: likewise, with targets y (1 − a) + a / 2 and the mean over the number of
///   examples, not of their weights.
/// - MSE: the variance, at the mean. MAE: the mean distance from the median.
/// - Huber, smooth L1 and powers: at the root of their derivative.
/// - Hinge: 2 · the share of the rarer class; with a ranking's margin times that.
/// - Poisson: at the mean count. KL divergence: at the mean of the distributions.
///
/// Of several numbers or labels each has an output of its own; places have one for all of them.
/// `classes` counts for losses of k classes. NaN where nothing can be said (without examples, for
/// losses of embeddings or with a variance, and when loss and targets do not belong together).
pub fn constant_loss(kind: &LossKind, targets: &Targets, classes: usize) -> f64 {
    lowest(kind, targets, classes).mean()
}

/// The loss when all outputs are zero: what a model pays before it has learned anything.
///
/// - Cross entropy: ln k; with weights and smoothing at once, ln k · Σⱼ Aⱼ / Σᵢ w_yᵢ (A as in
///   [`constant_loss`]), because Burn weighs smoothed targets by class but divides by the weights
///   of the labels.
/// - Binary cross entropy: ln 2 times the mean weight.
/// - Focal: ln k · (1 − 1/k)^γ times the mean weight. Multi-margin: margin^p · (k − 1) / k.
/// - Hinge: 1. Ranking: the margin.
/// - MSE: the mean square of the targets. MAE: their mean size. Huber: their mean Huber loss.
/// - KL divergence: from the uniform distribution. Poisson: of a rate of 1.
///
/// NaN as in [`constant_loss`].
pub fn guessing_loss(kind: &LossKind, targets: &Targets, classes: usize) -> f64 {
    at_zero(kind, targets, classes).mean()
}

/// What a KL divergence leaves out of the cross entropy, the targets' own entropy; 0 for other losses.
pub fn left_out(kind: &LossKind, targets: &Targets) -> f64 {
    super::objective::left_out(kind, targets).mean()
}

/// The loss that no model can get below on these examples.
///
/// A model answers equal inputs alike, so the best it can do is the best constant output for each
/// group of equal inputs. Above 0 with smoothed labels, and with equal inputs whose targets differ.
///
/// Holds for a model that answers each example by itself; dropout (noise) and batch normalization
/// (other examples) take part in that only while training. Where each place tells the token of the next
/// one, it holds for a model that does not look ahead: what it knows at a place is the sequence up to
/// there, so that sequences that begin alike are alike for so long.
///
/// NaN as in [`constant_loss`].
pub fn loss_floor(kind: &LossKind, examples: &Examples, classes: usize) -> f64 {
    let sums = answered_alike(examples);
    let sums = sums.iter().map(|targets| lowest_by_column(kind, targets, classes));
    sums.fold(LossSum::default(), |sum, group| sum + group).mean()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LN_2: f64 = std::f64::consts::LN_2;

    fn cross_entropy(weights: Option<&[f64]>, smoothing: Option<f64>) -> LossKind {
        LossKind::CrossEntropy {
            weights: weights.map(<[f64]>::to_vec),
            smoothing,
            pad_tokens: Vec::new(),
            logits: true,
        }
    }

    fn binary(weights: Option<[f64; 2]>, smoothing: Option<f64>) -> LossKind {
        let weights = weights.map(|weights| weights.to_vec());
        LossKind::BinaryCrossEntropy { weights, smoothing, logits: true }
    }

    fn classes(labels: &[usize]) -> Targets {
        Targets::Classes(labels.to_vec())
    }

    fn values(values: &[f64]) -> Targets {
        Targets::Values(values.to_vec())
    }

    fn examples(inputs: &[f64], targets: Targets) -> Examples {
        Examples { inputs: inputs.to_vec(), targets }
    }

    #[track_caller]
    fn assert_close(value: f64, expected: f64) {
        assert!(
            (value - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{value} ≠ {expected}"
        );
    }

    #[test]
    fn guessing_costs_ln_k() {
        let targets = classes(&[0, 0, 1, 2]);
        assert_close(guessing_loss(&cross_entropy(None, None), &targets, 3), 3f64.ln());
        let weighted = cross_entropy(Some(&[1.0, 2.0, 5.0]), None);
        assert_close(guessing_loss(&weighted, &targets, 3), 3f64.ln());
        let smoothed = cross_entropy(None, Some(0.3));
        assert_close(guessing_loss(&smoothed, &targets, 3), 3f64.ln());
    }

    #[test]
    fn weights_and_smoothing_at_once_change_the_cost_of_guessing() {
        // One example of class 0, weights 1 and 3, a = 0.5: smoothed targets 3/4 and 1/4, weighted
        // 3/4 and 3/4, so 1.5 ln 2, divided by the label's weight 1.
        let kind = cross_entropy(Some(&[1.0, 3.0]), Some(0.5));
        assert_close(guessing_loss(&kind, &classes(&[0]), 2), 1.5 * LN_2);
    }

    #[test]
    fn the_constant_predictor_reaches_the_entropy_of_the_classes() {
        // Shares ½, ¼, ¼: 1.5 bits.
        let targets = classes(&[0, 0, 1, 2]);
        assert_close(constant_loss(&cross_entropy(None, None), &targets, 3), 1.5 * LN_2);
        assert_close(constant_loss(&binary(None, None), &classes(&[0, 1, 1, 1]), 2), {
            -0.25 * 0.25f64.ln() - 0.75 * 0.75f64.ln()
        });
    }

    #[test]
    fn weights_shift_the_constant_predictor() {
        // Weights 3 and 1 make 1 : 3 examples a draw.
        let targets = classes(&[0, 1, 1, 1]);
        let kind = cross_entropy(Some(&[3.0, 1.0]), None);
        assert_close(constant_loss(&kind, &targets, 2), LN_2);
        // The binary loss divides by the 4 examples, not by their weight 6.
        assert_close(constant_loss(&binary(Some([3.0, 1.0]), None), &targets, 2), 1.5 * LN_2);
        assert_close(guessing_loss(&binary(Some([3.0, 1.0]), None), &targets, 2), 1.5 * LN_2);
    }

    #[test]
    fn a_class_without_examples_costs_nothing() {
        assert_close(constant_loss(&cross_entropy(None, None), &classes(&[0, 0]), 3), 0.0);
        assert_close(constant_loss(&binary(None, None), &classes(&[1, 1]), 2), 0.0);
    }

    #[test]
    fn smoothing_has_a_floor() {
        // a = 0.2 and k = 2: targets 0.9 and 0.1 of each example.
        let entropy = -0.9 * 0.9f64.ln() - 0.1 * 0.1f64.ln();
        let examples = examples(&[1.0, 2.0], classes(&[0, 1]));
        assert_close(loss_floor(&cross_entropy(None, Some(0.2)), &examples, 2), entropy);
        assert_close(loss_floor(&binary(None, Some(0.2)), &examples, 2), entropy);
        let constant = constant_loss(&cross_entropy(None, Some(0.2)), &examples.targets, 2);
        assert_close(constant, LN_2);
    }

    #[test]
    fn equal_inputs_with_other_labels_have_a_floor() {
        // Of four examples, two are the same input with both labels: 2 ln 2 over 4.
        let examples = examples(&[1.0, 1.0, 2.0, 3.0], classes(&[0, 1, 0, 1]));
        assert_close(loss_floor(&cross_entropy(None, None), &examples, 2), LN_2 / 2.0);
        assert_close(loss_floor(&binary(None, None), &examples, 2), LN_2 / 2.0);
        // Weight 3 for label 0: the pair costs 3 · ln(4/3) + ln 4, the weights are 3 + 1 + 3 + 1.
        let weighted = cross_entropy(Some(&[3.0, 1.0]), None);
        let expected = (3.0 * (4.0f64 / 3.0).ln() + 4f64.ln()) / 8.0;
        assert_close(loss_floor(&weighted, &examples, 2), expected);
    }

    #[test]
    fn zero_and_minus_zero_are_equal_inputs() {
        let examples = examples(&[0.0, -0.0], classes(&[0, 1]));
        assert_close(loss_floor(&cross_entropy(None, None), &examples, 2), LN_2);
    }

    #[test]
    fn equal_inputs_are_compared_as_a_whole() {
        let examples = examples(&[1.0, 2.0, 1.0, 3.0], classes(&[0, 1]));
        assert_close(loss_floor(&cross_entropy(None, None), &examples, 2), 0.0);
    }

    #[test]
    fn squared_error_is_the_variance_and_absolute_error_the_distance_from_the_median() {
        let targets = values(&[0.0, 1.0, 2.0, 9.0]);
        // Mean 3: (9 + 4 + 1 + 36) / 4. Any output in [1, 2]: (1 + 0 + 1 + 8) / 4.
        assert_close(constant_loss(&LossKind::Mse, &targets, 0), 12.5);
        assert_close(constant_loss(&LossKind::Mae, &targets, 0), 2.5);
        assert_close(guessing_loss(&LossKind::Mse, &targets, 0), 86.0 / 4.0);
        assert_close(guessing_loss(&LossKind::Mae, &targets, 0), 3.0);
    }

    #[test]
    fn huber_lies_between() {
        let targets = values(&[0.0, 1.0, 2.0, 9.0]);
        // With delta 1 the centre is 4/3 + 1/3 · … : slopes (c − 0 → 1) + (c − 1) + (c − 2) − 1 = 0
        // at c = 1.5, where the losses are 1, 1/8, 1/8 and 7.
        assert_close(constant_loss(&LossKind::Huber { delta: 1.0 }, &targets, 0), 8.25 / 4.0);
        assert_close(guessing_loss(&LossKind::Huber { delta: 1.0 }, &targets, 0), {
            (0.0 + 0.5 + 1.5 + 8.5) / 4.0
        });
        // With a delta beyond all distances it is half the squared error.
        assert_close(constant_loss(&LossKind::Huber { delta: 100.0 }, &targets, 0), 6.25);
    }

    #[test]
    fn conflicting_values_have_a_floor() {
        let examples = examples(&[1.0, 1.0, 2.0], values(&[0.0, 4.0, 7.0]));
        assert_close(loss_floor(&LossKind::Mse, &examples, 0), 8.0 / 3.0);
        assert_close(loss_floor(&LossKind::Mae, &examples, 0), 4.0 / 3.0);
        assert_close(loss_floor(&LossKind::Huber { delta: 1.0 }, &examples, 0), 1.0);
    }

    #[test]
    fn floor_constant_and_guess_stand_in_this_order() {
        let inputs = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0];
        let labels = classes(&[0, 1, 1, 0, 0, 1]);
        let reals = values(&[0.3, -1.0, 2.5, 4.0, 4.5, 0.0]);
        let cases = [
            (cross_entropy(Some(&[0.5, 2.0]), Some(0.1)), &labels),
            (binary(Some([0.5, 2.0]), Some(0.1)), &labels),
            (LossKind::Mse, &reals),
            (LossKind::Mae, &reals),
            (LossKind::Huber { delta: 0.7 }, &reals),
        ];
        for (kind, targets) in cases {
            let floor = loss_floor(&kind, &examples(&inputs, targets.clone()), 2);
            let constant = constant_loss(&kind, targets, 2);
            let guess = guessing_loss(&kind, targets, 2);
            assert!(0.0 < floor && floor < constant && constant < guess, "{kind:?}");
        }
    }

    #[test]
    fn what_has_no_loss_gives_nan() {
        assert!(constant_loss(&LossKind::Mse, &classes(&[0]), 2).is_nan());
        assert!(guessing_loss(&cross_entropy(None, None), &values(&[1.0]), 2).is_nan());
        assert!(constant_loss(&LossKind::Huber { delta: 1.0 }, &values(&[]), 0).is_nan());
        assert!(loss_floor(&LossKind::Mse, &examples(&[], values(&[])), 0).is_nan());
    }

    #[test]
    fn places_share_one_constant_and_have_a_floor_of_their_own() {
        // Each place always has the same class: who knows where he is pays nothing.
        let targets =
            Targets::Places { classes: vec![Some(0), Some(1), Some(0), Some(1)], shape: vec![2] };
        let kind = cross_entropy(None, None);
        assert_close(constant_loss(&kind, &targets, 2), LN_2);
        assert_close(guessing_loss(&kind, &targets, 4), 4f64.ln());
        assert_close(loss_floor(&kind, &examples(&[5.0, 5.0], targets), 2), 0.0);
    }

    #[test]
    fn a_token_is_told_from_what_came_before_it() {
        // Both sequences begin with 3; behind it stands 0 in one and 1 in the other.
        let targets = |last: usize| Targets::Places {
            classes: vec![Some(0), Some(2), Some(1), Some(last)],
            shape: vec![2],
        };
        let kind = cross_entropy(None, None);
        let sequences = examples(&[3.0, 0.0, 3.0, 1.0], targets(2));
        assert_close(loss_floor(&kind, &sequences, 4), 2.0 * LN_2 / 4.0);
        // A class that is not the token of the next place: whole sequences are compared.
        let mut others = sequences.clone();
        others.inputs[3] = 0.0;
        assert_close(loss_floor(&kind, &others, 4), LN_2 / 2.0);
        others.inputs[1] = 2.0;
        assert_close(loss_floor(&kind, &others, 4), 0.0);
    }

    #[test]
    fn padding_counts_for_nothing() {
        let targets =
            Targets::Places { classes: vec![Some(1), None, Some(2), Some(0)], shape: vec![2] };
        let LossKind::CrossEntropy { weights, smoothing, logits, .. } = cross_entropy(None, None)
        else {
            unreachable!()
        };
        let padded = LossKind::CrossEntropy { weights, smoothing, pad_tokens: vec![0], logits };
        // Classes 1 and 2 are left.
        assert_close(constant_loss(&padded, &targets, 3), LN_2);
        assert_close(guessing_loss(&padded, &targets, 3), 3f64.ln());
    }

    #[test]
    fn several_numbers_and_labels_are_columns() {
        let values = vec![0.0, 10.0, 2.0, 10.0];
        let targets = Targets::Arrays { values, shape: vec![2] };
        assert_close(constant_loss(&LossKind::Mse, &targets, 0), 0.5);
        assert_close(guessing_loss(&LossKind::Mse, &targets, 0), 51.0);
        let labels = Targets::Labels { labels: vec![1, 0, 1, 1], shape: vec![2] };
        assert_close(constant_loss(&binary(None, None), &labels, 0), LN_2 / 2.0);
        let weighted = binary(Some([1.0, 3.0]), None);
        assert_close(constant_loss(&weighted, &labels, 0), 1.5 * LN_2);
        assert_close(guessing_loss(&weighted, &labels, 0), 2.0 * LN_2);
    }

    #[test]
    fn margins_are_paid_by_the_rarer_class() {
        let targets = classes(&[0, 1, 1, 1]);
        assert_close(guessing_loss(&LossKind::Hinge, &targets, 2), 1.0);
        assert_close(constant_loss(&LossKind::Hinge, &targets, 2), 0.5);
        let ranking = LossKind::MarginRanking { margin: 2.0 };
        assert_close(guessing_loss(&ranking, &targets, 2), 2.0);
        assert_close(constant_loss(&ranking, &targets, 2), 1.0);
        let multi = LossKind::MultiMargin { margin: 2.0, p: 2 };
        assert_close(guessing_loss(&multi, &targets, 4), 3.0);
    }

    #[test]
    fn counts_and_distributions_have_their_own_best_constant() {
        let poisson = LossKind::PoissonNll { log_input: true, full: false, eps: 1e-8 };
        let counts = values(&[0.0, 1.0, 5.0]);
        assert_close(constant_loss(&poisson, &counts, 0), 2.0 - 2.0 * LN_2);
        assert_close(guessing_loss(&poisson, &counts, 0), 1.0);
        let kl = LossKind::KlDiv { log_target: false };
        let targets = Targets::Arrays { values: vec![1.0, 0.0, 0.0, 1.0], shape: vec![2] };
        assert_close(constant_loss(&kl, &targets, 0), LN_2 / 2.0);
        assert_close(guessing_loss(&kl, &targets, 0), LN_2 / 2.0);
        assert_close(left_out(&kl, &targets), 0.0);
        let halves = Targets::Arrays { values: vec![0.5; 4], shape: vec![2] };
        assert_close(left_out(&kl, &halves), LN_2 / 2.0);
        assert_close(left_out(&LossKind::Mse, &halves), 0.0);
        assert_close(loss_floor(&kl, &examples(&[1.0, 2.0], targets), 0), 0.0);
    }
}
