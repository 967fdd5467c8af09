//! Nodes that give signals and images another size.

use super::{ShapeError, axes, places_of};
use crate::spec::{Code, InterpolatedSize, Interpolation};

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

/// Places become channels.
pub(super) fn unshuffled(dims: &[usize], factor: usize) -> Result<Vec<usize>, ShapeError> {
    let [channels, height, width] = axes(dims, "[channels, height, width]")?;
    if !(height.is_multiple_of(factor) && width.is_multiple_of(factor)) {
        return Err(ShapeError::new(
            Code::BAD_GROUPS,
            format!("makes channels of {factor} by {factor} places, which do not divide {dims:?}"),
            format!("give it a height and a width that are multiples of {factor}"),
        ));
    }
    let channels = channels.saturating_mul(factor).saturating_mul(factor);
    Ok(vec![channels, height / factor, width / factor])
}

/// Channels stay.
pub(super) fn interpolated(
    dims: &[usize],
    interpolation: &Interpolation,
) -> Result<Vec<usize>, ShapeError> {
    let sizes = places_of(dims, interpolation.axes())?;
    let resized = match &interpolation.size {
        InterpolatedSize::Of(sizes) => sizes.clone(),
        InterpolatedSize::Times(factors) => {
            sizes.iter().zip(factors).map(|(size, factor)| size.saturating_mul(*factor)).collect()
        }
    };
    Ok([&dims[..1], &resized].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unshuffling_gives_the_shape_back_that_shuffling_made() {
        assert_eq!(shuffled(&[12, 2, 3], 2), Ok(vec![3, 4, 6]));
        assert_eq!(unshuffled(&[3, 4, 6], 2), Ok(vec![12, 2, 3]));
        assert!(unshuffled(&[3, 4, 5], 2).is_err());
    }
}
