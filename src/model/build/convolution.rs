//! Builds convolutions.

use burn::nn;
use burn::tensor::Device;

use super::{drawn_by_burn, orthogonalized, replace_bias};
use crate::model::layer::Layer;
use crate::spec::{LayerKind, Padding};

/// A convolution of an input with so many channels.
pub(super) fn build(kind: &LayerKind, channels: usize, device: &Device) -> Layer {
    match kind {
        LayerKind::Conv1d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            bias,
            initializer,
            bias_initializer,
        } => {
            let mut config = nn::conv::Conv1dConfig::new(channels, *out, *kernel)
                .with_stride(*stride)
                .with_dilation(*dilation)
                .with_groups(*groups)
                .with_padding(padding_1d(*padding))
                .with_bias(*bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            let mut conv = config.init(device);
            let fan_in = channels / groups * kernel;
            replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
            Layer::Conv1d(orthogonalized(conv, *initializer))
        }
        LayerKind::Conv2d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            bias,
            initializer,
            bias_initializer,
        } => {
            let mut config = nn::conv::Conv2dConfig::new([channels, *out], *kernel)
                .with_stride(*stride)
                .with_dilation(*dilation)
                .with_groups(*groups)
                .with_padding(padding_2d(*padding))
                .with_bias(*bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            let mut conv = config.init(device);
            let fan_in = channels / groups * kernel[0] * kernel[1];
            replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
            Layer::Conv2d(orthogonalized(conv, *initializer))
        }
        LayerKind::Conv3d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            bias,
            initializer,
            bias_initializer,
        } => {
            let mut config = nn::conv::Conv3dConfig::new([channels, *out], *kernel)
                .with_stride(*stride)
                .with_dilation(*dilation)
                .with_groups(*groups)
                .with_padding(padding_3d(*padding))
                .with_bias(*bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            let mut conv = config.init(device);
            let fan_in = channels / groups * kernel.iter().product::<usize>();
            replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
            Layer::Conv3d(orthogonalized(conv, *initializer))
        }
        LayerKind::ConvTranspose1d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            padding_out,
            bias,
            initializer,
            bias_initializer,
        } => {
            let mut config = nn::conv::ConvTranspose1dConfig::new([channels, *out], *kernel)
                .with_stride(*stride)
                .with_dilation(*dilation)
                .with_groups(*groups)
                .with_padding(*padding)
                .with_padding_out(*padding_out)
                .with_bias(*bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            let mut conv = config.init(device);
            // What Burn takes for the fan-in of a transposed kernel.
            let fan_in = out / groups * kernel;
            replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
            Layer::ConvTranspose1d(orthogonalized(conv, *initializer))
        }
        LayerKind::ConvTranspose2d {
            out,
            kernel,
            stride,
            dilation,
            groups,
            padding,
            padding_out,
            bias,
            initializer,
            bias_initializer,
        } => {
            let mut config = nn::conv::ConvTranspose2dConfig::new([channels, *out], *kernel)
                .with_stride(*stride)
                .with_dilation(*dilation)
                .with_groups(*groups)
                .with_padding(*padding)
                .with_padding_out(*padding_out)
                .with_bias(*bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            let mut conv = config.init(device);
            let fan_in = out / groups * kernel[0] * kernel[1];
            replace_bias(&mut conv.bias, *bias_initializer, *out, fan_in, device);
            Layer::ConvTranspose2d(orthogonalized(conv, *initializer))
        }
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}

pub(super) fn padding_1d(padding: Padding) -> nn::PaddingConfig1d {
    match padding {
        Padding::Valid => nn::PaddingConfig1d::Valid,
        Padding::Same => nn::PaddingConfig1d::Same,
        Padding::Explicit([size, _]) => nn::PaddingConfig1d::Explicit(size, size),
    }
}

pub(super) fn padding_2d(padding: Padding) -> nn::PaddingConfig2d {
    match padding {
        Padding::Valid => nn::PaddingConfig2d::Valid,
        Padding::Same => nn::PaddingConfig2d::Same,
        Padding::Explicit([rows, columns]) => {
            nn::PaddingConfig2d::Explicit(rows, columns, rows, columns)
        }
    }
}

fn padding_3d(padding: Padding<3>) -> nn::PaddingConfig3d {
    match padding {
        Padding::Valid => nn::PaddingConfig3d::Valid,
        Padding::Same => nn::PaddingConfig3d::Same,
        Padding::Explicit([depth, rows, columns]) => {
            nn::PaddingConfig3d::Explicit(depth, rows, columns)
        }
    }
}
