//! The bench that experiments work at: a subject, its devices, and its weights on the host.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::evidence::{ActivationEvidence, LayerFacts, SubjectFacts};
use super::measure;
use crate::data::Targets;
use crate::device::{DeviceFailure, Devices};
use crate::model::{Network, Pass, Weights, to_f64};
use crate::objective;
use crate::spec::Scaling;
use crate::subject::{Batch, Subject};

/// A subject, its devices and its initial weights.
pub struct Bench {
    pub subject: Subject,
    pub devices: Devices,
    pub weights: Weights,
}

impl Bench {
    /// Draws the subject's weights on the reference device.
    ///
    /// # Errors
    ///
    /// When the reference device fails.
    pub fn new(subject: Subject, devices: &Devices) -> Result<Self, DeviceFailure> {
        let weights = draw(&subject, &devices.reference, subject.spec.training.seed)?;
        Ok(Self { subject, devices: devices.clone(), weights })
    }

    /// The model with the subject's weights, on a device.
    pub fn model(&self, device: &Device) -> Network {
        self.weights.load(self.subject.build(device))
    }

    /// The model with the weights of another seed, on a device.
    ///
    /// # Errors
    ///
    /// When the reference device fails.
    pub fn model_of_seed(&self, device: &Device, seed: u64) -> Result<Network, DeviceFailure> {
        if seed == self.subject.spec.training.seed {
            return Ok(self.model(device));
        }
        Ok(draw(&self.subject, &self.devices.reference, seed)?.load(self.subject.build(device)))
    }

    /// What is known without running anything.
    pub fn facts(&self) -> SubjectFacts {
        let Subject { spec, data, plan } = &self.subject;
        let layers = plan.flat().into_iter().map(|layer| LayerFacts {
            path: layer.path.clone(),
            kind: layer.kind.term(),
            output: layer.output.dims().to_vec(),
            parameters: layer.parameters,
        });
        SubjectFacts {
            task: *spec.task,
            loss: spec.loss.kind.term(),
            classes: data.classes.clone(),
            layers: layers.collect(),
            parameters: plan.parameters(),
            input: data.shape.clone(),
            input_deviation: measure::moments(&data.train.inputs).1,
            learning_rate: *spec.training.optimizer.learning_rate,
            optimizer: spec.training.optimizer.kind.term(),
            batch_size: *spec.training.batch_size,
            training_examples: data.train.len(),
            unscaled_targets: matches!(data.train.targets, Targets::Values(_))
                && *spec.data.scale_target == Scaling::None,
        }
    }
}

/// Weights of a fresh model, drawn by Burn's initializers on the reference device.
fn draw(subject: &Subject, reference: &Device, seed: u64) -> Result<Weights, DeviceFailure> {
    reference.seed(seed);
    Weights::read(&subject.build(reference))
}

/// The model in training mode without a graph: batch normalization uses the batch, and a forward
/// pass keeps nothing. A deep copy, because clones share running statistics.
pub fn untracked(model: &Network) -> Network {
    model.valid().train().no_grad()
}

/// Loss without regularization, in training mode with dropout off.
///
/// # Errors
///
/// When the device fails.
pub fn evaluate(subject: &Subject, model: &Network, batch: &Batch) -> Result<f64, DeviceFailure> {
    let device = device_of(model);
    let output = untracked(model).forward(batch.input(&device), &mut Pass::plain());
    scalar(objective::loss(&subject.spec.loss.kind, output, &batch.targets))
}

/// Loss and activations of a recorded pass in training mode with dropout off.
///
/// # Errors
///
/// When the device fails.
pub fn observe(
    subject: &Subject,
    model: &Network,
    batch: &Batch,
) -> Result<Vec<ActivationEvidence>, DeviceFailure> {
    let mut pass = Pass::recording();
    untracked(model).forward(batch.input(&device_of(model)), &mut pass);
    measure::activations(pass.into_recorded(), &subject.plan.flat())
}

/// The device that a model lives on.
pub fn device_of(model: &Network) -> Device {
    model.devices().pop().expect("a model with weights has a device")
}

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
