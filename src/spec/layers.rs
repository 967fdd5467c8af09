//! Reads a `layers:` list into [`LayerSpec`]s.

mod activation;
mod convolution;
mod initializer;
mod norm;
mod pool;
mod sequence;
mod shape;
mod wiring;

use activation::activation;
use initializer::initializer;

use super::options::OptionReader;
use super::reader::Reader;
use super::vocabulary::TermKind;
use super::yaml::Node;
use super::{Code, Diagnostic, LayerKind, LayerSpec, Spanned};

/// Reads `layers` of the `model:` section.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Vec<LayerSpec> {
    let Some(node) = options.given("layers") else {
        options.report_missing("layers");
        return Vec::new();
    };
    let layers = read_list(options, "layers", node);
    check_names_unique(options.reader, &layers);
    layers
}

fn read_list(options: &mut OptionReader<'_, '_, '_>, key: &str, node: &Node) -> Vec<LayerSpec> {
    let what = options.what(key);
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
    let attributes = wiring::attributes(&mut options);
    Some(LayerSpec { name, kind, span: choice.span, attributes })
}

fn layer(options: &mut OptionReader<'_, '_, '_>) -> LayerKind {
    convolution::read(options)
        .or_else(|| pool::read(options))
        .or_else(|| norm::read(options))
        .or_else(|| sequence::read(options))
        .or_else(|| shape::read(options))
        .or_else(|| wiring::read(options))
        .unwrap_or_else(|| match options.term().name {
            "linear" => LayerKind::Linear {
                out: options.count("out"),
                bias: options.flag("bias"),
                initializer: initializer(options, "initializer"),
                bias_initializer: initializer(options, "bias_initializer"),
            },
            "dropout" => LayerKind::Dropout { probability: options.number("probability") },
            "sampling" => LayerKind::Sampling,
            "gaussian_noise" => LayerKind::GaussianNoise { std: options.number("std") },
            other => unreachable!("a test reads every layer of the vocabulary, `{other}` too"),
        })
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

/// Names must be unique in the whole file, also inside containers.
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

/// The names that the spec gives to layers, in order, with those inside containers.
fn names(layers: &[LayerSpec]) -> Vec<&Spanned<String>> {
    let mut found = Vec::new();
    for layer in layers {
        found.extend(&layer.name);
        for layers in layer.contents() {
            found.extend(names(layers));
        }
    }
    found
}
