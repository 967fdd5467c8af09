//! `faults:` — faults planted on purpose, so that a spec can show what it catches.
//!
//! They stand for mistakes that a spec's own sections cannot express. `fixtures/faulty` uses them.

use super::LayerSpec;
use super::layer_names;
use super::options::OptionReader;
use super::reader::Reader;
use super::suggestion::suggest;
use super::vocabulary::TermKind;
use super::yaml::Node;
use super::{Code, Diagnostic, Spanned};

/// A longer list of layers would hide the error.
const SHOWN: usize = 15;

/// A planted fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The optimizer never gets this layer's tensors.
    FreezeLayer(String),
    /// The layer's backward is wrong: gradients through its output are multiplied by `factor`.
    WrongGradient { layer: String, factor: f64 },
    /// Labels are permuted against their inputs, anew at every step.
    ShuffleLabels,
    /// The gradient's sign is turned: the optimizer climbs.
    NegateGradient,
    /// The layer's frozen tensors lose a hundredth in each step.
    DecayFrozen(String),
    /// Each output is halfway to the mean of its batch.
    MixBatch,
    /// The layer's outputs have a coarse grain on the device that tests run on, and not on the
    /// reference device.
    CoarseLayer(String),
}

/// Reads `faults:`. Layers are checked against the names in `layers`; not when these could not be
/// read themselves.
pub(super) fn read(
    spec: &mut OptionReader<'_, '_, '_>,
    layers: Option<&[LayerSpec]>,
) -> Vec<Spanned<Fault>> {
    let Some(node) = spec.given("faults") else { return Vec::new() };
    let items = spec.reader.sequence("`faults`", node);
    items.iter().filter_map(|item| read_fault(spec.reader, item, layers)).collect()
}

fn read_fault(
    reader: &mut Reader<'_>,
    node: &Node,
    layers: Option<&[LayerSpec]>,
) -> Option<Spanned<Fault>> {
    let choice = reader.choice("a fault", node)?;
    let term = reader.term(&[TermKind::Fault], &choice)?;
    let options = &mut OptionReader::of_choice(reader, term, &choice);
    let fault = match term.name {
        "freeze_layer" => Fault::FreezeLayer(layer(options, layers)),
        "wrong_gradient" => {
            Fault::WrongGradient { layer: layer(options, layers), factor: options.number("factor") }
        }
        "shuffle_labels" => Fault::ShuffleLabels,
        "negate_gradient" => Fault::NegateGradient,
        "decay_frozen" => Fault::DecayFrozen(layer(options, layers)),
        "mix_batch" => Fault::MixBatch,
        "coarse_layer" => Fault::CoarseLayer(layer(options, layers)),
        other => unreachable!("a test reads every fault of the vocabulary, `{other}` too"),
    };
    Some(Spanned::new(fault, choice.span))
}

/// The layer that a fault names.
fn layer(options: &mut OptionReader<'_, '_, '_>, layers: Option<&[LayerSpec]>) -> String {
    let before = options.reader.errors.len();
    let name = options.text("layer");
    let names = layers.map(layer_names::all).unwrap_or_default();
    let paths = layers.map(|layers| layer_names::paths(layers, "")).unwrap_or_default();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_known = names.iter().chain(&paths).any(|known| *known == name.value);
    if layers.is_some() && options.reader.errors.len() == before && !is_known {
        let error = Diagnostic::new(
            Code::UNKNOWN_LAYER_NAME,
            "a fault names a layer that the model does not have",
            name.span,
            "no layer of this name",
        );
        options.reader.report(match suggest(&name, &known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.note(format!("the layers are: {}", listed(&known))),
        });
    }
    name.value
}

/// The first names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len() - names.len().min(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
