//! A rate that rises and falls between two bounds, again and again.

use crate::spec::{Cyclic, CyclicMode};

/// lr + (max_lr − lr) · max(0, 1 − |t / s − 2c + 1|) · h in step t, counted from 0, with s steps for
/// half a cycle, the cycle c = ⌊1 + t / 2s⌋ and the height h.
///
/// Source: Smith: Cyclical Learning Rates for Training Neural Networks (2017), section 3.1; heights as
/// in PyTorch's CyclicLR.
pub fn rate(cyclic: &Cyclic, learning_rate: f64, step: usize) -> f64 {
    let (step, half) = (step as f64, cyclic.step_size as f64);
    let cycle = (1.0 + step / (2.0 * half)).floor();
    let height = (1.0 - (step / half - 2.0 * cycle + 1.0).abs()).max(0.0);
    let scale = match cyclic.mode {
        CyclicMode::Triangular => 1.0,
        CyclicMode::Triangular2 => 2f64.powf(1.0 - cycle),
        CyclicMode::ExpRange => cyclic.gamma.powf(step),
    };
    learning_rate + (cyclic.max_lr - learning_rate) * height * scale
}
