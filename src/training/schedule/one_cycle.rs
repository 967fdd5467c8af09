//! A rate that rises once and falls once.

use std::f64::consts::PI;

use crate::spec::OneCycle;

/// From lr / div_factor in step 0 to lr in step pct_start · n − 1, and from there to lr / (div_factor ·
/// final_div_factor) in step n − 1, of n steps. Where the rise is shorter than one step, the fall
/// begins in step 0.
///
/// Source: Smith, Topin: Super-Convergence (2017); PyTorch's OneCycleLR with two phases.
pub fn rate(cycle: &OneCycle, learning_rate: f64, steps: usize, step: usize) -> f64 {
    let first = learning_rate / cycle.div_factor;
    let last = first / cycle.final_div_factor;
    let end = steps as f64 - 1.0;
    let top = (cycle.pct_start * steps as f64 - 1.0).max(0.0);
    let step = (step as f64).min(end);
    match step < top {
        true => between(first, learning_rate, step / top, cycle.linear),
        // A run of one step is all top.
        false if end <= top => learning_rate,
        false => between(learning_rate, last, (step - top) / (end - top), cycle.linear),
    }
}

/// The rate at this share of the way from one to the other.
fn between(from: f64, to: f64, share: f64, linear: bool) -> f64 {
    match linear {
        true => from + (to - from) * share,
        false => to + (from - to) / 2.0 * (1.0 + (PI * share).cos()),
    }
}
