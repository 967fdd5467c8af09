//! `waves`: sequences whose frequency is the class. No single step tells it.

use std::f64::consts::TAU;

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// x_t = sin(2π (c + 1) t / length + φ) + noise · ε_t for class c, with the phase φ uniform in
/// [0, 2π), drawn for each sequence, and ε normal. Class c has c + 1 periods in a sequence.
///
/// The random phase hides the class from every single step: a model must look at several.
pub(super) fn generate(
    examples: usize,
    classes: usize,
    length: usize,
    noise: f64,
    random: &mut Random,
) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % classes).collect();
    let mut inputs = Vec::with_capacity(examples * length);
    for &label in &labels {
        let phase = TAU * random.uniform();
        let step = TAU * (label + 1) as f64 / length as f64;
        inputs.extend(
            (0..length).map(|t| libm::sin(step * t as f64 + phase) + noise * random.normal()),
        );
    }
    classification(inputs, labels, classes, vec![length, 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    /// The strength of this many periods in a sequence.
    fn power(sequence: &[f64], periods: usize) -> f64 {
        let angle = |t: usize| TAU * (periods * t) as f64 / sequence.len() as f64;
        let sum = |function: fn(f64) -> f64| {
            sequence.iter().enumerate().map(|(t, x)| x * function(angle(t))).sum::<f64>()
        };
        sum(f64::cos).powi(2) + sum(f64::sin).powi(2)
    }

    #[test]
    fn the_strongest_frequency_tells_the_class() {
        let raw = generate(300, 4, 12, 0.2, &mut Random::new(1, "test"));
        let Targets::Classes(labels) = &raw.targets else { panic!("waves have classes") };
        let right = raw
            .inputs
            .chunks(12)
            .zip(labels)
            .filter(|(sequence, label)| {
                let strongest =
                    (1..=4).max_by(|&a, &b| power(sequence, a).total_cmp(&power(sequence, b)));
                strongest == Some(**label + 1)
            })
            .count();
        assert!(right >= 297, "{right} of 300");
    }

    #[test]
    fn every_step_of_every_class_has_the_same_distribution() {
        let raw = generate(6000, 3, 10, 0.0, &mut Random::new(1, "test"));
        for class in 0..3 {
            let first_steps: Vec<f64> =
                raw.inputs.chunks(10).skip(class).step_by(3).map(|sequence| sequence[0]).collect();
            let mean = first_steps.iter().sum::<f64>() / 2000.0;
            let square = first_steps.iter().map(|x| x * x).sum::<f64>() / 2000.0;
            // Five standard errors of a sine at a uniform phase: variances ½ and ⅛.
            assert!(mean.abs() < 5.0 * (0.5f64 / 2000.0).sqrt(), "class {class}: {mean}");
            assert!(
                (square - 0.5).abs() < 5.0 * (0.125f64 / 2000.0).sqrt(),
                "class {class}: {square}"
            );
        }
    }
}
