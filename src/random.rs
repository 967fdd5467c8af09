//! Random numbers that are the same on every platform, forever.
//!
//! Weights, splits, shuffles, dropout masks and generated data come from here and from nowhere
//! else: a snapshot must survive a change of machine. So this module knows no device, no clock
//! and no global state, and it uses no function of the platform's mathematics library, whose last
//! bits differ between systems.
//!
//! Changing a number that comes out of here changes every accepted snapshot of every user: the
//! tests pin them.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::hash::fnv1a;

/// A seeded generator for one purpose.
///
/// The numbers depend on the seed and on the name of the stream. Two streams of one seed share no
/// numbers, so drawing one more weight does not move the split.
///
/// Method: ChaCha with 8 rounds (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008). Its key
/// is the seed (8 bytes), the FNV-1a hash of the stream's name (8 bytes), both little-endian, and
/// 16 zero bytes.
#[derive(Debug, Clone)]
pub struct Random {
    generator: ChaCha8Rng,
    /// The second number of the last Box–Muller pair.
    spare_normal: Option<f64>,
}

impl Random {
    pub fn new(seed: u64, stream: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fnv1a(stream).to_le_bytes());
        Self { generator: ChaCha8Rng::from_seed(key), spare_normal: None }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in `[0, 1)`: the upper 53 bits of a 64-bit number, divided by 2⁵³.
    pub fn uniform(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
        (self.generator.next_u64() >> 11) as f64 * SCALE
    }

    /// Normal with mean 0 and variance 1.
    ///
    /// Method: G. E. P. Box and M. E. Muller, "A Note on the Generation of Random Normal
    /// Deviates", Annals of Mathematical Statistics 29 (1958): for uniform u and v in `(0, 1]` and
    /// `[0, 1)`, `√(−2 ln u) · cos 2πv` and `√(−2 ln u) · sin 2πv` are independent and normal. Two
    /// calls use two uniform numbers.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        // 1 − uniform is never 0, so the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        let angle = TAU * self.uniform();
        self.spare_normal = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// A whole number in `0..n`, each equally likely.
    ///
    /// Method: the upper half of the 128-bit product of n and a 64-bit number, with the few
    /// products rejected that would favour some results (D. Lemire, "Fast Random Integer
    /// Generation in an Interval", ACM TOMACS 29, 2019).
    ///
    /// # Panics
    ///
    /// When `n` is 0: there is no such number.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "no whole number lies below 0");
        let n = n as u64;
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.generator.next_u64()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// The numbers `0..n` in random order, each order equally likely (Fisher–Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// Puts items into random order, each order equally likely (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// −1 or 1, each equally likely.
    pub fn sign(&mut self) -> f64 {
        if self.below(2) == 0 { -1.0 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniforms(seed: u64, stream: &str, count: usize) -> Vec<f64> {
        let mut random = Random::new(seed, stream);
        (0..count).map(|_| random.uniform()).collect()
    }

    /// The expected numbers come from a second implementation of the documented methods, written
    /// apart from this one (in Python).
    #[test]
    fn the_numbers_are_the_documented_ones() {
        let golden = || Random::new(42, "golden");
        let mut random = golden();
        assert_eq!(
            [random.uniform(), random.uniform(), random.uniform(), random.uniform()],
            [0.8741895914465151, 0.7324311804384553, 0.34443090242601226, 0.5170983503751153]
        );
        let mut random = golden();
        assert_eq!(
            [random.normal(), random.normal(), random.normal(), random.normal()],
            [-0.22431201840116297, -2.02376938332407, -0.9136704078526142, -0.09853691926249207]
        );
        let mut random = golden();
        assert_eq!([(); 8].map(|()| random.below(1000)), [874, 732, 344, 517, 423, 350, 803, 337]);
        assert_eq!(golden().permutation(10), [5, 0, 4, 9, 1, 7, 3, 2, 6, 8]);
        let mut random = golden();
        assert_eq!([(); 8].map(|()| random.sign()), [1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0]);
    }

    #[test]
    fn one_seed_and_stream_give_the_same_numbers() {
        assert_eq!(uniforms(42, "split", 100), uniforms(42, "split", 100));
    }

    #[test]
    fn streams_and_seeds_share_no_numbers() {
        let mut seen: Vec<u64> = [(42, "split"), (42, "weights"), (43, "split"), (0, "")]
            .iter()
            .flat_map(|&(seed, stream)| uniforms(seed, stream, 1000))
            .map(f64::to_bits)
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 4000);
    }

    #[test]
    fn uniform_lies_in_its_range_with_its_mean_and_variance() {
        let numbers = uniforms(1, "uniform", 100_000);
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
        // Five standard errors of each estimate.
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12f64 / 1e5).sqrt(), "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 5.0 * (1.0 / 180f64 / 1e5).sqrt(), "{variance}");
    }

    #[test]
    fn normal_has_the_moments_of_the_normal_distribution() {
        let mut random = Random::new(1, "normal");
        let numbers: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let moment = |power| numbers.iter().map(|x: &f64| x.powi(power)).sum::<f64>() / 1e5;
        // Five standard errors: √(1, 2, 15, 96 over n) for the first four moments.
        for (power, expected, variance) in
            [(1, 0.0, 1.0f64), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)]
        {
            let bound = 5.0 * (variance / 1e5).sqrt();
            assert!((moment(power) - expected).abs() < bound, "moment {power}: {}", moment(power));
        }
        let pairs = numbers.chunks_exact(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / 5e4;
        assert!(pairs.abs() < 5.0 / 5e4f64.sqrt(), "the numbers of a pair go together: {pairs}");
    }

    #[test]
    fn below_reaches_every_number_equally_often() {
        let mut random = Random::new(1, "below");
        let mut counts = [0usize; 7];
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
        }
        let five_standard_errors = 5.0 * (70_000.0f64 * (1.0 / 7.0) * (6.0 / 7.0)).sqrt();
        for count in counts {
            assert!((count as f64 - 10_000.0).abs() < five_standard_errors, "{counts:?}");
        }
        assert_eq!(random.below(1), 0);
    }

    #[test]
    fn a_permutation_holds_every_number_once_and_every_order_comes_up() {
        let mut random = Random::new(1, "permutation");
        let mut sorted = random.permutation(1000);
        assert_ne!(sorted, (0..1000).collect::<Vec<_>>());
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        let orders: std::collections::BTreeSet<_> =
            (0..200).map(|_| random.permutation(3)).collect();
        assert_eq!(orders.len(), 6);
        assert!(random.permutation(0).is_empty());
    }

    #[test]
    fn signs_are_balanced() {
        let mut random = Random::new(1, "sign");
        let signs: Vec<f64> = (0..10_000).map(|_| random.sign()).collect();
        assert!(signs.iter().all(|sign| sign.abs() == 1.0));
        assert!(signs.iter().sum::<f64>().abs() < 500.0);
    }
}
