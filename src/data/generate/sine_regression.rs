//! `sine_regression`: a sine wave with noise. A line cannot follow it.

use std::f64::consts::TAU;

use super::regression;
use crate::data::raw::Raw;
use crate::random::Random;

/// y = sin(2π · periods · x) + noise · ε, with x uniform in [0, 1) and ε normal. No model gets an
/// expected squared error below noise² on examples that it has not seen.
///
/// Source: C. M. Bishop, "Pattern Recognition and Machine Learning" (2006), section 1.1, with one
/// period and a noise of 0.3 (appendix A).
pub(super) fn generate(examples: usize, periods: f64, noise: f64, random: &mut Random) -> Raw {
    let mut inputs = Vec::with_capacity(examples);
    let mut values = Vec::with_capacity(examples);
    for _ in 0..examples {
        let x = random.uniform();
        inputs.push(x);
        values.push(libm::sin(TAU * periods * x) + noise * random.normal());
    }
    regression(inputs, values, vec![1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::statistics::column_statistics;

    fn residuals(noise: f64) -> Vec<f64> {
        let raw = generate(5000, 2.0, noise, &mut Random::new(1, "test"));
        let Targets::Values(values) = &raw.targets else { panic!("a regression has values") };
        raw.inputs.iter().zip(values).map(|(x, y)| y - libm::sin(2.0 * TAU * x)).collect()
    }

    #[test]
    fn without_noise_the_points_lie_on_the_wave() {
        assert!(residuals(0.0).iter().all(|residual| residual.abs() < 1e-12));
    }

    #[test]
    fn the_noise_is_the_standard_deviation() {
        let deviation = column_statistics(&residuals(0.3), 1)[0].standard_deviation;
        // Five standard errors of 5000 deviations.
        assert!((deviation - 0.3).abs() < 5.0 * 0.3 / 10_000f64.sqrt(), "{deviation}");
    }
}
