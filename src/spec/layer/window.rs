//! Layers whose windows slide over the axes behind the channels: convolutions and pools. One type
//! serves every number of axes; its sizes have one entry for each.

use super::{Initializer, by_axes};

/// A convolution over 1 to 3 axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    pub out: usize,
    pub kernel: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    pub groups: usize,
    pub padding: Padding,
    pub bias: bool,
    pub initializer: Option<Initializer>,
    pub bias_initializer: Option<Initializer>,
}

/// A transposed convolution over 1 to 3 axes.
#[derive(Debug, Clone, PartialEq)]
pub struct TransposedConvolution {
    pub out: usize,
    pub kernel: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    pub groups: usize,
    /// What is cut off on both sides.
    pub padding: Vec<usize>,
    /// What is added on the far side.
    pub padding_out: Vec<usize>,
    pub bias: bool,
    pub initializer: Option<Initializer>,
    pub bias_initializer: Option<Initializer>,
}

/// A convolution over images whose kernel's elements stand where a second convolution says.
#[derive(Debug, Clone, PartialEq)]
pub struct DeformableConvolution {
    pub out: usize,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub weight_groups: usize,
    /// Groups of channels that have offsets of their own.
    pub offset_groups: usize,
    pub padding: Padding,
    /// Whether each element is also weighed, between 0 and 1, by a third convolution.
    pub modulated: bool,
    pub bias: bool,
    pub initializer: Option<Initializer>,
    pub bias_initializer: Option<Initializer>,
}

/// The largest element of each window, over 1 or 2 axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaxPool {
    pub kernel: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    pub padding: Padding,
    pub ceil_mode: bool,
}

/// The mean of each window, over 1 or 2 axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvgPool {
    pub kernel: Vec<usize>,
    pub stride: Vec<usize>,
    pub padding: Padding,
    pub count_include_pad: bool,
    pub ceil_mode: bool,
}

/// Windows over height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    /// Zeros on both sides.
    pub padding: [usize; 2],
}

/// Padding of convolutions and pools, as Burn has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Padding {
    Valid,
    Same,
    /// What is added before and after, on each axis.
    Explicit(Vec<[usize; 2]>),
}

impl Convolution {
    pub(super) fn term(&self) -> &'static str {
        by_axes(["conv1d", "conv2d", "conv3d"], self.kernel.len())
    }
}

impl TransposedConvolution {
    pub(super) fn term(&self) -> &'static str {
        let names = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"];
        by_axes(names, self.kernel.len())
    }
}

impl DeformableConvolution {
    /// Channels that the second convolution gives: an offset down and one to the right for each
    /// element of the kernel, in each group.
    pub fn offsets(&self) -> usize {
        self.weights_of_elements().saturating_mul(2)
    }

    /// Channels that the third convolution gives, if there is one.
    pub fn masks(&self) -> usize {
        if self.modulated { self.weights_of_elements() } else { 0 }
    }

    fn weights_of_elements(&self) -> usize {
        self.kernel[0].saturating_mul(self.kernel[1]).saturating_mul(self.offset_groups)
    }
}

impl Padding {
    /// What is added before and after `size` elements. `same` adds what keeps ⌈size / stride⌉
    /// windows of an undilated kernel, the odd one after, as Burn does.
    pub fn around(&self, axis: usize, size: usize, kernel: usize, stride: usize) -> [usize; 2] {
        match self {
            Self::Valid => [0, 0],
            Self::Explicit(sizes) => sizes[axis],
            Self::Same => {
                let reached = (size.div_ceil(stride) - 1).saturating_mul(stride);
                let total = reached.saturating_add(kernel).saturating_sub(size);
                [total / 2, total - total / 2]
            }
        }
    }
}
