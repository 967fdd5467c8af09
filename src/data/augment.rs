//! `augment:` — training examples that are changed each time they are seen. The changes are drawn on
//! the host, from a random stream of their own: what a spec trains on is the same on every device.
//!
//! Of an image x of `[channels, height, width]`, in this order, each example by itself:
//!
//! - flip: with probability 1/2 y[c, i, j] = x[c, i, width − 1 − j]; then, with probability 1/2,
//!   the same along the height.
//! - crop by p: y[c, i, j] = x[c, i + a, j + b] with a and b uniform in −p..=p, and 0 where x has no
//!   such pixel: p pixels of zeros around the image, out of which one of its size is cut.
//! - shift by p: the same, but with the nearest pixel of x where it has none: the border goes on.
//!
//! And of any numbers: noise: y = x + σ · n, n normal with mean 0 and variance 1, for each number.
//!
//! All of it happens to scaled numbers. Source: A. Krizhevsky, I. Sutskever and G. E. Hinton,
//! "ImageNet Classification with Deep Convolutional Neural Networks" (2012), section 4.1; cropping
//! out of padding as K. He, X. Zhang, S. Ren and J. Sun, "Deep Residual Learning for Image
//! Recognition" (2016), section 4.2; noise after C. M. Bishop, "Training with Noise is Equivalent
//! to Tikhonov Regularization" (1995).

use super::{DataError, InputKind};
use crate::random::Random;
use crate::spec::Augment;

/// Changes the examples of one training run, one batch after the other.
#[derive(Debug)]
pub struct Augmenter {
    augment: Augment,
    /// Of one example.
    shape: Vec<usize>,
    random: Random,
}

/// What stands where an image has no pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outside {
    Zero,
    Border,
}

impl Augmenter {
    pub fn new(augment: &Augment, shape: &[usize], seed: u64) -> Self {
        let random = Random::new(seed, "augment");
        Self { augment: augment.clone(), shape: shape.to_vec(), random }
    }

    /// Changes examples that stand row-major, one after the other.
    pub fn change(&mut self, inputs: &mut [f64]) {
        let length = self.shape.iter().product::<usize>().max(1);
        for example in inputs.chunks_mut(length) {
            if let &[_, height, width] = self.shape.as_slice() {
                self.move_pixels(example, height, width);
            }
            if let Some(deviation) = self.augment.noise {
                example.iter_mut().for_each(|number| *number += deviation * self.random.normal());
            }
        }
    }

    fn move_pixels(&mut self, image: &mut [f64], height: usize, width: usize) {
        if self.augment.flip_horizontal && self.random.sign() < 0.0 {
            image.chunks_mut(width).for_each(<[f64]>::reverse);
        }
        if self.augment.flip_vertical && self.random.sign() < 0.0 {
            for channel in image.chunks_mut(height * width) {
                // From its end, with each row from its own end, only the rows change places.
                channel.reverse();
                channel.chunks_mut(width).for_each(<[f64]>::reverse);
            }
        }
        let moves = [(&self.augment.crop, Outside::Zero), (&self.augment.shift, Outside::Border)];
        for (most, outside) in moves {
            let Some(most) = most else { continue };
            let [down, right] = [(); 2].map(|()| offset(most.value, &mut self.random));
            for channel in image.chunks_mut(height * width) {
                let moved = moved(channel, [height, width], [down, right], outside);
                channel.copy_from_slice(&moved);
            }
        }
    }
}

/// Uniform in `−most..=most`.
fn offset(most: usize, random: &mut Random) -> isize {
    random.below(2 * most + 1) as isize - most as isize
}

/// One channel, of which each pixel is the one so many rows and columns away.
fn moved(
    channel: &[f64],
    [height, width]: [usize; 2],
    [down, right]: [isize; 2],
    outside: Outside,
) -> Vec<f64> {
    let source = |place: usize, by: isize, size: usize| -> Option<usize> {
        let place = place as isize + by;
        match outside {
            Outside::Zero => usize::try_from(place).ok().filter(|place| *place < size),
            Outside::Border => Some(place.clamp(0, size as isize - 1) as usize),
        }
    };
    let pixel = |row: usize, column: usize| {
        let place = source(row, down, height).zip(source(column, right, width));
        place.map_or(0.0, |(row, column)| channel[row * width + column])
    };
    (0..height)
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| pixel(row, column))
        .collect()
}

/// Checks that these changes can be made to inputs of this shape, and leave their targets right,
/// which may be answers to each place of the input.
///
/// # Errors
///
/// Tokens; pixels that are to move where the input is no image, where they would all leave it, and
/// where the targets have an answer at each of several places.
pub(super) fn check(
    augment: &Augment,
    input: InputKind,
    shape: &[usize],
    answers_places: bool,
) -> Result<(), DataError> {
    if input != InputKind::Float {
        return Err(DataError::AugmentedTokens);
    }
    if !augment.moves_pixels() {
        return Ok(());
    }
    let &[_, height, width] = shape else {
        return Err(DataError::AugmentedShape { shape: shape.to_vec() });
    };
    let size = height.min(width);
    for (option, most) in [("crop", &augment.crop), ("shift", &augment.shift)] {
        if let Some(most) = most.as_ref().filter(|most| most.value >= size) {
            return Err(DataError::AugmentedTooFar { option, pixels: most.value, size });
        }
    }
    if answers_places {
        return Err(DataError::AugmentedPlaces);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Span, Spanned};

    fn pixels(most: usize) -> Option<Spanned<usize>> {
        Some(Spanned::new(most, Span::default()))
    }

    /// All that becomes of the image in many draws, each once.
    fn outcomes(augment: &Augment, shape: &[usize], image: &[f64]) -> Vec<Vec<f64>> {
        let mut augmenter = Augmenter::new(augment, shape, 1);
        let mut inputs = image.repeat(500);
        augmenter.change(&mut inputs);
        let mut seen: Vec<Vec<f64>> = inputs.chunks(image.len()).map(<[f64]>::to_vec).collect();
        seen.sort_by(|a, b| a.partial_cmp(b).unwrap());
        seen.dedup();
        seen
    }

    #[test]
    fn a_flip_changes_over_the_sides_of_every_channel() {
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let horizontal = Augment { flip_horizontal: true, ..Augment::default() };
        let mirrored = vec![2.0, 1.0, 4.0, 3.0, 6.0, 5.0, 8.0, 7.0];
        assert_eq!(outcomes(&horizontal, &[2, 2, 2], &image), [image.to_vec(), mirrored]);
        let vertical = Augment { flip_vertical: true, ..Augment::default() };
        let upside_down = vec![3.0, 4.0, 1.0, 2.0, 7.0, 8.0, 5.0, 6.0];
        assert_eq!(outcomes(&vertical, &[2, 2, 2], &image), [image.to_vec(), upside_down]);
        let both = Augment { flip_vertical: true, ..horizontal };
        assert_eq!(outcomes(&both, &[2, 2, 2], &image).len(), 4);
    }

    #[test]
    fn a_crop_fills_up_with_zeros_and_a_shift_with_the_border() {
        let image = [1.0, 2.0, 3.0];
        let crop = Augment { crop: pixels(1), ..Augment::default() };
        let cropped = outcomes(&crop, &[1, 1, 3], &image);
        // A row above or below is all zeros.
        let zeros = vec![0.0; 3];
        let expected = [zeros, vec![0.0, 1.0, 2.0], image.to_vec(), vec![2.0, 3.0, 0.0]];
        assert_eq!(cropped, expected);
        let shift = Augment { shift: pixels(1), ..Augment::default() };
        let shifted = outcomes(&shift, &[1, 1, 3], &image);
        assert_eq!(shifted, [vec![1.0, 1.0, 2.0], image.to_vec(), vec![2.0, 3.0, 3.0]]);
    }

    #[test]
    fn rows_and_columns_move_by_themselves() {
        let image = [1.0, 2.0, 3.0, 4.0];
        let moved = |by| moved(&image, [2, 2], by, Outside::Zero);
        assert_eq!(moved([1, 0]), [3.0, 4.0, 0.0, 0.0]);
        assert_eq!(moved([0, -1]), [0.0, 1.0, 0.0, 3.0]);
        assert_eq!(moved([-1, 1]), [0.0, 0.0, 2.0, 0.0]);
        let crop = Augment { crop: pixels(1), ..Augment::default() };
        assert_eq!(outcomes(&crop, &[1, 2, 2], &image).len(), 9);
    }

    #[test]
    fn noise_has_the_promised_deviation_whatever_the_shape() {
        let augment = Augment { noise: Some(0.5), ..Augment::default() };
        let mut inputs = vec![2.0; 20_000];
        Augmenter::new(&augment, &[10], 1).change(&mut inputs);
        let mean = inputs.iter().sum::<f64>() / 2e4;
        let variance = inputs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
        // Five standard errors: 0.5 / √20000, and 0.25 · √(2 / 20000).
        assert!((mean - 2.0).abs() < 0.018, "{mean}");
        assert!((variance - 0.25).abs() < 0.0125, "{variance}");
    }

    #[test]
    fn the_seed_alone_decides_and_no_two_batches_are_changed_alike() {
        let augment = Augment { noise: Some(1.0), ..Augment::default() };
        let run = |seed| {
            let mut augmenter = Augmenter::new(&augment, &[4], seed);
            [(); 2].map(|()| {
                let mut batch = vec![0.0; 8];
                augmenter.change(&mut batch);
                batch
            })
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert_ne!(run(7)[0], run(7)[1]);
    }

    #[test]
    fn what_cannot_be_changed_is_refused() {
        let image = [1, 4, 6];
        let flip = Augment { flip_horizontal: true, ..Augment::default() };
        let noise = Augment { noise: Some(0.1), ..Augment::default() };
        let float = InputKind::Float;
        assert_eq!(check(&flip, float, &image, false), Ok(()));
        assert_eq!(check(&noise, float, &[7], true), Ok(()));
        let tokens = InputKind::Tokens { vocabulary: 3 };
        let refused = check(&noise, tokens, &[7], false);
        assert_eq!(refused, Err(DataError::AugmentedTokens));
        let refused = check(&flip, float, &[7], false);
        assert_eq!(refused, Err(DataError::AugmentedShape { shape: vec![7] }));
        let far = Augment { shift: pixels(4), ..Augment::default() };
        let refused = check(&far, float, &image, false);
        let expected = DataError::AugmentedTooFar { option: "shift", pixels: 4, size: 4 };
        assert_eq!(refused, Err(expected));
        assert_eq!(check(&flip, float, &image, true), Err(DataError::AugmentedPlaces));
    }
}
