//! A network declared in a spec: layers and the wires between them, as a Burn module, with inputs and
//! outputs by name.

use std::collections::HashSet;

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::Device;

use super::block::Block;
use super::layer::Layer;
use super::pass::Pass;
use super::plan::Plan;
use super::value::Value;
use super::wires::Wires;
use crate::spec::{Fault, Regularization};

/// A network that runs.
#[derive(Debug, Clone)]
pub struct Network {
    body: Block,
    /// Names of the inputs, in order.
    inputs: Vec<String>,
    /// Names of the outputs with the paths of their layers, in order.
    outputs: Vec<(String, String)>,
    /// Paths whose outputs are read again.
    kept: HashSet<String>,
}

/// An output of a network by its name.
#[derive(Debug, Clone)]
pub struct NamedOutput {
    pub name: String,
    pub value: Value,
}

impl Network {
    /// Builds a planned network on a device. Weights are drawn lazily, in layer order.
    pub fn build(plan: &Plan, device: &Device) -> Self {
        let outputs: Vec<(String, String)> =
            plan.outputs.iter().map(|output| (output.name.clone(), output.path.clone())).collect();
        let layers = plan.flat();
        let read = layers.iter().flat_map(|layer| layer.sources.looked_up());
        let given = outputs.iter().map(|(_, path)| path);
        Self {
            body: Block::build(&plan.layers, device),
            inputs: plan.inputs.iter().map(|input| input.name.clone()).collect(),
            kept: read.chain(given).cloned().collect(),
            outputs,
        }
    }

    /// Plants the faults that live in the network.
    pub fn plant(mut self, faults: &[Fault]) -> Self {
        self.body.plant(faults, "");
        self
    }

    /// The outputs for a batch of inputs, in the orders of the plan.
    ///
    /// # Panics
    ///
    /// When there are not as many inputs as planned.
    pub fn forward(&self, inputs: Vec<Value>, pass: &mut Pass) -> Vec<NamedOutput> {
        assert_eq!(inputs.len(), self.inputs.len(), "a batch is divided as the plan says");
        let mut wires = Wires::new(&self.body, &self.inputs, &self.kept, pass);
        let inputs: Vec<Value> =
            inputs.into_iter().map(|input| wires.pass.handed_on(input)).collect();
        for (name, input) in self.inputs.iter().zip(&inputs) {
            wires.put(name, input);
        }
        let first = inputs.into_iter().next().expect("a network has at least one input");
        self.body.forward(first, "", &mut wires);
        let output = |(name, path): &(String, String)| NamedOutput {
            name: name.clone(),
            value: wires.get(path),
        };
        self.outputs.iter().map(output).collect()
    }

    /// The layers whose weights are penalized, each with the penalty that counts for it: its own or
    /// its container's, or else the spec's. Frozen layers have none.
    pub fn regularized(&self, spec: Regularization) -> Vec<(&Layer, Regularization)> {
        self.body.regularized(spec)
    }
}

impl Module for Network {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.body.collect_devices(devices)
    }

    fn fork(self, device: &Device) -> Self {
        Self { body: self.body.fork(device), ..self }
    }

    fn to_device(self, device: &Device) -> Self {
        Self { body: self.body.to_device(device), ..self }
    }

    fn train(self) -> Self {
        Self { body: self.body.train(), ..self }
    }

    fn valid(&self) -> Self {
        Self { body: self.body.valid(), ..self.clone() }
    }

    fn materialize(self) -> Self {
        Self { body: self.body.materialize(), ..self }
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.body.visit(visitor);
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        Self { body: self.body.map(mapper), ..self }
    }
}
