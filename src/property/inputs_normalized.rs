//! `inputs_normalized`: input numbers are of the size that initial weights are made for.

use serde_yaml::Mapping;

use super::text::{count, few, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{ColumnFacts, DataFacts};
use crate::spec::Severity;

/// A column whose largest number is below that share of the usual one weighs nothing beside the others.
const TOO_SMALL_BESIDE_OTHERS: f64 = 0.01;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "inputs_normalized",
        summary: "Input numbers are neither large nor tiny.",
        checks: "Each number of an input (a column of a table, a pixel, a sample of a signal) over all \
                 training examples, as the model gets it: after the spec's `scale`, and after `scale` \
                 layers that stand first. Nothing is run. Not applicable to tokens, and to models that \
                 begin with a normalization.",
        why: "Initial weights are drawn for inputs with a mean near 0 and a deviation near 1. Inputs \
              a hundred times as large saturate the first layer or kill its units, and columns of \
              different sizes make one learning rate too large for some weights and too small for \
              others.",
        condition: "For every column: √(mean² + deviation²) ≤ `at_most`. Over all columns: the largest \
                    absolute number ≥ `at_least`. And no column whose largest absolute number is below \
                    a hundredth of the median one.",
        mend: "Write `scale: standardize` below `data`, or `scale: {min_max: [low, high]}` for pixels; \
               in a Rust model scale before the first layer. Look whether the numbers have been scaled \
               twice.",
        source: "LeCun et al. 1998, Efficient BackProp 4.3. AUTOTRAINER warns from a mean of 10 on; \
                 scaling twice leaves less than 1e-2 (fault class 23). Tighter bands accuse a quarter \
                 of 64 healthy programs. The data sets and generators shipped here have 0.4…4 once they are \
                 scaled, wine 824 before (docs/data.md).",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "at_most",
                kind: OptionKind::Number,
                default: OptionValue::Number(10.0),
                doc: "largest root mean square of a column",
            },
            OptionMeta {
                name: "at_least",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.01),
                doc: "least absolute value of the largest input number",
            },
        ],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let inspection = evidence.inspection();
    let Some(data) = &inspection.data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    if data.tokens {
        return Verdict::not_applicable("tokens have no scale");
    }
    let first = inspection.first_layer.as_ref();
    if let Some(layer) = first.and_then(|first| first.normalized_by.as_ref()) {
        return Verdict::not_applicable(format!("`{layer}` normalizes the inputs"));
    }
    let factor = first.map_or(1.0, |first| first.factor.abs());
    let bound = |name| options.number(name).expect("it has a default");
    judge_columns(data, factor, bound("at_most"), bound("at_least"))
}

fn judge_columns(data: &DataFacts, factor: f64, at_most: f64, at_least: f64) -> Verdict {
    let size = |column: &ColumnFacts| factor * column.size();
    let columns = &data.columns;
    let worst = columns.iter().map(size).fold(0.0, f64::max);
    let largest = columns.iter().map(|column| factor * column.largest()).fold(0.0, f64::max);
    let summary = format!(
        "{}: root mean square at most {}, largest number {}",
        count(columns.len(), "column"),
        short(worst),
        short(largest)
    );
    if largest < at_least {
        let finding = Finding {
            place: "data".to_owned(),
            message: format!("no input number is larger than {}", short(largest)),
            measured: Some(largest),
            bound: Some(format!("≥ {}", short(at_least))),
            mend: "look whether they are scaled twice, and write `scale: standardize`".to_owned(),
        };
        return Verdict::fail(summary, vec![finding]);
    }
    let mut large: Vec<&ColumnFacts> =
        columns.iter().filter(|column| size(column) > at_most).collect();
    large.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let large = large.into_iter().map(|column| Finding {
        place: column.name.clone(),
        message: format!("too large: {}", described(column, factor)),
        measured: Some(size(column)),
        bound: Some(format!("≤ {}", short(at_most))),
        mend: "write `scale: standardize` below `data`".to_owned(),
    });
    let least = TOO_SMALL_BESIDE_OTHERS * usual(columns);
    let small = columns.iter().filter(|column| !column.is_constant() && column.largest() < least);
    let small = small.map(|column| Finding {
        place: column.name.clone(),
        message: format!("weighs nothing beside the others: {}", described(column, factor)),
        measured: Some(factor * column.largest()),
        bound: Some(format!("≥ {}", short(factor * least))),
        mend: "write `scale: standardize` below `data`".to_owned(),
    });
    let findings: Vec<Finding> = large.chain(small).collect();
    match findings.is_empty() {
        true => Verdict::pass(summary),
        false => Verdict::fail(summary, few(findings)),
    }
}

/// The median of the columns' largest absolute numbers, of those that vary.
fn usual(columns: &[ColumnFacts]) -> f64 {
    let mut largest: Vec<f64> =
        columns.iter().filter(|column| !column.is_constant()).map(ColumnFacts::largest).collect();
    largest.sort_by(f64::total_cmp);
    largest.get(largest.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

fn described(column: &ColumnFacts, factor: f64) -> String {
    let scaled = |number: f64| short(factor * number);
    format!(
        "mean {}, deviation {}, from {} to {}",
        scaled(column.mean),
        scaled(column.deviation),
        scaled(column.range.low),
        scaled(column.range.high)
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::{FirstLayer, Range};
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Vec<ColumnFacts>)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut testing::data(&mut evidence).columns);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn columns_of_unit_size_pass() {
        assert_eq!(verdict(|_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn a_large_column_fails_by_its_name() {
        let verdict = verdict(|columns| columns[1].mean = 500.0);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "width");
        assert_eq!(verdict.findings.len(), 1);
    }

    #[test]
    fn of_many_large_columns_five_are_shown_and_all_are_counted() {
        let verdict = verdict(|columns| {
            columns[0].mean = 50.0;
            *columns = vec![columns[0].clone(); 12];
        });
        assert_eq!(verdict.findings.len(), 5);
        assert!(verdict.findings[4].message.ends_with("(and 7 more)"), "{verdict:?}");
    }

    #[test]
    fn numbers_that_are_scaled_twice_fail_as_a_whole() {
        let verdict = verdict(|columns| {
            for column in columns {
                (column.mean, column.deviation) = (1e-4, 1e-4);
                column.range = Range::new(-3e-4, 3e-4);
            }
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "data");
    }

    #[test]
    fn a_column_that_weighs_nothing_beside_the_others_fails() {
        let verdict = verdict(|columns| {
            (columns[2].mean, columns[2].deviation) = (0.0, 1e-3);
            columns[2].range = Range::new(-3e-3, 3e-3);
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "height");
    }

    #[test]
    fn what_the_model_does_first_counts() {
        let mut evidence = testing::evidence();
        testing::data(&mut evidence).columns[0].mean = 255.0;
        let options = Options::defaults(&PROPERTY.meta);
        let first = |factor, normalized_by: Option<&str>| {
            let normalized_by = normalized_by.map(str::to_owned);
            Some(FirstLayer { factor, normalized_by })
        };
        let inspection = |evidence: &mut Evidence, first| {
            evidence.inspection.as_mut().unwrap().first_layer = first;
        };
        inspection(&mut evidence, first(0.02, None));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
        inspection(&mut evidence, first(1.0, Some("norm")));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        inspection(&mut evidence, first(1.0, None));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
    }

    #[test]
    fn tokens_and_batches_of_the_models_own_are_left_alone() {
        let mut evidence = testing::evidence();
        let options = Options::defaults(&PROPERTY.meta);
        testing::data(&mut evidence).tokens = true;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        evidence.inspection.as_mut().unwrap().data = None;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
    }
}
