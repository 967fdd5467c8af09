//! Whether the numbers of an image stand where its shape says: what is next to each other in a picture is
//! more alike than what is further apart.
//!
//! Numbers that were written row by row, or with their channels last, and are read in another shape have
//! their neighbours some places away. Then another shape of as many numbers has them side by side.

use super::dot::dot;
use super::{AxisFacts, NeighbourFacts, Reading};
use crate::data::{Dataset, InputKind};

/// Examples that are looked at, at most, and at least.
const EXAMPLES: usize = 200;
const LEAST: usize = 32;
/// How far apart numbers are that are compared.
const FURTHEST: usize = 4;
/// The least size of an axis on which something is further apart than next to each other.
const SIZE: usize = 3;
/// Other shapes as good as that, of the best one, are as good.
const AS_GOOD: f64 = 0.9;

/// What neighbours are like along height and width of `[channels, height, width]`; none where inputs are
/// no such images, or too few.
pub(super) fn neighbours(data: &Dataset) -> Option<NeighbourFacts> {
    let [channels, height, width] = *data.shape.as_slice() else { return None };
    let is_image = data.input == InputKind::Float && height >= SIZE && width >= SIZE;
    if !is_image || data.train.len() < LEAST {
        return None;
    }
    let numbers = Deviations::of(data);
    let given = Reading { shape: [channels, height, width], channels_last: false };
    let axes = [0, 1].map(|axis| {
        let at = |apart: usize| numbers.correlation(given, axis, apart);
        let further = (2..=FURTHEST).map(|apart| (apart, at(apart)));
        let (apart, further) =
            further.fold((2, f64::MIN), |best, found| if found.1 > best.1 { found } else { best });
        AxisFacts { next: at(1), apart, further }
    });
    let facts = NeighbourFacts { given, axes, better: None };
    let better = facts.is_out_of_place().then(|| better(&numbers, given)).flatten();
    Some(NeighbourFacts { better, ..facts })
}

/// The shape of as many numbers and no more channels in which neighbours are most alike, and how much they
/// are along the axis where they are less so.
fn better(numbers: &Deviations, given: Reading) -> Option<(Reading, f64)> {
    let [channels, height, width] = given.shape;
    let all = channels * height * width;
    let mut found: Vec<(Reading, f64)> = Vec::new();
    for channels in (1..=channels).filter(|channels| all.is_multiple_of(*channels)) {
        let places = all / channels;
        let heights = (SIZE..=places / SIZE).filter(|height| places.is_multiple_of(*height));
        for height in heights {
            for channels_last in [false, true] {
                let reading = Reading { shape: [channels, height, places / height], channels_last };
                let of = |axis: usize| numbers.correlation(reading, axis, 1);
                if reading != given && (channels > 1 || !channels_last) {
                    found.push((reading, of(0).min(of(1))));
                }
            }
        }
    }
    let best = found.iter().map(|(_, least)| *least).fold(f64::MIN, f64::max);
    let good = found.into_iter().filter(|(_, least)| *least >= AS_GOOD * best);
    // Of those one with as many channels as were said, or the plainest.
    good.min_by_key(|(reading, _)| {
        let [channels, height, width] = reading.shape;
        (channels != given.shape[0], channels, height.abs_diff(width))
    })
}

/// Inputs without the mean of each number.
struct Deviations {
    /// Number by number, then example by example.
    columns: Vec<Vec<f64>>,
    squares: Vec<f64>,
}

impl Deviations {
    fn of(data: &Dataset) -> Self {
        Self::of_rows(&data.train.inputs, data.example_len())
    }

    /// Of the first rows of so many numbers each.
    fn of_rows(inputs: &[f64], length: usize) -> Self {
        let count = (inputs.len() / length.max(1)).min(EXAMPLES);
        let of_column = |column: usize| {
            let values: Vec<f64> =
                (0..count).map(|example| inputs[example * length + column]).collect();
            let mean = values.iter().sum::<f64>() / count as f64;
            values.into_iter().map(|value| value - mean).collect::<Vec<f64>>()
        };
        let columns: Vec<Vec<f64>> = (0..length).map(of_column).collect();
        let squares = columns.iter().map(|column| dot(column, column)).collect();
        Self { columns, squares }
    }

    /// The correlation of numbers so far apart along height (0) or width (1), over all such pairs and all
    /// examples; 0 where nothing varies.
    fn correlation(&self, reading: Reading, axis: usize, apart: usize) -> f64 {
        let [channels, height, width] = reading.shape;
        let steps = [[apart, 0], [0, apart]][axis];
        let (mut product, mut first, mut second) = (0.0, 0.0, 0.0);
        for channel in 0..channels {
            for row in 0..height.saturating_sub(steps[0]) {
                for column in 0..width.saturating_sub(steps[1]) {
                    let one = reading.index(channel, row, column);
                    let other = reading.index(channel, row + steps[0], column + steps[1]);
                    product += dot(&self.columns[one], &self.columns[other]);
                    first += self.squares[one];
                    second += self.squares[other];
                }
            }
        }
        let scale = (first * second).sqrt();
        if scale > 0.0 { product / scale } else { 0.0 }
    }
}

impl Reading {
    /// Where the number of that place stands among those of an example.
    fn index(self, channel: usize, row: usize, column: usize) -> usize {
        let [channels, height, width] = self.shape;
        match self.channels_last {
            true => (row * width + column) * channels + channel,
            false => (channel * height + row) * width + column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Pictures of three channels that change slowly from place to place, each by itself, in this order.
    fn pictures(written: Reading) -> Vec<f64> {
        let mut random = Random::new(7, "pictures");
        let [channels, height, width] = written.shape;
        let mut inputs = Vec::new();
        for _ in 0..LEAST {
            let mut picture = vec![0.0; channels * height * width];
            for channel in 0..channels {
                let [start, down, across] = [0; 3].map(|_| random.normal());
                for row in 0..height {
                    for column in 0..width {
                        let angle =
                            3.0 * start + 0.5 * (down * row as f64 + across * column as f64);
                        picture[written.index(channel, row, column)] = angle.sin();
                    }
                }
            }
            inputs.extend(picture);
        }
        inputs
    }

    #[test]
    fn the_order_in_which_pictures_were_written_is_found() {
        let given = Reading { shape: [3, 6, 8], channels_last: false };
        for written in [
            Reading { shape: [3, 8, 6], channels_last: false },
            Reading { shape: [3, 8, 6], channels_last: true },
            Reading { shape: [3, 6, 8], channels_last: true },
        ] {
            let numbers = Deviations::of_rows(&pictures(written), 144);
            let (found, alike) = better(&numbers, given).expect("there are other shapes");
            assert_eq!(found, written);
            assert!(alike > 0.5, "{alike}");
        }
    }

    #[test]
    fn numbers_next_to_each_other_are_alike_where_they_belong_together() {
        let right = Reading { shape: [3, 6, 8], channels_last: false };
        let numbers = Deviations::of_rows(&pictures(right), 144);
        let [next, further] = [1, 4].map(|apart| numbers.correlation(right, 1, apart));
        assert!(next > 0.5 && next > further, "{next} {further}");
        let last = Reading { channels_last: true, ..right };
        assert!(numbers.correlation(last, 1, 1) < next);
    }
}
