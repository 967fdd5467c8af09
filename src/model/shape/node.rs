//! Nodes that only give their input another shape.

use super::{ShapeError, product};
use crate::model::Value;
use crate::spec::Code;

pub(super) fn reshaped(dims: &[usize], shape: &[i64]) -> Result<Vec<usize>, ShapeError> {
    let elements = product(dims);
    let known: Vec<usize> = shape.iter().filter_map(|size| usize::try_from(*size).ok()).collect();
    let known = product(&known);
    let open = shape.iter().filter(|size| **size < 0).count();
    let fits = match open {
        0 => known == elements,
        1 => known > 0 && elements.is_multiple_of(known),
        _ => false,
    };
    if !fits {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("cannot give {elements} numbers of shape {dims:?} the shape {shape:?}"),
            "let the sizes multiply to the same number; one of them may be -1",
        ));
    }
    if shape.is_empty() || shape.len() + 1 > Value::MAX_RANK {
        return Err(ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("gives {} axes, more than layers take", shape.len()),
            format!("use 1 to {} axes", Value::MAX_RANK - 1),
        ));
    }
    let size = |size: &i64| usize::try_from(*size).unwrap_or(elements / known);
    Ok(shape.iter().map(size).collect())
}
