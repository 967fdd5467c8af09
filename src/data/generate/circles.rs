//! `circles`: a circle in a circle. No straight line separates them.

use std::f64::consts::TAU;

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Class 0: (cos θ, sin θ). Class 1: factor · (cos θ, sin θ). The θ of a class are evenly spaced
/// over [0, 2π); both coordinates get normal noise of this standard deviation.
///
/// Source: scikit-learn's `make_circles`.
pub(super) fn generate(examples: usize, factor: f64, noise: f64, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 2).collect();
    let mut inputs = Vec::with_capacity(2 * examples);
    for (example, &label) in labels.iter().enumerate() {
        let of_class = (examples + 1 - label) / 2;
        let angle = TAU * (example / 2) as f64 / of_class as f64;
        let radius = if label == 0 { 1.0 } else { factor };
        inputs.push(radius * libm::cos(angle) + noise * random.normal());
        inputs.push(radius * libm::sin(angle) + noise * random.normal());
    }
    classification(inputs, labels, 2, vec![2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_radius_tells_the_class_and_the_angles_go_round() {
        let raw = generate(101, 0.25, 0.0, &mut Random::new(1, "test"));
        for (index, point) in raw.inputs.chunks(2).enumerate() {
            let radius = libm::hypot(point[0], point[1]);
            let expected = if index % 2 == 0 { 1.0 } else { 0.25 };
            assert!((radius - expected).abs() < 1e-12, "{index}: {radius}");
        }
        // Evenly spaced points of a whole circle have the centre as their mean.
        for axis in 0..2 {
            let outer: f64 = raw.inputs.iter().skip(axis).step_by(4).sum();
            assert!(outer.abs() < 1e-12, "{outer}");
        }
    }

    #[test]
    fn the_noise_is_the_standard_deviation() {
        let raw = generate(4000, 0.5, 0.3, &mut Random::new(1, "test"));
        let exact = generate(4000, 0.5, 0.0, &mut Random::new(1, "test"));
        let squares: f64 =
            raw.inputs.iter().zip(&exact.inputs).map(|(a, b)| (a - b) * (a - b)).sum();
        let deviation = (squares / 8000.0).sqrt();
        // Five standard errors of 8000 deviations.
        assert!((deviation - 0.3).abs() < 5.0 * 0.3 / 16000f64.sqrt(), "{deviation}");
    }
}
