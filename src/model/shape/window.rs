//! Windows that slide over axes, and transposed ones.

use super::ShapeError;
use crate::spec::{AvgPool, Code, Convolution, MaxPool, Padding, TransposedConvolution, Windows};

/// A window that slides over axes; each list has one entry per axis.
pub(super) struct Sliding<'a> {
    pub kernel: &'a [usize],
    pub stride: &'a [usize],
    /// None where the kernel has no gaps.
    pub dilation: Option<&'a [usize]>,
    pub padding: &'a Padding,
    /// Whether a last window may reach beyond the end.
    pub ceil_mode: bool,
}

impl<'a> From<&'a Convolution> for Sliding<'a> {
    fn from(conv: &'a Convolution) -> Self {
        let Convolution { kernel, stride, dilation, padding, .. } = conv;
        Self { kernel, stride, dilation: Some(dilation), padding, ceil_mode: false }
    }
}

impl<'a> From<&'a MaxPool> for Sliding<'a> {
    fn from(pool: &'a MaxPool) -> Self {
        let MaxPool { kernel, stride, dilation, padding, ceil_mode } = pool;
        Self { kernel, stride, dilation: Some(dilation), padding, ceil_mode: *ceil_mode }
    }
}

impl<'a> From<&'a AvgPool> for Sliding<'a> {
    fn from(pool: &'a AvgPool) -> Self {
        let AvgPool { kernel, stride, padding, ceil_mode, .. } = pool;
        Self { kernel, stride, dilation: None, padding, ceil_mode: *ceil_mode }
    }
}

impl Sliding<'_> {
    /// How many places the window has on each axis of these sizes.
    pub(super) fn places(&self, sizes: &[usize]) -> Result<Vec<usize>, ShapeError> {
        (0..sizes.len()).map(|axis| self.along(axis, sizes[axis])).collect()
    }

    /// ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; in `ceil_mode` rounded up, but
    /// for a window that would begin in the padding behind the end.
    fn along(&self, axis: usize, size: usize) -> Result<usize, ShapeError> {
        let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
        let dilation = self.dilation.map_or(1, |dilation| dilation[axis]);
        let [before, after] = self.padding.around(axis, size, kernel, stride);
        let reach = dilation.saturating_mul(kernel - 1).saturating_add(1);
        let padded = size.saturating_add(before).saturating_add(after);
        if padded < reach {
            return Err(ShapeError::new(
                Code::KERNEL_TOO_LARGE,
                format!("has a window of {reach}, but its input has only {padded} with padding"),
                "use a smaller kernel, `padding: same`, or fewer pools before it",
            ));
        }
        let free = padded - reach;
        if !self.ceil_mode {
            return Ok(free / stride + 1);
        }
        let last = free.div_ceil(stride);
        let begins_behind = last.saturating_mul(stride) >= size.saturating_add(before);
        Ok(if begins_behind { last } else { last + 1 })
    }
}

/// How many places such windows have on height and width.
pub(super) fn places(windows: &Windows, sizes: [usize; 2]) -> Result<[usize; 2], ShapeError> {
    let padding = Padding::Explicit(windows.padding.map(|size| [size; 2]).to_vec());
    let sliding = Sliding {
        kernel: &windows.kernel,
        stride: &windows.stride,
        dilation: Some(&windows.dilation),
        padding: &padding,
        ceil_mode: false,
    };
    Ok([sliding.along(0, sizes[0])?, sliding.along(1, sizes[1])?])
}

/// Output size of a transposed window on one axis:
/// (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + padding_out + 1.
pub(super) fn transposed(
    conv: &TransposedConvolution,
    axis: usize,
    size: usize,
) -> Result<usize, ShapeError> {
    let (stride, dilation) = (conv.stride[axis], conv.dilation[axis]);
    let padding_out = conv.padding_out[axis];
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
    let reach = dilation.saturating_mul(conv.kernel[axis] - 1).saturating_add(1);
    let full = (size - 1).saturating_mul(stride).saturating_add(reach).saturating_add(padding_out);
    let cut = conv.padding[axis].saturating_mul(2);
    if full <= cut {
        return Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("makes {full} of {size}, of which its padding cuts off {cut}"),
            "use a smaller `padding`",
        ));
    }
    Ok(full - cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooled(kernel: usize, stride: usize, padding: Padding, ceil_mode: bool) -> usize {
        let (kernel, stride) = ([kernel], [stride]);
        let sliding = Sliding {
            kernel: &kernel,
            stride: &stride,
            dilation: None,
            padding: &padding,
            ceil_mode,
        };
        sliding.places(&[7]).unwrap()[0]
    }

    #[test]
    fn a_last_window_reaches_beyond_the_end_in_ceil_mode_alone() {
        assert_eq!(pooled(2, 2, Padding::Valid, false), 3);
        assert_eq!(pooled(2, 2, Padding::Valid, true), 4);
        assert_eq!(pooled(3, 2, Padding::Valid, true), 3);
    }

    #[test]
    fn no_window_begins_in_the_padding_behind_the_end() {
        let both_sides = || Padding::Explicit(vec![[1, 1]]);
        // Places 0, 2, 4, 6 begin at −1, 1, 3, 5; one more would begin at 7.
        assert_eq!(pooled(2, 2, both_sides(), true), 4);
        assert_eq!(pooled(2, 2, both_sides(), false), 4);
    }

    #[test]
    fn padding_may_differ_between_the_two_sides() {
        assert_eq!(pooled(3, 1, Padding::Explicit(vec![[2, 0]]), false), 7);
        assert_eq!(pooled(3, 1, Padding::Explicit(vec![[0, 3]]), false), 8);
    }
}
