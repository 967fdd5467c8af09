//! One pass through a network: what is random in it, and what is recorded from it.

use super::Value;
use crate::random::Random;

/// The circumstances of a forward pass.
#[derive(Debug, Default)]
pub struct Pass {
    /// Source of dropout masks and random slopes; without it they are off.
    random: Option<Random>,
    recording: bool,
    recorded: Vec<Recorded>,
}

/// A layer's output in a recorded pass.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The layer's path.
    pub path: String,
    /// Detached from the graph.
    pub output: Value,
}

impl Pass {
    /// Dropout off, nothing recorded.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Dropout on, with masks from `random`.
    pub fn with_dropout(random: Random) -> Self {
        Self { random: Some(random), ..Self::default() }
    }

    /// Dropout off, every layer's output kept.
    pub fn recording() -> Self {
        Self { recording: true, ..Self::default() }
    }

    /// The outputs, in the order in which they were computed.
    pub fn into_recorded(self) -> Vec<Recorded> {
        self.recorded
    }

    /// Keeps a layer's output if this pass records.
    pub fn record(&mut self, path: &str, output: &Value) {
        if self.recording {
            let output = super::value::map_float!(output.clone(), tensor => tensor.detach());
            self.recorded.push(Recorded { path: path.to_owned(), output });
        }
    }

    /// `count` numbers from the pass's random source, each made by `draw`.
    pub fn draw(&mut self, count: usize, draw: impl Fn(&mut Random) -> f64) -> Option<Vec<f64>> {
        let random = self.random.as_mut()?;
        Some((0..count).map(|_| draw(random)).collect())
    }
}
