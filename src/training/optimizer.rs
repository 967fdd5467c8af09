//! Burn's optimizers, from the spec's words for them.

use burn::grad_clipping::{GradientClipping, GradientClippingConfig};
use burn::module::{Module, Param, ParamGroup};
use burn::optim::{
    AdaGradConfig, AdafactorConfig, AdamConfig, AdamWConfig, AdanConfig, AdjustLrFn, LambConfig,
    LionConfig, ModuleOptimizer, Muon, MuonConfig, RmsPropConfig, SgdConfig,
    decay::WeightDecayConfig, momentum::MomentumConfig,
};
use burn::tensor::Tensor;

use crate::model::{TensorVisitor, visit_tensors};
use crate::spec::{self, Clipping, OptimizerKind, OptimizerSpec};

/// The recipe's optimizer for a module, with the clipping that Burn does itself.
pub(super) fn optimizer<M: Module>(
    recipe: &OptimizerSpec,
    clipping: Option<Clipping>,
    module: &M,
) -> ModuleOptimizer {
    let clipping = clipping.and_then(burn_clipping);
    let base = base(recipe.others.as_deref().unwrap_or(recipe), clipping.clone());
    match muon(&recipe.kind) {
        Some(muon) => base.with_group(matrices(module), muon, clipping),
        None => base,
    }
}

/// What Burn clips by itself; the norm of all gradients together is not known to one tensor.
fn burn_clipping(clipping: Clipping) -> Option<GradientClipping> {
    match clipping {
        Clipping::Value(bound) => Some(GradientClippingConfig::Value(bound as f32).init()),
        Clipping::Norm(bound) => Some(GradientClippingConfig::Norm(bound as f32).init()),
        Clipping::GlobalNorm(_) => None,
    }
}

/// Adam as Burn sets it up: the optimizer that the tool itself chooses when it judges the model
/// and not the recipe.
pub(super) fn adam() -> ModuleOptimizer {
    AdamConfig::new().init()
}

/// The optimizer of all tensors, unless a group has one of its own.
fn base(recipe: &OptimizerSpec, clipping: Option<GradientClipping>) -> ModuleOptimizer {
    let optimizer = of_any_tensor(&recipe.kind);
    match clipping {
        Some(clipping) => optimizer.with_grad_clipping(clipping),
        None => optimizer,
    }
}

fn of_any_tensor(kind: &OptimizerKind) -> ModuleOptimizer {
    match *kind {
        OptimizerKind::Sgd { momentum, dampening, nesterov, weight_decay } => {
            let momentum =
                (momentum != 0.0).then(|| momentum_config(momentum, dampening, nesterov));
            SgdConfig::new().with_momentum(momentum).with_weight_decay(decay(weight_decay)).init()
        }
        OptimizerKind::Adam { beta_1, beta_2, epsilon, amsgrad, weight_decay } => AdamConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_amsgrad(amsgrad)
            .with_weight_decay(decay(weight_decay))
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
            .init(),
        OptimizerKind::RmsProp { alpha, momentum, epsilon, centered, weight_decay } => {
            RmsPropConfig::new()
                .with_alpha(alpha as f32)
                .with_momentum(momentum as f32)
                .with_epsilon(epsilon as f32)
                .with_centered(centered)
                .with_weight_decay(decay(weight_decay))
                .init()
        }
        OptimizerKind::AdaGrad { lr_decay, epsilon, weight_decay } => AdaGradConfig::new()
            .with_lr_decay(lr_decay)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(decay(weight_decay))
            .init(),
        OptimizerKind::Adan { beta_1, beta_2, beta_3, epsilon, weight_decay, no_prox } => {
            AdanConfig::new()
                .with_beta_1(beta_1 as f32)
                .with_beta_2(beta_2 as f32)
                .with_beta_3(beta_3 as f32)
                .with_epsilon(epsilon as f32)
                .with_weight_decay(weight_decay as f32)
                .with_no_prox(no_prox)
                .init()
        }
        OptimizerKind::Adafactor {
            epsilon_1,
            epsilon_2,
            clip_threshold,
            decay_rate,
            relative_step,
            scale_parameter,
            weight_decay,
        } => AdafactorConfig::new()
            .with_epsilon_1(positive(epsilon_1))
            .with_epsilon_2(positive(epsilon_2))
            .with_clip_threshold(positive(clip_threshold))
            .with_decay_rate(decay_rate)
            .with_relative_step(relative_step)
            .with_scale_parameter(scale_parameter)
            .with_weight_decay((weight_decay as f32).min(f32::MAX))
            .init(),
        OptimizerKind::Lamb { beta_1, beta_2, epsilon, weight_decay, use_trust_ratio } => {
            LambConfig::new()
                .with_beta_1(beta_1 as f32)
                .with_beta_2(beta_2 as f32)
                .with_epsilon(epsilon as f32)
                .with_weight_decay(weight_decay as f32)
                .with_use_trust_ratio(use_trust_ratio)
                .init()
        }
        OptimizerKind::Lion { beta_1, beta_2, weight_decay } => LionConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_weight_decay(weight_decay as f32)
            .init(),
        OptimizerKind::Muon { .. } => {
            unreachable!("the language gives `muon` another optimizer for what is no matrix")
        }
    }
}

/// Muon, where the recipe names it.
fn muon(kind: &OptimizerKind) -> Option<Muon> {
    let OptimizerKind::Muon {
        momentum,
        dampening,
        nesterov,
        ns_coefficients,
        epsilon,
        ns_steps,
        adjust_lr_fn,
        weight_decay,
    } = *kind
    else {
        return None;
    };
    let [a, b, c] = ns_coefficients.map(|coefficient| coefficient as f32);
    let config = MuonConfig::new()
        .with_momentum(momentum_config(momentum, dampening, nesterov))
        .with_ns_coefficients((a, b, c))
        .with_epsilon(positive(epsilon))
        .with_ns_steps(ns_steps)
        .with_adjust_lr_fn(match adjust_lr_fn {
            spec::AdjustLrFn::Original => AdjustLrFn::Original,
            spec::AdjustLrFn::MatchRmsAdamW => AdjustLrFn::MatchRmsAdamW,
        })
        .with_weight_decay(decay(weight_decay));
    Some(config.build())
}

fn momentum_config(momentum: f64, dampening: f64, nesterov: bool) -> MomentumConfig {
    MomentumConfig::new().with_momentum(momentum).with_dampening(dampening).with_nesterov(nesterov)
}

fn decay(penalty: f64) -> Option<WeightDecayConfig> {
    (penalty != 0.0).then(|| WeightDecayConfig::new(penalty as f32))
}

/// In single precision, in which Burn keeps its options: neither 0 nor infinite, which it refuses.
fn positive(number: f64) -> f32 {
    (number as f32).clamp(f32::MIN_POSITIVE, f32::MAX)
}

/// The tensors of two axes: what Muon can train.
pub(super) fn matrices<M: Module>(module: &M) -> ParamGroup {
    #[derive(Default)]
    struct Matrices(Vec<burn::module::ParamId>);
    impl TensorVisitor for Matrices {
        fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
            if D == 2 {
                self.0.push(param.id);
            }
        }
    }
    let mut found = Matrices::default();
    visit_tensors(module, &mut found);
    ParamGroup::from_ids(found.0)
}
