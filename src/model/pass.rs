//! One pass through a network: what is random in it, and what is recorded from it.

use burn::tensor::{Tensor, TensorData};

use super::Value;
use super::half::{Cuts, HalfFormat};
use super::value::{map_float, on_float};
use crate::random::Random;

/// The circumstances of a forward pass.
#[derive(Debug, Default)]
pub struct Pass {
    /// Source of dropout masks and random slopes; without it they are off.
    random: Option<Random>,
    /// Seed of the device's own stream, from which Rust models draw.
    device_seed: u64,
    recording: bool,
    recorded: Vec<Recorded>,
    /// What masks of padding read in place of the inputs, in their order.
    masks: Option<Vec<Value>>,
    /// What moves each output a little, as rounding would.
    unsteady: Option<Unsteady>,
    /// Where the pass is cut, and numbers rounded to half precision.
    cuts: Option<Cuts>,
}

/// Numbers that are moved by a random share of their size.
#[derive(Debug)]
struct Unsteady {
    random: Random,
    share: f64,
}

/// A layer's output in a recorded pass, or what a probe saw.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The layer's path, or the probe's name.
    pub path: String,
    /// With the batch axis.
    pub shape: Vec<usize>,
    /// In a row, detached from the graph.
    pub numbers: Tensor<1>,
}

impl Recorded {
    /// Takes a tensor down.
    pub fn of<const D: usize>(path: &str, tensor: &Tensor<D>) -> Self {
        Self {
            path: path.to_owned(),
            shape: tensor.dims().to_vec(),
            numbers: tensor.clone().detach().flatten(0, D - 1),
        }
    }
}

impl Pass {
    /// Dropout off, nothing recorded.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Dropout on, with masks from `random`.
    pub fn with_dropout(random: Random) -> Self {
        let mut seeds = random.clone();
        Self { device_seed: seeds.bits(), random: Some(random), ..Self::default() }
    }

    /// The same pass in which masks of padding read these inputs, while layers read their own: what
    /// stands at places of padding can be changed, and they stay padding. Of declared networks.
    pub fn masked_by(self, inputs: Vec<Value>) -> Self {
        Self { masks: Some(inputs), ..self }
    }

    pub fn take_masks(&mut self) -> Option<Vec<Value>> {
        self.masks.take()
    }

    /// The same pass with another seed for what Rust models draw from the device's own stream.
    pub fn seeded(self, device_seed: u64) -> Self {
        Self { device_seed, ..self }
    }

    /// Seed of the device's own stream.
    pub fn device_seed(&self) -> u64 {
        self.device_seed
    }

    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// Dropout off, every layer's output kept.
    pub fn recording() -> Self {
        Self { recording: true, ..Self::default() }
    }

    /// The same pass with every input and every layer's output moved by a random share of its size,
    /// normal with the deviation `share`: what a coarser arithmetic would make of them.
    pub fn unsteady(self, random: Random, share: f64) -> Self {
        Self { unsteady: Some(Unsteady { random, share }), ..self }
    }

    /// The same pass with every input and every layer's output rounded to a format, and cut there: the
    /// gradient of its loss is what [`Cuts::backward`] gives. Of declared networks.
    pub fn in_half(self, format: HalfFormat) -> Self {
        Self { cuts: Some(Cuts::new(format)), ..self }
    }

    pub fn take_cuts(&mut self) -> Option<Cuts> {
        self.cuts.take()
    }

    /// A number between two operations of one layer, as this pass hands it on: rounded, if the pass
    /// rounds.
    pub fn kept<const D: usize>(&mut self, between: Tensor<D>) -> Tensor<D> {
        match &mut self.cuts {
            Some(cuts) => cuts.cut(Value::from_float(between)).into_float(),
            None => between,
        }
    }

    /// An output as this pass hands it on: moved, if the pass is unsteady, or rounded. Gradients on the
    /// way back are changed with it.
    pub fn handed_on(&mut self, output: Value) -> Value {
        if let Some(cuts) = &mut self.cuts {
            return cuts.cut(output);
        }
        let Some(Unsteady { random, share }) = &mut self.unsteady else { return output };
        map_float!(output, tensor => {
            let count = tensor.dims().iter().product();
            let factors: Vec<f64> = (0..count).map(|_| 1.0 + *share * random.normal()).collect();
            let data = TensorData::new(factors, tensor.dims());
            tensor.clone() * Tensor::from_data(data, (&tensor.device(), tensor.dtype()))
        })
    }

    /// The same pass, with every layer's output kept.
    pub fn recorded(self) -> Self {
        Self { recording: true, ..self }
    }

    /// The outputs, in the order in which they were computed.
    pub fn into_recorded(self) -> Vec<Recorded> {
        self.recorded
    }

    /// Keeps a layer's output if this pass records.
    pub fn record(&mut self, path: &str, output: &Value) {
        if self.recording {
            on_float!(output, tensor => self.recorded.push(Recorded::of(path, tensor)),
                ints _tokens => ());
        }
    }

    /// Adds what probes saw.
    pub fn extend(&mut self, recorded: Vec<Recorded>) {
        self.recorded.extend(recorded);
    }

    /// `count` numbers from the pass's random source, each made by `draw`.
    pub fn draw(&mut self, count: usize, draw: impl Fn(&mut Random) -> f64) -> Option<Vec<f64>> {
        let random = self.random.as_mut()?;
        Some((0..count).map(|_| draw(random)).collect())
    }
}
