//! `grows_step_by_step`: learning reaches the end of the model; where it does not, the stage is named at
//! which it stops.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, StageEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "grows_step_by_step",
        summary: "A batch can be learned by heart through all stages of the model; the first one through which it cannot is named.",
        checks: "A stage is a layer (or block) with weights and what follows it without. Where the \
                 whole model learns the batch of `overfits_batch`, nothing more is measured. Where it \
                 does not, stages are taken off from the end, one by one, and a fresh linear head is \
                 put behind what is left, until a batch can be learned: the stage behind is where \
                 learning stops. Each try costs as much as `overfits_batch`.",
        why: "`overfits_batch` says that a model cannot learn. In a deep one the question is where: a \
              layer of dead units, a bottleneck, an activation that saturates lets nothing through, \
              and all before it is in order.",
        condition: "The whole model learns by heart: loss ≤ floor + 5 % of (constant − floor) and \
                    accuracy 100 % on more than half of the seeds that were tried, as in \
                    `overfits_batch`. Not applicable to Rust models, to several outputs, and where \
                    the loss reads no plain numbers.",
        mend: "Look at the stage named: its activation, its initializers, its width. Where even the \
               first stage does not learn, look at labels, inputs and loss.",
        source: "Karpathy, A Recipe for Training Neural Networks (\"add complexity only one at a \
                 time\"); bounds of `overfits_batch`.",
        severity: Severity::Error,
        recommended: false,
        options: &[],
    },
    needs: &[Experiment::Overfit, Experiment::Stages],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let found = match &evidence.contests.stages {
        Some(Ok(found)) => found,
        Some(Err(reason)) => return Verdict::not_applicable(reason),
        None => return Verdict::inconclusive("nothing was measured", Vec::new()),
    };
    if evidence.overfit().bounds.is_some_and(|bounds| bounds.are_one()) {
        return Verdict::not_applicable("the examples hold nothing to learn: a constant fits them");
    }
    let Some(whole) = found.tried.last() else {
        return Verdict::inconclusive("no stage was tried", Vec::new());
    };
    if whole.learned {
        let through =
            format!("learned through all {} stages: loss {}", found.stages, short(whole.loss));
        return Verdict::pass(through);
    }
    let learned = found.tried.iter().rposition(|stage| stage.learned);
    let stuck = learned.map_or(0, |learned| learned + 1);
    let stage = &found.tried[stuck];
    let finding = Finding {
        place: stage.layers.join(" + "),
        message: match learned.map(|learned| &found.tried[learned]) {
            Some(before) => format!(
                "up to `{}` a linear head learns the examples (loss {}); one stage further it does \
                 not (loss {})",
                before.layers.last().map_or("", String::as_str),
                short(before.loss),
                short(stage.loss)
            ),
            None => format!(
                "not even a linear head behind the first stage learns the examples (loss {})",
                short(stage.loss)
            ),
        },
        measured: Some(stage.loss),
        bound: None,
        mend: match learned {
            Some(_) => "look at these layers: activation, initializers, width".to_owned(),
            None => "look at labels, inputs and loss first, then at these layers".to_owned(),
        },
    };
    Verdict::fail(describe(&found.tried, found.stages), vec![finding])
}

/// "stage 2 of 4: 0.01; stage 3: 2.3 …".
fn describe(tried: &[StageEvidence], stages: usize) -> String {
    let of_stage = |stage: &StageEvidence| format!("{}: {}", stage.number, short(stage.loss));
    let losses: Vec<String> = tried.iter().map(of_stage).collect();
    format!("losses by stage, of {stages}: {}", losses.join(", "))
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let Some(Ok(found)) = &evidence.contests.stages else { return Mapping::new() };
    mapping([("stages", Value::from(found.stages))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::StagesEvidence;
    use crate::property::Outcome;

    fn verdict(learned: &[bool]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let stage = |(index, learned): (usize, &bool)| StageEvidence {
                number: index + 1,
                layers: vec![format!("linear{}", index + 1), format!("relu{}", index + 1)],
                loss: if *learned { 0.01 } else { 2.3 },
                learned: *learned,
            };
            let tried = learned.iter().enumerate().map(stage).collect();
            evidence.contests.stages = Some(Ok(StagesEvidence { stages: learned.len(), tried }));
        })
    }

    #[test]
    fn a_model_that_learns_as_a_whole_passes() {
        assert_eq!(verdict(&[true]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[false, true]).outcome, Outcome::Pass);
    }

    #[test]
    fn the_stage_behind_the_last_one_that_learns_is_named() {
        let failed = verdict(&[true, false, false]);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert_eq!(failed.findings[0].place, "linear2 + relu2");
        assert!(failed.findings[0].message.contains("`relu1`"), "{failed:?}");
        assert_eq!(verdict(&[true, false, true, false]).findings[0].place, "linear4 + relu4");
    }

    #[test]
    fn where_nothing_learns_the_first_stage_is_named_and_the_data_suspected() {
        let failed = verdict(&[false, false]);
        assert_eq!(failed.findings[0].place, "linear1 + relu1");
        assert!(failed.findings[0].mend.contains("labels"), "{failed:?}");
    }

    #[test]
    fn without_stages_there_is_no_verdict() {
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.contests.stages = Some(Err("of a Rust model".to_owned()));
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
        assert_eq!(verdict(&[]).outcome, Outcome::Inconclusive);
    }
}
