//! Pools.

use super::convolution::PADDING;
use super::{count, flag, size, size_2d};
use crate::spec::vocabulary::{
    DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const STRIDE_AS_KERNEL: TermOption =
    size_2d("stride", Default::Derived("as the kernel"), "step of the kernel");

const STRIDE_AS_KERNEL_1D: TermOption =
    TermOption { kind: Kind::Count { least: 1 }, ..STRIDE_AS_KERNEL };

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "max_pool1d",
        kind: TermKind::Layer,
        summary: "The largest element under the kernel, over `[channels, length]`.",
        options: &[
            size("kernel", "length of the kernel"),
            STRIDE_AS_KERNEL_1D,
            PADDING,
            count("dilation", "distance of the kernel's elements"),
        ],
        main: Some("kernel"),
        example: "max_pool1d: 2",
        source: "Burn 0.22, MaxPool1dConfig",
    },
    TermMeta {
        name: "max_pool2d",
        kind: TermKind::Layer,
        summary: "The largest element under the kernel, over `[channels, height, \
                  width]`.",
        options: &[
            size_2d("kernel", Default::Required, "height and width of the kernel"),
            STRIDE_AS_KERNEL,
            PADDING,
            size_2d("dilation", Default::Count(1), "distance of the kernel's elements"),
        ],
        main: Some("kernel"),
        example: "max_pool2d: 2",
        source: "Burn 0.22, MaxPool2dConfig",
    },
    TermMeta {
        name: "avg_pool1d",
        kind: TermKind::Layer,
        summary: "The mean under the kernel, over `[channels, length]`.",
        options: &[
            size("kernel", "length of the kernel"),
            STRIDE_AS_KERNEL_1D,
            PADDING,
            flag("count_include_pad", true, "whether padding counts in the mean"),
        ],
        main: Some("kernel"),
        example: "avg_pool1d: 2",
        source: "Burn 0.22, AvgPool1dConfig",
    },
    TermMeta {
        name: "avg_pool2d",
        kind: TermKind::Layer,
        summary: "The mean under the kernel, over `[channels, height, width]`.",
        options: &[
            size_2d("kernel", Default::Required, "height and width of the kernel"),
            STRIDE_AS_KERNEL,
            PADDING,
            flag("count_include_pad", true, "whether padding counts in the mean"),
        ],
        main: Some("kernel"),
        example: "avg_pool2d: 2",
        source: "Burn 0.22, AvgPool2dConfig",
    },
    TermMeta {
        name: "adaptive_avg_pool1d",
        kind: TermKind::Layer,
        summary: "Means over as many equal windows as the output has places, over `[channels, length]`; `1` is global average pooling.",
        options: &[size("output", "length of the output")],
        main: Some("output"),
        example: "adaptive_avg_pool1d: 1",
        source: "Burn 0.22, AdaptiveAvgPool1dConfig",
    },
    TermMeta {
        name: "adaptive_avg_pool2d",
        kind: TermKind::Layer,
        summary: "Means over as many equal windows as the output has places; `1` \
                  is global average pooling.",
        options: &[size_2d("output", Default::Required, "height and width of the output")],
        main: Some("output"),
        example: "adaptive_avg_pool2d: 1",
        source: "Burn 0.22, AdaptiveAvgPool2dConfig",
    },
];
