//! Burn's optimizers, from the spec's words for them.

use burn::grad_clipping::GradientClippingConfig;
use burn::optim::{
    AdamConfig, AdamWConfig, ModuleOptimizer, RmsPropConfig, SgdConfig, decay::WeightDecayConfig,
    momentum::MomentumConfig,
};

use crate::spec::{Clipping, OptimizerKind};

/// The recipe's optimizer.
pub fn optimizer(kind: &OptimizerKind, clipping: Option<Clipping>) -> ModuleOptimizer {
    let clipping = clipping.map(|clipping| match clipping {
        Clipping::Value(bound) => GradientClippingConfig::Value(bound as f32),
        Clipping::Norm(bound) => GradientClippingConfig::Norm(bound as f32),
    });
    match *kind {
        OptimizerKind::Sgd { momentum, dampening, nesterov, weight_decay } => {
            let momentum = (momentum != 0.0).then(|| {
                MomentumConfig::new()
                    .with_momentum(momentum)
                    .with_dampening(dampening)
                    .with_nesterov(nesterov)
            });
            SgdConfig::new()
                .with_momentum(momentum)
                .with_weight_decay(decay(weight_decay))
                .with_gradient_clipping(clipping)
                .init()
        }
        OptimizerKind::Adam { beta_1, beta_2, epsilon, amsgrad, weight_decay } => AdamConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_amsgrad(amsgrad)
            .with_weight_decay(decay(weight_decay))
            .with_grad_clipping(clipping)
            .init(),
        OptimizerKind::AdamW {
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            cautious_weight_decay,
            weight_decay,
        } => AdamWConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_amsgrad(amsgrad)
            .with_cautious_weight_decay(cautious_weight_decay)
            .with_weight_decay(weight_decay as f32)
            .with_grad_clipping(clipping)
            .init(),
        OptimizerKind::RmsProp { alpha, momentum, epsilon, centered, weight_decay } => {
            RmsPropConfig::new()
                .with_alpha(alpha as f32)
                .with_momentum(momentum as f32)
                .with_epsilon(epsilon as f32)
                .with_centered(centered)
                .with_weight_decay(decay(weight_decay))
                .with_grad_clipping(clipping)
                .init()
        }
    }
}

/// Adam as Burn sets it up: the optimizer that the tool itself chooses when it judges the model
/// and not the recipe.
pub fn adam() -> ModuleOptimizer {
    AdamConfig::new().init()
}

fn decay(penalty: f64) -> Option<WeightDecayConfig> {
    (penalty != 0.0).then(|| WeightDecayConfig::new(penalty as f32))
}
