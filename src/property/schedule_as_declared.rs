//! `schedule_as_declared`: the realised learning rates are as accepted.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "schedule_as_declared",
        summary: "The learning rates of the first steps are as accepted, and the schedule leaves time to learn.",
        checks: "The learning rate that each step of the recipe's first steps really had (but for those of parameter groups); some of them are the snapshot. Then what the schedule makes of all other steps that the recipe declares, up to 100 000, unless it follows losses (`plateau`).",
        why: "Schedules count steps or epochs, begin at 0 or 1, end at 0 or a floor: what was meant and what happens differ easily, and a review sees it in the snapshot's diff.",
        condition: "Every rate is finite, none below 0, not all are 0; the rate is not below 1e-3 of its peak from the recipe's first tenth on (seen for 10 steps at least). As a warning: it does not still rise in the recipe's last step.",
        mend: "Look at the units of the schedule (steps or epochs), at its length against the recipe's, and at the length of the warm-up.",
        source: "Karpathy 2019, \"learning rate decay\"; fault class 46.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// Steps whose rates are recorded, from 1.
const RECORDED: [usize; 6] = [1, 2, 3, 5, 10, 20];
/// A rate below this share of its peak is gone.
const GONE: f64 = 1e-3;
/// Steps after which it is taken for gone for good.
const CERTAIN: usize = 10;

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let training = evidence.training();
    let rates = &training.outcome.rates;
    let (Some(first), Some(last)) = (rates.first(), rates.last()) else {
        return Verdict::not_applicable("no step was taken");
    };
    let peak = rates.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let summary = format!(
        "rate {} in step 1, {} in step {}, at most {}",
        short(*first),
        short(*last),
        rates.len(),
        short(peak)
    );
    let finding = |message: String, measured: f64, bound: &str, mend: &str| Finding {
        place: "training.schedule".to_owned(),
        message,
        measured: Some(measured),
        bound: Some(bound.to_owned()),
        mend: mend.to_owned(),
    };
    // What really happened, and behind it what the schedule has for the rest.
    let planned = training.outcome.planned_rates.iter().skip(rates.len());
    let rates: Vec<f64> = rates.iter().chain(planned).copied().collect();
    let peak = rates.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let wrong = rates.iter().position(|rate| !(rate.is_finite() && *rate >= 0.0));
    if let Some(step) = wrong {
        let message = format!("the rate of step {} is {}", step + 1, short(rates[step]));
        let mend = "look at the schedule's bounds and lengths";
        return Verdict::fail(summary, vec![finding(message, rates[step], "finite, ≥ 0", mend)]);
    }
    if peak == 0.0 {
        let message = "all rates are 0: nothing is trained".to_owned();
        let mend = "a warm-up that never ends, or a rate of 0";
        return Verdict::fail(summary, vec![finding(message, 0.0, "> 0", mend)]);
    }
    // A restart brings the rate back; what is gone for good never comes back.
    let gone = rates.iter().rposition(|rate| *rate >= GONE * peak).map_or(0, |last| last + 1);
    if gone < training.declared_steps.div_ceil(10) && rates.len() >= gone + CERTAIN {
        let message = format!(
            "from step {} of {} on the rate is below a thousandth of its peak",
            gone + 1,
            training.declared_steps
        );
        let mend = "look at the schedule's unit (steps, not epochs) and at its factor";
        let bound = format!("≥ {}", short(GONE * peak));
        return Verdict::fail(summary, vec![finding(message, rates[gone], &bound, mend)]);
    }
    let rises = rates.len() > 1 && rates.windows(2).all(|pair| pair[1] > pair[0]);
    match rises && rates.len() == training.declared_steps {
        true => {
            let message = "the rate still rises in the recipe's last step".to_owned();
            let mend = "a warm-up shorter than the recipe";
            Verdict::warn(
                summary,
                vec![finding(message, rates[rates.len() - 1], "an end of the warm-up", mend)],
            )
        }
        false => Verdict::pass(summary),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let rates = &evidence.training().outcome.rates;
    let known = RECORDED.iter().filter_map(|step| {
        let rate = rates.get(step - 1)?;
        Some((Value::from(*step), Value::from(*rate)))
    });
    mapping([("rates", Value::Mapping(known.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn rates(rates: &[f64], declared: usize) -> Verdict {
        verdict(|evidence| {
            let training = evidence.training.as_mut().unwrap();
            training.declared_steps = declared;
            training.outcome.rates = rates.to_vec();
            training.outcome.planned_rates.clear();
        })
    }

    #[test]
    fn a_rate_that_stays_or_decays_slowly_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        assert_eq!(rates(&[1e-3, 9e-4, 8e-4], 3).outcome, Outcome::Pass);
        // A warm-up that goes on beyond what was looked at.
        assert_eq!(rates(&[1e-5, 2e-5, 3e-5], 100).outcome, Outcome::Pass);
    }

    #[test]
    fn rates_that_are_none_fail() {
        assert_eq!(rates(&[1e-3, f64::NAN], 2).outcome, Outcome::Fail);
        assert_eq!(rates(&[1e-3, -1e-3], 2).outcome, Outcome::Fail);
        assert_eq!(rates(&[0.0, 0.0], 2).outcome, Outcome::Fail);
    }

    #[test]
    fn a_rate_that_is_gone_at_once_fails_unless_it_comes_back() {
        let mut gone = vec![1e-2, 1e-3, 1e-4];
        gone.extend([1e-6; 12]);
        assert_eq!(rates(&gone, 60).outcome, Outcome::Fail);
        gone.push(1e-2);
        assert_eq!(rates(&gone, 60).outcome, Outcome::Pass);
    }

    #[test]
    fn what_the_schedule_has_for_later_steps_counts_too() {
        let planned = |rate: fn(i32) -> f64| {
            verdict(|evidence| {
                let training = evidence.training.as_mut().unwrap();
                training.declared_steps = 2000;
                training.outcome.rates = (0..20).map(rate).collect();
                training.outcome.planned_rates = (0..2000).map(rate).collect();
            })
        };
        // A decay that is meant for epochs, taken in each step: gone after 135 of 2000.
        let gone = planned(|step| 0.95f64.powi(step));
        assert_eq!(gone.outcome, Outcome::Fail);
        assert!(gone.findings[0].message.contains("from step 136 of 2000"), "{gone:?}");
        assert_eq!(planned(|step| 0.97f64.powi(step)).outcome, Outcome::Pass, "after a tenth");
        let rising = planned(|step| f64::from(step + 1));
        assert_eq!(rising.outcome, Outcome::Warn);
        // Restarts bring it back.
        let restarts = planned(|step| if step % 50 < 5 { 1.0 } else { 0.0 });
        assert_eq!(restarts.outcome, Outcome::Pass);
    }

    #[test]
    fn a_warm_up_without_end_warns() {
        assert_eq!(rates(&[1e-5, 2e-5, 3e-5], 3).outcome, Outcome::Warn);
    }
}
