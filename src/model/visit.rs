//! A module's tensors with their paths: what Burn's visitors are told piece by piece.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

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
