//! `faults:` — faults planted on purpose, so that a spec can show what it catches.
//!
//! They stand for mistakes that a spec's own sections cannot express. `fixtures/faulty` uses them.

use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// Each output is so far on the way to the mean of its batch.
    MixBatch(f64),
    /// The layer's outputs are multiples of one of so many parts of 1 on the device that tests run on,
    /// and not on the reference device.
    CoarseLayer { layer: String, parts: usize },
    /// The optimizer's step of this layer is multiplied by `factor`.
    ScaleStep { layer: String, factor: f64 },
    /// Clipping leaves this layer's gradients out.
    SkipClipping(String),
    /// One tensor starts at 0.
    ZeroTensor(String),
    /// The layer's weights start at one value.
    ConstantWeights { layer: String, value: f64 },
    /// The initial weights of a layer, or of all layers, are multiplied.
    ScaleWeights { layer: Option<String>, factor: f64 },
    /// The layer's biases are and stay 0.
    DropBias(String),
    /// The layer is left out.
    DropLayer(String),
    /// The layer's output is cut off from the graph.
    Detach(String),
    /// One tensor's gradient is multiplied.
    ScaleGradient { tensor: String, factor: f64 },
    /// Gradients of earlier steps are never cleared.
    KeepGradients,
    /// The optimizer steps on a copy of the model.
    DiscardUpdates,
    /// Every learning rate is multiplied.
    ScaleRate(f64),
    /// One of both modes of the model is taken for the other.
    WrongMode(Mode),
    /// The loss is the sum over the batch in place of the mean.
    SumLoss,
    /// The loss has the other sign.
    NegateLoss,
    /// One more softmax behind the model's outputs.
    SoftmaxOutputs,
    /// One more sigmoid behind the model's outputs.
    SigmoidOutputs,
    /// The numbers of a batch are read in the wrong order of axes.
    ReshapeBatch,
    /// The output at each place is halfway to the one at the next place.
    FutureLeak,
    /// Targets are moved by so many examples against their inputs, in the last share of them.
    ShiftLabels { by: usize, share: f64 },
    /// This share of the examples has a wrong target.
    PermuteLabels(f64),
    /// All inputs are multiplied.
    ScaleInputs(f64),
    /// A number is added to all inputs.
    ShiftInputs(f64),
    /// This share of the held-out examples are training examples.
    LeakValidation(f64),
}

/// When a model is in the wrong mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Training steps see the model as it is used afterwards.
    Training,
    /// Evaluation sees the model as it is trained.
    Evaluation,
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
        "mix_batch" => Fault::MixBatch(options.number("share")),
        "coarse_layer" => {
            Fault::CoarseLayer { layer: layer(options, layers), parts: options.count("parts") }
        }
        "scale_step" => {
            Fault::ScaleStep { layer: layer(options, layers), factor: options.number("factor") }
        }
        "skip_clipping" => Fault::SkipClipping(layer(options, layers)),
        "zero_tensor" => Fault::ZeroTensor(options.text("tensor").value),
        "constant_weights" => {
            Fault::ConstantWeights { layer: layer(options, layers), value: options.number("value") }
        }
        "scale_weights" => Fault::ScaleWeights {
            layer: options.given("layer").map(|_| layer(options, layers)),
            factor: options.number("factor"),
        },
        "drop_bias" => Fault::DropBias(layer(options, layers)),
        "drop_layer" => Fault::DropLayer(layer(options, layers)),
        "detach" => Fault::Detach(layer(options, layers)),
        "scale_gradient" => Fault::ScaleGradient {
            tensor: options.text("tensor").value,
            factor: options.number("factor"),
        },
        "keep_gradients" => Fault::KeepGradients,
        "discard_updates" => Fault::DiscardUpdates,
        "scale_rate" => Fault::ScaleRate(options.number("factor")),
        "wrong_mode" => Fault::WrongMode(match options.word("during") {
            "evaluation" => Mode::Evaluation,
            _ => Mode::Training,
        }),
        "sum_loss" => Fault::SumLoss,
        "negate_loss" => Fault::NegateLoss,
        "softmax_outputs" => Fault::SoftmaxOutputs,
        "sigmoid_outputs" => Fault::SigmoidOutputs,
        "reshape_batch" => Fault::ReshapeBatch,
        "future_leak" => Fault::FutureLeak,
        "shift_labels" => {
            Fault::ShiftLabels { by: options.count("by"), share: options.number("share") }
        }
        "permute_labels" => Fault::PermuteLabels(options.number("share")),
        "scale_inputs" => Fault::ScaleInputs(options.number("factor")),
        "shift_inputs" => Fault::ShiftInputs(options.number("by")),
        "leak_validation" => Fault::LeakValidation(options.number("share")),
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
