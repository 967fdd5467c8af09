//! `gradients_flow`: gradients neither vanish nor explode on their way to the input.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, GradientEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "gradients_flow",
        summary: "Gradients of the weights are of one order from head to input.",
        checks: "One backward pass over up to 128 training examples at initialization: the norm of the \
                 gradient of each tensor of rank 2 and more, in the model's order.",
        why: "What is multiplied layer by layer shrinks or grows exponentially with depth. Where the \
              gradient vanishes, the first layers stay as they were drawn; where it explodes, no \
              learning rate suits all layers.",
        condition: "Vanishing: every norm ≥ `least` · the largest. Exploding: with three tensors and more, \
                    (norm of the first / norm of the last)^(1 / (n − 1)) ≤ `growth`.",
        mend: "Keep the default initializer for the activation (`kaiming_*` for relu, `xavier_*` for tanh), \
               put normalizations or residual blocks in, prefer relu to sigmoid in deep networks; clip \
               the gradients of recurrent layers.",
        source: "Glorot and Bengio 2010; He et al. 2015. Of 64 healthy programs the smallest norm is 1e-5 of \
                 the largest; fault class 64.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "least",
                kind: OptionKind::Number,
                default: OptionValue::Number(1e-6),
                doc: "smallest norm, relative to the largest",
            },
            OptionMeta {
                name: "growth",
                kind: OptionKind::Number,
                default: OptionValue::Number(70.0),
                doc: "largest growth from one tensor to the one before it, on the geometric mean",
            },
        ],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

/// Weights that get a gradient: those that get none are another property's.
fn weights(evidence: &Evidence) -> Vec<&GradientEvidence> {
    let gradients = evidence.initial().gradients.iter();
    let counts = |gradient: &&GradientEvidence| {
        gradient.shape.len() >= 2 && gradient.zero_by_design.is_none() && gradient.norm != 0.0
    };
    gradients.filter(counts).collect()
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let weights = weights(evidence);
    let least = options.number("least").expect("it has a default");
    let growth = options.number("growth").expect("it has a default");
    let (Some(first), Some(last)) = (weights.first(), weights.last()) else {
        return Verdict::not_applicable("no tensor of rank 2 or more gets a gradient");
    };
    let norms = || weights.iter().map(|gradient| gradient.norm);
    let (smallest, largest) = (norms().fold(f64::INFINITY, f64::min), norms().fold(0.0, f64::max));
    let summary = format!(
        "{}: norms from {} to {}",
        count(weights.len(), "tensor"),
        short(smallest),
        short(largest)
    );
    if let Some(broken) = weights.iter().find(|gradient| !gradient.norm.is_finite()) {
        let finding = Finding {
            place: broken.tensor.clone(),
            message: format!("the norm of its gradient is {}", short(broken.norm)),
            measured: Some(broken.norm),
            bound: Some("finite".to_owned()),
            mend:
                "see `finite_everywhere`: it names the layer that the first such number comes from"
                    .to_owned(),
        };
        return Verdict::fail(summary, vec![finding]);
    }
    let vanished = weights.iter().filter(|gradient| gradient.norm < least * largest);
    let mut findings: Vec<Finding> = vanished
        .map(|gradient| Finding {
            place: gradient.tensor.clone(),
            message: format!(
                "its gradient has vanished: {} of the largest",
                short(gradient.norm / largest)
            ),
            measured: Some(gradient.norm / largest),
            bound: Some(format!("≥ {}", short(least))),
            mend: "put a normalization or a residual block between it and the head, and use the \
                   initializer that suits the activation"
                .to_owned(),
        })
        .collect();
    let steps = weights.len() - 1;
    let per_layer = (first.norm / last.norm).powf(1.0 / steps.max(1) as f64);
    if steps >= 2 && per_layer > growth {
        findings.push(Finding {
            place: first.tensor.clone(),
            message: format!(
                "gradients explode: they grow {} times per layer from `{}` to here",
                short(per_layer),
                last.tensor
            ),
            measured: Some(per_layer),
            bound: Some(format!("≤ {}", short(growth))),
            mend: "smaller initial weights, a normalization between the layers, or clipping"
                .to_owned(),
        });
    }
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let weights = weights(evidence);
    let largest = weights.iter().map(|gradient| gradient.norm).fold(0.0, f64::max);
    let shares = weights.iter().map(|gradient| {
        (Value::from(gradient.tensor.as_str()), Value::from(gradient.norm / largest))
    });
    mapping([("norm_of_largest", Value::Mapping(shares.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    /// Gradients of so many weight matrices, from the input to the head.
    fn verdict(norms: &[f64]) -> Verdict {
        let mut evidence = testing::evidence();
        let gradients = norms.iter().enumerate().map(|(index, norm)| GradientEvidence {
            tensor: format!("linear{}.weight", index + 1),
            shape: vec![4, 4],
            present: true,
            norm: *norm,
            not_finite: 0,
            zero_by_design: None,
        });
        evidence.initial.as_mut().unwrap().gradients = gradients.collect();
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn one_order_passes() {
        assert_eq!(verdict(&[1e-3, 0.1, 2.0]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[1e-5, 1.0]).outcome, Outcome::Pass);
    }

    #[test]
    fn a_vanished_gradient_fails_and_is_named() {
        let vanished = verdict(&[1e-9, 1e-4, 1.0]);
        assert_eq!(vanished.outcome, Outcome::Fail);
        assert_eq!(
            (vanished.findings.len(), vanished.findings[0].place.as_str()),
            (1, "linear1.weight")
        );
    }

    #[test]
    fn an_explosion_fails_at_the_input() {
        let exploding = verdict(&[1e6, 1e3, 1.0]);
        assert_eq!(exploding.outcome, Outcome::Fail);
        assert!(exploding.findings.last().unwrap().message.contains("1000 times per layer"));
        // Two tensors are no trend.
        assert_eq!(verdict(&[1e3, 1.0]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[f64::INFINITY, 1.0]).outcome, Outcome::Fail);
    }

    #[test]
    fn what_gets_no_gradient_is_another_propertys() {
        assert_eq!(verdict(&[0.0, 1.0]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[0.0]).outcome, Outcome::NotApplicable);
    }
}
