//! `outputs_vary`: different examples get different outputs.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{ActivationEvidence, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "outputs_vary",
        summary: "The model's outputs differ between examples, before training and after its first \
                  steps.",
        checks: "Outputs of up to 128 training examples, with the initial weights and after the recipe's \
                 first steps: the root of the mean variance over the examples, place by place, against \
                 the root of the mean square of all outputs.",
        why: "A network that answers the same to everything has learned the mean of its targets: a head \
              behind dead units, a saturated activation, a softmax on one unit, or a normalization over \
              the wrong axis. Its loss looks like learning, down to the constant predictor.",
        condition: "sd(outputs, over examples) / rms(outputs) ≥ `ratio`, both times.",
        mend: "At the start: look at the first layer after which nothing varies; `activations_in_scale` \
               lists them all. After training: lower the learning rate, look for dead units.",
        source: "Karpathy 2019, \"verify decreasing training loss\"; fault classes 7 (softmax on one unit) \
                 and 10 (dead head). Healthy programs are above 1e-2.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "ratio",
            kind: OptionKind::Number,
            default: OptionValue::Number(1e-5),
            doc: "least deviation between examples, relative to the outputs' size",
        }],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// sd between examples over the root mean square; `None` where all outputs are 0.
fn ratio(layer: &ActivationEvidence) -> Option<f64> {
    let size = layer.mean.hypot(layer.deviation);
    (size > 0.0).then(|| layer.between / size)
}

/// The outputs' place among the recorded ones: a Rust model without a probe at its end records none.
fn output<'a>(
    evidence: &Evidence,
    recorded: &'a [ActivationEvidence],
) -> Option<&'a ActivationEvidence> {
    match evidence.subject.rust {
        true => recorded.iter().find(|layer| layer.path == "output"),
        false => recorded.last().filter(|layer| layer.kind != "input"),
    }
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let bound = options.number("ratio").expect("it has a default");
    let (initial, training) = (evidence.initial(), evidence.training());
    let Some(start) = output(evidence, &initial.activations) else {
        return Verdict::not_applicable(
            "no probe shows the outputs: `nn_test::probe(\"output\", x)`",
        );
    };
    if initial.examples < 2 {
        return Verdict::not_applicable("there is one example alone");
    }
    let end = output(evidence, &training.activations);
    let told = |layer: &ActivationEvidence| ratio(layer).map_or("0".to_owned(), short);
    let summary = match end {
        Some(end) => format!(
            "sd between examples / size: {} at the start, {} after {} steps",
            told(start),
            told(end),
            training.steps
        ),
        None => format!("sd between examples / size: {} at the start", told(start)),
    };
    let constant = |layer: &ActivationEvidence| !(ratio(layer).unwrap_or(0.0) >= bound);
    let finding = |layer: &ActivationEvidence, message: &str, mend: &str| Finding {
        place: layer.path.clone(),
        message: message.to_owned(),
        measured: Some(ratio(layer).unwrap_or(0.0)),
        bound: Some(format!("≥ {}", short(bound))),
        mend: mend.to_owned(),
    };
    if constant(start) {
        // The first layer after which nothing varies any more is to blame, and not the head.
        let varies = |layer: &&ActivationEvidence| constant(layer) && layer.not_finite == 0;
        let first = initial.activations.iter().find(varies).unwrap_or(start);
        let message = match first.path == start.path {
            true => "the outputs are the same for all examples".to_owned(),
            false => format!(
                "from `{}` ({}) on everything is the same for all examples",
                first.path, first.kind
            ),
        };
        let mend = "look at this layer: dead or saturated units, a normalization over the wrong axis, \
                    weights that are all zero";
        return Verdict::fail(summary, vec![finding(first, &message, mend)]);
    }
    match end.filter(|end| constant(end)) {
        Some(end) => {
            let message = "after training the outputs are the same for all examples: the model has \
                           learned a constant";
            let mend = "lower the learning rate, and look for units that died (`no_dead_units`)";
            Verdict::fail(summary, vec![finding(end, message, mend)])
        }
        None => Verdict::pass(summary),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let start = output(evidence, &evidence.initial().activations);
    mapping([("at_start", start.and_then(ratio).map_or(Value::Null, Value::from))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn set(layers: &mut [ActivationEvidence], from: usize, between: f64) {
        layers[from..].iter_mut().for_each(|layer| layer.between = between);
    }

    #[test]
    fn outputs_that_differ_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn the_first_layer_that_is_constant_is_named() {
        let constant =
            verdict(|evidence| set(&mut evidence.initial.as_mut().unwrap().activations, 2, 0.0));
        assert_eq!(
            (constant.outcome, constant.findings[0].place.as_str()),
            (Outcome::Fail, "relu1")
        );
        let head =
            verdict(|evidence| set(&mut evidence.initial.as_mut().unwrap().activations, 3, 1e-7));
        assert_eq!((head.outcome, head.findings[0].place.as_str()), (Outcome::Fail, "head"));
    }

    #[test]
    fn a_constant_that_was_learned_fails_too() {
        let learned =
            verdict(|evidence| set(&mut evidence.training.as_mut().unwrap().activations, 3, 0.0));
        assert_eq!(learned.outcome, Outcome::Fail);
        assert!(learned.findings[0].message.contains("learned a constant"));
    }

    #[test]
    fn a_rust_model_shows_its_outputs_by_a_probe() {
        assert_eq!(
            verdict(|evidence| evidence.subject.rust = true).outcome,
            Outcome::NotApplicable
        );
    }
}
