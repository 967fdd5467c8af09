//! Convolutions: channels in groups, and windows over the other axes.

use super::window::{transposed, window1, windows};
use super::{ShapeError, axes, divisible};
use crate::spec::{Code, LayerKind, Padding};

/// The shape that a convolution makes of `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::Conv1d { out, kernel, stride, dilation, groups, padding, .. } => {
            let [channels, length] = axes(dims, "[channels, length]")?;
            grouped(channels, *out, *groups)?;
            let length = window1(length, *kernel, *stride, *dilation, *padding)?;
            Ok(vec![*out, length])
        }
        LayerKind::Conv2d { out, kernel, stride, dilation, groups, padding, .. } => {
            let [channels, height, width] = axes(dims, "[channels, height, width]")?;
            grouped(channels, *out, *groups)?;
            let sizes = windows([height, width], *kernel, *stride, *dilation, *padding)?;
            Ok([vec![*out], sizes.to_vec()].concat())
        }
        LayerKind::Conv3d { out, kernel, stride, dilation, groups, padding, .. } => {
            let [channels, depth, height, width] = axes(dims, "[channels, depth, height, width]")?;
            grouped(channels, *out, *groups)?;
            same_is_symmetric(*padding, *kernel)?;
            let sizes = windows([depth, height, width], *kernel, *stride, *dilation, *padding)?;
            Ok([vec![*out], sizes.to_vec()].concat())
        }
        LayerKind::ConvTranspose1d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            padding_out,
            ..
        } => {
            let [channels, length] = axes(dims, "[channels, length]")?;
            grouped(channels, *out, *groups)?;
            let length = transposed(length, *kernel, *stride, *dilation, *padding, *padding_out)?;
            Ok(vec![*out, length])
        }
        LayerKind::ConvTranspose2d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            padding_out,
            ..
        } => {
            let [channels, height, width] = axes(dims, "[channels, height, width]")?;
            grouped(channels, *out, *groups)?;
            let along = |axis: usize, size: usize| {
                transposed(
                    size,
                    kernel[axis],
                    stride[axis],
                    dilation[axis],
                    padding[axis],
                    padding_out[axis],
                )
            };
            Ok(vec![*out, along(0, height)?, along(1, width)?])
        }
        _ => unreachable!("only convolutions are planned here"),
    }
}

fn grouped(channels: usize, out: usize, groups: usize) -> Result<(), ShapeError> {
    divisible(channels, groups, "input channels")?;
    divisible(out, groups, "output channels")
}

/// Burn pads three axes by the same number of zeros on both sides, which keeps the size of none but
/// odd kernels.
fn same_is_symmetric(padding: Padding<3>, kernel: [usize; 3]) -> Result<(), ShapeError> {
    match kernel.iter().find(|size| size.is_multiple_of(2)) {
        Some(size) if padding == Padding::Same => Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("has a kernel of {size}, which is even: `same` pads both sides alike"),
            "use an odd kernel, or another padding",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transposed_2d(kernel: usize, padding: usize, padding_out: usize) -> LayerKind {
        LayerKind::ConvTranspose2d {
            out: 4,
            kernel: [kernel; 2],
            stride: [2, 2],
            dilation: [1, 1],
            groups: 1,
            padding: [padding; 2],
            padding_out: [padding_out; 2],
            bias: true,
            initializer: None,
            bias_initializer: None,
        }
    }

    fn conv3d(kernel: usize, padding: Padding<3>) -> LayerKind {
        LayerKind::Conv3d {
            out: 2,
            kernel: [kernel; 3],
            stride: [1; 3],
            dilation: [1; 3],
            groups: 1,
            padding,
            bias: true,
            initializer: None,
            bias_initializer: None,
        }
    }

    #[test]
    fn a_transposed_window_of_two_by_two_doubles_height_and_width() {
        assert_eq!(output(&transposed_2d(2, 0, 0), &[3, 4, 5]), Ok(vec![4, 8, 10]));
        assert_eq!(output(&transposed_2d(3, 1, 1), &[3, 4, 5]), Ok(vec![4, 8, 10]));
    }

    #[test]
    fn padding_that_cuts_everything_off_is_refused_with_both_sizes() {
        let error = output(&transposed_2d(2, 4, 0), &[3, 4, 4]).unwrap_err();
        assert!(error.problem.contains("of 4") && error.problem.contains("off 8"), "{error:?}");
    }

    #[test]
    fn padding_out_stays_below_the_stride() {
        let error = output(&transposed_2d(2, 0, 2), &[3, 4, 4]).unwrap_err();
        assert!(error.problem.contains("padding_out"), "{error:?}");
    }

    #[test]
    fn a_volume_keeps_its_size_under_an_odd_kernel_and_refuses_an_even_one() {
        assert_eq!(output(&conv3d(3, Padding::Same), &[1, 4, 5, 6]), Ok(vec![2, 4, 5, 6]));
        assert_eq!(output(&conv3d(2, Padding::Valid), &[1, 4, 5, 6]), Ok(vec![2, 3, 4, 5]));
        let error = output(&conv3d(2, Padding::Same), &[1, 4, 5, 6]).unwrap_err();
        assert!(error.problem.contains("even"), "{error:?}");
    }

    #[test]
    fn sizes_beyond_counting_are_no_overflow() {
        let huge = [4, usize::MAX, usize::MAX];
        assert!(output(&transposed_2d(usize::MAX, 0, 0), &huge).is_ok());
        assert!(output(&transposed_2d(2, usize::MAX, 0), &huge).is_err());
    }
}
