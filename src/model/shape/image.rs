//! Nodes that give images another size.

use super::{ShapeError, axes};
use crate::spec::{Code, InterpolatedSize};

/// Channels become places.
pub(super) fn shuffled(dims: &[usize], factor: usize) -> Result<Vec<usize>, ShapeError> {
    let [channels, height, width] = axes(dims, "[channels, height, width]")?;
    let places = factor.saturating_mul(factor);
    if !channels.is_multiple_of(places) {
        return Err(ShapeError::new(
            Code::BAD_GROUPS,
            format!("makes {places} places of as many channels, which do not divide {channels}"),
            format!("give it a multiple of {places} channels"),
        ));
    }
    Ok(vec![channels / places, height.saturating_mul(factor), width.saturating_mul(factor)])
}

/// Channels stay.
pub(super) fn interpolated(
    dims: &[usize],
    size: InterpolatedSize,
) -> Result<Vec<usize>, ShapeError> {
    let [channels, height, width] = axes(dims, "[channels, height, width]")?;
    let [height, width] = match size {
        InterpolatedSize::Of(size) => size,
        InterpolatedSize::Times([rows, columns]) => {
            [height.saturating_mul(rows), width.saturating_mul(columns)]
        }
    };
    Ok(vec![channels, height, width])
}
