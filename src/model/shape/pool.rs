//! Pools, and what takes windows apart and puts them together.

use super::window::{Sliding, places};
use super::{ShapeError, axes, places_of};
use crate::spec::{Code, LayerKind, Windows};

/// The shape that a pool makes of `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::MaxPool(pool) => {
            let sizes = places_of(dims, pool.kernel.len())?;
            Ok([vec![dims[0]], Sliding::from(pool).places(sizes)?].concat())
        }
        LayerKind::AvgPool(pool) => {
            let sizes = places_of(dims, pool.kernel.len())?;
            Ok([vec![dims[0]], Sliding::from(pool).places(sizes)?].concat())
        }
        LayerKind::AdaptiveAvgPool { output } => {
            places_of(dims, output.len())?;
            Ok([&dims[..1], output].concat())
        }
        LayerKind::Unfold4d(windows) => {
            let [channels, height, width] = axes(dims, "[channels, height, width]")?;
            let [rows, columns] = places(windows, [height, width])?;
            Ok(vec![channels.saturating_mul(window(windows)), rows.saturating_mul(columns)])
        }
        LayerKind::Fold4d { output, windows } => folded(dims, *output, windows),
        _ => unreachable!("only pools are planned here"),
    }
}

/// Columns put together to an image.
fn folded(dims: &[usize], output: [usize; 2], windows: &Windows) -> Result<Vec<usize>, ShapeError> {
    let [rows, columns] = axes(dims, "[channels · window, places]")?;
    let [down, along] = places(windows, output)?;
    let (each, due) = (window(windows), down.saturating_mul(along));
    if !rows.is_multiple_of(each) {
        return Err(ShapeError::new(
            Code::BAD_GROUPS,
            format!("has windows of {each} elements, which do not divide {rows}"),
            format!("give it a multiple of {each} rows: that many for each channel"),
        ));
    }
    if columns != due {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("puts {due} windows into an image of {output:?}, but gets {columns}"),
            "let output, kernel, stride and padding be those of the `unfold4d` that it undoes",
        ));
    }
    Ok(vec![rows / each, output[0], output[1]])
}

/// Elements that a window sees of one channel.
fn window(windows: &Windows) -> usize {
    windows.kernel[0].saturating_mul(windows.kernel[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(kernel: usize, stride: usize) -> Windows {
        Windows { kernel: [kernel; 2], stride: [stride; 2], dilation: [1; 2], padding: [0; 2] }
    }

    #[test]
    fn folding_gives_the_shape_back_that_unfolding_took_apart() {
        let columns = output(&LayerKind::Unfold4d(windows(2, 1)), &[3, 4, 5]).unwrap();
        assert_eq!(columns, [12, 12]);
        let fold = LayerKind::Fold4d { output: [4, 5], windows: windows(2, 1) };
        assert_eq!(output(&fold, &columns), Ok(vec![3, 4, 5]));
    }

    #[test]
    fn columns_that_are_not_those_of_the_image_are_refused() {
        let fold = LayerKind::Fold4d { output: [4, 4], windows: windows(2, 2) };
        assert_eq!(output(&fold, &[8, 4]), Ok(vec![2, 4, 4]));
        assert!(output(&fold, &[9, 4]).unwrap_err().problem.contains('9'));
        assert!(output(&fold, &[8, 5]).unwrap_err().problem.contains("gets 5"));
    }
}
