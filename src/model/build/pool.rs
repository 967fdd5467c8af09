//! Builds pools, and what takes windows apart and puts them together.

use burn::nn;
use burn::nn::pool;

use super::convolution::{each, padding_1d, padding_2d};
use crate::model::layer::Layer;
use crate::spec::{AvgPool, LayerKind, MaxPool};

/// A pool.
pub(super) fn build(kind: &LayerKind) -> Layer {
    match kind {
        LayerKind::MaxPool(spec) => max_pool(spec),
        LayerKind::AvgPool(spec) => avg_pool(spec),
        LayerKind::AdaptiveAvgPool { output } => match output.len() {
            1 => Layer::AdaptiveAvgPool1d(pool::AdaptiveAvgPool1dConfig::new(output[0]).init()),
            2 => Layer::AdaptiveAvgPool2d(pool::AdaptiveAvgPool2dConfig::new(each(output)).init()),
            _ => Layer::AdaptiveAvgPool3d(pool::AdaptiveAvgPool3dConfig::new(each(output)).init()),
        },
        LayerKind::Unfold4d(windows) => Layer::Unfold4d(
            nn::Unfold4dConfig::new(windows.kernel)
                .with_stride(windows.stride)
                .with_dilation(windows.dilation)
                .with_padding(windows.padding)
                .init(),
        ),
        LayerKind::Fold4d { output, windows } => Layer::Fold4d(
            nn::Fold4dConfig::new(*output, windows.kernel)
                .with_stride(windows.stride)
                .with_dilation(windows.dilation)
                .with_padding(windows.padding)
                .init(),
        ),
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}

fn max_pool(spec: &MaxPool) -> Layer {
    let MaxPool { kernel, stride, dilation, padding, ceil_mode } = spec;
    match kernel.len() {
        1 => Layer::MaxPool1d(
            pool::MaxPool1dConfig::new(kernel[0])
                .with_stride(stride[0])
                .with_dilation(dilation[0])
                .with_padding(padding_1d(padding))
                .with_ceil_mode(*ceil_mode)
                .init(),
        ),
        _ => Layer::MaxPool2d(
            pool::MaxPool2dConfig::new(each(kernel))
                .with_strides(each(stride))
                .with_dilation(each(dilation))
                .with_padding(padding_2d(padding))
                .with_ceil_mode(*ceil_mode)
                .init(),
        ),
    }
}

fn avg_pool(spec: &AvgPool) -> Layer {
    let AvgPool { kernel, stride, padding, count_include_pad, ceil_mode } = spec;
    match kernel.len() {
        1 => Layer::AvgPool1d(
            pool::AvgPool1dConfig::new(kernel[0])
                .with_stride(stride[0])
                .with_padding(padding_1d(padding))
                .with_count_include_pad(*count_include_pad)
                .with_ceil_mode(*ceil_mode)
                .init(),
        ),
        _ => Layer::AvgPool2d(
            pool::AvgPool2dConfig::new(each(kernel))
                .with_strides(each(stride))
                .with_padding(padding_2d(padding))
                .with_count_include_pad(*count_include_pad)
                .with_ceil_mode(*ceil_mode)
                .init(),
        ),
    }
}
