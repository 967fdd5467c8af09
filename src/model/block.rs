//! Named layers in a row, as a Burn module, and how their wires are followed.
//!
//! `Module` is implemented by hand so that parameters carry the spec's own names
//! (`head.weight`, `residual1.conv2d1.bias`); the derive would add an enum's variants.

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::{Device, Tensor};

use super::attention::{Masks, attend, decode, encode};
use super::comparison::compared;
use super::layer::Layer;
use super::plan::{PlannedLayer, Sources};
use super::value::{Value, map_float};
use super::wires::Wires;
use crate::spec::{Fault, LayerKind, Merge, Regularization, join};

/// Layers in a row.
#[derive(Debug, Clone)]
pub struct Block {
    nodes: Vec<Node>,
}

/// A layer with its name and its wires.
#[derive(Debug, Clone)]
pub struct Node {
    name: String,
    layer: Layer,
    sources: Sources,
    /// The token that fills sequences up: of the input, and of the context.
    padding_tokens: [usize; 2],
    frozen: bool,
    regularization: Option<Regularization>,
    /// A planted fault: gradients through the output are multiplied by this.
    gradient_factor: Option<f64>,
    /// A planted fault: the output has a coarse grain, so many to 1.
    coarse: Option<usize>,
    /// A planted fault: the output is cut off from the graph.
    detached: bool,
}

impl Block {
    /// Builds planned layers on a device. Weights are drawn lazily, in layer order.
    pub fn build(planned: &[PlannedLayer], device: &Device) -> Self {
        let node = |planned: &PlannedLayer| {
            let layer = Layer::build(planned, device);
            Node {
                name: planned.name.clone(),
                layer: if planned.frozen { layer.frozen() } else { layer },
                sources: planned.sources.clone(),
                padding_tokens: padding_tokens(&planned.kind),
                frozen: planned.frozen,
                regularization: planned.regularization,
                gradient_factor: None,
                coarse: None,
                detached: false,
            }
        };
        Self { nodes: planned.iter().map(node).collect() }
    }

    /// Plants the faults that live in the network. `path` is the block's own.
    pub fn plant(&mut self, faults: &[Fault], path: &str) {
        for node in &mut self.nodes {
            let path = join(path, &node.name);
            for fault in faults {
                match fault {
                    Fault::WrongGradient { layer, factor } if node.is_called(layer, &path) => {
                        node.gradient_factor = Some(*factor);
                    }
                    Fault::CoarseLayer { layer, parts } if node.is_called(layer, &path) => {
                        node.coarse = Some(*parts);
                    }
                    Fault::Detach(layer) if node.is_called(layer, &path) => node.detached = true,
                    _ => {}
                }
            }
            if let Some(block) = node.layer.block_mut() {
                block.plant(faults, &path);
            }
        }
    }

    /// The layer of a path inside this block.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let node = self.nodes.iter().find(|node| node.name == name)?;
        if rest.is_empty() { Some(node) } else { node.layer.block()?.find(rest) }
    }

    /// The output of the layers in a row, inside the layer at `path`.
    pub fn forward(&self, input: Value, path: &str, wires: &mut Wires<'_>) -> Value {
        self.nodes
            .iter()
            .fold(input, |value, node| node.forward(value, &join(path, &node.name), wires))
    }

    /// The outputs of the layers, each on the same input.
    fn each(&self, input: &Value, path: &str, wires: &mut Wires<'_>) -> Vec<Value> {
        let run = |node: &Node| node.forward(input.clone(), &join(path, &node.name), wires);
        self.nodes.iter().map(run).collect()
    }

    /// The layers that are no containers and whose weights are penalized, each with the penalty that
    /// counts for it: its own or its container's, or else the spec's. Frozen layers have none.
    pub fn regularized(&self, spec: Regularization) -> Vec<(&Layer, Regularization)> {
        let mut found = Vec::new();
        for node in &self.nodes {
            match node.layer.block() {
                Some(block) => found.extend(block.regularized(spec)),
                None if node.frozen => {}
                None => found.push((&node.layer, node.regularization.unwrap_or(spec))),
            }
        }
        found
    }

    fn map_layers(self, map: impl Fn(Layer) -> Layer) -> Self {
        let nodes = self.nodes.into_iter().map(|node| Node { layer: map(node.layer), ..node });
        Self { nodes: nodes.collect() }
    }
}

impl Node {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a fault means this layer, which stands at `path`.
    fn is_called(&self, name: &str, path: &str) -> bool {
        name == self.name || name == path
    }

    /// The layer's output at `path`, behind the output `before`.
    pub fn forward(&self, before: Value, path: &str, wires: &mut Wires<'_>) -> Value {
        // A layer that another one runs again takes that one's input.
        let mut inputs = match self.sources.named && !wires.is_run_again(path) {
            true => self.sources.inputs.iter().map(|path| wires.get(path)).collect(),
            false => vec![before],
        };
        let output = match &self.layer {
            Layer::Join(merge) => merged(*merge, inputs),
            _ => self.of_one(inputs.swap_remove(0), path, wires),
        };
        let output = match self.gradient_factor {
            Some(factor) => output.scale_gradient(factor),
            None => output,
        };
        let output = if self.detached { output.detach() } else { output };
        let output = match self.coarse {
            Some(parts) => coarsened(output, parts),
            None => output,
        };
        let output = wires.pass.handed_on(output);
        wires.put(path, &output);
        output
    }

    fn of_one(&self, input: Value, path: &str, wires: &mut Wires<'_>) -> Value {
        match (&self.layer, input) {
            (Layer::Residual(block), input) => {
                let skipped = input.clone();
                block.forward(input, path, wires).add(skipped)
            }
            (Layer::Sequential(block), input) => block.forward(input, path, wires),
            (Layer::Parallel(block, merge), input) => {
                merged(*merge, block.each(&input, path, wires))
            }
            (Layer::Shared(layer), input) => wires.again(layer, input, path),
            (Layer::MultiHeadAttention(attention, causal), Value::Float3(x)) => {
                let masks = self.own_masks(*causal, wires);
                Value::Float3(attend(attention, x.clone(), x, &masks, wires.pass))
            }
            (Layer::CrossAttention(attention, causal), Value::Float3(x)) => {
                let (context, masks) = self.context(*causal, wires);
                Value::Float3(attend(attention, x, context, &masks, wires.pass))
            }
            (Layer::TransformerEncoder(encoder, causal), Value::Float3(x)) => {
                let masks = self.own_masks(*causal, wires);
                Value::Float3(encode(encoder, x, &masks, wires.pass))
            }
            (Layer::TransformerDecoder(decoder, causal), Value::Float3(x)) => {
                let own = self.own_masks(*causal, wires);
                let (memory, masks) = self.context(false, wires);
                Value::Float3(decode(decoder, x, &own, &memory, &masks, wires.pass))
            }
            (layer, input) => layer.forward(input, wires.pass),
        }
    }

    fn own_masks(&self, causal: bool, wires: &Wires<'_>) -> Masks {
        let padding = self.sources.padding.as_ref();
        Masks { causal, padding: padding.map(|path| wires.mask(path, self.padding_tokens[0])) }
    }

    /// What is attended to, and its masks.
    fn context(&self, causal: bool, wires: &Wires<'_>) -> (Tensor<3>, Masks) {
        let path = self.sources.context.as_ref().expect("the plan found the context");
        let padding = self.sources.context_padding.as_ref();
        let padding = padding.map(|path| wires.mask(path, self.padding_tokens[1]));
        (wires.get(path).into_float(), Masks { causal, padding })
    }
}

/// Several outputs as one; axes count without the batch axis.
fn merged(merge: Merge, values: Vec<Value>) -> Value {
    match merge {
        Merge::Concat { axis } => Value::concat(values, axis + 1),
        Merge::Add => values.into_iter().reduce(Value::add).expect("a join has inputs"),
        Merge::Multiply => values.into_iter().reduce(Value::multiply).expect("a join has inputs"),
        Merge::CosineSimilarity { .. } | Merge::PairwiseDistance { .. } => compared(merge, values),
    }
}

/// Every number as the nearest multiple of 1/parts: a planted fault. The gradient passes as it is.
fn coarsened(output: Value, parts: usize) -> Value {
    let parts = parts as f64;
    map_float!(output, tensor => {
        let grained = tensor.clone().mul_scalar(parts).round().div_scalar(parts);
        let moved = (grained - tensor.clone()).detach();
        tensor + moved
    })
}

fn padding_tokens(kind: &LayerKind) -> [usize; 2] {
    let (own, of_context) = match kind {
        LayerKind::MultiHeadAttention(attention) => (attention.padding.as_ref(), None),
        LayerKind::TransformerEncoder(encoder) => (encoder.padding.as_ref(), None),
        LayerKind::CrossAttention { attention, .. } => (None, attention.padding.as_ref()),
        LayerKind::TransformerDecoder(decoder) => {
            (decoder.blocks.padding.as_ref(), decoder.memory_padding.as_ref())
        }
        _ => (None, None),
    };
    [own, of_context].map(|mask| mask.map_or(0, |mask| mask.token))
}

/// What Burn's visitors are told that a network is.
const CONTAINER: &str = "Struct:Network";

impl Module for Block {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices};
    use crate::model::{on_float, to_f64};

    #[test]
    fn a_coarse_output_has_as_many_parts_as_the_fault_says() {
        let _alone = crate::device::alone();
        let place = Devices::open(DeviceChoice::Cpu).unwrap().reference;
        let grained = |parts| {
            let value = Value::float(&[0.3, -0.07], &[1, 2], &place);
            on_float!(coarsened(value, parts), tensor => to_f64(tensor.into_data()), ints tensor => {
                to_f64(tensor.into_data())
            })
        };
        let near = |found: Vec<f64>, due: [f64; 2]| {
            found.iter().zip(due).all(|(found, due)| (found - due).abs() < 1e-12)
        };
        assert!(near(grained(4), [0.25, 0.0]));
        assert!(near(grained(10), [0.3, -0.1]));
    }
}
