//! `uses_inputs`: every input can change the output.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, percent};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "uses_inputs",
        summary: "Every number of the input can change the loss.",
        checks: "At initialization: the gradient of the loss with respect to each number of the input, \
                 over up to 128 training examples. Of tokens, which have no gradient, up to 32 places \
                 are tried, each with other tokens in up to 8 examples.",
        why: "A column that is cut away, an index that is off by one, a stride that skips the border: \
              the network trains without what it was given, and only its accuracy tells, if one knew \
              what it should be.",
        condition: "No number of the input has a gradient of exactly 0 for all examples; no place of a \
                    sequence leaves all outputs as they are.",
        mend: "Look at what the first layer reads: slices, strides without padding, a mask, the order \
               of axes. If it is meant, set `severity: off` or say `fails` with the reason.",
        source: "Karpathy 2019, \"use backprop to chart dependencies\".",
        severity: Severity::Warn,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Initial, Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

/// How many numbers are named.
const SHOWN: usize = 6;

/// What was tried and what was unused of it, by index.
struct Inputs<'a> {
    tried: usize,
    unused: &'a [usize],
    noun: &'static str,
}

fn inputs(evidence: &Evidence) -> Option<Inputs<'_>> {
    if let Some(input) = &evidence.initial().input {
        return Some(Inputs { tried: input.numbers, unused: &input.unused, noun: "input" });
    }
    let positions = evidence.relations().positions.as_ref()?;
    let (tried, unused) = (positions.tried.len(), positions.unused.as_slice());
    Some(Inputs { tried, unused, noun: "place" })
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let Some(Inputs { tried, unused, noun }) = inputs(evidence) else {
        return Verdict::not_applicable("the model brings its own examples");
    };
    let summary = format!("{} of {} used", tried - unused.len(), count(tried, noun));
    if unused.is_empty() {
        return Verdict::pass(summary);
    }
    let named: Vec<String> =
        unused.iter().take(SHOWN).map(|index| placed(evidence, *index)).collect();
    let more = unused.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = match unused.len() == tried {
        true => "the loss depends on no input".to_owned(),
        false => format!("{noun} {}{more} never changes the loss", named.join(", ")),
    };
    let finding = Finding {
        place: "input".to_owned(),
        message,
        measured: Some(unused.len() as f64 / tried.max(1) as f64),
        bound: Some("0".to_owned()),
        mend: "look at what the first layer reads: a slice, a stride that skips the border, the order \
               of axes"
            .to_owned(),
    };
    let summary = format!("{summary}, {} not", percent(unused.len() as f64 / tried.max(1) as f64));
    Verdict::fail(summary, vec![finding])
}

/// The number's place in the shape of an example: `3`, `[0, 7, 7]`.
fn placed(evidence: &Evidence, index: usize) -> String {
    let shape = &evidence.subject.input;
    if shape.len() < 2 {
        return index.to_string();
    }
    let mut stride: usize = shape.iter().product();
    let axes = shape.iter().map(|size| {
        stride /= size;
        (index / stride % size).to_string()
    });
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let unused = inputs(evidence).map_or(0, |inputs| inputs.unused.len());
    mapping([("unused", Value::from(unused))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::{InputEvidence, PositionsEvidence};
    use crate::property::Outcome;

    fn verdict(input: Option<InputEvidence>, positions: Option<PositionsEvidence>) -> Verdict {
        let mut evidence = testing::evidence();
        evidence.subject.input = vec![2, 3];
        evidence.initial.as_mut().unwrap().input = input;
        evidence.relations.as_mut().unwrap().positions = positions;
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn inputs_that_all_count_pass() {
        let input = InputEvidence { numbers: 6, unused: vec![] };
        assert_eq!(verdict(Some(input), None).outcome, Outcome::Pass);
        let places = PositionsEvidence { tried: vec![0, 1], length: 2, unused: vec![] };
        assert_eq!(verdict(None, Some(places)).outcome, Outcome::Pass);
    }

    #[test]
    fn an_unused_number_is_named_by_its_place() {
        let unused = verdict(Some(InputEvidence { numbers: 6, unused: vec![5] }), None);
        assert_eq!(unused.outcome, Outcome::Fail);
        let message = &unused.findings[0].message;
        assert!(message.contains("input [1, 2] never changes the loss"), "{message}");
        let places = PositionsEvidence { tried: vec![0, 1], length: 2, unused: vec![0, 1] };
        assert!(verdict(None, Some(places)).findings[0].message.contains("no input"));
    }

    #[test]
    fn a_model_with_its_own_examples_is_not_judged() {
        assert_eq!(verdict(None, None).outcome, Outcome::NotApplicable);
    }
}
