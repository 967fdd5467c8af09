//! `nonlinear_regression`: Friedman's first problem. A linear model cannot solve it.

use std::f64::consts::PI;

use super::regression;
use crate::data::raw::Raw;
use crate::random::Random;

/// y = 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise · ε, with x uniform in [0, 1) and ε
/// normal. Mean 14.4 and variance 23.8 without noise.
///
/// Source: J. H. Friedman, "Multivariate Adaptive Regression Splines", The Annals of Statistics 19
/// (1991), section 4.3; there with noise 1.
pub(super) fn generate(examples: usize, noise: f64, random: &mut Random) -> Raw {
    let mut inputs = Vec::with_capacity(5 * examples);
    let mut values = Vec::with_capacity(examples);
    for _ in 0..examples {
        let x = [(); 5].map(|()| random.uniform());
        let centred = x[2] - 0.5;
        let value = 10.0 * libm::sin(PI * x[0] * x[1])
            + 20.0 * centred * centred
            + 10.0 * x[3]
            + 5.0 * x[4];
        inputs.extend(x);
        values.push(value + noise * random.normal());
    }
    regression(inputs, values, vec![5])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::statistics::column_statistics;

    fn values(noise: f64) -> Vec<f64> {
        match generate(20_000, noise, &mut Random::new(1, "test")).targets {
            Targets::Values(values) => values,
            _ => panic!("a regression has values"),
        }
    }

    #[test]
    fn inputs_are_uniform() {
        let raw = generate(20_000, 0.0, &mut Random::new(1, "test"));
        for column in column_statistics(&raw.inputs, 5) {
            assert!(column.minimum >= 0.0 && column.maximum < 1.0, "{column:?}");
            assert!((column.mean - 0.5).abs() < 0.01, "{column:?}");
            assert!(
                (column.standard_deviation - (1.0f64 / 12.0).sqrt()).abs() < 0.01,
                "{column:?}"
            );
        }
    }

    /// Integrating term by term: the mean of 10 sin(π x₁ x₂) is 10/π · Σ over the sine's series =
    /// 5.24; of 20 (x₃ − ½)² it is 20/12; of the rest 7.5.
    #[test]
    fn the_target_has_the_mean_and_variance_of_the_formula() {
        let column = column_statistics(&values(0.0), 1)[0];
        assert!((column.mean - 14.41).abs() < 0.17, "{column:?}");
        assert!((column.standard_deviation.powi(2) - 23.8).abs() < 1.0, "{column:?}");
    }

    #[test]
    fn noise_adds_its_variance() {
        let column = column_statistics(&values(3.0), 1)[0];
        assert!((column.standard_deviation.powi(2) - 32.8).abs() < 1.5, "{column:?}");
    }
}
