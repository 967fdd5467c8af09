//! `invariant_to`: outputs stay as they are when inputs are moved.

use serde_yaml::Mapping;

use super::symmetry::{self, BY, FLIP, PERMUTATION, ROTATION, SCALE, SHIFT};
use super::{Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "invariant_to",
        summary: "Outputs stay as they are when inputs are permuted, shifted, flipped, turned or scaled.",
        checks: "Forward passes over up to 8 examples with the initial weights, on the reference \
                 device, as the model is used. Inputs are moved as the spec says: a permutation \
                 backwards and in three drawn orders, a shift along each axis and along all together. \
                 Outputs are compared with those before, number by number. Recorded layers may stay \
                 or follow; the first that does neither is named.",
        why: "A network of sets that knows the order, a classifier of images that knows where a thing \
              stands: it must learn by examples what its architecture was to guarantee, and is wrong \
              where no example was.",
        condition: "largest |difference| ≤ 4096 · u · rms(output), with the unit roundoff u of the device \
                    (1.1e-16 in 64 bits): sums are made in another order. A transformation that the \
                    inputs do not have is a failure beside others, and alone not applicable.",
        mend: "Give all places the same weights and join them by a mean, a sum, a maximum or attention \
               without positions; a mean over all places in place of `flatten`.",
        source: "Zaheer et al. 2017, \"Deep Sets\"; Cohen and Welling 2016, \"Group Equivariant \
                 Convolutional Networks\"; Ribeiro et al. 2020, \"Beyond Accuracy\" (invariance tests). \
                 Fault classes 67 and 70. The healthy \
                 models of the tests leave at most 13 roundings.",
        severity: Severity::Error,
        recommended: false,
        options: &[PERMUTATION, SHIFT, FLIP, ROTATION, SCALE, BY],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    symmetry::judge(evidence, false)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    symmetry::record(evidence, false)
}

#[cfg(test)]
mod tests {
    use super::super::{OptionValue, testing};
    use super::*;
    use crate::experiment::{Asymmetry, SymmetryEvidence, Transformation};
    use crate::property::Outcome;

    fn found() -> SymmetryEvidence {
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("permutation", OptionValue::Counts(vec![1]));
        let others = Options::defaults(&super::super::equivariant_to::PROPERTY.meta);
        let plan = symmetry::plans(&options, &others).remove(0);
        SymmetryEvidence { plan, examples: 8, compared: Ok(4), broken: None }
    }

    fn verdict(change: impl FnOnce(&mut SymmetryEvidence)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let mut found = found();
            change(&mut found);
            evidence.relations.as_mut().unwrap().symmetries = vec![found];
        })
    }

    fn off(difference: f64, layer: &str, kind: &str) -> Option<Asymmetry> {
        Some(Asymmetry {
            output: "head".to_owned(),
            layer: Some((layer.to_owned(), kind.to_owned())),
            example: 0,
            difference,
            scale: 1.0,
        })
    }

    #[test]
    fn outputs_that_stay_pass_and_sums_in_another_order_are_let_be() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        let rounding = verdict(|found| found.broken = off(4.5e-13, "mean1", "mean"));
        assert_eq!(rounding.outcome, Outcome::Pass);
        let beyond = verdict(|found| found.broken = off(4.6e-13, "mean1", "mean"));
        assert_eq!(beyond.outcome, Outcome::Fail);
        let none = verdict(|found| found.broken = off(f64::INFINITY, "mean1", "mean"));
        assert_eq!(none.outcome, Outcome::Fail);
    }

    #[test]
    fn the_layer_that_breaks_it_is_named() {
        let verdict = verdict(|found| found.broken = off(0.5, "flatten1", "flatten"));
        let finding = &verdict.findings[0];
        assert_eq!(finding.place, "flatten1");
        let expected = "after a permutation of axis 1 `head` of example 1 is off by 0.5";
        assert!(finding.message.starts_with(expected), "{}", finding.message);
        assert!(finding.mend.contains("a mean or a maximum"), "{}", finding.mend);
    }

    #[test]
    fn what_cannot_be_asked_is_not_applicable_alone_and_a_failure_beside_others() {
        let alone = verdict(|found| found.compared = Err("no axis 3".to_owned()));
        assert_eq!((alone.outcome, alone.summary.as_str()), (Outcome::NotApplicable, "no axis 3"));
        let beside = testing::verdict(&PROPERTY, |evidence| {
            let mut unasked = found();
            unasked.compared = Err("no axis 3".to_owned());
            evidence.relations.as_mut().unwrap().symmetries = vec![found(), unasked];
        });
        assert_eq!(beside.outcome, Outcome::Fail);
        assert_eq!(beside.findings[0].place, "expect");
    }

    #[test]
    fn outputs_that_never_move_show_nothing_and_nothing_declared_is_nothing_to_judge() {
        let silent = testing::verdict(&PROPERTY, |evidence| {
            let relations = evidence.relations.as_mut().unwrap();
            relations.symmetries = vec![found()];
            relations.mixing.iter_mut().for_each(|mode| mode.answers = false);
        });
        assert_eq!(silent.outcome, Outcome::Inconclusive);
        let nothing = testing::verdict(&PROPERTY, |_| ());
        assert_eq!(nothing.outcome, Outcome::NotApplicable);
    }

    #[test]
    fn every_option_is_a_transformation() {
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("shift", OptionValue::Counts(vec![2, 3]));
        options.set("by", OptionValue::Count(2));
        options.set("flip", OptionValue::Counts(vec![3]));
        options.set("rotation", OptionValue::Flag(true));
        options.set("scale", OptionValue::Numbers(vec![0.5]));
        let others = Options::defaults(&super::super::equivariant_to::PROPERTY.meta);
        let plans = symmetry::plans(&options, &others);
        let transformations: Vec<_> = plans.into_iter().map(|plan| plan.transformation).collect();
        assert_eq!(
            transformations,
            [
                Transformation::Shift { axes: vec![2, 3], by: 2 },
                Transformation::Flip { axis: 3 },
                Transformation::Rotation,
                Transformation::Scale { factor: 0.5, degree: 0.0 },
            ]
        );
    }
}
