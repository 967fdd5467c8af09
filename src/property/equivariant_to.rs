//! `equivariant_to`: outputs move as inputs do.

use serde_yaml::Mapping;

use super::symmetry::{self, BY, FLIP, PERMUTATION, ROTATION, SCALE, SHIFT};
use super::{Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "equivariant_to",
        summary: "Outputs move as inputs do when these are permuted, shifted, flipped, turned or scaled.",
        checks: "Forward passes over up to 8 examples with the initial weights, on the reference \
                 device, as the model is used. Inputs are moved as the spec says: a permutation \
                 backwards and in three drawn orders, a shift along each axis and along all together. \
                 Outputs before are moved in the same way, along the same axes, and compared with \
                 those after, number by number; a shift of an output with fewer places is by fewer. \
                 Recorded layers may stay or follow; the first that does neither is named.",
        why: "A segmentation that depends on where a thing stands, a model of sets that answers by \
              the order of its elements: weights that differ from place to place, an axis that was \
              mistaken for another.",
        condition: "largest |difference| ≤ 4096 · u · rms(output), with the unit roundoff u of the device \
                    (1.1e-16 in 64 bits), at the places that are farther from both ends than `margin` \
                    and what a shift brings in. A transformation that the inputs or outputs do not have \
                    is a failure beside others, and alone not applicable.",
        mend: "Give all places the same weights; pad in a circle, or allow a `margin` of half the field \
               that an output sees; leave out biases where a scaling is to go through.",
        source: "Zaheer et al. 2017, \"Deep Sets\"; Cohen and Welling 2016, \"Group Equivariant \
                 Convolutional Networks\"; Zhang 2019, \"Making Convolutional Networks Shift-Invariant \
                 Again\". Fault classes 67 and 70. The healthy \
                 models of the tests leave at most 13 roundings.",
        severity: Severity::Error,
        recommended: false,
        options: &[
            PERMUTATION,
            SHIFT,
            FLIP,
            ROTATION,
            SCALE,
            BY,
            OptionMeta {
                name: "margin",
                kind: OptionKind::Index,
                default: OptionValue::Count(0),
                doc: "places of outputs at both ends of the moved axes that do not count, beside those \
                      that a shift brings in from the other end",
            },
            OptionMeta {
                name: "degree",
                kind: OptionKind::Number,
                default: OptionValue::Number(1.0),
                doc: "the power of the factor of `scale` by which outputs are multiplied",
            },
        ],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    symmetry::judge(evidence, true)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    symmetry::record(evidence, true)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::{Asymmetry, SymmetryEvidence, SymmetryPlan, Transformation};
    use crate::property::Outcome;

    fn verdict(broken: Option<Asymmetry>) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let transformation = Transformation::Shift { axes: vec![2, 3], by: 1 };
            let plan = SymmetryPlan { transformation, follows: true, margin: 0 };
            let found = SymmetryEvidence { plan, examples: 8, compared: Ok(3), broken };
            evidence.relations.as_mut().unwrap().symmetries = vec![found];
        })
    }

    #[test]
    fn outputs_that_follow_pass() {
        assert_eq!(verdict(None).outcome, Outcome::Pass);
    }

    #[test]
    fn outputs_that_do_not_follow_fail_at_the_layer_that_begins_it() {
        let verdict = verdict(Some(Asymmetry {
            output: "head".to_owned(),
            layer: Some(("conv2d1".to_owned(), "conv2d".to_owned())),
            example: 1,
            difference: 0.25,
            scale: 0.5,
        }));
        assert_eq!(verdict.outcome, Outcome::Fail);
        let finding = &verdict.findings[0];
        assert_eq!((finding.place.as_str(), finding.measured), ("conv2d1", Some(0.25)));
        assert!(finding.message.contains("a shift by 1 along axes 2 and 3"), "{}", finding.message);
        assert!(finding.mend.contains("`margin`"), "{}", finding.mend);
    }

    #[test]
    fn what_is_invariant_is_not_asked_here() {
        let nothing = testing::verdict(&PROPERTY, |evidence| {
            let plan = SymmetryPlan {
                transformation: Transformation::Rotation,
                follows: false,
                margin: 0,
            };
            let found = SymmetryEvidence { plan, examples: 8, compared: Ok(1), broken: None };
            evidence.relations.as_mut().unwrap().symmetries = vec![found];
        });
        assert_eq!(nothing.outcome, Outcome::NotApplicable);
    }
}
