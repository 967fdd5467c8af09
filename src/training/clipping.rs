//! Gradient clipping, and how large gradients are before and after it.
//!
//! Burn clips inside of its optimizers, where nobody sees what comes out; the same functions of Burn are
//! called here before. The norm of all gradients together is not known to one tensor, and is ours.

use burn::grad_clipping::{GradientClipping, GradientClippingConfig};
use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::model::{TensorVisitor, belongs_to, visit_tensors};
use crate::spec::Clipping;

/// A recipe's clipping, with the sizes that it has seen and left.
pub struct Clipper {
    clipping: Clipping,
    /// Layers that it leaves out: a planted fault.
    spared: Vec<String>,
    sizes: Sizes,
}

/// What a clipping looks at, in each step: the L2 norm of each tensor's gradient, or its largest
/// |number|. On the device; one tensor per step, with a number for each gradient.
#[derive(Debug, Default)]
pub struct Sizes {
    /// The tensors that have a gradient, in the model's order.
    pub paths: Vec<Vec<String>>,
    pub before: Vec<Tensor<1>>,
    pub after: Vec<Tensor<1>>,
}

impl Clipper {
    pub fn new(clipping: Clipping) -> Self {
        Self { clipping, spared: Vec::new(), sizes: Sizes::default() }
    }

    /// Leaves these layers out.
    pub fn spare(&mut self, layers: Vec<String>) {
        self.spared = layers;
    }

    pub fn clipping(&self) -> Clipping {
        self.clipping
    }

    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// Clips the gradients of a step. Nothing is read back from the device.
    pub fn clip<M: Module>(&mut self, module: &M, gradients: GradientsParams) -> GradientsParams {
        let Some((paths, before)) = self.measure(module, &gradients) else { return gradients };
        let clipped = match self.clipping {
            Clipping::Norm(bound) => {
                let norm = GradientClippingConfig::Norm(bound as f32).init();
                self.clip_each(module, gradients, norm)
            }
            Clipping::Value(bound) => {
                let value = GradientClippingConfig::Value(bound as f32).init();
                self.clip_each(module, gradients, value)
            }
            Clipping::GlobalNorm(bound) => self.clip_together(module, gradients, bound),
        };
        let after = self.measure(module, &clipped).map(|(_, after)| after);
        self.sizes.paths.push(paths);
        self.sizes.before.push(before);
        self.sizes.after.extend(after);
        clipped
    }

    /// Nothing where no tensor has a gradient.
    fn measure<M: Module>(
        &self,
        module: &M,
        gradients: &GradientsParams,
    ) -> Option<(Vec<String>, Tensor<1>)> {
        let (paths, found) = (Vec::new(), Vec::new());
        let mut size = Size { gradients, clipping: self.clipping, paths, found };
        visit_tensors(module, &mut size);
        (!size.found.is_empty()).then(|| (size.paths, Tensor::cat(size.found, 0)))
    }

    fn clip_each<M: Module>(
        &self,
        module: &M,
        mut gradients: GradientsParams,
        clipping: GradientClipping,
    ) -> GradientsParams {
        let spared = &self.spared;
        visit_tensors(module, &mut Each { gradients: &mut gradients, clipping, spared });
        gradients
    }

    /// g · bound / max(bound, ‖g‖), where ‖g‖ is the L2 norm of all gradients together.
    ///
    /// Source: Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks
    /// (2012), algorithm 1.
    fn clip_together<M: Module>(
        &self,
        module: &M,
        mut gradients: GradientsParams,
        bound: f64,
    ) -> GradientsParams {
        let spared = &self.spared;
        let mut sum = SumOfSquares { gradients: &gradients, spared, sum: None };
        visit_tensors(module, &mut sum);
        let Some(sum) = sum.sum else { return gradients };
        // In single precision, too, it is above 0.
        let bound = bound.max(f64::from(f32::MIN_POSITIVE));
        let factor = sum.sqrt().clamp_min(bound).recip().mul_scalar(bound);
        visit_tensors(module, &mut Multiply { gradients: &mut gradients, spared, factor });
        gradients
    }
}

fn is_spared(spared: &[String], path: &[String]) -> bool {
    !spared.is_empty() && {
        let path = path.join(".");
        spared.iter().any(|layer| belongs_to(&path, layer))
    }
}

struct Size<'a> {
    gradients: &'a GradientsParams,
    clipping: Clipping,
    paths: Vec<String>,
    found: Vec<Tensor<1>>,
}

impl TensorVisitor for Size<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        self.paths.push(path.join("."));
        self.found.push(match self.clipping {
            Clipping::Value(_) => gradient.abs().max(),
            Clipping::Norm(_) | Clipping::GlobalNorm(_) => gradient.square().sum().sqrt(),
        });
    }
}

struct Each<'a> {
    gradients: &'a mut GradientsParams,
    clipping: GradientClipping,
    spared: &'a [String],
}

impl TensorVisitor for Each<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if is_spared(self.spared, path) {
            return;
        }
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, self.clipping.clip_gradient(gradient));
        }
    }
}

struct SumOfSquares<'a> {
    gradients: &'a GradientsParams,
    spared: &'a [String],
    sum: Option<Tensor<1>>,
}

impl TensorVisitor for SumOfSquares<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if is_spared(self.spared, path) {
            return;
        }
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
    spared: &'a [String],
    factor: Tensor<1>,
}

impl TensorVisitor for Multiply<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if is_spared(self.spared, path) {
            return;
        }
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient * self.factor.clone().unsqueeze());
        }
    }
}
