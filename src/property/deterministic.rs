//! `deterministic`: the same steps give the same weights.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "deterministic",
        summary: "Two runs from the same seed give the same weights.",
        checks: "The recipe's first 3 steps on the test device, twice, from the same weights, batches and random numbers; all tensors, running statistics included, number by number.",
        why: "A run that cannot be repeated cannot be debugged: whether a change helped is lost in the noise. Random numbers that are drawn from a clock or a shared counter, sums whose order is left to threads, and state that is kept outside of the module do it.",
        condition: "No number differs. As a warning: largest |difference| ≤ 1e-6 · largest |weight|, which an order of sums explains.",
        mend: "Draw random numbers from Burn's device (`Tensor::random`), whose seed is set before every pass, or from a generator of your own with a fixed seed; keep no counters outside of the module.",
        source: "Karpathy 2019, \"fix random seed\"; transformers' determinism test.",
        severity: Severity::Error,
        recommended: false,
        options: &[],
    },
    needs: &[Experiment::Replays],
    trains_further: None,
    judge,
    record,
};

/// What the order of sums in single precision may do, relative to the largest weight.
const ROUNDING: f64 = 1e-6;

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let replays = evidence.replays();
    let Some(differing) = &replays.again else {
        return Verdict::pass(format!("{} steps twice: every number is the same", replays.steps));
    };
    let summary = format!(
        "{} steps twice: `{}` differs by {}",
        replays.steps,
        differing.tensor,
        short(differing.difference)
    );
    let bound = ROUNDING * replays.largest_weight;
    let finding = |mend: &str| Finding {
        place: differing.tensor.clone(),
        message: "two runs from one seed give different weights".to_owned(),
        measured: Some(differing.difference),
        bound: Some("0".to_owned()),
        mend: mend.to_owned(),
    };
    match differing.difference <= bound {
        true => {
            let mend = "the device adds in another order each time: compare with a tolerance";
            Verdict::warn(summary, vec![finding(mend)])
        }
        false => {
            let mend = "draw random numbers from Burn's device or from a generator with a fixed seed, and \
                        keep no counters outside of the module";
            Verdict::fail(summary, vec![finding(mend)])
        }
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    mapping([("steps", Value::from(evidence.replays().steps))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn differing(difference: f64) -> Verdict {
        let tensor = "hidden.weight".to_owned();
        let again = Some(crate::experiment::Differing { tensor, difference });
        verdict(|evidence| evidence.replays.as_mut().unwrap().again = again)
    }

    #[test]
    fn runs_that_repeat_themselves_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn runs_that_do_not_fail_and_name_the_tensor() {
        let other = differing(0.01);
        assert_eq!(
            (other.outcome, other.findings[0].place.as_str()),
            (Outcome::Fail, "hidden.weight")
        );
        assert_eq!(differing(f64::INFINITY).outcome, Outcome::Fail);
    }

    #[test]
    fn another_order_of_sums_is_a_warning() {
        assert_eq!(differing(1e-8).outcome, Outcome::Warn);
    }
}
