//! `dropout_sound`: dropout is on in training, off in use, and nothing behind it counts on its variance.

use serde_yaml::{Mapping, Value};

use super::text::{count, few, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{DropoutEvidence, Evidence, Experiment, TwiceEvidence, VarianceShift};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "dropout_sound",
        summary: "Dropout is random in training, off in use, and no batch normalization learns its variance.",
        checks: "With the initial weights: the outputs of 8 examples twice in training mode and twice in use, \
                 each time with other random numbers; the rates of dropouts, and whether one is the last \
                 layer; and for every batch normalization behind a dropout the variance of its input on up \
                 to 128 examples, over four masks and without any. Rates and variances are not known of Rust \
                 models. Not judged of declared models without dropout, and outputs not where a model \
                 computes its own loss.",
        why: "Dropout that stays on makes answers random, and one that is off in training regularizes \
              nothing. A batch normalization behind a dropout keeps the variance that the dropout made, and \
              divides by it in use, where it is no longer there: signals shrink, and accuracy falls after \
              training.",
        condition: "In use: largest |difference| of outputs ≤ 1000 · unit roundoff · scale (a failure), unless \
                    `random_in_use`. With a dropout: a difference above 0 in training (else a warning). \
                    Variance in training / variance in use of the channel in the middle ≤ `variance_shift` \
                    (a failure). A dropout as last layer (of a Rust model: outputs that are exactly 0 in \
                    training and not in use, unless no output is negative) and a rate above `rate` warn.",
        mend: "Use Burn's `Dropout`, which is off outside of training, in place of random numbers of your \
               own; put dropout behind the last batch normalization, or lower its rate.",
        source: "Srivastava et al. 2014 (rates: error is flat where 0.2…0.6 are dropped, and rises beyond); \
                 Li et al. 2018, arXiv 1801.05134: for inputs of mean 0 right behind a rate p the variances \
                 are 1 / (1 − p) apart, 2 at their harmful 0.5 and 1.11 at their harmless 0.1; 1.5 is \
                 between, where signals in use are 18 % too small.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "rate",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.8),
                doc: "largest rate without a warning",
            },
            OptionMeta {
                name: "variance_shift",
                kind: OptionKind::Number,
                default: OptionValue::Number(1.5),
                doc: "largest variance in training over the variance in use, at a batch normalization",
            },
            OptionMeta {
                name: "random_in_use",
                kind: OptionKind::Flag,
                default: OptionValue::Flag(false),
                doc: "whether outputs are meant to be random in use",
            },
        ],
    },
    needs: &[Experiment::Dropout],
    trains_further: None,
    judge,
    record,
};

/// Roundings of a computation that is done twice.
const ROUNDINGS: f64 = 1000.0;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let dropout = evidence.dropout();
    let rust = evidence.subject.rust;
    match &dropout.outputs {
        // Then nothing is known of it.
        Err(reason) if rust => return Verdict::not_applicable(*reason),
        _ if dropout.layers.is_empty() && !rust => {
            return Verdict::not_applicable("the model has no dropout");
        }
        _ => {}
    }
    let mut failures = Vec::new();
    let mut warnings = Vec::new();
    if let Ok(outputs) = &dropout.outputs {
        let allowed = options.value("random_in_use") == OptionValue::Flag(true);
        failures.extend(random_in_use(outputs).filter(|_| !allowed));
        warnings.extend(still_in_training(dropout, outputs));
        warnings.extend(dropped_answers(dropout, outputs).filter(|_| rust));
    }
    let shift = options.number("variance_shift").expect("it has a default");
    failures.extend(dropout.shifts.iter().filter_map(|norm| shifted(norm, shift)));
    let rate = options.number("rate").expect("it has a default");
    warnings.extend(heavy(dropout, rate));
    warnings.extend(last(dropout));
    let summary = summary(dropout);
    match (failures.is_empty(), warnings.is_empty()) {
        (true, true) => Verdict::pass(summary),
        (true, false) => Verdict::warn(summary, few(warnings)),
        (false, _) => {
            failures.extend(warnings);
            Verdict::fail(summary, few(failures))
        }
    }
}

fn random_in_use(outputs: &TwiceEvidence) -> Option<Finding> {
    let bound = ROUNDINGS * outputs.roundoff * outputs.scale;
    // Outputs that are no numbers are another property's business.
    (outputs.scale.is_finite() && !(outputs.in_use <= bound)).then(|| Finding {
        place: "model".to_owned(),
        message: "the same examples have other outputs each time that the model is used".to_owned(),
        measured: Some(outputs.in_use),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "dropout or noise of your own is on in evaluation: use Burn's `Dropout`, or ask \
               `Device::is_autodiff` before drawing; where it is meant, `random_in_use: true`"
            .to_owned(),
    })
}

fn still_in_training(dropout: &DropoutEvidence, outputs: &TwiceEvidence) -> Option<Finding> {
    let first = dropout.layers.first()?;
    (outputs.in_training == 0.0).then(|| Finding {
        place: first.path.clone(),
        message: "other random numbers change no output in training: dropout does nothing"
            .to_owned(),
        measured: Some(0.0),
        bound: Some("> 0".to_owned()),
        mend: "call the module in the forward pass, with a probability above 0, or remove it"
            .to_owned(),
    })
}

/// Of a Rust model, whose functions are not seen: what is dropped is 0.
fn dropped_answers(dropout: &DropoutEvidence, outputs: &TwiceEvidence) -> Option<Finding> {
    let layer = dropout.layers.last()?;
    (outputs.zeroed > 0.0).then(|| Finding {
        place: layer.path.clone(),
        message: format!(
            "{} of the outputs are exactly 0 in training and not in use: what the loss compares with the \
             targets is dropped",
            percent(outputs.zeroed)
        ),
        measured: Some(outputs.zeroed),
        bound: Some("0".to_owned()),
        mend: "put the dropout in front of the head".to_owned(),
    })
}

fn shifted(norm: &VarianceShift, bound: f64) -> Option<Finding> {
    (!(norm.ratio <= bound)).then(|| Finding {
        place: norm.norm.clone(),
        message: format!(
            "behind the dropout `{}` its input varies {} times as much in training as in use",
            norm.dropout,
            short(norm.ratio)
        ),
        measured: Some(norm.ratio),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "put the dropout behind the last batch normalization, lower its rate, or normalize over \
               features (`layer_norm`)"
            .to_owned(),
    })
}

fn heavy(dropout: &DropoutEvidence, bound: f64) -> Vec<Finding> {
    let layers = dropout.layers.iter().filter_map(|layer| Some((layer, layer.rate?)));
    let heavy = layers.filter(|(_, rate)| !(*rate <= bound)).map(|(layer, rate)| Finding {
        place: layer.path.clone(),
        message: format!("it drops {} of its input", short(rate)),
        measured: Some(rate),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "take a rate from 0.1 to 0.5".to_owned(),
    });
    heavy.collect()
}

fn last(dropout: &DropoutEvidence) -> Vec<Finding> {
    let layers = dropout.layers.iter().filter(|layer| layer.is_output);
    let last = layers.map(|layer| Finding {
        place: layer.path.clone(),
        message: "it drops what the loss compares with the targets".to_owned(),
        measured: layer.rate,
        bound: None,
        mend: "put it in front of the head".to_owned(),
    });
    last.collect()
}

fn summary(dropout: &DropoutEvidence) -> String {
    let layers = match dropout.layers.len() {
        0 => "no dropout".to_owned(),
        layers => format!("{} with dropout", count(layers, "layer")),
    };
    let outputs = match &dropout.outputs {
        Ok(outputs) => format!(
            "; outputs {} apart in training, {} in use",
            short(outputs.in_training),
            short(outputs.in_use)
        ),
        Err(reason) => format!("; {reason}"),
    };
    let shift = dropout.shifts.iter().map(|norm| norm.ratio).max_by(f64::total_cmp);
    let shift = shift.map_or_else(String::new, |ratio| {
        format!("; batch normalizations see {} times the variance in training", short(ratio))
    });
    layers + &outputs + &shift
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let dropout = evidence.dropout();
    if dropout.layers.is_empty() {
        return Mapping::new();
    }
    let rates = dropout.layers.iter().map(|layer| {
        let rate = layer.rate.map_or_else(|| Value::from("not shown"), Value::from);
        (Value::from(layer.path.as_str()), rate)
    });
    let shifts = dropout.shifts.iter();
    let shifts = shifts.map(|norm| (Value::from(norm.norm.as_str()), Value::from(norm.ratio)));
    let mut record = mapping([("rates", Value::Mapping(rates.collect()))]);
    if !dropout.shifts.is_empty() {
        record.insert("variance_shifts".into(), Value::Mapping(shifts.collect()));
    }
    record
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::DroppingLayer;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut DropoutEvidence)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| change(evidence.dropout.as_mut().unwrap()))
    }

    fn outputs(change: impl FnOnce(&mut TwiceEvidence)) -> Verdict {
        verdict(|dropout| change(dropout.outputs.as_mut().unwrap()))
    }

    fn place(verdict: &Verdict) -> (Outcome, &str) {
        (verdict.outcome, verdict.findings[0].place.as_str())
    }

    #[test]
    fn dropout_that_is_on_in_training_and_off_in_use_passes() {
        let passed = verdict(|_| ());
        assert_eq!(passed.outcome, Outcome::Pass);
        assert!(passed.summary.contains("1 layer with dropout"), "{}", passed.summary);
    }

    #[test]
    fn outputs_that_are_random_in_use_fail_unless_they_are_meant_to_be() {
        assert_eq!(place(&outputs(|twice| twice.in_use = 0.2)), (Outcome::Fail, "model"));
        assert_eq!(outputs(|twice| twice.in_use = f64::NAN).outcome, Outcome::Fail);
        // Rounding of a device that adds in another order.
        assert_eq!(outputs(|twice| twice.in_use = 1e-14).outcome, Outcome::Pass);
        let mut evidence = testing::evidence();
        let dropout = evidence.dropout.as_mut().unwrap();
        dropout.outputs.as_mut().unwrap().in_use = 0.2;
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("random_in_use", OptionValue::Flag(true));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
    }

    #[test]
    fn dropout_without_effect_warns() {
        let still = outputs(|twice| twice.in_training = 0.0);
        assert_eq!(place(&still), (Outcome::Warn, "dropout1"));
    }

    #[test]
    fn a_batch_normalization_that_learns_the_variance_of_dropout_fails() {
        let shifted = |ratio| {
            verdict(|dropout| {
                dropout.shifts = vec![VarianceShift {
                    norm: "norm".to_owned(),
                    dropout: "dropout1".to_owned(),
                    ratio,
                }];
            })
        };
        assert_eq!(shifted(1.5).outcome, Outcome::Pass);
        assert_eq!(place(&shifted(1.51)), (Outcome::Fail, "norm"));
        assert!(shifted(2.4).findings[0].message.contains("`dropout1`"));
    }

    #[test]
    fn a_rate_that_leaves_little_and_a_dropped_output_warn() {
        let layer =
            |change: fn(&mut DroppingLayer)| verdict(|dropout| change(&mut dropout.layers[0]));
        assert_eq!(layer(|layer| layer.rate = Some(0.8)).outcome, Outcome::Pass);
        assert_eq!(place(&layer(|layer| layer.rate = Some(0.9))), (Outcome::Warn, "dropout1"));
        assert_eq!(place(&layer(|layer| layer.is_output = true)), (Outcome::Warn, "dropout1"));
    }

    #[test]
    fn answers_of_a_rust_model_that_are_dropped_warn() {
        let dropped = |rust: bool| {
            testing::verdict(&PROPERTY, |evidence| {
                evidence.subject.rust = rust;
                let dropout = evidence.dropout.as_mut().unwrap();
                dropout.outputs.as_mut().unwrap().zeroed = 0.2;
            })
        };
        assert_eq!(place(&dropped(true)), (Outcome::Warn, "dropout1"));
        assert!(dropped(true).findings[0].message.contains("20 %"));
        assert_eq!(dropped(false).outcome, Outcome::Pass);
    }

    #[test]
    fn outputs_that_are_no_numbers_are_not_called_random() {
        let broken = outputs(|twice| (twice.in_use, twice.scale) = (0.0, f64::NAN));
        assert_eq!(broken.outcome, Outcome::Pass);
    }

    #[test]
    fn without_dropout_only_a_rust_model_is_looked_at() {
        let without = |rust: bool, own_loss: bool| {
            testing::verdict(&PROPERTY, |evidence| {
                evidence.subject.rust = rust;
                let dropout = evidence.dropout.as_mut().unwrap();
                dropout.layers.clear();
                if own_loss {
                    dropout.outputs = Err("the model computes its own loss");
                }
            })
            .outcome
        };
        assert_eq!(without(false, false), Outcome::NotApplicable);
        assert_eq!(without(true, false), Outcome::Pass);
        assert_eq!(without(true, true), Outcome::NotApplicable);
    }
}
