//! From gradients to new weights: clipping by the norm of all gradients, the rates of the step, and
//! the optimizer.

use burn::module::{Module, Param};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;

use super::optimizer::{self, optimizer};
use super::schedule::Rates;
use crate::model::{TensorVisitor, visit_tensors};
use crate::spec::{Clipping, TrainingSpec};

/// What turns gradients into steps.
pub struct Updates {
    optimizer: ModuleOptimizer,
    rates: Rates,
    /// The largest L2 norm of all gradients together.
    global_norm: Option<f64>,
    /// What the recipe's clipping looks at, in each step so far: of one element, still on the device.
    clipped: Option<(Clipping, Vec<Tensor<1>>)>,
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
            global_norm: match recipe.clipping {
                Some(Clipping::GlobalNorm(bound)) => Some(bound),
                Some(Clipping::Norm(_) | Clipping::Value(_)) | None => None,
            },
            clipped: recipe.clipping.map(|clipping| (clipping, Vec::new())),
            rates_so_far: Vec::new(),
            is_of_recipe: true,
        }
    }

    /// As the tool itself chooses when it judges the model and not the recipe: Adam at one rate.
    pub fn adam(learning_rate: f64) -> Self {
        let (optimizer, rates) = (optimizer::adam(), Rates::constant(learning_rate));
        Self {
            optimizer,
            rates,
            global_norm: None,
            clipped: None,
            rates_so_far: Vec::new(),
            is_of_recipe: false,
        }
    }

    /// The recipe's rates multiplied: a planted fault. What the tool itself chooses stays.
    pub fn with_wrong_rates(mut self, factor: f64) -> Self {
        if self.is_of_recipe {
            self.rates = self.rates.times(factor);
        }
        self
    }

    /// The learning rate of each step so far, but for those of groups.
    pub fn rates(&self) -> &[f64] {
        &self.rates_so_far
    }

    /// What the recipe's clipping looked at in each step so far, before it clipped: the L2 norm of all
    /// gradients, the largest of one tensor, or the largest |number|; of one element each.
    pub fn clipped(&self) -> Option<(Clipping, &[Tensor<1>])> {
        self.clipped.as_ref().map(|(clipping, sizes)| (*clipping, sizes.as_slice()))
    }

    /// Tells the loss of an epoch that has ended to schedules that look at it.
    pub fn observe_epoch(&mut self, loss: f64) {
        self.rates.observe(loss);
    }

    /// The module after one step.
    pub fn step<M: Module>(&mut self, module: M, gradients: GradientsParams) -> M {
        if let Some((clipping, sizes)) = &mut self.clipped {
            let mut size = Size { gradients: &gradients, clipping: *clipping, found: None };
            visit_tensors(&module, &mut size);
            sizes.extend(size.found);
        }
        let gradients = match self.global_norm {
            Some(bound) => clip_global_norm(&module, gradients, bound),
            None => gradients,
        };
        let rates = self.rates.step();
        self.rates_so_far.push(rates.base());
        self.optimizer.step(rates, module, gradients)
    }
}

/// g · bound / max(bound, ‖g‖), where ‖g‖ is the L2 norm of all gradients together. Nothing is read
/// back from the device.
///
/// Source: Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks
/// (2012), algorithm 1.
fn clip_global_norm<M: Module>(
    module: &M,
    mut gradients: GradientsParams,
    bound: f64,
) -> GradientsParams {
    let mut sum = SumOfSquares { gradients: &gradients, sum: None };
    visit_tensors(module, &mut sum);
    let Some(sum) = sum.sum else { return gradients };
    // In single precision, too, it is above 0.
    let bound = bound.max(f64::from(f32::MIN_POSITIVE));
    let factor = sum.sqrt().clamp_min(bound).recip().mul_scalar(bound);
    visit_tensors(module, &mut Multiply { gradients: &mut gradients, factor });
    gradients
}

struct SumOfSquares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl TensorVisitor for SumOfSquares<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        let squares = gradient.square().sum();
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + squares,
            None => squares,
        });
    }
}

struct Multiply<'a> {
    gradients: &'a mut GradientsParams,
    factor: Tensor<1>,
}

impl TensorVisitor for Multiply<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient * self.factor.clone().unsqueeze());
        }
    }
}

/// What a clipping looks at.
struct Size<'a> {
    gradients: &'a GradientsParams,
    clipping: Clipping,
    found: Option<Tensor<1>>,
}

impl TensorVisitor for Size<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        let own = match self.clipping {
            Clipping::Value(_) => gradient.abs().max(),
            Clipping::Norm(_) | Clipping::GlobalNorm(_) => gradient.square().sum().sqrt(),
        };
        self.found = Some(match (self.found.take(), self.clipping) {
            (None, _) => own,
            (Some(found), Clipping::GlobalNorm(_)) => (found.square() + own.square()).sqrt(),
            (Some(found), _) => found.max_pair(own),
        });
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
