//! Windows that slide over axes, and transposed ones.

use super::ShapeError;
use crate::spec::{Code, Padding};

/// Output sizes of a window that slides over `N` axes.
pub(super) fn windows<const N: usize>(
    sizes: [usize; N],
    kernel: [usize; N],
    stride: [usize; N],
    dilation: [usize; N],
    padding: Padding<N>,
) -> Result<[usize; N], ShapeError> {
    let mut output = [0; N];
    for axis in 0..N {
        let zeros = total_padding(padding, axis, sizes[axis], kernel[axis], stride[axis]);
        output[axis] = window(sizes[axis], kernel[axis], stride[axis], dilation[axis], zeros)?;
    }
    Ok(output)
}

/// The same for one axis.
pub(super) fn window1(
    size: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: Padding,
) -> Result<usize, ShapeError> {
    let zeros = total_padding(padding, 0, size, kernel, stride);
    window(size, kernel, stride, dilation, zeros)
}

/// Zeros added to one axis, both sides together. `same` adds what keeps ⌈size / stride⌉ windows
/// of an undilated kernel, as Burn does.
fn total_padding<const N: usize>(
    padding: Padding<N>,
    axis: usize,
    size: usize,
    kernel: usize,
    stride: usize,
) -> usize {
    match padding {
        Padding::Valid => 0,
        Padding::Explicit(sizes) => sizes[axis].saturating_mul(2),
        Padding::Same => {
            ((size.div_ceil(stride) - 1) * stride).saturating_add(kernel).saturating_sub(size)
        }
    }
}

/// Output size of a window that slides over one axis:
/// ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
fn window(
    size: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: usize,
) -> Result<usize, ShapeError> {
    let reach = dilation.saturating_mul(kernel - 1).saturating_add(1);
    let padded = size.saturating_add(padding);
    if padded < reach {
        return Err(ShapeError::new(
            Code::KERNEL_TOO_LARGE,
            format!("has a window of {reach}, but its input has only {padded} with padding"),
            "use a smaller kernel, `padding: same`, or fewer pools before it",
        ));
    }
    Ok((padded - reach) / stride + 1)
}

/// Output size of a transposed window on one axis:
/// (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + padding_out + 1.
pub(super) fn transposed(
    size: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: usize,
    padding_out: usize,
) -> Result<usize, ShapeError> {
    if padding_out >= stride.max(dilation) {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!(
                "has a `padding_out` of {padding_out}, but its stride is {stride} and its \
                 dilation {dilation}"
            ),
            "let `padding_out` be less than the stride or the dilation",
        ));
    }
    let reach = dilation.saturating_mul(kernel - 1).saturating_add(1);
    let full = (size - 1).saturating_mul(stride).saturating_add(reach).saturating_add(padding_out);
    let cut = padding.saturating_mul(2);
    if full <= cut {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("makes {full} of {size}, of which its padding cuts off {cut}"),
            "use a smaller `padding`",
        ));
    }
    Ok(full - cut)
}
