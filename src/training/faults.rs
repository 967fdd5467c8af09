//! Planted faults of a training step: what happens to gradients on their way to the optimizer, and to
//! the model behind it.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::updates::Accumulated;
use crate::faults;
use crate::model::{Model, TensorVisitor, belongs_to, visit_tensors};
use crate::spec::{Fault, Mode, Spec};

/// The faults that live in the steps of a subject.
#[derive(Default)]
pub(super) struct StepFaults {
    /// Layers that the optimizer never gets.
    withheld: Vec<String>,
    /// Layers whose frozen tensors decay.
    decaying: Vec<String>,
    /// Tensors whose gradients are multiplied.
    scaled: Vec<(String, f64)>,
    /// Layers whose steps are multiplied.
    scaled_steps: Vec<(String, f64)>,
    /// Layers whose gradients clipping leaves out.
    pub unclipped: Vec<String>,
    /// The gradients of all steps so far, where they are never cleared.
    kept: Option<Accumulated>,
    /// Whether the model that goes on is the one before the step.
    pub discards: bool,
    /// Whether steps see the model as it is used afterwards.
    pub evaluates: bool,
    /// What the recipe's rates are multiplied by.
    pub rate: Option<f64>,
}

impl StepFaults {
    pub fn of(spec: &Spec) -> Self {
        let mut planted = Self { scaled: faults::scaled_gradients(spec), ..Self::default() };
        for fault in &spec.faults {
            match &fault.value {
                Fault::FreezeLayer(layer) => planted.withheld.push(layer.clone()),
                Fault::DecayFrozen(layer) => planted.decaying.push(layer.clone()),
                Fault::ScaleStep { layer, factor } => {
                    planted.scaled_steps.push((layer.clone(), *factor));
                }
                Fault::SkipClipping(layer) => planted.unclipped.push(layer.clone()),
                Fault::KeepGradients => planted.kept = Some(Accumulated::default()),
                Fault::DiscardUpdates => planted.discards = true,
                Fault::WrongMode(Mode::Training) => planted.evaluates = true,
                Fault::ScaleRate(factor) => planted.rate = Some(*factor),
                _ => {}
            }
        }
        planted
    }

    /// The gradients of a batch as the program would see them.
    pub fn scale(&self, model: &Model, gradients: &mut GradientsParams) {
        if !self.scaled.is_empty() {
            visit_tensors(model, &mut ScaleGradients { scaled: &self.scaled, gradients });
        }
    }

    /// Takes gradients away from the optimizer.
    pub fn withhold(&self, model: &Model, gradients: &mut GradientsParams) {
        if !self.withheld.is_empty() {
            visit_tensors(model, &mut Withhold { layers: &self.withheld, gradients });
        }
    }

    /// The gradients of a step as the optimizer gets them.
    pub fn of_step(&mut self, model: &Model, gradients: GradientsParams) -> GradientsParams {
        let Some(kept) = &mut self.kept else { return gradients };
        kept.add(model, gradients, 1.0);
        let all = std::mem::take(kept).gradients();
        let mut copy = CopyAll { from: &all, copy: GradientsParams::new() };
        visit_tensors(model, &mut copy);
        let copy = copy.copy;
        kept.add(model, all, 1.0);
        copy
    }

    /// The model behind a step.
    pub fn behind_step(&self, before: &Model, after: Model) -> Model {
        let after = if self.discards { before.clone() } else { after };
        let after = self.scaled_steps.iter().fold(after, |after, (layer, factor)| {
            let mut trained = Trained { layer, values: Vec::new() };
            visit_tensors(before, &mut trained);
            after.map(&mut ScaleStep { before: trained.values, factor: *factor })
        });
        self.decaying.iter().fold(after, |model, layer| decayed(model, layer))
    }
}

struct ScaleGradients<'a> {
    scaled: &'a [(String, f64)],
    gradients: &'a mut GradientsParams,
}

impl TensorVisitor for ScaleGradients<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let path = path.join(".");
        for (_, factor) in self.scaled.iter().filter(|(tensor, _)| *tensor == path) {
            if let Some(gradient) = self.gradients.remove::<D>(param.id) {
                self.gradients.register(param.id, gradient.mul_scalar(*factor));
            }
        }
    }
}

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

struct ScaleStep {
    before: Vec<(ParamId, Tensor<1>)>,
    factor: f64,
}

impl ModuleMapper for ScaleStep {
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

struct CopyAll<'a> {
    from: &'a GradientsParams,
    copy: GradientsParams,
}

impl TensorVisitor for CopyAll<'_> {
    fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.from.get::<D>(param.id) {
            self.copy.register(param.id, gradient);
        }
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
