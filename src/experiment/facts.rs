//! What is known of a subject without running anything, and the evidence that is made of it alone.

use super::evidence::{DeviceRandom, Evidence, HeadFacts, LayerFacts, SubjectFacts};
use super::measure;
use crate::data::Dataset;
use crate::inspection::inspect;
use crate::model::Plan;
use crate::spec::{LossTerm, Scaling, Spec};
use crate::subject::read_by;

/// Evidence for the properties that read an inspection alone. No device is used: what a Rust model
/// looks like is not known.
pub fn without_device(spec: &Spec, data: Option<&Dataset>, plan: Option<&Plan>) -> Evidence {
    let inspection = Some(inspect(spec, data, plan, None));
    Evidence { inspection, ..Evidence::of(of(spec, data, plan, None)) }
}

/// The facts of a subject, without those that are seen on a device. `seen` are the modules of a Rust
/// model that has been run once.
pub(super) fn of(
    spec: &Spec,
    data: Option<&Dataset>,
    plan: Option<&Plan>,
    seen: Option<Vec<LayerFacts>>,
) -> SubjectFacts {
    let (layers, parameters) = match plan {
        Some(plan) => (planned(plan), plan.parameters()),
        None => {
            let layers = seen.unwrap_or_default();
            let parameters = layers.iter().map(|layer| layer.parameters).sum();
            (layers, parameters)
        }
    };
    SubjectFacts {
        task: *spec.task,
        loss: spec.loss.single().map_or(SubjectFacts::TERMS, |term| term.kind.term()),
        takes_logits: spec.loss.single().is_some_and(|term| term.kind.takes_logits()),
        signed_loss: spec.loss.may_be_negative(),
        heads: heads(spec, data, plan),
        outputs: plan.map_or_else(Vec::new, |plan| {
            plan.outputs.iter().map(|output| output.path.clone()).collect()
        }),
        classes: data.map_or_else(Vec::new, |data| data.classes.clone()),
        layers,
        parameters,
        input: data.map_or_else(Vec::new, |data| data.shape.clone()),
        input_deviation: data.map_or(0.0, |data| measure::moments(&data.train.inputs).1),
        learning_rate: *spec.training.optimizer.learning_rate,
        optimizer: spec.training.optimizer.kind.term(),
        batch_size: *spec.training.batch_size,
        training_examples: data.map_or(0, |data| data.train.len()),
        unscaled_targets: data.is_some_and(|data| data.train.targets.values().is_some())
            && *spec.data.scale_target == Scaling::None,
        rust: plan.is_none(),
        device_random: DeviceRandom::Never,
        weights: None,
        affine: None,
        held: Vec::new(),
        rebuilt: None,
    }
}

/// What the terms of a loss of several read.
fn heads(spec: &Spec, data: Option<&Dataset>, plan: Option<&Plan>) -> Vec<HeadFacts> {
    if spec.loss.single().is_some() {
        return Vec::new();
    }
    let layer = |term: &LossTerm| {
        let output = plan.and_then(|plan| read_by(term, plan));
        output.map_or_else(String::new, |output| output.path.clone())
    };
    let classes = |term: &LossTerm| {
        let answers = data.and_then(|data| data.answers(&term.compared));
        answers.map_or_else(Vec::new, |answers| answers.classes.to_vec())
    };
    let head = |term: &LossTerm| HeadFacts {
        term: term.name.as_ref().map_or_else(String::new, |name| name.value.clone()),
        layer: layer(term),
        task: term.task,
        loss: term.kind.term(),
        takes_logits: term.kind.takes_logits(),
        classes: classes(term),
    };
    spec.loss.terms.iter().filter(|term| term.is_of_data()).map(head).collect()
}

fn planned(plan: &Plan) -> Vec<LayerFacts> {
    let layers = plan.flat().into_iter().map(|layer| LayerFacts {
        path: layer.path.clone(),
        kind: layer.kind.term().to_owned(),
        activation: layer.kind.activation(),
        output: layer.output.dims().to_vec(),
        parameters: layer.parameters,
        // A frozen activation is as any other.
        frozen: layer.frozen && layer.parameters > 0,
    });
    layers.collect()
}
