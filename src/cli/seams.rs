//! Where the commands meet the rest of the library: the spec language, the test cases and the
//! devices. Each function is a thin adapter; the commands know only the types below.

use std::path::Path;

use super::worker::Smoke;
use crate::device::{AdapterRequired, DeviceChoice};
use crate::harness::{self, Assignment, WorkerOptions};
use crate::report::event::Sink;
use crate::runner::Plan;
use crate::spec::{self, Diagnostics};
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
        properties: spec
            .expectations
            .iter()
            .map(|expectation| expectation.property.meta.name.to_owned())
            .collect(),
    })
}

/// The model's layers in order.
fn layers(_subject: &Subject) -> Vec<LayerRow> {
    todo!("connect the model's plan: path, kind, output shape and parameters of each layer")
}

fn rejected(diagnostics: Diagnostics) -> Rejected {
    let records = serde_json::to_value(diagnostics.records())
        .expect("a diagnostic has only string keys and plain values");
    Rejected { rendered: diagnostics.render(false), records }
}

/// Runs a worker's plan in this process.
///
/// # Errors
///
/// When a wgpu adapter is required and there is none.
pub(super) fn run_plan(plan: &Plan, sink: &mut dyn Sink) -> Result<(), AdapterRequired> {
    let options = WorkerOptions {
        device: plan.device,
        seed: plan.seed,
        package_root: plan.package_root.clone(),
    };
    let assignments = plan.specs.iter().map(|spec| Assignment {
        file: spec.file.clone(),
        specs_dir: spec.specs_dir.clone(),
        tests: spec.tests.clone(),
    });
    let assignments: Vec<Assignment> = assignments.collect();
    harness::worker(&options, &assignments, sink)
}

/// Opens a device and runs a short computation on it.
pub(super) fn smoke(_device: DeviceChoice) -> Result<Smoke, AdapterRequired> {
    todo!("connect device::smoke")
}
