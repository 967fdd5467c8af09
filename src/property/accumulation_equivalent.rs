//! `accumulation_equivalent`: the gradient of a batch is the mean of its halves.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "accumulation_equivalent",
        summary: "Accumulating the gradients of parts gives the gradient of the whole batch.",
        checks: "Gradients of up to 16 training examples with the initial weights, and the mean of those of their two halves, where weights are drawn (mostly in 64 bits), with random layers off.",
        why: "Gradient accumulation stands for a batch that does not fit into memory. It does so only where the loss is a mean over examples: a sum makes the large batch's steps longer, and what is normalized over the batch is another function of each part.",
        condition: "‖g(batch) − mean of halves‖ ≤ `tolerance` · largest ‖g‖, for every tensor. Not judged with batch normalization, and not meant for losses that weigh examples by their batch (class weights, masks).",
        mend: "Take the mean over examples (`reduction: mean`); divide by the number of all examples that count, and not by that of each part.",
        source: "Burn's `GradientsAccumulator`; fault classes 16 and 52.",
        severity: Severity::Error,
        recommended: false,
        options: &[OptionMeta {
            name: "tolerance",
            kind: OptionKind::Number,
            default: OptionValue::Number(1e-4),
            doc: "largest relative error of a tensor",
        }],
    },
    needs: &[Experiment::Replays],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let tolerance = options.number("tolerance").expect("it has a default");
    let halves = match &evidence.replays().halves {
        Ok(halves) => halves,
        Err(reason) => return Verdict::not_applicable(*reason),
    };
    let summary = format!(
        "{} examples against two halves: `{}` is off by {}",
        halves.examples,
        halves.tensor,
        short(halves.error)
    );
    if halves.error <= tolerance {
        return Verdict::pass(summary);
    }
    let (message, mend) = match (halves.ratio - 2.0).abs() < 1e-3 {
        true => (
            "the gradient doubles with the batch: the loss is a sum",
            "take the mean over examples",
        ),
        false => (
            "the gradient of the batch is not the mean of its halves'",
            "look for what is divided by something else than the number of examples",
        ),
    };
    let finding = Finding {
        place: halves.tensor.clone(),
        message: message.to_owned(),
        measured: Some(halves.error),
        bound: Some(format!("≤ {}", short(tolerance))),
        mend: mend.to_owned(),
    };
    Verdict::fail(summary, vec![finding])
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let examples = evidence.replays().halves.as_ref().map_or(0, |halves| halves.examples);
    mapping([("examples", Value::from(examples))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn halves(error: f64, ratio: f64) -> Verdict {
        verdict(|evidence| {
            let halves = evidence.replays.as_mut().unwrap().halves.as_mut().unwrap();
            (halves.error, halves.ratio) = (error, ratio);
        })
    }

    #[test]
    fn a_mean_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_sum_fails_and_is_called_one() {
        let sum = halves(0.5, 2.0);
        assert_eq!((sum.outcome, sum.findings[0].place.as_str()), (Outcome::Fail, "head.weight"));
        assert!(sum.findings[0].message.contains("is a sum"));
        assert_eq!(halves(0.1, 1.1).outcome, Outcome::Fail);
        assert_eq!(halves(f64::NAN, f64::NAN).outcome, Outcome::Fail);
    }

    #[test]
    fn what_normalizes_over_the_batch_is_not_judged() {
        let none = verdict(|evidence| evidence.replays.as_mut().unwrap().halves = Err("batch"));
        assert_eq!((none.outcome, none.summary.as_str()), (Outcome::NotApplicable, "batch"));
    }
}
