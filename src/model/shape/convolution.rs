//! Convolutions: channels in groups, and windows over the other axes.

use super::window::{Sliding, transposed};
use super::{ShapeError, divisible, places_of};
use crate::spec::{Code, Convolution, DeformableConvolution, LayerKind, Padding};

/// The shape that a convolution makes of `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::Conv(conv) => {
            let sizes = places_of(dims, conv.kernel.len())?;
            grouped(dims[0], conv.out, conv.groups)?;
            // Burn pads two axes as unevenly as `same` needs it, three alike on both sides.
            if let Convolution { kernel, stride, padding, .. } = conv
                && kernel.len() == 3
            {
                alike_on_both_sides(padding, sizes, kernel, stride)?;
            }
            Ok([vec![conv.out], Sliding::from(conv).places(sizes)?].concat())
        }
        LayerKind::ConvTranspose(conv) => {
            let sizes = places_of(dims, conv.kernel.len())?;
            grouped(dims[0], conv.out, conv.groups)?;
            let mut output = vec![conv.out];
            for (axis, size) in sizes.iter().enumerate() {
                output.push(transposed(conv, axis, *size)?);
            }
            Ok(output)
        }
        LayerKind::DeformConv2d(conv) => {
            let DeformableConvolution { kernel, stride, dilation, padding, .. } = conv;
            let sizes = places_of(dims, 2)?;
            grouped(dims[0], conv.out, conv.weight_groups)?;
            divisible(dims[0], conv.offset_groups, "input channels")?;
            alike_on_both_sides(padding, sizes, kernel, stride)?;
            let window =
                Sliding { kernel, stride, dilation: Some(dilation), padding, ceil_mode: false };
            Ok([vec![conv.out], window.places(sizes)?].concat())
        }
        _ => unreachable!("only convolutions are planned here"),
    }
}

fn grouped(channels: usize, out: usize, groups: usize) -> Result<(), ShapeError> {
    divisible(channels, groups, "input channels")?;
    divisible(out, groups, "output channels")
}

/// Burn pads some convolutions by the same number of zeros on both sides alone, which keeps the size
/// of none but odd kernels.
fn alike_on_both_sides(
    padding: &Padding,
    sizes: &[usize],
    kernel: &[usize],
    stride: &[usize],
) -> Result<(), ShapeError> {
    let even = kernel.iter().find(|size| size.is_multiple_of(2));
    if let (Padding::Same, Some(size)) = (padding, even) {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("has a kernel of {size}, which is even: `same` pads both sides alike"),
            "use an odd kernel, or another padding",
        ));
    }
    for (axis, size) in sizes.iter().enumerate() {
        let [before, after] = padding.around(axis, *size, kernel[axis], stride[axis]);
        if before != after {
            return Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!(
                    "pads both sides alike, but needs {before} before {size} and {after} after"
                ),
                "give it a padding that is the same on both sides, or put a `pad` before it",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::TransposedConvolution;

    fn transposed_2d(kernel: usize, padding: usize, padding_out: usize) -> LayerKind {
        LayerKind::ConvTranspose(TransposedConvolution {
            out: 4,
            kernel: vec![kernel; 2],
            stride: vec![2; 2],
            dilation: vec![1; 2],
            groups: 1,
            padding: vec![padding; 2],
            padding_out: vec![padding_out; 2],
            bias: true,
            initializer: None,
            bias_initializer: None,
        })
    }

    fn conv3d(kernel: usize, stride: usize, padding: Padding) -> LayerKind {
        LayerKind::Conv(Convolution {
            out: 2,
            kernel: vec![kernel; 3],
            stride: vec![stride; 3],
            dilation: vec![1; 3],
            groups: 1,
            padding,
            bias: true,
            initializer: None,
            bias_initializer: None,
        })
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
        assert_eq!(output(&conv3d(3, 1, Padding::Same), &[1, 4, 5, 6]), Ok(vec![2, 4, 5, 6]));
        assert_eq!(output(&conv3d(2, 1, Padding::Valid), &[1, 4, 5, 6]), Ok(vec![2, 3, 4, 5]));
        let error = output(&conv3d(2, 1, Padding::Same), &[1, 4, 5, 6]).unwrap_err();
        assert!(error.problem.contains("even"), "{error:?}");
    }

    #[test]
    fn where_burn_pads_both_sides_alike_nothing_else_is_taken() {
        // A stride of 2 needs one zero behind 4 elements, and none before them.
        let error = output(&conv3d(3, 2, Padding::Same), &[1, 4, 5, 5]).unwrap_err();
        assert!(error.problem.contains("0 before 4 and 1 after"), "{error:?}");
        assert!(output(&conv3d(3, 2, Padding::Same), &[1, 5, 5, 5]).is_ok());
    }

    #[test]
    fn sizes_beyond_counting_are_no_overflow() {
        let huge = [4, usize::MAX, usize::MAX];
        assert!(output(&transposed_2d(usize::MAX, 0, 0), &huge).is_ok());
        assert!(output(&transposed_2d(2, usize::MAX, 0), &huge).is_err());
    }
}
