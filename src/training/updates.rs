//! From gradients to new weights: clipping, the rates of the step, and the optimizer.

use burn::module::{Module, Param};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;

use super::clipping::Clipper;
use super::optimizer::{self, optimizer};
use super::schedule::Rates;
use crate::model::{TensorVisitor, visit_tensors};
use crate::spec::TrainingSpec;

/// What turns gradients into steps.
pub struct Updates {
    optimizer: ModuleOptimizer,
    rates: Rates,
    clipper: Option<Clipper>,
    /// The learning rate of each step so far, but for those of groups.
    rates_so_far: Vec<f64>,
    /// Whether the recipe has chosen, and not the tool.
    is_of_recipe: bool,
}

impl Updates {
    /// As the recipe says, over so many steps.
    pub fn of_recipe<M: Module>(recipe: &TrainingSpec, steps: usize, module: &M) -> Self {
        Self {
            optimizer: optimizer(recipe, module),
            rates: Rates::of_recipe(recipe, steps, module),
            clipper: recipe.clipping.map(Clipper::new),
            rates_so_far: Vec::new(),
            is_of_recipe: true,
        }
    }

    /// As the tool itself chooses when it judges the model and not the recipe: Adam at one rate.
    pub fn adam(learning_rate: f64) -> Self {
        let (optimizer, rates) = (optimizer::adam(), Rates::constant(learning_rate));
        Self { optimizer, rates, clipper: None, rates_so_far: Vec::new(), is_of_recipe: false }
    }

    /// Lets clipping leave these layers out: a planted fault.
    pub fn leave_unclipped(&mut self, layers: Vec<String>) {
        if let Some(clipper) = &mut self.clipper {
            clipper.spare(layers);
        }
    }

    /// The recipe's rates multiplied: a planted fault. What the tool itself chooses stays.
    pub fn with_wrong_rates(self, factor: f64) -> Self {
        match self.is_of_recipe {
            true => self.at_multiple(factor),
            false => self,
        }
    }

    /// The same with all learning rates times a factor, whatever the schedule.
    pub fn at_multiple(mut self, factor: f64) -> Self {
        self.rates = self.rates.times(factor);
        self
    }

    /// The learning rate of each step so far, but for those of groups.
    pub fn rates(&self) -> &[f64] {
        &self.rates_so_far
    }

    /// The recipe's clipping, with the sizes of all gradients so far.
    pub fn clipper(&self) -> Option<&Clipper> {
        self.clipper.as_ref()
    }

    /// Tells the loss of an epoch that has ended to schedules that look at it.
    pub fn observe_epoch(&mut self, loss: f64) {
        self.rates.observe(loss);
    }

    /// The module after one step.
    pub fn step<M: Module>(&mut self, module: M, gradients: GradientsParams) -> M {
        let gradients = match &mut self.clipper {
            Some(clipper) => clipper.clip(&module, gradients),
            None => gradients,
        };
        let rates = self.rates.step();
        self.rates_so_far.push(rates.base());
        self.optimizer.step(rates, module, gradients)
    }
}

/// Gradients of several batches, each with its share of the examples.
#[derive(Default)]
pub struct Accumulated(Option<GradientsParams>);

impl Accumulated {
    /// Adds `share` times the gradients of one batch.
    pub fn add<M: Module>(&mut self, module: &M, gradients: GradientsParams, share: f64) {
        // One batch alone stays as it is.
        if share == 1.0 && self.0.is_none() {
            self.0 = Some(gradients);
            return;
        }
        let mut sum = self.0.take().unwrap_or_default();
        visit_tensors(module, &mut AddShare { sum: &mut sum, gradients, share });
        self.0 = Some(sum);
    }

    pub fn gradients(self) -> GradientsParams {
        self.0.unwrap_or_default()
    }
}

struct AddShare<'a> {
    sum: &'a mut GradientsParams,
    gradients: GradientsParams,
    share: f64,
}

impl TensorVisitor for AddShare<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else { return };
        let share = gradient.mul_scalar(self.share);
        let sum = match self.sum.remove::<D>(param.id) {
            Some(sum) => sum + share,
            None => share,
        };
        self.sum.register(param.id, sum);
    }
}
