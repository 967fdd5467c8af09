//! Statistics of columns of numbers.

/// What a column's numbers are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnStatistics {
    pub mean: f64,
    /// Root of the mean squared deviation from the mean (divisor n).
    pub standard_deviation: f64,
    pub minimum: f64,
    pub maximum: f64,
}

/// Statistics of each column of row-major numbers. Of no rows, all statistics are NaN.
///
/// The deviation is computed in a second pass, after the mean: the difference of two large sums of
/// squares would lose its digits.
pub fn column_statistics(numbers: &[f64], columns: usize) -> Vec<ColumnStatistics> {
    (0..columns)
        .map(|column| {
            let values = || numbers.iter().skip(column).step_by(columns).copied();
            let count = values().count() as f64;
            let mean = values().sum::<f64>() / count;
            let squares: f64 = values().map(|value| (value - mean) * (value - mean)).sum();
            ColumnStatistics {
                mean,
                standard_deviation: (squares / count).sqrt(),
                minimum: values().fold(f64::NAN, f64::min),
                maximum: values().fold(f64::NAN, f64::max),
            }
        })
        .collect()
}

/// The quantile of sorted numbers, between neighbours by linear interpolation: of n numbers the
/// one at place (n − 1) · share, as NumPy has it. Of no numbers it is NaN.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = last as f64 * share.clamp(0.0, 1.0);
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_apart() {
        let statistics = column_statistics(&[1.0, 10.0, 2.0, 10.0, 6.0, 10.0], 2);
        let first = ColumnStatistics {
            mean: 3.0,
            // Deviations −2, −1 and 3.
            standard_deviation: (14.0f64 / 3.0).sqrt(),
            minimum: 1.0,
            maximum: 6.0,
        };
        let second =
            ColumnStatistics { mean: 10.0, standard_deviation: 0.0, minimum: 10.0, maximum: 10.0 };
        assert_eq!(statistics, [first, second]);
    }

    #[test]
    fn a_small_deviation_on_a_large_mean_keeps_its_digits() {
        let statistics = column_statistics(&[1e9 - 1.0, 1e9, 1e9 + 1.0], 1);
        assert_eq!(statistics[0].standard_deviation, (2.0f64 / 3.0).sqrt());
    }

    #[test]
    fn nothing_has_no_statistics() {
        assert!(column_statistics(&[], 1)[0].mean.is_nan());
        assert!(column_statistics(&[], 1)[0].minimum.is_nan());
        assert!(column_statistics(&[], 0).is_empty());
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(
            [0.0, 0.25, 0.5, 1.0].map(|share| quantile(&sorted, share)),
            [1.0, 1.75, 3.0, 8.0]
        );
        assert_eq!(quantile(&[5.0], 0.7), 5.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
