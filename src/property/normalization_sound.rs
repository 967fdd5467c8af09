//! `normalization_sound`: running statistics live.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "normalization_sound",
        summary: "Running statistics of normalizations move in training and stay sound.",
        checks: "All running means and variances before training and after the recipe's first steps, and the size of a batch.",
        why: "Statistics that never move leave the model in use with those of a standard normal distribution; a batch of one has no variance at all, so that its output is the bias.",
        condition: "With batch normalization: batch size > 1; every running statistic has changed after the steps; no number is NaN, infinite, or a variance below 0.",
        mend: "Take batches of at least 2 (better 16), set the momentum between 0 and 1 (Burn's 0.1 is the weight of the new batch), and train the module that is in training mode.",
        source: "Ioffe and Szegedy 2015; fault class 58.",
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
    let statistics: Vec<_> = untrained.filter(|tensor| tensor.is_statistic).collect();
    if statistics.is_empty() {
        return Verdict::not_applicable("the model has no running statistics");
    }
    let summary =
        format!("{} after {} steps", count(statistics.len(), "running statistic"), training.steps);
    let mut findings = Vec::new();
    let batch_size = evidence.subject.batch_size;
    if batch_size < 2 {
        findings.push(Finding {
            place: "training.batch_size".to_owned(),
            message: "a batch of one has no variance: what is normalized over it is 0".to_owned(),
            measured: Some(batch_size as f64),
            bound: Some("≥ 2".to_owned()),
            mend: "take larger batches, or use layer or group normalization".to_owned(),
        });
    }
    for statistic in statistics {
        let (message, measured, bound, mend) = if statistic.wrong > 0 {
            let message = "numbers that are no statistics: NaN, infinite, or a variance below 0";
            let mend = "see `finite_everywhere`; lower the learning rate";
            (message, statistic.wrong as f64, "0", mend)
        } else if !statistic.moved && training.steps > 0 {
            let message = "it has not moved: in use the model normalizes with what it began with";
            let mend = "a momentum above 0, and training mode while training";
            (message, 0.0, "> 0", mend)
        } else {
            continue;
        };
        findings.push(Finding {
            place: statistic.tensor.clone(),
            message: message.to_owned(),
            measured: Some(measured),
            bound: Some(bound.to_owned()),
            mend: mend.to_owned(),
        });
    }
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let untrained = evidence.training().outcome.untrained.iter();
    let names = untrained.filter(|tensor| tensor.is_statistic);
    let names = names.map(|tensor| Value::from(tensor.tensor.as_str()));
    mapping([("running_statistics", Value::Sequence(names.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn with(change: impl FnOnce(&mut crate::experiment::UntrainedEvidence)) -> Verdict {
        let mut statistic = testing::statistic();
        change(&mut statistic);
        verdict(|evidence| evidence.training.as_mut().unwrap().outcome.untrained = vec![statistic])
    }

    #[test]
    fn statistics_that_live_pass() {
        assert_eq!(with(|_| ()).outcome, Outcome::Pass);
        assert_eq!(verdict(|_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn statistics_that_stand_still_or_are_none_fail_by_name() {
        let still = with(|statistic| statistic.moved = false);
        assert_eq!(
            (still.outcome, still.findings[0].place.as_str()),
            (Outcome::Fail, "norm.running_mean")
        );
        assert_eq!(with(|statistic| statistic.wrong = 2).outcome, Outcome::Fail);
    }

    #[test]
    fn a_batch_of_one_fails() {
        let single = verdict(|evidence| {
            evidence.subject.batch_size = 1;
            evidence.training.as_mut().unwrap().outcome.untrained = vec![testing::statistic()];
        });
        assert_eq!(single.findings[0].place, "training.batch_size");
    }
}
