//! The initial weights, looked at on the host.

use std::collections::HashSet;

use super::bench::Bench;
use super::evidence::{DistinctUnits, LayerFacts, WeightEvidence};
use super::measure;
use crate::model::NamedTensor;

/// Statistics of all trainable tensors of rank 2 and more.
pub fn evidence(bench: &Bench) -> Vec<WeightEvidence> {
    let layers = bench.facts().layers;
    let weights = bench.weights.tensors.iter();
    let trained = weights.filter(|tensor| tensor.trainable && tensor.shape.len() >= 2);
    trained.map(|tensor| of_tensor(tensor, sum_of(tensor, &layers))).collect()
}

/// How a tensor's numbers make the units of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    /// `[in, out]`: each column is a unit.
    Columns,
    /// `[out, …]`: each row is a unit.
    Rows,
}

/// What a unit is in the layer or module that owns the tensor. Modules of Rust models are known by
/// Burn's names for them.
fn sum_of(tensor: &NamedTensor, layers: &[LayerFacts]) -> Option<Sum> {
    let inside = |path: &str| tensor.path.strip_prefix(path).map(|rest| rest == ".weight");
    let owner = layers.iter().rev().find(|layer| inside(&layer.path) == Some(true))?;
    match owner.kind.to_ascii_lowercase().as_str() {
        "linear" => Some(Sum::Columns),
        "conv1d" | "conv2d" | "conv3d" => Some(Sum::Rows),
        _ => None,
    }
}

fn of_tensor(tensor: &NamedTensor, sum: Option<Sum>) -> WeightEvidence {
    let (mean, deviation) = measure::moments(&tensor.values);
    let (rows, columns) = (tensor.shape[0], tensor.values.len() / tensor.shape[0].max(1));
    let (fan_in, units) = match sum {
        None => (None, None),
        Some(Sum::Columns) => {
            let unit = |column: usize| -> Vec<u64> {
                (0..rows).map(|row| tensor.values[row * columns + column].to_bits()).collect()
            };
            (Some(rows), Some(distinct((0..columns).map(unit))))
        }
        Some(Sum::Rows) => {
            let unit = |row: usize| -> Vec<u64> {
                let row = &tensor.values[row * columns..(row + 1) * columns];
                row.iter().map(|value| value.to_bits()).collect()
            };
            (Some(columns), Some(distinct((0..rows).map(unit))))
        }
    };
    WeightEvidence {
        tensor: tensor.path.clone(),
        shape: tensor.shape.clone(),
        mean,
        deviation,
        fan_in,
        units,
    }
}

fn distinct(units: impl Iterator<Item = Vec<u64>>) -> DistinctUnits {
    let (mut count, mut seen) = (0, HashSet::new());
    for unit in units {
        count += 1;
        seen.insert(unit);
    }
    DistinctUnits { count, distinct: seen.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], values: &[f64]) -> NamedTensor {
        NamedTensor {
            path: "hidden.weight".to_owned(),
            shape: shape.to_vec(),
            trainable: true,
            values: values.to_vec(),
        }
    }

    #[test]
    fn units_are_columns_of_linear_layers_and_rows_of_convolutions() {
        // Two inputs, three units: the first and the third are the same.
        let tensor = tensor(&[2, 3], &[1.0, 2.0, 1.0, 3.0, 4.0, 3.0]);
        let linear = of_tensor(&tensor, Some(Sum::Columns));
        assert_eq!(linear.fan_in, Some(2));
        assert_eq!(linear.units, Some(DistinctUnits { count: 3, distinct: 2 }));
        let convolution = of_tensor(&tensor, Some(Sum::Rows));
        assert_eq!(convolution.fan_in, Some(3));
        assert_eq!(convolution.units, Some(DistinctUnits { count: 2, distinct: 2 }));
        assert_eq!(of_tensor(&tensor, None).units, None);
    }
}
