//! Where the commands meet the rest of the library: the spec language, the test cases and the
//! devices. Each function is a thin adapter; the commands know only the types below.

use std::path::Path;
use std::time::Instant;

use super::init::FIRST_SPEC;
use super::worker::Smoke;
use crate::device::{AdapterRequired, DeviceChoice, Devices};
use crate::experiment::Laboratory;
use crate::model::PlannedLayer;
use crate::property::Outcome;
use crate::spec::{self, Diagnostics, Source};
use crate::subject::Subject;

/// What `check` says about a sound spec.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(super) struct SpecSummary {
    pub(super) name: String,
    pub(super) task: String,
    pub(super) training_examples: usize,
    pub(super) validation_examples: usize,
    /// Shape of one example.
    pub(super) input: Vec<usize>,
    pub(super) layers: Vec<LayerRow>,
    /// Numbers that the model owns.
    pub(super) parameters: usize,
    /// Names of the expected properties.
    pub(super) properties: Vec<String>,
}

/// One layer of a model.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(super) struct LayerRow {
    pub(super) name: String,
    pub(super) kind: String,
    /// Shape of the output, without the batch axis.
    pub(super) output: String,
    /// Numbers that it owns; a container counts those of its contents.
    pub(super) parameters: usize,
}

/// Why a spec is refused: its errors, rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejected {
    /// Plain text, as rustc shows errors.
    pub(super) rendered: String,
    /// The same for programs: an array of diagnostics.
    pub(super) records: serde_json::Value,
}

/// Loads and prepares one spec, without a device.
pub(super) fn check(file: &Path) -> Result<SpecSummary, Rejected> {
    let subject = spec::load(file).and_then(Subject::prepare).map_err(rejected)?;
    let (spec, data) = (&subject.spec, &subject.data);
    Ok(SpecSummary {
        name: spec.name.value.clone(),
        task: spec.task.term().replace('_', " "),
        training_examples: data.train.len(),
        validation_examples: data.validation.len(),
        input: data.shape.clone(),
        layers: layers(&subject),
        parameters: subject.plan.parameters(),
        properties: spec
            .expectations
            .iter()
            .map(|expectation| expectation.property.meta.name.to_owned())
            .collect(),
    })
}

/// The model's layers in order, containers before their contents.
fn layers(subject: &Subject) -> Vec<LayerRow> {
    let row = |layer: &PlannedLayer| LayerRow {
        name: layer.path.clone(),
        kind: layer.kind.term().to_owned(),
        output: layer.output.to_string(),
        parameters: layer.parameters,
    };
    subject.plan.flat().into_iter().map(row).collect()
}

fn rejected(diagnostics: Diagnostics) -> Rejected {
    let records = serde_json::to_value(diagnostics.records())
        .expect("a diagnostic has only string keys and plain values");
    Rejected { rendered: diagnostics.render(false), records }
}

/// Opens a device and measures the spec of `init` on it.
///
/// # Errors
///
/// When a wgpu adapter is required and there is none.
pub(super) fn smoke(device: DeviceChoice) -> Result<Smoke, AdapterRequired> {
    let begin = Instant::now();
    let devices = Devices::open(device)?;
    let outcome = first_judgement(&devices);
    Ok(Smoke {
        device: devices.description,
        note: devices.note,
        outcome,
        seconds: begin.elapsed().as_secs_f64(),
    })
}

/// The verdict on the first spec's first property that needs the device.
fn first_judgement(devices: &Devices) -> Result<String, String> {
    let source = Source { path: "first.yaml".into(), text: FIRST_SPEC.into() };
    let rendered = |diagnostics: Diagnostics| diagnostics.render(false);
    let subject = spec::parse(source).and_then(Subject::prepare).map_err(rendered)?;
    let expectation = subject
        .spec
        .expectations
        .iter()
        .find(|expectation| !expectation.property.needs.is_empty())
        .cloned()
        .ok_or("no property needs a measurement")?;
    let mut laboratory = Laboratory::new(subject, devices).map_err(|error| error.to_string())?;
    let judgement = laboratory.judge(&expectation, &mut |_, _, _, _| {});
    let verdict = judgement.map_err(|error| error.to_string())?.verdict;
    let text = format!("{}: {}", expectation.property.meta.name, verdict.summary);
    if verdict.outcome == Outcome::Pass { Ok(text) } else { Err(text) }
}
