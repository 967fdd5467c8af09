//! `padding_in_bounds`: sequences are not padding for the most part.

use serde_yaml::Mapping;

use super::text::{count, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::PaddingFacts;
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "padding_in_bounds",
        summary: "Padding is no more than half of all tokens, and no sequence is padding alone.",
        checks: "How many tokens of the training part are padding, and in which examples all of them \
                 are. Padding is the token that the option says, else the `padding_token` of a layer \
                 that masks it, else what the generator `padded_tokens` fills up with. Nothing is run.",
        why: "Padding is computed and thrown away, in attention by the square of the length; where it \
              is not masked, it drowns what is said. A sequence of padding alone has an answer that \
              nothing tells, and attention over no place at all.",
        condition: "tokens of padding / all tokens ≤ `most`; and no example of the training part is \
                    padding alone. Not applicable without tokens, or where nothing says what padding \
                    is.",
        mend: "Cut sequences at a length that most of them have, make batches of like lengths, and \
               leave out empty ones.",
        source: "SageMaker Debugger's rule NLPSequenceRatio: warns where more than 50 % of the tokens \
                 are padding. `padded_tokens` with its defaults has 33 %.",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "padding",
                kind: OptionKind::Index,
                default: OptionValue::Derived,
                doc: "the token that fills sequences up",
            },
            OptionMeta {
                name: "most",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.5),
                doc: "largest share of padding among all tokens",
            },
        ],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record,
};

fn padding(evidence: &Evidence) -> Option<&PaddingFacts> {
    evidence.inspection().data.as_ref()?.padding.as_ref()
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let Some(padding) = padding(evidence) else {
        return Verdict::not_applicable(
            "there are no tokens, or nothing says which one is padding",
        );
    };
    let bound = options.number("most").expect("it has a default");
    let summary = format!(
        "{} of {} are token {}, the padding",
        percent(padding.share),
        count(padding.tokens, "token"),
        padding.token
    );
    let mut findings = Vec::new();
    if let Some(first) = &padding.first_empty {
        let others = match padding.empty {
            1 => String::new(),
            empty => format!(", and {} more", empty - 1),
        };
        findings.push(Finding {
            place: first.clone(),
            message: format!("the sequence is padding alone{others}"),
            measured: Some(padding.empty as f64),
            bound: Some("0".to_owned()),
            mend: "leave it out: nothing in it tells the answer".to_owned(),
        });
    }
    if !(padding.share <= bound) {
        findings.push(Finding {
            place: "data".to_owned(),
            message: format!(
                "{} of all tokens are padding: the mean sequence has {} of {} places",
                percent(padding.share),
                short((1.0 - padding.share) * padding.length as f64),
                padding.length
            ),
            measured: Some(padding.share),
            bound: Some(format!("≤ {}", short(bound))),
            mend: "cut sequences at a length that most of them have, or fill up to the longest of each \
                   batch"
                .to_owned(),
        });
    }
    Verdict::of(summary, findings)
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    match padding(evidence) {
        Some(padding) => mapping([("share", padding.share.into())]),
        None => Mapping::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut PaddingFacts)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let mut padding = PaddingFacts {
                token: 0,
                tokens: 1200,
                length: 12,
                share: 0.5,
                empty: 0,
                first_empty: None,
            };
            change(&mut padding);
            testing::data(evidence).padding = Some(padding);
        })
    }

    #[test]
    fn half_of_all_is_let_pass_and_more_is_not() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        let more = verdict(|padding| padding.share = 0.75);
        assert_eq!(more.outcome, Outcome::Fail);
        assert_eq!(more.findings[0].place, "data");
        let message = "75 % of all tokens are padding: the mean sequence has 3 of 12 places";
        assert_eq!(more.findings[0].message, message);
    }

    #[test]
    fn a_sequence_of_padding_alone_is_named() {
        let empty = verdict(|padding| {
            padding.empty = 3;
            padding.first_empty = Some("line 17".to_owned());
        });
        assert_eq!(empty.outcome, Outcome::Fail);
        assert_eq!(empty.findings[0].place, "line 17");
        assert!(empty.findings[0].message.ends_with(", and 2 more"), "{empty:?}");
    }

    #[test]
    fn without_tokens_there_is_none() {
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::NotApplicable);
    }
}
