//! `optimizer_as_declared`: steps are what the optimizer's formula makes of the gradients.

use serde_yaml::{Mapping, Value};

use super::text::{count, few, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, TensorStep};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "optimizer_as_declared",
        summary: "The optimizer's first steps are what its formula makes of the gradients.",
        checks: "The recipe's first three steps, where weights are drawn (mostly in 64 bits). The gradients are recorded as they come out of the backward pass; accumulation, clipping, parameter groups, weight decay and the optimizer's formula are computed anew from them, on the host and in 64 bits, without Burn's optimizers, and compared tensor by tensor. It costs three steps.",
        why: "A step that is scaled, a decay in the wrong place, a moment that is not corrected for its start, or a group that gets another group's rate still trains, only worse, and no loss curve names it.",
        condition: "largest |found − due| over a tensor ≤ `tolerance` · largest |due| + 4 units of rounding of its weights, for each step.",
        mend: "Compare the step with the optimizer's formula (`cargo nn-test explain` tells it): the factor of the step is in the message.",
        source: "The papers that the optimizers' pages name. Burn computes factors like 1 − βᵗ in single precision, which leaves 2⁻²⁴ / 0.003 = 2e-5 at β = 0.999; an epsilon on the wrong side of the root, a decay that is coupled, or a bias that is not corrected changes steps by more than a hundredth.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "tolerance",
            kind: OptionKind::Number,
            default: OptionValue::Number(1e-4),
            doc: "largest error of a step, relative to the tensor's largest",
        }],
    },
    needs: &[Experiment::OptimizerSteps],
    trains_further: None,
    judge,
    record,
};

/// A step of so small a part of what is due is none.
const NONE: f64 = 1e-3;
/// Where the length explains an error but for so small a part of it, it is the length alone.
const ALONE: f64 = 0.01;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let tolerance = options.number("tolerance").expect("it has a default");
    let found = evidence.optimizer_steps();
    if found.tensors.is_empty() {
        return Verdict::not_applicable("no step moves a tensor");
    }
    let beyond = |tensor: &&TensorStep| !(tensor.error <= tolerance + tensor.rounding);
    let mut wrong: Vec<&TensorStep> = found.tensors.iter().filter(beyond).collect();
    wrong.sort_by(|one, two| two.error.total_cmp(&one.error));
    let errors = found.tensors.iter().map(|tensor| (tensor.error - tensor.rounding).max(0.0));
    let summary = format!(
        "{} of `{}`: {} within {} of their formula",
        count(found.steps, "step"),
        found.optimizer,
        count(found.tensors.len(), "tensor"),
        short(errors.fold(0.0, f64::max))
    );
    if wrong.is_empty() {
        return Verdict::pass(summary);
    }
    let findings = match found.if_kept <= tolerance {
        true => vec![kept(wrong[0], tolerance)],
        false => wrong.iter().map(|tensor| finding(tensor, tolerance)).collect(),
    };
    let summary = format!(
        "{} of `{}`: {} of {} off their formula",
        count(found.steps, "step"),
        found.optimizer,
        wrong.len(),
        count(found.tensors.len(), "tensor")
    );
    Verdict::fail(summary, few(findings))
}

/// Where every step is what the sum of all gradients gives.
fn kept(worst: &TensorStep, tolerance: f64) -> Finding {
    Finding {
        place: "training".to_owned(),
        message: format!(
            "each step is what the formula makes of the gradients of all steps so far: those of \
             earlier steps are never cleared (`{}` is off by {} in step {})",
            worst.tensor,
            short(worst.error),
            worst.step
        ),
        measured: Some(worst.error),
        bound: Some(format!("≤ {}", short(tolerance + worst.rounding))),
        mend: "clear the gradients before each backward pass (`zero_grad`), or hand the optimizer \
               those of the step alone"
            .to_owned(),
    }
}

fn finding(tensor: &TensorStep, tolerance: f64) -> Finding {
    let (step, factor) = (tensor.step, tensor.factor);
    let (message, mend) = if tensor.error.is_nan() {
        (
            format!("its step {step} is no number"),
            "look for the first number that is none: `finite_everywhere` names it",
        )
    } else if tensor.error.is_infinite() {
        (
            format!("it moves in step {step}, where its gradient is 0 or none"),
            "look for what changes weights beside the optimizer",
        )
    } else if factor.abs() < NONE && (tensor.error - 1.0).abs() < NONE {
        (
            format!("it does not move in step {step}, though its gradient says so"),
            "is it handed to the optimizer, and in the right group?",
        )
    } else if (tensor.error - (factor - 1.0).abs()).abs() <= ALONE * tensor.error {
        (
            format!("its step {step} is {} times what the formula gives", short(factor)),
            "look at its learning rate and group, and at what scales gradients or steps",
        )
    } else {
        (
            format!("its step {step} is another than the formula gives"),
            "look at epsilon, weight decay, momentum and their corrections for the start",
        )
    };
    Finding {
        place: tensor.tensor.clone(),
        message,
        measured: Some(tensor.error),
        bound: Some(format!("≤ {}", short(tolerance + tensor.rounding))),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let found = evidence.optimizer_steps();
    mapping([
        ("optimizer", Value::from(found.optimizer)),
        ("steps", Value::from(found.steps)),
        ("tensors", Value::from(found.tensors.len())),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    /// Of the second tensor.
    fn step(error: f64, rounding: f64, factor: f64) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let tensor = &mut evidence.optimizer_steps.as_mut().unwrap().tensors[1];
            (tensor.error, tensor.rounding, tensor.factor) = (error, rounding, factor);
        })
    }

    #[test]
    fn steps_within_the_tolerance_and_rounding_pass() {
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Pass);
        assert_eq!(step(9e-5, 0.0, 1.0).outcome, Outcome::Pass);
        assert_eq!(step(5e-4, 4.5e-4, 1.0).outcome, Outcome::Pass);
    }

    #[test]
    fn a_step_off_its_formula_fails_at_its_tensor_and_says_how() {
        for (error, factor, said) in [
            (0.5, 0.5, "0.5 times what the formula gives"),
            (2.0, -1.0, "-1 times what the formula gives"),
            (1.0, 0.0, "does not move in step 2"),
            (0.05, 0.999, "another than the formula gives"),
            (f64::INFINITY, f64::NAN, "moves in step 2, where its gradient is 0"),
            (f64::NAN, f64::NAN, "its step 2 is no number"),
            (1.1e-4, 1.0, "another than the formula gives"),
        ] {
            let wrong = step(error, 0.0, factor);
            assert_eq!(
                (wrong.outcome, wrong.findings[0].place.as_str()),
                (Outcome::Fail, "head.weight"),
                "{wrong:?}"
            );
            assert!(wrong.findings[0].message.contains(said), "{wrong:?}");
        }
    }

    #[test]
    fn gradients_that_are_never_cleared_are_told_as_such() {
        let kept = testing::verdict(&PROPERTY, |evidence| {
            let found = evidence.optimizer_steps.as_mut().unwrap();
            found.tensors[1].error = 0.7;
            found.if_kept = 1e-6;
        });
        assert_eq!(kept.outcome, Outcome::Fail);
        assert_eq!((kept.findings.len(), kept.findings[0].place.as_str()), (1, "training"));
        assert!(kept.findings[0].message.contains("never cleared"), "{kept:?}");
    }

    #[test]
    fn a_model_without_trainable_tensors_is_not_judged() {
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.optimizer_steps.as_mut().unwrap().tensors.clear();
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
    }
}
