//! Reads the nodes that only give their input another shape.

use super::convolution::{optional_sizes, sizes};
use crate::spec::options::OptionReader;
use crate::spec::yaml::Value;
use crate::spec::{
    Code, Diagnostic, InterpolatedSize, Interpolation, InterpolationMode, LayerKind,
};

/// The shape node that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "flatten" => LayerKind::Flatten,
        "reshape" => LayerKind::Reshape { shape: reshape_shape(options) },
        "permute" => LayerKind::Permute { axes: permuted_axes(options) },
        "squeeze" => LayerKind::Squeeze { axis: options.count("axis") },
        "pad" => LayerKind::Pad {
            axis: options.count("axis"),
            before: options.count("before"),
            after: options.count("after"),
            value: options.number("value"),
        },
        "slice" => LayerKind::Slice {
            axis: options.count("axis"),
            start: options.count("start"),
            end: options.optional_count("end").map(|end| end.value),
        },
        "one_hot" => LayerKind::OneHot { classes: options.count("classes") },
        "scale" => LayerKind::Scale { factor: options.number("factor") },
        "mean" => LayerKind::Mean { axis: options.count("axis") },
        "max" => LayerKind::Max { axis: options.count("axis") },
        "pixel_shuffle" => LayerKind::PixelShuffle { factor: options.count("factor") },
        "min" => LayerKind::Min { axis: options.count("axis") },
        "sum" => LayerKind::Sum { axis: options.count("axis") },
        "flip" => LayerKind::Flip { axis: options.count("axis") },
        "pixel_unshuffle" => LayerKind::PixelUnshuffle { factor: options.count("factor") },
        "interpolate1d" => interpolation(options, 1),
        "interpolate2d" => interpolation(options, 2),
        _ => return None,
    })
}

fn permuted_axes(options: &mut OptionReader<'_, '_, '_>) -> Vec<usize> {
    let Some(node) = options.node("axes") else { return Vec::new() };
    let what = options.what("axes");
    let reader = &mut *options.reader;
    let before = reader.errors.len();
    let items = reader.sequence(&what, node);
    let axes: Vec<usize> =
        items.iter().map(|item| reader.count(&format!("each of {what}"), item, 0)).collect();
    let is_order = !axes.is_empty() && (0..axes.len()).all(|axis| axes.contains(&axis));
    if !is_order && reader.errors.len() == before {
        reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            format!("{what} names every axis from 0 once"),
            node.span,
            "not every axis, or one of them twice",
        ));
    }
    axes
}

fn interpolation(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> LayerKind {
    LayerKind::Interpolate(Interpolation {
        size: interpolated_size(options, axes),
        mode: interpolation_mode(options),
        align_corners: options.flag("align_corners"),
    })
}

/// What Burn has, but not everywhere, is refused with the reason.
fn interpolation_mode(options: &mut OptionReader<'_, '_, '_>) -> InterpolationMode {
    if let Some(node) = options.given("mode")
        && matches!(&node.value, Value::String(word) if word == "nearest_exact")
    {
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_NAME,
            format!("`nearest_exact` is no value of {}", options.what("mode")),
            node.span,
            "Burn has no such mode on the CPU, where gradients are checked",
        );
        options.reader.report(diagnostic.help("use `nearest`, or `linear`"));
        return InterpolationMode::Nearest;
    }
    InterpolationMode::of(options.word("mode"))
}

/// One of `output` and `scale`.
fn interpolated_size(options: &mut OptionReader<'_, '_, '_>, axes: usize) -> InterpolatedSize {
    let Some(output) = optional_sizes(options, "output", axes) else {
        return InterpolatedSize::Times(sizes(options, "scale", axes));
    };
    if let Some(scale) = options.key_span("scale") {
        let diagnostic = Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{}` has an `output` or a `scale`, not both", options.term().name),
            scale,
            "says the size a second time",
        );
        options.reader.report(diagnostic.help("remove one of them"));
    }
    InterpolatedSize::Of(output)
}

fn reshape_shape(options: &mut OptionReader<'_, '_, '_>) -> Vec<i64> {
    let Some(node) = options.node("shape") else { return Vec::new() };
    let what = options.what("shape");
    let reader = &mut *options.reader;
    let items = reader.sequence(&what, node);
    let mut shape = Vec::new();
    for item in items {
        let size = match item.value {
            Value::Integer(-1) => -1,
            _ => {
                i64::try_from(reader.count(&format!("each of {what}"), item, 1)).unwrap_or(i64::MAX)
            }
        };
        if size == -1 && shape.contains(&-1) {
            reader.report(Diagnostic::new(
                Code::CONTRADICTION,
                format!("only one of {what} may be -1"),
                item.span,
                "the second -1",
            ));
        }
        shape.push(size);
    }
    shape
}
