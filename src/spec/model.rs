//! `model:` — the layers, in order, of which only outputs are written, with the names of several
//! inputs and outputs; or the name of a Rust model.

use super::options::OptionReader;
use super::rust_config::RustConfig;
use super::vocabulary::{TermKind, find_kind};
use super::yaml::Value;
use super::{Code, Diagnostic, LayerSpec, Span, Spanned, layers};

/// The `model:` section.
#[derive(Debug, Clone)]
pub enum ModelSpec {
    /// Layers, in order.
    Declared(DeclaredModel),
    /// A Burn module of the user's own.
    Rust(RustModelSpec),
}

/// A model of layers.
#[derive(Debug, Clone, Default)]
pub struct DeclaredModel {
    pub layers: Vec<LayerSpec>,
    /// Names and shapes of several inputs, without the batch axis: an example's numbers are divided
    /// among them in this order. Without it the example is the one input, called `input`.
    pub inputs: Option<Spanned<Vec<NamedShape>>>,
    /// Names of the layers whose outputs are the model's; none: the last layer's alone.
    pub outputs: Vec<Spanned<String>>,
}

/// An input by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedShape {
    pub name: Spanned<String>,
    /// Without the batch axis.
    pub shape: Vec<usize>,
}

impl From<Vec<LayerSpec>> for DeclaredModel {
    fn from(layers: Vec<LayerSpec>) -> Self {
        Self { layers, ..Self::default() }
    }
}

/// A Rust model that a test target registers.
#[derive(Debug, Clone)]
pub struct RustModelSpec {
    /// The name that it is registered under.
    pub name: Spanned<String>,
    /// Values that replace those of the model's own configuration.
    pub config: Option<RustConfig>,
    /// Shapes of the model's inputs, without the batch axis, that an example's numbers are divided
    /// into, in this order. Without it the example is the one input.
    pub inputs: Option<Spanned<Vec<Vec<usize>>>>,
}

/// Reads the `model:` section.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<ModelSpec> {
    let (layers, rust) = (options.key_span("layers"), options.key_span("rust"));
    match (layers, rust) {
        (Some(layers), Some(rust)) => {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    "a model is declared or written in Rust, not both",
                    rust,
                    "a Rust model",
                )
                .also(layers, "a declared one")
                .help("remove one of them"),
            );
            None
        }
        (None, Some(span)) => {
            refuse_wiring(options, span);
            read_rust(options, span).map(ModelSpec::Rust)
        }
        (_, None) => Some(ModelSpec::Declared(DeclaredModel {
            layers: layers::read(options),
            inputs: inputs(options),
            outputs: outputs(options),
        })),
    }
}

/// Inputs and outputs beside a Rust model: its types say what they are.
fn refuse_wiring(options: &mut OptionReader<'_, '_, '_>, rust: Span) {
    for (key, help) in [
        ("inputs", "write the shapes below `rust`: `inputs: [[4], [1, 8, 8]]`"),
        ("outputs", "remove `outputs`"),
    ] {
        if let Some(span) = options.key_span(key) {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("a Rust model takes no `{key}` of this form"),
                    span,
                    "of a model of layers",
                )
                .also(rust, "a Rust model")
                .help(help),
            );
        }
    }
}

fn inputs(options: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Vec<NamedShape>>> {
    let node = options.given("inputs")?;
    let what = options.what("inputs");
    let Value::Mapping(entries) = &node.value else {
        options.reader.wrong_type(&what, "a mapping of names to shapes", node);
        return None;
    };
    if entries.is_empty() {
        options.reader.wrong_type(&what, "a mapping of names to shapes", node);
    }
    let inputs = entries.iter().map(|(name, shape)| {
        options.check_layer_name("an input", name);
        let what = format!("the shape of `{}`", name.value);
        NamedShape { name: name.clone(), shape: options.reader.shape(&what, shape) }
    });
    Some(Spanned::new(inputs.collect(), node.span))
}

fn outputs(options: &mut OptionReader<'_, '_, '_>) -> Vec<Spanned<String>> {
    let Some(node) = options.given("outputs") else { return Vec::new() };
    let what = options.what("outputs");
    let each = format!("each of {what}");
    let items = options.reader.sequence(&what, node);
    let names: Vec<_> = items.iter().map(|item| options.reader.text(&each, item)).collect();
    for (position, name) in names.iter().enumerate() {
        if let Some(first) = names[..position].iter().find(|first| first.value == name.value) {
            options.reader.report(
                Diagnostic::new(
                    Code::DUPLICATE_NAME,
                    format!("`{}` is an output twice", name.value),
                    name.span,
                    "the second one",
                )
                .also(first.span, "the first one"),
            );
        }
    }
    names
}

fn read_rust(options: &mut OptionReader<'_, '_, '_>, span: Span) -> Option<RustModelSpec> {
    let node = options.given("rust")?;
    let term = find_kind(TermKind::Section, "rust");
    let before = options.reader.errors.len();
    let rust = &mut OptionReader::open(options.reader, term, span, Some(node));
    let name = rust.text("name");
    let config = rust.given("config").and_then(|node| RustConfig::read(rust.reader, node));
    let inputs = rust.shapes("inputs");
    let sound = rust.reader.errors.len() == before && !rust.is_broken();
    sound.then_some(RustModelSpec { name, config, inputs })
}
