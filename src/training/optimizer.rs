//! Burn's optimizers, from the spec's words for them.

use burn::module::{Module, Param, ParamGroup, ParamId};
use burn::optim::{
    AdaGradConfig, AdafactorConfig, AdamConfig, AdamWConfig, AdanConfig, AdjustLrFn, LambConfig,
    LionConfig, ModuleOptimizer, MuonConfig, Optimizer, RmsPropConfig, SgdConfig,
    decay::WeightDecayConfig, momentum::MomentumConfig,
};
use burn::tensor::Tensor;

use super::groups;
use crate::model::{TensorVisitor, visit_tensors};
use crate::spec::{self, OptimizerKind, OptimizerSpec, TrainingSpec};

/// The recipe's optimizer for a module. Gradients come to it clipped.
pub(super) fn optimizer<M: Module>(recipe: &TrainingSpec, module: &M) -> ModuleOptimizer {
    let OptimizerSpec { kind, others, .. } = &recipe.optimizer;
    let base = Slot::Base.put(others.as_deref().map_or(kind, |spec| &spec.kind));
    let Some(others) = others else {
        // One optimizer; groups have the same with another decay.
        return recipe.groups.iter().fold(base, |all, group| match group.weight_decay {
            Some(decay) => {
                let ids = ParamGroup::from_ids(groups::ids(group, module));
                Slot::Group(all, ids).put(&kind.with_weight_decay(decay))
            }
            None => all,
        });
    };
    let matrices = matrices(module);
    let all = Slot::Group(base, ParamGroup::from_ids(matrices.clone())).put(kind);
    recipe.groups.iter().fold(all, |all, group| {
        let Some(decay) = group.weight_decay else { return all };
        let (inside, outside) =
            groups::ids(group, module).into_iter().partition(|id| matrices.contains(id));
        let outside = ParamGroup::from_ids(outside);
        let all = Slot::Group(all, outside).put(&others.kind.with_weight_decay(decay));
        let inside = ParamGroup::from_ids(inside);
        Slot::Group(all, inside).put(&kind.with_weight_decay(decay))
    })
}

/// Where an optimizer goes: for all tensors, or beside others for a group of them.
enum Slot {
    Base,
    Group(ModuleOptimizer, ParamGroup),
}

/// Adam as Burn sets it up: the optimizer that the tool itself chooses when it judges the model
/// and not the recipe.
pub(super) fn adam() -> ModuleOptimizer {
    AdamConfig::new().init()
}

impl Slot {
    fn take<O: Optimizer + 'static>(self, optimizer: O) -> ModuleOptimizer {
        match self {
            Self::Base => optimizer.into(),
            Self::Group(all, group) => all.with_group(group, optimizer, None),
        }
    }

    fn put(self, kind: &OptimizerKind) -> ModuleOptimizer {
        match *kind {
            OptimizerKind::Sgd { momentum, dampening, nesterov, weight_decay } => {
                let momentum =
                    (momentum != 0.0).then(|| momentum_config(momentum, dampening, nesterov));
                self.take(
                    SgdConfig::new()
                        .with_momentum(momentum)
                        .with_weight_decay(decay(weight_decay))
                        .build(),
                )
            }
            OptimizerKind::Adam { beta_1, beta_2, epsilon, amsgrad, weight_decay } => self.take(
                AdamConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_epsilon(epsilon as f32)
                    .with_amsgrad(amsgrad)
                    .with_weight_decay(decay(weight_decay))
                    .build(),
            ),
            OptimizerKind::AdamW {
                beta_1,
                beta_2,
                epsilon,
                amsgrad,
                cautious_weight_decay,
                weight_decay,
            } => self.take(
                AdamWConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_epsilon(epsilon as f32)
                    .with_amsgrad(amsgrad)
                    .with_cautious_weight_decay(cautious_weight_decay)
                    .with_weight_decay(weight_decay as f32)
                    .build(),
            ),
            OptimizerKind::RmsProp { alpha, momentum, epsilon, centered, weight_decay } => self
                .take(
                    RmsPropConfig::new()
                        .with_alpha(alpha as f32)
                        .with_momentum(momentum as f32)
                        .with_epsilon(epsilon as f32)
                        .with_centered(centered)
                        .with_weight_decay(decay(weight_decay))
                        .build(),
                ),
            OptimizerKind::AdaGrad { lr_decay, epsilon, weight_decay } => self.take(
                AdaGradConfig::new()
                    .with_lr_decay(lr_decay)
                    .with_epsilon(epsilon as f32)
                    .with_weight_decay(decay(weight_decay))
                    .build(),
            ),
            OptimizerKind::Adan { beta_1, beta_2, beta_3, epsilon, weight_decay, no_prox } => self
                .take(
                    AdanConfig::new()
                        .with_beta_1(beta_1 as f32)
                        .with_beta_2(beta_2 as f32)
                        .with_beta_3(beta_3 as f32)
                        .with_epsilon(epsilon as f32)
                        .with_weight_decay(weight_decay as f32)
                        .with_no_prox(no_prox)
                        .build(),
                ),
            OptimizerKind::Adafactor {
                epsilon_1,
                epsilon_2,
                clip_threshold,
                decay_rate,
                relative_step,
                scale_parameter,
                weight_decay,
            } => self.take(
                AdafactorConfig::new()
                    .with_epsilon_1(positive(epsilon_1))
                    .with_epsilon_2(positive(epsilon_2))
                    .with_clip_threshold(positive(clip_threshold))
                    .with_decay_rate(decay_rate)
                    .with_relative_step(relative_step)
                    .with_scale_parameter(scale_parameter)
                    .with_weight_decay((weight_decay as f32).min(f32::MAX))
                    .build(),
            ),
            OptimizerKind::Lamb { beta_1, beta_2, epsilon, weight_decay, use_trust_ratio } => self
                .take(
                    LambConfig::new()
                        .with_beta_1(beta_1 as f32)
                        .with_beta_2(beta_2 as f32)
                        .with_epsilon(epsilon as f32)
                        .with_weight_decay(weight_decay as f32)
                        .with_use_trust_ratio(use_trust_ratio)
                        .build(),
                ),
            OptimizerKind::Lion { beta_1, beta_2, weight_decay } => self.take(
                LionConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_weight_decay(weight_decay as f32)
                    .build(),
            ),
            OptimizerKind::Muon {
                momentum,
                dampening,
                nesterov,
                ns_coefficients,
                epsilon,
                ns_steps,
                adjust_lr_fn,
                weight_decay,
            } => {
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
                self.take(config.build())
            }
        }
    }
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
pub(super) fn matrices<M: Module>(module: &M) -> Vec<ParamId> {
    #[derive(Default)]
    struct Matrices(Vec<ParamId>);
    impl TensorVisitor for Matrices {
        fn visit<const D: usize>(&mut self, _path: &[String], param: &Param<Tensor<D>>) {
            if D == 2 {
                self.0.push(param.id);
            }
        }
    }
    let mut found = Matrices::default();
    visit_tensors(module, &mut found);
    found.0
}
