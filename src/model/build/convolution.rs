//! Builds convolutions.

use burn::nn;
use burn::tensor::Device;

use super::{drawn_by_burn, orthogonalized, replace_bias, replace_weight};
use crate::model::deformable::Deformable;
use crate::model::layer::Layer;
use crate::spec::{
    Convolution, DeformableConvolution, Initializer, LayerKind, Padding, TransposedConvolution,
};

/// What all of Burn's convolutions have, whatever their number of axes.
macro_rules! built {
    ($config:expr, $spec:expr, $fan_in:expr, $device:expr) => {{
        let mut config = $config.with_bias($spec.bias);
        if let Some(initializer) = drawn_by_burn($spec.initializer) {
            config = config.with_initializer(initializer);
        }
        let mut conv = config.init($device);
        replace_bias(&mut conv.bias, $spec.bias_initializer, $spec.out, $fan_in, $device);
        orthogonalized(conv, $spec.initializer)
    }};
}

/// The same of the transposed ones, whose weights Burn draws without knowing all that it needs.
macro_rules! built_transposed {
    ($config:expr, $spec:expr, $fans:expr, $device:expr) => {{
        let mut conv = $config.with_bias($spec.bias).init($device);
        replace_weight(&mut conv.weight, $spec.initializer, $fans, $device);
        // As Burn does, a bias follows its weights; none is orthogonal.
        let of_weights = $spec.initializer.filter(|i| !matches!(i, Initializer::Orthogonal { .. }));
        let initializer = $spec.bias_initializer.or(of_weights);
        replace_bias(&mut conv.bias, initializer, $spec.out, $fans[0], $device);
        orthogonalized(conv, $spec.initializer)
    }};
}

/// A convolution of an input with so many channels.
pub(super) fn build(kind: &LayerKind, channels: usize, device: &Device) -> Layer {
    match kind {
        LayerKind::Conv(conv) => convolution(conv, channels, device),
        LayerKind::ConvTranspose(conv) => transposed(conv, channels, device),
        LayerKind::DeformConv2d(conv) => Layer::DeformConv2d(deformable(conv, channels, device)),
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}

fn convolution(spec: &Convolution, channels: usize, device: &Device) -> Layer {
    let Convolution { out, kernel, stride, dilation, groups, padding, .. } = spec;
    let fan_in = channels / groups * kernel.iter().product::<usize>();
    match kernel.len() {
        1 => {
            let config = nn::conv::Conv1dConfig::new(channels, *out, kernel[0])
                .with_stride(stride[0])
                .with_dilation(dilation[0])
                .with_groups(*groups)
                .with_padding(padding_1d(padding));
            Layer::Conv1d(built!(config, spec, fan_in, device))
        }
        2 => {
            let config = nn::conv::Conv2dConfig::new([channels, *out], each(kernel))
                .with_stride(each(stride))
                .with_dilation(each(dilation))
                .with_groups(*groups)
                .with_padding(padding_2d(padding));
            Layer::Conv2d(built!(config, spec, fan_in, device))
        }
        _ => {
            let config = nn::conv::Conv3dConfig::new([channels, *out], each(kernel))
                .with_stride(each(stride))
                .with_dilation(each(dilation))
                .with_groups(*groups)
                .with_padding(padding_3d(padding));
            Layer::Conv3d(built!(config, spec, fan_in, device))
        }
    }
}

fn transposed(spec: &TransposedConvolution, channels: usize, device: &Device) -> Layer {
    let TransposedConvolution {
        out, kernel, stride, dilation, groups, padding, padding_out, ..
    } = spec;
    // What Burn takes for the fan-in of a transposed kernel.
    let fans = [out / groups, channels / groups].map(|c| c * kernel.iter().product::<usize>());
    match kernel.len() {
        1 => {
            let config = nn::conv::ConvTranspose1dConfig::new([channels, *out], kernel[0])
                .with_stride(stride[0])
                .with_dilation(dilation[0])
                .with_groups(*groups)
                .with_padding(padding[0])
                .with_padding_out(padding_out[0]);
            Layer::ConvTranspose1d(built_transposed!(config, spec, fans, device))
        }
        2 => {
            let config = nn::conv::ConvTranspose2dConfig::new([channels, *out], each(kernel))
                .with_stride(each(stride))
                .with_dilation(each(dilation))
                .with_groups(*groups)
                .with_padding(each(padding))
                .with_padding_out(each(padding_out));
            Layer::ConvTranspose2d(built_transposed!(config, spec, fans, device))
        }
        _ => {
            let config = nn::conv::ConvTranspose3dConfig::new([channels, *out], each(kernel))
                .with_stride(each(stride))
                .with_dilation(each(dilation))
                .with_groups(*groups)
                .with_padding(each(padding))
                .with_padding_out(each(padding_out));
            Layer::ConvTranspose3d(built_transposed!(config, spec, fans, device))
        }
    }
}

fn deformable(spec: &DeformableConvolution, channels: usize, device: &Device) -> Deformable {
    let DeformableConvolution { out, kernel, stride, dilation, padding, .. } = spec;
    let config = nn::conv::DeformConv2dConfig::new([channels, *out], *kernel)
        .with_stride(*stride)
        .with_dilation(*dilation)
        .with_weight_groups(spec.weight_groups)
        .with_offset_groups(spec.offset_groups)
        .with_padding(padding_2d(padding));
    let fan_in = channels / spec.weight_groups * kernel.iter().product::<usize>();
    // One place of the kernel for each of its own.
    let reader = |out| {
        nn::conv::Conv2dConfig::new([channels, out], *kernel)
            .with_stride(*stride)
            .with_dilation(*dilation)
            .with_padding(padding_2d(padding))
            .init(device)
    };
    Deformable {
        conv: built!(config, spec, fan_in, device),
        offset: reader(spec.offsets()),
        mask: spec.modulated.then(|| reader(spec.masks())),
    }
}

/// The sizes of a layer that has `N` axes.
pub(super) fn each<const N: usize>(sizes: &[usize]) -> [usize; N] {
    sizes.try_into().expect("a layer's sizes have one entry for each of its axes")
}

pub(super) fn padding_1d(padding: &Padding) -> nn::PaddingConfig1d {
    match padding {
        Padding::Valid => nn::PaddingConfig1d::Valid,
        Padding::Same => nn::PaddingConfig1d::Same,
        Padding::Explicit(sizes) => nn::PaddingConfig1d::Explicit(sizes[0][0], sizes[0][1]),
    }
}

pub(super) fn padding_2d(padding: &Padding) -> nn::PaddingConfig2d {
    match padding {
        Padding::Valid => nn::PaddingConfig2d::Valid,
        Padding::Same => nn::PaddingConfig2d::Same,
        Padding::Explicit(sizes) => {
            let ([top, bottom], [left, right]) = (sizes[0], sizes[1]);
            nn::PaddingConfig2d::Explicit(top, left, bottom, right)
        }
    }
}

/// Alike on both sides, which is all that Burn has, and that the plan admits.
fn padding_3d(padding: &Padding) -> nn::PaddingConfig3d {
    match padding {
        Padding::Valid => nn::PaddingConfig3d::Valid,
        Padding::Same => nn::PaddingConfig3d::Same,
        Padding::Explicit(sizes) => {
            nn::PaddingConfig3d::Explicit(sizes[0][0], sizes[1][0], sizes[2][0])
        }
    }
}
