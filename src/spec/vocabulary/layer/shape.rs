//! Nodes that only give their input another shape.

use super::{amount, flag, size};
use crate::spec::InterpolationMode;
use crate::spec::vocabulary::{
    Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind,
};

const AXIS: TermOption = TermOption {
    name: "axis",
    kind: Kind::Count { least: 0 },
    default: Default::Required,
    doc: "the axis, counted from 0 without the batch axis",
};

const MODE: TermOption = TermOption {
    name: "mode",
    kind: Kind::Word(InterpolationMode::WORDS),
    default: Default::Word("nearest"),
    doc: "what a new place takes: its nearest neighbour, or a mean of those around it. Burn's `nearest_exact` is refused: it does not run on the CPU",
};

const ALIGN_CORNERS: TermOption = flag(
    "align_corners",
    true,
    "whether the outermost places stay where they are, in modes other than the nearest ones",
);

pub(in crate::spec::vocabulary) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "flatten",
        kind: TermKind::Layer,
        summary: "All axes but the batch axis become one.",
        options: &[],
        main: None,
        example: "flatten",
        source: "nn-test",
    },
    TermMeta {
        name: "reshape",
        kind: TermKind::Layer,
        summary: "The example in a new shape of as many elements, without the \
                  batch axis.",
        options: &[TermOption {
            name: "shape",
            kind: Kind::ReshapeShape,
            default: Default::Required,
            doc: "the new shape; -1 stands for what is left",
        }],
        main: Some("shape"),
        example: "reshape: [1, 8, -1]",
        source: "nn-test",
    },
    TermMeta {
        name: "permute",
        kind: TermKind::Layer,
        summary: "Axes in another order: axis i of the output is axis `axes[i]` of the input, counted from 0 without the batch axis.",
        options: &[TermOption {
            name: "axes",
            kind: Kind::Axes,
            default: Default::Required,
            doc: "the axes of the input, in the order of the output",
        }],
        main: Some("axes"),
        example: "permute: [1, 0]",
        source: "nn-test",
    },
    TermMeta {
        name: "squeeze",
        kind: TermKind::Layer,
        summary: "Without an axis of size 1.",
        options: &[AXIS],
        main: Some("axis"),
        example: "squeeze: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "pad",
        kind: TermKind::Layer,
        summary: "One value before and after what an axis holds.",
        options: &[
            AXIS,
            amount("before", "elements before"),
            amount("after", "elements after"),
            TermOption {
                name: "value",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Number(0.0),
                doc: "what they are",
            },
        ],
        main: None,
        example: "pad: {axis: 1, before: 2}",
        source: "nn-test",
    },
    TermMeta {
        name: "slice",
        kind: TermKind::Layer,
        summary: "The places from `start` to before `end` of an axis.",
        options: &[
            AXIS,
            amount("start", "the first place, counted from 0"),
            TermOption {
                name: "end",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("the axis's own"),
                doc: "the place before which it ends",
            },
        ],
        main: None,
        example: "slice: {axis: 0, start: 0, end: 1}",
        source: "nn-test",
    },
    TermMeta {
        name: "one_hot",
        kind: TermKind::Layer,
        summary: "A token becomes 1 at its place among zeros: `[length]` of tokens becomes \
                  `[length, classes]`.",
        options: &[size("classes", "number of tokens")],
        main: Some("classes"),
        example: "one_hot: 8",
        source: "nn-test",
    },
    TermMeta {
        name: "scale",
        kind: TermKind::Layer,
        summary: "Every element times a constant: x · factor.",
        options: &[TermOption {
            name: "factor",
            kind: Kind::Number(Bounds::Finite),
            default: Default::Required,
            doc: "what it is multiplied by",
        }],
        main: Some("factor"),
        example: "scale: 0.5",
        source: "nn-test",
    },
    TermMeta {
        name: "mean",
        kind: TermKind::Layer,
        summary: "The mean over an axis, which goes away: over axis 0 of a sequence `[length, features]` it gives `[features]`.",
        options: &[AXIS],
        main: Some("axis"),
        example: "mean: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "max",
        kind: TermKind::Layer,
        summary: "The largest element of an axis, which goes away: over axis 0 of a sequence `[length, features]` it gives `[features]`.",
        options: &[AXIS],
        main: Some("axis"),
        example: "max: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "pixel_shuffle",
        kind: TermKind::Layer,
        summary: "Channels become places: `[channels · factor², height, width]` becomes `[channels, height · factor, width · factor]`.",
        options: &[size("factor", "how many times higher and wider")],
        main: Some("factor"),
        example: "pixel_shuffle: 2",
        source: "Shi et al.: Efficient Sub-Pixel Convolution (2016); Burn 0.22, PixelShuffleConfig",
    },
    TermMeta {
        name: "min",
        kind: TermKind::Layer,
        summary: "The smallest element of an axis, which goes away.",
        options: &[AXIS],
        main: Some("axis"),
        example: "min: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "sum",
        kind: TermKind::Layer,
        summary: "The sum over an axis, which goes away.",
        options: &[AXIS],
        main: Some("axis"),
        example: "sum: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "flip",
        kind: TermKind::Layer,
        summary: "An axis backwards: the last element comes first.",
        options: &[AXIS],
        main: Some("axis"),
        example: "flip: 0",
        source: "nn-test",
    },
    TermMeta {
        name: "pixel_unshuffle",
        kind: TermKind::Layer,
        summary: "Places become channels: `[channels, height · factor, width · factor]` becomes `[channels · factor², height, width]`.",
        options: &[size("factor", "how many times lower and narrower")],
        main: Some("factor"),
        example: "pixel_unshuffle: 2",
        source: "Shi et al.: Efficient Sub-Pixel Convolution (2016); Burn 0.22, PixelUnshuffleConfig",
    },
    TermMeta {
        name: "interpolate1d",
        kind: TermKind::Layer,
        summary: "A signal `[channels, length]` in another length, which `output` or `scale` says.",
        options: &[
            TermOption {
                name: "output",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("`scale` times the input"),
                doc: "length of the output",
            },
            TermOption {
                name: "scale",
                kind: Kind::Count { least: 1 },
                default: Default::Count(2),
                doc: "how many times longer, unless `output` is given",
            },
            MODE,
            ALIGN_CORNERS,
        ],
        main: None,
        example: "interpolate1d: {scale: 2, mode: linear}",
        source: "Burn 0.22, Interpolate1dConfig; all modes but `nearest` as products with Burn's own weights, because their gradient panics on GPUs there",
    },
    TermMeta {
        name: "interpolate2d",
        kind: TermKind::Layer,
        summary: "An image `[channels, height, width]` in another size, which `output` or `scale` says.",
        options: &[
            TermOption {
                name: "output",
                kind: Kind::Size2d { least: 1 },
                default: Default::Derived("`scale` times the input"),
                doc: "height and width of the output",
            },
            TermOption {
                name: "scale",
                kind: Kind::Size2d { least: 1 },
                default: Default::Count(2),
                doc: "how many times higher and wider, unless `output` is given",
            },
            MODE,
            ALIGN_CORNERS,
        ],
        main: None,
        example: "interpolate2d: {scale: 2}",
        source: "Burn 0.22, Interpolate2dConfig; all modes but `nearest` as products with Burn's own weights, because their gradient panics on GPUs there",
    },
];
