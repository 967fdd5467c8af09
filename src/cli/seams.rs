//! Where the commands meet the rest of the library: the spec language, the test cases and the
//! devices. Each function is a thin adapter; the commands know only the types below.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::cases::ChosenSpec;
use super::init::FIRST_SPEC;
use super::show::{ShownKind, ShownModel};
use super::worker::Smoke;
use crate::data::{self, Dataset};
use crate::device::{AdapterRequired, DeviceChoice, Devices};
use crate::experiment::{Laboratory, without_device};
use crate::harness::judge_statically;
use crate::model::{Plan as ModelLayers, PlannedLayer};
use crate::mutants;
use crate::property::Outcome;
use crate::report::event::{SeenTensor, TestResult};
use crate::severities::Severities;
use crate::spec::{self, Diagnostics, Fault, Source, Spec, Task};
use crate::subject::{self, Subject};

/// What `check` says about a sound spec.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(super) struct SpecSummary {
    pub(super) name: String,
    pub(super) task: String,
    pub(super) training_examples: usize,
    pub(super) validation_examples: usize,
    pub(super) test_examples: usize,
    /// Shape of one example.
    pub(super) input: Vec<usize>,
    /// The name of the Rust model; what is known of it is seen where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rust: Option<String>,
    pub(super) layers: Vec<LayerRow>,
    /// Numbers that the model owns.
    pub(super) parameters: usize,
    /// Names of the expected properties.
    pub(super) properties: Vec<String>,
    /// Those that are judged without a device, and how they ended.
    pub(super) judged: Vec<TestResult>,
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

/// What is known of a spec without a device: its data and, for a declared model, the plan.
type Prepared = (Spec, Option<Dataset>, Option<ModelLayers>);

/// Prepares one spec.
fn prepared(chosen: &ChosenSpec) -> Result<Prepared, Rejected> {
    let spec = match &chosen.loaded {
        Some(spec) => Spec::clone(spec),
        // It is read once more for what is wrong with it, as data.
        None => spec::load(&chosen.file).map_err(rejected)?,
    };
    // What a Rust model looks like is seen where it is registered: here its data is checked.
    Ok(match (spec.rust_model().is_some(), *spec.task) {
        (true, Task::Objective) => (spec, None, None),
        (true, _) => {
            let data = data::load(&spec).map_err(rejected)?;
            (spec, Some(data), None)
        }
        (false, _) => {
            let subject = Subject::prepare(spec).map_err(rejected)?;
            let Subject { spec, data, plan, .. } = subject;
            let data = match data {
                subject::Source::Dataset(data) => Some(data),
                subject::Source::Model { .. } => None,
            };
            let plan = match plan {
                subject::ModelPlan::Declared(plan) => Some(plan),
                subject::ModelPlan::Rust(_) => None,
            };
            (spec, data, plan)
        }
    })
}

/// What a spec's model looks like.
pub(super) fn show(chosen: &ChosenSpec) -> Result<ShownModel, Rejected> {
    let (spec, data, plan) = prepared(chosen)?;
    let input = match (&plan, &data) {
        (Some(plan), _) => Some(plan.input.to_string()),
        (None, Some(data)) => Some(format!("{:?}", data.shape)),
        (None, None) => None,
    };
    let model = match (&plan, spec.rust_model()) {
        (None, Some(model)) => ShownKind::Rust { name: model.name.value.clone() },
        (Some(plan), _) => ShownKind::of_plan(plan),
        (None, None) => unreachable!("a model without layers is a Rust model"),
    };
    Ok(ShownModel { name: spec.name.value, task: spec.task.term().replace('_', " "), input, model })
}

/// Checks one spec, without a device.
pub(super) fn check(chosen: &ChosenSpec, severities: &Severities) -> Result<SpecSummary, Rejected> {
    let (spec, data, plan) = prepared(chosen)?;
    let (spec, data) = (Arc::new(spec), data.as_ref());
    let evidence = without_device(&spec, data, plan.as_ref());
    Ok(SpecSummary {
        judged: judge_statically(&spec, &chosen.file, &evidence, severities),
        name: spec.name.value.clone(),
        task: spec.task.term().replace('_', " "),
        training_examples: data.map_or(0, |data| data.train.len()),
        validation_examples: data.map_or(0, |data| data.validation.len()),
        test_examples: data.map_or(0, |data| data.test.len()),
        input: data.map_or_else(Vec::new, |data| data.shape.clone()),
        rust: spec.rust_model().map(|model| model.name.value.clone()),
        layers: plan.as_ref().map_or_else(Vec::new, layers),
        parameters: plan.as_ref().map_or(0, ModelLayers::parameters),
        properties: spec
            .expectations
            .iter()
            .map(|expectation| expectation.property.meta.name.to_owned())
            .collect(),
    })
}

/// A fault that a spec's subject has a place for.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    /// `scale_rate=1000`.
    pub(super) title: String,
    pub(super) fault: Fault,
    /// Why no test can see it, where theory says so.
    pub(super) equivalence: Option<&'static str>,
}

/// The faults that can be planted into a spec's subject.
pub(super) fn mutants(chosen: &ChosenSpec) -> Result<Vec<Planted>, Rejected> {
    let (spec, data, plan) = prepared(chosen)?;
    let (data, plan) = (data.as_ref(), plan.as_ref());
    let planted = mutants::faults(&spec, data, plan).into_iter().map(|fault| Planted {
        title: mutants::title(&fault),
        equivalence: mutants::equivalence(&fault, &spec, plan),
        fault,
    });
    Ok(planted.collect())
}

/// The faults that can be planted into the tensors of a spec's Rust model, which a run has shown.
pub(super) fn mutants_of_tensors(chosen: &ChosenSpec, tensors: &[SeenTensor]) -> Vec<Planted> {
    let Some(spec) = chosen.loaded.as_ref().filter(|spec| spec.rust_model().is_some()) else {
        return Vec::new();
    };
    let planted = mutants::faults_of_tensors(spec, tensors).into_iter().map(|fault| Planted {
        title: mutants::title(&fault),
        equivalence: None,
        fault,
    });
    planted.collect()
}

/// The names of all properties that the spec expects or could expect without options.
pub(super) fn every_property(chosen: &ChosenSpec) -> Vec<&'static str> {
    let Some(spec) = &chosen.loaded else { return Vec::new() };
    let mut spec = Spec::clone(spec);
    spec.expect_all();
    spec.expectations.iter().map(|expectation| expectation.property.meta.name).collect()
}

/// The files that a spec is made of and reads; as paths seen from the current folder.
pub(super) fn files(chosen: &ChosenSpec) -> Vec<PathBuf> {
    chosen.loaded.as_ref().map_or_else(Vec::new, |spec| spec.files())
}

/// The model's layers in order, containers before their contents.
fn layers(plan: &ModelLayers) -> Vec<LayerRow> {
    let row = |layer: &PlannedLayer| LayerRow {
        name: layer.path.clone(),
        kind: layer.kind.term().to_owned(),
        output: layer.output.to_string(),
        parameters: layer.parameters,
    };
    plan.flat().into_iter().map(row).collect()
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
    let source = Source::new("first.yaml", FIRST_SPEC);
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
