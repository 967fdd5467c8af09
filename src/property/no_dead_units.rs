//! `no_dead_units`: units behind a ReLU answer to some example.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{ActivationEvidence, Evidence, Experiment, UnitEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "no_dead_units",
        summary: "Units of ReLU-like activations are active on some example.",
        checks: "For every activation that is exactly zero on a half-line (relu, relu6, \
                 thresholded_relu, threshold to 0): the share of units (channels of images, \
                 features otherwise) that are 0 on all of up to 128 training examples, at \
                 initialization and after the recipe's first steps.",
        why: "A unit that is never active gets no gradient and never will: its weights are lost. A \
              large learning rate or a negative bias kills many at once.",
        condition: "In every such layer: dead units ≤ `share` of all units, both times.",
        mend: "Dead at the start: initialize the bias before it with 0 and scale the inputs. Dying \
               in training: lower the learning rate, or use leaky_relu.",
        source: "Fault class 63 (dead ReLU); share from healthy programs.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "share",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.5),
            doc: "largest share of dead units in a layer",
        }],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// A layer's units at the start and after the first steps.
struct Layer<'a> {
    path: &'a str,
    start: UnitEvidence,
    trained: UnitEvidence,
}

fn layers(evidence: &Evidence) -> Vec<Layer<'_>> {
    let initial = evidence.initial();
    let training = evidence.training();
    let with_units = |activations: &'_ [ActivationEvidence], path: &str| {
        activations.iter().find(|activation| activation.path == path)?.units
    };
    let start = initial.activations.iter().filter_map(|activation| {
        let start = activation.units?;
        let trained = with_units(&training.activations, &activation.path).unwrap_or(start);
        Some(Layer { path: &activation.path, start, trained })
    });
    start.collect()
}

fn share(units: UnitEvidence) -> f64 {
    units.dead as f64 / units.count.max(1) as f64
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let layers = layers(evidence);
    let bound = options.number("share").expect("it has a default");
    if layers.is_empty() {
        return Verdict::not_applicable(match evidence.subject.rust {
            true => {
                "no probe shows an activation: `nn_test::probe(\"relu1\", x)` in the forward pass does"
            }
            false => "the model has no activation whose units can die",
        });
    }
    let worst = |pick: fn(&Layer<'_>) -> UnitEvidence| {
        layers.iter().map(|layer| share(pick(layer))).fold(0.0, f64::max)
    };
    let summary = format!(
        "{}: at most {} dead at the start, {} after training",
        count(layers.len(), "layer"),
        percent(worst(|layer| layer.start)),
        percent(worst(|layer| layer.trained)),
    );
    let findings: Vec<Finding> = layers
        .iter()
        .filter(|layer| share(layer.start) > bound || share(layer.trained) > bound)
        .map(|layer| finding(layer, bound))
        .collect();
    Verdict::of(summary, findings)
}

fn finding(layer: &Layer<'_>, bound: f64) -> Finding {
    let at_start = share(layer.start) > bound;
    let (units, when, mend) = match at_start {
        true => (
            layer.start,
            "at initialization",
            "initialize the bias before it with 0, keep the default initializer, and scale the \
             inputs",
        ),
        false => (
            layer.trained,
            "after the first steps",
            "lower the learning rate, or use `leaky_relu` here",
        ),
    };
    Finding {
        place: layer.path.to_owned(),
        message: format!(
            "{} of {} are never active {when}",
            units.dead,
            count(units.count, "unit")
        ),
        measured: Some(share(units)),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let layers = layers(evidence).into_iter().map(|layer| {
        let units = mapping([
            ("units", layer.start.count.into()),
            ("dead_at_start", layer.start.dead.into()),
            ("dead_after_training", layer.trained.dead.into()),
        ]);
        (Value::from(layer.path), Value::Mapping(units))
    });
    layers.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(start: usize, trained: usize) -> Verdict {
        let mut evidence = testing::evidence();
        let units = |dead| Some(UnitEvidence { count: 10, dead });
        evidence.initial.as_mut().unwrap().activations[2].units = units(start);
        evidence.training.as_mut().unwrap().activations[2].units = units(trained);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_few_dead_units_are_healthy() {
        assert_eq!(verdict(2, 3).outcome, Outcome::Pass);
    }

    #[test]
    fn a_layer_dead_at_the_start_is_named() {
        let verdict = verdict(10, 10);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "relu1");
        assert!(verdict.findings[0].message.contains("at initialization"));
    }

    #[test]
    fn units_that_die_in_training_are_told_apart() {
        let verdict = verdict(1, 9);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].message.contains("after the first steps"));
    }

    #[test]
    fn a_model_without_such_activations_is_not_judged() {
        let mut evidence = testing::evidence();
        for activation in &mut evidence.initial.as_mut().unwrap().activations {
            activation.units = None;
        }
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
