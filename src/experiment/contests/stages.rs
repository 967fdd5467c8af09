//! `stages`: where on the way through a model learning ends. Each beginning of the layers, with a fresh
//! linear head, is to learn the examples that the whole model could not.

use serde::Serialize;

use super::super::Progress;
use super::super::bench::Bench;
use super::super::evidence::{OverfitAttempt, OverfitEvidence};
use super::super::overfit::{self, OverfitPlan};
use super::heads::linear_head;
use crate::device::DeviceFailure;
use crate::model::{Plan, PlannedLayer};
use crate::spec::DeclaredModel;

/// The beginnings of a model, from the last one that learned on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StagesEvidence {
    /// How many stages the model has.
    pub stages: usize,
    /// Those that were tried, in forward order; the last one is the whole model.
    pub tried: Vec<StageEvidence>,
}

/// The layers up to the end of a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageEvidence {
    /// Its number, from 1.
    pub number: usize,
    /// The layers of the stage itself: those that it adds to the one before.
    pub layers: Vec<String>,
    /// The loss of the best attempt, and whether it counts as learned.
    pub loss: f64,
    pub learned: bool,
}

/// Runs the experiment; `whole` is what the whole model did.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    whole: &OverfitEvidence,
    plan: &OverfitPlan,
    progress: Progress<'_>,
) -> Result<Result<StagesEvidence, String>, DeviceFailure> {
    let subject = &bench.subject;
    let (Some(model), Some(planned)) = (subject.spec.declared_model(), subject.declared()) else {
        return Ok(Err("the stages of a Rust model are not known".to_owned()));
    };
    if planned.outputs.len() > 1 || !model.outputs.is_empty() {
        return Ok(Err("the model says itself where its outputs are".to_owned()));
    }
    let ends = ends(planned);
    let begins = |stage: usize| stage.checked_sub(1).map_or(0, |before| ends[before]);
    let layers = |stage: usize| {
        let own = &planned.layers[begins(stage)..ends[stage]];
        own.iter().map(|layer| layer.path.clone()).collect::<Vec<_>>()
    };
    let last = ends.len() - 1;
    let mut tried = vec![evidence(last, layers(last), whole)];
    // From the end backwards: the first beginning that learns is followed by the stage that does not.
    for stage in (0..last).rev() {
        if tried.last().is_some_and(|tried| tried.learned) {
            break;
        }
        let end = &planned.layers[ends[stage] - 1];
        let head = match linear_head(subject, &end.output) {
            Ok(head) => head,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut beginning = model.layers[..ends[stage]].to_vec();
        beginning.extend(head);
        let beginning = DeclaredModel { layers: beginning, ..model.clone() };
        let Ok(subject) = subject.with_model(beginning, subject.spec.faults.clone()) else {
            return Ok(Err(format!("no head fits behind `{}`", end.path)));
        };
        let found = overfit::run(&bench.beside(subject)?, plan, &mut *progress)?;
        tried.push(evidence(stage, layers(stage), &found));
    }
    tried.reverse();
    Ok(Ok(StagesEvidence { stages: ends.len(), tried }))
}

fn evidence(stage: usize, layers: Vec<String>, found: &OverfitEvidence) -> StageEvidence {
    let best = found.best_by_seed();
    let succeeded = best.iter().filter(|attempt| attempt.succeeded).count();
    let losses = best.iter().map(|attempt: &&OverfitAttempt| attempt.final_loss);
    StageEvidence {
        number: stage + 1,
        layers,
        loss: losses.fold(f64::INFINITY, f64::min),
        learned: succeeded * 2 > best.len(),
    }
}

/// Where stages end: before each layer that owns weights, but for normalizations and activations, which
/// belong to what is before them.
fn ends(plan: &Plan) -> Vec<usize> {
    let begins = |layer: &PlannedLayer| {
        let kind = layer.kind.term();
        layer.parameters > 0 && !kind.ends_with("norm") && kind != "prelu"
    };
    let mut ends: Vec<usize> = Vec::new();
    let mut seen = false;
    for (index, layer) in plan.layers.iter().enumerate() {
        if begins(layer) && std::mem::replace(&mut seen, true) {
            ends.push(index);
        }
    }
    ends.push(plan.layers.len());
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Signal;
    use crate::spec::{Source, parse};

    fn ends_of(layers: &str) -> Vec<usize> {
        let head = "version: 1\ntask: regression\ndata: linear_regression\n";
        let spec = parse(Source::new("a.yaml", format!("{head}model: {{layers: {layers}}}\n")));
        ends(&Plan::new(spec.unwrap().layers(), Signal::Float(vec![4])).unwrap())
    }

    #[test]
    fn a_stage_is_a_layer_with_weights_and_all_that_follows_without() {
        assert_eq!(ends_of("[linear: 4, relu, linear: 1]"), [2, 3]);
        assert_eq!(
            ends_of("[tanh, linear: 4, layer_norm, relu, residual: [linear: 4], linear: 1]"),
            [4, 5, 6]
        );
        assert_eq!(ends_of("[linear: 1]"), [1]);
    }
}
