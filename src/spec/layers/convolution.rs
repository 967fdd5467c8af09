//! Reads convolutions, and the paddings that pools share with them.

use super::initializer;
use crate::spec::options::OptionReader;
use crate::spec::yaml::Value;
use crate::spec::{LayerKind, Padding};

/// The convolution that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "conv1d" => LayerKind::Conv1d {
            out: options.count("out"),
            kernel: options.count("kernel"),
            stride: options.count("stride"),
            dilation: options.count("dilation"),
            groups: options.count("groups"),
            padding: padding(options),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        "conv2d" => LayerKind::Conv2d {
            out: options.count("out"),
            kernel: options.size("kernel"),
            stride: options.size("stride"),
            dilation: options.size("dilation"),
            groups: options.count("groups"),
            padding: padding(options),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        "conv3d" => LayerKind::Conv3d {
            out: options.count("out"),
            kernel: options.size("kernel"),
            stride: options.size("stride"),
            dilation: options.size("dilation"),
            groups: options.count("groups"),
            padding: padding(options),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        "conv_transpose1d" => LayerKind::ConvTranspose1d {
            out: options.count("out"),
            kernel: options.count("kernel"),
            stride: options.count("stride"),
            dilation: options.count("dilation"),
            groups: options.count("groups"),
            padding: options.count("padding"),
            padding_out: options.count("padding_out"),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        "conv_transpose2d" => LayerKind::ConvTranspose2d {
            out: options.count("out"),
            kernel: options.size("kernel"),
            stride: options.size("stride"),
            dilation: options.size("dilation"),
            groups: options.count("groups"),
            padding: options.size("padding"),
            padding_out: options.size("padding_out"),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        _ => return None,
    })
}

/// `valid` where the spec gives none.
pub(super) fn padding<const N: usize>(options: &mut OptionReader<'_, '_, '_>) -> Padding<N> {
    let Some(node) = options.given("padding") else { return Padding::Valid };
    let what = options.what("padding");
    match &node.value {
        Value::String(_) => match options.reader.word(&what, node, &["valid", "same"]) {
            Some("same") => Padding::Same,
            _ => Padding::Valid,
        },
        _ => Padding::Explicit(options.reader.sizes(&what, node, 0)),
    }
}
