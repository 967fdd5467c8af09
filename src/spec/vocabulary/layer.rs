//! Every layer, with Burn's parameters and defaults.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const BIAS: TermOption = flag("bias", true, "whether there is a bias");

const INITIALIZER: TermOption = TermOption {
    name: "initializer",
    kind: Kind::Term(TermKind::Initializer),
    default: Default::Derived("Burn's own for this layer"),
    doc: "how weights are made",
};

const BIAS_INITIALIZER: TermOption = TermOption {
    name: "bias_initializer",
    kind: Kind::Term(TermKind::Initializer),
    default: Default::Derived("as Burn does: from the weights' initializer"),
    doc: "how the bias is made",
};

const EPSILON: TermOption = TermOption {
    name: "epsilon",
    kind: Kind::Number(Bounds::Positive),
    default: Default::Number(1e-5),
    doc: "added to the variance",
};

const GROUPS: TermOption = count("groups", "groups of channels; divide input and output channels");

const PADDING: TermOption = TermOption {
    name: "padding",
    kind: Kind::Padding,
    default: Default::Word("valid"),
    doc: "zeros on both sides; `valid` has none, `same` keeps the size",
};

const STRIDE_AS_KERNEL: TermOption =
    size_2d("stride", Default::Derived("as the kernel"), "step of the kernel");

const OUTPUT: TermOption = TermOption {
    name: "output",
    kind: Kind::Word(&["last", "sequence"]),
    default: Default::Word("last"),
    doc: "the last state `[hidden]`, or all of them `[length, hidden]`",
};

const fn size(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 1 }, default: Default::Required, doc }
}

const fn count(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Count { least: 1 }, default: Default::Count(1), doc }
}

const fn size_2d(name: &'static str, default: Default, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Size2d, default, doc }
}

const fn flag(name: &'static str, default: bool, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Flag, default: Default::Flag(default), doc }
}

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "linear",
        kind: TermKind::Layer,
        summary: "y = x W + b over the last axis; all other axes stay. Weights \
                  `[in, out]`.",
        options: &[size("out", "output features"), BIAS, INITIALIZER, BIAS_INITIALIZER],
        main: Some("out"),
        example: "linear: {out: 10, name: head, initializer: {normal: {mean: 0, \
                  std: 0.1}}}",
        source: "Burn 0.22, LinearConfig",
    },
    TermMeta {
        name: "conv1d",
        kind: TermKind::Layer,
        summary: "Convolution over `[channels, length]`.",
        options: &[
            size("out", "output channels"),
            size("kernel", "length of the kernel"),
            count("stride", "step of the kernel"),
            count("dilation", "distance of the kernel's elements"),
            GROUPS,
            PADDING,
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
        name: "batch_norm",
        kind: TermKind::Layer,
        summary: "(x − mean) / √(variance + epsilon) · scale + shift, per channel: \
                  statistics of the batch in training, running ones in evaluation.",
        options: &[
            EPSILON,
            TermOption {
                name: "momentum",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Number(0.1),
                doc: "share of the batch in the running statistics",
            },
        ],
        main: None,
        example: "batch_norm",
        source: "Ioffe, Szegedy: Batch Normalization (2015); Burn 0.22, \
                 BatchNormConfig",
    },
    TermMeta {
        name: "layer_norm",
        kind: TermKind::Layer,
        summary: "(x − mean) / √(variance + epsilon) · scale + shift, over the \
                  last axis.",
        options: &[EPSILON, BIAS],
        main: None,
        example: "layer_norm",
        source: "Ba, Kiros, Hinton: Layer Normalization (2016); Burn 0.22, \
                 LayerNormConfig",
    },
    TermMeta {
        name: "group_norm",
        kind: TermKind::Layer,
        summary: "Normalizes groups of channels of each example.",
        options: &[
            size("groups", "number of groups; divides the channels"),
            EPSILON,
            flag("affine", true, "whether scale and shift are learned"),
        ],
        main: Some("groups"),
        example: "group_norm: {groups: 4}",
        source: "Wu, He: Group Normalization (2018); Burn 0.22, GroupNormConfig",
    },
    TermMeta {
        name: "dropout",
        kind: TermKind::Layer,
        summary: "In training zeroes elements and divides the rest by 1 − \
                  probability.",
        options: &[TermOption {
            name: "probability",
            kind: Kind::Number(Bounds::Fraction),
            default: Default::Required,
            doc: "of an element to be zeroed",
        }],
        main: Some("probability"),
        example: "dropout: 0.5",
        source: "Srivastava et al.: Dropout (2014); Burn 0.22, DropoutConfig",
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
        name: "residual",
        kind: TermKind::Layer,
        summary: "x + f(x), with f the inner layers, which keep the shape.",
        options: &[TermOption {
            name: "layers",
            kind: Kind::Terms(TermKind::Layer),
            default: Default::Required,
            doc: "the inner layers",
        }],
        main: Some("layers"),
        example: "residual: [linear: 16, relu]",
        source: "He, Zhang, Ren, Sun: Deep Residual Learning (2015)",
    },
    TermMeta {
        name: "embedding",
        kind: TermKind::Layer,
        summary: "A learned vector per token: `[length]` of tokens becomes \
                  `[length, dimension]`.",
        options: &[
            size("vocabulary", "number of tokens"),
            size("dimension", "size of a token's vector"),
            INITIALIZER,
        ],
        main: None,
        example: "embedding: {vocabulary: 8, dimension: 16}",
        source: "Burn 0.22, EmbeddingConfig; initialized as N(0, 1)",
    },
    TermMeta {
        name: "lstm",
        kind: TermKind::Layer,
        summary: "Long short-term memory over `[length, features]`.",
        options: &[size("hidden", "size of the state"), BIAS, OUTPUT, INITIALIZER],
        main: Some("hidden"),
        example: "lstm: {hidden: 16, output: last}",
        source: "Hochreiter, Schmidhuber (1997); Burn 0.22, LstmConfig; \
                 initialized by xavier_normal",
    },
    TermMeta {
        name: "gru",
        kind: TermKind::Layer,
        summary: "Gated recurrent unit over `[length, features]`.",
        options: &[
            size("hidden", "size of the state"),
            BIAS,
            flag("reset_after", true, "whether the reset gate acts after the matrix product"),
            OUTPUT,
            INITIALIZER,
        ],
        main: Some("hidden"),
        example: "gru: 16",
        source: "Cho et al. (2014); Burn 0.22, GruConfig; initialized by \
                 xavier_normal",
    },
];
