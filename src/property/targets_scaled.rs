//! `targets_scaled`: real targets are of the size that a fresh head gives.

use serde_yaml::Mapping;

use super::text::{count, few, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{ColumnFacts, Takes, TargetFacts};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "targets_scaled",
        summary: "Targets of a regression are neither large nor tiny, nor where the model has nothing to go.",
        checks: "Each number of a target over all training examples, after the spec's \
                 `scale_target`. Of a declared model in which no layer adds a constant (no bias, nothing \
                 but rectifiers between the layers) also where targets lie. Nothing is run. Not applicable where targets are classes, counts, \
                 probabilities, or the inputs themselves.",
        why: "A fresh model answers with numbers near 0 and a deviation near 1. The loss of targets a \
              hundred times as large is ten thousand times as large, and so are its gradients under \
              a squared error: plain gradient descent diverges, and Adam needs a thousand steps to \
              bring the bias there.",
        condition: "For every number of a target: √(mean² + deviation²) ≤ `at_most`. The largest \
                    deviation of all of them ≥ `at_least`, unless all targets are the same. Without a \
                    constant in the model, and with inputs whose means are within a tenth of their \
                    deviations: |mean| ≤ deviation. Beyond that more than half of the targets' mean \
                    square is the constant, which only a bias gives.",
        mend: "Write `scale_target: standardize` below `data`; the answers are to be scaled back \
               where they are used.",
        source: "TheDeepChecker checks that targets are normalized; of 64 healthy programs a quarter \
                 leaves a tighter band, and their initial loss reaches 173 times the variance. Of what \
                 is shipped here diabetes has 173 unscaled and `nonlinear_regression` 16, all others \
                 at most 1.4 (docs/data.md).",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "at_most",
                kind: OptionKind::Number,
                default: OptionValue::Number(10.0),
                doc: "largest root mean square of a target",
            },
            OptionMeta {
                name: "at_least",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.01),
                doc: "least standard deviation of targets",
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
    let TargetFacts::Values { columns, .. } = &data.targets else {
        return Verdict::not_applicable("the targets are classes");
    };
    if data.reconstructs {
        return Verdict::not_applicable("the targets are the inputs: see `inputs_normalized`");
    }
    if inspection.loss.takes != Takes::Targets && inspection.loss.name != "gaussian_nll" {
        return Verdict::not_applicable(format!(
            "`{}` takes targets as they are",
            inspection.loss.name
        ));
    }
    let bound = |name| options.number(name).expect("it has a default");
    let verdict = judge_columns(columns, bound("at_most"), bound("at_least"));
    match verdict.findings.is_empty() && inspection.adds_nothing && are_centred(&data.columns) {
        true => without_constant(columns, verdict),
        false => verdict,
    }
}

/// Means of inputs that add up to no constant, in deviations.
const CENTRED: f64 = 0.1;

fn are_centred(inputs: &[ColumnFacts]) -> bool {
    let varies = |column: &ColumnFacts| !column.is_constant() || column.mean == 0.0;
    !inputs.is_empty()
        && inputs
            .iter()
            .all(|column| varies(column) && column.mean.abs() <= CENTRED * column.deviation)
}

/// Targets that lie far from 0, for a model that is 0 in the middle of its inputs.
fn without_constant(columns: &[ColumnFacts], verdict: Verdict) -> Verdict {
    let far = columns.iter().filter(|column| column.mean.abs() > column.deviation);
    let findings = far.map(|column| Finding {
        place: column.name.clone(),
        message: format!(
            "its mean {} is {} deviations from 0, and no layer adds a constant: in the middle of the \
             inputs the model says 0",
            short(column.mean),
            short(column.mean.abs() / column.deviation)
        ),
        measured: Some(column.mean.abs()),
        bound: Some(format!("≤ {}", short(column.deviation))),
        mend: "give the last layer a bias, or write `scale_target: standardize` below `data`".to_owned(),
    });
    let findings: Vec<Finding> = findings.collect();
    match findings.is_empty() {
        true => verdict,
        false => Verdict::fail(verdict.summary, few(findings)),
    }
}

fn judge_columns(columns: &[ColumnFacts], at_most: f64, at_least: f64) -> Verdict {
    let worst = columns.iter().map(ColumnFacts::size).fold(0.0, f64::max);
    let widest = columns.iter().map(|column| column.deviation).fold(0.0, f64::max);
    let summary = format!(
        "{}: root mean square at most {}, deviation {}",
        count(columns.len(), "number"),
        short(worst),
        short(widest)
    );
    let mut large: Vec<&ColumnFacts> =
        columns.iter().filter(|column| column.size() > at_most).collect();
    large.sort_by(|a, b| b.size().total_cmp(&a.size()));
    let mut findings: Vec<Finding> = large
        .into_iter()
        .map(|column| Finding {
            place: column.name.clone(),
            message: format!(
                "too large for a fresh head: mean {}, deviation {}",
                short(column.mean),
                short(column.deviation)
            ),
            measured: Some(column.size()),
            bound: Some(format!("≤ {}", short(at_most))),
            mend: "write `scale_target: standardize` below `data`".to_owned(),
        })
        .collect();
    if widest < at_least && columns.iter().any(|column| !column.is_constant()) {
        findings.push(Finding {
            place: "target".to_owned(),
            message: format!("the targets hardly differ: deviation {}", short(widest)),
            measured: Some(widest),
            bound: Some(format!("≥ {}", short(at_least))),
            mend: "look whether they are scaled twice, and standardize them".to_owned(),
        });
    }
    match findings.is_empty() {
        true => Verdict::pass(summary),
        false => Verdict::fail(summary, few(findings)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::{Inspection, Range};
    use crate::property::Outcome;

    fn verdict(mean: f64, deviation: f64, change: impl FnOnce(&mut Inspection)) -> Verdict {
        let mut evidence = testing::evidence();
        let range = Range::new(mean - 2.0 * deviation, mean + 2.0 * deviation);
        let column =
            ColumnFacts { name: "target".to_owned(), mean, deviation, range, least: range.low };
        testing::data(&mut evidence).targets =
            TargetFacts::Values { columns: vec![column], steps: None };
        let inspection = evidence.inspection.as_mut().unwrap();
        inspection.loss.takes = Takes::Targets;
        change(inspection);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn standardized_targets_pass() {
        assert_eq!(verdict(0.0, 1.0, |_| {}).outcome, Outcome::Pass);
        assert_eq!(verdict(3.0, 2.0, |_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn large_and_tiny_targets_fail() {
        let large = verdict(150.0, 80.0, |_| {});
        assert_eq!((large.outcome, large.findings[0].measured), (Outcome::Fail, Some(170.0)));
        assert_eq!(verdict(0.0, 1e-4, |_| {}).outcome, Outcome::Fail);
        assert_eq!(verdict(0.5, 0.0, |_| {}).outcome, Outcome::Pass, "`labels_valid` says so");
    }

    #[test]
    fn targets_far_from_0_need_a_constant_in_the_model() {
        let found = |mean: f64, adds_nothing: bool, of_inputs: f64| {
            verdict(mean, 1.5, |inspection| {
                inspection.adds_nothing = adds_nothing;
                for column in &mut inspection.data.as_mut().unwrap().columns {
                    (column.mean, column.deviation) = (of_inputs, 1.0);
                }
            })
        };
        let failed = found(3.0, true, 0.05);
        assert_eq!((failed.outcome, failed.findings[0].measured), (Outcome::Fail, Some(3.0)));
        assert!(failed.findings[0].message.contains("is 2 deviations from 0"), "{failed:?}");
        assert_eq!(
            found(1.5, true, 0.05).outcome,
            Outcome::Pass,
            "half of the mean square at most"
        );
        assert_eq!(found(3.0, false, 0.05).outcome, Outcome::Pass, "a bias goes there");
        assert_eq!(
            found(3.0, true, 0.2).outcome,
            Outcome::Pass,
            "the inputs have a constant in them"
        );
    }

    #[test]
    fn counts_inputs_and_classes_are_left_alone() {
        let counts = verdict(150.0, 80.0, |inspection| inspection.loss.takes = Takes::Rates);
        assert_eq!(counts.outcome, Outcome::NotApplicable);
        let inputs = verdict(150.0, 80.0, |inspection| {
            inspection.data.as_mut().unwrap().reconstructs = true;
        });
        assert_eq!(inputs.outcome, Outcome::NotApplicable);
        let classes = judge(&testing::evidence(), &Options::defaults(&PROPERTY.meta));
        assert_eq!(classes.outcome, Outcome::NotApplicable);
    }
}
