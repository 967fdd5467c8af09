//! `respects_padding`: what stands at places of padding changes nothing.

use serde_yaml::{Mapping, Value};

use super::suspect;
use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{
    Evidence, Experiment, PaddingEvidence, PaddingPlan, PaddingShift, RelationsEvidence,
};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "respects_padding",
        summary: "What stands at places of padding, and how many there are, changes nothing.",
        checks: "Forward passes over up to 8 examples with the initial weights, on the reference \
                 device, as the model is used; rather examples with padding, and the last quarter of \
                 a sequence is made padding. Other tokens, or other numbers, are put at the places of \
                 padding, while masks still call them padding; then the last quarter is cut off. \
                 Outputs of the whole example, and outputs at places that are no padding, are \
                 compared number by number with the pass before. Where outputs and targets have \
                 places, also the loss of the data's own padding. A Rust model makes its masks \
                 itself: of it sequences with less padding are compared, where it takes them.",
        why: "A mask that is forgotten in one layer, a mean over all places, the last state of a \
              recurrent layer: the answer then depends on how long the longest sequence of the batch \
              is, and a loss that counts padding is good as soon as the model answers padding. It \
              trains, and is worse for short sequences.",
        condition: "Other contents: largest |difference| ≤ 64 · u · rms(output), with the unit roundoff \
                    u of the device (1.1e-16 in 64 bits), and of the loss ≤ 64 · u · |loss|. Less \
                    padding, where sums are made in another order: ≤ 4096 · u · rms(output). Not \
                    applicable where neither a layer masks padding nor an option says what is padding.",
        mend: "Give attention `mask_padding`, read the first place (`slice`) rather than a mean or \
               the last state, put no convolution and no recurrent layer over padding, and leave \
               padding out of the loss (`pad_tokens`, or `ignore` of targets).",
        source: "Hugging Face Transformers, ModelTesterMixin (right padding, masks of None and of ones); \
                 Keras, run_layer_test (supports_masking). Fault class 69 (padding mask ignored). The \
                 healthy encoders of the tests give the same bits with less padding; a fault moves \
                 outputs by 1e-3 and more.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "padding",
                kind: OptionKind::Index,
                default: OptionValue::Derived,
                doc: "the token that fills sequences up; the `padding_token` of the layers unless said",
            },
            OptionMeta {
                name: "mask",
                kind: OptionKind::Name,
                default: OptionValue::Derived,
                doc: "the input of a declared model that is 0 at places of padding; the other inputs of \
                      as many places are changed there",
            },
        ],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

/// Bit for bit the same but for the freedom to contract products and sums.
const ROUNDINGS: f64 = 64.0;
/// Of sums over fewer places, in another order.
const REORDERED: f64 = 4096.0;

/// What the experiment is to take for padding.
pub fn plan(options: &Options) -> PaddingPlan {
    PaddingPlan { token: options.count("padding"), mask: options.name("mask") }
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let relations = evidence.relations();
    let padding = match &relations.padding {
        Ok(padding) => padding,
        Err(reason) => return Verdict::not_applicable(reason.clone()),
    };
    let summary = format!(
        "{}, {} of padding",
        count(padding.examples, "example"),
        count(padding.places, "place"),
    );
    let findings = findings(padding, relations.roundoff);
    if findings.is_empty() && !padding.answers {
        return Verdict::inconclusive(
            format!("{summary}: no output moves at all"),
            vec![suspect::unmoved(&evidence.subject)],
        );
    }
    let seen = match (&padding.content, &padding.shorter) {
        (Ok(_), Ok(_)) => "other contents and less of it",
        (Ok(_), Err(_)) => "other contents",
        (Err(_), _) => "less of it",
    };
    let moves = if findings.is_empty() { "change nothing" } else { "are seen" };
    Verdict::of(format!("{summary}: {seen} {moves}"), findings)
}

fn findings(padding: &PaddingEvidence, roundoff: f64) -> Vec<Finding> {
    let content = padding.content.as_ref().ok().and_then(Option::as_ref);
    let content = content.and_then(|shift| moved(shift, ROUNDINGS * roundoff, "holds others"));
    let shorter = padding.shorter.as_ref().ok().and_then(Option::as_ref);
    let shorter = shorter.and_then(|shift| moved(shift, REORDERED * roundoff, "is shorter"));
    // One mistake is told once: the loss of outputs that move moves with them.
    match content.or(shorter) {
        Some(output) => vec![output],
        None => loss(padding, roundoff).into_iter().collect(),
    }
}

/// An output that depends on padding.
fn moved(shift: &PaddingShift, share: f64, padding: &str) -> Option<Finding> {
    let bound = share * shift.scale;
    // An infinite difference exceeds any bound, NaN included.
    if shift.difference <= bound {
        return None;
    }
    let at = match shift.place {
        Some(place) => format!(" at place {place}"),
        None => String::new(),
    };
    let (layer, mend) = match &shift.layer {
        Some((layer, kind)) => (format!("; `{layer}` is the first layer that sees it"), mend(kind)),
        None => (String::new(), mend("")),
    };
    Some(Finding {
        place: shift.layer.as_ref().map_or(&shift.output, |(layer, _)| layer).clone(),
        message: format!(
            "`{}`{at} of example {} moves by {} when its padding {padding}{layer}",
            shift.output,
            shift.example + 1,
            short(shift.difference),
        ),
        measured: Some(shift.difference),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    })
}

/// What to do about a layer of this kind.
fn mend(kind: &str) -> &'static str {
    match kind {
        "multi_head_attention"
        | "cross_attention"
        | "transformer_encoder"
        | "transformer_decoder" => "tell it which places are padding: `mask_padding: INPUT`",
        "mean" | "sum" | "max" | "min" | "flatten" => {
            "it takes all places: read one that is never padding (`slice` the first), or weigh the \
             places by a mask (`multiply`)"
        }
        "lstm" | "gru" | "rnn" | "bi_lstm" | "bi_gru" | "bi_rnn" => {
            "its state runs on through the padding: read the state before it, or use attention with \
             `mask_padding`"
        }
        _ => "give every layer that mixes places the mask, and weigh places by it before a mean",
    }
}

fn loss(padding: &PaddingEvidence, roundoff: f64) -> Option<Finding> {
    let [plain, changed] = padding.losses?;
    let (moves, bound) = ((plain - changed).abs(), ROUNDINGS * roundoff * plain.abs());
    if moves <= bound {
        return None;
    }
    Some(Finding {
        place: "loss".to_owned(),
        message: format!(
            "the loss moves from {} to {} when padding holds others: it counts answers to padding",
            short(plain),
            short(changed),
        ),
        measured: Some(moves),
        bound: Some(format!("≤ {}", short(bound))),
        mend:
            "leave out what answers padding: `pad_tokens` of `cross_entropy`, or `ignore` of the \
               targets"
                .to_owned(),
    })
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let relations: &RelationsEvidence = evidence.relations();
    let Ok(padding) = &relations.padding else { return Mapping::new() };
    let respected = findings(padding, relations.roundoff).is_empty();
    mapping([("padding", Value::from(if respected { "respected" } else { "seen" }))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut PaddingEvidence)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let relations = evidence.relations.as_mut().unwrap();
            change(relations.padding.as_mut().unwrap());
        })
    }

    fn shift(difference: f64) -> Option<PaddingShift> {
        Some(PaddingShift {
            output: "head".to_owned(),
            layer: Some(("mean1".to_owned(), "mean".to_owned())),
            example: 2,
            place: None,
            difference,
            scale: 1.0,
        })
    }

    #[test]
    fn padding_that_changes_nothing_passes_and_rounding_is_no_change() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        let rounding = verdict(|padding| padding.content = Ok(shift(7e-15)));
        assert_eq!(rounding.outcome, Outcome::Pass);
        let beyond = verdict(|padding| padding.content = Ok(shift(7.2e-15)));
        assert_eq!(beyond.outcome, Outcome::Fail);
        // Sums in another order.
        let reordered = verdict(|padding| padding.shorter = Ok(shift(4.5e-13)));
        assert_eq!(reordered.outcome, Outcome::Pass);
        assert_eq!(verdict(|padding| padding.shorter = Ok(shift(4.6e-13))).outcome, Outcome::Fail);
    }

    #[test]
    fn contents_that_are_seen_fail_and_the_first_layer_that_sees_them_is_named() {
        let verdict = verdict(|padding| {
            padding.content = Ok(shift(0.5));
            padding.shorter = Ok(shift(0.25));
            padding.losses = Some([1.5, 1.75]);
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        let [finding] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
        assert_eq!(finding.place, "mean1");
        let expected = "`head` of example 3 moves by 0.5 when its padding holds others";
        assert!(finding.message.starts_with(expected), "{}", finding.message);
    }

    #[test]
    fn a_loss_that_counts_padding_fails() {
        let verdict = verdict(|padding| padding.losses = Some([1.5, 1.75]));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "loss");
        assert_eq!(verdict.findings[0].measured, Some(0.25));
    }

    #[test]
    fn no_number_is_no_agreement() {
        let difference = f64::INFINITY;
        assert_eq!(verdict(|p| p.shorter = Ok(shift(difference))).outcome, Outcome::Fail);
        assert_eq!(verdict(|p| p.losses = Some([1.5, f64::NAN])).outcome, Outcome::Fail);
    }

    #[test]
    fn outputs_that_never_move_show_nothing() {
        assert_eq!(verdict(|padding| padding.answers = false).outcome, Outcome::Inconclusive);
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.relations.as_mut().unwrap().padding = Err("no padding".to_owned());
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
    }
}
