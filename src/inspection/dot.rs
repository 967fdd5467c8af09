//! The product of two rows of numbers.

/// The sum over the products of numbers at the same place. By index: it is taken a hundred thousand times,
/// and in a build that is not optimized each step of an iterator is a call.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut sum = 0.0;
    for at in 0..one.len().min(other.len()) {
        sum += one[at] * other[at];
    }
    sum
}
