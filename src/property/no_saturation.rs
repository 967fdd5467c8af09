//! `no_saturation`: activations with flats work where they are steep.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{ActivationEvidence, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "no_saturation",
        summary: "Activations that are flat at both ends (sigmoid, tanh, …) are not at their ends.",
        checks: "For every `sigmoid`, `tanh`, `hard_sigmoid` and `hard_tanh`, or probe of such a name: \
                 the share of outputs of up to 128 training examples that lie where the activation's \
                 slope is below a hundredth of its steepest (|tanh| > 0.995, sigmoid outside 0.0025 … \
                 0.9975, the hard ones at their limits), at initialization and after the recipe's first \
                 steps.",
        why: "On a flat the gradient is next to nothing: what comes before it does not learn. Inputs that \
              are not scaled, initial weights that are too large and learning rates that are too high \
              bring a layer there.",
        condition: "In every such layer but the last: saturated share ≤ `share`, both times. The last \
                    layer may be sure of its answers after training, and is judged at the start alone.",
        mend: "Scale the inputs, keep the default initializer (gain 1 for tanh and sigmoid), lower the \
               learning rate, or use `relu` or a normalization before the activation.",
        source: "LeCun et al. 1998, Efficient BackProp, 4.4; Glorot and Bengio 2010. Fault classes 2, 22 \
                 and 40.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "share",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.5),
            doc: "largest share of saturated outputs in a layer",
        }],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// A layer with flats, and its saturated share at the start and after the first steps.
struct Layer<'a> {
    start: &'a ActivationEvidence,
    at_start: f64,
    trained: f64,
    is_last: bool,
}

fn layers(evidence: &Evidence) -> Vec<Layer<'_>> {
    let (initial, training) = (evidence.initial(), evidence.training());
    let last = initial.activations.len().saturating_sub(1);
    let with_flats = initial.activations.iter().enumerate().filter_map(|(index, start)| {
        let at_start = start.saturated_share?;
        let same = training.activations.iter().find(|trained| trained.path == start.path);
        let trained = same.and_then(|trained| trained.saturated_share).unwrap_or(at_start);
        Some(Layer { start, at_start, trained, is_last: index == last })
    });
    with_flats.collect()
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let layers = layers(evidence);
    let bound = options.number("share").expect("it has a default");
    if layers.is_empty() {
        return Verdict::not_applicable(match evidence.subject.rust {
            true => {
                "no probe shows an activation with flats: `nn_test::probe(\"tanh1\", x)` in the forward \
                 pass does"
            }
            false => "the model has no activation that is flat at both ends",
        });
    }
    let worst = |share: fn(&Layer<'_>) -> f64| layers.iter().map(share).fold(0.0, f64::max);
    let summary = format!(
        "{}: at most {} saturated at the start, {} after training",
        count(layers.len(), "layer"),
        percent(worst(|layer| layer.at_start)),
        percent(worst(|layer| layer.trained)),
    );
    let findings: Vec<Finding> = layers
        .iter()
        .filter(|layer| layer.at_start > bound || !layer.is_last && layer.trained > bound)
        .map(|layer| finding(layer, bound))
        .collect();
    Verdict::of(summary, findings)
}

fn finding(layer: &Layer<'_>, bound: f64) -> Finding {
    let (share, when, mend) = match layer.at_start > bound {
        true => (
            layer.at_start,
            "at initialization",
            "scale the inputs, and keep the default initializer of the layer before it",
        ),
        false => (
            layer.trained,
            "after the first steps",
            "lower the learning rate, or put a normalization before it",
        ),
    };
    Finding {
        place: layer.start.path.clone(),
        message: format!(
            "{} of the outputs of this `{}` are on its flats {when}",
            percent(share),
            layer.start.kind
        ),
        measured: Some(share),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let shares = layers(evidence)
        .into_iter()
        .map(|layer| (Value::from(layer.start.path.as_str()), Value::from(layer.at_start)));
    mapping([("saturated_at_start", Value::Mapping(shares.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    /// Shares of the layer at this index, at the start and after training.
    fn verdict(index: usize, start: f64, trained: f64) -> Verdict {
        let mut evidence = testing::evidence();
        let initial = evidence.initial.as_mut().unwrap();
        initial.activations[index].saturated_share = Some(start);
        let training = evidence.training.as_mut().unwrap();
        training.activations[index].saturated_share = Some(trained);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_layer_on_its_slope_passes() {
        assert_eq!(verdict(2, 0.1, 0.3).outcome, Outcome::Pass);
    }

    #[test]
    fn a_saturated_layer_fails_and_is_named_with_the_time() {
        let start = verdict(2, 0.9, 0.9);
        assert_eq!((start.outcome, start.findings[0].place.as_str()), (Outcome::Fail, "relu1"));
        assert!(start.findings[0].message.contains("at initialization"));
        let trained = verdict(2, 0.1, 0.9);
        assert!(trained.findings[0].message.contains("after the first steps"));
    }

    #[test]
    fn a_head_may_be_sure_of_its_answers_after_training() {
        assert_eq!(verdict(3, 0.1, 0.9).outcome, Outcome::Pass);
        assert_eq!(verdict(3, 0.9, 0.9).outcome, Outcome::Fail);
    }

    #[test]
    fn without_such_a_layer_there_is_nothing_to_judge() {
        let evidence = testing::evidence();
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
