//! Reads a `layers:` list into [`LayerSpec`]s.

use super::model::{Activation, Initializer, LayerKind, LayerSpec, Padding, SequenceOutput};
use super::options::OptionReader;
use super::reader::{Choice, Reader};
use super::vocabulary::{TermKind, TermMeta};
use super::yaml::{Node, Value};
use super::{Code, Diagnostic, Spanned};

/// Reads `layers` of the `model:` section.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Vec<LayerSpec> {
    let Some(node) = options.given("layers") else {
        options.report_missing("layers");
        return Vec::new();
    };
    let layers = read_list(options, node);
    check_names_unique(options.reader, &layers);
    layers
}

fn read_list(options: &mut OptionReader<'_, '_, '_>, node: &Node) -> Vec<LayerSpec> {
    let what = options.what("layers");
    let items = options.reader.sequence(&what, node);
    items.iter().filter_map(|item| read_layer(options.reader, item)).collect()
}

fn read_layer(reader: &mut Reader<'_>, node: &Node) -> Option<LayerSpec> {
    let choice = reader.choice("a layer", node)?;
    let term = reader.term(&[TermKind::Layer, TermKind::Activation], &choice)?;
    let mut options = OptionReader::of_choice(reader, term, &choice);
    let name = options.layer_name();
    let kind = match term.kind {
        TermKind::Activation => LayerKind::Activation(activation(&mut options)),
        _ => layer(&mut options),
    };
    Some(LayerSpec { name, kind, span: choice.span })
}

fn layer(options: &mut OptionReader<'_, '_, '_>) -> LayerKind {
    match options.term().name {
        "linear" => LayerKind::Linear {
            out: options.count("out"),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
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
            kernel: options.size_2d("kernel"),
            stride: options.size_2d("stride"),
            dilation: options.size_2d("dilation"),
            groups: options.count("groups"),
            padding: padding(options),
            bias: options.flag("bias"),
            initializer: initializer(options, "initializer"),
            bias_initializer: initializer(options, "bias_initializer"),
        },
        "batch_norm" => LayerKind::BatchNorm {
            epsilon: options.number("epsilon"),
            momentum: options.number("momentum"),
        },
        "layer_norm" => {
            LayerKind::LayerNorm { epsilon: options.number("epsilon"), bias: options.flag("bias") }
        }
        "group_norm" => LayerKind::GroupNorm {
            groups: options.count("groups"),
            epsilon: options.number("epsilon"),
            affine: options.flag("affine"),
        },
        "dropout" => LayerKind::Dropout { probability: options.number("probability") },
        "max_pool2d" => {
            let kernel = options.size_2d("kernel");
            LayerKind::MaxPool2d {
                kernel,
                stride: options.optional_size_2d("stride").unwrap_or(kernel),
                padding: padding(options),
                dilation: options.size_2d("dilation"),
            }
        }
        "avg_pool2d" => {
            let kernel = options.size_2d("kernel");
            LayerKind::AvgPool2d {
                kernel,
                stride: options.optional_size_2d("stride").unwrap_or(kernel),
                padding: padding(options),
                count_include_pad: options.flag("count_include_pad"),
            }
        }
        "adaptive_avg_pool2d" => LayerKind::AdaptiveAvgPool2d { output: options.size_2d("output") },
        "flatten" => LayerKind::Flatten,
        "reshape" => LayerKind::Reshape { shape: reshape_shape(options) },
        "residual" => LayerKind::Residual {
            layers: match options.node("layers") {
                Some(node) => read_list(options, node),
                None => Vec::new(),
            },
        },
        "embedding" => LayerKind::Embedding {
            vocabulary: options.count("vocabulary"),
            dimension: options.count("dimension"),
            initializer: initializer(options, "initializer"),
        },
        "lstm" => LayerKind::Lstm {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        "gru" => LayerKind::Gru {
            hidden: options.count("hidden"),
            bias: options.flag("bias"),
            reset_after: options.flag("reset_after"),
            output: sequence_output(options),
            initializer: initializer(options, "initializer"),
        },
        other => unreachable!("a test reads every layer of the vocabulary, `{other}` too"),
    }
}

fn activation(options: &mut OptionReader<'_, '_, '_>) -> Activation {
    match options.term().name {
        "relu" => Activation::Relu,
        "relu6" => Activation::Relu6,
        "leaky_relu" => Activation::LeakyRelu { negative_slope: options.number("negative_slope") },
        "prelu" => Activation::Prelu {
            parameters: options.count("parameters"),
            alpha: options.number("alpha"),
        },
        "rrelu" => {
            let (lower, upper) = ascending(options, "lower", "upper");
            Activation::Rrelu { lower, upper }
        }
        "gelu" => Activation::Gelu,
        "gelu_approximate" => Activation::GeluApproximate,
        "silu" => Activation::Silu,
        "mish" => Activation::Mish,
        "selu" => Activation::Selu,
        "elu" => Activation::Elu { alpha: options.number("alpha") },
        "celu" => Activation::Celu { alpha: options.number("alpha") },
        "sigmoid" => Activation::Sigmoid,
        "log_sigmoid" => Activation::LogSigmoid,
        "hard_sigmoid" => {
            Activation::HardSigmoid { alpha: options.number("alpha"), beta: options.number("beta") }
        }
        "hard_swish" => Activation::HardSwish,
        "tanh" => Activation::Tanh,
        "hard_tanh" => {
            let (min, max) = ascending(options, "min", "max");
            Activation::HardTanh { min, max }
        }
        "tanhshrink" => Activation::Tanhshrink,
        "softplus" => Activation::Softplus {
            beta: options.number("beta"),
            threshold: options.number("threshold"),
        },
        "softsign" => Activation::Softsign,
        "soft_shrink" => Activation::SoftShrink { lambda: options.number("lambda") },
        "hard_shrink" => Activation::HardShrink { lambda: options.number("lambda") },
        "shrink" => {
            Activation::Shrink { lambda: options.number("lambda"), bias: options.number("bias") }
        }
        "threshold" => Activation::Threshold {
            threshold: options.number("threshold"),
            value: options.number("value"),
        },
        "thresholded_relu" => Activation::ThresholdedRelu { alpha: options.number("alpha") },
        "glu" => Activation::Glu,
        "swiglu" => Activation::SwiGlu { out: options.count("out"), bias: options.flag("bias") },
        "softmax" => Activation::Softmax,
        "log_softmax" => Activation::LogSoftmax,
        other => unreachable!("a test reads every activation of the vocabulary, `{other}` too"),
    }
}

fn initializer(options: &mut OptionReader<'_, '_, '_>, name: &str) -> Option<Initializer> {
    let (term, choice) = options.choice(name)?;
    Some(read_initializer(options.reader, term, &choice))
}

fn read_initializer(
    reader: &mut Reader<'_>,
    term: &'static TermMeta,
    choice: &Choice<'_>,
) -> Initializer {
    let options = &mut OptionReader::of_choice(reader, term, choice);
    match term.name {
        "constant" => Initializer::Constant(options.number("value")),
        "ones" => Initializer::Ones,
        "zeros" => Initializer::Zeros,
        "uniform" => {
            let (min, max) = ascending(options, "min", "max");
            Initializer::Uniform { min, max }
        }
        "normal" => {
            Initializer::Normal { mean: options.number("mean"), std: options.number("std") }
        }
        "kaiming_uniform" => Initializer::KaimingUniform {
            gain: options.number("gain"),
            fan_out_only: options.flag("fan_out_only"),
        },
        "kaiming_normal" => Initializer::KaimingNormal {
            gain: options.number("gain"),
            fan_out_only: options.flag("fan_out_only"),
        },
        "xavier_uniform" => Initializer::XavierUniform { gain: options.number("gain") },
        "xavier_normal" => Initializer::XavierNormal { gain: options.number("gain") },
        "orthogonal" => Initializer::Orthogonal { gain: options.number("gain") },
        other => unreachable!("a test reads every initializer of the vocabulary, `{other}` too"),
    }
}

/// Two numbers, the first below the second.
fn ascending(options: &mut OptionReader<'_, '_, '_>, low: &str, high: &str) -> (f64, f64) {
    let before = options.reader.errors.len();
    let (low_value, high_value) = (options.number(low), options.number(high));
    if options.reader.errors.len() == before {
        options.check_below((low, low_value), (high, high_value));
    }
    (low_value, high_value)
}

fn padding(options: &mut OptionReader<'_, '_, '_>) -> Padding {
    let Some(node) = options.given("padding") else { return Padding::Valid };
    let what = options.what("padding");
    match &node.value {
        Value::String(_) => match options.reader.word(&what, node, &["valid", "same"]) {
            Some("same") => Padding::Same,
            _ => Padding::Valid,
        },
        _ => Padding::Explicit(options.reader.pair(&what, node, 0)),
    }
}

fn sequence_output(options: &mut OptionReader<'_, '_, '_>) -> SequenceOutput {
    match options.word("output") {
        "sequence" => SequenceOutput::Sequence,
        _ => SequenceOutput::Last,
    }
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

/// Names must be unique in the whole file, also inside residual blocks.
fn check_names_unique(reader: &mut Reader<'_>, layers: &[LayerSpec]) {
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for name in names(layers) {
        match seen.iter().find(|first| first.value == name.value) {
            Some(first) => reader.report(
                Diagnostic::new(
                    Code::DUPLICATE_NAME,
                    format!("two layers are called `{}`", name.value),
                    name.span,
                    "the second one",
                )
                .also(first.span, "the first one"),
            ),
            None => seen.push(name),
        }
    }
}

/// The names that the spec gives to layers, in order, with those inside residual blocks.
fn names(layers: &[LayerSpec]) -> Vec<&Spanned<String>> {
    let mut found = Vec::new();
    for layer in layers {
        found.extend(&layer.name);
        if let LayerKind::Residual { layers } = &layer.kind {
            found.extend(names(layers));
        }
    }
    found
}
