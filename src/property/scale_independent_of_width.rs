//! `scale_independent_of_width`: a wider model's layers give numbers of the same size.

use serde_yaml::Mapping;

use super::text::{count, few, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, LayerScale, WidthEvidence};
use crate::spec::Severity;

/// Standard errors of a slope that its draws may be off.
const ERRORS: f64 = 3.0;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "scale_independent_of_width",
        summary: "When the model is made wider, its layers give numbers of the same size.",
        checks: "How far every layer's output varies from example to example (the root of the mean \
                 variance, place by place) over up to 64 training examples before any training, in \
                 training mode with random layers off: of the model as it is, with its hidden sizes \
                 doubled, and doubled again; the geometric mean over eight draws of the weights. It \
                 costs 24 passes and three models, the widest with up to sixteen times the weights.",
        why: "A specification tests a small copy of a network. Where weights are drawn with a fixed \
              deviation, whatever the fan-in, the outputs of a layer grow with the root of the width: \
              what starts well here saturates or overflows in the large model, and rates that were \
              found here do not hold there.",
        condition: "−`decay` − 3 e ≤ slope of log variation over log width ≤ `slope` + 3 e for every layer, with the standard error e of its slope by the draws. A right \
                    deviation of the weights has 0, a fixed one 0.5 per layer, one of 1 / fan-in −0.5 \
                    per layer. Xavier's initializers behind inputs of a fixed size have down to −0.5, \
                    which is let pass. Not applicable to Rust models, and where no hidden size can be \
                    doubled.",
        mend: "Draw weights with a deviation of 1 / √fan-in (`kaiming_uniform`, `xavier_normal`, the \
               layers' own default), divide the scores of attention by the root of the features, and \
               normalize.",
        source: "Yang et al. 2022, \"Tensor Programs V\" (the coordinate check of μTransfer, here before \
                 the first step). The shipped specs and a network of Xavier's weights, five seeds each: \
                 slopes from −0.47 to 0.21, no warning among 90 verdicts; a deviation of 0.2 whatever \
                 the fan-in: 0.5.",
        severity: Severity::Warn,
        recommended: false,
        options: &[
            OptionMeta {
                name: "slope",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.25),
                doc: "largest slope upwards",
            },
            OptionMeta {
                name: "decay",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.75),
                doc: "largest slope downwards",
            },
        ],
    },
    needs: &[Experiment::Widths],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let widths = match evidence.widths() {
        Ok(widths) => widths,
        Err(reason) => return Verdict::not_applicable(reason.clone()),
    };
    let number = |name| options.number(name).expect("it has a default");
    let slopes = widths.layers.iter().filter_map(LayerScale::slope);
    let (low, high) =
        slopes.fold((0.0_f64, 0.0_f64), |(low, high), slope| (low.min(slope), high.max(slope)));
    let summary = format!(
        "{} of {} parameters: slopes from {} to {}",
        count(widths.parameters.len(), "width"),
        widths.parameters.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        short(low),
        short(high),
    );
    Verdict::of(summary, few(findings(widths, number("slope"), number("decay"))))
}

/// The layer where it begins is the first.
fn findings(widths: &WidthEvidence, growth: f64, decay: f64) -> Vec<Finding> {
    let steep = widths.layers.iter().filter_map(|layer| {
        let slope = layer.slope()?;
        let doubt = ERRORS * layer.error;
        if (-decay - doubt..=growth + doubt).contains(&slope) {
            return None;
        }
        let (bound, mend) = match slope > 0.0 {
            true => (
                format!("≤ {}", short(growth)),
                "draw its weights with a deviation of 1 / √fan-in, as its own default does",
            ),
            false => (
                format!("≥ -{}", short(decay)),
                "its weights get too small as the fan-in grows: a deviation of 1 / √fan-in, not \
                 1 / fan-in",
            ),
        };
        Some(Finding {
            place: layer.path.clone(),
            message: format!(
                "the numbers of `{}` vary by {} as the model gets wider",
                layer.path,
                layer.deviations.iter().map(|it| short(*it)).collect::<Vec<_>>().join(" → "),
            ),
            measured: Some(slope),
            bound: Some(bound),
            mend: mend.to_owned(),
        })
    });
    steep.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(deviations: &[f64]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let layer = |path: &str, deviations: &[f64]| LayerScale {
                path: path.to_owned(),
                kind: "linear".to_owned(),
                deviations: deviations.to_vec(),
                error: 0.0,
            };
            evidence.widths = Some(Ok(WidthEvidence {
                examples: 64,
                seeds: 4,
                parameters: vec![160, 520, 1840],
                layers: vec![layer("hidden", &[1.0, 1.0, 1.0]), layer("head", deviations)],
            }));
        })
    }

    #[test]
    fn what_stays_of_its_size_passes() {
        assert_eq!(verdict(&[0.5, 0.52, 0.49]).outcome, Outcome::Pass);
        // 4 to the power of 0.25 is 1.414.
        assert_eq!(verdict(&[1.0, 1.2, 1.41]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[1.0, 1.2, 1.42]).outcome, Outcome::Fail);
    }

    #[test]
    fn growth_and_decay_with_the_width_are_named_with_their_layer() {
        let grows = verdict(&[1.0, 1.41, 2.0]);
        assert_eq!(grows.outcome, Outcome::Fail);
        assert_eq!(
            (grows.findings[0].place.as_str(), grows.findings[0].measured),
            ("head", Some(0.5))
        );
        assert!(grows.findings[0].message.contains("vary by 1 → 1.41 → 2"), "{grows:?}");
        // 4 to the power of -0.75 is 0.354.
        assert_eq!(verdict(&[1.0, 0.6, 0.354]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[1.0, 0.6, 0.353]).outcome, Outcome::Fail);
    }

    #[test]
    fn what_cannot_be_widened_is_not_judged() {
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.widths = Some(Err("none".to_owned()));
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Pass);
    }
}
