//! `more_capacity_fits_better`: a wider model fits the training data at least as well.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{CapacityRun, Evidence, Experiment, WidenedEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "more_capacity_fits_better",
        summary: "The model with all hidden sizes doubled reaches as low a training loss, or a lower one.",
        checks: "The model and a copy of it with twice the hidden sizes (units of linear layers, \
                 channels, states, dimensions of embeddings, feed-forward units; the head keeps its \
                 size, and so does what must keep its shape) are trained by the tool: 100 steps of \
                 Adam on the same batches, each at 1e-2, 1e-3 and 1e-1 with dropout and penalties \
                 off. The lowest loss on up to 128 training examples counts, measured every 25 \
                 steps. Two or three seeds. It costs twelve trainings at least.",
        why: "More units can only represent more. Where they fit worse, size itself is what goes \
              wrong: weights whose scale does not know how many inputs a unit has, sums in the place \
              of means, saturation that grows with width.",
        condition: "On two of three seeds: what the wider model has left of the way from the \
                    constant predictor's loss down to the floor ≤ what the model has left + 5 %, or \
                    ≤ 5 %. Not applicable to Rust models, to losses without a floor, and where no \
                    hidden size can be doubled.",
        mend: "Let initializers scale with the number of inputs (`kaiming_*`, `xavier_*`), divide \
               what is summed over units by their number, and normalize between layers.",
        source: "Tuning playbook (\"a larger model should fit the training data better\"); Glorot and \
                 Bengio 2010 and He et al. 2015 for the scale of weights; 5 % is what counts as \
                 learned in `overfits_batch`.",
        severity: Severity::Warn,
        recommended: false,
        options: &[],
    },
    needs: &[Experiment::Widened],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let found = match &evidence.contests.widened {
        Some(Ok(found)) => found,
        Some(Err(reason)) => return Verdict::not_applicable(reason),
        None => return Verdict::inconclusive("nothing was measured", Vec::new()),
    };
    let WidenedEvidence { parameters: [few, many], bounds, runs, .. } = found;
    let worse: Vec<&CapacityRun> = runs.iter().filter(|run| run.is_worse(bounds)).collect();
    let Some(shown) = worse.first().copied().or(runs.first()) else {
        return Verdict::inconclusive("no model was trained", Vec::new());
    };
    let summary = format!(
        "loss {} with {few} numbers, {} with {many} (constant {}, floor {})",
        short(shown.model),
        short(shown.wider),
        short(bounds.constant),
        short(bounds.floor)
    );
    if worse.len() * 2 <= runs.len() {
        return Verdict::pass(summary);
    }
    let left = bounds.share_left(shown.wider);
    let finding = Finding {
        place: "model".to_owned(),
        message: format!(
            "with all hidden sizes doubled the training loss is {} in the place of {}, on {} of {} \
             seeds",
            short(shown.wider),
            short(shown.model),
            worse.len(),
            runs.len()
        ),
        measured: Some(left),
        bound: Some(format!("≤ {} of the way left", short(bounds.share_left(shown.model) + 0.05))),
        mend: "let initializers scale with the number of inputs of a unit, and normalize between \
               layers"
            .to_owned(),
    };
    Verdict::fail(summary, vec![finding])
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let Some(Ok(found)) = &evidence.contests.widened else { return Mapping::new() };
    let [few, many] = found.parameters;
    mapping([("parameters", Value::from(few)), ("widened", Value::from(many))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::LossBounds;
    use crate::property::Outcome;

    fn verdict(losses: &[(f64, f64)]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let run = |(seed, (model, wider)): (usize, &(f64, f64))| CapacityRun {
                seed: seed as u64,
                model: *model,
                wider: *wider,
            };
            evidence.contests.widened = Some(Ok(WidenedEvidence {
                parameters: [160, 520],
                examples: 120,
                bounds: LossBounds { floor: 0.0, constant: 2.0 },
                runs: losses.iter().enumerate().map(run).collect(),
            }));
        })
    }

    #[test]
    fn a_wider_model_that_fits_as_well_passes() {
        assert_eq!(verdict(&[(0.5, 0.4), (0.5, 0.55)]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[(0.001, 0.05), (0.001, 0.05)]).outcome, Outcome::Pass, "the floor");
        assert_eq!(verdict(&[(0.5, 0.9), (0.5, 0.4), (0.5, 0.4)]).outcome, Outcome::Pass, "luck");
    }

    #[test]
    fn a_wider_model_that_fits_worse_on_two_seeds_fails() {
        let failed = verdict(&[(0.5, 0.9), (0.5, 0.4), (0.5, f64::INFINITY)]);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert!(failed.findings[0].message.contains("2 of 3"), "{failed:?}");
        assert_eq!(failed.findings[0].bound.as_deref(), Some("≤ 0.3 of the way left"));
    }

    #[test]
    fn where_nothing_can_be_widened_there_is_no_verdict() {
        let none = testing::verdict(&PROPERTY, |evidence| {
            evidence.contests.widened = Some(Err("no hidden size can be doubled".to_owned()));
        });
        assert_eq!(none.outcome, Outcome::NotApplicable);
        assert_eq!(verdict(&[]).outcome, Outcome::Inconclusive);
    }
}
