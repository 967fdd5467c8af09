//! `model:` — the layers, in order, of which only outputs are written; or the name of a Rust model.

use super::options::OptionReader;
use super::rust_config::RustConfig;
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, LayerSpec, Span, Spanned, layers};

/// The `model:` section.
#[derive(Debug, Clone)]
pub enum ModelSpec {
    /// Layers in a row.
    Declared(Vec<LayerSpec>),
    /// A Burn module of the user's own.
    Rust(RustModelSpec),
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
        (None, Some(span)) => read_rust(options, span).map(ModelSpec::Rust),
        (_, None) => Some(ModelSpec::Declared(layers::read(options))),
    }
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
