//! What a spec's recipe and data say that no property judges by itself.

use crate::spec::{LayerKind, LayerSpec, OptimizerKind, Spec};

/// A kind of recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trait {
    /// Training examples are changed each time they are seen.
    Augmented,
    /// More than nine tenths are dropped somewhere.
    DropsNearlyAll,
    /// Weight decay alone takes a tenth of the weights and more in each step.
    DecaysFast,
    /// There are fewer than ten steps in all.
    FewSteps,
    /// The rate of an optimizer that makes steps of that size is a tenth and more.
    LargeSteps,
    /// Likewise, and below a thirty-thousandth.
    SmallSteps,
}

/// The traits of a recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipe(Vec<Trait>);

/// Of those that normalize their steps: Adam and its kin move each weight by about the rate.
const LARGE_RATE: f64 = 0.1;
const SMALL_RATE: f64 = 3e-5;
const NEARLY_ALL: f64 = 0.9;
const FAST_DECAY: f64 = 0.1;
const FEW_STEPS: usize = 10;

impl Recipe {
    /// What the spec says; `steps` are those that the recipe takes in all, where the data is known.
    pub fn of(spec: &Spec, steps: Option<usize>) -> Self {
        let optimizer = &spec.training.optimizer;
        let rate = *optimizer.learning_rate;
        let normalizes = makes_steps_of_its_rate(&optimizer.kind);
        let traits = [
            (Trait::Augmented, spec.data.augment.is_some()),
            (Trait::DropsNearlyAll, drops_most(spec.layers()) > NEARLY_ALL),
            (Trait::DecaysFast, rate * decay(&optimizer.kind) >= FAST_DECAY),
            (Trait::FewSteps, steps.is_some_and(|steps| steps < FEW_STEPS)),
            (Trait::LargeSteps, normalizes && rate >= LARGE_RATE),
            (Trait::SmallSteps, normalizes && rate <= SMALL_RATE),
        ];
        Self(traits.into_iter().filter_map(|(kind, holds)| holds.then_some(kind)).collect())
    }

    /// A recipe of these traits.
    #[cfg(test)]
    pub fn with(traits: &[Trait]) -> Self {
        Self(traits.to_vec())
    }

    pub fn is(&self, kind: Trait) -> bool {
        self.0.contains(&kind)
    }
}

/// Whether a step moves weights by about the learning rate, whatever the gradient's size.
pub(super) fn makes_steps_of_its_rate(kind: &OptimizerKind) -> bool {
    use OptimizerKind::{Adam, AdamW, Adan, Lion, RmsProp};
    matches!(kind, Adam { .. } | AdamW { .. } | Adan { .. } | Lion { .. } | RmsProp { .. })
}

/// The weight decay that the rate is multiplied with.
pub(super) fn decay(kind: &OptimizerKind) -> f64 {
    match kind {
        OptimizerKind::Sgd { weight_decay, .. }
        | OptimizerKind::AdamW { weight_decay, .. }
        | OptimizerKind::Adan { weight_decay, .. }
        | OptimizerKind::Lamb { weight_decay, .. }
        | OptimizerKind::Lion { weight_decay, .. } => *weight_decay,
        _ => 0.0,
    }
}

/// The highest probability of a dropout layer.
fn drops_most(layers: &[LayerSpec]) -> f64 {
    let of_layer = |layer: &LayerSpec| {
        let own = match layer.kind {
            LayerKind::Dropout { probability } => probability,
            _ => 0.0,
        };
        layer.contents().into_iter().map(drops_most).fold(own, f64::max)
    };
    layers.iter().map(of_layer).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, parse};

    fn recipe(parts: &str, steps: usize) -> Recipe {
        let text = format!("version: 1\ntask: classification\n{parts}\n");
        Recipe::of(&parse(Source::new("recipe.yaml", text)).unwrap(), Some(steps))
    }

    const MODEL: &str = "data: moons\nmodel: [linear: 4, relu, linear: 2]";

    #[test]
    fn an_ordinary_recipe_has_no_trait() {
        let ordinary = "training: {optimizer: {adam: {learning_rate: 1e-2}}}";
        assert_eq!(recipe(&format!("{MODEL}\n{ordinary}"), 100), Recipe::default());
    }

    #[test]
    fn every_trait_is_seen() {
        let with = |training: &str, steps| recipe(&format!("{MODEL}\n{training}"), steps);
        assert!(with("", 3).is(Trait::FewSteps));
        let large = with("training: {optimizer: {adam: {learning_rate: 1}}}", 100);
        assert!(large.is(Trait::LargeSteps) && !large.is(Trait::SmallSteps));
        let plain = with("training: {optimizer: {sgd: {learning_rate: 1}}}", 100);
        assert!(!plain.is(Trait::LargeSteps));
        assert!(
            with("training: {optimizer: {adam: {learning_rate: 1e-6}}}", 100).is(Trait::SmallSteps)
        );
        let decays = "training: {optimizer: {adamw: {learning_rate: 1e-2, weight_decay: 50}}}";
        assert!(with(decays, 100).is(Trait::DecaysFast));
        let noise = "data: {moons: {}, augment: {noise: 1}}\nmodel: [linear: 2]";
        assert!(recipe(noise, 100).is(Trait::Augmented));
        let drops = "data: moons\nmodel: [residual: [dropout: 0.95], linear: 2]";
        assert!(recipe(drops, 100).is(Trait::DropsNearlyAll));
    }
}
