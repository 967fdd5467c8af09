//! `--shard k/n`: every n-th mutant, from the k-th on, counted from 0.

use std::str::FromStr;

/// One of several runs that share the mutants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    place: usize,
    of: usize,
}

impl Shard {
    /// Whether the mutant at this place is this shard's.
    pub fn holds(self, place: usize) -> bool {
        place % self.of == self.place
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(place, of)| {
            Some((place.parse::<usize>().ok()?, of.parse::<usize>().ok()?))
        });
        match numbers {
            Some((place, of)) if place < of => Ok(Self { place, of }),
            _ => Err("a shard is `k/n` with k from 0 and below n, like `0/4`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shards_together_hold_each_mutant_once() {
        let shards: Vec<Shard> = (0..3).map(|k| format!("{k}/3").parse().unwrap()).collect();
        for place in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.holds(place)).count(), 1);
        }
    }

    #[test]
    fn a_shard_counts_from_0_and_stays_below_the_number_of_shards() {
        for wrong in ["3/3", "1", "a/2", "1/0", "-1/2", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
