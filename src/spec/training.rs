//! `training:` — the recipe.

use super::Spanned;

/// The `training:` section. Everything has a default.
#[derive(Debug, Clone)]
pub struct TrainingSpec {
    pub optimizer: OptimizerSpec,
    pub clipping: Option<Clipping>,
    pub batch_size: Spanned<usize>,
    pub epochs: Spanned<usize>,
    /// Seeds weights, splits, shuffles, dropout and generated data.
    pub seed: u64,
}

#[derive(Debug, Clone)]
pub struct OptimizerSpec {
    pub kind: OptimizerKind,
    pub learning_rate: Spanned<f64>,
}

/// Optimizers with Burn's parameters and Burn's defaults, which differ from other frameworks'
/// (epsilon 1e-5, RMSprop with momentum 0.9, dampening 0.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OptimizerKind {
    Sgd {
        momentum: f64,
        dampening: f64,
        nesterov: bool,
        weight_decay: f64,
    },
    Adam {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
        amsgrad: bool,
        weight_decay: f64,
    },
    AdamW {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
        amsgrad: bool,
        cautious_weight_decay: bool,
        weight_decay: f64,
    },
    RmsProp {
        alpha: f64,
        momentum: f64,
        epsilon: f64,
        centered: bool,
        weight_decay: f64,
    },
}

/// Gradient clipping, applied to each parameter tensor by itself, as Burn does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clipping {
    /// Every element into `[-bound, bound]`.
    Value(f64),
    /// Every tensor's L2 norm to at most the bound.
    Norm(f64),
}
