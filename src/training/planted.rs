//! The planted faults that live in a training step.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::model::{Model, TensorVisitor, belongs_to, visit_tensors};
use crate::spec::{Fault, Spanned};

/// Layers, by what is wrong with their steps.
#[derive(Debug, Default)]
pub struct Planted {
    /// The optimizer never gets their gradients.
    withheld: Vec<String>,
    /// Their frozen tensors decay.
    decaying: Vec<String>,
    /// Their steps are so many times as long.
    scaled: Vec<(String, f64)>,
    /// Clipping leaves their gradients out.
    pub unclipped: Vec<String>,
}

impl Planted {
    pub fn of(faults: &[Spanned<Fault>]) -> Self {
        let mut planted = Self::default();
        for fault in faults {
            match &fault.value {
                Fault::FreezeLayer(layer) => planted.withheld.push(layer.clone()),
                Fault::DecayFrozen(layer) => planted.decaying.push(layer.clone()),
                Fault::ScaleStep { layer, factor } => planted.scaled.push((layer.clone(), *factor)),
                Fault::SkipClipping(layer) => planted.unclipped.push(layer.clone()),
                Fault::WrongGradient { .. }
                | Fault::ShuffleLabels
                | Fault::NegateGradient
                | Fault::MixBatch => {}
            }
        }
        planted
    }

    /// Takes gradients away from the optimizer.
    pub fn withhold(&self, model: &Model, gradients: &mut GradientsParams) {
        if !self.withheld.is_empty() {
            visit_tensors(model, &mut Withhold { layers: &self.withheld, gradients });
        }
    }

    /// What becomes of a model that was `before` a step.
    pub fn disturb(&self, before: &Model, after: Model) -> Model {
        let after = self.scaled.iter().fold(after, |after, (layer, factor)| {
            let mut trained = Trained { layer, values: Vec::new() };
            visit_tensors(before, &mut trained);
            after.map(&mut Scale { before: trained.values, factor: *factor })
        });
        self.decaying.iter().fold(after, |after, layer| decayed(after, layer))
    }
}

/// The model with the layer's frozen tensors a hundredth smaller.
fn decayed(model: Model, layer: &str) -> Model {
    let mut frozen = Frozen { layer, ids: Vec::new() };
    visit_tensors(&model, &mut frozen);
    model.map(&mut Decay { ids: frozen.ids })
}

struct Frozen<'a> {
    layer: &'a str,
    ids: Vec<ParamId>,
}

impl TensorVisitor for Frozen<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let path = path.join(".");
        if !param.is_require_grad() && !path.contains("running_") && belongs_to(&path, self.layer) {
            self.ids.push(param.id);
        }
    }
}

struct Decay {
    ids: Vec<ParamId>,
}

impl ModuleMapper for Decay {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.ids.contains(&param.id) {
            true => {
                let smaller = param.val().mul_scalar(0.99);
                Param::initialized(param.id, smaller.set_require_grad(false))
            }
            false => param,
        }
    }
}

/// The trainable tensors of a layer, in a row and off the graph.
struct Trained<'a> {
    layer: &'a str,
    values: Vec<(ParamId, Tensor<1>)>,
}

impl TensorVisitor for Trained<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if param.is_require_grad() && belongs_to(&path.join("."), self.layer) {
            self.values.push((param.id, param.val().inner().flatten(0, D - 1)));
        }
    }
}

struct Scale {
    before: Vec<(ParamId, Tensor<1>)>,
    factor: f64,
}

impl ModuleMapper for Scale {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some((_, before)) = self.before.iter().find(|(id, _)| *id == param.id) else {
            return param;
        };
        let after = param.val().inner();
        let before = before.clone().reshape(after.dims());
        let moved = (after - before.clone()).mul_scalar(self.factor) + before;
        Param::initialized(param.id, Tensor::from_inner(moved).set_require_grad(true))
    }
}

/// Takes the gradients of some layers away from the optimizer.
struct Withhold<'a> {
    layers: &'a [String],
    gradients: &'a mut GradientsParams,
}

impl TensorVisitor for Withhold<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let path = path.join(".");
        if self.layers.iter().any(|layer| belongs_to(&path, layer)) {
            self.gradients.remove::<D>(param.id);
        }
    }
}
