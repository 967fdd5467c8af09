//! `frozen_stay`: what is frozen does not move.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "frozen_stay",
        summary: "Frozen tensors are the same after training.",
        checks: "All tensors that `frozen` or a frozen parameter group takes from the optimizer, before training and after the recipe's first steps, bit by bit.",
        why: "Who freezes a pretrained part wants it as it is. Weight decay, a second optimizer or a group that is listed twice move it all the same.",
        condition: "No number of a frozen tensor differs. Running statistics are judged by `normalization_sound`.",
        mend: "Keep frozen parameters out of the optimizer (`no_grad` before the optimizer is made), weight decay included.",
        source: "AllenNLP's ModelTestCase; fault class 51.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let training = evidence.training();
    let untrained = training.outcome.untrained.iter();
    let frozen: Vec<_> = untrained.filter(|tensor| !tensor.is_statistic).collect();
    if frozen.is_empty() {
        return Verdict::not_applicable("nothing is frozen");
    }
    let moved = frozen.iter().filter(|tensor| tensor.moved);
    let findings: Vec<Finding> = moved
        .map(|tensor| Finding {
            place: tensor.tensor.clone(),
            message: format!("it is frozen and has changed after {} steps", training.steps),
            measured: None,
            bound: Some("unchanged".to_owned()),
            mend: "keep it out of the optimizer, and out of its weight decay".to_owned(),
        })
        .collect();
    let summary = format!(
        "{} of {} as before",
        frozen.len() - findings.len(),
        count(frozen.len(), "frozen tensor")
    );
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let untrained = evidence.training().outcome.untrained.iter();
    let names = untrained.filter(|tensor| !tensor.is_statistic);
    let names = names.map(|tensor| Value::from(tensor.tensor.as_str()));
    mapping([("frozen", Value::Sequence(names.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn with(moved: bool) -> Verdict {
        let frozen = crate::experiment::UntrainedEvidence {
            tensor: "hidden.weight".to_owned(),
            is_statistic: false,
            moved,
            wrong: 0,
        };
        verdict(|evidence| evidence.training.as_mut().unwrap().outcome.untrained = vec![frozen])
    }

    #[test]
    fn what_stays_passes_and_what_moves_fails_by_name() {
        assert_eq!(with(false).outcome, Outcome::Pass);
        let moved = with(true);
        assert_eq!(
            (moved.outcome, moved.findings[0].place.as_str()),
            (Outcome::Fail, "hidden.weight")
        );
        assert_eq!(verdict(|_| ()).outcome, Outcome::NotApplicable);
    }
}
