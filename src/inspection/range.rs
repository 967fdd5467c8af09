//! Intervals of numbers, and what functions make of them.

use serde::Serialize;

/// The numbers from `low` to `high`; either may be infinite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
    pub const UNIT: Self = Self { low: 0.0, high: 1.0 };

    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The least range that holds all numbers; that of no numbers holds nothing.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let nothing = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };
        numbers.fold(nothing, |range, number| Self {
            low: range.low.min(number),
            high: range.high.max(number),
        })
    }

    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether every number of it is within `outer`.
    pub fn is_within(self, outer: Self) -> bool {
        outer.low <= self.low && self.high <= outer.high
    }

    /// How far a number is from it.
    pub fn distance(self, number: f64) -> f64 {
        (self.low - number).max(number - self.high).max(0.0)
    }

    /// The least range that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// What sums of one number of each are.
    pub fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }

    /// What products of one number of each are.
    pub fn times(self, other: Self) -> Self {
        // 0 · ∞ is 0 here: the infinite end is not reached.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        Self::of(
            [
                product(self.low, other.low),
                product(self.low, other.high),
                product(self.high, other.low),
                product(self.high, other.high),
            ]
            .into_iter(),
        )
    }

    /// What a function makes of it that never falls.
    pub fn through(self, rising: impl Fn(f64) -> f64) -> Self {
        Self { low: rising(self.low), high: rising(self.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_products_and_hulls_hold_every_number() {
        let (a, b) = (Range::new(-1.0, 2.0), Range::new(-3.0, 1.0));
        assert_eq!(a.plus(b), Range::new(-4.0, 3.0));
        assert_eq!(a.times(b), Range::new(-6.0, 3.0));
        assert_eq!(a.hull(b), Range::new(-3.0, 2.0));
        assert_eq!(Range::UNIT.times(Range::ALL), Range::ALL);
        let half = Range::new(0.0, f64::INFINITY);
        assert_eq!(half.times(half), half);
    }

    #[test]
    fn a_number_outside_has_a_distance() {
        assert_eq!(Range::UNIT.distance(0.5), 0.0);
        assert_eq!(Range::UNIT.distance(3.0), 2.0);
        assert_eq!(Range::UNIT.distance(-0.5), 0.5);
        assert_eq!(Range::ALL.distance(1e300), 0.0);
    }

    #[test]
    fn a_rising_function_moves_both_ends() {
        assert_eq!(Range::ALL.through(f64::tanh), Range::new(-1.0, 1.0));
        assert_eq!(Range::new(-2.0, 3.0).through(|x| x.max(0.0)), Range::new(0.0, 3.0));
        assert!(Range::UNIT.is_within(Range::new(0.0, 2.0)));
        assert!(!Range::new(-0.1, 0.5).is_within(Range::UNIT));
    }
}
