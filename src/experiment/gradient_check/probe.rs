//! Evaluates the objective around the point at which gradients are checked.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{FloatDType, Tensor, TensorData};

use super::super::bench::{Bench, scalar, untracked};
use super::super::direction::Direction;
use super::super::measure;
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, NamedOutput, Pass, Value, to_f64};
use crate::objective::{self, Evaluated, evaluate, objective};
use crate::registry::Computed;
use crate::subject::{Batch, Subject};

/// What is moved: a tensor, by its place among all of the model's, or the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moved {
    Tensor(usize),
    Input,
}

/// The objective as a function of weights and input.
pub struct Probe<'a> {
    bench: &'a Bench,
    subject: &'a Subject,
    batch: &'a Batch,
    model: Model,
    place: &'a Place,
    /// f at the point, by the same path as all other evaluations.
    pub loss: f64,
}

impl<'a> Probe<'a> {
    /// # Errors
    ///
    /// When the device fails.
    pub fn new(
        bench: &'a Bench,
        place: &'a Place,
        batch: &'a Batch,
    ) -> Result<Self, DeviceFailure> {
        let subject = &bench.subject;
        let model = bench.model(place);
        // A training step of the model's own walks back through its graph each time.
        let model = match subject.rust().is_some_and(|plan| plan.steps()) {
            true => model.quiet(),
            false => untracked(&model),
        };
        let mut probe = Self { bench, subject, batch, model, place, loss: 0.0 };
        probe.loss = probe.value(&probe.model, batch)?;
        Ok(probe)
    }

    /// The objective at a step along a direction.
    pub fn at(&self, moved: Moved, direction: &Direction, step: f64) -> Result<f64, DeviceFailure> {
        let mut values = self.numbers(moved).to_vec();
        direction.add_to(&mut values, step);
        self.with(moved, values)
    }

    /// The objective with other numbers in the place of what is moved.
    pub fn with(&self, moved: Moved, values: Vec<f64>) -> Result<f64, DeviceFailure> {
        match moved {
            Moved::Tensor(index) => {
                let mut replace = Replace { index, values: &values, seen: 0 };
                self.value(&self.model.clone().map(&mut replace), self.batch)
            }
            Moved::Input => {
                let mut batch = self.batch.clone();
                *batch.numeric_mut().expect("only a numeric input has a gradient") = values;
                self.value(&self.model, &batch)
            }
        }
    }

    /// The numbers that are moved, as they are at the point.
    pub fn numbers(&self, moved: Moved) -> &[f64] {
        match moved {
            Moved::Tensor(index) => &self.bench.weights.tensors[index].values,
            Moved::Input => self.batch.numeric().unwrap_or_default(),
        }
    }

    /// How many tensors the model has.
    pub fn tensors(&self) -> usize {
        self.bench.weights.tensors.len()
    }

    /// Root mean square of the moved numbers, 1 at the least.
    pub fn scale(&self, moved: Moved) -> f64 {
        measure::root_mean_square(self.numbers(moved)).max(1.0)
    }

    fn value(&self, model: &Model, batch: &Batch) -> Result<f64, DeviceFailure> {
        let inputs = batch.inputs(self.place);
        let pass = &mut Pass::plain();
        let loss = &self.subject.spec.loss;
        let found = evaluate(self.subject, loss, model, batch, inputs, self.place, pass);
        match self.loses_digits() && !found.outputs.is_empty() {
            true => self.exact_loss(&found, batch),
            false => scalar(objective(loss, model, found.loss)),
        }
    }

    /// Whether the loss of these outputs is better computed in 64 bits: not where a penalty of the
    /// weights is added in 32.
    fn loses_digits(&self) -> bool {
        self.place.float != FloatDType::F64 && !self.subject.is_penalized()
    }

    /// The loss of outputs, computed in 64 bits: rounding of single outputs averages out, rounding of
    /// the loss itself does not.
    fn exact_loss(&self, found: &Evaluated, batch: &Batch) -> Result<f64, DeviceFailure> {
        let mut outputs = Vec::with_capacity(found.outputs.len());
        for NamedOutput { name, value } in &found.outputs {
            let shape = value.shape();
            let numbers = objective::head(value.clone(), batch.size());
            let numbers = to_f64(numbers.try_into_data().map_err(DeviceFailure::from_error)?);
            let value = Value::float(&numbers, &shape, &self.bench.exact);
            outputs.push(NamedOutput { name: name.clone(), value });
        }
        let outputs = Computed::Outputs(outputs);
        let loss = &self.subject.spec.loss;
        scalar(objective::of_planted(self.subject, loss, outputs, batch).loss)
    }
}

/// Replaces the numbers of one tensor.
struct Replace<'a> {
    /// Its place among all tensors of the model.
    index: usize,
    values: &'a [f64],
    /// Tensors seen so far.
    seen: usize,
}

impl ModuleMapper for Replace<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.seen;
        self.seen += 1;
        if index != self.index {
            return param;
        }
        let tensor = param.val();
        let data = TensorData::new(self.values.to_vec(), tensor.dims());
        Param::initialized(param.id, Tensor::from_data(data, (&tensor.device(), tensor.dtype())))
    }
}
