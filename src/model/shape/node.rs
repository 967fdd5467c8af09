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

/// Axes in another order.
pub(super) fn permuted(dims: &[usize], axes: &[usize]) -> Result<Vec<usize>, ShapeError> {
    if axes.len() != dims.len() {
        return Err(ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("orders {} axes, but its input {dims:?} has {}", axes.len(), dims.len()),
            "name each axis of the input once",
        ));
    }
    axes.iter().map(|axis| size_of(dims, *axis)).collect()
}

/// Without an axis of size 1.
pub(super) fn squeezed(dims: &[usize], axis: usize) -> Result<Vec<usize>, ShapeError> {
    let size = size_of(dims, axis)?;
    if size != 1 {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("takes away an axis of size 1, but axis {axis} of {dims:?} has {size}"),
            "use `mean` or `max` over the axis, or `flatten`",
        ));
    }
    without(dims, axis)
}

/// More elements on an axis.
pub(super) fn padded(
    dims: &[usize],
    axis: usize,
    before: usize,
    after: usize,
) -> Result<Vec<usize>, ShapeError> {
    let size = size_of(dims, axis)?;
    let mut padded = dims.to_vec();
    padded[axis] = size.saturating_add(before).saturating_add(after);
    Ok(padded)
}

/// An axis backwards.
pub(super) fn flipped(dims: &[usize], axis: usize) -> Result<Vec<usize>, ShapeError> {
    size_of(dims, axis)?;
    Ok(dims.to_vec())
}

/// The places from `start` to before `end`, or to the last one.
pub(super) fn sliced(
    dims: &[usize],
    axis: usize,
    start: usize,
    end: Option<usize>,
) -> Result<Vec<usize>, ShapeError> {
    let size = size_of(dims, axis)?;
    let end = end.unwrap_or(size);
    if end > size || start >= end {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("takes places {start} to before {end}, but axis {axis} of {dims:?} has {size}"),
            format!("let `start` be below `end`, and `end` at most {size}"),
        ));
    }
    let mut sliced = dims.to_vec();
    sliced[axis] = end - start;
    Ok(sliced)
}

/// Without an axis.
pub(super) fn without(dims: &[usize], axis: usize) -> Result<Vec<usize>, ShapeError> {
    size_of(dims, axis)?;
    if dims.len() == 1 {
        return Err(ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("takes away an axis, but its input {dims:?} has no other"),
            "put it where there are two axes or more",
        ));
    }
    let mut rest = dims.to_vec();
    rest.remove(axis);
    Ok(rest)
}

fn size_of(dims: &[usize], axis: usize) -> Result<usize, ShapeError> {
    dims.get(axis).copied().ok_or_else(|| {
        ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("works on axis {axis}, but its input {dims:?} has {} alone", dims.len()),
            format!(
                "axes count from 0, without the batch axis: the last one is {}",
                dims.len() - 1
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_counted_from_0_without_the_batch_axis() {
        assert_eq!(permuted(&[2, 3, 4], &[2, 0, 1]), Ok(vec![4, 2, 3]));
        assert_eq!(without(&[2, 3, 4], 1), Ok(vec![2, 4]));
        assert_eq!(padded(&[2, 3], 1, 1, 2), Ok(vec![2, 6]));
        assert_eq!(squeezed(&[1, 3], 0), Ok(vec![3]));
    }

    #[test]
    fn axes_that_are_not_there_are_refused() {
        assert!(without(&[2, 3], 2).is_err());
        assert!(flipped(&[2, 3], 2).is_err());
        assert!(padded(&[2, 3], 2, 1, 0).is_err());
        assert!(permuted(&[2, 3], &[0, 2, 1]).is_err());
    }

    #[test]
    fn a_slice_ends_with_its_axis_and_is_never_empty() {
        assert_eq!(sliced(&[2, 5], 1, 1, Some(3)), Ok(vec![2, 2]));
        assert_eq!(sliced(&[2, 5], 1, 1, None), Ok(vec![2, 4]));
        assert!(sliced(&[2, 5], 1, 3, Some(3)).is_err());
        assert!(sliced(&[2, 5], 1, 0, Some(6)).is_err());
        assert!(sliced(&[2, 5], 2, 0, None).is_err());
    }

    #[test]
    fn an_example_keeps_an_axis_and_an_axis_its_numbers() {
        assert!(without(&[3], 0).is_err());
        assert!(squeezed(&[2, 3], 0).is_err());
    }

    #[test]
    fn padding_beyond_counting_is_no_overflow() {
        assert_eq!(padded(&[2], 0, usize::MAX, usize::MAX), Ok(vec![usize::MAX]));
    }
}
