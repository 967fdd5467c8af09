//! Reads convolutions, and the sizes and paddings that other layers with windows share.

use super::initializer;
use crate::spec::options::OptionReader;
use crate::spec::yaml::Value;
use crate::spec::{Convolution, DeformableConvolution, LayerKind, Padding, TransposedConvolution};

/// The convolution that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "conv1d" => convolution(options, 1),
        "conv2d" => convolution(options, 2),
        "conv3d" => convolution(options, 3),
        "conv_transpose1d" => transposed(options, 1),
        "conv_transpose2d" => transposed(options, 2),
        "conv_transpose3d" => transposed(options, 3),
        "deform_conv2d" => LayerKind::DeformConv2d(DeformableConvolution {
            out: options.count("out"),
            kernel: options.size("kernel"),
            stride: options.size("stride"),
            dilation: options.size("dilation"),
            weight_groups: options.count("weight_groups"),
            offset_groups: options.count("offset_groups"),
            padding: padding(options, 2),
            modulated: options.flag("modulated"),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        }),
        _ => return None,
    })
}

fn convolution(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    LayerKind::Conv(Convolution {
        out: options.count("out"),
        kernel: sizes(options, "kernel", axes),
        stride: sizes(options, "stride", axes),
        dilation: sizes(options, "dilation", axes),
        groups: options.count("groups"),
        padding: padding(options, axes),
        bias: options.flag("bias"),
        initializer: initializer(options, "initializer"),
        bias_initializer: initializer(options, "bias_initializer"),
    })
}

fn transposed(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    LayerKind::ConvTranspose(TransposedConvolution {
        out: options.count("out"),
        kernel: sizes(options, "kernel", axes),
        stride: sizes(options, "stride", axes),
        dilation: sizes(options, "dilation", axes),
        groups: options.count("groups"),
        padding: sizes(options, "padding", axes),
        padding_out: sizes(options, "padding_out", axes),
        bias: options.flag("bias"),
        initializer: initializer(options, "initializer"),
        bias_initializer: initializer(options, "bias_initializer"),
    })
}

/// One size for each of 1 to 3 axes.
pub(super) fn sizes(options: &mut OptionReader<'_, '_, '_>, name: &str, axes: usize) -> Vec<usize> {
    match axes {
        1 => vec![options.count(name)],
        2 => options.size::<2>(name).to_vec(),
        _ => options.size::<3>(name).to_vec(),
    }
}

/// The same for 1 or 2 axes; `None` when the spec does not give it.
pub(super) fn optional_sizes(
    options: &mut OptionReader<'_, '_, '_>,
    name: &str,
    axes: usize,
) -> Option<Vec<usize>> {
    match axes {
        1 => options.optional_count(name).map(|count| vec![count.value]),
        _ => options.optional_size::<2>(name).map(|sizes| sizes.to_vec()),
    }
}

/// `valid` where the spec gives none.
pub(super) fn padding(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> Padding {
    let Some(node) = options.given("padding") else { return Padding::Valid };
    let what = options.what("padding");
    let each = format!("each of {what}");
    let reader = &mut *options.reader;
    match &node.value {
        Value::String(_) => match reader.word(&what, node, &["valid", "same"]) {
            Some("same") => Padding::Same,
            _ => Padding::Valid,
        },
        // As Burn has them: what comes before on every axis, then what comes after.
        Value::Sequence(items) if axes < 3 && items.len() == 2 * axes => {
            let sizes: Vec<usize> = items.iter().map(|item| reader.count(&each, item, 0)).collect();
            Padding::Explicit((0..axes).map(|axis| [sizes[axis], sizes[axes + axis]]).collect())
        }
        Value::Sequence(_) if axes == 1 => {
            reader.wrong_type(&what, "one size, or `[left, right]`", node);
            Padding::Valid
        }
        _ => Padding::Explicit(match axes {
            1 => vec![[reader.count(&what, node, 0); 2]],
            2 => reader.sizes::<2>(&what, node, 0).map(|size| [size; 2]).to_vec(),
            _ => reader.sizes::<3>(&what, node, 0).map(|size| [size; 2]).to_vec(),
        }),
    }
}
