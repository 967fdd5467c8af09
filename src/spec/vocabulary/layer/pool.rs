//! Pools, and what takes windows apart and puts them together.

use super::convolution::{PADDING, PADDING_1D, amount_2d};
use super::{count, flag, size, size_2d, size_3d};
use crate::spec::vocabulary::{
    DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const STRIDE_AS_KERNEL: TermOption =
    size_2d("stride", Default::Derived("as the kernel"), "step of the kernel");

const STRIDE_AS_KERNEL_1D: TermOption =
    TermOption { kind: Kind::Count { least: 1 }, ..STRIDE_AS_KERNEL };

const CEIL_MODE: TermOption =
    flag("ceil_mode", false, "whether a last window may reach beyond the end");

const STRIDE: TermOption = size_2d("stride", Default::Count(1), "step of the kernel");

const DILATION: TermOption =
    size_2d("dilation", Default::Count(1), "distance of the kernel's elements");

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "max_pool1d",
        kind: TermKind::Layer,
        summary: "The largest element under the kernel, over `[channels, length]`.",
        options: &[
            size("kernel", "length of the kernel"),
            STRIDE_AS_KERNEL_1D,
            PADDING_1D,
            count("dilation", "distance of the kernel's elements"),
            CEIL_MODE,
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
            CEIL_MODE,
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
            PADDING_1D,
            flag("count_include_pad", true, "whether padding counts in the mean"),
            CEIL_MODE,
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
            CEIL_MODE,
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
    TermMeta {
        name: "adaptive_avg_pool3d",
        kind: TermKind::Layer,
        summary: "The mean over `[depth, height, width]` in so many equal parts, whatever the input's size.",
        options: &[size_3d("output", Default::Required, "depth, height and width of the output")],
        main: Some("output"),
        example: "adaptive_avg_pool3d: 1",
        source: "Burn 0.22, AdaptiveAvgPool3dConfig",
    },
    TermMeta {
        name: "unfold4d",
        kind: TermKind::Layer,
        summary: "What each place of a window sees, as a column: `[channels, height, width]` becomes `[channels · window, places]`. Also known as im2col.",
        options: &[
            size_2d("kernel", Default::Required, "height and width of the window"),
            STRIDE,
            DILATION,
            amount_2d("padding", "zeros on both sides"),
        ],
        main: Some("kernel"),
        example: "unfold4d: {kernel: 2, stride: 2}",
        source: "Burn 0.22, Unfold4dConfig",
    },
    TermMeta {
        name: "fold4d",
        kind: TermKind::Layer,
        summary: "Sums columns `[channels · window, places]` at the places that they come from, to `[channels, height, width]`: what `unfold4d` takes apart, overlaps counted again. Also known as col2im.",
        options: &[
            size_2d("output", Default::Required, "height and width of the output"),
            size_2d("kernel", Default::Required, "height and width of the window"),
            STRIDE,
            DILATION,
            amount_2d("padding", "zeros on both sides, which are cut off again"),
        ],
        main: None,
        example: "fold4d: {output: [4, 8], kernel: 2, stride: 2}",
        source: "Burn 0.22, Fold4dConfig",
    },
];
