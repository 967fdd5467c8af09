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

/// What a single step may be at most: one that is larger than the weights leaves nothing of them. Adam at
/// ten times a sane rate stays at half of that, and learns.
const LEAP: f64 = 1.0;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "update_ratio",
        summary: "A step moves the weights by about a thousandth of their size.",
        checks: "For every weight matrix (rank 2 and more) and measured step of the recipe (2, 10, \
                 20, …; not the first, where Adam moves by its rate whatever the gradient):  \
                 ‖ΔW‖ / ‖W‖. The median over steps and matrices is judged. So is the largest step, \
                 the first included, by the median over the matrices that did not begin at zero: a \
                 rate far too high blows the weights up at once, and from then on each step looks \
                 small beside them.",
        why: "The ratio tells what the learning rate means for these weights, whatever the \
              optimizer. Near 1 a step throws away what was learned; near 1e-7 nothing is learned.",
        condition: "Default: error when the median is outside [1e-5, 0.5], warning outside \
                    [1e-4, 0.1], or when the largest step is above 1. With `range`: error outside it, \
                    and nothing else.",
        mend: "Too large: lower the learning rate in proportion. Too small: raise it, or look for \
               vanishing gradients if only some tensors are small.",
        source: "CS231n notes 3 (about 1e-3); band from 64 healthy programs (2e-4…1.2e-1, Adam's first \
                 step included).",
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
    match leap(training) {
        Some(leap) if within(WARN) => {
            Verdict::warn(summary, vec![leap_finding(&leap, evidence.subject.learning_rate)])
        }
        _ if within(WARN) => Verdict::pass(summary),
        _ if within(ERROR) => Verdict::warn(summary, vec![finding(evidence, ratio, WARN)]),
        _ => Verdict::fail(summary, vec![finding(evidence, ratio, ERROR)]),
    }
}

/// A step that throws away what was there.
struct Leap<'a> {
    step: usize,
    /// The tensor that moved most, and the median over all.
    tensor: &'a str,
    ratio: f64,
}

/// The largest step, where it is larger than the weights. Weights that begin at zero are
/// left out: whatever moves them is large beside them at first.
fn leap(training: &TrainingEvidence) -> Option<Leap<'_>> {
    let drawn: Vec<&UpdateEvidence> = matrices(training)
        .filter(|update| update.steps.first().is_some_and(|step| step.ratio().is_some()))
        .collect();
    let steps = drawn.iter().map(|update| update.steps.len()).max().unwrap_or(0);
    let of_step = |at: usize| {
        let moved = drawn.iter().filter_map(|update| {
            let step = update.steps.get(at)?;
            let ratio = step.ratio().filter(|ratio| ratio.is_finite())?;
            Some((step.step, update.tensor.as_str(), ratio))
        });
        let moved: Vec<_> = moved.collect();
        let (step, tensor, _) = moved.iter().copied().max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some(Leap { step, tensor, ratio: median(moved.iter().map(|(.., ratio)| *ratio).collect()) })
    };
    let largest = (0..steps).filter_map(of_step).max_by(|a, b| a.ratio.total_cmp(&b.ratio));
    largest.filter(|leap| leap.ratio > LEAP)
}

fn leap_finding(leap: &Leap<'_>, rate: f64) -> Finding {
    Finding {
        place: leap.tensor.to_owned(),
        message: format!(
            "step {} moves the weights by {} of their size: what they were is gone",
            leap.step,
            short(leap.ratio)
        ),
        measured: Some(leap.ratio),
        bound: Some(format!("≤ {}", short(LEAP))),
        mend: format!(
            "the learning rate {} is too high: about {} would move the weights by a hundredth of their \
             size in that step; or begin with a warm-up",
            short(rate),
            short(rate * 1e-2 / leap.ratio)
        ),
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
                "the learning rate {} is too high: about {} would move the weights by a \
                 thousandth of their size in each step",
                short(rate),
                short(aim)
            ),
            false => format!(
                "the learning rate {} is too low: about {} would move the weights by a \
                 thousandth of their size in each step",
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
    use crate::experiment::StepUpdate;
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

    /// Every step but the first is healthy.
    fn leaping(first: f64, change: impl FnOnce(&mut TrainingEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        let training = evidence.training.as_mut().unwrap();
        testing::set_ratio(training, 1e-2);
        for update in &mut training.updates {
            let step = &mut update.steps[0];
            (step.step, step.update_norm) = (1, first * step.weight_norm);
        }
        change(training);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_first_step_that_throws_the_weights_away_warns_though_the_later_ones_look_small() {
        let verdict = leaping(3.5, |_| ());
        assert_eq!(verdict.outcome, Outcome::Warn, "{}", verdict.summary);
        assert!(verdict.findings[0].message.contains("step 1 moves"), "{:?}", verdict.findings);
        assert!(verdict.findings[0].mend.contains("too high"), "{:?}", verdict.findings);
        assert_eq!(leaping(0.9, |_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn weights_that_begin_at_zero_may_leap() {
        let verdict = leaping(0.1, |training| {
            for update in &mut training.updates {
                update.steps[0].weight_norm = 0.0;
                let later = update.steps[1];
                let leap = StepUpdate { update_norm: 0.9 * later.weight_norm, ..later };
                update.steps = vec![update.steps[0], leap, later, later];
            }
        });
        assert_ne!(verdict.outcome, Outcome::Warn, "{}", verdict.summary);
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
