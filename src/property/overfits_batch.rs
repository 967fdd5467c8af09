//! `overfits_batch`: a few fixed examples can be learned by heart.

use serde_yaml::Mapping;

use super::text::{mapping, optional, percent, short};
use super::{
    Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict, suspect,
};
use crate::experiment::{
    Evidence, Experiment, LossBounds, OWN_FALL, OverfitAttempt, OverfitEvidence, OverfitPlan,
};
use crate::spec::Severity;

/// Shares of the way from the floor up to the constant predictor's loss. With a bound of 0.5 on
/// two of three seeds, one of 63 healthy programs is accused; with 0.1, two are.
const ERROR_SHARE: f64 = 0.5;
const WARN_SHARE: f64 = 0.1;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "overfits_batch",
        summary: "Training on a few fixed examples drives the loss to its floor.",
        checks: "Some training examples, taken from the classes in turn, are trained on until they \
                 are learned by heart. Regularization and dropout are off, and so are terms \
                 of the loss that look at outputs alone or compare them with a constant, where \
                 others compare with the data. The optimizer is \
                 the tool's own: Adam at 1e-2, 3e-3, 3e-2 and 1e-3, the best of which counts, so \
                 that the model is judged and not the recipe. A model that fails is tried again \
                 with the next two seeds.",
        why: "A model with more numbers than examples can learn them by heart. If it cannot, \
              something between the data and the gradient is broken, and no amount of data or \
              patience will mend it.",
        condition: "Learned: loss ≤ floor + 5 % of (constant − floor), and right answers ≥ best − \
                    5 % of (best − constant), which of a few is all of them. \
                    Floor is the lowest loss that the examples allow (label smoothing, \
                    conflicting labels), best as many answers as can be right (all, unless the \
                    same inputs have several), and constant what the best constant output \
                    reaches. \
                    Default: error when the loss stays above floor + 50 % of (constant − floor) on \
                    two of three seeds, warning above 10 %, or where fewer answers are right. When the spec gives \
                    `steps`, `loss` or `accuracy`, every miss on two of three seeds is an error. Of several terms of a loss, each is asked by itself, too.",
        mend: "Look at the place named. Then check that outputs suit the loss (logits, not \
               probabilities), that labels belong to their inputs, that every layer gets a \
               gradient (`every_parameter_gets_gradient`), and that it is the right one \
               (`gradients_match`).",
        source: "CS231n notes 3; Karpathy, A Recipe for Training Neural Networks; thresholds from \
                 63 healthy and 55 faulty programs.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "examples",
                kind: OptionKind::Count,
                default: OptionValue::Count(16),
                doc: "number of examples to learn by heart",
            },
            OptionMeta {
                name: "steps",
                kind: OptionKind::Count,
                default: OptionValue::Count(300),
                doc: "optimizer steps per attempt at most",
            },
            OptionMeta {
                name: "loss",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "largest final loss; derived from floor and constant predictor without it",
            },
            OptionMeta {
                name: "accuracy",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "smallest share of right answers (classes only); derived from what can be right \
                      and what a constant gets right without it",
            },
        ],
    },
    needs: &[Experiment::Overfit],
    trains_further: None,
    judge,
    record,
};

/// What the experiment is to do for these options.
pub fn plan(options: &Options) -> OverfitPlan {
    OverfitPlan {
        examples: options.count("examples").expect("it has a default"),
        steps: options.count("steps").expect("it has a default"),
        loss: options.number("loss"),
        accuracy: options.number("accuracy"),
    }
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let overfit = evidence.overfit();
    let best = overfit.best_by_seed();
    let Some(worst) =
        best.iter().copied().find(|attempt| !attempt.succeeded).or(best.first().copied())
    else {
        return Verdict::inconclusive("no attempt was made", Vec::new());
    };
    let Some(bounds) = overfit.bounds else {
        return judge_own(evidence, options, &best, worst);
    };
    let LossBounds { floor, constant } = bounds;
    let room = constant - floor;
    if bounds.are_one() {
        return Verdict::not_applicable("the examples hold nothing to learn: a constant fits them");
    }
    // A head that has learned does not make up for one that has not.
    let share = |attempt: &OverfitAttempt| {
        let of_term = attempt.worst.as_ref().map(|term| term.bounds.share_left(term.loss));
        bounds.share_left(attempt.final_loss).max(of_term.unwrap_or(0.0))
    };
    let summary = describe(worst, overfit);
    if best.iter().filter(|attempt| attempt.succeeded).count() * 2 > best.len() {
        return Verdict::pass(describe(
            best.iter().find(|a| a.succeeded).unwrap_or(&worst),
            overfit,
        ));
    }
    let strict = ["steps", "loss", "accuracy"].into_iter().any(|name| options.given(name));
    let bound = options.number("loss").unwrap_or(floor + ERROR_SHARE * room);
    let stuck = best.iter().filter(|attempt| share(attempt) > ERROR_SHARE).count();
    let finding = || finding(evidence, worst, bound);
    if strict || stuck * 2 > best.len() {
        return Verdict::fail(summary, vec![finding()]);
    }
    let imperfect = |attempt: &&&OverfitAttempt| {
        share(attempt) > WARN_SHARE
            || attempt.accuracy.is_some_and(|accuracy| accuracy < overfit.due_accuracy)
    };
    match best.iter().filter(imperfect).count() * 2 > best.len() {
        true => Verdict::warn(summary, vec![finding()]),
        false => Verdict::pass(summary),
    }
}

/// Falls of a loss whose floor is unknown, relative to its size at the start: below the first one the
/// model learns nothing, below the second one not enough to be sure.
const OWN_ERROR: f64 = 0.01;

/// A Rust model's own loss has no floor that is known: that it falls is all that can be asked.
fn judge_own(
    evidence: &Evidence,
    options: &Options,
    best: &[&OverfitAttempt],
    worst: &OverfitAttempt,
) -> Verdict {
    let overfit = evidence.overfit();
    let most = |count: usize| count * 2 > best.len();
    if most(best.iter().filter(|attempt| attempt.succeeded).count()) {
        let succeeded = best.iter().find(|attempt| attempt.succeeded).unwrap_or(&worst);
        return Verdict::pass(describe(succeeded, overfit));
    }
    let fall = |attempt: &OverfitAttempt| {
        let size = attempt.initial_loss.abs().max(f64::MIN_POSITIVE);
        let fall = (attempt.initial_loss - attempt.final_loss) / size;
        if fall.is_finite() { fall } else { f64::NEG_INFINITY }
    };
    let derived = worst.initial_loss - OWN_FALL * worst.initial_loss.abs();
    let findings = vec![finding(evidence, worst, options.number("loss").unwrap_or(derived))];
    let strict = ["steps", "loss"].into_iter().any(|name| options.given(name));
    match strict || most(best.iter().filter(|attempt| fall(attempt) < OWN_ERROR).count()) {
        true => Verdict::fail(describe(worst, overfit), findings),
        false => Verdict::warn(describe(worst, overfit), findings),
    }
}

fn describe(attempt: &OverfitAttempt, overfit: &OverfitEvidence) -> String {
    let accuracy = attempt
        .accuracy
        .map_or_else(String::new, |accuracy| format!(", accuracy {}", percent(accuracy)));
    let term = attempt.worst.as_ref().map_or_else(String::new, |term| {
        format!(", of which most is left of {}: {}", term.name, short(term.loss))
    });
    format!(
        "{} examples: loss {}{term} after {} steps at rate {}{accuracy} ({})",
        overfit.examples,
        short(attempt.final_loss),
        attempt.steps,
        short(attempt.learning_rate),
        match overfit.bounds {
            Some(LossBounds { floor, constant }) => {
                format!("floor {}, constant {}", short(floor), short(constant))
            }
            None => format!("{} at the start", short(attempt.initial_loss)),
        }
    )
}

fn finding(evidence: &Evidence, attempt: &OverfitAttempt, bound: f64) -> Finding {
    let facts = &evidence.subject;
    let bound = format!("≤ {}", short(bound));
    if attempt.final_loss.is_nan() || attempt.final_loss > 1.5 * attempt.initial_loss {
        return Finding {
            place: "loss".to_owned(),
            message: format!(
                "the loss rises from {} to {} at every rate tried",
                short(attempt.initial_loss),
                short(attempt.final_loss)
            ),
            measured: Some(attempt.final_loss),
            bound: Some(bound),
            mend: "the optimizer climbs: turn the sign of the loss or of the gradient".to_owned(),
        };
    }
    let suspect = suspect::head(facts).or_else(|| suspect::missing_activation(facts));
    match (suspect, &attempt.worst) {
        (Some(suspect), _) => suspect.finding(attempt.final_loss, bound),
        (None, Some(term)) => Finding {
            place: term.name.clone(),
            message: format!(
                "the term `{}` stays at {}: its answers cannot be learned by heart",
                term.name,
                short(term.loss)
            ),
            measured: Some(term.loss),
            bound: Some(format!(
                "≤ {}",
                short(term.bounds.floor + ERROR_SHARE * (term.bounds.constant - term.bounds.floor))
            )),
            mend:
                "check that this target belongs to the inputs, that its head suits the loss, and \
                   that no other term on the same layers works against it"
                    .to_owned(),
        },
        (None, None) => of_the_whole(attempt, evidence.overfit(), bound),
    }
}

/// Above this share of the way from the floor to the constant predictor nothing is learned of what tells
/// examples apart.
const NOTHING: f64 = 0.9;

/// What a wrong answer costs at least where it counts: its probability is no more than a half.
const WRONG_ANSWER: f64 = std::f64::consts::LN_2;

/// What is wrong where no layer and no term stands out.
fn of_the_whole(attempt: &OverfitAttempt, overfit: &OverfitEvidence, bound: String) -> Finding {
    let loss = short(attempt.final_loss);
    let left = overfit.bounds.map(|bounds| bounds.share_left(attempt.final_loss));
    let (message, mend) = match (left, attempt.accuracy) {
        (Some(left), Some(accuracy))
            if left <= WARN_SHARE
                && accuracy < overfit.due_accuracy
                && attempt.final_loss < (1.0 - accuracy) * WRONG_ANSWER =>
        {
            (
                format!(
                    "the loss falls to {loss}, but {} of the answers are right: the others count \
                 nothing in it",
                    percent(accuracy)
                ),
                "look at the weights of the classes in the loss, and at what it leaves out",
            )
        }
        (Some(left), _) if left >= NOTHING => (
            format!(
                "the loss stays at {loss}, as that of a constant answer: the examples cannot be \
                 learned by heart"
            ),
            "check that labels belong to their inputs, and that every layer gets a signal and a \
             gradient",
        ),
        _ => (
            format!("the loss stays at {loss}: the examples cannot be learned by heart"),
            "check that labels belong to their inputs, that every layer gets a gradient, and that \
             the model has more numbers than the examples",
        ),
    };
    Finding {
        place: "model".to_owned(),
        message,
        measured: Some(attempt.final_loss),
        bound: Some(bound),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let overfit = evidence.overfit();
    let best = overfit.best_by_seed();
    let Some(attempt) = best.first() else { return Mapping::new() };
    mapping([
        ("examples", overfit.examples.into()),
        ("floor", optional(overfit.bounds.map(|bounds| bounds.floor))),
        ("constant_loss", optional(overfit.bounds.map(|bounds| bounds.constant))),
        ("initial_loss", attempt.initial_loss.into()),
        ("final_loss", attempt.final_loss.into()),
        ("accuracy", optional(attempt.accuracy)),
        ("learning_rate", attempt.learning_rate.into()),
        ("steps", attempt.steps.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::TermEnd;
    use crate::property::Outcome;

    fn attempt(seed: u64, final_loss: f64, succeeded: bool) -> OverfitAttempt {
        OverfitAttempt {
            seed,
            learning_rate: 1e-2,
            steps: 300,
            initial_loss: 2.3,
            final_loss,
            accuracy: Some(if succeeded { 1.0 } else { 0.4 }),
            worst: None,
            succeeded,
        }
    }

    fn verdict(attempts: Vec<OverfitAttempt>, change: impl FnOnce(&mut Evidence)) -> Verdict {
        let mut evidence = testing::evidence();
        evidence.overfit.as_mut().unwrap().attempts = attempts;
        change(&mut evidence);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_model_that_learns_by_heart_passes() {
        assert_eq!(verdict(vec![attempt(1, 0.01, true)], |_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn two_seeds_stuck_near_the_constant_fail() {
        let attempts = vec![attempt(1, 2.2, false), attempt(2, 2.1, false)];
        assert_eq!(verdict(attempts, |_| ()).outcome, Outcome::Fail);
    }

    #[test]
    fn what_is_no_better_than_a_constant_is_told_from_what_is_short_of_capacity() {
        let message = |loss: f64| {
            let attempts = vec![attempt(1, loss, false), attempt(2, loss, false)];
            verdict(attempts, |_| ()).findings[0].message.clone()
        };
        assert!(message(2.29).contains("as that of a constant answer"));
        assert!(!message(1.4).contains("constant answer"));
    }

    #[test]
    fn answers_that_count_nothing_in_the_loss_are_told() {
        let blind = |seed| OverfitAttempt { accuracy: Some(0.62), ..attempt(seed, 1e-12, false) };
        let verdict = verdict(vec![blind(1), blind(2)], |_| ());
        assert_eq!(verdict.outcome, Outcome::Warn);
        assert!(verdict.findings[0].message.contains("62 % of the answers are right"));
    }

    #[test]
    fn no_more_answers_are_asked_for_than_can_be_right() {
        let attempts = || {
            let near = |seed| OverfitAttempt { accuracy: Some(0.9), ..attempt(seed, 0.1, false) };
            vec![near(1), near(2)]
        };
        assert_eq!(verdict(attempts(), |_| ()).outcome, Outcome::Warn);
        let contradictory = verdict(attempts(), |evidence| {
            evidence.overfit.as_mut().unwrap().due_accuracy = 0.9;
        });
        assert_eq!(contradictory.outcome, Outcome::Pass);
    }

    #[test]
    fn one_unlucky_seed_of_three_is_no_accusation() {
        let attempts = vec![attempt(1, 2.2, false), attempt(2, 0.01, true), attempt(3, 0.01, true)];
        assert_eq!(verdict(attempts, |_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn nearly_learned_warns_by_default_and_fails_when_the_spec_sets_steps() {
        let attempts = vec![attempt(1, 0.5, false), attempt(2, 0.5, false)];
        assert_eq!(verdict(attempts.clone(), |_| ()).outcome, Outcome::Warn);
        let mut evidence = testing::evidence();
        evidence.overfit.as_mut().unwrap().attempts = attempts;
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("steps", OptionValue::Count(300));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
    }

    #[test]
    fn a_softmax_before_a_logits_loss_is_named() {
        let attempts = vec![attempt(1, 1.47, false), attempt(2, 1.47, false)];
        let verdict = verdict(attempts, |evidence| {
            let head = evidence.subject.layers.last_mut().unwrap();
            (head.kind, head.path) = ("softmax".to_owned(), "softmax1".to_owned());
        });
        assert_eq!(verdict.findings[0].place, "softmax1");
        assert!(verdict.findings[0].message.contains("1.461"), "{:?}", verdict.findings);
    }

    #[test]
    fn a_head_that_is_stuck_is_named_however_well_the_others_learn() {
        let stuck = |seed| {
            let bounds = LossBounds { floor: 0.0, constant: 1.1 };
            let worst = TermEnd { name: "parity".to_owned(), loss: 1.0, bounds };
            OverfitAttempt { worst: Some(worst), ..attempt(seed, 1.0, false) }
        };
        let verdict = verdict(vec![stuck(1), stuck(2)], |evidence| {
            let overfit = evidence.overfit.as_mut().unwrap();
            overfit.bounds = Some(LossBounds { floor: 0.0, constant: 4.4 });
        });
        assert_eq!(
            verdict.outcome,
            Outcome::Fail,
            "a quarter of the whole is left, but all of it there"
        );
        assert_eq!(verdict.findings[0].place, "parity");
        assert_eq!(verdict.findings[0].bound.as_deref(), Some("≤ 0.55"));
    }

    #[test]
    fn a_rising_loss_names_the_sign() {
        let attempts = vec![attempt(1, 40.0, false), attempt(2, 50.0, false)];
        let verdict = verdict(attempts, |_| ());
        assert_eq!((verdict.outcome, verdict.findings[0].place.as_str()), (Outcome::Fail, "loss"));
    }

    #[test]
    fn examples_that_a_constant_fits_are_not_judged() {
        let verdict = verdict(vec![attempt(1, 0.0, true)], |evidence| {
            let overfit = evidence.overfit.as_mut().unwrap();
            overfit.bounds = Some(LossBounds { floor: 0.0, constant: 0.0 });
        });
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
