//! What rounding may leave between two computations of the same numbers. Pure.
//!
//! The model is the standard one (Higham, Accuracy and Stability of Numerical Algorithms, 2002): a sum
//! of n terms is off by at most about ε·n·Σ|terms| (section 3.1), and by about ε·√n·Σ|terms| when the
//! single errors are independent (section 2.6). Where the terms do not cancel, Σ|terms| is about the
//! sum, and the error is a share of it: `bound`. Where they do, it is a share of what cancels. Terms of a
//! gradient are products of the same errors and activations of which the other gradients are made, so
//! that they are about as large as the largest number of these.

use super::backward::norm_of;
use crate::model::{NamedGradient, Weights};
use crate::subject::Subject;

/// How many roundings of the largest number a gradient may be off in which such numbers cancel. Seen
/// beyond `bound`: 0.9 among all layers and losses that `fixtures/golden` compares with PyTorch in 64
/// bits, and 1.4 between f32 and 64 bits on the networks of `tests/layers_on_adapter.rs`.
const CANCELLED: f64 = 4.0;

/// How far a device may be off where moves of one unit in the last place were seen to lead so far. Sums
/// inside a layer round more than once, and two draws are not the worst case.
const SPREAD: f64 = 8.0;

/// The least share of a norm that may differ, in ε: 1e-5 in f32.
const LEAST: f64 = 1e-5 / f32::EPSILON as f64;

/// How precisely two computations of the same numbers agree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounding {
    /// The distance from 1 to the next larger number, in the coarser of the two formats.
    pub epsilon: f64,
    /// The relative difference that rounding alone may cause: ε·√n for the longest sum n, and 84·ε at
    /// the least.
    pub bound: f64,
}

impl Rounding {
    /// Of sums over all numbers of the widest layer and so many examples.
    ///
    /// The widths inside a Rust model are unknown. There n is the input's size or the largest tensor's,
    /// whichever is larger: no layer sums over more of its own numbers than it owns.
    pub fn new(subject: &Subject, weights: &Weights, examples: usize, epsilon: f64) -> Self {
        let widest = match subject.declared() {
            Some(plan) => {
                let layers = plan.flat();
                layers.iter().map(|l| l.input.elements().max(l.output.elements())).max()
            }
            None => {
                let input = subject.input_shape().iter().product();
                weights.tensors.iter().map(|tensor| tensor.values.len()).chain([input]).max()
            }
        };
        Self::of_sums(widest.unwrap_or(1).saturating_mul(examples), epsilon)
    }

    fn of_sums(longest: usize, epsilon: f64) -> Self {
        Self { epsilon, bound: epsilon * (longest as f64).sqrt().max(LEAST) }
    }

    /// Of sums so short that the least bound counts.
    #[cfg(test)]
    pub const fn of_short_sums(epsilon: f64) -> Self {
        Self { epsilon, bound: epsilon * LEAST }
    }

    /// What a difference from numbers of this norm is measured against, where `moved` is how far the
    /// coarser format's own rounding was seen to move them: see `conditioning`.
    pub fn where_moved(&self, against: f64, moved: f64) -> f64 {
        against + SPREAD * moved / self.bound
    }

    /// What a difference from a gradient of this norm is measured against: the share `bound` of it is
    /// what rounding may leave.
    pub fn measured_against(&self, norm: f64, numbers: usize, sizes: &Sizes) -> f64 {
        // No more cancels in a tensor than there is in the largest one.
        let cancelled = (sizes.number * (numbers as f64).sqrt()).min(sizes.norm);
        (norm + CANCELLED * self.epsilon / self.bound * cancelled).max(f64::MIN_POSITIVE)
    }
}

/// How large the gradients of a pass are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// The largest number of any.
    number: f64,
    /// The largest norm of any.
    norm: f64,
}

impl Sizes {
    pub fn of(gradients: &[NamedGradient]) -> Self {
        let numbers = gradients.iter().filter_map(|gradient| gradient.values.as_ref()).flatten();
        Self {
            number: numbers.fold(0.0, |largest, number| largest.max(number.abs())),
            norm: gradients.iter().map(norm_of).fold(0.0, f64::max),
        }
    }
}
