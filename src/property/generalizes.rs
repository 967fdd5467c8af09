//! `generalizes`: what is learned holds for examples that were held out.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "generalizes",
        summary: "What is learned on training examples holds for held-out ones.",
        checks: "The loss as the model is used, after the recipe's first steps: on up to 128 training examples and on up to 128 held-out ones, and the held-out loss before training.",
        why: "A gap this early is no overtraining: the parts come from different distributions, labels or scaling differ between them, or the inputs do not tell the targets.",
        condition: "When the training loss has fallen below 0.9 of the constant predictor's: held-out loss ≤ training loss + `gap` · constant predictor's loss, and ≤ held-out loss before training.",
        mend: "Look at how the data was split (sorted files need shuffling, groups belong together), scale both parts by the training part's statistics, and add regularization or data if the model is simply too large.",
        source: "Karpathy 2019, \"overfit, then regularize\"; fault classes 25, 31, 36 and 55.",
        severity: Severity::Warn,
        recommended: false,
        options: &[OptionMeta {
            name: "gap",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.5),
            doc: "largest gap, relative to the constant predictor's loss",
        }],
    },
    needs: &[Experiment::Training],
    trains_further: Some(0.3),
    judge,
    record,
};

/// Held-out examples below which their loss is too noisy to judge.
const LEAST: usize = 16;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let gap = options.number("gap").expect("it has a default");
    let training = evidence.training();
    let outcome = &training.outcome;
    let (Some(held_out), Some(known), Some(constant)) =
        (outcome.validation, outcome.evaluation_loss, training.constant_loss)
    else {
        return Verdict::not_applicable("nothing is held out, or no constant predictor is known");
    };
    let summary =
        format!("loss {} on training examples, {} held out", short(known), short(held_out.end));
    if held_out.examples < LEAST {
        let few =
            format!("{summary}; {} held-out examples are too few to judge", held_out.examples);
        return Verdict::not_applicable(few);
    }
    if evidence.subject.signed_loss || !(known < 0.9 * constant) {
        return Verdict::not_applicable(format!(
            "{summary}; little is learned yet that could hold"
        ));
    }
    let finding = |message: &str, bound: f64| Finding {
        place: "data.split".to_owned(),
        message: message.to_owned(),
        measured: Some(held_out.end),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "look at how the data was split and scaled; then regularize, or take more data"
            .to_owned(),
    };
    let bound = known + gap * constant;
    let mut findings = Vec::new();
    if !(held_out.end <= bound) {
        findings.push(finding("the held-out loss is far above the training loss", bound));
    }
    if !(held_out.end <= held_out.start) {
        findings.push(finding("training has raised the held-out loss", held_out.start));
    }
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let held_out = evidence.training().outcome.validation;
    mapping([("held_out", Value::from(held_out.map_or(0, |held_out| held_out.examples)))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn set(evidence: &mut Evidence, known: f64, start: f64, end: f64) {
        let outcome = &mut evidence.training.as_mut().unwrap().outcome;
        outcome.evaluation_loss = Some(known);
        let held_out = outcome.validation.as_mut().unwrap();
        (held_out.start, held_out.end) = (start, end);
    }

    #[test]
    fn what_holds_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_gap_fails_and_so_does_a_held_out_loss_that_rises() {
        let gap = verdict(|evidence| set(evidence, 0.3, 2.3, 2.2));
        assert_eq!((gap.outcome, gap.findings.len()), (Outcome::Fail, 1));
        assert_eq!(verdict(|evidence| set(evidence, 1.9, 2.0, 2.1)).outcome, Outcome::Fail);
        assert_eq!(verdict(|evidence| set(evidence, 1.9, 2.0, f64::NAN)).findings.len(), 2);
    }

    #[test]
    fn nothing_learned_is_nothing_that_could_hold() {
        let guessing = verdict(|evidence| set(evidence, 2.3, 2.3, 9.0));
        assert_eq!(guessing.outcome, Outcome::NotApplicable);
        let none =
            verdict(|evidence| evidence.training.as_mut().unwrap().outcome.validation = None);
        assert_eq!(none.outcome, Outcome::NotApplicable);
    }
}
