//! Recurrent layers: a cell that goes along a sequence, one way or both.

use super::Initializer;

/// A recurrent layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent {
    pub cell: Cell,
    /// Whether a second cell goes the other way.
    pub both_ways: bool,
    /// Size of a cell's state.
    pub hidden: usize,
    pub bias: bool,
    pub output: SequenceOutput,
    /// Whether the one cell begins at the end. Burn has it for `rnn` and `lstm`.
    pub reverse: bool,
    /// States are kept between −clip and clip; of an LSTM, the cell's alone.
    pub clip: Option<f64>,
    pub hidden_activation: GateActivation,
    pub initializer: Option<Initializer>,
}

/// What is done at each step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    Rnn,
    Gru {
        reset_after: bool,
        gate_activation: GateActivation,
    },
    Lstm {
        /// Whether the forget gate is 1 − the input gate.
        input_forget: bool,
        gate_activation: GateActivation,
        cell_activation: GateActivation,
    },
}

/// An activation inside a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateActivation {
    Sigmoid,
    Tanh,
    Relu,
    Softsign,
    Selu,
    Identity,
}

/// What a recurrent layer hands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceOutput {
    /// The last step's state: `[batch, hidden]`. Of a bidirectional layer, both directions' last
    /// states side by side.
    Last,
    /// All states: `[batch, length, hidden]`.
    Sequence,
}

impl Recurrent {
    pub(super) fn term(&self) -> &'static str {
        match (self.cell, self.both_ways) {
            (Cell::Rnn, false) => "rnn",
            (Cell::Rnn, true) => "bi_rnn",
            (Cell::Gru { .. }, false) => "gru",
            (Cell::Gru { .. }, true) => "bi_gru",
            (Cell::Lstm { .. }, false) => "lstm",
            (Cell::Lstm { .. }, true) => "bi_lstm",
        }
    }

    /// Pairs of an input and a hidden transform.
    pub fn gates(&self) -> usize {
        let of_a_cell = match self.cell {
            Cell::Rnn => 1,
            Cell::Gru { .. } | Cell::Lstm { input_forget: true, .. } => 3,
            Cell::Lstm { input_forget: false, .. } => 4,
        };
        if self.both_ways { 2 * of_a_cell } else { of_a_cell }
    }
}

impl GateActivation {
    /// By their words in the language.
    pub const WORDS: &[&str] = &["sigmoid", "tanh", "relu", "softsign", "selu", "identity"];

    /// The activation of a word; `identity` for one that is none.
    pub fn of(word: &str) -> Self {
        match word {
            "sigmoid" => Self::Sigmoid,
            "tanh" => Self::Tanh,
            "relu" => Self::Relu,
            "softsign" => Self::Softsign,
            "selu" => Self::Selu,
            _ => Self::Identity,
        }
    }
}
