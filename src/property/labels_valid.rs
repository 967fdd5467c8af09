//! `labels_valid`: the answers are there to be learned, and do not contradict each other.

use serde_yaml::Mapping;

use super::text::{count, few, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{
    ClassCount, ColumnFacts, Contradictions, DataFacts, LabelCount, TargetFacts,
};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "labels_valid",
        summary: "The training part has every answer, and no example has two.",
        checks: "The answers of the training part: classes, labels of 0 and 1, or numbers; and \
                 examples whose inputs are equal to the last bit. Nothing is run. What no data may \
                 have (empty labels, fractions, one class only) is an error of the spec already.",
        why: "A class that is held out alone is never named by any model. A label or target that is \
              always the same is learned by a bias, and every loss is near 0. And no model can answer \
              equal inputs in two ways: the loss has a floor that looks like a bug.",
        condition: "Error: a class of the data that no training example has; a label that is always 0 \
                    or always 1; targets that are all the same number. Warning: no function of the \
                    inputs answers more than 1 − `contradictions` of the training part right, or a \
                    class of places that is held out alone.",
        mend: "A class that is held out alone: split by class, or gather more. A constant answer: look \
               at what made it, such as a division of whole numbers. Contradictions: correct the \
               labels at the lines named, or give the model the column that tells them apart.",
        source: "Fault classes 28, 29 and 37; TheDeepChecker and Deepchecks (conflicting labels). The \
                 data sets and generators shipped here have none (docs/data.md); tokens are left \
                 alone, since what follows a text is open.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "contradictions",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.01),
            doc: "largest share of training examples that contradict others",
        }],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let inspection = evidence.inspection();
    let Some(data) = &inspection.data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    let at_places = data.answers > data.training_examples;
    let (summary, findings) = match &data.targets {
        TargetFacts::Classes(classes) => of_classes(classes),
        TargetFacts::Labels { labels, .. } => of_labels(labels),
        TargetFacts::Values { columns, .. } => of_values(columns),
    };
    let bound = options.number("contradictions").expect("it has a default");
    let contradiction =
        data.contradictions.as_ref().and_then(|found| contradiction(found, data, bound));
    let wrong = !findings.is_empty();
    // Rare symbols of a text are held out alone by chance.
    let fails = wrong && !(at_places && matches!(data.targets, TargetFacts::Classes(_)));
    let findings: Vec<Finding> = findings.into_iter().chain(contradiction).collect();
    match (fails, findings.is_empty()) {
        (_, true) => Verdict::pass(summary),
        (true, false) => Verdict::fail(summary, few(findings)),
        (false, false) => Verdict::warn(summary, few(findings)),
    }
}

fn of_classes(classes: &[ClassCount]) -> (String, Vec<Finding>) {
    let known = classes.iter().filter(|class| class.training > 0).count();
    let summary = format!("{known} of {} classes are trained on", classes.len());
    let unknown = classes.iter().filter(|class| class.training == 0 && class.held_out > 0);
    let findings = unknown.map(|class| Finding {
        place: class.name.clone(),
        message: format!(
            "no training example has this class, and {} held out",
            match class.held_out {
                1 => "one is".to_owned(),
                several => format!("{several} are"),
            }
        ),
        measured: Some(0.0),
        bound: Some("≥ 1".to_owned()),
        mend: "split by class, gather more examples, or leave the class out".to_owned(),
    });
    (summary, findings.collect())
}

fn of_labels(labels: &[LabelCount]) -> (String, Vec<Finding>) {
    let constant = |label: &&LabelCount| label.ones == 0 || label.ones == label.examples;
    let varying = labels.len() - labels.iter().filter(constant).count();
    let summary = format!("{varying} of {} labels take both values", labels.len());
    let findings = labels.iter().filter(constant).map(|label| Finding {
        place: label.name.clone(),
        message: format!(
            "always {} in {}",
            usize::from(label.ones > 0),
            count(label.examples, "training example")
        ),
        measured: Some(label.ones as f64),
        bound: Some(format!("in [1, {}]", label.examples.saturating_sub(1))),
        mend: "leave the label out, or gather examples of the other value".to_owned(),
    });
    (summary, findings.collect())
}

fn of_values(columns: &[ColumnFacts]) -> (String, Vec<Finding>) {
    let varying = columns.iter().filter(|column| !column.is_constant()).count();
    let summary = match columns {
        [column] => {
            format!("targets from {} to {}", short(column.range.low), short(column.range.high))
        }
        _ => format!("{varying} of {} numbers of a target vary", columns.len()),
    };
    let constant = columns.first().filter(|_| varying == 0).map(|column| Finding {
        place: column.name.clone(),
        message: format!("every training example has {}", short(column.range.low)),
        measured: Some(0.0),
        bound: Some("a deviation above 0".to_owned()),
        mend:
            "look at what made the targets: a division of whole numbers, a scale of 0, the wrong \
               column"
                .to_owned(),
    });
    (summary, constant.into_iter().collect())
}

fn contradiction(found: &Contradictions, data: &DataFacts, bound: f64) -> Option<Finding> {
    let share = found.examples as f64 / data.training_examples.max(1) as f64;
    let (first, second) = found.first.as_ref().filter(|_| share > bound)?;
    Some(Finding {
        place: first.place.clone(),
        message: format!(
            "its inputs are those of {}, and the answer is another; so it is with {} ({})",
            second.place,
            count(found.examples, "training example"),
            percent(share)
        ),
        measured: Some(share),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "correct the labels, or give the model what tells the examples apart".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::data::Part;
    use crate::inspection::{Example, Range};
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut DataFacts)) -> Verdict {
        let mut evidence = testing::evidence();
        change(testing::data(&mut evidence));
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    fn classes(data: &mut DataFacts) -> &mut Vec<ClassCount> {
        match &mut data.targets {
            TargetFacts::Classes(classes) => classes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn classes_that_are_all_trained_on_pass() {
        assert_eq!(verdict(|_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn a_class_that_is_held_out_alone_fails_by_its_name() {
        let verdict = verdict(|data| classes(data)[3].training = 0);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "3");
    }

    #[test]
    fn a_rare_symbol_of_a_text_is_held_out_by_chance() {
        let verdict = verdict(|data| {
            data.answers = 100 * data.training_examples;
            classes(data)[3].training = 0;
        });
        assert_eq!(verdict.outcome, Outcome::Warn);
    }

    #[test]
    fn a_symbol_that_never_occurs_is_none_to_learn() {
        let verdict = verdict(|data| {
            classes(data)[3] = ClassCount { name: "pad".to_owned(), training: 0, held_out: 0 };
        });
        assert_eq!(verdict.outcome, Outcome::Pass);
    }

    #[test]
    fn a_constant_label_fails() {
        let with = |ones| {
            verdict(|data| {
                let label =
                    |name: &str, ones| LabelCount { name: name.to_owned(), ones, examples: 9 };
                let labels = vec![label("label 0", 4), label("label 1", ones)];
                data.targets = TargetFacts::Labels { labels, exclusive: false };
            })
        };
        assert_eq!(with(5).outcome, Outcome::Pass);
        for constant in [0, 9] {
            let verdict = with(constant);
            assert_eq!(verdict.outcome, Outcome::Fail);
            assert_eq!(verdict.findings[0].place, "label 1");
        }
    }

    #[test]
    fn constant_targets_fail() {
        let with = |high| {
            verdict(|data| {
                let range = Range::new(2.0, high);
                let column = ColumnFacts {
                    name: "target".to_owned(),
                    mean: 2.0,
                    deviation: 0.1,
                    range,
                    least: 2.0,
                };
                data.targets = TargetFacts::Values { columns: vec![column], steps: None };
            })
        };
        assert_eq!(with(3.0).outcome, Outcome::Pass);
        assert_eq!(with(2.0).outcome, Outcome::Fail);
    }

    #[test]
    fn contradictions_warn_and_name_both_lines() {
        let with = |examples| {
            verdict(|data| {
                let line = |line| Example { part: Part::Training, place: format!("line {line}") };
                let first = Some((line(5), line(17)));
                data.contradictions = Some(Contradictions { examples, first });
            })
        };
        let verdict = with(12);
        assert_eq!(verdict.outcome, Outcome::Warn);
        assert_eq!(verdict.findings[0].place, "line 5");
        assert!(verdict.findings[0].message.contains("line 17"));
        assert_eq!(with(1).outcome, Outcome::Pass, "1 of 120 is noise");
    }
}
