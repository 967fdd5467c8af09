//! Normalizations that do not take every shape. The shape stays.

use super::{ShapeError, divisible, product};
use crate::spec::{Code, LayerKind};

/// The shape that a normalization leaves, which is `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::GroupNorm { groups, .. } => divisible(dims[0], *groups, "channels")?,
        LayerKind::InstanceNorm { .. } if product(&dims[1..]) == 1 => {
            return Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!(
                    "normalizes each channel by itself, but a channel of {dims:?} is one number"
                ),
                "use `layer_norm` or `batch_norm`, or give it `[channels, length]`",
            ));
        }
        LayerKind::LocalResponseNorm { .. } if dims.len() == 1 => {
            return Err(ShapeError::new(
                Code::RANK_NOT_ACCEPTED,
                format!("takes [channels, length] or more axes, but gets {dims:?}"),
                "put a `reshape` before it",
            ));
        }
        // Such a window has all channels of every place; a larger one would only add zeros.
        LayerKind::LocalResponseNorm { size, .. } if *size >= dims[0].saturating_mul(2) => {
            return Err(ShapeError::new(
                Code::KERNEL_TOO_LARGE,
                format!("looks at {size} channels, but its input has only {}", dims[0]),
                format!("use a `size` of at most {}", dims[0].saturating_mul(2) - 1),
            ));
        }
        _ => {}
    }
    Ok(dims.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_of_one_number_has_no_statistics() {
        let kind = LayerKind::InstanceNorm { epsilon: 1e-5, affine: true };
        assert_eq!(output(&kind, &[4, 2]), Ok(vec![4, 2]));
        assert!(output(&kind, &[4]).is_err());
        assert!(output(&kind, &[4, 1]).is_err());
    }

    #[test]
    fn neighbours_are_looked_for_among_the_channels_alone() {
        let kind = |size| LayerKind::LocalResponseNorm { size, alpha: 1e-4, beta: 0.75, k: 1.0 };
        assert_eq!(output(&kind(7), &[4, 3]), Ok(vec![4, 3]));
        let error = output(&kind(8), &[4, 3]).unwrap_err();
        assert!(error.mend.contains("at most 7"), "{error:?}");
        assert!(output(&kind(2), &[4]).is_err());
    }
}
