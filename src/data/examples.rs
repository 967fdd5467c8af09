//! Inputs and targets as plain numbers.

use super::Targets;

/// Inputs and targets of some examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// Row-major: example by example.
    pub inputs: Vec<f64>,
    pub targets: Targets,
}

impl Examples {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The examples at these indices, in this order; an index may come more than once.
    ///
    /// `example_len` is the count of numbers in one input: the product of the data's shape.
    ///
    /// # Panics
    ///
    /// When an index is not below [`Examples::len`].
    pub fn select(&self, indices: &[usize], example_len: usize) -> Examples {
        let inputs =
            indices.iter().flat_map(|&index| self.input(index, example_len)).copied().collect();
        Examples { inputs, targets: self.targets.select(indices) }
    }

    /// The numbers of one input.
    ///
    /// # Panics
    ///
    /// When the index is not below [`Examples::len`].
    pub fn input(&self, index: usize, example_len: usize) -> &[f64] {
        &self.inputs[index * example_len..(index + 1) * example_len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selecting_keeps_inputs_and_targets_together() {
        let examples = Examples {
            inputs: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            targets: Targets::Classes(vec![0, 1, 2]),
        };
        assert_eq!(examples.len(), 3);
        let selected = examples.select(&[2, 0, 2], 2);
        assert_eq!(selected.inputs, [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
        assert_eq!(selected.targets, Targets::Classes(vec![2, 0, 2]));
        assert!(examples.select(&[], 2).is_empty());
    }
}
