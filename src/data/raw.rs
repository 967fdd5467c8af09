//! Examples as a source gives them, before they are shaped, split and scaled.

use super::{InputKind, Targets};

/// All examples of a source, in the source's order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    /// Row-major: example by example.
    pub(super) inputs: Vec<f64>,
    pub(super) targets: Targets,
    /// Class names in the order of their indices; empty for regression.
    pub(super) classes: Vec<String>,
    /// What the inputs are.
    pub(super) input: InputKind,
    /// The shape of one input unless the spec says another.
    pub(super) shape: Vec<usize>,
}
