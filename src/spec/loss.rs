//! `loss:` and `regularization:`.

use super::Spanned;

/// The objective: a loss of outputs and targets, and a penalty on the weights.
#[derive(Debug, Clone)]
pub struct LossSpec {
    pub kind: Spanned<LossKind>,
    pub regularization: Regularization,
}

/// Losses over a batch, each a mean over its examples.
#[derive(Debug, Clone, PartialEq)]
pub enum LossKind {
    /// Of k logits and a class.
    CrossEntropy { weights: Option<Vec<f64>>, smoothing: Option<f64> },
    /// Of one logit and a class 0 or 1. `weights` are those of class 0 and class 1.
    BinaryCrossEntropy { weights: Option<[f64; 2]>, smoothing: Option<f64> },
    /// Mean squared error.
    Mse,
    /// Mean absolute error.
    Mae,
    /// Quadratic up to `delta`, linear beyond.
    Huber { delta: f64 },
}

/// Penalties that are added to the loss: `l1 · Σ|w| + l2 · Σw²` over weights (not biases, not
/// normalization's scale and shift).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularization {
    pub l1: f64,
    pub l2: f64,
}
