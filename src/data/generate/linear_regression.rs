//! `linear_regression`: a line with noise. A linear model solves it.

use super::regression;
use crate::data::raw::Raw;
use crate::random::Random;

/// y = w · x + b + noise · ε, with x and ε normal, w a random direction of length 1 and b uniform
/// in [−1, 1): without noise, y has variance 1.
///
/// After scikit-learn's `make_regression`, whose weights have no fixed length.
pub(super) fn generate(examples: usize, features: usize, noise: f64, random: &mut Random) -> Raw {
    let weights: Vec<f64> = (0..features).map(|_| random.normal()).collect();
    let length = libm::sqrt(weights.iter().map(|weight| weight * weight).sum());
    let bias = 2.0 * random.uniform() - 1.0;
    let mut inputs = Vec::with_capacity(examples * features);
    let mut values = Vec::with_capacity(examples);
    for _ in 0..examples {
        let mut product = 0.0;
        for weight in &weights {
            let x = random.normal();
            product += weight / length * x;
            inputs.push(x);
        }
        values.push(product + bias + noise * random.normal());
    }
    regression(inputs, values, vec![features])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::statistics::column_statistics;

    fn values(raw: &Raw) -> &[f64] {
        match &raw.targets {
            Targets::Values(values) => values,
            _ => panic!("a regression has values"),
        }
    }

    #[test]
    fn one_feature_without_noise_gives_a_line_of_slope_one() {
        let raw = generate(50, 1, 0.0, &mut Random::new(1, "test"));
        for index in 1..50 {
            let rise = values(&raw)[index] - values(&raw)[0];
            let run = raw.inputs[index] - raw.inputs[0];
            assert!((rise.abs() - run.abs()).abs() < 1e-12, "{rise} over {run}");
        }
    }

    #[test]
    fn the_target_has_variance_one_plus_that_of_the_noise() {
        let raw = generate(20_000, 6, 2.0, &mut Random::new(1, "test"));
        let variance = column_statistics(values(&raw), 1)[0].standard_deviation.powi(2);
        // Five standard errors of a normal sample's variance.
        assert!((variance - 5.0).abs() < 5.0 * 5.0 * (2.0 / 20_000f64).sqrt(), "{variance}");
    }
}
