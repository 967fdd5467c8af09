//! `finite_everywhere`: no NaN and no infinity.

use serde_yaml::Mapping;

use super::text::{count, mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{ActivationEvidence, Evidence, Experiment, is_single};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "finite_everywhere",
        summary: "No NaN and no infinity in outputs, loss, gradients and updates.",
        checks: "The outputs of all layers, the loss and all gradients at initialization, the \
                 losses of the recipe's first steps, and the outputs of all layers after them. The \
                 first layer that produces a number that is not finite is named, not those that \
                 pass it on.",
        why: "One NaN spreads through every later sum. What is reported in the end is rarely where \
              it began.",
        condition: "Every number is finite in single precision: 3.4e38 is the largest, also on the CPU \
                    device, which has larger ones.",
        mend: "Look at the layer named: logarithms and divisions of 0, exponentials of large \
               numbers, an input that is not finite. If it begins in training: lower the learning \
               rate or clip gradients.",
        source: "transformers' DebugUnderflowOverflow; peers' non-finite rules.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// The first recorded output that is not finite: what comes before it was still finite.
fn producer(activations: &[ActivationEvidence]) -> Option<&ActivationEvidence> {
    activations.iter().find(|activation| activation.not_finite > 0)
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let (initial, training) = (evidence.initial(), evidence.training());
    let finding = |place: &str, message: String, measured: f64, mend: &str| Finding {
        place: place.to_owned(),
        message,
        measured: Some(measured),
        bound: Some("finite".to_owned()),
        mend: mend.to_owned(),
    };
    let mut findings = Vec::new();
    if let Some(layer) = producer(&initial.activations) {
        let message = format!(
            "`{}` produces {} at initialization",
            layer.path,
            count(layer.not_finite, "number that is not finite").replace("finites", "finite")
        );
        let mend = "look for a logarithm, a division or an exponential here, and at its input's \
                    scale";
        findings.push(finding(&layer.path, message, layer.not_finite as f64, mend));
    } else if !is_single(initial.loss) {
        let message = format!("all outputs are finite, but the loss is {}", short(initial.loss));
        findings.push(finding("loss", message, initial.loss, "use a loss that takes logits"));
    } else {
        for gradient in initial.gradients.iter().rev().filter(|g| g.not_finite > 0).take(1) {
            let message = format!("{} of its gradient is not finite", gradient.not_finite);
            let mend = "the backward of the layer behind it divides by 0 or overflows";
            findings.push(finding(&gradient.tensor, message, gradient.norm, mend));
        }
    }
    if findings.is_empty()
        && let Some(step) = training.losses.iter().position(|loss| !is_single(*loss))
    {
        let message = format!(
            "the loss is finite for {} and then {}",
            count(step, "step"),
            short(training.losses[step])
        );
        let mend = "lower the learning rate, or clip gradients: `clipping: {norm: 1}`";
        let place = producer(&training.activations).map_or("training", |layer| &layer.path);
        findings.push(finding(place, message, training.losses[step], mend));
    } else if findings.is_empty()
        && let Some(layer) = producer(&training.activations)
    {
        let message = format!("not finite after {}", count(training.steps, "step"));
        let mend = "lower the learning rate, or clip gradients: `clipping: {norm: 1}`";
        findings.push(finding(&layer.path, message, layer.not_finite as f64, mend));
    }
    let looked = format!(
        "{} and {} at the start, {} of training",
        count(initial.activations.len(), "output"),
        count(initial.gradients.len(), "gradient"),
        count(training.steps, "step")
    );
    Verdict::of(looked, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    mapping([
        ("outputs", evidence.initial().activations.len().into()),
        ("gradients", evidence.initial().gradients.len().into()),
        ("steps", evidence.training().steps.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    #[test]
    fn finite_numbers_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn the_layer_that_produces_the_first_nan_is_named_and_no_other() {
        let verdict = verdict(|evidence| {
            let activations = &mut evidence.initial.as_mut().unwrap().activations;
            activations.iter_mut().skip(2).for_each(|activation| activation.not_finite = 7);
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings.len(), 1);
        assert_eq!(verdict.findings[0].place, "relu1");
    }

    #[test]
    fn a_loss_that_overflows_in_training_tells_the_step() {
        let verdict = verdict(|evidence| {
            evidence.training.as_mut().unwrap().losses = vec![2.3, 900.0, f64::NAN];
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].message.contains("2 steps"), "{:?}", verdict.findings);
    }

    #[test]
    fn a_loss_that_only_double_precision_has_fails() {
        let verdict = verdict(|evidence| evidence.initial.as_mut().unwrap().loss = 1e39);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "loss");
    }

    #[test]
    fn a_gradient_that_is_not_finite_fails() {
        let verdict = verdict(|evidence| {
            evidence.initial.as_mut().unwrap().gradients[0].not_finite = 1;
        });
        assert_eq!(verdict.findings[0].place, "hidden.weight");
    }
}
