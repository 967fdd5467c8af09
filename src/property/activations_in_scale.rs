//! `activations_in_scale`: signals keep their size on the way to the head.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{ActivationEvidence, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "activations_in_scale",
        summary: "The outputs of all layers are of one size and tell examples apart.",
        checks: "Outputs of up to 128 training examples at initialization: the standard deviation of each \
                 layer, against that of the first layer with weights, and how much of it is between \
                 examples.",
        why: "Signals that shrink or grow from layer to layer do so exponentially with depth, and their \
              gradients with them. A layer whose outputs are nearly the same for all examples passes \
              nothing on, whatever its size.",
        condition: "sd(layer) / sd(first layer with weights) in `range`, and sd between examples ≥ `between` · \
                    rms, for every layer behind the first but the head.",
        mend: "Use the initializer that suits the activation, put a normalization in, scale the inputs.",
        source: "Glorot and Bengio 2010; Mishkin and Matas 2016 (LSUV). Fault classes 3 (softmax inside), 4 \
                 (exponential), 40 and 41 (initial weights), 60 (no normalization).",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "range",
                kind: OptionKind::Range,
                default: OptionValue::Range(0.01, 100.0),
                doc: "standard deviation relative to the first layer's",
            },
            OptionMeta {
                name: "between",
                kind: OptionKind::Number,
                default: OptionValue::Number(1e-3),
                doc: "least deviation between examples, relative to the layer's root mean square",
            },
        ],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

/// Which of the recorded layers give an output of the model: those that the plan names and, where that
/// is a container, the last one inside.
fn heads(recorded: &[ActivationEvidence], outputs: &[String]) -> Vec<bool> {
    let mut heads = vec![false; recorded.len()];
    for at in (0..recorded.len()).rev() {
        let path = &recorded[at].path;
        let ends_a_head = recorded.get(at + 1).is_some_and(|next| {
            let inside = path.strip_prefix(&next.path).is_some_and(|rest| rest.starts_with('.'));
            inside && heads[at + 1]
        });
        heads[at] = outputs.contains(path) || ends_a_head;
    }
    heads
}

/// The layers behind the first one with weights, but the heads; with that first one.
fn layers(evidence: &Evidence) -> Option<(&ActivationEvidence, Vec<&ActivationEvidence>)> {
    let recorded = &evidence.initial().activations;
    let has_weights = |layer: &&ActivationEvidence| {
        evidence.subject.layers.iter().any(|known| known.path == layer.path && known.parameters > 0)
    };
    let first = match evidence.subject.rust {
        true => recorded.first()?,
        false => recorded.iter().find(has_weights)?,
    };
    let start = recorded.iter().position(|layer| layer.path == first.path)? + 1;
    let heads = heads(recorded, &evidence.subject.outputs);
    // Of a Rust model the last probe counts as the head.
    let last = recorded.len().saturating_sub(1).max(start);
    let behind: Vec<_> = (start..last).filter(|at| !heads[*at]).map(|at| &recorded[at]).collect();
    (!behind.is_empty() && first.deviation > 0.0).then_some((first, behind))
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let (low, high) = options.range("range").expect("it has a default");
    let least = options.number("between").expect("it has a default");
    let Some((first, behind)) = layers(evidence) else {
        return Verdict::not_applicable(match evidence.subject.rust {
            true => "fewer than three probes show what passes through the model",
            false => "there is no layer between the first and the head",
        });
    };
    let ratio = |layer: &ActivationEvidence| layer.deviation / first.deviation;
    let ratios = || behind.iter().map(|layer| ratio(layer));
    let summary = format!(
        "{} behind `{}`: sd from {} to {} times its own",
        count(behind.len(), "layer"),
        first.path,
        short(ratios().fold(f64::INFINITY, f64::min)),
        short(ratios().fold(0.0, f64::max)),
    );
    // What follows a layer that is out of scale is so, too: the first one is to blame.
    let finding = behind.iter().find_map(|layer| {
        let found = ratio(layer);
        let size = layer.mean.hypot(layer.deviation);
        let (message, measured, bound) = if !(low..=high).contains(&found) {
            let message = format!(
                "the outputs of this `{}` have {} times the standard deviation of `{}`",
                layer.kind,
                short(found),
                first.path
            );
            (message, found, format!("in [{}, {}]", short(low), short(high)))
        } else if layer.between < least * size {
            let share = layer.between / size;
            let message = format!(
                "the outputs of this `{}` are nearly the same for all examples",
                layer.kind
            );
            (message, share, format!("≥ {}", short(least)))
        } else {
            return None;
        };
        Some(Finding {
            place: layer.path.clone(),
            message,
            measured: Some(measured),
            bound: Some(bound),
            mend: "look at the initializer of the layer before it and at the scale of the inputs, or put \
                   a normalization here"
                .to_owned(),
        })
    });
    match finding {
        None => Verdict::pass(summary),
        Some(finding) => Verdict::fail(summary, vec![finding]),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let Some((first, behind)) = layers(evidence) else { return Mapping::new() };
    let ratios = behind.iter().map(|layer| {
        (Value::from(layer.path.as_str()), Value::from(layer.deviation / first.deviation))
    });
    mapping([("deviation_of_first", Value::Mapping(ratios.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut ActivationEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut evidence.initial.as_mut().unwrap().activations[2]);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn signals_of_one_size_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_layer_that_is_too_large_or_too_small_fails_and_is_named() {
        for factor in [1e-3, 1e3] {
            let scaled = verdict(|layer| layer.deviation *= factor);
            assert_eq!(
                (scaled.outcome, scaled.findings[0].place.as_str()),
                (Outcome::Fail, "relu1")
            );
        }
    }

    #[test]
    fn a_layer_that_is_constant_fails() {
        let constant = verdict(|layer| layer.between = 1e-5);
        assert_eq!(constant.outcome, Outcome::Fail);
        assert!(constant.findings[0].message.contains("nearly the same"));
    }

    #[test]
    fn a_head_that_is_not_the_last_layer_may_have_any_scale() {
        let mut evidence = testing::evidence();
        evidence.initial.as_mut().unwrap().activations[2].deviation *= 1e-3;
        let options = Options::defaults(&PROPERTY.meta);
        evidence.subject.outputs = vec!["relu1".to_owned(), "head".to_owned()];
        assert_ne!(judge(&evidence, &options).outcome, Outcome::Fail);
        evidence.subject.outputs = vec!["head".to_owned()];
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
    }

    #[test]
    fn the_last_layer_of_a_head_that_is_a_container_is_the_head() {
        let layer = |path: &str| {
            let layer = testing::evidence().initial.unwrap().activations[0].clone();
            ActivationEvidence { path: path.to_owned(), ..layer }
        };
        let recorded = ["fakes.critic.one", "fakes.critic.two", "fakes.critic", "fakes", "other"];
        let recorded = recorded.map(layer);
        assert_eq!(heads(&recorded, &["fakes".to_owned()]), [false, true, true, true, false]);
        assert_eq!(heads(&recorded, &["fake".to_owned()]), [false; 5]);
    }

    #[test]
    fn a_single_layer_has_nothing_behind_it() {
        let mut evidence = testing::evidence();
        evidence.initial.as_mut().unwrap().activations.truncate(2);
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
