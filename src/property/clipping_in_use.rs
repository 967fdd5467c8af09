//! `clipping_in_use`: clipping is for exceptions.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "clipping_in_use",
        summary: "Gradient clipping works now and then, not in every step.",
        checks: "The size of the gradient before clipping in each of the recipe's first steps: the norm of all tensors together, the largest norm of one tensor, or the largest |number|, as the recipe clips.",
        why: "A bound that every step exceeds is no protection but another learning rate: all steps have one length, whatever the loss says. A bound a hundred times below the gradients stops training.",
        condition: "share of clipped steps ≤ `share`, as a warning; median size ≤ 100 · bound.",
        mend: "Set the bound to about the median size that is told here, or a little above.",
        source: "Pascanu, Mikolov and Bengio 2013; fault class 53.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "share",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.5),
            doc: "largest share of clipped steps without a warning",
        }],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// A bound so many times below the usual gradient stops training.
const CHOKED: f64 = 100.0;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let bound = options.number("share").expect("it has a default");
    let clipping = evidence.training().outcome.clipping.as_ref();
    let Some(clipping) = clipping.filter(|clipping| !clipping.sizes.is_empty()) else {
        return Verdict::not_applicable("the recipe does not clip");
    };
    let (share, median) = (clipping.share(), crate::experiment::median(clipping.sizes.clone()));
    let summary = format!(
        "{} of {} steps clipped at {}; the median gradient is {}",
        percent(share),
        clipping.sizes.len(),
        short(clipping.bound),
        short(median)
    );
    let finding = |message: String, measured: f64, bound: String| Finding {
        place: "training.clipping".to_owned(),
        message,
        measured: Some(measured),
        bound: Some(bound),
        mend: format!("set the bound to about {}", short(1.5 * median)),
    };
    if median > CHOKED * clipping.bound {
        let times = median / clipping.bound;
        let message = format!("gradients are {} times as large as the bound", short(times));
        let limit = format!("≤ {}", short(CHOKED));
        return Verdict::fail(summary, vec![finding(message, times, limit)]);
    }
    match share <= bound {
        true => Verdict::pass(summary),
        false => {
            let message = format!("{} of the steps are clipped", percent(share));
            Verdict::warn(summary, vec![finding(message, share, format!("≤ {}", short(bound)))])
        }
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let clipping = evidence.training().outcome.clipping.as_ref();
    let bound = clipping.map_or(Value::Null, |clipping| Value::from(clipping.bound));
    mapping([("bound", bound)])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn sizes(sizes: &[f64]) -> Verdict {
        let sizes = sizes.to_vec();
        let clipping = crate::experiment::ClippingEvidence {
            kind: "norm",
            bound: 1.0,
            sizes,
            clipped: Vec::new(),
            least_clipped: Vec::new(),
        };
        verdict(|evidence| evidence.training.as_mut().unwrap().outcome.clipping = Some(clipping))
    }

    #[test]
    fn a_bound_for_exceptions_passes() {
        assert_eq!(sizes(&[0.5, 0.7, 3.0]).outcome, Outcome::Pass);
        assert_eq!(sizes(&[0.1, 0.2]).outcome, Outcome::Pass);
        assert_eq!(verdict(|_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn a_bound_for_all_steps_warns_and_one_that_chokes_fails() {
        assert_eq!(sizes(&[2.0, 3.0, 0.5]).outcome, Outcome::Warn);
        let choked = sizes(&[200.0, 300.0]);
        assert_eq!(
            (choked.outcome, choked.findings[0].place.as_str()),
            (Outcome::Fail, "training.clipping")
        );
    }
}
