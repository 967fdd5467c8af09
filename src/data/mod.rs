//! Data on the host: read or generated, checked, scaled, shaped and split.

use crate::spec::{Diagnostics, Spec};

/// A spec's data, ready to be batched.
#[derive(Debug, Clone)]
pub struct Dataset {
    pub train: Examples,
    /// Empty when the spec holds nothing out.
    pub validation: Examples,
    /// What one input is.
    pub input: InputKind,
    /// Shape of one input, without the batch axis.
    pub shape: Vec<usize>,
    /// Class names in the order of their indices; empty for regression.
    pub classes: Vec<String>,
}

/// What the numbers of an input mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    Float,
    /// Whole numbers in `0..vocabulary`, for an embedding.
    Tokens {
        vocabulary: usize,
    },
}

/// Inputs and targets of some examples.
#[derive(Debug, Clone)]
pub struct Examples {
    /// Row-major: example by example.
    pub inputs: Vec<f64>,
    pub targets: Targets,
}

#[derive(Debug, Clone)]
pub enum Targets {
    /// Class indices; for binary classification 0 and 1.
    Classes(Vec<usize>),
    /// One real number per example.
    Values(Vec<f64>),
}

/// Reads or generates the data of a spec.
///
/// # Errors
///
/// Everything that is wrong with the data, pointing at the spec's `data` section and naming file,
/// row and column of the data file.
pub fn load(_spec: &Spec) -> Result<Dataset, Diagnostics> {
    todo!()
}
