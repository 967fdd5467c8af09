//! Interpolation of signals and images.
//!
//! Burn differentiates it on every device in its `nearest` mode alone: in the others the backward pass
//! panics on GPUs, and in some of them on the CPU too (burn-cubecl 0.22.1,
//! `kernel::interpolate::interpolate_backward`). But every mode is a weighted sum along each axis, so
//! that it is also a product with the weights, and products have their gradient everywhere. The
//! weights are Burn's own: what its forward pass makes of unit vectors.

use burn::nn::interpolate::{
    Interpolate1d, Interpolate1dConfig, Interpolate2dConfig, InterpolateMode,
};
use burn::tensor::{Device, Tensor};

use crate::spec::InterpolationMode;

/// An interpolation to these sizes of the axes behind the channels.
#[derive(Debug, Clone)]
pub struct Resize {
    pub output: Vec<usize>,
    pub mode: InterpolationMode,
    pub align_corners: bool,
}

impl Resize {
    /// `[batch, channels, length]` in the new length.
    pub fn signal(&self, x: Tensor<3>) -> Tensor<3> {
        if self.mode == InterpolationMode::Nearest {
            return self.burns(self.output[0]).forward(x);
        }
        let [_, _, length] = x.dims();
        let weights = self.weights(length, self.output[0], &x.device());
        x.matmul(weights.unsqueeze())
    }

    /// `[batch, channels, height, width]` in the new height and width.
    pub fn image(&self, x: Tensor<4>) -> Tensor<4> {
        if self.mode == InterpolationMode::Nearest {
            let output = [self.output[0], self.output[1]];
            return Interpolate2dConfig::new().with_output_size(Some(output)).init().forward(x);
        }
        let [_, _, height, width] = x.dims();
        let rows = self.weights(height, self.output[0], &x.device());
        let columns = self.weights(width, self.output[1], &x.device());
        rows.transpose().unsqueeze::<4>().matmul(x).matmul(columns.unsqueeze())
    }

    /// `[size, output]`: the share of each element in each new one.
    fn weights(&self, size: usize, output: usize, device: &Device) -> Tensor<2> {
        let units = Tensor::<2>::eye(size, device);
        self.burns(output).forward(units.unsqueeze()).squeeze_dim(0)
    }

    fn burns(&self, output: usize) -> Interpolate1d {
        Interpolate1dConfig::new()
            .with_output_size(Some(output))
            .with_mode(burn_mode(self.mode))
            .with_align_corners(self.align_corners)
            .init()
    }
}

fn burn_mode(mode: InterpolationMode) -> InterpolateMode {
    match mode {
        InterpolationMode::Nearest => InterpolateMode::Nearest,
        InterpolationMode::Linear => InterpolateMode::Linear,
        InterpolationMode::Cubic => InterpolateMode::Cubic,
        InterpolationMode::Lanczos => InterpolateMode::Lanczos,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::device::{DeviceChoice, Devices};

    /// `[2, 3, 4, 5]` numbers that do not repeat.
    fn image() -> Tensor<4> {
        let numbers: Vec<f64> = (0..120).map(|i| (f64::from(i) * 0.7).sin()).collect();
        let device = Devices::open(DeviceChoice::Cpu).unwrap().reference.device;
        Tensor::from_data(TensorData::new(numbers, [2, 3, 4, 5]), &device)
    }

    #[test]
    fn in_every_mode_it_is_burns_own() {
        let _alone = crate::device::alone();
        for mode in InterpolationMode::WORDS.iter().map(|word| InterpolationMode::of(word)) {
            for align_corners in [false, true] {
                for output in [[8, 10], [3, 7], [4, 2], [1, 1]] {
                    let resize = Resize { output: output.to_vec(), mode, align_corners };
                    let burns = Interpolate2dConfig::new()
                        .with_output_size(Some(output))
                        .with_mode(burn_mode(mode))
                        .with_align_corners(align_corners)
                        .init()
                        .forward(image());
                    let difference = (resize.image(image()) - burns).abs().max();
                    let difference = difference.try_into_vec_as::<f64>().unwrap()[0];
                    assert!(difference < 1e-5, "{resize:?}: {difference}");
                }
            }
        }
    }
}
