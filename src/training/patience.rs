//! When a loss that is watched has stopped falling.

use crate::spec::EarlyStopping;

/// The losses of the epochs so far, as far as early stopping remembers them.
#[derive(Debug)]
pub struct Patience {
    patience: usize,
    threshold: f64,
    best: f64,
    waited: usize,
}

impl Patience {
    pub fn new(stopping: &EarlyStopping) -> Self {
        let (patience, threshold) = (stopping.patience, stopping.threshold);
        Self { patience, threshold, best: f64::INFINITY, waited: 0 }
    }

    /// The lowest loss so far.
    pub fn best(&self) -> f64 {
        self.best
    }

    /// Takes the loss of an epoch; whether the training ends with it. A loss that is no number is no
    /// better.
    pub fn is_out_after(&mut self, loss: f64) -> bool {
        if loss < self.best - self.threshold {
            self.best = loss;
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        self.waited >= self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Span, Spanned, StoppingMetric};

    /// The epoch, from 1, with which the training ends.
    fn end(patience: usize, threshold: f64, losses: &[f64]) -> Option<usize> {
        let metric = Spanned::new(StoppingMetric::Training, Span::default());
        let mut patience = Patience::new(&EarlyStopping { metric, patience, threshold });
        losses.iter().position(|loss| patience.is_out_after(*loss)).map(|epoch| epoch + 1)
    }

    #[test]
    fn training_ends_after_so_many_epochs_in_a_row_without_a_better_loss() {
        assert_eq!(end(2, 0.0, &[3.0, 2.0, 2.0, 1.0, 1.5, 1.0, 0.5]), Some(6));
        assert_eq!(end(3, 0.0, &[3.0, 2.0, 2.0, 1.0, 1.5, 1.0, 0.5]), None);
        assert_eq!(end(1, 0.0, &[1.0, f64::NAN]), Some(2));
    }

    #[test]
    fn a_better_loss_is_lower_by_more_than_the_threshold() {
        assert_eq!(end(2, 0.5, &[3.0, 2.75, 2.5, 2.0]), Some(3));
        assert_eq!(end(2, 0.25, &[3.0, 2.8, 2.5, 2.4, 2.0]), None);
    }
}
