//! `no_duplicates_across_split`: what is held out has not been trained on.

use serde_yaml::Mapping;

use super::text::{percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{Copies, Copy};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "no_duplicates_across_split",
        summary: "Held-out examples are not in the training part, too.",
        checks: "The inputs of every example of the validation and test part against those of the \
                 training part, to the last bit, whatever the targets. Nothing is run. Not applicable \
                 where nothing is held out.",
        why: "A copy in the training part is learned by heart, and the held-out loss praises the model \
              for it. The usual causes are rows that were doubled (to balance classes, by a join) \
              before the split.",
        condition: "share of held-out examples with a copy ≤ `share` + 1 − (1 − p)ⁿ, where n is the \
                    number of training examples and p the chance that two of them are alike: the \
                    product over columns of the share of pairs with the same number, as if each number \
                    were drawn by itself; for tokens, each given the one before it. Of few different \
                    inputs, copies are no leak. Beyond that it is a warning where the training \
                    part has as many twins of its own (rows that were doubled, or numbers that \
                    come again), and an error where held-out examples have more of them by over \
                    5 standard errors and `share`: no draw by lot gives that.",
        mend: "Remove copies before the split; or split by group, with all copies in one group. Balance \
               classes by weights, or after the split.",
        source: "Fault class 36; Deepchecks' TrainTestSamplesMix allows 5 %. Of the data sets shipped \
                 here iris has one pair of equal flowers (docs/data.md). Two shares of one \
                 population differ by 5 standard errors once in three million times.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "share",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.05),
                doc: "largest share of held-out examples that are copies, beyond chance",
            },
            OptionMeta {
                name: "fail_above",
                kind: OptionKind::Number,
                default: OptionValue::Number(1.0),
                doc: "share from which on copies are an error even where the training part has as many \
                      twins of its own; 1: never",
            },
        ],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let Some(data) = &evidence.inspection().data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    if data.held_out_examples == 0 {
        return Verdict::not_applicable("nothing is held out");
    }
    let share = options.number("share").expect("it has a default");
    let fail_above = options.number("fail_above").expect("it has a default");
    let parts = [data.training_examples, data.held_out_examples];
    judge_copies(&data.copies, parts, [share, fail_above])
}

/// How many standard errors two shares of one population are apart at most.
const ERRORS: f64 = 5.0;

/// Whether held-out examples have more copies among the training examples than these have among each
/// other, by more than lot and `share` explain.
fn is_leak(copies: &Copies, [training, held_out]: [usize; 2], share: f64) -> bool {
    let (training, held_out) = (training as f64, held_out as f64);
    let (found, twins) = (copies.examples as f64 / held_out, copies.within as f64 / training);
    let pooled = (copies.examples + copies.within) as f64 / (held_out + training);
    let error = (pooled * (1.0 - pooled) * (held_out.recip() + training.recip())).sqrt();
    found - twins > (ERRORS * error).max(share)
}

fn judge_copies(copies: &Copies, parts: [usize; 2], [share, fail_above]: [f64; 2]) -> Verdict {
    let held_out = parts[1];
    let found = copies.examples as f64 / held_out as f64;
    let summary = format!(
        "{} of {held_out} held-out examples ({}) are trained on, too",
        copies.examples,
        percent(found)
    );
    let allowed = (share + copies.by_chance).min(1.0);
    if found <= allowed {
        return Verdict::pass(summary);
    }
    let findings = copies.first.split_first().map(|(first, others)| Finding {
        place: first.held_out.place.clone(),
        message: format!("{}{}", told(first), also(others)),
        measured: Some(found),
        bound: Some(format!("≤ {}", short(allowed))),
        mend: "remove copies before the split, or split by group".to_owned(),
    });
    let findings = findings.into_iter().collect();
    match is_leak(copies, parts, share) || found > fail_above {
        true => Verdict::fail(summary, findings),
        false => Verdict::warn(summary, findings),
    }
}

fn told(copy: &Copy) -> String {
    format!(
        "held out in the {}, and its inputs are those of {}, which is trained on",
        copy.held_out.part.name(),
        copy.training.place
    )
}

/// The next ones in short, since all are of one kind.
fn also(copies: &[Copy]) -> String {
    let pair = |copy: &Copy| match copy.held_out.place == copy.training.place {
        true => copy.held_out.place.clone(),
        false => format!("{} ({})", copy.held_out.place, copy.training.place),
    };
    let pairs: Vec<String> = copies.iter().map(pair).collect();
    if pairs.is_empty() { String::new() } else { format!("; so are {}", pairs.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::data::Part;
    use crate::inspection::{DataFacts, Example};
    use crate::property::Outcome;

    fn verdict(examples: usize, change: impl FnOnce(&mut DataFacts)) -> Verdict {
        let mut evidence = testing::evidence();
        let data = testing::data(&mut evidence);
        let copy = Copy {
            held_out: Example { part: Part::Validation, place: "line 12".to_owned() },
            training: Example { part: Part::Training, place: "line 3".to_owned() },
        };
        data.copies = Copies { examples, first: vec![copy], by_chance: 0.0, within: 0 };
        change(data);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn one_pair_of_equal_examples_passes() {
        assert_eq!(verdict(1, |_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn copies_of_the_training_part_fail_and_name_both_lines() {
        let verdict = verdict(10, |_| {});
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "line 12");
        assert!(verdict.findings[0].message.contains("line 3"), "{verdict:?}");
    }

    #[test]
    fn rows_that_were_doubled_before_the_split_are_a_warning() {
        let doubled = verdict(10, |data| data.copies.within = 54);
        assert_eq!(doubled.outcome, Outcome::Warn);
        assert_eq!(doubled.findings[0].place, "line 12");
        let more = verdict(20, |data| data.copies.within = 12);
        assert_eq!(more.outcome, Outcome::Fail);
    }

    #[test]
    fn of_few_different_inputs_copies_are_no_leak() {
        let verdict = verdict(20, |data| data.copies.by_chance = 1.0);
        assert_eq!(verdict.outcome, Outcome::Pass);
    }

    #[test]
    fn nothing_held_out_is_nothing_to_judge() {
        let verdict = verdict(0, |data| data.held_out_examples = 0);
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
