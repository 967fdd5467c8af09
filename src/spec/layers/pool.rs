//! Reads pools.

use super::convolution::padding;
use crate::spec::LayerKind;
use crate::spec::options::OptionReader;

/// The pool that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "max_pool1d" => {
            let kernel = options.count("kernel");
            LayerKind::MaxPool1d {
                kernel,
                stride: options.optional_count("stride").map_or(kernel, |stride| stride.value),
                padding: padding(options),
                dilation: options.count("dilation"),
            }
        }
        "max_pool2d" => {
            let kernel = options.size("kernel");
            LayerKind::MaxPool2d {
                kernel,
                stride: options.optional_size("stride").unwrap_or(kernel),
                padding: padding(options),
                dilation: options.size("dilation"),
            }
        }
        "avg_pool1d" => {
            let kernel = options.count("kernel");
            LayerKind::AvgPool1d {
                kernel,
                stride: options.optional_count("stride").map_or(kernel, |stride| stride.value),
                padding: padding(options),
                count_include_pad: options.flag("count_include_pad"),
            }
        }
        "avg_pool2d" => {
            let kernel = options.size("kernel");
            LayerKind::AvgPool2d {
                kernel,
                stride: options.optional_size("stride").unwrap_or(kernel),
                padding: padding(options),
                count_include_pad: options.flag("count_include_pad"),
            }
        }
        "adaptive_avg_pool1d" => LayerKind::AdaptiveAvgPool1d { output: options.count("output") },
        "adaptive_avg_pool2d" => LayerKind::AdaptiveAvgPool2d { output: options.size("output") },
        _ => return None,
    })
}
