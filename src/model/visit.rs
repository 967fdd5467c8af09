//! A module's tensors with their paths: what Burn's visitors are told piece by piece.

use burn::module::{Flag, Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::weights::Slot;

/// Sees every float tensor of a module: parameters and running statistics, in the module's order.
pub trait TensorVisitor {
    /// `path` are the names of the modules around the tensor, and its own.
    fn visit<const D: usize>(&mut self, path: &[String], tensor: &Param<Tensor<D>>);
}

/// Shows all float tensors of a module to a visitor.
pub fn visit_tensors<M: Module>(module: &M, visitor: &mut impl TensorVisitor) {
    module.visit(&mut WithPath { visitor, path: Vec::new() });
}

struct WithPath<'a, V> {
    visitor: &'a mut V,
    path: Vec<String>,
}

impl<V: TensorVisitor> ModuleVisitor for WithPath<'_, V> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.visitor.visit(&self.path, param);
    }
}

/// All float tensors of a module, in its order, each with the types of the modules around it. Nothing
/// is drawn.
pub fn slots<M: Module>(module: &M) -> Vec<Slot> {
    let mut slots = Slots::default();
    module.visit(&mut slots);
    slots.found
}

#[derive(Default)]
struct Slots {
    parts: Vec<(String, String)>,
    found: Vec<Slot>,
}

impl ModuleVisitor for Slots {
    fn enter_module(&mut self, name: &str, container: &str) {
        let owner = container.trim_start_matches("Struct:").to_owned();
        self.parts.push((name.to_owned(), owner));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.parts.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.lazy_shape().iter().copied().collect();
        let trainable = param.is_require_grad();
        self.found.push(Slot { parts: self.parts.clone(), shape, trainable });
    }
}

/// A module inside a model that owns tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFacts {
    /// The names of the modules around it and its own, joined with dots; empty for the model itself.
    pub path: String,
    /// What it is, as its type is called: `Linear`.
    pub kind: String,
    /// Numbers that it owns itself, running statistics included.
    pub parameters: usize,
}

/// The modules that own tensors, and paths and types of all modules that have a flag (dropout, noise):
/// what they draw is random.
pub fn module_facts<M: Module>(module: &M) -> (Vec<ModuleFacts>, Vec<(String, String)>) {
    let mut owners = Owners::default();
    module.visit(&mut owners);
    (owners.found, owners.flagged)
}

#[derive(Default)]
struct Owners {
    /// Name and type of the modules around the place.
    path: Vec<(String, String)>,
    found: Vec<ModuleFacts>,
    flagged: Vec<(String, String)>,
}

impl Owners {
    /// The last name is the tensor's own.
    fn owner(&self) -> (String, String) {
        let around = &self.path[..self.path.len().saturating_sub(1)];
        let names: Vec<&str> = around.iter().map(|(name, _)| name.as_str()).collect();
        let kind = self.path.last().map_or("", |(_, container)| container.as_str());
        (names.join("."), kind.trim_start_matches("Struct:").to_owned())
    }
}

impl ModuleVisitor for Owners {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.to_owned(), container.to_owned()));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (path, kind) = self.owner();
        let parameters = param.lazy_shape().num_elements();
        match self.found.last_mut() {
            Some(last) if last.path == path => last.parameters += parameters,
            _ => self.found.push(ModuleFacts { path, kind, parameters }),
        }
    }

    fn visit_flag(&mut self, _flag: &Param<Flag>) {
        self.flagged.push(self.owner());
    }
}
