//! What two devices gave beside each other: plain numbers.

use serde::Serialize;

/// The test device beside the reference device. Errors are shares of what they are measured against;
/// the share `bound` is what rounding may leave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DevicesEvidence {
    pub examples: usize,
    pub bound: f64,
    pub loss: f64,
    /// Outputs in forward order; first the inputs.
    pub layers: Vec<LayerDeviation>,
    /// Trainable tensors in the model's order, then the input if it is numeric.
    pub gradients: Vec<TensorDeviation>,
    /// Each tensor's step from the same weights with the same gradients.
    pub updates: Vec<TensorDeviation>,
}

/// The output of one layer on both devices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerDeviation {
    pub path: String,
    /// As in [`crate::experiment::LayerFacts`].
    pub kind: String,
    pub error: f64,
}

/// The numbers of one tensor on both devices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TensorDeviation {
    pub tensor: String,
    pub error: f64,
}
