//! `every_parameter_gets_gradient`: the backward pass reaches every trainable tensor.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, GradientEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "every_parameter_gets_gradient",
        summary: "Every trainable tensor gets a gradient, and none is identically zero.",
        checks: "One backward pass over up to 128 training examples at initialization. Tensors \
                 that the pass does not reach at all and tensors whose gradient is zero in every \
                 element are reported apart.",
        why: "A tensor without a gradient is never trained: a detached branch, a layer that is \
              built and not used, dead units, weights that are all zero, or a saturated \
              activation behind it.",
        condition: "For every trainable tensor: the gradient is present and some element is not \
                    exactly 0. Exempt, with the reason: a bias right before a batch normalization; \
                    in sequences of length 1 hidden weights of recurrent layers and what only the \
                    recurrent state reaches.",
        mend: "Missing: use the layer in the forward pass, and do not detach what follows it. \
               Zero: look at the first activation behind the tensor (dead, saturated) and at its \
               initializer (all zero). All zero at once: the head or the loss is flat.",
        source: "AllenNLP's ModelTestCase; exemptions measured on healthy programs.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

fn is_zero(gradient: &GradientEvidence) -> bool {
    gradient.present && gradient.norm == 0.0
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let gradients: Vec<&GradientEvidence> = evidence
        .initial()
        .gradients
        .iter()
        .filter(|gradient| gradient.zero_by_design.is_none())
        .collect();
    if gradients.is_empty() {
        return Verdict::not_applicable("the model has no trainable tensor");
    }
    let missing = gradients.iter().filter(|gradient| !gradient.present);
    let zero = gradients.iter().filter(|gradient| is_zero(gradient));
    let found = missing.clone().count() + zero.clone().count();
    let summary = format!(
        "{} of {} get a gradient",
        gradients.len() - found,
        count(gradients.len(), "tensor")
    );
    if found == 0 {
        return Verdict::pass(summary);
    }
    if found == gradients.len() {
        return Verdict::fail(
            summary,
            vec![Finding {
                place: evidence.subject.head().map_or("model", |head| &head.path).to_owned(),
                message: "no tensor gets a gradient: the loss does not depend on the weights"
                    .to_owned(),
                measured: Some(0.0),
                bound: Some("> 0".to_owned()),
                mend: "the head or the loss is flat (a softmax on one unit, a saturated sigmoid, \
                       dead outputs), or the graph is cut before the loss"
                    .to_owned(),
            }],
        );
    }
    let finding = |gradient: &&GradientEvidence| Finding {
        place: gradient.tensor.clone(),
        message: match gradient.present {
            true => "the gradient is zero in every element".to_owned(),
            false => "the backward pass does not reach this tensor".to_owned(),
        },
        measured: gradient.present.then_some(0.0),
        bound: Some("> 0".to_owned()),
        mend: match gradient.present {
            true => "look at the next activation (dead or saturated) and at the initializers \
                     behind this tensor (all zero)"
                .to_owned(),
            false => {
                "use its layer in the forward pass and do not detach what follows it".to_owned()
            }
        },
    };
    Verdict::fail(summary, missing.chain(zero).map(finding).collect())
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let gradients = evidence.initial().gradients.iter().map(|gradient| {
        let value = match gradient {
            GradientEvidence { zero_by_design: Some(_), .. } => Value::from("zero by design"),
            GradientEvidence { present: false, .. } => Value::from("missing"),
            gradient => Value::from(gradient.norm),
        };
        (Value::from(gradient.tensor.as_str()), value)
    });
    mapping([("gradient_norms", Value::Mapping(gradients.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Vec<GradientEvidence>)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut evidence.initial.as_mut().unwrap().gradients);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn gradients_everywhere_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_missing_and_a_zero_gradient_are_told_apart_and_named() {
        let verdict = verdict(|gradients| {
            gradients[0].present = false;
            gradients[1].norm = 0.0;
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].message.contains("does not reach"));
        assert!(verdict.findings[1].message.contains("zero"));
        assert_eq!(verdict.findings[0].place, "hidden.weight");
    }

    #[test]
    fn a_zero_by_design_is_no_accusation() {
        let verdict = verdict(|gradients| {
            gradients[1].norm = 0.0;
            gradients[1].zero_by_design = Some("a bias right before a batch normalization");
        });
        assert_eq!(verdict.outcome, Outcome::Pass);
    }

    #[test]
    fn all_zero_at_once_is_a_cause_of_its_own() {
        let verdict = verdict(|gradients| gradients.iter_mut().for_each(|g| g.norm = 0.0));
        assert_eq!((verdict.findings.len(), verdict.findings[0].place.as_str()), (1, "head"));
    }
}
