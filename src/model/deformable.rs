//! Deformable convolution: Burn's own, and the convolutions that tell it where to look.

use burn::module::Module;
use burn::nn::conv::{Conv2d, DeformConv2d};
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

/// A convolution over images with the offsets of its kernel's elements, and their weights.
#[derive(Module, Debug)]
pub struct Deformable {
    pub conv: DeformConv2d,
    /// For each element of the kernel an offset down and one to the right.
    pub offset: Conv2d,
    /// For each element of the kernel what its weight is the sigmoid of.
    pub mask: Option<Conv2d>,
}

impl Deformable {
    /// `[batch, channels, height, width]`, as of a convolution.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let offset = self.offset.forward(x.clone());
        let mask = self.mask.as_ref().map(|mask| sigmoid(mask.forward(x.clone())));
        self.conv.forward(x, offset, mask)
    }
}
