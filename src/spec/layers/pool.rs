//! Reads pools, and what takes windows apart and puts them together.

use super::convolution::{optional_sizes, padding, sizes};
use crate::spec::options::OptionReader;
use crate::spec::{AvgPool, LayerKind, MaxPool, Windows};

/// The pool that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "max_pool1d" => max_pool(options, 1),
        "max_pool2d" => max_pool(options, 2),
        "avg_pool1d" => avg_pool(options, 1),
        "avg_pool2d" => avg_pool(options, 2),
        "adaptive_avg_pool1d" => adaptive(options, 1),
        "adaptive_avg_pool2d" => adaptive(options, 2),
        "adaptive_avg_pool3d" => adaptive(options, 3),
        "unfold4d" => LayerKind::Unfold4d(windows(options)),
        "fold4d" => LayerKind::Fold4d { output: options.size("output"), windows: windows(options) },
        _ => return None,
    })
}

fn max_pool(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    let kernel = sizes(options, "kernel", axes);
    LayerKind::MaxPool(MaxPool {
        stride: optional_sizes(options, "stride", axes).unwrap_or_else(|| kernel.clone()),
        kernel,
        dilation: sizes(options, "dilation", axes),
        padding: padding(options, axes),
        ceil_mode: options.flag("ceil_mode"),
    })
}

fn avg_pool(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    let kernel = sizes(options, "kernel", axes);
    LayerKind::AvgPool(AvgPool {
        stride: optional_sizes(options, "stride", axes).unwrap_or_else(|| kernel.clone()),
        kernel,
        padding: padding(options, axes),
        count_include_pad: options.flag("count_include_pad"),
        ceil_mode: options.flag("ceil_mode"),
    })
}

fn adaptive(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    LayerKind::AdaptiveAvgPool { output: sizes(options, "output", axes) }
}

fn windows(options: &mut OptionReader<'_, '_, '_>) -> Windows {
    Windows {
        kernel: options.size("kernel"),
        stride: options.size("stride"),
        dilation: options.size("dilation"),
        padding: options.size("padding"),
    }
}
