//! The losses of one output that is the same for all examples, as sums, so that groups of examples
//! can be put together to one mean.

use std::f64::consts::LN_2;
use std::ops::Add;

use super::classes::class_counts;
use crate::data::Targets;
use crate::spec::LossKind;

/// A loss before the mean is taken. Burn divides the weighted cross entropy by the weights of the
/// examples, every other loss by their number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct LossSum {
    sum: f64,
    divisor: f64,
}

impl LossSum {
    /// NaN when there is nothing to take the mean of.
    pub(super) fn mean(self) -> f64 {
        self.sum / self.divisor
    }

    const UNDEFINED: Self = Self { sum: f64::NAN, divisor: f64::NAN };
}

impl Add for LossSum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, divisor: self.divisor + other.divisor }
    }
}

/// The least loss that one output for all of these examples can have.
pub(super) fn lowest(kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match (kind, targets) {
        (LossKind::CrossEntropy { weights, smoothing }, Targets::Classes(labels)) => {
            CrossEntropy::new(weights.as_deref(), *smoothing, labels, classes).lowest()
        }
        (LossKind::BinaryCrossEntropy { weights, smoothing }, Targets::Classes(labels)) => {
            BinaryCrossEntropy::new(*weights, *smoothing, labels).lowest()
        }
        (LossKind::Mse, Targets::Values(values)) => {
            around(values, mean(values), |residual| residual * residual)
        }
        (LossKind::Mae, Targets::Values(values)) => around(values, median(values), f64::abs),
        (LossKind::Huber { delta }, Targets::Values(values)) => {
            around(values, huber_centre(values, *delta), |residual| huber(residual, *delta))
        }
        _ => LossSum::UNDEFINED,
    }
}

/// The loss when all outputs are zero.
pub(super) fn at_zero(kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match (kind, targets) {
        (LossKind::CrossEntropy { weights, smoothing }, Targets::Classes(labels)) => {
            CrossEntropy::new(weights.as_deref(), *smoothing, labels, classes).at_zero()
        }
        (LossKind::BinaryCrossEntropy { weights, smoothing }, Targets::Classes(labels)) => {
            BinaryCrossEntropy::new(*weights, *smoothing, labels).at_zero()
        }
        (LossKind::Mse, Targets::Values(values)) => around(values, 0.0, |r| r * r),
        (LossKind::Mae, Targets::Values(values)) => around(values, 0.0, f64::abs),
        (LossKind::Huber { delta }, Targets::Values(values)) => {
            around(values, 0.0, |residual| huber(residual, *delta))
        }
        _ => LossSum::UNDEFINED,
    }
}

/// Cross entropy of n examples with labels y, weights w and smoothing a, for one distribution q:
/// Σᵢ Σⱼ wⱼ sᵢⱼ (−ln qⱼ) / Σᵢ w_yᵢ with sᵢⱼ = (1 − a)·[j = yᵢ] + a/k.
///
/// With Aⱼ = wⱼ Σᵢ sᵢⱼ this is Σⱼ Aⱼ (−ln qⱼ) / Σᵢ w_yᵢ, least at q = A / ΣA (Gibbs' inequality).
struct CrossEntropy {
    /// Aⱼ.
    masses: Vec<f64>,
    divisor: f64,
}

impl CrossEntropy {
    fn new(
        weights: Option<&[f64]>,
        smoothing: Option<f64>,
        labels: &[usize],
        classes: usize,
    ) -> Self {
        let weight = |class: usize| match weights {
            Some(weights) => weights.get(class).copied().unwrap_or(f64::NAN),
            None => 1.0,
        };
        let smoothing = smoothing.unwrap_or(0.0);
        let counts = class_counts(labels, classes);
        let spread = smoothing * labels.len() as f64 / classes as f64;
        Self {
            masses: (0..classes)
                .map(|class| weight(class) * ((1.0 - smoothing) * counts[class] as f64 + spread))
                .collect(),
            divisor: (0..classes).map(|class| weight(class) * counts[class] as f64).sum(),
        }
    }

    fn lowest(&self) -> LossSum {
        let total: f64 = self.masses.iter().sum();
        let sum = self.masses.iter().map(|&mass| cost(mass, mass / total)).sum();
        LossSum { sum, divisor: self.divisor }
    }

    fn at_zero(&self) -> LossSum {
        let sum = self.masses.iter().sum::<f64>() * (self.masses.len() as f64).ln();
        LossSum { sum, divisor: self.divisor }
    }
}

/// Binary cross entropy with logits of shape `[n]`, for one probability p:
/// Σᵢ w_yᵢ (−tᵢ ln p − (1 − tᵢ) ln(1 − p)) / n with tᵢ = (1 − a) yᵢ + a/2.
///
/// With P = Σ w t and M = Σ w (1 − t) it is least at p = P / (P + M).
struct BinaryCrossEntropy {
    /// P.
    positive: f64,
    /// M.
    negative: f64,
    examples: f64,
}

impl BinaryCrossEntropy {
    fn new(weights: Option<[f64; 2]>, smoothing: Option<f64>, labels: &[usize]) -> Self {
        let counts = class_counts(labels, 2);
        let weights = weights.unwrap_or([1.0, 1.0]);
        let half = smoothing.unwrap_or(0.0) / 2.0;
        let mass = [weights[0] * counts[0] as f64, weights[1] * counts[1] as f64];
        Self {
            positive: (1.0 - half) * mass[1] + half * mass[0],
            negative: (1.0 - half) * mass[0] + half * mass[1],
            examples: labels.len() as f64,
        }
    }

    fn lowest(&self) -> LossSum {
        let total = self.positive + self.negative;
        let sum =
            cost(self.positive, self.positive / total) + cost(self.negative, self.negative / total);
        LossSum { sum, divisor: self.examples }
    }

    fn at_zero(&self) -> LossSum {
        LossSum { sum: (self.positive + self.negative) * LN_2, divisor: self.examples }
    }
}

/// mass · (−ln probability), where 0 · ln 0 is 0.
fn cost(mass: f64, probability: f64) -> f64 {
    if mass == 0.0 { 0.0 } else { -mass * probability.ln() }
}

fn around(values: &[f64], centre: f64, loss: impl Fn(f64) -> f64) -> LossSum {
    LossSum {
        sum: values.iter().map(|value| loss(value - centre)).sum(),
        divisor: values.len() as f64,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle one of the sorted values; of two middle ones the lower, which costs the same.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// ½ r² up to `delta`, delta · (|r| − ½ delta) beyond.
fn huber(residual: f64, delta: f64) -> f64 {
    if residual.abs() <= delta {
        0.5 * residual * residual
    } else {
        delta * (residual.abs() - 0.5 * delta)
    }
}

/// The output with the least Huber loss: where the derivative Σ clamp(c − y, −delta, delta), which
/// never falls as c grows, changes its sign. Found by halving the interval down to the last bit.
fn huber_centre(values: &[f64], delta: f64) -> f64 {
    let slope = |centre: f64| {
        values.iter().map(|value| (centre - value).max(-delta).min(delta)).sum::<f64>()
    };
    let mut low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let mut high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    loop {
        let middle = low + (high - low) / 2.0;
        if !(low < middle && middle < high) {
            return low;
        }
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
}
