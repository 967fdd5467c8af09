//! A rate that falls when the loss of the epochs no longer does.

use crate::spec::Plateau;

/// Falls of the rate that are smaller than this are left out, as in PyTorch (`eps`).
const SMALLEST_FALL: f64 = 1e-8;

/// The rate, and what is remembered of the losses so far.
///
/// Source: PyTorch's ReduceLROnPlateau with `mode: min` and `threshold_mode: rel`.
pub struct PlateauRate {
    options: Plateau,
    rate: f64,
    best: f64,
    /// Epochs in a row without a better loss.
    bad: usize,
    /// Epochs that are still not counted as bad.
    cooldown: usize,
}

impl PlateauRate {
    pub fn new(options: Plateau, rate: f64) -> Self {
        Self { options, rate, best: f64::INFINITY, bad: 0, cooldown: 0 }
    }

    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Takes the loss of an epoch; one that is no number is no better.
    pub fn observe(&mut self, loss: f64) {
        // No share of an infinite loss is a number: the first finite one is better.
        let better = match self.best.is_finite() {
            true => loss < self.best * (1.0 - self.options.threshold),
            false => loss < self.best,
        };
        if better {
            self.best = loss;
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.bad = 0;
        }
        if self.bad > self.options.patience {
            let lower = (self.rate * self.options.factor).max(self.options.min_lr);
            if self.rate - lower > SMALLEST_FALL {
                self.rate = lower;
            }
            self.cooldown = self.options.cooldown;
            self.bad = 0;
        }
    }
}
