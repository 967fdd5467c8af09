//! What a few outputs of a Rust model show before any training. Little of that is certain: what may be
//! luck is left alone.

use super::{Fault, Found, certain, shown, suspicious};
use crate::inspection::{Head, Range, Seen, Takes};
use crate::spec::Task;

/// Rounding in 32 bits leaves less in a sum of thousands.
const SUM: f64 = 1e-3;

/// What the outputs are called, as among the layers of a Rust model.
const PLACE: &str = "output";

pub(super) fn judge(head: &Head, outputs: &Seen) -> Found {
    let fault = match head.loss.takes {
        Takes::Logits if head.task == Task::Classification && outputs.width > 1 => {
            logits(head, outputs)
        }
        Takes::Logits => {
            return Found::Nothing(
                "a few numbers of a Rust model do not tell one logit from a probability",
            );
        }
        Takes::Probabilities => probabilities(head, outputs),
        Takes::LogProbabilities => log_probabilities(outputs),
        Takes::Rates => (outputs.range.low < 0.0).then(|| {
            certain(
                PLACE,
                format!("rates are in {}: a negative one has no logarithm", shown(outputs.range)),
                "end with a softplus, or take `log_input: true`",
            )
        }),
        Takes::Scores | Takes::Targets | Takes::Other => {
            return Found::Nothing("how far a Rust model's outputs can reach is not known");
        }
    };
    Found::Faults(fault.into_iter().collect())
}

fn logits(head: &Head, outputs: &Seen) -> Option<Fault> {
    let loss = head.loss.name;
    if outputs.sum_error < SUM && outputs.range.is_within(Range::UNIT) {
        return Some(certain(
            PLACE,
            format!(
                "`{loss}` takes logits and applies its own softmax, but the {} rows of outputs seen \
                 add up to 1 as behind a softmax",
                outputs.numbers / outputs.width.max(1)
            ),
            "remove the softmax at the end of the model",
        ));
    }
    // A number that weights make is never exactly 0, and all of them are only with weights of 0.
    let clipped = outputs.range.low == 0.0 && outputs.zeros > 0 && outputs.range.high > 0.0;
    clipped.then(|| {
        suspicious(
            PLACE,
            format!(
                "no logit of {} is negative, and {} are exactly 0, as behind a ReLU: those get no \
                 gradient",
                outputs.numbers, outputs.zeros
            ),
            "remove the activation at the end of the model",
        )
    })
}

fn probabilities(head: &Head, outputs: &Seen) -> Option<Fault> {
    let loss = head.loss.name;
    let range = outputs.range;
    if !range.is_within(Range::new(-SUM, 1.0 + SUM)) {
        return Some(certain(
            PLACE,
            format!(
                "`{loss}` with `logits: false` takes probabilities, but outputs are in {}",
                shown(range)
            ),
            "end with a softmax or sigmoid, or take `logits: true`",
        ));
    }
    let sums = head.task == Task::Classification && head.classes_last;
    (sums && outputs.sum_error > SUM).then(|| {
        certain(
            PLACE,
            format!(
                "`{loss}` with `logits: false` takes probabilities that add up to 1, but a row misses \
                 that by {:.3}",
                outputs.sum_error
            ),
            "end with a softmax over the classes, or take `logits: true`",
        )
    })
}

fn log_probabilities(outputs: &Seen) -> Option<Fault> {
    (outputs.exponential_sum_error > SUM).then(|| {
        certain(
            PLACE,
            format!(
                "`kl_div` takes log-probabilities, but the exponentials of a row miss a sum of 1 by \
                 {:.3}",
                outputs.exponential_sum_error
            ),
            "end with a log-softmax",
        )
    })
}
