//! `outputs_reach_targets`: nothing squashes outputs behind the last layer.

use serde_yaml::Mapping;

use super::text::{count, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{EndEvidence, Evidence, Experiment};
use crate::inspection::{Head, Range, Takes};
use crate::spec::{Severity, Task};

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "outputs_reach_targets",
        summary: "Trained outputs are not held in a range that their loss does not ask for.",
        checks: "The outputs of the model that `overfits_batch` has trained on a few examples, beside \
                 their targets: what is squashed behind the last layer, in the forward pass of a Rust \
                 model or wherever else no plan shows it, ends at the edges of its range. It costs \
                 nothing of its own. Not applicable where the loss compares no outputs with targets \
                 one by one.",
        why: "A softmax or a sigmoid that is in the model and in the loss, or a tanh before targets that \
              lie outside of it, lets the loss fall, only never as far as it should.",
        condition: "Not one of these: (a) logits of several classes of which every row adds up to 1; \
                    (b) single logits that all lie in [0, 1] or [−1, 1] and come within a twentieth of \
                    both ends; (c) outputs that all lie in [0, 1], in [−1, 1] or above 0 while two \
                    targets and more lie a quarter of their deviation beyond an end, and every output \
                    beside those is within a twentieth of the deviation of it.",
        mend: "Take the last activation away: a loss of logits has its own, and real targets need none.",
        source: "UMLAUT, NeuraLint (a second softmax); fault classes 5 to 14. What has learned a batch by \
                 heart gives the targets themselves: it cannot stay in a range that they leave.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection, Experiment::Overfit],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

/// Rounding in 32 bits leaves less in a sum of thousands.
const SUM: f64 = 1e-3;
/// As near to an end as this, of the range or of the targets' deviation.
const NEAR: f64 = 0.05;
/// Targets so far outside are out of reach, in deviations.
const OUTSIDE: f64 = 0.25;
/// So many targets outside are no luck.
const SEVERAL: usize = 2;

/// Ranges that activations end in.
const BOUNDED: [(Range, &str); 2] =
    [(Range { low: 0.0, high: 1.0 }, "a sigmoid"), (Range { low: -1.0, high: 1.0 }, "a tanh")];
const HALF: (Range, &str) = (Range { low: 0.0, high: f64::INFINITY }, "a ReLU");

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let (heads, ends) = (&evidence.inspection().heads, &evidence.overfit().ends);
    let compared: Vec<(&Head, &EndEvidence)> = ends
        .iter()
        .filter_map(|end| Some((heads.get(end.term)?, end)))
        .filter(|(head, _)| {
            matches!(head.loss.takes, Takes::Logits | Takes::Scores | Takes::Targets)
        })
        .collect();
    if compared.is_empty() {
        return Verdict::not_applicable("no loss takes outputs of any size");
    }
    let ranges = compared.iter().map(|(_, end)| shown(end.outputs.range));
    let summary = format!("trained outputs are in {}", ranges.collect::<Vec<_>>().join(", "));
    let findings = compared.into_iter().filter_map(|(head, end)| {
        let squashed = squashed(head, end)?;
        Some(Finding {
            place: evidence.subject.head().map_or("output", |layer| &layer.path).to_owned(),
            message: format!(
                "{}: {}",
                squashed.seen,
                match head.loss.takes {
                    Takes::Targets => "what lies beyond is never reached".to_owned(),
                    _ => format!(
                        "`{}` takes numbers of any size, and squashes them itself",
                        head.loss.name
                    ),
                }
            ),
            measured: None,
            bound: None,
            mend: format!("take {} away from the end of the model", squashed.by),
        })
    });
    Verdict::of(summary, findings.collect())
}

fn shown(range: Range) -> String {
    format!("[{}, {}]", short(range.low), short(range.high))
}

/// Outputs that something holds in a range.
struct Squashed {
    seen: String,
    by: &'static str,
}

fn squashed(head: &Head, end: &EndEvidence) -> Option<Squashed> {
    match head.loss.takes {
        Takes::Targets => BOUNDED.into_iter().chain([HALF]).find_map(|range| beyond(end, range)),
        _ if head.task == Task::Classification => sums_to_one(head, end),
        Takes::Logits => BOUNDED.into_iter().find_map(|range| at_both_ends(end, range)),
        _ => None,
    }
}

fn sums_to_one(head: &Head, end: &EndEvidence) -> Option<Squashed> {
    let rows = end.outputs.numbers / end.outputs.width.max(1);
    let sums = end.outputs.width > 1
        && rows >= SEVERAL
        && head.classes_last
        && end.outputs.sum_error < SUM
        && end.outputs.range.is_within(Range::UNIT);
    sums.then(|| Squashed {
        seen: format!("each of {} of outputs adds up to 1", count(rows, "row")),
        by: "the softmax",
    })
}

fn at_both_ends(end: &EndEvidence, (range, by): (Range, &'static str)) -> Option<Squashed> {
    let (seen, near) = (end.outputs.range, NEAR * range.width());
    let at_ends =
        seen.is_within(range) && seen.low < range.low + near && seen.high > range.high - near;
    (at_ends && end.outputs.numbers >= 2 * SEVERAL).then(|| Squashed {
        seen: format!(
            "{} end at {} and {} and go no further",
            count(end.outputs.numbers, "output"),
            short(seen.low),
            short(seen.high)
        ),
        by,
    })
}

fn beyond(end: &EndEvidence, (range, by): (Range, &'static str)) -> Option<Squashed> {
    if end.pairs.is_empty() || !end.outputs.range.is_within(range) {
        return None;
    }
    let deviation = deviation(&end.pairs);
    let far = |target: f64| range.distance(target) > OUTSIDE * deviation;
    let outside: Vec<&[f64; 2]> = end.pairs.iter().filter(|[target, _]| far(*target)).collect();
    let at_end = |[target, output]: &[f64; 2]| {
        let nearest = if *target < range.low { range.low } else { range.high };
        (output - nearest).abs() <= NEAR * deviation
    };
    let all = outside.len() >= SEVERAL && outside.iter().all(|pair| at_end(pair));
    all.then(|| Squashed {
        seen: format!(
            "{} of {} lie outside {}, and the outputs beside them end there",
            outside.len(),
            count(end.pairs.len(), "target"),
            match range.high.is_finite() {
                true => shown(range),
                false => "what is not negative".to_owned(),
            }
        ),
        by,
    })
}

fn deviation(pairs: &[[f64; 2]]) -> f64 {
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|[target, _]| target).sum::<f64>() / count;
    let squares = pairs.iter().map(|[target, _]| (target - mean).powi(2)).sum::<f64>();
    (squares / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::seen;
    use crate::property::Outcome;

    fn verdict(task: Task, takes: Takes, width: usize, pairs: &[[f64; 2]]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let head = &mut evidence.inspection.as_mut().unwrap().heads[0];
            (head.task, head.loss.takes) = (task, takes);
            let outputs: Vec<f64> = pairs.iter().map(|[_, output]| *output).collect();
            let end = &mut evidence.overfit.as_mut().unwrap().ends[0];
            end.outputs = seen(&outputs, pairs.len() / width, width);
            end.pairs = pairs.to_vec();
        })
    }

    #[test]
    fn logits_of_any_size_pass_and_rows_that_add_up_to_one_fail() {
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Pass);
        let rows = [[0.0, 0.9], [0.0, 0.1], [0.0, 0.2], [0.0, 0.8]];
        let softmax = verdict(Task::Classification, Takes::Logits, 2, &rows);
        assert_eq!((softmax.outcome, softmax.findings[0].place.as_str()), (Outcome::Fail, "head"));
        assert!(softmax.findings[0].message.contains("2 rows of outputs adds up to 1"));
        let other = [[0.0, 0.9], [0.0, 0.3], [0.0, 0.2], [0.0, 0.8]];
        assert_eq!(verdict(Task::Classification, Takes::Logits, 2, &other).outcome, Outcome::Pass);
    }

    #[test]
    fn single_logits_that_end_at_both_ends_fail() {
        let of = |outputs: [f64; 4]| {
            let pairs = outputs.map(|output| [f64::from(output > 0.5), output]);
            verdict(Task::BinaryClassification, Takes::Logits, 1, &pairs)
        };
        assert_eq!(of([0.001, 0.999, 0.02, 0.9]).outcome, Outcome::Fail);
        assert_eq!(of([-0.999, 0.999, -0.98, 0.9]).outcome, Outcome::Fail);
        assert_eq!(of([0.2, 0.7, 0.4, 0.6]).outcome, Outcome::Pass, "not at its ends");
        assert_eq!(of([-3.0, 4.0, -2.0, 2.5]).outcome, Outcome::Pass);
    }

    #[test]
    fn targets_beyond_an_end_that_outputs_stop_at_fail() {
        let of = |pairs: &[[f64; 2]]| verdict(Task::Regression, Takes::Targets, 1, pairs);
        let stopped = [[-1.0, 0.0001], [-0.5, 0.001], [0.5, 0.5], [1.5, 0.999]];
        let failed = of(&stopped);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert!(
            failed.findings[0].message.contains("3 of 4 targets lie outside [0, 1]"),
            "{failed:?}"
        );
        let relu = of(&[[-1.0, 0.0], [-0.5, 0.0], [0.5, 0.5], [1.5, 1.5]]);
        assert!(relu.findings[0].message.contains("not negative"), "{relu:?}");
        let learned = of(&[[-1.0, -1.0], [-0.5, -0.5], [0.5, 0.5], [1.5, 1.5]]);
        assert_eq!(learned.outcome, Outcome::Pass);
        let inside = of(&[[0.0, 0.001], [0.2, 0.2], [0.5, 0.5], [1.0, 0.999]]);
        assert_eq!(inside.outcome, Outcome::Pass, "targets that a sigmoid reaches");
        let unlearned = of(&[[-1.0, 0.4], [-0.5, 0.5], [0.5, 0.5], [1.5, 0.4]]);
        assert_eq!(unlearned.outcome, Outcome::Pass, "nothing is learned, and no end is reached");
    }

    #[test]
    fn a_loss_of_its_own_range_is_not_judged() {
        let found = verdict(Task::Regression, Takes::Probabilities, 1, &[[0.0, 0.1], [1.0, 0.9]]);
        assert_eq!(found.outcome, Outcome::NotApplicable);
    }
}
