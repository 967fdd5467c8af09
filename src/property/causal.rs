//! `causal`: an output depends on nothing that comes later.

use serde_yaml::{Mapping, Value};

use super::batch_independent::bound;
use super::suspect;
use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "causal",
        summary: "The output at a place of a sequence does not depend on what comes after it.",
        checks: "Forward passes over up to 8 examples with the initial weights, on the reference \
                 device, as the model is used. From up to 8 places on everything is replaced, and the \
                 outputs before the place are compared with the pass before, number by number.",
        why: "A language model or a forecast that sees the future learns to copy it: the loss is \
              wonderful and the model useless. A missing mask, a bidirectional layer, centred padding \
              of a convolution or a shift in the wrong direction do it.",
        condition: "largest |difference| before the place ≤ 64 · u · rms(outputs), with the unit roundoff \
                    u of the device (1.1e-16 in 64 bits).",
        mend: "Give attention a causal mask (`mask: causal`), recurrent layers one direction, \
               convolutions padding on the left alone, and take means over the past only.",
        source: "Karpathy 2019, \"use backprop to chart dependencies\"; forward passes also see what \
                 saturated gradients hide. Fault class 68 (leak in time).",
        severity: Severity::Error,
        recommended: false,
        options: &[OptionMeta {
            name: "axis",
            kind: OptionKind::Count,
            default: OptionValue::Count(1),
            doc: "axis of inputs and outputs that is time; the batch is axis 0",
        }],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

/// The axis of inputs and outputs that the experiment takes for time.
pub fn time_axis(options: &Options) -> usize {
    options.count("axis").expect("it has a default")
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let relations = evidence.relations();
    let causality = match &relations.causality {
        Ok(causality) => causality,
        Err(reason) => return Verdict::not_applicable(reason.clone()),
    };
    let bound = bound(relations);
    let summary = format!(
        "{} of {}, inputs changed from {} on",
        count(relations.examples, "sequence"),
        count(causality.length, "place"),
        count(causality.boundaries, "place"),
    );
    match causality.leak.as_ref().filter(|leak| !(leak.difference <= bound)) {
        Some(leak) => Verdict::fail(
            format!("{summary}: an earlier output moves"),
            vec![Finding {
                place: format!("place {}", leak.seen_at),
                message: format!(
                    "the output at place {} moves by {} when inputs from place {} on are others",
                    leak.seen_at,
                    short(leak.difference),
                    leak.changed_from
                ),
                measured: Some(leak.difference),
                bound: Some(format!("≤ {}", short(bound))),
                mend: "give attention a causal mask, recurrent layers one direction, convolutions \
                       padding on the left alone"
                    .to_owned(),
            }],
        ),
        None if causality.answers => Verdict::pass(format!("{summary}: no earlier output moves")),
        None => Verdict::inconclusive(
            format!("{summary}: no output moves at all"),
            vec![suspect::unmoved(&evidence.subject)],
        ),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let relations = evidence.relations();
    let causal = relations.causality.as_ref().is_ok_and(|causality| {
        causality.leak.as_ref().is_none_or(|leak| leak.difference <= bound(relations))
    });
    mapping([("causal", Value::from(causal))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::{CausalityEvidence, TimeLeak};
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut CausalityEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        change(evidence.relations.as_mut().unwrap().causality.as_mut().unwrap());
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_past_that_stays_as_it_is_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_leak_fails_and_names_both_places() {
        let leak = TimeLeak { changed_from: 5, seen_at: 4, difference: 0.5 };
        let verdict = verdict(|causality| causality.leak = Some(leak));
        assert_eq!(verdict.outcome, Outcome::Fail);
        let message = &verdict.findings[0].message;
        assert!(message.contains("place 4 moves by 0.5 when inputs from place 5"), "{message}");
    }

    #[test]
    fn outputs_that_never_move_show_nothing() {
        assert_eq!(verdict(|causality| causality.answers = false).outcome, Outcome::Inconclusive);
        let mut evidence = testing::evidence();
        evidence.relations.as_mut().unwrap().causality = Err("no places".to_owned());
        let verdict = judge(&evidence, &Options::defaults(&PROPERTY.meta));
        assert_eq!(
            (verdict.outcome, verdict.summary.as_str()),
            (Outcome::NotApplicable, "no places")
        );
    }
}
