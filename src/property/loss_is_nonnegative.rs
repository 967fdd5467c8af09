//! `loss_is_nonnegative`: a loss that cannot be negative is not.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "loss_is_nonnegative",
        summary: "The loss is finite, and not negative where its formula does not allow it.",
        checks: "The loss at initialization and before each of the recipe's first steps.",
        why: "A negative cross-entropy or squared error has a sign turned, targets outside of what it is made for, or logits where it takes probabilities. What is minimized then has no floor.",
        condition: "Every loss is finite, and ≥ −1e-6 for losses that are never negative (all but likelihoods of densities and losses of a Rust model's own).",
        mend: "Look at the sign and at the targets' range: 0 and 1 for binary cross-entropy, probabilities for KL divergence, whole numbers from 0 for counts.",
        source: "Humbatova et al. 2020; fault classes 14 and 15.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// What rounding may take from a loss of 0.
const ROUNDING: f64 = 1e-6;

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let (initial, training) = (evidence.initial(), evidence.training());
    let losses = || std::iter::once(initial.loss).chain(training.losses.iter().copied());
    let lowest = losses().fold(f64::INFINITY, f64::min);
    let summary = format!("{} losses, the lowest is {}", losses().count(), short(lowest));
    let finding = |step: usize, loss: f64, message: String, bound: &str, mend: &str| Finding {
        place: if step == 0 { "loss".to_owned() } else { format!("loss of step {step}") },
        message,
        measured: Some(loss),
        bound: Some(bound.to_owned()),
        mend: mend.to_owned(),
    };
    if let Some((step, loss)) = losses().enumerate().find(|(_, loss)| !loss.is_finite()) {
        let message = format!("the loss is {}", short(loss));
        let mend = "see `finite_everywhere`, which names the layer that it comes from";
        return Verdict::fail(summary, vec![finding(step, loss, message, "finite", mend)]);
    }
    let own = evidence.subject.task == crate::spec::Task::Objective;
    if evidence.subject.signed_loss || own {
        return Verdict::pass(format!("{summary}; it may be negative"));
    }
    match losses().enumerate().find(|(_, loss)| *loss < -ROUNDING) {
        Some((step, loss)) => {
            let message = format!("`{}` is never negative, and here it is", evidence.subject.loss);
            let mend = "look at the sign, and at the range of the targets";
            Verdict::fail(summary, vec![finding(step, loss, message, "≥ 0", mend)])
        }
        None => Verdict::pass(summary),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    mapping([("may_be_negative", Value::from(evidence.subject.signed_loss))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    #[test]
    fn losses_above_zero_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_negative_loss_fails_unless_it_may_be() {
        let negative =
            |evidence: &mut Evidence| evidence.training.as_mut().unwrap().losses[1] = -3.0;
        let found = verdict(negative);
        assert_eq!(
            (found.outcome, found.findings[0].place.as_str()),
            (Outcome::Fail, "loss of step 2")
        );
        let signed = verdict(|evidence| {
            negative(evidence);
            evidence.subject.signed_loss = true;
        });
        assert_eq!(signed.outcome, Outcome::Pass);
    }

    #[test]
    fn a_loss_that_is_no_number_fails() {
        let broken = verdict(|evidence| evidence.initial.as_mut().unwrap().loss = f64::NAN);
        assert_eq!((broken.outcome, broken.findings[0].place.as_str()), (Outcome::Fail, "loss"));
    }
}
