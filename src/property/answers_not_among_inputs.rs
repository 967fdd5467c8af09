//! `answers_not_among_inputs`: no input column is the answer itself.

use serde_yaml::Mapping;

use super::text::{count, few};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::TargetFacts;
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "answers_not_among_inputs",
        summary: "No input column is the answer under another name.",
        checks: "Each input column of the training part beside each answer. Nothing is run. Not \
                 applicable to tokens, to targets that are the inputs, and with fewer than 20 examples.",
        why: "A column that was made of the answer (a grade, a later diagnosis, an index of sorted \
              rows) makes training and validation brilliant. In use the column is not there yet, and \
              the model knows nothing else.",
        condition: "No column has one number for each class and another for every other class; none \
                    lies on a straight line with a real target, with less than 1e-9 of the variance \
                    beside it.",
        mend: "Leave the column out of `features`. If it is really known before the answer, no network \
               is needed; then set `severity: off`.",
        source: "Kaufman et al. 2012, Leakage in data mining; evalml's and Deepchecks' checks of \
                 features that tell the target (they warn from a correlation of 0.95 on, which good \
                 columns reach: the width of the petals of iris has 0.96).",
        severity: Severity::Warn,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let Some(data) = &evidence.inspection().data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    if data.tokens {
        return Verdict::not_applicable("tokens are no columns");
    }
    if data.reconstructs {
        return Verdict::not_applicable("the inputs are what is to be given back");
    }
    let Some(telling) = &data.telling else {
        return Verdict::not_applicable("there are too few examples to tell chance from a rule");
    };
    let answer = |target: usize| match &data.targets {
        TargetFacts::Classes(_) => "the class".to_owned(),
        TargetFacts::Labels { labels, .. } => {
            labels.get(target).map_or("a label".to_owned(), |label| format!("`{}`", label.name))
        }
        TargetFacts::Values { columns, .. } => columns
            .get(target)
            .map_or("the target".to_owned(), |column| format!("`{}`", column.name)),
    };
    let findings = telling.iter().map(|found| Finding {
        place: found.column.clone(),
        message: format!(
            "it tells {} by itself in all of {}",
            answer(found.target),
            count(data.training_examples, "training example")
        ),
        measured: None,
        bound: None,
        mend: "leave it out of `features`, unless it is known before the answer is".to_owned(),
    });
    let summary = format!("{} of {} alone", telling.len(), count(data.columns.len(), "column"));
    Verdict::of(format!("{summary} tell the answer"), few(findings.collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::Telling;
    use crate::property::Outcome;

    fn verdict(telling: Option<Vec<Telling>>) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| testing::data(evidence).telling = telling)
    }

    #[test]
    fn columns_that_do_not_tell_pass() {
        assert_eq!(verdict(Some(Vec::new())).outcome, Outcome::Pass);
    }

    #[test]
    fn a_column_that_tells_fails_by_its_name() {
        let told = verdict(Some(vec![Telling { column: "grade".to_owned(), target: 0 }]));
        assert_eq!((told.outcome, told.findings[0].place.as_str()), (Outcome::Fail, "grade"));
        assert!(told.findings[0].message.contains("tells the class"), "{:?}", told.findings);
    }

    #[test]
    fn what_has_no_columns_is_not_judged() {
        assert_eq!(verdict(None).outcome, Outcome::NotApplicable);
        let tokens = testing::verdict(&PROPERTY, |evidence| testing::data(evidence).tokens = true);
        assert_eq!(tokens.outcome, Outcome::NotApplicable);
    }
}
