//! A network declared in a spec: named layers in a row, as a Burn module.
//!
//! `Module` is implemented by hand so that parameters carry the spec's own names
//! (`head.weight`, `residual1.conv2d1.bias`); the derive would add an enum's variants.

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::Device;

use super::layer::Layer;
use super::pass::Pass;
use super::plan::PlannedLayer;
use super::value::Value;
use crate::spec::Fault;

/// Layers in a row.
#[derive(Debug, Clone)]
pub struct Network {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
struct Node {
    name: String,
    layer: Layer,
    /// A planted fault: gradients through the output are multiplied by this.
    gradient_factor: Option<f64>,
}

impl Network {
    /// Builds planned layers on a device. Weights are drawn lazily, in layer order.
    pub fn build(planned: &[PlannedLayer], device: &Device) -> Self {
        let node = |planned: &PlannedLayer| Node {
            name: planned.name.clone(),
            layer: Layer::build(planned, device),
            gradient_factor: None,
        };
        Self { nodes: planned.iter().map(node).collect() }
    }

    /// Plants the faults that live in the network.
    pub fn plant(mut self, faults: &[Fault]) -> Self {
        for node in &mut self.nodes {
            for fault in faults {
                if let Fault::WrongGradient { layer, factor } = fault
                    && *layer == node.name
                {
                    node.gradient_factor = Some(*factor);
                }
            }
            if let Layer::Residual(inner) = &mut node.layer {
                *inner = std::mem::replace(inner, Self { nodes: Vec::new() }).plant(faults);
            }
        }
        self
    }

    /// The output for an input batch.
    pub fn forward(&self, input: Value, pass: &mut Pass) -> Value {
        pass.record("input", &input);
        self.forward_at(input, "", pass)
    }

    /// The same, for a network inside the layer at `path`.
    pub(super) fn forward_at(&self, input: Value, path: &str, pass: &mut Pass) -> Value {
        self.nodes.iter().fold(input, |value, node| {
            let path = join(path, &node.name);
            let output = node.layer.forward(value, &path, pass);
            let output = match node.gradient_factor {
                Some(factor) => output.scale_gradient(factor),
                None => output,
            };
            pass.record(&path, &output);
            output
        })
    }

    fn map_layers(self, map: impl Fn(Layer) -> Layer) -> Self {
        let nodes = self.nodes.into_iter().map(|node| Node { layer: map(node.layer), ..node });
        Self { nodes: nodes.collect() }
    }
}

/// A layer's path: the names of the containers around it, then its own.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What Burn's visitors are told that a network is.
const CONTAINER: &str = "Struct:Network";

impl Module for Network {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.nodes.iter().fold(devices, |devices, node| node.layer.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        self.map_layers(|layer| layer.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_layers(|layer| layer.moved_to(device))
    }

    fn train(self) -> Self {
        self.map_layers(Layer::train)
    }

    fn valid(&self) -> Self {
        self.clone().map_layers(|layer| layer.valid())
    }

    fn materialize(self) -> Self {
        self.map_layers(Layer::materialize)
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        for node in &self.nodes {
            visitor.enter_module(&node.name, CONTAINER);
            node.layer.visit(visitor);
            visitor.exit_module(&node.name, CONTAINER);
        }
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let nodes = self.nodes.into_iter().map(|node| {
            mapper.enter_module(&node.name, CONTAINER);
            let layer = node.layer.map(mapper);
            mapper.exit_module(&node.name, CONTAINER);
            Node { layer, ..node }
        });
        Self { nodes: nodes.collect() }
    }
}
