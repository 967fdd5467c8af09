//! Convolutions, and the paddings that pools share with them.

use super::{BIAS, BIAS_INITIALIZER, INITIALIZER, amount, count, flag, size, size_2d, size_3d};
use crate::spec::vocabulary::{
    DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const GROUPS: TermOption = count("groups", "groups of channels; divide input and output channels");

pub(super) const PADDING: TermOption = TermOption {
    name: "padding",
    kind: Kind::Padding,
    default: Default::Word("valid"),
    doc: "zeros on all sides; `valid` has none, `same` keeps the size",
};

pub(super) const PADDING_1D: TermOption = TermOption { kind: Kind::Padding1d, ..PADDING };

const PADDING_3D: TermOption = TermOption { kind: Kind::Padding3d, ..PADDING };

pub(super) const fn amount_2d(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Size2d { least: 0 }, default: Default::Count(0), doc }
}

const fn amount_3d(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Size3d { least: 0 }, default: Default::Count(0), doc }
}

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "conv1d",
        kind: TermKind::Layer,
        summary: "Convolution over `[channels, length]`. With `groups` and a stride that leaves a \
                  remainder, Burn 0.22.1 computes a wrong gradient of the weights.",
        options: &[
            size("out", "output channels"),
            size("kernel", "length of the kernel"),
            count("stride", "step of the kernel"),
            count("dilation", "distance of the kernel's elements"),
            GROUPS,
            PADDING_1D,
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv1d: {out: 8, kernel: 3, padding: same}",
        source: "Burn 0.22, Conv1dConfig",
    },
    TermMeta {
        name: "conv2d",
        kind: TermKind::Layer,
        summary: "Convolution over `[channels, height, width]`.",
        options: &[
            size("out", "output channels"),
            size_2d("kernel", Default::Required, "height and width of the kernel"),
            size_2d("stride", Default::Count(1), "step of the kernel"),
            size_2d("dilation", Default::Count(1), "distance of the kernel's elements"),
            GROUPS,
            PADDING,
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv2d: {out: 16, kernel: 3, padding: same}",
        source: "Burn 0.22, Conv2dConfig",
    },
    TermMeta {
        name: "conv3d",
        kind: TermKind::Layer,
        summary: "Convolution over `[channels, depth, height, width]`.",
        options: &[
            size("out", "output channels"),
            size_3d("kernel", Default::Required, "depth, height and width of the kernel"),
            size_3d("stride", Default::Count(1), "step of the kernel"),
            size_3d("dilation", Default::Count(1), "distance of the kernel's elements"),
            GROUPS,
            PADDING_3D,
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv3d: {out: 4, kernel: 3, padding: same}",
        source: "Burn 0.22, Conv3dConfig",
    },
    TermMeta {
        name: "conv_transpose1d",
        kind: TermKind::Layer,
        summary: "Transposed convolution over `[channels, length]`: the length becomes (length − 1) · stride − 2 · padding + dilation · (kernel − 1) + padding_out + 1.",
        options: &[
            size("out", "output channels"),
            size("kernel", "length of the kernel"),
            count("stride", "distance of the inputs in the output"),
            count("dilation", "distance of the kernel's elements"),
            GROUPS,
            amount("padding", "elements that are cut off on both sides"),
            amount(
                "padding_out",
                "elements that are added on the far side; less than stride or dilation",
            ),
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv_transpose1d: {out: 8, kernel: 2, stride: 2}",
        source: "Burn 0.22, ConvTranspose1dConfig",
    },
    TermMeta {
        name: "conv_transpose2d",
        kind: TermKind::Layer,
        summary: "Transposed convolution over `[channels, height, width]`: a size becomes (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + padding_out + 1.",
        options: &[
            size("out", "output channels"),
            size_2d("kernel", Default::Required, "height and width of the kernel"),
            size_2d("stride", Default::Count(1), "distance of the inputs in the output"),
            size_2d("dilation", Default::Count(1), "distance of the kernel's elements"),
            GROUPS,
            amount_2d("padding", "rows and columns that are cut off on both sides"),
            amount_2d(
                "padding_out",
                "rows and columns that are added on the far side; less than stride or dilation",
            ),
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv_transpose2d: {out: 8, kernel: 2, stride: 2}",
        source: "Burn 0.22, ConvTranspose2dConfig",
    },
    TermMeta {
        name: "conv_transpose3d",
        kind: TermKind::Layer,
        summary: "Transposed convolution over `[channels, depth, height, width]`: a size becomes (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + padding_out + 1.",
        options: &[
            size("out", "output channels"),
            size_3d("kernel", Default::Required, "depth, height and width of the kernel"),
            size_3d("stride", Default::Count(1), "distance of the inputs in the output"),
            size_3d("dilation", Default::Count(1), "distance of the kernel's elements"),
            GROUPS,
            amount_3d("padding", "places that are cut off on both sides"),
            amount_3d(
                "padding_out",
                "places that are added on the far side; less than stride or dilation",
            ),
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "conv_transpose3d: {out: 4, kernel: 2, stride: 2}",
        source: "Burn 0.22, ConvTranspose3dConfig",
    },
    TermMeta {
        name: "deform_conv2d",
        kind: TermKind::Layer,
        summary: "Convolution over `[channels, height, width]` whose kernel's elements are moved, each by an offset down and one to the right that a convolution of the layer's own, `offset`, reads from the same input. Between pixels it is bilinear, outside the image 0. On wgpu Burn's gradient of the offsets, the masks and the input is wrong, and `gradients_match` fails there.",
        options: &[
            size("out", "output channels"),
            size_2d("kernel", Default::Required, "height and width of the kernel"),
            size_2d("stride", Default::Count(1), "step of the kernel"),
            size_2d("dilation", Default::Count(1), "distance of the kernel's elements"),
            TermOption { name: "weight_groups", ..GROUPS },
            count("offset_groups", "groups of input channels with offsets of their own"),
            TermOption {
                doc: "zeros on both sides, as many on one as on the other; `valid` has none, `same` keeps the size",
                ..PADDING
            },
            flag(
                "modulated",
                false,
                "whether another convolution, `mask`, weighs each element by a sigmoid",
            ),
            BIAS,
            INITIALIZER,
            BIAS_INITIALIZER,
        ],
        main: None,
        example: "deform_conv2d: {out: 8, kernel: 3, padding: same}",
        source: "Dai et al.: Deformable Convolutional Networks (2017); with `modulated`, Zhu et al. (2018); Burn 0.22, DeformConv2dConfig",
    },
];
