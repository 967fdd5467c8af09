//! Scaling of columns.

use super::statistics::column_statistics;
use crate::spec::Scaling;

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
    /// Learns a scaling from the training part: row-major numbers of `columns` columns.
    ///
    /// Standardizing takes mean and standard deviation of each column (divisor n). A constant
    /// column has none to divide by: it becomes 0.
    ///
    /// # Errors
    ///
    /// A range without extent, and a factor or bound that is not finite.
    pub(super) fn fit(scaling: Scaling, train: &[f64], columns: usize) -> Result<Self, ScaleError> {
        let columns = match scaling {
            Scaling::None => vec![IDENTITY; columns],
            Scaling::Standardize => column_statistics(train, columns)
                .iter()
                .map(|column| {
                    let constant = column.minimum == column.maximum;
                    Affine {
                        offset: if constant { column.minimum } else { column.mean },
                        // Of numbers too close together to have one, too.
                        divisor: if constant || column.standard_deviation == 0.0 {
                            1.0
                        } else {
                            column.standard_deviation
                        },
                        factor: 1.0,
                    }
                })
                .collect(),
            Scaling::MinMax { low, high } => {
                let range = high - low;
                if !(range > 0.0 && range.is_finite()) {
                    return Err(ScaleError::Range { low, high });
                }
                vec![Affine { offset: low, divisor: range, ..IDENTITY }; columns]
            }
            Scaling::Multiply(factor) => {
                if !factor.is_finite() {
                    return Err(ScaleError::Factor { factor });
                }
                vec![Affine { factor, ..IDENTITY }; columns]
            }
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scaling: Scaling, train: &[f64], numbers: &[f64], columns: usize) -> Vec<f64> {
        let mut numbers = numbers.to_vec();
        Scaler::fit(scaling, train, columns).unwrap().apply(&mut numbers).unwrap();
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
        assert_eq!(scaled(Scaling::Standardize, &train, &train, 2), [-1.0, -1.0, 1.0, 1.0]);
        assert_eq!(scaled(Scaling::Standardize, &train, &[5.0, 20.0], 2), [3.0, 0.0]);
    }

    #[test]
    fn a_constant_column_becomes_zero_and_is_not_blown_up() {
        // The mean of many 0.1 is not 0.1 in floating point.
        let train = [0.1; 1000];
        assert_eq!(scaled(Scaling::Standardize, &train, &[0.1, 0.6], 1), [0.0, 0.5]);
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
            let error = Scaler::fit(Scaling::MinMax { low, high }, &[], 1).unwrap_err();
            assert!(matches!(error, ScaleError::Range { .. }), "{error:?}");
        }
        let error = Scaler::fit(Scaling::Multiply(f64::INFINITY), &[], 1).unwrap_err();
        assert!(matches!(error, ScaleError::Factor { .. }), "{error:?}");
    }

    #[test]
    fn a_result_that_is_no_number_is_refused() {
        let scaler = Scaler::fit(Scaling::Multiply(1e300), &[], 1).unwrap();
        assert_eq!(scaler.apply(&mut [1e300]), Err(ScaleError::Overflow));
    }
}
