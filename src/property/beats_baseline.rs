//! `beats_baseline`: the trained model does better than guessing, and better than without looking.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "beats_baseline",
        summary: "After its first steps the model beats the best constant predictor, and itself with other examples' inputs.",
        checks: "The loss on up to 128 training examples after the recipe's first steps, as the model is used; the lowest loss that a constant output reaches on them; and the loss of the same model where each example has the inputs of the next one.",
        why: "A loss that falls to what guessing costs has learned the mean of the targets and nothing of the inputs. So has a model that does as well with the inputs of other examples.",
        condition: "loss ≤ `share` · constant predictor's loss, and loss < `blind` · loss with exchanged inputs (for losses that are not negative).",
        mend: "Train for longer, raise the learning rate; if the inputs do not count: look for detached or saturated layers between input and head, for labels out of step with their inputs, and for targets that the inputs do not tell.",
        source: "Karpathy 2019, \"input-independent baseline\" and \"human baseline\"; fault classes 25 and 26 (labels out of step).",
        severity: Severity::Warn,
        recommended: false,
        options: &[
            OptionMeta {
                name: "share",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.97),
                doc: "largest share of the constant predictor's loss",
            },
            OptionMeta {
                name: "blind",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.99),
                doc: "largest share of the loss with exchanged inputs",
            },
        ],
    },
    needs: &[Experiment::Training],
    trains_further: Some(0.1),
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let share = options.number("share").expect("it has a default");
    let blind_share = options.number("blind").expect("it has a default");
    let training = evidence.training();
    let Some(loss) = training.outcome.evaluation_loss else {
        return Verdict::not_applicable("the model's own training step computes the loss");
    };
    let (constant, blind) = (training.constant_loss, training.outcome.blind_loss);
    if evidence.subject.signed_loss || constant.is_none() && blind.is_none() {
        return Verdict::not_applicable("nothing is known that the loss could be held against");
    }
    let told = |loss: Option<f64>| loss.map_or("unknown".to_owned(), short);
    let summary = format!(
        "loss {} after {} steps; a constant has {}, other examples' inputs give {}",
        short(loss),
        training.steps,
        told(constant),
        told(blind)
    );
    let finding = |message: &str, bound: f64, mend: &str| Finding {
        place: "training".to_owned(),
        message: message.to_owned(),
        measured: Some(loss),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    };
    let mut findings = Vec::new();
    // NaN beats nothing.
    if let Some(bound) = constant.map(|constant| share * constant).filter(|bound| !(loss <= *bound))
    {
        findings.push(finding(
            "the model is no better than the best constant output",
            bound,
            "train for longer, and see `learns` and `learning_rate_in_range`",
        ));
    }
    if let Some(bound) = blind.map(|blind| blind_share * blind).filter(|bound| !(loss < *bound)) {
        findings.push(finding(
            "the model does as well with the inputs of other examples: it does not look at them",
            bound,
            "see `uses_inputs` and `outputs_vary`, and check that labels belong to their inputs",
        ));
    }
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let constant = evidence.training().constant_loss;
    mapping([("constant_loss", constant.map_or(Value::Null, Value::from))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn losses(evidence: &mut Evidence, loss: f64, constant: Option<f64>, blind: Option<f64>) {
        let training = evidence.training.as_mut().unwrap();
        training.constant_loss = constant;
        training.outcome.evaluation_loss = Some(loss);
        training.outcome.blind_loss = blind;
    }

    #[test]
    fn a_model_that_looks_and_learns_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn the_constant_predictor_is_to_be_beaten() {
        let guessing = verdict(|evidence| losses(evidence, 2.29, Some(2.3), Some(3.0)));
        assert_eq!((guessing.outcome, guessing.findings.len()), (Outcome::Fail, 1));
        assert!(guessing.findings[0].message.contains("constant"));
        let broken = verdict(|evidence| losses(evidence, f64::NAN, Some(2.3), Some(3.0)));
        assert_eq!(broken.findings.len(), 2);
    }

    #[test]
    fn a_model_that_does_not_look_fails() {
        let blind = verdict(|evidence| losses(evidence, 1.5, Some(2.3), Some(1.5)));
        assert!(blind.findings[0].message.contains("other examples"));
    }

    #[test]
    fn without_anything_to_hold_against_there_is_no_verdict() {
        let unknown = verdict(|evidence| losses(evidence, 1.5, None, None));
        assert_eq!(unknown.outcome, Outcome::NotApplicable);
    }
}
