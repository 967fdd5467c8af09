//! Two outputs compared along their last axis, as Burn's modules do it: one number for each pair of
//! rows.

use burn::nn::{CosineSimilarityConfig, PairwiseDistanceConfig};
use burn::tensor::Tensor;

use super::value::Value;
use crate::spec::Merge;

/// The similarity or distance of two outputs of one shape.
///
/// # Panics
///
/// When there are not two: the plan refuses that.
pub fn compared(merge: Merge, values: Vec<Value>) -> Value {
    let [first, second]: [Value; 2] =
        values.try_into().unwrap_or_else(|_| unreachable!("the plan admits two outputs"));
    let shape = compared_shape(&first.shape());
    let (first, second) = (rows(first), rows(second));
    let numbers = match merge {
        Merge::CosineSimilarity { eps } => {
            CosineSimilarityConfig::new().with_eps(eps).init().forward(first, second)
        }
        Merge::PairwiseDistance { p, eps } => {
            PairwiseDistanceConfig::new().with_p(p).with_eps(eps).init().forward(first, second)
        }
        _ => unreachable!("{merge:?} compares nothing"),
    };
    Value::Float1(numbers).reshape(&shape)
}

/// With the batch axis: without the last axis, and `[batch, 1]` where that was the only one.
fn compared_shape(shape: &[usize]) -> Vec<usize> {
    match shape {
        [batch, _] => vec![*batch, 1],
        [outer @ .., _] => outer.to_vec(),
        [] => Vec::new(),
    }
}

/// The last axis as columns.
fn rows(value: Value) -> Tensor<2> {
    let shape = value.shape();
    let last = shape.last().copied().unwrap_or(1);
    let count = shape.iter().product::<usize>() / last.max(1);
    value.reshape(&[count, last]).into_float()
}
