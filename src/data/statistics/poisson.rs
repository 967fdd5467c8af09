//! Losses of counts.

use std::f64::consts::PI;

/// The mean of Stirling's approximation of ln t!, t ln t − t + ½ ln(2π t), which Burn takes as 0 up
/// to t = 1.
pub fn mean_log_factorial(counts: &[f64]) -> f64 {
    let term = |count: f64| match count > 1.0 {
        true => count * count.ln() - count + 0.5 * (2.0 * PI * count).ln(),
        false => 0.0,
    };
    counts.iter().map(|count| term(*count)).sum::<f64>() / counts.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stirling_is_near_the_factorial() {
        assert_eq!(mean_log_factorial(&[0.0, 1.0]), 0.0);
        let ln_of_10_factorial = 15.104_412_573_075_516;
        assert!((mean_log_factorial(&[10.0]) - ln_of_10_factorial).abs() < 0.01);
    }
}
