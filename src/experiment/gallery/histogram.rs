//! How numbers are spread: counts in bins of one width.

/// Bins of a histogram: enough to see a shape, few enough to be filled.
const BINS: usize = 30;

/// Counts of numbers between the lowest and the highest.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    pub low: f64,
    pub high: f64,
    pub counts: Vec<usize>,
    /// NaN and infinite numbers, which are in no bin.
    pub not_finite: usize,
}

impl Histogram {
    /// Of any numbers; one bin where they are all the same, none where there are none.
    pub fn of(numbers: &[f64]) -> Self {
        let finite = || numbers.iter().copied().filter(|number| number.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let not_finite = numbers.len() - finite().count();
        if low > high {
            return Self { low: 0.0, high: 0.0, counts: Vec::new(), not_finite };
        }
        let width = high - low;
        let bins = if width > 0.0 { BINS } else { 1 };
        let mut counts = vec![0; bins];
        for number in finite() {
            // A range as wide as f64 itself has no width: then all is in the first bin.
            let share = (number - low) / width;
            let bin = if share.is_finite() { (share * bins as f64) as usize } else { 0 };
            counts[bin.min(bins - 1)] += 1;
        }
        Self { low, high, counts, not_finite }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_number_is_in_one_bin() {
        let histogram = Histogram::of(&[0.0, 0.5, 1.0, f64::NAN, 1.0]);
        assert_eq!((histogram.low, histogram.high, histogram.not_finite), (0.0, 1.0, 1));
        assert_eq!(histogram.counts.iter().sum::<usize>(), 4);
        assert_eq!((histogram.counts[0], histogram.counts[BINS - 1]), (1, 2));
    }

    #[test]
    fn what_never_differs_is_one_bin_and_nothing_is_none() {
        assert_eq!(Histogram::of(&[2.0, 2.0]).counts, [2]);
        assert!(Histogram::of(&[f64::NAN]).counts.is_empty());
    }
}
