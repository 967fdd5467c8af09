//! `initialization_suits_activations`: initial weights break symmetry and keep the scale.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, WeightEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "initialization_suits_activations",
        summary: "Initial weights tell units apart and keep the scale of what passes through.",
        checks: "The initial weights of linear layers and convolutions, on the host: how many units have \
                 weights of their own, and the gain sd(W) · √fan_in by which a layer scales inputs of \
                 unit variance. Weights that start from a file are as they are.",
        why: "Units with the same weights get the same gradient and stay the same forever: a layer of a \
              hundred computes one feature. Weights that are too large saturate or explode, those that are \
              too small make signal and gradient vanish with depth.",
        condition: "In each layer of two units and more: more than one unit's weights are different, and not \
                    fewer than half. As a warning: gain in `gain` (√2 is He's for relu, 1 LeCun's, 1/√3 \
                    Burn's default).",
        mend: "Use Burn's default initializers, `kaiming_normal` before relu, `xavier_normal` before tanh and \
               sigmoid; `constant`, `zeros` and `ones` belong to biases and scales.",
        source: "LeCun et al. 1998; Glorot and Bengio 2010; He et al. 2015. Fault classes 39 (constant), 40 (too \
                 large) and 41 (too small).",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "gain",
            kind: OptionKind::Range,
            default: OptionValue::Range(0.05, 5.0),
            doc: "gain sd(W) · √fan_in without a warning",
        }],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

/// sd(W) · √fan_in.
fn gain(weights: &WeightEvidence) -> Option<f64> {
    Some(weights.deviation.hypot(weights.mean) * (weights.fan_in? as f64).sqrt())
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    if evidence.subject.weights.is_some() {
        return Verdict::not_applicable("the weights come from a file");
    }
    let (low, high) = options.range("gain").expect("it has a default");
    let all = evidence.initial().weights.iter();
    let sums: Vec<&WeightEvidence> = all.filter(|weights| weights.fan_in.is_some()).collect();
    if sums.is_empty() {
        return Verdict::not_applicable("the model has no linear layer or convolution");
    }
    let gains = || sums.iter().filter_map(|weights| gain(weights));
    let summary = format!(
        "{}: gains from {} to {}",
        count(sums.len(), "layer"),
        short(gains().fold(f64::INFINITY, f64::min)),
        short(gains().fold(0.0, f64::max)),
    );
    let alike = sums.iter().filter_map(|weights| {
        let units = weights.units.filter(|units| units.count > 1)?;
        (units.distinct == 1 || 2 * units.distinct < units.count).then(|| Finding {
            place: weights.tensor.clone(),
            message: format!(
                "{} of {} have the same weights as another one",
                units.count - units.distinct + 1,
                count(units.count, "unit")
            ),
            measured: Some(units.distinct as f64),
            bound: Some(format!("{} distinct", units.count)),
            mend: "draw the weights: `kaiming_uniform`, `xavier_normal`, `normal`".to_owned(),
        })
    });
    let alike: Vec<Finding> = alike.collect();
    if !alike.is_empty() {
        return Verdict::fail(summary, alike);
    }
    let out_of_scale = sums.iter().filter_map(|weights| {
        let gain = gain(weights).filter(|gain| !(low..=high).contains(gain))?;
        let (word, mend) = match gain < low {
            true => ("small", "signal and gradient shrink here; use the default initializer"),
            false => ("large", "what follows saturates or explodes; use the default initializer"),
        };
        Some(Finding {
            place: weights.tensor.clone(),
            message: format!("its weights are {word}: sd(W) · √fan_in is {}", short(gain)),
            measured: Some(gain),
            bound: Some(format!("in [{}, {}]", short(low), short(high))),
            mend: mend.to_owned(),
        })
    });
    let out_of_scale: Vec<Finding> = out_of_scale.collect();
    match out_of_scale.is_empty() {
        true => Verdict::pass(summary),
        false => Verdict::warn(summary, out_of_scale),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let gains = evidence.initial().weights.iter().filter_map(|weights| {
        Some((Value::from(weights.tensor.as_str()), Value::from(gain(weights)?)))
    });
    mapping([("gain", Value::Mapping(gains.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::DistinctUnits;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut WeightEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut evidence.initial.as_mut().unwrap().weights[0]);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn the_default_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        // A head of one unit has nothing to be told apart from.
        let single = DistinctUnits { count: 1, distinct: 1 };
        assert_eq!(verdict(|weights| weights.units = Some(single)).outcome, Outcome::Pass);
    }

    #[test]
    fn units_that_are_all_alike_fail() {
        let alike =
            verdict(|weights| weights.units = Some(DistinctUnits { count: 10, distinct: 1 }));
        assert_eq!(
            (alike.outcome, alike.findings[0].place.as_str()),
            (Outcome::Fail, "hidden.weight")
        );
        assert!(alike.findings[0].message.starts_with("10 of 10 units"));
    }

    #[test]
    fn a_scale_far_off_is_a_warning() {
        let small = verdict(|weights| weights.deviation *= 0.01);
        assert_eq!(small.outcome, Outcome::Warn);
        assert!(small.findings[0].message.contains("small"));
        assert_eq!(verdict(|weights| weights.deviation *= 100.0).outcome, Outcome::Warn);
    }

    #[test]
    fn weights_of_a_file_are_as_they_are() {
        let mut evidence = testing::evidence();
        evidence.subject.weights = Some("0123".to_owned());
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
    }
}
