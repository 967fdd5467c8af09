//! `features_vary`: no input column is the same for every example.

use serde_yaml::Mapping;

use super::text::{count, few, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{ColumnFacts, DataFacts};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "features_vary",
        summary: "No column of the inputs is constant.",
        checks: "Each number of an input over all training examples. Nothing is run. Not applicable to \
                 tokens.",
        why: "A constant column tells nothing: it is a second bias, and where it varies in use the \
              model has never seen what that means. Often a join has failed, or a value was filled \
              in everywhere.",
        condition: "No column has the same number in every training example. Where columns are alike \
                    (at least half of them have the same least number before they are scaled, as \
                    pixels of one background have), a share of `share` may be constant; all of them never.",
        mend: "Leave the columns named out of `features`, or look at what filled them.",
        source: "TheDeepChecker (constant features); fault class 28. Of handwritten digits 67 of 784 \
                 pixels are constant in MNIST (9 %), 3 or 4 of 64 in the digits shipped here (6 %; docs/data.md).",
        severity: Severity::Warn,
        recommended: true,
        options: &[OptionMeta {
            name: "share",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.1),
            doc: "largest share of constant columns among columns that are alike",
        }],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let Some(data) = &evidence.inspection().data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    if data.tokens {
        return Verdict::not_applicable("tokens are no features");
    }
    judge_columns(data, options.number("share").expect("it has a default"))
}

fn judge_columns(data: &DataFacts, share: f64) -> Verdict {
    let columns = &data.columns;
    let constant: Vec<&ColumnFacts> =
        columns.iter().filter(|column| column.is_constant()).collect();
    let found = constant.len() as f64 / columns.len().max(1) as f64;
    let summary = format!("{} of {} constant", constant.len(), count(columns.len(), "column"));
    let allowed = if alike(columns) { share } else { 0.0 };
    if constant.len() < columns.len() && found <= allowed {
        return Verdict::pass(summary);
    }
    let findings = constant.into_iter().map(|column| Finding {
        place: column.name.clone(),
        message: format!(
            "it is {} in all of {}",
            short(column.range.low),
            count(data.training_examples, "training example")
        ),
        measured: Some(found),
        bound: Some(match allowed {
            0.0 => "no constant column".to_owned(),
            allowed => format!("at most {} constant", percent(allowed)),
        }),
        mend: "leave it out of `features`, or look at what filled it".to_owned(),
    });
    Verdict::fail(summary, few(findings.collect()))
}

/// Whether most columns had one least number before they were scaled, as pixels of one background have.
fn alike(columns: &[ColumnFacts]) -> bool {
    let mut lows: Vec<f64> = columns.iter().map(|column| column.least).collect();
    lows.sort_by(f64::total_cmp);
    let runs = lows.chunk_by(|a, b| a == b).map(<[f64]>::len);
    2 * runs.max().unwrap_or(0) >= columns.len()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::Range;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Vec<ColumnFacts>)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut testing::data(&mut evidence).columns);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn columns_that_vary_pass() {
        assert_eq!(verdict(|_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn a_constant_column_fails_by_its_name() {
        let verdict = verdict(|columns| columns[3].range = Range::new(7.0, 7.0));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "weight");
        assert!(verdict.findings[0].message.contains("it is 7 in all"));
    }

    #[test]
    fn a_few_pixels_of_the_background_may_be_constant() {
        let pixels = |constant: usize| {
            verdict(|columns| {
                let pixel = ColumnFacts { least: 0.0, ..columns[0].clone() };
                *columns = vec![pixel; 64];
                for column in &mut columns[..constant] {
                    column.range = Range::new(0.0, 0.0);
                }
            })
        };
        assert_eq!(pixels(3).outcome, Outcome::Pass);
        assert_eq!(pixels(12).outcome, Outcome::Fail);
        assert_eq!(pixels(64).outcome, Outcome::Fail, "nothing is left to learn from");
    }

    #[test]
    fn tokens_are_left_alone() {
        let mut evidence = testing::evidence();
        testing::data(&mut evidence).tokens = true;
        let options = Options::defaults(&PROPERTY.meta);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
    }
}
