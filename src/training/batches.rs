//! Which examples each step sees: every epoch in a new seeded order.

use crate::random::Random;

/// An endless stream of batches of example indices.
#[derive(Debug)]
pub struct Batches {
    examples: usize,
    batch_size: usize,
    random: Random,
    /// The rest of the running epoch, last batch first.
    rest: Vec<Vec<usize>>,
}

impl Batches {
    pub fn new(examples: usize, batch_size: usize, seed: u64) -> Self {
        Self { examples, batch_size, random: Random::new(seed, "batches"), rest: Vec::new() }
    }
}

impl Iterator for Batches {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        if self.rest.is_empty() {
            let order = self.random.permutation(self.examples);
            self.rest = order.chunks(self.batch_size).rev().map(<[usize]>::to_vec).collect();
        }
        self.rest.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_example_once() {
        let mut seen: Vec<usize> = Batches::new(10, 4, 7).take(3).flatten().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn epochs_come_in_different_orders() {
        let batches: Vec<_> = Batches::new(10, 10, 7).take(2).collect();
        assert_ne!(batches[0], batches[1]);
    }

    #[test]
    fn one_seed_gives_one_order() {
        let first: Vec<_> = Batches::new(10, 3, 7).take(8).collect();
        let again: Vec<_> = Batches::new(10, 3, 7).take(8).collect();
        assert_eq!(first, again);
    }
}
