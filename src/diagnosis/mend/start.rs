//! Changes of how weights start, and of the activations that they must suit.

use super::layers::{self, Placed};
use super::{Case, Mend, places};
use crate::spec::{Activation, Edit, Initializer, LayerKind};

/// √2, for activations that give half of their input.
///
/// Source: He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015).
const RECTIFIED: f64 = std::f64::consts::SQRT_2;
/// 5/3, as PyTorch's `calculate_gain` has it for tanh.
const TANH: f64 = 5.0 / 3.0;

/// Initializers that suit what comes behind them, in place of those that the spec names.
pub(super) fn initializers(case: &Case<'_>) -> Vec<Mend> {
    let edits: Vec<Edit> = layers::all(case.spec).iter().flat_map(redrawn).collect();
    let reason = "weights of the size that fan-in and activation ask for keep the signal's size";
    Mend::new(reason, edits).something().into_iter().chain(rectified(case)).collect()
}

/// The same for layers whose numbers 16 bits do not hold, and for no other.
pub(super) fn quieter(case: &Case<'_>) -> Vec<Mend> {
    let loud = places(case, "precision_robust");
    let is_loud = |path: &str| {
        loud.iter().any(|place| {
            place.strip_prefix(path).is_some_and(|rest| matches!(rest, "" | ".weight"))
        })
    };
    let placed = layers::all(case.spec);
    let edits: Vec<Edit> =
        placed.iter().filter(|placed| is_loud(&placed.path)).flat_map(redrawn).collect();
    let reason =
        "weights of the size that fan-in and activation ask for give numbers that f16 holds";
    Mend::new(reason, edits).something().into_iter().collect()
}

/// What to write where the spec says how the weights of a layer, or its biases, start.
fn redrawn(placed: &Placed<'_>) -> Vec<Edit> {
    let (weights, biases) = layers::initializers(placed.layer);
    let suited = suited(placed);
    let keeps = |own: Initializer| match (own, &suited) {
        (
            Initializer::KaimingUniform { gain, .. } | Initializer::KaimingNormal { gain, .. },
            Suited::Kaiming,
        ) => (gain - RECTIFIED).abs() < 0.1,
        (
            Initializer::XavierUniform { gain } | Initializer::XavierNormal { gain },
            Suited::Xavier(wanted),
        ) => (gain - wanted).abs() < 0.1,
        _ => false,
    };
    let weights = weights.filter(|own| !keeps(*own)).map(|_| match &suited {
        Suited::Kaiming => {
            placed.set("initializer", format!("{{kaiming_uniform: {RECTIFIED:.3}}}"))
        }
        Suited::Xavier(gain) => placed.set("initializer", format!("{{xavier_uniform: {gain:.3}}}")),
        Suited::Default => placed.unset("initializer"),
    });
    let is_zero = |own: Initializer| match own {
        Initializer::Zeros => true,
        Initializer::Constant(value) => value == 0.0,
        _ => false,
    };
    let biases =
        biases.filter(|own| !is_zero(*own)).map(|_| placed.set("bias_initializer", "zeros"));
    weights.into_iter().chain(biases).collect()
}

enum Suited {
    Kaiming,
    /// With this gain.
    Xavier(f64),
    /// Nothing better is known than what the layer has by itself.
    Default,
}

fn suited(placed: &Placed<'_>) -> Suited {
    if !layers::is_linear(placed.layer) {
        return Suited::Default;
    }
    match placed.activation() {
        Some(activation) if is_rectifier(activation) => Suited::Kaiming,
        Some(Activation::Tanh | Activation::HardTanh { .. } | Activation::Softsign) => {
            Suited::Xavier(TANH)
        }
        _ => Suited::Default,
    }
}

fn is_rectifier(activation: &Activation) -> bool {
    matches!(
        activation,
        Activation::Relu
            | Activation::Relu6
            | Activation::LeakyRelu { .. }
            | Activation::Gelu
            | Activation::GeluApproximate
            | Activation::Silu
            | Activation::Mish
            | Activation::Elu { .. }
    )
}

/// Activations with flats at both ends.
fn saturates(activation: &Activation) -> bool {
    matches!(
        activation,
        Activation::Sigmoid
            | Activation::HardSigmoid { .. }
            | Activation::Tanh
            | Activation::HardTanh { .. }
            | Activation::Softsign
    )
}

pub(super) fn alive(case: &Case<'_>) -> Vec<Mend> {
    let started: Vec<Edit> = layers::all(case.spec).iter().flat_map(redrawn).collect();
    let reason = "biases of 0 and weights of the usual size let about half of the units be active";
    let leaking: Vec<Edit> = hidden(case)
        .filter(|(_, activation)| matches!(activation, Activation::Relu | Activation::Relu6))
        .map(|(placed, _)| placed.replace("leaky_relu"))
        .collect();
    let leaky = Mend::new("a leak below 0 lets a gradient through to shut units", leaking);
    Mend::new(reason, started).something().into_iter().chain(leaky.something()).collect()
}

pub(super) fn unsaturated(case: &Case<'_>) -> Vec<Mend> {
    let started: Vec<Edit> = layers::all(case.spec).iter().flat_map(redrawn).collect();
    let reason = "biases of 0 and weights of the usual size keep activations off their flats";
    Mend::new(reason, started).something().into_iter().chain(rectified(case)).collect()
}

/// What lets signal and gradient through many layers.
pub(super) fn carried(case: &Case<'_>) -> Vec<Mend> {
    let started: Vec<Edit> = layers::all(case.spec).iter().flat_map(redrawn).collect();
    let reason = "weights of the size that fan-in and activation ask for keep the signal's size";
    let started = Mend::new(reason, started).something();
    let normed: Vec<Edit> = hidden(case).map(|(placed, _)| placed.before("layer_norm")).collect();
    let normed =
        Mend::new("a normalization before each activation gives the signal its size back", normed);
    rectified(case).into_iter().chain(started).chain(normed.something()).collect()
}

/// Hidden activations with what they are.
fn hidden<'a>(case: &Case<'a>) -> impl Iterator<Item = (Placed<'a>, &'a Activation)> {
    layers::all(case.spec).into_iter().filter_map(|placed| match &placed.layer.kind {
        LayerKind::Activation(activation) if !placed.is_behind_all_weights() => {
            Some((placed.clone(), activation))
        }
        _ => None,
    })
}

/// ReLUs in place of activations that saturate, and weights that suit them.
fn rectified(case: &Case<'_>) -> Option<Mend> {
    let mut edits: Vec<Edit> = hidden(case)
        .filter(|(_, activation)| saturates(activation))
        .map(|(placed, _)| placed.replace("relu"))
        .collect();
    if edits.is_empty() {
        return None;
    }
    for placed in layers::all(case.spec) {
        if layers::is_linear(placed.layer) && placed.activation().is_some_and(saturates) {
            edits.push(placed.set("initializer", format!("{{kaiming_uniform: {RECTIFIED:.3}}}")));
            edits.extend(
                layers::initializers(placed.layer)
                    .1
                    .map(|_| placed.set("bias_initializer", "zeros")),
            );
        }
    }
    let reason = "a sigmoid has a slope of 0.25 at most, a tanh of 1 at one point: ReLUs pass signal and \
         gradient on as they are";
    Some(Mend::new(reason, edits))
}
