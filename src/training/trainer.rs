//! One training step after the other. Nothing is read back from the device here.

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::faults::StepFaults;
use super::updates::{Accumulated, Updates};
use crate::device::Place;
use crate::model::{Model, Pass, TensorVisitor, visit_tensors};
use crate::objective::{evaluate, gradients, objective};
use crate::random::Random;
use crate::spec::{Fault, LossSpec};
use crate::subject::{Batch, Subject};

/// A model on its way through training.
pub struct Trainer<'a> {
    subject: &'a Subject,
    model: Model,
    place: Place,
    updates: Updates,
    loss: LossSpec,
    faults: StepFaults,
    seed: u64,
    steps: usize,
}

impl<'a> Trainer<'a> {
    /// `model` carries its weights already and lives at the place where it is trained.
    pub fn new(
        subject: &'a Subject,
        model: Model,
        place: Place,
        mut updates: Updates,
        loss: LossSpec,
        seed: u64,
    ) -> Self {
        let faults = StepFaults::of(&subject.spec);
        updates.leave_unclipped(faults.unclipped.clone());
        let updates = match faults.rate {
            Some(factor) => updates.with_wrong_rates(factor),
            None => updates,
        };
        Self { subject, model, place, updates, loss, faults, seed, steps: 0 }
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model as it is now.
    pub fn into_model(self) -> Model {
        self.model
    }

    /// Steps taken so far.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// What has turned gradients into steps so far.
    pub fn updates(&self) -> &Updates {
        &self.updates
    }

    /// Tells the loss of an epoch that has ended to schedules that look at it.
    pub fn observe_epoch(&mut self, loss: f64) {
        self.updates.observe_epoch(loss);
    }

    /// One step on batches whose gradients are averaged by examples: mostly a single one. `dropout`
    /// turns the random layers of a declared model on; a Rust model has its own switches
    /// ([`Model::quiet`]).
    ///
    /// Gives the loss before the step, the mean over all examples and still on the device, and what
    /// `probe` asks for.
    ///
    /// # Panics
    ///
    /// When there is no batch.
    pub fn step(
        &mut self,
        batches: &[Batch],
        dropout: bool,
        probe: Option<&mut UpdateProbe>,
    ) -> Tensor<1> {
        let before = self.model.clone();
        let (loss, _) = self.advance(batches, dropout, false);
        if let Some(probe) = probe {
            probe.measure(&before, &self.model, self.steps);
        }
        loss
    }

    /// One step as the recipe takes it, and the gradients that it was given.
    ///
    /// # Panics
    ///
    /// When there is no batch.
    pub fn recorded_step(&mut self, batches: &[Batch]) -> Vec<PartGradients> {
        self.advance(batches, true, true).1
    }

    fn advance(
        &mut self,
        batches: &[Batch],
        dropout: bool,
        record: bool,
    ) -> (Tensor<1>, Vec<PartGradients>) {
        let examples: usize = batches.iter().map(Batch::size).sum();
        let mut accumulated = Accumulated::default();
        let mut reported: Option<Tensor<1>> = None;
        let mut parts = Vec::new();
        for (position, batch) in batches.iter().enumerate() {
            let (loss, mut gradients) = self.backward(batch, position, dropout);
            let share = batch.size() as f64 / examples as f64;
            if record {
                let mut collect = CollectGradients { gradients: &gradients, found: Vec::new() };
                visit_tensors(&self.model, &mut collect);
                parts.push(PartGradients { share, tensors: collect.found });
            }
            self.faults.withhold(&self.model, &mut gradients);
            accumulated.add(&self.model, gradients, share);
            reported = Some(match reported {
                Some(sum) => sum + loss.mul_scalar(share),
                None if share == 1.0 => loss,
                None => loss.mul_scalar(share),
            });
        }
        let before = self.model.clone();
        let gradients = self.faults.of_step(&before, accumulated.gradients());
        let after = self.updates.step(self.model.clone(), gradients);
        self.model = self.faults.behind_step(&before, after);
        self.steps += 1;
        (reported.expect("a step has a batch"), parts)
    }

    /// Loss and gradients of one batch; `position` tells it from the others of its step.
    fn backward(
        &self,
        batch: &Batch,
        position: usize,
        dropout: bool,
    ) -> (Tensor<1>, GradientsParams) {
        let mut batch = std::borrow::Cow::Borrowed(batch);
        if self.subject.has_fault(&Fault::ShuffleLabels) {
            batch.to_mut().permute_targets(&mut self.random("fault.shuffle_labels", position));
        }
        let mut pass = match dropout && !self.faults.evaluates {
            true => Pass::with_dropout(self.random("dropout", position)),
            false => Pass::plain(),
        };
        let inputs = batch.inputs(&self.place);
        let model = match self.faults.evaluates {
            true => self.model.clone().evaluating(),
            false => self.model.clone(),
        };
        let (subject, place) = (self.subject, &self.place);
        let found = evaluate(subject, &self.loss, &model, &batch, inputs, place, &mut pass);
        let loss = objective(&self.loss, &model, found.loss);
        let reported = loss.clone().detach();
        let mut gradients = found.gradients.unwrap_or_else(|| {
            let minimized = match self.subject.has_fault(&Fault::NegateGradient) {
                true => loss.neg(),
                false => loss,
            };
            gradients(&minimized, &model)
        });
        self.faults.scale(&self.model, &mut gradients);
        (reported, gradients)
    }

    /// Numbers for a batch of this step alone.
    fn random(&self, stream: &str, position: usize) -> Random {
        let steps = self.steps;
        Random::new(
            self.seed,
            &match position {
                0 => format!("{stream}.{steps}"),
                _ => format!("{stream}.{steps}.{position}"),
            },
        )
    }
}

/// The gradients of one part of a step, as they came: before they are added up and clipped. On the
/// device.
pub struct PartGradients {
    /// The part's share of the step's examples.
    pub share: f64,
    /// The numbers of each trainable tensor's gradient in a row, in the model's order; nothing where it
    /// got none.
    pub tensors: Vec<Option<Tensor<1>>>,
}

struct CollectGradients<'a> {
    gradients: &'a GradientsParams,
    found: Vec<Option<Tensor<1>>>,
}

impl TensorVisitor for CollectGradients<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            let gradient = self.gradients.get::<D>(param.id);
            self.found.push(gradient.map(|gradient| gradient.flatten(0, D - 1)));
        }
    }
}

/// Measures how far one step moved each trainable tensor; the numbers stay on the device.
#[derive(Default)]
pub struct UpdateProbe {
    /// Tensor paths, in the model's order; the same for every measured step.
    pub paths: Vec<String>,
    /// Rank of each tensor.
    pub ranks: Vec<usize>,
    /// Per measured step and tensor: ‖ΔW‖, ‖W‖ and max |Δw|, one element each.
    pub measured: Vec<[Tensor<1>; 3]>,
    /// The steps that were measured, from 1.
    pub steps: Vec<usize>,
}

impl UpdateProbe {
    fn measure(&mut self, before: &Model, after: &Model, step: usize) {
        let mut old = CollectTrainable::default();
        visit_tensors(before, &mut old);
        let mut compare = CompareTrainable { old: old.0.into_iter(), found: Vec::new() };
        visit_tensors(after, &mut compare);
        self.paths = compare.found.iter().map(|(path, ..)| path.clone()).collect();
        self.ranks = compare.found.iter().map(|(_, rank, _)| *rank).collect();
        self.measured.extend(compare.found.into_iter().map(|(_, _, measured)| measured));
        self.steps.push(step);
    }
}

#[derive(Default)]
struct CollectTrainable(Vec<Tensor<1>>);

impl TensorVisitor for CollectTrainable {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            self.0.push(flat(param));
        }
    }
}

struct CompareTrainable {
    old: std::vec::IntoIter<Tensor<1>>,
    found: Vec<(String, usize, [Tensor<1>; 3])>,
}

impl TensorVisitor for CompareTrainable {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if !param.is_require_grad() {
            return;
        }
        let old = self.old.next().expect("a step keeps the model's structure");
        let moved = flat(param) - old.clone();
        let largest = moved.clone().abs().max();
        let norm = |tensor: Tensor<1>| (tensor.clone() * tensor).sum().sqrt();
        self.found.push((path.join("."), D, [norm(moved), norm(old), largest]));
    }
}

/// A parameter's numbers in a row, off the graph.
fn flat<const D: usize>(param: &Param<Tensor<D>>) -> Tensor<1> {
    param.val().inner().flatten(0, D - 1)
}
