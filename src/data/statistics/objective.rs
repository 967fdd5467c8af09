//! The losses of one output that is the same for all examples, as sums, so that groups of examples
//! can be put together to one mean.

use std::f64::consts::LN_2;
use std::ops::Add;

use super::answers::{columns, counted};
use super::classes::class_counts;
use super::poisson::mean_log_factorial;
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

/// The least loss that one output for all of these examples can have. Places are answered alike: what
/// ignores its inputs need not know where it is.
pub(super) fn lowest(kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match (kind, targets) {
        (LossKind::KlDiv { log_target }, _) => KlDivergence::new(*log_target, targets).lowest(),
        (_, Targets::Places { .. }) => {
            of_column(Extreme::Lowest, kind, &pooled(kind, targets), classes)
        }
        _ => lowest_by_column(kind, targets, classes),
    }
}

/// The same where each place has an output of its own.
pub(super) fn lowest_by_column(kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match kind {
        LossKind::KlDiv { log_target } => KlDivergence::new(*log_target, targets).lowest(),
        _ => by_column(Extreme::Lowest, kind, targets, classes),
    }
}

/// The loss when all outputs are zero; for losses of probabilities, when all are alike.
pub(super) fn at_zero(kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match kind {
        LossKind::KlDiv { log_target } => KlDivergence::new(*log_target, targets).at_zero(),
        _ => by_column(Extreme::AtZero, kind, targets, classes),
    }
}

/// What a divergence leaves out of the cross entropy: the targets' own entropy.
pub(super) fn left_out(kind: &LossKind, targets: &Targets) -> LossSum {
    match kind {
        LossKind::KlDiv { log_target } => KlDivergence::new(*log_target, targets).entropy(),
        _ => LossSum { sum: 0.0, divisor: 1.0 },
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extreme {
    Lowest,
    AtZero,
}

fn by_column(extreme: Extreme, kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    columns(targets, kind.pad_tokens())
        .iter()
        .enumerate()
        .map(|(index, column)| match targets {
            Targets::Labels { .. } => of_label(extreme, kind, index, column),
            _ => of_column(extreme, kind, column, classes),
        })
        .fold(LossSum::default(), |sum, column| sum + column)
}

/// All answers that count, as if each were an example.
fn pooled(kind: &LossKind, targets: &Targets) -> Targets {
    let counted = counted(targets, kind.pad_tokens()).into_iter();
    Targets::Classes(counted.map(|(_, class)| class).collect())
}

/// One of several labels: its weight is for 0 and 1 alike.
fn of_label(extreme: Extreme, kind: &LossKind, label: usize, targets: &Targets) -> LossSum {
    match kind {
        LossKind::BinaryCrossEntropy { weights: Some(weights), smoothing, logits } => {
            let weight = weights.get(label).copied().unwrap_or(f64::NAN);
            let kind = LossKind::BinaryCrossEntropy {
                weights: Some(vec![weight; 2]),
                smoothing: *smoothing,
                logits: *logits,
            };
            of_column(extreme, &kind, targets, 2)
        }
        _ => of_column(extreme, kind, targets, 2),
    }
}

/// The loss of one answer per example.
fn of_column(extreme: Extreme, kind: &LossKind, targets: &Targets, classes: usize) -> LossSum {
    match targets {
        Targets::Classes(labels) => of_classes(extreme, kind, labels, classes),
        Targets::Values(values) => of_values(extreme, kind, values),
        _ => LossSum::UNDEFINED,
    }
}

fn of_classes(extreme: Extreme, kind: &LossKind, labels: &[usize], classes: usize) -> LossSum {
    let examples = labels.len() as f64;
    let lowest = extreme == Extreme::Lowest;
    // The fewer of two classes pays twice the margin, or both pay it once.
    let margins = |margin: f64| {
        let counts = class_counts(labels, 2);
        let sum = if lowest { 2.0 * counts[0].min(counts[1]) as f64 } else { examples };
        LossSum { sum: margin * sum, divisor: examples }
    };
    match kind {
        LossKind::CrossEntropy { weights, smoothing, .. } => {
            let loss = CrossEntropy::new(weights.as_deref(), *smoothing, labels, classes);
            if lowest { loss.lowest() } else { loss.at_zero() }
        }
        LossKind::BinaryCrossEntropy { weights, smoothing, .. } => {
            let loss = BinaryCrossEntropy::new(weights.as_deref(), *smoothing, labels);
            if lowest { loss.lowest() } else { loss.at_zero() }
        }
        LossKind::SoftMargin => {
            let loss = BinaryCrossEntropy::new(None, None, labels);
            if lowest { loss.lowest() } else { loss.at_zero() }
        }
        LossKind::Hinge => margins(1.0),
        LossKind::MarginRanking { margin } => margins(*margin),
        LossKind::MultiMargin { margin, p } if !lowest => {
            let others = classes.saturating_sub(1) as f64 / classes as f64;
            LossSum { sum: examples * others * margin.powi(*p as i32), divisor: examples }
        }
        LossKind::Focal { gamma, weights } if !lowest => {
            let k = classes.max(1) as f64;
            let weight = |class: usize| match weights {
                Some(weights) => weights.get(class).copied().unwrap_or(f64::NAN),
                None => 1.0,
            };
            let each = (1.0 - 1.0 / k).powf(*gamma) * k.ln();
            let weights: f64 = labels.iter().map(|label| weight(*label)).sum();
            LossSum { sum: weights * each, divisor: examples }
        }
        _ => LossSum::UNDEFINED,
    }
}

fn of_values(extreme: Extreme, kind: &LossKind, values: &[f64]) -> LossSum {
    let lowest = extreme == Extreme::Lowest;
    let centre = |best: fn(&[f64]) -> f64| if lowest { best(values) } else { 0.0 };
    match *kind {
        LossKind::Mse => around(values, centre(mean), |residual| residual * residual),
        LossKind::Mae => around(values, centre(median), f64::abs),
        LossKind::Huber { delta } => {
            let centre = if lowest { huber_centre(values, delta) } else { 0.0 };
            around(values, centre, |residual| huber(residual, delta))
        }
        LossKind::SmoothL1 { beta } => {
            let centre = if lowest { huber_centre(values, beta) } else { 0.0 };
            around(values, centre, |residual| huber(residual, beta) / beta)
        }
        LossKind::Lp { p } => {
            let centre = if lowest { power_centre(values, p) } else { 0.0 };
            around(values, centre, |residual| residual.abs().powf(p))
        }
        // The best rate is the mean count; a rate of e⁰ is 1.
        LossKind::PoissonNll { log_input, full, .. } if lowest || log_input => {
            let examples = values.len() as f64;
            let mean = mean(values);
            let each = match lowest {
                true => mean + cost(mean, mean),
                false => 1.0,
            };
            let constant = if full { mean_log_factorial(values) } else { 0.0 };
            LossSum { sum: examples * (each + constant), divisor: examples }
        }
        _ => LossSum::UNDEFINED,
    }
}

/// The divergence of targets t from one distribution q, over n examples of k numbers:
/// Σᵢ Σⱼ tᵢⱼ (ln tᵢⱼ − ln qⱼ), least at q = the targets' own sum, and at the start ln k is all that
/// is known.
struct KlDivergence {
    /// Σᵢ tᵢⱼ.
    masses: Vec<f64>,
    /// Σᵢⱼ tᵢⱼ ln tᵢⱼ.
    negative_entropy: f64,
    divisor: f64,
}

impl KlDivergence {
    fn new(log_target: bool, targets: &Targets) -> Self {
        let values = targets.values().unwrap_or(&[f64::NAN]);
        let width = targets.width();
        let probability = |value: f64| if log_target { value.exp() } else { value };
        let mut masses = vec![0.0; width];
        let mut negative_entropy = 0.0;
        for (index, value) in values.iter().enumerate() {
            let probability = probability(*value);
            masses[index % width] += probability;
            negative_entropy -= cost(probability, probability);
        }
        Self { masses, negative_entropy, divisor: values.len() as f64 }
    }

    /// Of the targets, −Σᵢⱼ tᵢⱼ ln tᵢⱼ: by so much a cross entropy is larger.
    fn entropy(&self) -> LossSum {
        LossSum { sum: -self.negative_entropy, divisor: self.divisor }
    }

    fn lowest(&self) -> LossSum {
        let total: f64 = self.masses.iter().sum();
        let cross: f64 = self.masses.iter().map(|mass| cost(*mass, mass / total)).sum();
        LossSum { sum: self.negative_entropy + cross, divisor: self.divisor }
    }

    fn at_zero(&self) -> LossSum {
        let total: f64 = self.masses.iter().sum();
        let sum = self.negative_entropy + total * (self.masses.len() as f64).ln();
        LossSum { sum, divisor: self.divisor }
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
    fn new(weights: Option<&[f64]>, smoothing: Option<f64>, labels: &[usize]) -> Self {
        let counts = class_counts(labels, 2);
        let weight = |class: usize| {
            weights.map_or(1.0, |weights| weights.get(class).copied().unwrap_or(f64::NAN))
        };
        let weights = [weight(0), weight(1)];
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
/// never falls as c grows, changes its sign.
fn huber_centre(values: &[f64], delta: f64) -> f64 {
    sign_change(values, |residual| residual.max(-delta).min(delta))
}

/// The output with the least Σ|c − y|^p for p from 1, likewise.
fn power_centre(values: &[f64], p: f64) -> f64 {
    if p == 1.0 {
        return median(values);
    }
    sign_change(values, |residual| residual.signum() * residual.abs().powf(p - 1.0))
}

/// Where Σ slope(c − y) changes its sign, for a slope that never falls. Found by halving the interval
/// down to the last bit.
fn sign_change(values: &[f64], slope: impl Fn(f64) -> f64) -> f64 {
    let total = |centre: f64| values.iter().map(|value| slope(centre - value)).sum::<f64>();
    let mut low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let mut high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    loop {
        let middle = low + (high - low) / 2.0;
        if !(low < middle && middle < high) {
            return low;
        }
        if total(middle) < 0.0 { low = middle } else { high = middle }
    }
}
