//! `augmentation_keeps_scale`: augmented examples are of the scale of the others.

use serde_yaml::{Mapping, Value};

use super::text::{count, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{AugmentedScale, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "augmentation_keeps_scale",
        summary: "Augmented examples have about the mean and deviation of the others.",
        checks: "Mean and deviation of all numbers of up to 64 training examples, as they are and \
                 augmented once: of the inputs, and of what the first layer with weights makes of them \
                 with the initial weights, on the reference device. Not applicable without `augment`.",
        why: "What is trained on augmented examples is used on others. When the two are of different \
              scale (noise that is louder than the signal, borders of zeros where zero is no \
              background, augmentation before scaling), normalizations and thresholds are learned for \
              inputs that never come.",
        condition: "|mean of augmented − mean| ≤ `shift` · deviation, and the ratio of variances is within \
                    [1 / `ratio`, `ratio`], at both places.",
        mend: "Make noise, crops and shifts smaller, or scale the data so that zero is its background.",
        source: "Rubin 2001, \"Using propensity scores to help design observational studies\": two samples \
                 are alike for a model where means differ by less than a quarter of a deviation, and \
                 variances by less than a factor of 2. TheDeepChecker compares the activations of both \
                 (CKA). Fault classes 32 and 33. On pictures of 8 × 8, \
                 flips, crops and shifts by up to 2 and noise of a tenth move means by up to 0.2 \
                 and leave variances × 0.6 to 1.3; a crop by 4 moves them by 0.35.",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "shift",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.25),
                doc: "largest difference of the means, in deviations",
            },
            OptionMeta {
                name: "ratio",
                kind: OptionKind::Number,
                default: OptionValue::Number(2.0),
                doc: "largest ratio of the variances, either way",
            },
        ],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let places = &evidence.relations().augmented;
    let Some(first) = places.first() else {
        return Verdict::not_applicable("the recipe trains on the examples as they are");
    };
    let shift = options.number("shift").expect("it has a default");
    let ratio = options.number("ratio").expect("it has a default");
    let each = places.iter().map(|place| {
        format!(
            "{}: shift {}, variance × {}",
            place.place,
            short(moved(place)),
            short(grown(place))
        )
    });
    let summary = format!(
        "{}, augmented; {}",
        count(first.examples, "example"),
        each.collect::<Vec<_>>().join("; ")
    );
    let findings = places.iter().flat_map(|place| [of_mean(place, shift), of_size(place, ratio)]);
    Verdict::of(summary, findings.flatten().collect())
}

/// How far the mean moves, in deviations.
fn moved(scale: &AugmentedScale) -> f64 {
    match (scale.augmented_mean - scale.mean).abs() {
        0.0 => 0.0,
        moved => moved / scale.deviation,
    }
}

/// The ratio of the variances.
fn grown(scale: &AugmentedScale) -> f64 {
    match scale.augmented_deviation == scale.deviation {
        true => 1.0,
        false => (scale.augmented_deviation / scale.deviation).powi(2),
    }
}

fn of_mean(scale: &AugmentedScale, bound: f64) -> Option<Finding> {
    let moved = moved(scale);
    (!(moved <= bound)).then(|| Finding {
        place: scale.place.clone(),
        message: format!(
            "the mean of `{}` moves from {} to {} by augmentation: {} deviations",
            scale.place,
            short(scale.mean),
            short(scale.augmented_mean),
            short(moved)
        ),
        measured: Some(moved),
        bound: Some(format!("≤ {}", short(bound))),
        mend:
            "scale the data so that zero, which fills up what a crop lays bare, is its background; \
               or crop less"
                .to_owned(),
    })
}

fn of_size(scale: &AugmentedScale, bound: f64) -> Option<Finding> {
    let grown = grown(scale);
    let within = grown >= bound.recip() && grown <= bound;
    (!within).then(|| Finding {
        place: scale.place.clone(),
        message: format!(
            "the deviation of `{}` goes from {} to {} by augmentation",
            scale.place,
            short(scale.deviation),
            short(scale.augmented_deviation)
        ),
        measured: Some(grown),
        bound: Some(format!("variance × {} to {}", short(bound.recip()), short(bound))),
        mend:
            "make the noise smaller than the deviation of the data, and crops and shifts smaller \
               than what they show"
                .to_owned(),
    })
}

fn record(evidence: &Evidence, options: &Options) -> Mapping {
    let ratio = options.number("ratio").expect("it has a default");
    let shift = options.number("shift").expect("it has a default");
    let places = evidence.relations().augmented.iter().map(|place| {
        let kept = of_mean(place, shift).or_else(|| of_size(place, ratio)).is_none();
        (Value::from(place.place.clone()), Value::from(if kept { "kept" } else { "changed" }))
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(augmented_mean: f64, augmented_deviation: f64) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            evidence.relations.as_mut().unwrap().augmented = vec![AugmentedScale {
                place: "input".to_owned(),
                examples: 64,
                mean: 0.5,
                deviation: 2.0,
                augmented_mean,
                augmented_deviation,
            }];
        })
    }

    #[test]
    fn a_quarter_of_a_deviation_and_twice_the_variance_are_let_pass() {
        assert_eq!(verdict(0.5, 2.0).outcome, Outcome::Pass);
        assert_eq!(verdict(1.0, 2.82).outcome, Outcome::Pass);
        assert_eq!(verdict(1.01, 2.0).outcome, Outcome::Fail);
        assert_eq!(verdict(0.5, 2.83).outcome, Outcome::Fail);
        assert_eq!(verdict(0.5, 1.41).outcome, Outcome::Fail);
        assert_eq!(verdict(0.5, f64::NAN).outcome, Outcome::Fail);
    }

    #[test]
    fn place_and_both_values_are_named() {
        let verdict = verdict(0.5, 6.0);
        let finding = &verdict.findings[0];
        assert_eq!((finding.place.as_str(), finding.measured), ("input", Some(9.0)));
        let message = "the deviation of `input` goes from 2 to 6 by augmentation";
        assert_eq!(finding.message, message);
    }

    #[test]
    fn without_augmentation_there_is_nothing_to_compare() {
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn what_is_constant_may_stay_so() {
        let constant = testing::verdict(&PROPERTY, |evidence| {
            evidence.relations.as_mut().unwrap().augmented = vec![AugmentedScale {
                place: "input".to_owned(),
                examples: 64,
                mean: 0.0,
                deviation: 0.0,
                augmented_mean: 0.0,
                augmented_deviation: 0.0,
            }];
        });
        assert_eq!(constant.outcome, Outcome::Pass);
    }
}
