//! `memorizes_outputs`: what was learned by heart is said by heart, example by example.

use serde_yaml::{Mapping, Value};

use super::text::{count, few, mapping, percent, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{
    ColumnRecall, Evidence, Experiment, HeadRecall, LostClass, RecallEvidence, Said, WrongAnswer,
};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "memorizes_outputs",
        summary: "After a few examples are learned by heart, each output is its target.",
        checks: "The outputs of the model that `overfits_batch` has trained, against the targets \
                 that it was trained on: class by class, label by label, place by place, number by \
                 number. Where the loss has reached its bound and an answer is still wrong, \
                 training goes on to the last step. Answers are left out where equal inputs have \
                 several; of the next token, where sequences that begin alike go on in several \
                 ways. Held-out accuracy is told beside it.",
        why: "A loss is one number. A target column of small numbers beside one of large ones, or \
              an answer that weighs nothing, can be wrong while the loss is at its floor.",
        condition: "Classes: no more answers are wrong than `overfits_batch` allows, which of a \
                    few is none, and of no class with five answers or more the larger part. \
                    Numbers: of each target column of a table at most 50 % of what the best \
                    constant leaves of it is left, and no example is further from its target, in \
                    its columns' deviations, than (0.05 · examples)^½: what one example holds when \
                    all that the loss may keep is its own (for `lp` with its power in place of 2). \
                    Not applicable where the examples are not learned, which `overfits_batch` \
                    tells.",
        mend: "Scale target columns of different size (`data.scale_target: standardize`), or give \
               each a term of its own; check weights of classes and of terms, and that the example \
               named has the label that it should have.",
        source: "CS231n notes 3; Karpathy, A Recipe for Training Neural Networks: \"verify that \
                 label and prediction end up aligned\"; the bounds are those of `overfits_batch`, \
                 for each column by itself.",
        severity: Severity::Warn,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Overfit],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let overfit = evidence.overfit();
    let best = overfit.best_by_seed();
    let learned = best.iter().filter(|attempt| attempt.succeeded).count() * 2 > best.len();
    if overfit.bounds.is_some_and(|bounds| bounds.are_one()) {
        return Verdict::not_applicable("the examples hold nothing to learn: a constant fits them");
    }
    let Some(recall) = overfit.recall.as_ref().filter(|_| learned || best.is_empty()) else {
        return Verdict::not_applicable(
            "the examples are not learned by heart: see `overfits_batch`",
        );
    };
    if recall.heads.is_empty() {
        return Verdict::not_applicable("the loss compares no output with an answer");
    }
    let findings: Vec<Finding> = recall.heads.iter().flat_map(findings).collect();
    Verdict::of(describe(recall), few(findings))
}

/// "16 of 16 answers as they are due; held out 24 % of 20".
fn describe(recall: &RecallEvidence) -> String {
    let heads = recall.heads.iter().map(|head| {
        let of_term = head.term.as_ref().map_or_else(String::new, |term| format!("`{term}`: "));
        match &head.said {
            Said::Classes { answers, open, wrong, .. } => {
                let right = format!("{} of {} right", answers - wrong, count(*answers, "answer"));
                match open {
                    0 => format!("{of_term}{right}"),
                    open => format!("{of_term}{right}, {open} more left open by their inputs"),
                }
            }
            Said::Numbers { examples, largest, .. } => format!(
                "{of_term}{} within {} deviations",
                count(*examples, "example"),
                short(largest.error)
            ),
        }
    });
    let mut text = heads.collect::<Vec<_>>().join(", ");
    let of_numbers = |head: &HeadRecall| matches!(head.said, Said::Numbers { .. });
    if recall.contradictory > 0 && recall.heads.iter().any(of_numbers) {
        let left_out = count(recall.contradictory, "example");
        text.push_str(&format!("; {left_out} with equal inputs and other targets left out"));
    }
    if let Some((share, examples)) = recall.held_out {
        text.push_str(&format!("; of {examples} held out, {}", percent(share)));
    }
    text
}

fn findings(head: &HeadRecall) -> Vec<Finding> {
    let of_term = head.term.as_ref().map_or_else(String::new, |term| format!(" by `{term}`"));
    match &head.said {
        Said::Classes { answers, wrong, allowed, first, lost, .. } => {
            let share = |wrong: usize| 1.0 - wrong as f64 / (*answers).max(1) as f64;
            let mut findings: Vec<Finding> =
                lost.iter().map(|class| lost_class(class, &of_term)).collect();
            if wrong > allowed {
                let shares = (share(*wrong), share(*allowed));
                findings.extend(wrong_answers(first, *wrong, shares, &of_term));
            }
            findings
        }
        Said::Numbers { columns, largest, bound, .. } => {
            let unlearned = columns.iter().filter(|column| !(column.left <= column.bound));
            let unlearned: Vec<Finding> =
                unlearned.map(|column| column_finding(column, columns, &of_term)).collect();
            if !unlearned.is_empty() || largest.error <= *bound {
                return unlearned;
            }
            vec![Finding {
                place: largest.example.clone(),
                message: format!(
                    "the loss is as low as it should be, and this example is answered{of_term} \
                     {} deviations of the targets away from its own",
                    short(largest.error)
                ),
                measured: Some(largest.error),
                bound: Some(format!("≤ {}", short(*bound))),
                mend: "check its target and its inputs, and what the loss weighs".to_owned(),
            }]
        }
    }
}

fn lost_class(class: &LostClass, of_term: &str) -> Finding {
    let LostClass { name, answers, wrong, bound } = class;
    Finding {
        place: name.clone(),
        message: format!(
            "the loss is as low as it should be, and {wrong} of {answers} answers{of_term} that are \
             `{name}` are wrong"
        ),
        measured: Some(*wrong as f64 / (*answers).max(1) as f64),
        bound: Some(format!("≤ {}", short(*bound))),
        mend: "check what the loss weighs this class with, and that an output can say it"
            .to_owned(),
    }
}

/// The first few; shares of right answers as they are and as they are due.
fn wrong_answers(
    first: &[WrongAnswer],
    wrong: usize,
    (right, due): (f64, f64),
    of_term: &str,
) -> Vec<Finding> {
    let told = first.len();
    let finding = |(position, answer): (usize, &WrongAnswer)| {
        let more = match wrong - told {
            0 => String::new(),
            more if position + 1 == told => format!(" (and {more} more)"),
            _ => String::new(),
        };
        Finding {
            place: answer.example.clone(),
            message: format!(
                "the loss is as low as it should be, and the answer{of_term} is `{}` where `{}` was \
                 learned{more}",
                answer.given, answer.due
            ),
            measured: Some(right),
            bound: Some(format!("≥ {}", short(due))),
            mend: "check its label and its inputs, and the weights of classes".to_owned(),
        }
    };
    first.iter().enumerate().map(finding).collect()
}

fn column_finding(column: &ColumnRecall, columns: &[ColumnRecall], of_term: &str) -> Finding {
    let largest = columns.iter().map(|column| column.deviation).fold(0.0, f64::max);
    let times = largest / column.deviation;
    let name = column.name.clone().unwrap_or_default();
    let left = match column.left > 1.0 {
        true => format!("`{name}` has {} times the error of a constant", short(column.left)),
        false => format!("{} of a constant's error in `{name}` is left", percent(column.left)),
    };
    let (because, mend) = match times > 2.0 {
        true => (
            format!(
                ": another column is {} times as large, and the loss sees that one",
                short(times)
            ),
            "scale the target columns (`data.scale_target: standardize`), or give each a term of \
             its own",
        ),
        false => (
            String::new(),
            "check that this column belongs to the inputs, and that its output can reach it",
        ),
    };
    Finding {
        message: format!("the loss is as low as it should be, and {left}{of_term}{because}"),
        place: name,
        measured: Some(column.left),
        bound: Some(format!("≤ {}", short(column.bound))),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let Some(recall) = &evidence.overfit().recall else { return Mapping::new() };
    let answers = recall.heads.iter().map(|head| match &head.said {
        Said::Classes { answers, .. } => *answers,
        Said::Numbers { examples, .. } => *examples,
    });
    let answers: Vec<Value> = answers.map(Value::from).collect();
    mapping([("answers", answers.into()), ("contradictory", recall.contradictory.into())])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::{ExampleError, LossBounds, OverfitAttempt};
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut RecallEvidence)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            change(evidence.overfit.as_mut().unwrap().recall.as_mut().unwrap());
        })
    }

    fn column(name: &str, deviation: f64, left: f64) -> ColumnRecall {
        ColumnRecall { name: Some(name.to_owned()), deviation, left, bound: 0.5 }
    }

    fn numbers(columns: Vec<ColumnRecall>, error: f64) -> Said {
        let largest = ExampleError { example: "line 7".to_owned(), error };
        Said::Numbers { examples: 16, columns, largest, bound: 0.9 }
    }

    fn classes(wrong: usize, allowed: usize, first: Vec<WrongAnswer>) -> Said {
        Said::Classes { answers: 128, open: 9, wrong, allowed, first, lost: Vec::new() }
    }

    #[test]
    fn what_is_said_as_it_was_learned_passes() {
        let passed = verdict(|_| ());
        assert_eq!(passed.outcome, Outcome::Pass);
        assert_eq!(passed.summary, "16 of 16 answers right; of 20 held out, 25 %");
        let near = verdict(|recall| recall.heads[0].said = numbers(Vec::new(), 0.9));
        assert_eq!(near.outcome, Outcome::Pass);
    }

    #[test]
    fn wrong_answers_are_named_with_what_is_due() {
        let answer = |line: usize| WrongAnswer {
            example: format!("line {line}"),
            due: "setosa".to_owned(),
            given: "virginica".to_owned(),
        };
        let failed =
            verdict(|recall| recall.heads[0].said = classes(7, 0, (1..6).map(answer).collect()));
        assert_eq!((failed.outcome, failed.findings.len()), (Outcome::Fail, 5));
        assert_eq!(failed.findings[0].place, "line 1");
        assert!(failed.findings[0].message.contains("`virginica` where `setosa`"));
        assert!(failed.findings[4].message.ends_with("(and 2 more)"));
        let one = verdict(|recall| recall.heads[0].said = classes(3, 2, vec![answer(1)]));
        assert_eq!(one.findings[0].bound.as_deref(), Some("≥ 0.984"));
        let allowed = verdict(|recall| recall.heads[0].said = classes(3, 3, vec![answer(1)]));
        assert_eq!(allowed.outcome, Outcome::Pass);
        assert!(allowed.summary.starts_with("125 of 128 answers right, 9 more left open"));
    }

    #[test]
    fn a_class_that_is_lost_among_many_answers_is_named() {
        let lost = LostClass { name: "rare".to_owned(), answers: 6, wrong: 4, bound: 0.5 };
        let failed = verdict(|recall| {
            recall.heads[0].said = classes(4, 5, Vec::new());
            let Said::Classes { lost: classes, .. } = &mut recall.heads[0].said else { return };
            classes.push(lost);
        });
        assert_eq!((failed.outcome, failed.findings.len()), (Outcome::Fail, 1));
        assert_eq!(failed.findings[0].place, "rare");
        assert!(failed.findings[0].message.contains("4 of 6 answers"), "{failed:?}");
    }

    #[test]
    fn a_column_that_the_loss_hardly_sees_is_named() {
        let columns = vec![column("price", 1000.0, 0.001), column("share", 0.1, 0.8)];
        let failed = verdict(|recall| recall.heads[0].said = numbers(columns, 0.95));
        assert_eq!((failed.outcome, failed.findings.len()), (Outcome::Fail, 1));
        assert_eq!(failed.findings[0].place, "share");
        assert!(failed.findings[0].message.contains("10000 times"), "{failed:?}");
        let learned = vec![column("price", 1000.0, 0.001), column("share", 0.1, 0.5)];
        let passed = verdict(|recall| recall.heads[0].said = numbers(learned, 0.6));
        assert_eq!(passed.outcome, Outcome::Pass);
    }

    #[test]
    fn an_example_far_from_its_target_is_named() {
        for error in [0.91, f64::NAN] {
            let failed = verdict(|recall| recall.heads[0].said = numbers(Vec::new(), error));
            assert_eq!(failed.outcome, Outcome::Fail, "{error}");
            assert_eq!(failed.findings[0].place, "line 7");
        }
    }

    #[test]
    fn what_is_not_learned_is_told_by_another_property() {
        let attempt = |seed| OverfitAttempt {
            seed,
            learning_rate: 1e-2,
            steps: 300,
            initial_loss: 2.3,
            final_loss: 2.2,
            accuracy: Some(0.3),
            worst: None,
            succeeded: false,
        };
        let stuck = testing::verdict(&PROPERTY, |evidence| {
            evidence.overfit.as_mut().unwrap().attempts = vec![attempt(1), attempt(2)];
        });
        assert_eq!(stuck.outcome, Outcome::NotApplicable);
        let constant = testing::verdict(&PROPERTY, |evidence| {
            let overfit = evidence.overfit.as_mut().unwrap();
            overfit.bounds = Some(LossBounds { floor: 0.0, constant: 0.0 });
        });
        assert_eq!(constant.outcome, Outcome::NotApplicable);
    }

    #[test]
    fn without_answers_there_is_nothing_to_say_by_heart() {
        let none = verdict(|recall| recall.heads.clear());
        assert_eq!(none.outcome, Outcome::NotApplicable);
    }
}
