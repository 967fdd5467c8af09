//! The bench that experiments work at: a subject, its places, and its weights on the host.

use burn::module::Module;
use burn::tensor::Tensor;

use super::evidence::{ActivationEvidence, DeviceRandom, SubjectFacts};
use super::facts;
use super::measure::{self, Flats, RecordedKind};
use super::trial::{self, Trial};
use crate::device::{DeviceFailure, Devices, Place};
use crate::faults;
use crate::inspection::{Inspection, inspect};
use crate::model::{Model, NamedTensor, Pass, Weights, slots, to_f64};
use crate::objective;
use crate::spec::{Activation, Diagnostics, LayerKind, LossSpec};
use crate::subject::{Batch, ModelPlan, Subject};
use crate::training;

/// A subject, its places and its initial weights.
pub struct Bench {
    pub subject: Subject,
    /// What the tests run on.
    pub test: Place,
    /// Where the reference is computed, in 64 bits, or why the model does not run there.
    pub reference: Result<Place, String>,
    /// The reference device in 64 bits, whether the model runs there or not.
    pub exact: Place,
    pub weights: Weights,
    /// What the weights start from whatever the seed: the numbers of a file.
    start: Vec<NamedTensor>,
    /// What the first run of a Rust model showed.
    trial: Option<Trial>,
}

/// Why there is no bench.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SetUpError {
    /// The model does not suit the spec, which is seen only when it runs.
    #[error("{}", .0.render(false))]
    Spec(Diagnostics),
    #[error("the experiment `initialization` could not be completed: {0}")]
    Failed(String),
}

impl From<DeviceFailure> for SetUpError {
    fn from(failure: DeviceFailure) -> Self {
        Self::Failed(failure.to_string())
    }
}

impl Bench {
    /// Draws the subject's weights on the reference device. A Rust model is run once there; where
    /// it cannot run in 64 bits, in 32 bits, and then its weights are drawn there.
    ///
    /// # Errors
    ///
    /// When the reference device fails, a Rust model runs nowhere, or does not suit its spec.
    pub fn new(subject: Subject, devices: &Devices) -> Result<Self, SetUpError> {
        let Devices { test, reference, .. } = devices;
        let exact = reference.clone();
        match &subject.plan {
            ModelPlan::Declared(_) => {
                let drawn = draw(&subject, reference, subject.spec.training.seed)?;
                let start = start(&subject, reference)?;
                let weights = faults::plant_in_weights(&subject.spec, drawn.with(&start));
                check_names(&subject, &weights)?;
                let (test, reference) = (test.clone(), Ok(reference.clone()));
                Ok(Self { subject, test, reference, exact, weights, start, trial: None })
            }
            ModelPlan::Rust(_) => {
                let (home, obstacle, drawn, trial) = trial::run(&subject, devices)?;
                let start = start(&subject, &home)?;
                let weights = faults::plant_in_weights(&subject.spec, drawn.with(&start));
                let (test, reference) = match obstacle {
                    None => (test.clone(), Ok(home)),
                    // The reference device in 32 bits takes the place of the one in 64 bits.
                    Some(reason) if test.device == home.device => (home, Err(reason)),
                    Some(reason) => (test.clone(), Err(reason)),
                };
                Ok(Self { subject, test, reference, exact, weights, start, trial: Some(trial) })
            }
        }
    }

    /// Where weights are drawn: the reference device, or the test device where the model does not
    /// run on that one.
    pub fn home(&self) -> &Place {
        self.reference.as_ref().unwrap_or(&self.test)
    }

    /// A bench at the same places for another subject of declared layers, whose weights are drawn anew.
    ///
    /// # Errors
    ///
    /// When the device that draws them fails.
    pub fn beside(&self, subject: Subject) -> Result<Self, DeviceFailure> {
        let reference = Ok(self.exact.clone());
        let weights = draw(&subject, &self.exact, subject.spec.training.seed)?;
        let (test, exact) = (self.test.clone(), self.exact.clone());
        Ok(Self { subject, test, reference, exact, weights, start: Vec::new(), trial: None })
    }

    /// The model with the subject's weights, at a place.
    pub fn model(&self, place: &Place) -> Model {
        self.weights.load(self.subject.build(&place.device), place)
    }

    /// The model with the weights of another seed, at a place.
    ///
    /// # Errors
    ///
    /// When the device that draws them fails.
    pub fn model_of_seed(&self, place: &Place, seed: u64) -> Result<Model, DeviceFailure> {
        if seed == self.subject.spec.training.seed {
            return Ok(self.model(place));
        }
        let drawn = draw(&self.subject, self.home(), seed)?.with(&self.start);
        let weights = faults::plant_in_weights(&self.subject.spec, drawn);
        Ok(weights.load(self.subject.build(&place.device), place))
    }

    /// Whether the model draws random numbers from a device.
    pub fn device_random(&self) -> DeviceRandom {
        self.trial.as_ref().map_or(DeviceRandom::Never, |trial| trial.random)
    }

    /// Paths of the `Dropout` modules of a Rust model.
    pub fn dropout_modules(&self) -> &[String] {
        self.trial.as_ref().map_or(&[], |trial| &trial.dropouts)
    }

    /// What is known without an experiment.
    pub fn facts(&self) -> SubjectFacts {
        let spec = &self.subject.spec;
        let seen = self.trial.as_ref().map(|trial| trial.layers.clone());
        let facts = facts::of(spec, self.subject.dataset(), self.subject.declared(), seen);
        SubjectFacts {
            training_examples: self.subject.training_examples(),
            device_random: self.device_random(),
            affine: self.trial.as_ref().and_then(|trial| trial.affine),
            held: self.trial.as_ref().map_or_else(Vec::new, |trial| trial.held.clone()),
            rebuilt: self.trial.as_ref().and_then(|trial| trial.rebuilt),
            weights: self
                .subject
                .files
                .weights
                .as_ref()
                .map(|file| format!("{:016x}", file.digest)),
            ..facts
        }
    }

    /// What is seen without running anything; of a Rust model also what its first run showed.
    pub fn inspect(&self) -> Inspection {
        let seen = self.trial.as_ref().and_then(|trial| trial.outputs.clone());
        let subject = &self.subject;
        inspect(&subject.spec, subject.dataset(), subject.declared(), seen)
    }
}

/// What a file of the spec gives to the model.
fn start(subject: &Subject, place: &Place) -> Result<Vec<NamedTensor>, SetUpError> {
    if subject.files.weights.is_none() {
        return Ok(Vec::new());
    }
    let slots = slots(&subject.build(&place.device));
    let source = &subject.spec.source;
    let refused = |error| SetUpError::Spec(Diagnostics::one(source.clone(), error));
    subject.start(&slots).map_err(|error| refused(*error))
}

/// Weights of a fresh model, drawn by Burn's initializers at a place. What the recipe freezes is not
/// trainable.
pub(super) fn draw(subject: &Subject, place: &Place, seed: u64) -> Result<Weights, DeviceFailure> {
    place.device.seed(seed);
    let mut weights = Weights::read(&subject.build(&place.device))?;
    training::freeze(&subject.spec.training.groups, &mut weights);
    Ok(weights)
}

/// Whether the recipe's groups and the planted faults name what the model has.
pub(super) fn check_names(subject: &Subject, weights: &Weights) -> Result<(), SetUpError> {
    let spec = &subject.spec;
    let mut errors = training::group_errors(&spec.training.groups, weights);
    errors.extend(faults::errors_of_weights(spec, weights));
    match errors.is_empty() {
        true => Ok(()),
        false => Err(SetUpError::Spec(Diagnostics { source: spec.source.clone(), errors })),
    }
}

/// The model in training mode without a graph and without random layers: batch normalization uses
/// the batch, and a forward pass keeps nothing. A deep copy, because clones share running
/// statistics.
pub fn untracked(model: &Model) -> Model {
    model.valid().train().no_grad().quiet()
}

/// Loss without regularization, in training mode with dropout off.
///
/// # Errors
///
/// When the device fails.
pub fn evaluate(
    subject: &Subject,
    loss: &LossSpec,
    model: &Model,
    batch: &Batch,
    place: &Place,
) -> Result<f64, DeviceFailure> {
    scalar(run(subject, loss, model, batch, place, &mut Pass::plain()).loss)
}

/// Loss without regularization of a model as it is used, which is so already.
///
/// # Errors
///
/// When the device fails.
pub fn evaluate_quietly(
    subject: &Subject,
    model: &Model,
    batch: &Batch,
    place: &Place,
) -> Result<f64, DeviceFailure> {
    let (loss, inputs) = (&subject.spec.loss, batch.inputs(place));
    let pass = &mut subject.pass_in_use();
    scalar(objective::evaluate(subject, loss, model, batch, inputs, place, pass).loss)
}

/// A pass in training mode with dropout off and without a graph.
pub fn run(
    subject: &Subject,
    loss: &LossSpec,
    model: &Model,
    batch: &Batch,
    place: &Place,
    pass: &mut Pass,
) -> objective::Evaluated {
    // A training step of the model's own needs the graph that it walks back.
    let model = match subject.rust().is_some_and(|plan| plan.steps()) {
        true => model.valid().train().quiet(),
        false => untracked(model),
    };
    objective::evaluate(subject, loss, &model, batch, batch.inputs(place), place, pass)
}

/// Loss and activations of a recorded pass in training mode with dropout off.
///
/// # Errors
///
/// When the device fails.
pub fn observe(
    subject: &Subject,
    model: &Model,
    batch: &Batch,
    place: &Place,
) -> Result<Vec<ActivationEvidence>, DeviceFailure> {
    let mut pass = Pass::recording();
    run(subject, &subject.spec.loss, model, batch, place, &mut pass);
    Ok(measure::activations(&measure::seen(pass.into_recorded())?, recorded_kind(subject)))
}

/// What is known of recorded outputs: layers by their kind, probes by their name.
pub fn recorded_kind(subject: &Subject) -> impl Fn(&str) -> RecordedKind {
    move |path| {
        let Some(plan) = subject.declared() else {
            let name = path.to_ascii_lowercase();
            let flats = match (name.contains("sigmoid"), name.contains("tanh")) {
                (true, _) => Some(Flats::SIGMOID),
                (_, true) => Some(Flats::TANH),
                _ => None,
            };
            let can_die = name.contains("relu");
            return RecordedKind { kind: PROBE.to_owned(), can_die, flats };
        };
        let layer = plan.flat().into_iter().find(|layer| layer.path == path);
        let kind = layer.map_or("input", |layer| layer.kind.term()).to_owned();
        let activation = layer.and_then(|layer| match &layer.kind {
            LayerKind::Activation(activation) => Some(activation),
            _ => None,
        });
        let can_die = activation.is_some_and(Activation::can_die);
        RecordedKind { kind, can_die, flats: activation.and_then(flats) }
    }
}

/// Where an activation is flat on both sides.
fn flats(activation: &Activation) -> Option<Flats> {
    match activation {
        Activation::Sigmoid => Some(Flats::SIGMOID),
        Activation::Tanh => Some(Flats::TANH),
        Activation::HardSigmoid { .. } => Some(Flats { low: 0.0, high: 1.0 }),
        Activation::HardTanh { min, max } => Some(Flats { low: *min, high: *max }),
        _ => None,
    }
}

/// What a Rust model's probes are called among kinds of layers.
pub const PROBE: &str = "probe";

/// Reads a tensor of one element.
///
/// # Errors
///
/// When the device fails.
pub fn scalar(tensor: Tensor<1>) -> Result<f64, DeviceFailure> {
    let data = tensor.try_into_data().map_err(DeviceFailure::from_error)?;
    Ok(to_f64(data)[0])
}

/// Reads many one-element tensors at once.
///
/// # Errors
///
/// When the device fails.
pub fn scalars(tensors: Vec<Tensor<1>>) -> Result<Vec<f64>, DeviceFailure> {
    if tensors.is_empty() {
        return Ok(Vec::new());
    }
    let data = Tensor::cat(tensors, 0).try_into_data().map_err(DeviceFailure::from_error)?;
    Ok(to_f64(data))
}
