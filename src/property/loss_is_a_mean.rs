//! `loss_is_a_mean`: the loss does not grow with the batch.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{DeviceRandom, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "loss_is_a_mean",
        summary: "The loss of a batch is the loss of the same batch twice.",
        checks: "The loss of up to 8 training examples with the initial weights, and of the same \
                 examples each twice, on the reference device and as the model is used. Not judged where the \
                 same batch has another loss each time. Of a model that brings its batches, also the loss \
                 of a batch that is made twice of the same indices.",
        why: "A loss that is a sum grows with the batch: the learning rate then fits one batch size \
              alone, the last, smaller batch of an epoch counts less, and gradient accumulation gives \
              something else.",
        condition: "|L(batch twice) − L(batch)| ≤ `tolerance` · |L(batch)|. Batches of the same indices have \
                    the same loss, bit by bit.",
        mend: "Take the mean over examples (`reduction: mean`, which is the default), and divide by \
               the number of examples that count where some are masked.",
        source: "Fault class 16 (sum in the place of the mean).",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "tolerance",
            kind: OptionKind::Number,
            default: OptionValue::Number(1e-5),
            doc: "largest relative difference",
        }],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let relations = evidence.relations();
    let tolerance = options.number("tolerance").expect("it has a default");
    let Some(doubled) = relations.doubled_loss else {
        return Verdict::not_applicable("the model's own training step computes the loss");
    };
    let loss = relations.loss;
    let summary = format!("loss {}, of each example twice {}", short(loss), short(doubled));
    if !loss.is_finite() || !doubled.is_finite() {
        let mend = "see `finite_everywhere`".to_owned();
        let message = "the loss is not finite".to_owned();
        return Verdict::inconclusive(summary, vec![finding(message, doubled, "finite", mend)]);
    }
    if let Some([one, other]) = relations.remade_loss.filter(|[one, other]| one != other) {
        let message =
            "a batch of the same examples is another one each time that it is made".to_owned();
        let mend = "let the source of batches depend on the indices alone: draw random data once, from a \
                    seed, and keep nothing from batch to batch";
        return Verdict::fail(summary, vec![finding(message, other, &short(one), mend.to_owned())]);
    }
    let again = relations.repeated_loss.unwrap_or(loss);
    // Bit by bit: the same computation on one device.
    if again != loss {
        let message = format!("the same examples have another loss each time: {}", short(again));
        let mend = "make the batch of the same indices the same each time, and draw nothing while the \
                    model is in use; see `dropout_sound`";
        let finding = finding(message, again, &short(loss), mend.to_owned());
        return Verdict::inconclusive(summary, vec![finding]);
    }
    if evidence.subject.device_random == DeviceRandom::Always {
        return Verdict::not_applicable(format!("{summary}; every pass draws something else"));
    }
    let difference = (doubled - loss).abs();
    if difference <= tolerance * loss.abs() {
        return Verdict::pass(summary);
    }
    let factor = doubled / loss;
    let (message, mend) = match (factor - 2.0).abs() <= tolerance {
        true => (
            "the loss doubles with the batch: it is a sum".to_owned(),
            "take the mean over examples: `reduction: mean`".to_owned(),
        ),
        false => (
            format!("the loss is {} times as large for the same examples twice", short(factor)),
            "look for a term that is divided by something else than the number of examples, and for \
             a statistic over the batch"
                .to_owned(),
        ),
    };
    let bound = format!("{} ± {}", short(loss), short(tolerance * loss.abs()));
    Verdict::fail(summary, vec![finding(message, doubled, &bound, mend)])
}

fn finding(message: String, measured: f64, bound: &str, mend: String) -> Finding {
    Finding {
        place: "loss".to_owned(),
        message,
        measured: Some(measured),
        bound: Some(bound.to_owned()),
        mend,
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let relations = evidence.relations();
    mapping([("loss", Value::from(relations.loss))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(loss: f64, doubled: Option<f64>) -> Verdict {
        let mut evidence = testing::evidence();
        let relations = evidence.relations.as_mut().unwrap();
        (relations.loss, relations.doubled_loss) = (loss, doubled);
        relations.repeated_loss = doubled.map(|_| loss);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_mean_passes() {
        assert_eq!(verdict(2.3, Some(2.3 * (1.0 + 1e-9))).outcome, Outcome::Pass);
        assert_eq!(verdict(-0.7, Some(-0.7)).outcome, Outcome::Pass);
    }

    #[test]
    fn a_sum_fails_and_is_called_one() {
        let sum = verdict(2.3, Some(4.6));
        assert_eq!(sum.outcome, Outcome::Fail);
        assert!(sum.findings[0].message.contains("it is a sum"));
        let other = verdict(2.0, Some(3.0));
        assert_eq!(other.outcome, Outcome::Fail);
        assert!(other.findings[0].message.contains("1.5 times"));
    }

    #[test]
    fn batches_that_are_others_each_time_fail() {
        let made = |again: f64| {
            testing::verdict(&PROPERTY, |evidence| {
                let relations = evidence.relations.as_mut().unwrap();
                relations.remade_loss = Some([2.35, again]);
            })
        };
        assert_eq!(made(2.35).outcome, Outcome::Pass);
        assert!(made(2.36).findings[0].message.contains("another one each time"));
    }

    #[test]
    fn a_loss_that_differs_by_itself_is_not_called_a_sum() {
        let mut evidence = testing::evidence();
        let relations = evidence.relations.as_mut().unwrap();
        (relations.doubled_loss, relations.repeated_loss) = (Some(2.4), Some(2.38));
        let judged = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(judged.outcome, Outcome::Inconclusive);
        assert!(judged.findings[0].message.contains("another loss each time"));
        let random = testing::verdict(&PROPERTY, |evidence| {
            evidence.subject.device_random = DeviceRandom::Always;
            evidence.relations.as_mut().unwrap().doubled_loss = Some(2.4);
        });
        assert_eq!(random.outcome, Outcome::NotApplicable);
    }

    #[test]
    fn what_cannot_be_compared_is_not_judged() {
        assert_eq!(verdict(f64::NAN, None).outcome, Outcome::NotApplicable);
        assert_eq!(verdict(f64::NAN, Some(f64::NAN)).outcome, Outcome::Inconclusive);
    }
}
