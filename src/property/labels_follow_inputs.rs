//! `labels_follow_inputs`: each answer stands in the row of its inputs.

use serde_yaml::Mapping;

use super::text::{count, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::StepFacts;
use crate::spec::Severity;

/// Beyond chance by so many standard deviations: over the six moves that are tried, once in a million
/// data sets whose answers have nothing to do with their inputs.
const CERTAIN: f64 = 6.0;

/// As near to chance as this, nothing is seen.
const NOTHING: f64 = 3.0;

/// In rows that are like those beside them by more than this many standard deviations, answers of the
/// rows near by tell something, too.
const ORDERED: f64 = 5.0;

/// An input that is an answer of a row near by was made of it.
const CARRIED: f64 = 0.9;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "labels_follow_inputs",
        summary: "Answers are not out of step with their inputs.",
        checks: "Whether training examples that look alike have answers that agree: each row's five \
                 nearest rows, by all inputs at unit size (tokens: by how often each comes). Then all \
                 answers are moved by up to 3 rows of the source, forth and back, and compared anew; \
                 100 larger moves tell what chance gives. No model is asked and nothing is run. Not \
                 applicable with fewer than 64 examples, where the answers are images or sequences or \
                 the inputs themselves, and where rows stand in an order: a clock, sorted classes, \
                 inputs that are earlier answers.",
        why: "A header that is read as data, a row that is dropped from one of two files, or an index \
              from 1: from there on each answer belongs to its neighbour. A model learns such answers \
              by heart, the training loss falls, and nothing is learned.",
        condition: "Not both: the answers where they stand agree with the inputs by less than 3 \
                    standard deviations beyond chance, and those some rows away by more than 6.",
        mend: "Look at the first row, and at the rows where one of the sources has a gap: read both by \
               a key that they share.",
        source: "Fault class 26. Where rows are independent, one in a million data sets is accused. \
                 Of the shipped data sets those that it judges agree where they stand by 24 to 51 \
                 standard deviations.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let Some(data) = &evidence.inspection().data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    match &data.steps {
        Ok(facts) if facts.order > ORDERED => {
            Verdict::not_applicable("rows are like those beside them: they stand in an order")
        }
        Ok(facts) if facts.carried > CARRIED => {
            Verdict::not_applicable("an input is the answer of a row near by")
        }
        Ok(facts) => judge_facts(facts),
        Err(reason) => Verdict::not_applicable(*reason),
    }
}

fn judge_facts(facts: &StepFacts) -> Verdict {
    let (here, there) =
        (facts.beyond_chance(facts.agreement), facts.beyond_chance(facts.best.agreement));
    let summary = format!(
        "{} that look alike agree in their answers by {} standard deviations beyond chance",
        count(facts.examples, "row"),
        short(here)
    );
    if !(here < NOTHING && there > CERTAIN) {
        return Verdict::pass(summary);
    }
    let rows = usize::try_from(facts.best.by.unsigned_abs()).unwrap_or(usize::MAX);
    let direction = if facts.best.by > 0 { "further on" } else { "before" };
    let finding = Finding {
        place: "data".to_owned(),
        message: format!(
            "the answer to a row stands {} {direction}: there, rows that look alike agree by {} \
             standard deviations beyond chance, and in their own row by {}",
            count(rows, "row"),
            short(there),
            short(here)
        ),
        measured: Some(here),
        bound: Some(format!("≥ {NOTHING}, or nothing elsewhere")),
        mend: "look where inputs and answers are brought together: a header, a dropped row, an \
               index from 1"
            .to_owned(),
    };
    Verdict::fail(summary, vec![finding])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut StepFacts)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            change(testing::data(evidence).steps.as_mut().unwrap());
        })
    }

    fn out_of_step(facts: &mut StepFacts) {
        (facts.agreement, facts.best.agreement) = (0.08, 0.3);
    }

    #[test]
    fn answers_that_agree_with_their_inputs_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        let also = verdict(|facts| facts.best.agreement = 0.6);
        assert_eq!(also.outcome, Outcome::Pass, "they agree where they stand");
        let nowhere = verdict(|facts| facts.agreement = 0.0);
        assert_eq!(nowhere.outcome, Outcome::Pass, "what looks alike need not be alike");
    }

    #[test]
    fn answers_that_agree_with_the_row_beside_them_alone_fail_and_say_how_far() {
        let failed = verdict(out_of_step);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert!(failed.findings[0].message.contains("stands 1 row further on"), "{failed:?}");
        let before = verdict(|facts| {
            out_of_step(facts);
            facts.best.by = -2;
        });
        assert!(before.findings[0].message.contains("2 rows before"), "{before:?}");
    }

    #[test]
    fn rows_in_an_order_are_not_judged() {
        for change in [
            |facts: &mut StepFacts| facts.order = 5.1,
            |facts: &mut StepFacts| facts.carried = 0.91,
        ] {
            let found = verdict(|facts| {
                out_of_step(facts);
                change(facts);
            });
            assert_eq!(found.outcome, Outcome::NotApplicable);
        }
        let few = testing::verdict(&PROPERTY, |evidence| {
            testing::data(evidence).steps = Err("there are too few examples");
        });
        assert_eq!(few.outcome, Outcome::NotApplicable);
    }
}
