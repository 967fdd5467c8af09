use super::super::testing;
use super::*;
use crate::inspection::{ColumnFacts, LabelCount, Seen, Unreachable, seen};
use crate::property::Outcome;

/// The verdict on a changed head.
fn verdict(change: impl FnOnce(&mut Head)) -> Verdict {
    let mut evidence = testing::evidence();
    change(&mut evidence.inspection.as_mut().unwrap().heads[0]);
    judge(&evidence, &Options::defaults(&PROPERTY.meta))
}

/// Outputs of a layer called `last`.
fn ending(kind: &str, range: Range, rows: Rows) -> Outputs {
    Outputs::Planned(Reach {
        place: "last".to_owned(),
        kind: kind.to_owned(),
        range,
        exact: true,
        can_die: false,
        rows,
    })
}

const HALF: Range = Range::new(0.0, f64::INFINITY);

#[test]
fn logits_of_a_linear_head_pass() {
    assert_eq!(verdict(|_| {}).outcome, Outcome::Pass);
}

#[test]
fn a_softmax_before_a_loss_that_has_its_own_fails_with_the_floor() {
    let verdict = verdict(|head| {
        head.outputs = ending("softmax", Range::UNIT, Rows::SumToOne);
        head.least_loss = Some(0.63);
    });
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "last");
    assert!(verdict.findings[0].message.contains("63 %"), "{verdict:?}");
}

#[test]
fn a_log_softmax_before_a_softmax_changes_nothing() {
    let verdict = verdict(|head| {
        let range = Range::new(f64::NEG_INFINITY, 0.0);
        head.outputs = ending("log_softmax", range, Rows::ExponentialsSumToOne);
        head.least_loss = Some(0.0);
    });
    assert_eq!(verdict.outcome, Outcome::Pass);
}

#[test]
fn logits_in_a_narrow_range_fail_and_in_a_wide_one_pass() {
    let with = |least| {
        verdict(|head| {
            head.outputs = ending("tanh", Range::new(-1.0, 1.0), Rows::Any);
            head.least_loss = Some(least);
        })
    };
    assert_eq!(with(0.35).outcome, Outcome::Fail);
    assert_eq!(with(0.01).outcome, Outcome::Pass);
}

#[test]
fn a_relu_before_logits_of_several_classes_warns_and_of_one_fails() {
    let relu = |head: &mut Head, least| {
        head.outputs = ending("relu", HALF, Rows::Any);
        let Outputs::Planned(reach) = &mut head.outputs else { unreachable!() };
        reach.can_die = true;
        head.least_loss = Some(least);
    };
    assert_eq!(verdict(|head| relu(head, 0.0)).outcome, Outcome::Warn);
    let one = verdict(|head| {
        head.task = Task::BinaryClassification;
        relu(head, 0.5);
    });
    assert_eq!((one.outcome, one.findings[0].measured), (Outcome::Fail, Some(0.5)));
}

#[test]
fn a_softmax_over_one_number_fails_wherever_it_stands() {
    let mut evidence = testing::evidence();
    evidence.inspection.as_mut().unwrap().softmax_of_one = vec!["gate".to_owned()];
    let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "gate");
}

#[test]
fn a_loss_of_probabilities_takes_a_softmax_and_nothing_else() {
    let with = |outputs: Outputs| {
        verdict(|head| {
            head.loss.takes = Takes::Probabilities;
            head.outputs = outputs;
        })
        .outcome
    };
    assert_eq!(with(ending("softmax", Range::UNIT, Rows::SumToOne)), Outcome::Pass);
    assert_eq!(with(ending("linear", Range::ALL, Rows::Any)), Outcome::Fail);
    assert_eq!(with(ending("sigmoid", Range::UNIT, Rows::Any)), Outcome::Fail);
    let negative = Range::new(f64::NEG_INFINITY, 0.0);
    assert_eq!(with(ending("log_softmax", negative, Rows::ExponentialsSumToOne)), Outcome::Fail);
    assert_eq!(with(ending("reshape", Range::ALL, Rows::Unknown)), Outcome::Pass, "not followed");
}

#[test]
fn a_softmax_over_the_wrong_axis_fails() {
    let verdict = verdict(|head| {
        head.loss.takes = Takes::Probabilities;
        head.outputs = ending("softmax", Range::UNIT, Rows::SumToOne);
        head.classes_last = false;
    });
    assert_eq!(verdict.outcome, Outcome::Fail);
}

#[test]
fn labels_that_do_not_exclude_each_other_take_no_softmax() {
    let with = |exclusive, outputs: Outputs| {
        verdict(|head| {
            head.task = Task::MultiLabelClassification;
            head.loss.takes = Takes::Probabilities;
            head.outputs = outputs;
            let label = LabelCount { name: "label 0".to_owned(), ones: 3, examples: 9 };
            head.targets = Some(TargetFacts::Labels { labels: vec![label], exclusive });
        })
        .outcome
    };
    let softmax = || ending("softmax", Range::UNIT, Rows::SumToOne);
    assert_eq!(with(false, softmax()), Outcome::Fail);
    assert_eq!(with(true, softmax()), Outcome::Pass);
    assert_eq!(with(false, ending("sigmoid", Range::UNIT, Rows::Any)), Outcome::Pass);
    assert_eq!(with(false, ending("linear", Range::ALL, Rows::Any)), Outcome::Fail);
}

#[test]
fn divergences_and_rates_have_their_own_heads() {
    let with = |takes, outputs: Outputs| {
        verdict(|head| {
            head.loss.takes = takes;
            head.outputs = outputs;
        })
        .outcome
    };
    let negative = Range::new(f64::NEG_INFINITY, 0.0);
    let log_softmax = || ending("log_softmax", negative, Rows::ExponentialsSumToOne);
    assert_eq!(with(Takes::LogProbabilities, log_softmax()), Outcome::Pass);
    let softmax = || ending("softmax", Range::UNIT, Rows::SumToOne);
    assert_eq!(with(Takes::LogProbabilities, softmax()), Outcome::Fail);
    let linear = || ending("linear", Range::ALL, Rows::Any);
    assert_eq!(with(Takes::LogProbabilities, linear()), Outcome::Fail);
    assert_eq!(with(Takes::Rates, linear()), Outcome::Fail);
    assert_eq!(with(Takes::Rates, ending("softplus", HALF, Rows::Any)), Outcome::Pass);
}

#[test]
fn targets_out_of_reach_fail_and_a_few_just_outside_warn() {
    let with = |share, misfit| {
        verdict(|head| {
            head.loss.takes = Takes::Targets;
            head.outputs = ending("sigmoid", Range::UNIT, Rows::Any);
            let targets = Range::new(0.0, 7.0);
            head.unreachable = Some(Unreachable { share, targets, misfit });
        })
    };
    assert_eq!(with(0.0, 0.0).outcome, Outcome::Pass);
    assert_eq!(with(0.02, 1e-3).outcome, Outcome::Warn);
    let outside = with(0.8, 2.5);
    assert_eq!((outside.outcome, outside.findings[0].measured), (Outcome::Fail, Some(2.5)));
    assert!(outside.findings[0].message.contains("80 % of them are outside"), "{outside:?}");
}

#[test]
fn a_regression_on_numbered_classes_warns() {
    let with = |steps| {
        verdict(|head| {
            head.task = Task::Regression;
            head.loss.takes = Takes::Targets;
            let column = ColumnFacts {
                name: "target".to_owned(),
                mean: 4.5,
                deviation: 2.9,
                range: Range::new(0.0, 9.0),
                least: 0.0,
            };
            head.targets = Some(TargetFacts::Values { columns: vec![column], steps });
        })
        .outcome
    };
    assert_eq!(with(Some(10)), Outcome::Warn);
    assert_eq!(with(None), Outcome::Pass);
}

/// What a Rust model shows, row by row.
fn of_rows(task: Task, takes: Takes, rows: &[f64], width: usize) -> Outcome {
    verdict(|head| {
        head.task = task;
        head.loss.takes = takes;
        let found: Seen = seen(rows, rows.len() / width, width);
        head.outputs = Outputs::Seen(found);
    })
    .outcome
}

#[test]
fn rows_of_a_rust_model_that_add_up_to_one_are_behind_a_softmax() {
    let rows = [0.2, 0.3, 0.5, 0.1, 0.1, 0.8];
    let classes = Task::Classification;
    assert_eq!(of_rows(classes, Takes::Logits, &rows, 3), Outcome::Fail);
    assert_eq!(of_rows(classes, Takes::Probabilities, &rows, 3), Outcome::Pass);
    let logits = [0.2, -0.3, 0.5, 0.1, 0.4, 0.8];
    assert_eq!(of_rows(classes, Takes::Logits, &logits, 3), Outcome::Pass);
    assert_eq!(of_rows(classes, Takes::Probabilities, &logits, 3), Outcome::Fail);
    let unequal = [0.9, 0.9, 0.9, 0.1, 0.1, 0.8];
    assert_eq!(of_rows(classes, Takes::Probabilities, &unequal, 3), Outcome::Fail);
}

#[test]
fn logits_of_a_rust_model_that_are_clipped_at_zero_warn() {
    let classes = Task::Classification;
    assert_eq!(of_rows(classes, Takes::Logits, &[0.0, 0.7, 0.0, 0.2], 2), Outcome::Warn);
    assert_eq!(of_rows(classes, Takes::Logits, &[0.0; 4], 2), Outcome::Pass, "weights of 0");
}

#[test]
fn what_may_be_luck_is_left_alone() {
    let one = Task::BinaryClassification;
    assert_eq!(of_rows(one, Takes::Logits, &[0.4, 0.6], 1), Outcome::NotApplicable);
    assert_eq!(of_rows(one, Takes::Probabilities, &[0.4, 0.6], 1), Outcome::Pass);
    assert_eq!(of_rows(one, Takes::Probabilities, &[-0.4, 0.6], 1), Outcome::Fail);
    let numbers = Task::Regression;
    assert_eq!(of_rows(numbers, Takes::Rates, &[0.4, -0.6], 1), Outcome::Fail);
    assert_eq!(of_rows(numbers, Takes::LogProbabilities, &[0.4, -0.6], 2), Outcome::Fail);
    let unknown = verdict(|head| head.outputs = Outputs::Unknown);
    assert_eq!(unknown.outcome, Outcome::NotApplicable);
    let other = verdict(|head| head.loss.takes = Takes::Other);
    assert_eq!(other.outcome, Outcome::NotApplicable);
}

#[test]
fn every_head_of_several_is_judged() {
    let mut evidence = testing::evidence();
    let heads = &mut evidence.inspection.as_mut().unwrap().heads;
    let mut second = heads[0].clone();
    second.outputs = ending("softmax", Range::UNIT, Rows::SumToOne);
    heads.push(second);
    let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "last");
    evidence.inspection.as_mut().unwrap().heads.pop();
    let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
    assert_eq!(verdict.outcome, Outcome::Pass);
}
