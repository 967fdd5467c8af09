//! `spirals`: arms that wind around each other, one per class.

use std::f64::consts::TAU;

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// x = t · (cos φ, sin φ) + noise · ε with φ = 2π (turns · t + c / k) for class c of k, and ε
/// normal. The t of a class are evenly spaced over (0, 1].
///
/// After K. J. Lang and M. J. Witbrock, "Learning to Tell Two Spirals Apart", Proceedings of the
/// 1988 Connectionist Models Summer School, whose two arms make three turns.
pub(super) fn generate(
    examples: usize,
    classes: usize,
    turns: f64,
    noise: f64,
    random: &mut Random,
) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % classes).collect();
    let mut inputs = Vec::with_capacity(2 * examples);
    for (example, &label) in labels.iter().enumerate() {
        let of_class = (examples - label).div_ceil(classes);
        let t = (example / classes + 1) as f64 / of_class as f64;
        let angle = TAU * (turns * t + label as f64 / classes as f64);
        inputs.push(t * libm::cos(angle) + noise * random.normal());
        inputs.push(t * libm::sin(angle) + noise * random.normal());
    }
    classification(inputs, labels, classes, vec![2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_radius_and_the_class_give_the_angle() {
        let (examples, classes, turns) = (61, 3, 1.5);
        let raw = generate(examples, classes, turns, 0.0, &mut Random::new(1, "test"));
        for (index, point) in raw.inputs.chunks(2).enumerate() {
            let radius = libm::hypot(point[0], point[1]);
            let angle = TAU * (turns * radius + (index % classes) as f64 / classes as f64);
            let (x, y) = (radius * libm::cos(angle), radius * libm::sin(angle));
            assert!((x - point[0]).abs() < 1e-12 && (y - point[1]).abs() < 1e-12, "{index}");
        }
    }

    #[test]
    fn every_arm_ends_at_radius_one() {
        // 21, 20 and 20 examples: the last of each class.
        let raw = generate(61, 3, 2.0, 0.0, &mut Random::new(1, "test"));
        for last in [60, 58, 59] {
            let radius = libm::hypot(raw.inputs[2 * last], raw.inputs[2 * last + 1]);
            assert!((radius - 1.0).abs() < 1e-12, "{last}: {radius}");
        }
    }
}
