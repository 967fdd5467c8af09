//! What the first weights of a model look for, before training and after it.

use crate::experiment::evidence::SubjectFacts;
use crate::model::{NamedTensor, Weights, belongs_to};

/// Units that are shown at most.
const UNITS: usize = 32;
/// Numbers of a unit that are shown at most.
const NUMBERS: usize = 3 * 128 * 128;

/// The first tensor of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterGallery {
    pub tensor: String,
    /// As in the facts of layers.
    pub kind: String,
    /// How many units there are.
    pub count: usize,
    /// Shape of a unit's weights.
    pub shape: Vec<usize>,
    /// The first of them.
    pub units: Vec<UnitFilter>,
}

/// The weights of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFilter {
    pub start: Vec<f64>,
    pub end: Vec<f64>,
}

/// The first trained tensor of rank 2 and more; none where a unit of it is too large to look at.
pub fn of(facts: &SubjectFacts, start: &Weights, end: &Weights) -> Option<FilterGallery> {
    let is_matrix = |tensor: &&NamedTensor| tensor.trainable && tensor.shape.len() >= 2;
    let first = start.tensors.iter().find(is_matrix)?;
    let trained = end.tensors.iter().find(|tensor| tensor.path == first.path)?;
    let owners = facts.layers.iter().filter(|layer| belongs_to(&first.path, &layer.path));
    // Of a layer and the containers around it, the innermost.
    let kind = owners.max_by_key(|layer| layer.path.len()).map_or("", |layer| layer.kind.as_str());
    let axis = unit_axis(kind, first.shape.len());
    let shape = without(&first.shape, axis);
    if shape.iter().product::<usize>() > NUMBERS {
        return None;
    }
    let count = first.shape[axis];
    let unit = |unit| UnitFilter {
        start: slice(&first.values, &first.shape, axis, unit),
        end: slice(&trained.values, &first.shape, axis, unit),
    };
    Some(FilterGallery {
        tensor: first.path.clone(),
        kind: kind.to_owned(),
        count,
        shape,
        units: (0..count.min(UNITS)).map(unit).collect(),
    })
}

/// The axis on which the units stand: Burn has them on the last one of a matrix (`[inputs, outputs]`), on
/// the first one of a convolution and of an embedding, and on the second one of a transposed convolution.
fn unit_axis(kind: &str, rank: usize) -> usize {
    let kind = kind.to_ascii_lowercase();
    match rank {
        2 if !kind.contains("embedding") => 1,
        2 => 0,
        _ => usize::from(kind.contains("transpose")),
    }
}

fn without(shape: &[usize], axis: usize) -> Vec<usize> {
    let others = shape.iter().enumerate().filter(|(place, _)| *place != axis);
    others.map(|(_, size)| *size).collect()
}

/// The numbers at one place of an axis, in their order.
fn slice(values: &[f64], shape: &[usize], axis: usize, at: usize) -> Vec<f64> {
    let stride: usize = shape[axis + 1..].iter().product();
    let block = stride * shape[axis];
    let own = |block: &[f64]| block[at * stride..(at + 1) * stride].to_vec();
    values.chunks(block.max(1)).flat_map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_column_of_a_matrix_and_a_block_of_a_kernel() {
        let values: Vec<f64> = (0..6).map(f64::from).collect();
        assert_eq!(slice(&values, &[2, 3], 1, 1), [1.0, 4.0]);
        assert_eq!(slice(&values, &[3, 2, 1], 0, 2), [4.0, 5.0]);
        assert_eq!(slice(&values, &[1, 3, 2], 1, 1), [2.0, 3.0]);
        assert_eq!((unit_axis("linear", 2), unit_axis("Embedding", 2)), (1, 0));
        assert_eq!((unit_axis("conv2d", 4), unit_axis("conv_transpose2d", 4)), (0, 1));
        assert_eq!(without(&[8, 1, 3, 3], 0), [1, 3, 3]);
    }
}
