//! `regularization_in_range`: regularization neither rules nor does nothing.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "regularization_in_range",
        summary: "Regularization raises the loss, does not outweigh the data, and leaves weights in place.",
        checks: "At initialization: the penalty and the norm of its gradient against loss and gradient of the data, over all trainable tensors. In the recipe's first steps: the norm of each weight matrix against where it began.",
        why: "A penalty whose gradient is larger than the data's makes all weights 0 whatever the examples say. One that is a millionth of the loss is a line in the recipe that does nothing.",
        condition: "penalty > 0; ‖∇penalty‖ ≤ `dominance` · ‖∇data‖; every weight matrix keeps a hundredth of its norm. As a warning: penalty ≥ 1e-9 · loss.",
        mend: "Change the strength by factors of ten; Burn's `weight_decay` belongs to the optimizer and is another thing.",
        source: "Karpathy, CS231n, \"gradient checks: don't let the regularization overwhelm the data\"; fault classes 54 and 55.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "dominance",
            kind: OptionKind::Number,
            default: OptionValue::Number(1.0),
            doc: "largest ratio of the gradients of penalty and data",
        }],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// Norm that a weight matrix keeps at least.
const KEPT: f64 = 0.01;
/// Penalty relative to the loss that does something.
const FELT: f64 = 1e-9;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let dominance = options.number("dominance").expect("it has a default");
    let (initial, training) = (evidence.initial(), evidence.training());
    let Some(parts) = initial.parts else {
        return Verdict::not_applicable("the spec has no regularization");
    };
    let ratio = parts.penalty_gradient / parts.data_gradient;
    let summary = format!(
        "penalty {} beside a loss of {}; its gradient is {} of the data's",
        short(initial.penalty),
        short(initial.loss),
        short(ratio)
    );
    let finding =
        |place: &str, message: String, measured: f64, bound: String, mend: &str| Finding {
            place: place.to_owned(),
            message,
            measured: Some(measured),
            bound: Some(bound),
            mend: mend.to_owned(),
        };
    let mut findings = Vec::new();
    if !(initial.penalty > 0.0) {
        let message = "regularization does not raise the loss: no weight is penalized".to_owned();
        let mend = "weights are tensors of rank 2 and more; is all of it frozen, or 0?";
        findings.push(finding("regularization", message, initial.penalty, "> 0".to_owned(), mend));
    } else if !(ratio <= dominance) {
        let message = format!("the penalty's gradient is {} times the data's", short(ratio));
        let bound = format!("≤ {}", short(dominance));
        let mend = "lower the strength by factors of ten";
        findings.push(finding("regularization", message, ratio, bound, mend));
    }
    for update in training.updates.iter().filter(|update| update.rank >= 2) {
        let (Some(first), Some(last)) = (update.steps.first(), update.steps.last()) else {
            continue;
        };
        let kept = last.weight_norm / first.weight_norm;
        if kept < KEPT {
            let message =
                format!("its norm is {} of what it was {} steps before", short(kept), last.step);
            let bound = format!("≥ {}", short(KEPT));
            findings.push(finding(&update.tensor, message, kept, bound, "lower the strength"));
        }
    }
    if !findings.is_empty() {
        return Verdict::fail(summary, findings);
    }
    match initial.penalty >= FELT * initial.loss.abs() {
        true => Verdict::pass(summary),
        false => {
            let message = "the penalty is too small to change anything".to_owned();
            let bound = format!("≥ {}", short(FELT * initial.loss.abs()));
            let mend = "raise the strength, or remove it";
            let weak = finding("regularization", message, initial.penalty, bound, mend);
            Verdict::warn(summary, vec![weak])
        }
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    mapping([("penalty", Value::from(evidence.initial().penalty))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn set(evidence: &mut Evidence, penalty: f64, data_gradient: f64, penalty_gradient: f64) {
        let initial = evidence.initial.as_mut().unwrap();
        initial.penalty = penalty;
        initial.parts = Some(crate::experiment::GradientParts { data_gradient, penalty_gradient });
    }

    #[test]
    fn a_penalty_beside_the_data_passes() {
        assert_eq!(verdict(|evidence| set(evidence, 1e-3, 1.0, 1e-2)).outcome, Outcome::Pass);
        assert_eq!(verdict(|_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn a_penalty_that_rules_or_that_is_none_fails() {
        assert_eq!(verdict(|evidence| set(evidence, 10.0, 1.0, 30.0)).outcome, Outcome::Fail);
        assert_eq!(verdict(|evidence| set(evidence, 0.0, 1.0, 0.0)).outcome, Outcome::Fail);
    }

    #[test]
    fn weights_that_shrink_to_nothing_fail_by_name() {
        let shrunk = verdict(|evidence| {
            set(evidence, 1e-3, 1.0, 1e-2);
            let update = &mut evidence.training.as_mut().unwrap().updates[0];
            update.steps.last_mut().unwrap().weight_norm = 1e-6;
        });
        assert_eq!(
            (shrunk.outcome, shrunk.findings[0].place.as_str()),
            (Outcome::Fail, "hidden.weight")
        );
    }

    #[test]
    fn a_penalty_that_does_nothing_warns() {
        assert_eq!(verdict(|evidence| set(evidence, 1e-12, 1.0, 1e-9)).outcome, Outcome::Warn);
    }
}
