//! `clipping_effective`: what the optimizer gets keeps the bound of the clipping.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "clipping_effective",
        summary: "After clipping no gradient is larger than the bound.",
        checks: "The gradients that the optimizer gets in each of the recipe's first steps, after clipping: the norm of all tensors together, the largest norm of one tensor, or the largest |number|, as the recipe clips.",
        why: "Clipping that is given other tensors than the optimizer, comes before the gradient is there, or scales it afterwards protects from nothing, and the run shows it only when a large gradient comes.",
        condition: "size after clipping ≤ (1 + `tolerance`) · bound in every step.",
        mend: "Clip all tensors that the optimizer moves, after the backward pass and after whatever scales gradients, right before the step.",
        source: "Pascanu, Mikolov and Bengio 2013; fault class 53. In single precision the norm of 10⁸ numbers is known to about √(10⁸) · 6e-8 = 6e-4.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "tolerance",
            kind: OptionKind::Number,
            default: OptionValue::Number(1e-3),
            doc: "how far above the bound rounding may leave a size, relative to it",
        }],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// What the summary says where no gradient was larger than the bound.
pub(crate) const NOTHING_CLIPPED: &str = ", where nothing exceeds the bound";

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let tolerance = options.number("tolerance").expect("it has a default");
    let clipping = evidence.training().outcome.clipping.as_ref();
    let Some(clipping) = clipping.filter(|clipping| !clipping.clipped.is_empty()) else {
        return Verdict::not_applicable("the recipe does not clip");
    };
    let most = (1.0 + tolerance) * clipping.bound;
    let steps = clipping.clipped.iter().enumerate();
    let beyond: Vec<(usize, f64)> =
        steps.filter(|(_, size)| !(**size <= most)).map(|(step, size)| (step, *size)).collect();
    let largest = clipping.clipped.iter().copied().fold(0.0, f64::max);
    let before = clipping.sizes.iter().copied().fold(0.0, f64::max);
    let summary = format!(
        "gradients of up to {} after clipping at {}, in {}{}",
        short(largest),
        short(clipping.bound),
        count(clipping.clipped.len(), "step"),
        if before <= clipping.bound { NOTHING_CLIPPED } else { "" }
    );
    // A size that is no number counts as the largest.
    let Some((step, size)) = beyond.iter().copied().max_by(|one, two| one.1.total_cmp(&two.1))
    else {
        return Verdict::pass(summary);
    };
    let (what, place) = match clipping.kind {
        "value" => ("the largest number of a gradient", "here"),
        "norm" => ("the norm of a gradient", "here"),
        _ => ("the norm of all gradients together", "which shrinks this tensor's least"),
    };
    let finding = Finding {
        place: clipping.least_clipped[step].clone(),
        message: format!(
            "{what} is {} after clipping in step {}, {place}; it is beyond the bound in {} of {}",
            short(size),
            step + 1,
            beyond.len(),
            count(clipping.clipped.len(), "step")
        ),
        measured: Some(size),
        bound: Some(format!("≤ {}", short(clipping.bound))),
        mend: "clip all tensors that the optimizer moves, right before its step".to_owned(),
    };
    Verdict::fail(summary, vec![finding])
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

    fn clipped(kind: &'static str, sizes: &[f64]) -> Verdict {
        let clipping = crate::experiment::ClippingEvidence {
            kind,
            bound: 1.0,
            sizes: vec![5.0; sizes.len()],
            clipped: sizes.to_vec(),
            least_clipped: (0..sizes.len())
                .map(|step| format!("step{}.weight", step + 1))
                .collect(),
        };
        testing::verdict(&PROPERTY, |evidence| {
            evidence.training.as_mut().unwrap().outcome.clipping = Some(clipping);
        })
    }

    #[test]
    fn gradients_within_the_bound_and_its_rounding_pass() {
        assert_eq!(clipped("norm", &[0.5, 1.0, 1.0009]).outcome, Outcome::Pass);
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn a_gradient_beyond_the_bound_fails_at_its_tensor() {
        let beyond = clipped("global_norm", &[1.0, 2.0, 1.5]);
        assert_eq!(
            (beyond.outcome, beyond.findings[0].place.as_str()),
            (Outcome::Fail, "step2.weight")
        );
        assert!(beyond.findings[0].message.contains("2 of 3 steps"), "{beyond:?}");
        assert_eq!(clipped("value", &[1.0, 1.002]).outcome, Outcome::Fail);
        let lost = clipped("norm", &[1.0, f64::NAN]);
        assert_eq!(
            (lost.outcome, lost.findings[0].place.as_str()),
            (Outcome::Fail, "step2.weight")
        );
    }
}
