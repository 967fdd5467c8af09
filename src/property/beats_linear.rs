//! `beats_linear`: the model is worth its layers: no linear model does better.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, LinearRun};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "beats_linear",
        summary: "The model does as well as a linear one on the same data, or better.",
        checks: "The model and a linear one (one layer from the inputs to what the loss reads) are \
                 trained by the tool: 300 steps of Adam on the same batches, each at 1e-2, 1e-3 and \
                 1e-1 with dropout and penalties off, so that models are compared and not recipes. \
                 Every 75 steps the loss is measured on up to 128 held-out examples, or on training \
                 examples where fewer than 16 are held out, and each side's lowest counts. A model that \
                 is behind is tried with two more seeds. It costs six trainings, or eighteen.",
        why: "A network that a linear model beats has something in its way: units that are dead or \
              saturated, a bottleneck, inputs that it cannot see. Or the task is linear, and the \
              network is not worth its price.",
        condition: "With the first seed, or with two of three: loss ≤ linear model's loss + max(2.4 · standard error, `margin` · constant \
                    predictor's loss); the standard error is that of the mean difference of eight \
                    groups of the same examples. Not applicable to tokens, to targets that are the \
                    inputs, to answers at places, to several terms of a loss, and to losses of a \
                    model's own.",
        mend: "See `no_dead_units`, `no_saturation`, `gradients_flow` and `activations_in_scale`; \
               look for a layer that is too narrow; take the linear model where it is enough.",
        source: "Karpathy, A Recipe for Training Neural Networks (\"set up dumb baselines\"); Google \
                 Rules of ML 4 (keep the first model simple); paired differences: Dietterich 1998.",
        severity: Severity::Warn,
        recommended: false,
        options: &[OptionMeta {
            name: "margin",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.05),
            doc: "what the model may be worse by, relative to the constant predictor's loss",
        }],
    },
    needs: &[Experiment::Linear],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let margin = options.number("margin").expect("it has a default");
    let found = match &evidence.contests.linear {
        Some(Ok(found)) => found,
        Some(Err(reason)) => return Verdict::not_applicable(reason),
        None => return Verdict::inconclusive("nothing was measured", Vec::new()),
    };
    // A linear model that does not learn sets no mark.
    let runs: Vec<&LinearRun> = found.runs.iter().filter(|run| run.linear.is_finite()).collect();
    let room = |run: &LinearRun| margin * found.constant.unwrap_or(run.linear).abs();
    let behind: Vec<&LinearRun> =
        runs.iter().copied().filter(|run| run.is_behind(room(run))).collect();
    let Some(shown) = behind.first().or(runs.first()).or(found.runs.first().as_ref()).copied()
    else {
        return Verdict::inconclusive("nothing was trained", Vec::new());
    };
    let kind = if found.held_out { "held-out example" } else { "training example" };
    let summary = format!(
        "loss {} on {}; a linear model has {} (standard error of the difference {})",
        short(shown.model),
        count(found.examples, kind),
        short(shown.linear),
        short(shown.error)
    );
    if runs.is_empty() {
        return Verdict::not_applicable(format!("{summary}: the linear model does not learn"));
    }
    if behind.len() * 2 <= runs.len() {
        return Verdict::pass(summary);
    }
    let finding = Finding {
        place: "model".to_owned(),
        message: format!(
            "a linear model on the same data does better: {} against {}, with {} of {} tried",
            short(shown.linear),
            short(shown.model),
            behind.len(),
            count(runs.len(), "seed")
        ),
        measured: Some(shown.model),
        bound: Some(format!("≤ {}", short(shown.bound(room(shown))))),
        mend:
            "look for dead or saturated units, for a layer that is too narrow, and for gradients \
               that vanish; or take the linear model"
                .to_owned(),
    };
    Verdict::fail(summary, vec![finding])
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let Some(Ok(found)) = &evidence.contests.linear else { return Mapping::new() };
    mapping([("examples", Value::from(found.examples)), ("held_out", Value::from(found.held_out))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::LinearEvidence;
    use crate::property::Outcome;

    fn verdict(model: f64, linear: f64, error: f64) -> Verdict {
        of(&[(model, linear, error)])
    }

    fn of(runs: &[(f64, f64, f64)]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let run = |&(model, linear, error): &(f64, f64, f64)| LinearRun {
                seed: 1,
                model,
                linear,
                error,
            };
            evidence.contests.linear = Some(Ok(LinearEvidence {
                examples: 128,
                held_out: true,
                runs: runs.iter().map(run).collect(),
                constant: Some(2.0),
            }));
        })
    }

    #[test]
    fn one_unlucky_seed_of_three_is_no_fault() {
        let (behind, ahead) = ((1.0, 0.8, 0.05), (0.5, 0.8, 0.05));
        assert_eq!(of(&[behind, ahead, ahead]).outcome, Outcome::Pass);
        let failed = of(&[behind, ahead, behind]);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert!(failed.findings[0].message.contains("with 2 of 3 seeds"), "{failed:?}");
    }

    #[test]
    fn a_better_model_passes_and_so_does_one_within_noise() {
        assert_eq!(verdict(0.5, 0.8, 0.01).outcome, Outcome::Pass);
        assert_eq!(verdict(0.9, 0.8, 0.001).outcome, Outcome::Pass, "a twentieth of the constant");
        assert_eq!(verdict(1.0, 0.8, 0.1).outcome, Outcome::Pass, "two standard errors");
    }

    #[test]
    fn a_model_that_a_linear_one_beats_fails() {
        let failed = verdict(1.0, 0.8, 0.05);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert_eq!(failed.findings[0].bound.as_deref(), Some("≤ 0.92"));
        assert_eq!(verdict(f64::NAN, 0.8, 0.05).outcome, Outcome::Fail);
    }

    #[test]
    fn without_a_linear_model_there_is_no_verdict() {
        assert_eq!(verdict(1.0, f64::NAN, 0.1).outcome, Outcome::NotApplicable);
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.contests.linear = Some(Err("tokens have no order".to_owned()));
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Inconclusive);
    }
}
