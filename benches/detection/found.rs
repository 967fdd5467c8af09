//! What a property found, as a ladder reads it.

use nn_test::experiment::{Evidence, fall};
use serde_yaml::Mapping;

/// What was measured, and what the property recorded of it.
pub struct Found<'a> {
    pub evidence: &'a Evidence,
    pub record: &'a Mapping,
}

impl Found<'_> {
    /// All numbers of the record below a key; of all of it without one.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        let mut numbers = Vec::new();
        for (name, value) in self.record {
            if key.is_empty() || name.as_str() == Some(key) {
                gather(value, &mut numbers);
            }
        }
        numbers
    }

    /// How far the recipe brings the loss down, as `learns` has it.
    pub fn fall(&self) -> f64 {
        let training = self.evidence.training();
        fall(&training.sample_losses, training.constant_loss)
    }

    /// The first of them.
    pub fn number(&self, key: &str) -> f64 {
        self.numbers(key).first().copied().unwrap_or(f64::NAN)
    }
}

fn gather(value: &serde_yaml::Value, numbers: &mut Vec<f64>) {
    match value {
        serde_yaml::Value::Mapping(mapping) => {
            mapping.values().for_each(|value| gather(value, numbers));
        }
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| gather(item, numbers)),
        other => numbers.extend(other.as_f64()),
    }
}

/// The smallest; an infinite one where there is none.
pub fn least(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(f64::INFINITY, f64::min)
}

/// The largest; minus infinity where there is none.
pub fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(f64::NEG_INFINITY, f64::max)
}
