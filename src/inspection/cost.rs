//! How large a model is, how much it computes and what its training holds, counted and not measured.

use serde::Serialize;

use crate::model::{Plan, PlannedLayer, belongs_to};
use crate::spec::{LayerKind, OptimizerKind, OptimizerSpec, Spec};

/// What a model and its recipe cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// Of the layers of a declared model.
    pub counted: Option<Counted>,
    /// Numbers that the optimizer keeps for each number that it trains: at least, and at most.
    pub state: [usize; 2],
}

/// What is counted of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted {
    /// Numbers of the model, running statistics among them.
    pub parameters: usize,
    /// How many of them are trained: at least, and at most.
    pub trained: [usize; 2],
    /// Of a forward pass over one example.
    pub multiply_adds: usize,
    /// The path of the layer with most numbers.
    pub largest: String,
    /// The path of the layer with most multiply-adds.
    pub busiest: String,
}

pub(super) fn cost(spec: &Spec, plan: Option<&Plan>) -> Cost {
    Cost { counted: plan.map(|plan| counted(spec, plan)), state: state(&spec.training.optimizer) }
}

fn counted(spec: &Spec, plan: &Plan) -> Counted {
    let flat = plan.flat();
    let leaves = || flat.iter().filter(|layer| layer.inner.is_empty());
    // The first of several.
    let most = |size: fn(&PlannedLayer) -> usize| {
        let largest = leaves().rev().max_by_key(|layer| size(layer));
        largest.map_or_else(String::new, |layer| layer.path.clone())
    };
    Counted {
        parameters: plan.parameters(),
        trained: trained(spec, plan),
        multiply_adds: plan.multiply_adds(),
        largest: most(|layer| layer.parameters),
        busiest: most(PlannedLayer::multiply_adds),
    }
}

/// Layers tell how many numbers they own, not in which tensors: a group that freezes single tensors may
/// freeze nearly all or nearly none.
fn trained(spec: &Spec, plan: &Plan) -> [usize; 2] {
    let groups = spec.training.groups.iter().filter(|group| group.frozen);
    let frozen: Vec<&str> =
        groups.flat_map(|group| &group.layers).map(|name| name.value.as_str()).collect();
    let means = |name: &str, layer: &PlannedLayer| belongs_to(&format!("{}.?", layer.path), name);
    let most = plan.layers.iter().map(|layer| owned(layer, &frozen, &means));
    let most = most.fold(0, usize::saturating_add);
    let flat = plan.flat();
    let of_layers = |name: &&str| flat.iter().any(|layer| means(name, layer));
    match frozen.iter().all(of_layers) {
        true => [most, most],
        false => [0, most],
    }
}

fn owned(
    layer: &PlannedLayer,
    frozen: &[&str],
    means: &impl Fn(&str, &PlannedLayer) -> bool,
) -> usize {
    // What uses the weights of another layer has none of its own, whatever is in it.
    if layer.parameters == 0 || layer.frozen || frozen.iter().any(|name| means(name, layer)) {
        return 0;
    }
    if !layer.inner.is_empty() {
        let inner = layer.inner.iter().map(|layer| owned(layer, frozen, means));
        return inner.fold(0, usize::saturating_add);
    }
    match layer.kind {
        // Half of them are running statistics.
        LayerKind::BatchNorm { .. } => layer.parameters / 2,
        _ => layer.parameters,
    }
}

/// What Burn's optimizers keep.
fn state(optimizer: &OptimizerSpec) -> [usize; 2] {
    let exactly = |count| [count, count];
    match optimizer.kind {
        OptimizerKind::Sgd { momentum, .. } => exactly(usize::from(momentum != 0.0)),
        OptimizerKind::Adam { amsgrad, .. } | OptimizerKind::AdamW { amsgrad, .. } => {
            exactly(2 + usize::from(amsgrad))
        }
        OptimizerKind::RmsProp { momentum, centered, .. } => {
            exactly(1 + 2 * usize::from(centered) + usize::from(momentum != 0.0))
        }
        OptimizerKind::AdaGrad { .. } | OptimizerKind::Lion { .. } => exactly(1),
        OptimizerKind::Adan { .. } => exactly(4),
        OptimizerKind::Lamb { .. } => exactly(2),
        // A number for each row and each column of a matrix, and one for each of what is none.
        OptimizerKind::Adafactor { .. } => [0, 2],
        // One for each number of a matrix; the rest is another optimizer's.
        OptimizerKind::Muon { .. } => {
            let [least, most] = optimizer.others.as_deref().map_or([1, 1], state);
            [least.min(1), most.max(1)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::inspect;
    use super::*;
    use crate::model::Signal;
    use crate::spec::{Source, parse};

    fn of(layers: &str, training: &str) -> Cost {
        let text = format!(
            "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers}\n\
             training: {training}\n"
        );
        let spec = parse(Source::new("a.yaml", text)).unwrap();
        let plan = Plan::new(spec.layers(), Signal::Float(vec![4])).unwrap();
        inspect(&spec, None, Some(&plan), None).cost
    }

    fn trained(layers: &str, training: &str) -> [usize; 2] {
        of(layers, training).counted.unwrap().trained
    }

    #[test]
    fn numbers_are_counted_with_the_layers_that_have_most() {
        let cost = of("[linear: 3, relu, linear: {out: 8, name: wide}, linear: 1]", "{}");
        let counted = cost.counted.unwrap();
        assert_eq!((counted.parameters, counted.multiply_adds), (15 + 32 + 9, 12 + 24 + 8));
        assert_eq!((counted.largest.as_str(), counted.busiest.as_str()), ("wide", "wide"));
    }

    #[test]
    fn what_is_frozen_or_a_statistic_is_not_trained() {
        assert_eq!(trained("[linear: 3, batch_norm, linear: 1]", "{}"), [15 + 6 + 4; 2]);
        assert_eq!(trained("[linear: {out: 3, frozen: true}, linear: 1]", "{}"), [4; 2]);
        let group = |name: &str| format!("{{groups: [{{layers: [{name}], frozen: true}}]}}");
        let layers =
            "[linear: {out: 3, name: a}, residual: {name: b, layers: [linear: 3]}, linear: 1]";
        assert_eq!(trained(layers, &group("a")), [12 + 4; 2]);
        assert_eq!(trained(layers, &group("b")), [15 + 4; 2]);
        assert_eq!(trained(layers, &group("'*.bias'")), [0, 15 + 12 + 4]);
    }

    #[test]
    fn weights_that_are_used_twice_are_trained_once_and_repeated_ones_each() {
        let shared =
            "[linear: {out: 4, name: a}, shared: a, repeat: {times: 3, layers: [linear: 4]}]";
        assert_eq!(trained(shared, "{}"), [4 * 20; 2]);
    }

    #[test]
    fn each_optimizer_keeps_what_its_formula_needs() {
        let state =
            |optimizer: &str| of("[linear: 1]", &format!("{{optimizer: {optimizer}}}")).state;
        assert_eq!(state("sgd"), [0, 0]);
        assert_eq!(state("{sgd: {momentum: 0.9}}"), [1, 1]);
        assert_eq!(state("adam"), [2, 2]);
        assert_eq!(state("{adamw: {amsgrad: true}}"), [3, 3]);
        assert_eq!(state("{rmsprop: {momentum: 0, centered: true}}"), [3, 3]);
        assert_eq!(state("adan"), [4, 4]);
        assert_eq!(state("adafactor"), [0, 2]);
        assert_eq!(state("muon")[0], 1);
    }
}
