//! What a pass through a network carries beside the value on its way: outputs that are read again
//! later, by their paths.

use std::collections::{HashMap, HashSet};

use burn::tensor::{Bool, Tensor};

use super::block::Block;
use super::pass::Pass;
use super::plan::moved;
use super::value::Value;

/// The circumstances of a pass through one network.
pub struct Wires<'a> {
    pub pass: &'a mut Pass,
    /// The whole network: layers that use another's weights find it there.
    root: &'a Block,
    /// Paths whose outputs are read again.
    kept: &'a HashSet<String>,
    outputs: HashMap<String, Value>,
    /// What masks read in place of the inputs of these names.
    masks: HashMap<String, Value>,
    /// Layers that are run again, from their own path to the one where they run; the innermost is
    /// the last.
    again: Vec<(String, String)>,
}

impl<'a> Wires<'a> {
    /// `inputs` are the names of the network's inputs, in order.
    pub fn new(
        root: &'a Block,
        inputs: &[String],
        kept: &'a HashSet<String>,
        pass: &'a mut Pass,
    ) -> Self {
        let masks = inputs.iter().cloned().zip(pass.take_masks().into_iter().flatten()).collect();
        Self { pass, root, kept, outputs: HashMap::new(), masks, again: Vec::new() }
    }

    /// Records an output, and keeps it if it is read again.
    pub fn put(&mut self, path: &str, output: &Value) {
        self.pass.record(path, output);
        if self.kept.contains(path) {
            self.outputs.insert(path.to_owned(), output.clone());
        }
    }

    /// The output that a layer reads, by the path that the layer knows where it stands itself.
    pub fn get(&self, path: &str) -> Value {
        let place = self.again.iter().rev().find_map(|(from, to)| moved(path, from, to));
        let place = place.as_deref().unwrap_or(path);
        self.outputs.get(place).cloned().unwrap_or_else(|| {
            unreachable!("the plan lets layers read what is computed before, not {place}")
        })
    }

    /// Which places of the tokens at a path hold this one: `[batch, length]`.
    pub fn mask(&self, path: &str, token: usize) -> Tensor<2, Bool> {
        let tokens = self.masks.get(path).cloned().unwrap_or_else(|| self.get(path));
        tokens.into_ints().equal_elem(token as i64)
    }

    /// Whether the layer at this path is the one that is run again, and not one inside it.
    pub fn is_run_again(&self, path: &str) -> bool {
        self.again.last().is_some_and(|(_, to)| to == path)
    }

    /// Runs the layer of this path once more, at another path.
    pub fn again(&mut self, path: &str, input: Value, at: &str) -> Value {
        let root = self.root;
        let node = root.find(path).expect("the plan found the layer whose weights are used");
        let at = crate::spec::join(at, node.name());
        self.again.push((path.to_owned(), at.clone()));
        let output = node.forward(input, &at, self);
        self.again.pop();
        output
    }
}
