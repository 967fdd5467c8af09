//! `update_ratio`: steps are neither too large nor too small for the weights.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, TrainingEvidence, UpdateEvidence, median};
use crate::spec::Severity;

/// Outside this band training fails, or goes nowhere. Healthy programs show 2e-4 to 1.2e-1 even
/// in Adam's first step.
const ERROR: (f64, f64) = (1e-5, 0.5);
const WARN: (f64, f64) = (1e-4, 0.1);

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "update_ratio",
        summary: "A step moves the weights by about a thousandth of their size.",
        checks: "For every weight matrix (rank 2 and more) and measured step of the recipe (2, 10, \
                 20, …; not the first, where Adam moves by its rate whatever the gradient):  \
                 ‖ΔW‖ / ‖W‖. The median over steps and matrices is judged.",
        why: "The ratio tells what the learning rate means for these weights, whatever the \
              optimizer. Near 1 a step throws away what was learned; near 1e-7 nothing is learned.",
        condition: "Default: error when the median is outside [1e-5, 0.5], warning outside \
                    [1e-4, 0.1]. With `range`: error outside it.",
        mend: "Too large: lower the learning rate in proportion. Too small: raise it, or look for \
               vanishing gradients if only some tensors are small.",
        source: "CS231n notes 3 (about 1e-3); band from 64 healthy programs (2e-4…1.2e-1).",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "range",
            kind: OptionKind::Range,
            default: OptionValue::Derived,
            doc: "[lowest, highest] median of ‖ΔW‖ / ‖W‖; without it the two bands above",
        }],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// The ratios of one tensor at the measured steps after the first.
fn ratios(update: &UpdateEvidence) -> Vec<f64> {
    let later = update.steps.iter().filter(|step| step.step > 1);
    later.filter_map(|step| step.ratio()).collect()
}

fn matrices(training: &TrainingEvidence) -> impl Iterator<Item = &UpdateEvidence> {
    training.updates.iter().filter(|update| update.rank >= 2)
}

/// Median of ‖ΔW‖ / ‖W‖ over weight matrices and measured steps after the first; `None` without
/// such steps or without finite ratios.
pub fn typical_ratio(training: &TrainingEvidence) -> Option<f64> {
    let all: Vec<f64> =
        matrices(training).flat_map(ratios).filter(|ratio| ratio.is_finite()).collect();
    (!all.is_empty()).then(|| median(all))
}

/// The largest step that was measured: the highest median over weight matrices of one step.
pub fn largest_ratio(training: &TrainingEvidence) -> Option<f64> {
    let steps = matrices(training).map(|update| update.steps.len()).max().unwrap_or(0);
    let of_step = |step: usize| {
        let ratios = matrices(training)
            .filter_map(|update| update.steps.get(step)?.ratio())
            .filter(|ratio| ratio.is_finite());
        median(ratios.collect())
    };
    (0..steps).map(of_step).filter(|ratio| ratio.is_finite()).max_by(f64::total_cmp)
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let training = evidence.training();
    if matrices(training).next().is_none() {
        return Verdict::not_applicable("the model has no trainable weight matrix");
    }
    if training.steps < 2 {
        return Verdict::not_applicable("the recipe has one step: there is none after the first");
    }
    let Some(ratio) = typical_ratio(training) else {
        return Verdict::fail(
            "no update is finite",
            vec![Finding {
                place: "training".to_owned(),
                message: "no update of a weight matrix is finite, or all weights are zero"
                    .to_owned(),
                measured: None,
                bound: None,
                mend: "see `finite_everywhere`; initialize the weights with random numbers"
                    .to_owned(),
            }],
        );
    };
    let summary = format!(
        "‖ΔW‖/‖W‖ {} over {}",
        short(ratio),
        count(matrices(training).count(), "weight tensor")
    );
    let within = |(low, high): (f64, f64)| (low..=high).contains(&ratio);
    if let Some(range) = options.range("range") {
        return match within(range) {
            true => Verdict::pass(summary),
            false => Verdict::fail(summary, vec![finding(evidence, ratio, range)]),
        };
    }
    match () {
        () if within(WARN) => Verdict::pass(summary),
        () if within(ERROR) => Verdict::warn(summary, vec![finding(evidence, ratio, WARN)]),
        () => Verdict::fail(summary, vec![finding(evidence, ratio, ERROR)]),
    }
}

fn finding(evidence: &Evidence, ratio: f64, (low, high): (f64, f64)) -> Finding {
    let training = evidence.training();
    let rate = evidence.subject.learning_rate;
    let too_large = ratio > high;
    let by_tensor = matrices(training).filter_map(|update| {
        let finite: Vec<f64> = ratios(update).into_iter().filter(|r| r.is_finite()).collect();
        (!finite.is_empty()).then(|| (update.tensor.as_str(), median(finite)))
    });
    let extreme = match too_large {
        true => by_tensor.max_by(|a, b| a.1.total_cmp(&b.1)),
        false => by_tensor.min_by(|a, b| a.1.total_cmp(&b.1)),
    };
    let (place, extreme) = extreme.unwrap_or(("training", ratio));
    if ratio == 0.0 {
        return Finding {
            place: place.to_owned(),
            message: "no weight matrix moves".to_owned(),
            measured: Some(0.0),
            bound: Some(format!("in [{}, {}]", short(low), short(high))),
            mend: "see `every_parameter_gets_gradient` and `weights_update`, which name the \
                   tensors"
                .to_owned(),
        };
    }
    let aim = rate * 1e-3 / ratio;
    Finding {
        place: place.to_owned(),
        message: format!(
            "a step moves the weights by {} of their size (`{place}`: {})",
            short(ratio),
            short(extreme)
        ),
        measured: Some(ratio),
        bound: Some(format!("in [{}, {}]", short(low), short(high))),
        mend: match too_large {
            true => format!(
                "the learning rate {} is too high: about {} would move them by a thousandth",
                short(rate),
                short(aim)
            ),
            false => format!(
                "the learning rate {} is too low: about {} would move them by a thousandth",
                short(rate),
                short(aim)
            ),
        },
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let training = evidence.training();
    let tensors: Mapping = matrices(training)
        .map(|update| (Value::from(update.tensor.as_str()), Value::from(median(ratios(update)))))
        .collect();
    mapping([
        ("median", typical_ratio(training).map_or(Value::Null, Value::from)),
        ("tensors", Value::Mapping(tensors)),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(ratio: f64, range: Option<(f64, f64)>) -> Verdict {
        let mut evidence = testing::evidence();
        testing::set_ratio(evidence.training.as_mut().unwrap(), ratio);
        let mut options = Options::defaults(&PROPERTY.meta);
        if let Some((low, high)) = range {
            options.set("range", OptionValue::Range(low, high));
        }
        judge(&evidence, &options)
    }

    #[test]
    fn a_thousandth_passes() {
        assert_eq!(verdict(1e-3, None).outcome, Outcome::Pass);
    }

    #[test]
    fn as_large_as_the_weights_fails_and_tells_the_rate() {
        let verdict = verdict(0.9, None);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].mend.contains("too high"));
    }

    #[test]
    fn the_tensor_that_moves_most_is_named() {
        let mut evidence = testing::evidence();
        let training = evidence.training.as_mut().unwrap();
        testing::set_ratio(training, 0.8);
        training.updates[0].steps.iter_mut().for_each(|step| step.update_norm *= 10.0);
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.findings[0].place, "hidden.weight");
    }

    #[test]
    fn a_millionth_fails_on_the_other_side() {
        assert!(verdict(1e-6, None).findings[0].mend.contains("too low"));
    }

    #[test]
    fn a_fifth_warns() {
        assert_eq!(verdict(0.2, None).outcome, Outcome::Warn);
    }

    #[test]
    fn a_range_is_kept_to_the_letter() {
        assert_eq!(verdict(0.02, Some((1e-4, 1e-2))).outcome, Outcome::Fail);
        assert_eq!(verdict(0.2, Some((1e-4, 0.3))).outcome, Outcome::Pass);
    }

    #[test]
    fn one_step_is_not_judged() {
        let mut evidence = testing::evidence();
        evidence.training.as_mut().unwrap().steps = 1;
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
