//! Builds pools.

use burn::nn;

use super::convolution::{padding_1d, padding_2d};
use crate::model::layer::Layer;
use crate::spec::LayerKind;

/// A pool.
pub(super) fn build(kind: &LayerKind) -> Layer {
    match kind {
        LayerKind::MaxPool1d { kernel, stride, padding, dilation } => Layer::MaxPool1d(
            nn::pool::MaxPool1dConfig::new(*kernel)
                .with_stride(*stride)
                .with_padding(padding_1d(*padding))
                .with_dilation(*dilation)
                .init(),
        ),
        LayerKind::AvgPool1d { kernel, stride, padding, count_include_pad } => Layer::AvgPool1d(
            nn::pool::AvgPool1dConfig::new(*kernel)
                .with_stride(*stride)
                .with_padding(padding_1d(*padding))
                .with_count_include_pad(*count_include_pad)
                .init(),
        ),
        LayerKind::AdaptiveAvgPool1d { output } => {
            Layer::AdaptiveAvgPool1d(nn::pool::AdaptiveAvgPool1dConfig::new(*output).init())
        }
        LayerKind::MaxPool2d { kernel, stride, padding, dilation } => Layer::MaxPool2d(
            nn::pool::MaxPool2dConfig::new(*kernel)
                .with_strides(*stride)
                .with_padding(padding_2d(*padding))
                .with_dilation(*dilation)
                .init(),
        ),
        LayerKind::AvgPool2d { kernel, stride, padding, count_include_pad } => Layer::AvgPool2d(
            nn::pool::AvgPool2dConfig::new(*kernel)
                .with_strides(*stride)
                .with_padding(padding_2d(*padding))
                .with_count_include_pad(*count_include_pad)
                .init(),
        ),
        LayerKind::AdaptiveAvgPool2d { output } => {
            Layer::AdaptiveAvgPool2d(nn::pool::AdaptiveAvgPool2dConfig::new(*output).init())
        }
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}
