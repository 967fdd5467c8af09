//! Numbers read off recorded outputs. Pure but for the reading itself.

use burn::tensor::Transaction;

use super::evidence::{ActivationEvidence, UnitEvidence};
use crate::device::DeviceFailure;
use crate::model::{Recorded, fetch};

/// Euclidean norm; not finite as soon as one number is not.
pub fn norm(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().fold(0.0f64, |largest, number| largest.max(number.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return if numbers.iter().any(|number| number.is_nan()) { f64::NAN } else { largest };
    }
    // Scaled, so that squares neither overflow nor vanish.
    largest * numbers.iter().map(|number| (number / largest).powi(2)).sum::<f64>().sqrt()
}

/// Root of the mean square; 0 for no numbers.
pub fn root_mean_square(numbers: &[f64]) -> f64 {
    norm(numbers) / (numbers.len().max(1) as f64).sqrt()
}

/// Whether single precision, which models are trained in, has such a number. The CPU device computes in
/// double precision, where 1e39 is finite: what a GPU says of it must be said there, too.
pub fn is_single(number: f64) -> bool {
    number.abs() <= f64::from(f32::MAX)
}

/// How many numbers are NaN, infinite or beyond single precision.
pub fn not_finite(numbers: &[f64]) -> usize {
    numbers.iter().filter(|number| !is_single(**number)).count()
}

/// Mean and standard deviation of the finite numbers.
pub fn moments(numbers: &[f64]) -> (f64, f64) {
    let finite = || numbers.iter().filter(|number| number.is_finite());
    let count = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / count;
    let variance = finite().map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// Median; NaN for no numbers.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => numbers[odd / 2],
        even => (numbers[even / 2 - 1] + numbers[even / 2]) / 2.0,
    }
}

/// What is known of a recorded output: its kind, whether its units can die, and from where on it is flat.
pub struct RecordedKind {
    pub kind: String,
    pub can_die: bool,
    pub flats: Option<Flats>,
}

/// Outputs at and beyond which an activation is flat: its slope is below a hundredth of its steepest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flats {
    pub low: f64,
    pub high: f64,
}

impl Flats {
    /// σ' = σ (1 − σ), at most 1/4: below 1/400 where σ < (1 − √0.99) / 2 or above 1 minus that.
    pub const SIGMOID: Self = Self { low: 0.002_506_281_446_69, high: 0.997_493_718_553_31 };
    /// tanh' = 1 − tanh², at most 1: below 1/100 where |tanh| > √0.99.
    pub const TANH: Self = Self { low: -0.994_987_437_106_62, high: 0.994_987_437_106_62 };
}

/// A recorded output on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub path: String,
    /// With the batch axis.
    pub shape: Vec<usize>,
    pub numbers: Vec<f64>,
}

/// All recorded outputs, read in one transaction.
///
/// # Errors
///
/// When the device cannot hand the numbers over.
pub fn seen(recorded: Vec<Recorded>) -> Result<Vec<Seen>, DeviceFailure> {
    let mut transaction = Transaction::default();
    let mut outputs = Vec::new();
    for Recorded { path, shape, numbers } in recorded {
        transaction = transaction.register(numbers);
        outputs.push((path, shape));
    }
    let numbers = fetch(transaction)?.into_iter().zip(outputs);
    Ok(numbers.map(|(numbers, (path, shape))| Seen { path, shape, numbers }).collect())
}

/// Statistics of all outputs. `kind` says what an output is.
pub fn activations(
    outputs: &[Seen],
    kind: impl Fn(&str) -> RecordedKind,
) -> Vec<ActivationEvidence> {
    let evidence = outputs.iter().map(|Seen { path, shape, numbers }| {
        let RecordedKind { kind, can_die, flats } = kind(path);
        let (mean, deviation) = moments(numbers);
        let saturated = |flats: Flats| {
            let flat =
                numbers.iter().filter(|number| **number <= flats.low || **number >= flats.high);
            flat.count() as f64 / numbers.len().max(1) as f64
        };
        let zeros = numbers.iter().filter(|number| **number == 0.0).count();
        ActivationEvidence {
            kind,
            path: path.clone(),
            mean,
            deviation,
            between: between(numbers, shape.first().copied().unwrap_or(0)),
            saturated_share: flats.map(saturated),
            zero_share: zeros as f64 / numbers.len().max(1) as f64,
            not_finite: not_finite(numbers),
            units: can_die.then(|| units(numbers, shape)),
        }
    });
    evidence.collect()
}

/// Root of the mean variance over the rows, column by column; 0 for one row.
fn between(numbers: &[f64], rows: usize) -> f64 {
    let width = numbers.len() / rows.max(1);
    let column = |column: usize| {
        let values: Vec<f64> = (0..rows).map(|row| numbers[row * width + column]).collect();
        moments(&values).1
    };
    root_mean_square(&(0..width).map(column).collect::<Vec<_>>())
}

/// Counts units that are 0 on every example and at every position.
///
/// Units stand on axis 1 of images (`[batch, channels, height, width]`) and on the last axis of
/// everything else.
fn units(numbers: &[f64], shape: &[usize]) -> UnitEvidence {
    let axis = if shape.len() >= 4 { 1 } else { shape.len() - 1 };
    let count = shape[axis];
    let stride: usize = shape[axis + 1..].iter().product();
    let mut active = vec![false; count];
    for (index, number) in numbers.iter().enumerate() {
        if *number != 0.0 {
            active[index / stride % count] = true;
        }
    }
    UnitEvidence { count, dead: active.iter().filter(|active| !**active).count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_dead_when_it_is_zero_on_all_rows() {
        // Two examples, three features; the second feature is never active.
        let units = units(&[1.0, 0.0, 0.0, 2.0, 0.0, 3.0], &[2, 3]);
        assert_eq!(units, UnitEvidence { count: 3, dead: 1 });
    }

    #[test]
    fn what_is_the_same_for_all_examples_is_nothing_between_them() {
        assert_eq!(between(&[1.0, 5.0, 1.0, 5.0], 2), 0.0);
        // Columns (0, 2) and (5, 5): variances 1 and 0.
        assert!((between(&[0.0, 5.0, 2.0, 5.0], 2) - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!((between(&[1.0, 2.0], 1), between(&[], 0)), (0.0, 0.0));
    }

    #[test]
    fn flats_begin_where_the_slope_is_a_hundredth() {
        let Flats { low, high } = Flats::SIGMOID;
        assert!((4.0 * low * (1.0 - low) - 0.01).abs() < 1e-8 && (low + high - 1.0).abs() < 1e-12);
        assert!((1.0 - Flats::TANH.high.powi(2) - 0.01).abs() < 1e-8);
    }

    #[test]
    fn a_channel_is_alive_when_one_pixel_is() {
        // One example, two channels of 1×2 pixels.
        let units = units(&[0.0, 0.5, 0.0, 0.0], &[1, 2, 1, 2]);
        assert_eq!(units, UnitEvidence { count: 2, dead: 1 });
    }

    #[test]
    fn what_single_precision_lacks_is_not_finite() {
        assert_eq!(not_finite(&[3.4e38, -3.4e38, 1e-300]), 0);
        assert_eq!(not_finite(&[3.5e38, -1e39, f64::NAN, f64::INFINITY]), 4);
    }

    #[test]
    fn norms_neither_overflow_nor_vanish() {
        assert!((norm(&[3e200, 4e200]) - 5e200).abs() < 1e186);
        assert!((norm(&[3e-200, 4e-200]) - 5e-200).abs() < 1e-214);
        assert!(norm(&[1.0, f64::NAN]).is_nan());
        assert_eq!(norm(&[1.0, f64::INFINITY]), f64::INFINITY);
    }

    #[test]
    fn the_median_of_an_even_count_is_between_the_middle_two() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5);
    }
}
