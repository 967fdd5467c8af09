//! Pools: channels stay, windows slide over the other axes.

use super::window::{window1, windows};
use super::{ShapeError, axes};
use crate::spec::LayerKind;

/// The shape that a pool makes of `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::MaxPool1d { kernel, stride, padding, dilation } => {
            let [channels, length] = axes(dims, "[channels, length]")?;
            Ok(vec![channels, window1(length, *kernel, *stride, *dilation, *padding)?])
        }
        LayerKind::AvgPool1d { kernel, stride, padding, .. } => {
            let [channels, length] = axes(dims, "[channels, length]")?;
            Ok(vec![channels, window1(length, *kernel, *stride, 1, *padding)?])
        }
        LayerKind::MaxPool2d { kernel, stride, padding, dilation } => {
            let [channels, height, width] = axes(dims, "[channels, height, width]")?;
            let [height, width] = windows([height, width], *kernel, *stride, *dilation, *padding)?;
            Ok(vec![channels, height, width])
        }
        LayerKind::AvgPool2d { kernel, stride, padding, .. } => {
            let [channels, height, width] = axes(dims, "[channels, height, width]")?;
            let [height, width] = windows([height, width], *kernel, *stride, [1, 1], *padding)?;
            Ok(vec![channels, height, width])
        }
        LayerKind::AdaptiveAvgPool1d { output } => {
            let [channels, _] = axes(dims, "[channels, length]")?;
            Ok(vec![channels, *output])
        }
        LayerKind::AdaptiveAvgPool2d { output } => {
            let [channels, _, _] = axes(dims, "[channels, height, width]")?;
            Ok(vec![channels, output[0], output[1]])
        }
        _ => unreachable!("only pools are planned here"),
    }
}
