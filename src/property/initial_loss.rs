//! `initial_loss`: at initialization the model guesses.

mod judged;

use serde_yaml::{Mapping, Value};

use self::judged::{Judged, judged};
use super::text::{mapping, optional, short};
use super::{
    Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict, suspect,
};
use crate::experiment::{Evidence, Experiment, LOW_START, SubjectFacts, TermEvidence};
use crate::spec::{Severity, Task};

/// Ratios of loss to expected loss. Healthy programs show 0.97 to 1.47, at most 2.6 (calibration
/// on 64 healthy small programs); 3 raises no false alarm there.
const ERROR_ABOVE: f64 = 3.0;
const WARN_ABOVE: f64 = 1.5;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "initial_loss",
        summary: "At initialization the loss is the one of guessing.",
        checks: "One forward pass over up to 128 training examples with the initial weights, \
                 regularization and dropout off, batch normalization on batch statistics. The \
                 loss is compared with the one that outputs without any knowledge give.",
        why: "A model that knows nothing should be wrong by exactly as much as guessing is. A \
              larger loss means that outputs are too large (initialization, unscaled inputs), \
              labels or loss do not fit the head, or the sign is turned; a much smaller one that \
              labels leak or are trivial.",
        condition: "expected = mean loss with all logits 0 (−ln(1/k) for k classes, ln 2 for two, \
                    also with class weights and label smoothing), or with output 0 for \
                    regression. Not judged where theory names no such loss: for embeddings, \
                    `ctc` and likelihoods whose zero is arbitrary; nor for `focal`, which falls \
                    steeply with the first certainty. For `kl_div` the targets' own \
                    entropy is added to both, as a cross entropy has it. Default: error outside [0.5, 3] × \
                    expected, warning above 1.5 ×; regression on unscaled targets warns only. `hinge` \
                    and `multi_margin`, which a lucky order of few classes takes to 0, are too low \
                    only where the weights of eight other seeds are so, too. Of several terms those \
                    are judged, by their sum, whose start theory names. With `tolerance: t`: error \
                    when |loss − expected| > t · expected. A negative loss is always an error.",
        mend: "Look at the layer named: scale the inputs, use the default initializer, let the \
               head give logits, and check that labels start at 0.",
        source: "CS231n notes 3 (sanity checks before learning); thresholds from 64 healthy \
                 programs.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "tolerance",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "largest relative distance from the expected loss; without it the bounds \
                      above",
            },
            OptionMeta {
                name: "expected",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "the expected loss, where it is known better than by guessing",
            },
        ],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let initial = evidence.initial();
    let started = evidence.subject.weights.is_some();
    let judged = match options.number("expected") {
        Some(expected) => {
            Judged { loss: initial.loss, expected: Some(expected), left_out: Vec::new() }
        }
        None => judged(initial, started),
    };
    let Judged { loss, expected: known, .. } = judged;
    let summary = judged.summary(&initial.terms);
    let finding = |message: String, bound: String| {
        let suspect = suspect::scale(&evidence.subject, &initial.activations);
        Finding {
            message: format!("{message}; {}", suspect.message),
            ..suspect.finding(loss, bound)
        }
    };
    if !initial.loss.is_finite() {
        let broken = initial.terms.iter().find(|term| !term.value.is_finite());
        let place = broken.map_or("loss", |term| &term.name).to_owned();
        return Verdict::fail(
            summary,
            vec![Finding {
                message: match broken {
                    Some(term) => format!("the term `{place}` is {}", short(term.value)),
                    None => format!("the initial loss is {}", short(initial.loss)),
                },
                place,
                measured: Some(initial.loss),
                bound: Some("finite".to_owned()),
                mend: "see `finite_everywhere`, which names the layer that produces it".to_owned(),
            }],
        );
    }
    let own = evidence.subject.task == Task::Objective;
    let signed = own || evidence.subject.signed_loss;
    if initial.loss < 0.0 && !signed {
        return Verdict::fail(
            summary,
            vec![Finding {
                place: "loss".to_owned(),
                message: format!("the loss is negative: {}", short(initial.loss)),
                measured: Some(initial.loss),
                bound: Some("≥ 0".to_owned()),
                mend: "a loss of this kind cannot be negative: turn its sign, or give it targets \
                       in its range"
                    .to_owned(),
            }],
        );
    }
    let Some(expected) = known else {
        if started {
            return Verdict::not_applicable(
                "the weights come from a file, and a trained model is no guess: say what its loss \
                 is by `initial_loss: {expected: …}`",
            );
        }
        return Verdict::not_applicable(match own {
            true => "the loss is the model's own, and only you know what it is at the start: say \
                     `initial_loss: {expected: …}`"
                .to_owned(),
            false => format!(
                "what {} is at the start depends on more than the targets: say \
                 `initial_loss: {{expected: …}}` where you know it",
                title(evidence)
            ),
        });
    };
    if let Some(tolerance) = options.number("tolerance") {
        let distance = tolerance * expected.abs();
        let bound = format!("within {} of {}", short(distance), short(expected));
        if (loss - expected).abs() <= distance {
            return Verdict::pass(summary);
        }
        return Verdict::fail(
            summary,
            vec![finding(format!("the loss is {}", short(loss)), bound)],
        );
    }
    // What the focal loss makes of outputs that are slightly sure already lies outside the bounds.
    let focal = evidence.subject.loss == "focal";
    // Of several terms, those without a natural zero are not judged anyway.
    let signed = evidence.subject.signed_loss && initial.terms.is_empty();
    let unbounded = focal || signed || expected == 0.0;
    if options.number("expected").is_none() && unbounded {
        return Verdict::not_applicable(format!(
            "a ratio of {} to the one of guessing says nothing: say `initial_loss: {{tolerance: …}}`",
            title(evidence)
        ));
    }
    // Soft targets cost what they are unsure of, whatever the outputs: a divergence leaves that out, and
    // is next to nothing for a guess.
    let left_out = if initial.terms.is_empty() { initial.left_out } else { 0.0 };
    let whole = expected + left_out;
    let ratio = (loss + left_out) / whole.max(f64::MIN_POSITIVE);
    let bound = |ratio: f64| short((ratio * whole - left_out).max(0.0));
    let message = format!(
        "the loss is {} times the one of guessing{}",
        short(loss / expected.max(f64::MIN_POSITIVE)),
        judged.worst(&initial.terms, ratio)
    );
    let unscaled = evidence.subject.task == Task::Regression && evidence.subject.unscaled_targets;
    // Luck does not come with every seed.
    let lucky = initial.redrawn.iter().any(|loss| *loss >= LOW_START * expected);
    let lowest = if lucky { 0.0 } else { LOW_START };
    match ratio {
        ratio if !(lowest..=ERROR_ABOVE).contains(&ratio) => {
            let within = format!("in [{}, {}]", bound(lowest), bound(ERROR_ABOVE));
            let findings = vec![finding(message, within)];
            match unscaled {
                true => Verdict::warn(summary, findings),
                false => Verdict::fail(summary, findings),
            }
        }
        ratio if ratio > WARN_ABOVE => {
            Verdict::warn(summary, vec![finding(message, format!("≤ {}", bound(WARN_ABOVE)))])
        }
        _ => Verdict::pass(summary),
    }
}

/// The loss as messages name it.
fn title(evidence: &Evidence) -> String {
    match evidence.subject.loss {
        SubjectFacts::TERMS => "the sum of these terms".to_owned(),
        loss => format!("`{loss}`"),
    }
}

fn record(evidence: &Evidence, options: &Options) -> Mapping {
    let initial = evidence.initial();
    let mut record = mapping([
        ("loss", initial.loss.into()),
        ("expected", optional(options.number("expected").or(initial.guessing_loss))),
        ("penalty", initial.penalty.into()),
        ("examples", initial.examples.into()),
    ]);
    if evidence.subject.loss == SubjectFacts::TERMS {
        let term = |term: &TermEvidence| {
            let row = [("loss", term.value.into()), ("expected", optional(term.guessing_loss))];
            (term.name.as_str().into(), Value::Mapping(mapping(row)))
        };
        let terms: Mapping = initial.terms.iter().map(term).collect();
        record.insert("terms".into(), Value::Mapping(terms));
    }
    record
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(loss: f64, options: &[(&str, f64)]) -> Verdict {
        let mut evidence = testing::evidence();
        let initial = evidence.initial.as_mut().unwrap();
        initial.loss = loss;
        initial.guessing_loss = Some(std::f64::consts::LN_10);
        let mut set = Options::defaults(&PROPERTY.meta);
        for (name, value) in options {
            set.set(name, OptionValue::Number(*value));
        }
        judge(&evidence, &set)
    }

    #[test]
    fn guessing_passes() {
        assert_eq!(verdict(2.35, &[]).outcome, Outcome::Pass);
    }

    #[test]
    fn ten_times_guessing_fails_and_names_the_input_that_is_too_large() {
        let mut evidence = testing::evidence();
        let initial = evidence.initial.as_mut().unwrap();
        initial.loss = 23.0;
        initial.activations[0].deviation = 500.0;
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "input");
    }

    #[test]
    fn twice_guessing_warns() {
        assert_eq!(verdict(4.6, &[]).outcome, Outcome::Warn);
    }

    #[test]
    fn a_quarter_of_guessing_fails() {
        assert_eq!(verdict(0.5, &[]).outcome, Outcome::Fail);
    }

    /// A loss with margins, of guessing 1, at the weights of the spec's seed and of others.
    fn margin_verdict(loss: &'static str, first: f64, others: &[f64]) -> Verdict {
        let mut evidence = testing::evidence();
        evidence.subject.loss = loss;
        let initial = evidence.initial.as_mut().unwrap();
        (initial.loss, initial.guessing_loss) = (first, Some(1.0));
        initial.redrawn = others.to_vec();
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn margins_that_are_kept_by_luck_pass_and_by_every_seed_fail() {
        for loss in ["hinge", "multi_margin"] {
            assert_eq!(margin_verdict(loss, 0.9, &[]).outcome, Outcome::Pass);
            let lucky = margin_verdict(loss, 0.0, &[0.1, 1.2, 0.0, 0.2]);
            assert_eq!(lucky.outcome, Outcome::Pass, "{loss}");
            let leaking = margin_verdict(loss, 0.0, &[0.0, 0.01, 0.0, 0.0]);
            assert_eq!(leaking.outcome, Outcome::Fail, "{loss}");
            assert_eq!(margin_verdict(loss, 3.5, &[]).outcome, Outcome::Fail, "{loss}");
        }
    }

    /// Two terms with what guessing costs, and one that theory does not know.
    fn terms_verdict(first: f64, second: f64, unknown: f64) -> Verdict {
        let mut evidence = testing::evidence();
        evidence.subject.loss = SubjectFacts::TERMS;
        let term = |name: &str, loss, value, guessing_loss| TermEvidence {
            name: name.to_owned(),
            value,
            gradient_norm: 1.0,
            loss,
            guessing_loss,
        };
        let initial = evidence.initial.as_mut().unwrap();
        initial.terms = vec![
            term("digit", "cross_entropy", first, Some(2.3)),
            term("size", "mse", second, Some(1.0)),
            term("near", "triplet_margin", unknown, None),
        ];
        initial.loss = first + second + unknown;
        initial.guessing_loss = None;
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn of_several_terms_the_sum_of_those_is_judged_that_theory_knows() {
        assert_eq!(terms_verdict(2.4, 1.1, 500.0).outcome, Outcome::Pass);
        let verdict = terms_verdict(2.4, 30.0, 0.0);
        assert_eq!(verdict.outcome, Outcome::Fail);
        let message = &verdict.findings[0].message;
        assert!(message.contains("in the term `size`: 30, not 1"), "{message}");
        let summary = "loss 32.4 without near (digit 2.4, size 30, near 0), guessing gives 3.3";
        assert_eq!(verdict.summary, summary);
        let leaking = terms_verdict(0.1, 1.0, 0.0);
        assert_eq!(leaking.outcome, Outcome::Fail);
        assert!(leaking.findings[0].message.contains("in the term `digit`"));
    }

    #[test]
    fn a_term_that_is_no_number_is_named() {
        let verdict = terms_verdict(2.3, 1.0, f64::NAN);
        assert_eq!((verdict.outcome, verdict.findings[0].place.as_str()), (Outcome::Fail, "near"));
    }

    #[test]
    fn a_tolerance_is_kept_to_the_letter() {
        assert_eq!(verdict(2.4, &[("tolerance", 0.01)]).outcome, Outcome::Fail);
        assert_eq!(verdict(2.4, &[("tolerance", 0.1)]).outcome, Outcome::Pass);
    }

    #[test]
    fn negative_and_not_finite_losses_fail() {
        assert_eq!(verdict(-2.3, &[]).outcome, Outcome::Fail);
        assert_eq!(verdict(f64::NAN, &[]).outcome, Outcome::Fail);
    }

    #[test]
    fn a_models_own_loss_is_judged_only_where_the_spec_knows_it() {
        let mut evidence = testing::evidence();
        evidence.subject.task = Task::Objective;
        let initial = evidence.initial.as_mut().unwrap();
        (initial.loss, initial.guessing_loss) = (-4.0, None);
        let mut options = Options::defaults(&PROPERTY.meta);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        options.set("expected", OptionValue::Number(4.0));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
        evidence.initial.as_mut().unwrap().loss = 4.2;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
        evidence.initial.as_mut().unwrap().loss = f64::NAN;
        assert_eq!(
            judge(&evidence, &Options::defaults(&PROPERTY.meta)).outcome,
            Outcome::Fail,
            "a loss that is no number is wrong, whosever it is"
        );
    }

    #[test]
    fn a_loss_that_theory_does_not_know_is_left_alone_unless_the_spec_knows_it() {
        let mut evidence = testing::evidence();
        evidence.subject.loss = "triplet_margin";
        let initial = evidence.initial.as_mut().unwrap();
        (initial.loss, initial.guessing_loss) = (40.0, None);
        let options = Options::defaults(&PROPERTY.meta);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        evidence.initial.as_mut().unwrap().loss = -0.1;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail, "it is never negative");
    }

    #[test]
    fn a_focal_loss_below_guessing_is_no_leak() {
        let mut evidence = testing::evidence();
        evidence.subject.loss = "focal";
        evidence.initial.as_mut().unwrap().loss = 0.3;
        let options = Options::defaults(&PROPERTY.meta);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn a_likelihood_without_a_natural_zero_is_judged_by_a_tolerance_alone() {
        let mut evidence = testing::evidence();
        evidence.subject.signed_loss = true;
        let initial = evidence.initial.as_mut().unwrap();
        (initial.loss, initial.guessing_loss) = (-3.0, Some(1.0));
        let mut options = Options::defaults(&PROPERTY.meta);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        options.set("tolerance", OptionValue::Number(0.5));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
        evidence.initial.as_mut().unwrap().loss = 1.2;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
    }

    #[test]
    fn regression_on_unscaled_targets_only_warns() {
        let mut evidence = testing::evidence();
        evidence.subject.task = Task::Regression;
        evidence.subject.unscaled_targets = true;
        evidence.initial.as_mut().unwrap().loss = 29_000.0;
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::Warn);
    }
}
