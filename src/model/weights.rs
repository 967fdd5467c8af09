//! A model's tensors on the host, by name: read from one device, loaded on another.
//!
//! Weights are drawn on the reference device alone, so that a model starts from the same numbers
//! on every machine.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData, Transaction};

use super::visit::{TensorVisitor, visit_tensors};
use crate::device::{DeviceFailure, Place};

/// One tensor of a model: parameter, or running statistic.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// Module path joined with dots: `head.weight`.
    pub path: String,
    pub shape: Vec<usize>,
    /// Whether the optimizer is meant to change it; running statistics are not trainable.
    pub trainable: bool,
    pub values: Vec<f64>,
}

impl NamedTensor {
    /// Whether the tensor is one of the layer of this name: a module around it, or the path of one.
    pub fn belongs_to(&self, layer: &str) -> bool {
        belongs_to(&self.path, layer)
    }
}

/// Whether a tensor's path leads through the layer of this name or path.
pub fn belongs_to(tensor: &str, layer: &str) -> bool {
    let inside = tensor.strip_prefix(layer).is_some_and(|rest| rest.starts_with('.'));
    inside
        || tensor.rsplit_once('.').is_some_and(|(around, _)| around.split('.').any(|n| n == layer))
}

/// All tensors of a model, in the model's own order.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub tensors: Vec<NamedTensor>,
}

/// Name, shape and trainability of a model's tensors, without their values.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    pub path: String,
    pub shape: Vec<usize>,
    pub trainable: bool,
    pub id: ParamId,
}

impl Weights {
    /// Reads all tensors of a model. Parameters that were never used are drawn now.
    ///
    /// # Errors
    ///
    /// When the device cannot hand the numbers over.
    pub fn read<M: Module>(model: &M) -> Result<Self, DeviceFailure> {
        let mut reader = ReadTensors::default();
        visit_tensors(model, &mut reader);
        let tensors = fetch(reader.transaction)?
            .into_iter()
            .zip(reader.infos)
            .map(|(values, info)| NamedTensor {
                path: info.path,
                shape: info.shape,
                trainable: info.trainable,
                values,
            })
            .collect();
        Ok(Self { tensors })
    }

    /// The same with the numbers of `others` in the place of those of the same name.
    pub fn with(mut self, others: &[NamedTensor]) -> Self {
        for tensor in &mut self.tensors {
            if let Some(other) = others.iter().find(|other| other.path == tensor.path) {
                tensor.values.clone_from(&other.values);
            }
        }
        self
    }

    /// Puts these numbers into a model of the same structure, at a place. Nothing that the model
    /// would have drawn itself is drawn.
    pub fn load<M: Module>(&self, model: M, place: &Place) -> M {
        model.map(&mut LoadTensors { tensors: self.tensors.iter(), place })
    }
}

/// Reads everything registered in a transaction, as f64.
pub fn fetch(transaction: Transaction) -> Result<Vec<Vec<f64>>, DeviceFailure> {
    let data = transaction.try_execute().map_err(DeviceFailure::from_error)?;
    Ok(data.into_iter().map(to_f64).collect())
}

/// The numbers of tensor data as f64, whatever their type.
pub fn to_f64(data: TensorData) -> Vec<f64> {
    data.iter::<f64>().collect()
}

#[derive(Default)]
struct ReadTensors {
    infos: Vec<TensorInfo>,
    transaction: Transaction,
}

impl TensorVisitor for ReadTensors {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let tensor = param.val();
        self.infos.push(TensorInfo {
            path: path.join("."),
            shape: tensor.dims().to_vec(),
            trainable: param.is_require_grad(),
            id: param.id,
        });
        let transaction = std::mem::take(&mut self.transaction);
        self.transaction = transaction.register(tensor.detach());
    }
}

struct LoadTensors<'a> {
    tensors: std::slice::Iter<'a, NamedTensor>,
    place: &'a Place,
}

impl ModuleMapper for LoadTensors<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let tensor = self.tensors.next().expect("weights were read from a model of this structure");
        let data = TensorData::new(tensor.values.clone(), tensor.shape.clone());
        let value = Tensor::<D>::from_data(data, self.place.floats());
        Param::initialized(param.id, value.set_require_grad(tensor.trainable))
    }
}

/// Gradients by tensor: `None` where a trainable tensor got none at all.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedGradient {
    pub path: String,
    pub shape: Vec<usize>,
    pub values: Option<Vec<f64>>,
}

/// Gradients of all trainable tensors, in the model's order.
///
/// # Errors
///
/// When the device cannot hand the numbers over.
pub fn named_gradients<M: Module>(
    model: &M,
    gradients: &GradientsParams,
) -> Result<Vec<NamedGradient>, DeviceFailure> {
    let mut reader =
        ReadGradients { gradients, found: Vec::new(), transaction: Transaction::default() };
    visit_tensors(model, &mut reader);
    let mut numbers = fetch(reader.transaction)?.into_iter();
    let named = reader.found.into_iter().map(|(path, shape, present)| NamedGradient {
        path,
        shape,
        values: present.then(|| numbers.next().expect("one result per registered tensor")),
    });
    Ok(named.collect())
}

struct ReadGradients<'a> {
    gradients: &'a GradientsParams,
    /// Path, shape, whether there is a gradient.
    found: Vec<(String, Vec<usize>, bool)>,
    transaction: Transaction,
}

impl TensorVisitor for ReadGradients<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if !param.is_require_grad() {
            return;
        }
        let gradient = self.gradients.get::<D>(param.id);
        let shape = param.val().dims().to_vec();
        self.found.push((path.join("."), shape, gradient.is_some()));
        if let Some(gradient) = gradient {
            let transaction = std::mem::take(&mut self.transaction);
            self.transaction = transaction.register(gradient);
        }
    }
}
