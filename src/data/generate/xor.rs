//! `xor`: whether two signs differ. No straight line separates the classes.

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Points uniform in the square [−1, 1)²; the class is 1 where the signs of the coordinates differ.
/// Then both coordinates get normal noise of this standard deviation, which carries some points
/// over the border.
///
/// Source: M. Minsky and S. Papert, "Perceptrons" (1969): the simplest function that a perceptron
/// without a hidden layer cannot have.
pub(super) fn generate(examples: usize, noise: f64, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 2).collect();
    let mut inputs = Vec::with_capacity(2 * examples);
    for &label in &labels {
        let sign = random.sign();
        let other = if label == 0 { sign } else { -sign };
        let (x, y) = (sign * random.uniform(), other * random.uniform());
        inputs.extend([x + noise * random.normal(), y + noise * random.normal()]);
    }
    classification(inputs, labels, 2, vec![2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_class_is_whether_the_signs_differ() {
        let raw = generate(400, 0.0, &mut Random::new(1, "test"));
        let mut quadrants = [0; 4];
        for (index, point) in raw.inputs.chunks(2).enumerate() {
            assert_eq!((point[0] < 0.0) != (point[1] < 0.0), index % 2 == 1, "{point:?}");
            assert!(point.iter().all(|x| x.abs() < 1.0));
            quadrants[2 * usize::from(point[0] < 0.0) + usize::from(point[1] < 0.0)] += 1;
        }
        // Each has 100 in the mean; five standard deviations of 200 coin tosses are 35.
        assert!(quadrants.iter().all(|count| (65..=135).contains(count)), "{quadrants:?}");
    }
}
