//! Scaling of columns, of channels and of all numbers.

use super::statistics::{column_statistics, quantile};
use crate::spec::{Per, Scaling};

/// Why numbers cannot be scaled.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ScaleError {
    #[error("[{low}, {high}] is no range")]
    Range { low: f64, high: f64 },
    #[error("{factor} is no factor")]
    Factor { factor: f64 },
    #[error("some become too large for a number")]
    Overflow,
}

/// A scaling that is ready to be applied: per column, (x − offset) / divisor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaler {
    columns: Vec<Affine>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Affine {
    offset: f64,
    divisor: f64,
    factor: f64,
}

const IDENTITY: Affine = Affine { offset: 0.0, divisor: 1.0, factor: 1.0 };

impl Scaler {
    /// Learns a scaling from the training part: row-major numbers with a column for each of
    /// `units`, which says whose statistics it shares.
    ///
    /// Standardizing takes mean and standard deviation (divisor n), robust scaling the median and
    /// the distance of the quartiles. What does not vary has nothing to divide by: it becomes 0.
    ///
    /// # Errors
    ///
    /// A range without extent, and a factor or bound that is not finite.
    pub(super) fn fit(
        scaling: Scaling,
        train: &[f64],
        units: &[Option<usize>],
    ) -> Result<Self, ScaleError> {
        let affine = match scaling {
            Scaling::None => vec![IDENTITY],
            Scaling::Standardize(_) => {
                by_unit(train, units).iter().map(|numbers| standardizing(numbers)).collect()
            }
            Scaling::Robust(_) => {
                by_unit(train, units).into_iter().map(between_quartiles).collect()
            }
            Scaling::MinMax { low, high } => {
                let range = high - low;
                if !(range > 0.0 && range.is_finite()) {
                    return Err(ScaleError::Range { low, high });
                }
                vec![Affine { offset: low, divisor: range, ..IDENTITY }]
            }
            Scaling::Multiply(factor) => {
                if !factor.is_finite() {
                    return Err(ScaleError::Factor { factor });
                }
                vec![Affine { factor, ..IDENTITY }]
            }
        };
        // Where all units are scaled alike, there is one scaling.
        let of = |unit: usize| affine[unit.min(affine.len() - 1)];
        let columns = units.iter().map(|unit| unit.map_or(IDENTITY, of)).collect();
        Ok(Self { columns })
    }

    /// Scales row-major numbers of the columns that were learned from.
    ///
    /// # Errors
    ///
    /// When a result is too large for a number.
    pub(super) fn apply(&self, numbers: &mut [f64]) -> Result<(), ScaleError> {
        for (number, affine) in numbers.iter_mut().zip(self.columns.iter().cycle()) {
            *number = (*number - affine.offset) / affine.divisor * affine.factor;
        }
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(())
        } else {
            Err(ScaleError::Overflow)
        }
    }
}

/// Which columns of an input of this shape share their statistics; `encoded` columns are not
/// scaled.
pub(super) fn units(scaling: Scaling, shape: &[usize], encoded: &[bool]) -> Vec<Option<usize>> {
    let columns: usize = shape.iter().product();
    let channel = columns / shape.first().copied().unwrap_or(1).max(1);
    let features = shape.last().copied().unwrap_or(1).max(1);
    let unit = |column: usize| match scaling {
        Scaling::Standardize(Per::Channel) | Scaling::Robust(Per::Channel) => column / channel,
        Scaling::Standardize(Per::Feature) | Scaling::Robust(Per::Feature) => column % features,
        Scaling::Standardize(Per::All) | Scaling::Robust(Per::All) => 0,
        _ => column,
    };
    let is_encoded = |column: usize| encoded.get(column).copied().unwrap_or(false);
    (0..columns).map(|column| (!is_encoded(column)).then(|| unit(column))).collect()
}

/// The numbers of each unit, row by row; a unit without a column has none.
fn by_unit(train: &[f64], units: &[Option<usize>]) -> Vec<Vec<f64>> {
    let count = units.iter().flatten().max().map_or(1, |last| last + 1);
    let mut numbers = vec![Vec::new(); count];
    for (number, unit) in train.iter().zip(units.iter().cycle()) {
        if let Some(unit) = unit {
            numbers[*unit].push(*number);
        }
    }
    numbers
}

fn standardizing(numbers: &[f64]) -> Affine {
    let [statistics] = column_statistics(numbers, 1)[..] else { return IDENTITY };
    let constant = statistics.minimum == statistics.maximum;
    Affine {
        offset: if constant { statistics.minimum } else { statistics.mean },
        // Of numbers too close together to have one, too.
        divisor: if constant || statistics.standard_deviation == 0.0 {
            1.0
        } else {
            statistics.standard_deviation
        },
        factor: 1.0,
    }
}

fn between_quartiles(mut numbers: Vec<f64>) -> Affine {
    numbers.sort_by(f64::total_cmp);
    let distance = quantile(&numbers, 0.75) - quantile(&numbers, 0.25);
    Affine {
        offset: quantile(&numbers, 0.5),
        divisor: if distance == 0.0 { 1.0 } else { distance },
        factor: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scaling: Scaling, train: &[f64], numbers: &[f64], columns: usize) -> Vec<f64> {
        let mut numbers = numbers.to_vec();
        Scaler::fit(scaling, train, &units(scaling, &[columns], &[]))
            .unwrap()
            .apply(&mut numbers)
            .unwrap();
        numbers
    }

    #[test]
    fn none_changes_nothing() {
        assert_eq!(scaled(Scaling::None, &[1.0, 2.0], &[0.1, -7.0], 1), [0.1, -7.0]);
    }

    #[test]
    fn standardizing_uses_the_training_parts_columns() {
        // Means 2 and 20, standard deviations 1 and 10.
        let train = [1.0, 10.0, 3.0, 30.0];
        assert_eq!(
            scaled(Scaling::Standardize(Per::Column), &train, &train, 2),
            [-1.0, -1.0, 1.0, 1.0]
        );
        assert_eq!(scaled(Scaling::Standardize(Per::Column), &train, &[5.0, 20.0], 2), [3.0, 0.0]);
    }

    #[test]
    fn a_constant_column_becomes_zero_and_is_not_blown_up() {
        // The mean of many 0.1 is not 0.1 in floating point.
        let train = [0.1; 1000];
        assert_eq!(scaled(Scaling::Standardize(Per::Column), &train, &[0.1, 0.6], 1), [0.0, 0.5]);
    }

    #[test]
    fn min_max_serves_all_columns_alike() {
        let scaling = Scaling::MinMax { low: -8.0, high: 8.0 };
        assert_eq!(scaled(scaling, &[], &[-8.0, 0.0, 8.0, 24.0], 2), [0.0, 0.5, 1.0, 2.0]);
    }

    #[test]
    fn multiplying_multiplies() {
        assert_eq!(scaled(Scaling::Multiply(1000.0), &[], &[0.5, -2.0], 1), [500.0, -2000.0]);
    }

    #[test]
    fn scalings_without_sense_are_refused() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (f64::MIN, f64::MAX)] {
            let error = Scaler::fit(Scaling::MinMax { low, high }, &[], &[Some(0)]).unwrap_err();
            assert!(matches!(error, ScaleError::Range { .. }), "{error:?}");
        }
        let error = Scaler::fit(Scaling::Multiply(f64::INFINITY), &[], &[Some(0)]).unwrap_err();
        assert!(matches!(error, ScaleError::Factor { .. }), "{error:?}");
    }

    #[test]
    fn a_result_that_is_no_number_is_refused() {
        let scaler = Scaler::fit(Scaling::Multiply(1e300), &[], &[Some(0)]).unwrap();
        assert_eq!(scaler.apply(&mut [1e300]), Err(ScaleError::Overflow));
    }

    fn shaped(scaling: Scaling, train: &[f64], shape: &[usize]) -> Vec<f64> {
        let mut numbers = train.to_vec();
        let units = units(scaling, shape, &[]);
        Scaler::fit(scaling, train, &units).unwrap().apply(&mut numbers).unwrap();
        numbers
    }

    #[test]
    fn channels_features_and_all_numbers_share_their_statistics() {
        // Two examples of [2, 2]: rows are channels, columns are features.
        let train = [0.0, 2.0, 10.0, 30.0, 0.0, 2.0, 10.0, 30.0];
        assert_eq!(
            shaped(Scaling::Standardize(Per::Channel), &train, &[2, 2])[..4],
            [-1.0, 1.0, -1.0, 1.0]
        );
        assert_eq!(
            shaped(Scaling::Standardize(Per::Feature), &train, &[2, 2])[..4],
            [-1.0, -1.0, 1.0, 1.0]
        );
        let all = shaped(Scaling::Standardize(Per::All), &train, &[2, 2]);
        let statistics = column_statistics(&all, 1)[0];
        assert!(statistics.mean.abs() < 1e-12);
        assert!((statistics.standard_deviation - 1.0).abs() < 1e-12);
        // Without a second axis every column is a channel and a feature of its own.
        for per in [Per::Channel, Per::Feature] {
            assert_eq!(
                shaped(Scaling::Standardize(per), &[0.0, 7.0, 2.0, 9.0], &[2]),
                [-1.0, -1.0, 1.0, 1.0]
            );
        }
    }

    #[test]
    fn robust_scaling_does_not_see_one_wild_number() {
        // Median 2, quartiles 1 and 3.
        let train = [4.0, 0.0, 2.0, 1.0, 3.0];
        let robust = Scaling::Robust(Per::Column);
        assert_eq!(scaled(robust, &train, &train, 1), [1.0, -1.0, 0.0, -0.5, 0.5]);
        let with =
            |last| scaled(Scaling::Robust(Per::Column), &[0.0, 1.0, 2.0, 3.0, last], &[5.0], 1);
        assert_eq!(with(4.0), with(1e9));
        assert_eq!(scaled(Scaling::Robust(Per::All), &[7.0; 9], &[7.0, 8.0], 1), [0.0, 1.0]);
    }

    #[test]
    fn encoded_columns_stay_as_they_are() {
        let scaling = Scaling::Multiply(10.0);
        let units = units(scaling, &[3], &[false, true, false]);
        let mut numbers = [1.0, 1.0, 1.0];
        Scaler::fit(scaling, &[], &units).unwrap().apply(&mut numbers).unwrap();
        assert_eq!(numbers, [10.0, 1.0, 10.0]);
        let standardize = Scaling::Standardize(Per::Column);
        let units = super::units(standardize, &[2], &[true, false]);
        let mut train = [5.0, 1.0, 5.0, 3.0];
        Scaler::fit(standardize, &train.clone(), &units).unwrap().apply(&mut train).unwrap();
        assert_eq!(train, [5.0, -1.0, 5.0, 1.0]);
    }
}
