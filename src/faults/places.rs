//! Whether a subject has what a planted fault acts on: one that changes nothing would show nothing.

use crate::data::{Dataset, InputKind};
use crate::model::{Plan, PlannedLayer};
use crate::spec::{
    Activation, Code, Compared, Diagnostic, Fault, LayerKind, LossReduction, LossTerm, OfInput,
    RustModelSpec, Spanned, Spec,
};

/// Faults that a subject has no place for. `plan` is that of a declared model.
pub fn errors(spec: &Spec, data: &Dataset, plan: Option<&Plan>) -> Vec<Diagnostic> {
    let reasons = spec.faults.iter().filter_map(|fault| {
        let reason = in_data(spec, data, &fault.value)
            .or_else(|| in_loss(spec, &fault.value))
            .or_else(|| in_recipe(spec, &fault.value))
            .or_else(|| in_plan(plan?, &fault.value))?;
        Some(without_effect(fault, reason))
    });
    reasons.collect()
}

/// The same for the output of a Rust model, whose shape a first run shows.
pub fn errors_of_output(spec: &Spec, shape: &[usize]) -> Option<Diagnostic> {
    let leak = spec.faults.iter().find(|fault| fault.value == Fault::FutureLeak)?;
    (shape.len() < 3).then(|| without_effect(leak, FLAT))
}

/// The same where the model is Rust code: `own` where it brings its batches and loss, `stepped` where it
/// takes its own training steps.
pub fn errors_of_rust(
    spec: &Spec,
    model: &RustModelSpec,
    own: bool,
    stepped: bool,
) -> Vec<Diagnostic> {
    let refused = spec.faults.iter().filter_map(|fault| {
        let (message, help) = impossible(&fault.value, own, stepped)?;
        let error = Diagnostic::new(
            Code::NOT_FOR_THIS_MODEL,
            message,
            fault.span,
            "cannot be planted here",
        );
        Some(error.also(model.name.span, "a Rust model").help(help))
    });
    refused.collect()
}

const FLAT: &str = "the output has one axis alone";

fn without_effect(fault: &Spanned<Fault>, reason: &str) -> Diagnostic {
    let message = format!("the fault changes nothing: {reason}");
    Diagnostic::new(Code::FAULT_WITHOUT_EFFECT, message, fault.span, "changes nothing here")
        .help("remove it, or plant another one")
}

fn in_data(spec: &Spec, data: &Dataset, fault: &Fault) -> Option<&'static str> {
    let is_answer = |term: &LossTerm| {
        matches!(term.compared, Compared::Target)
            || matches!(&term.compared, Compared::Named(name) if !is_input(&name.value))
    };
    let of_input = spec.data.of_input.as_ref().map(|of_input| of_input.value);
    let compares = spec.loss.terms.iter().any(is_answer) && of_input != Some(OfInput::Input);
    // What is shuffled are pairs, and inputs that are targets belong to an example, too.
    let belongs = |term: &LossTerm| matches!(term.compared, Compared::Target | Compared::Named(_));
    let reads = spec.loss.terms.iter().any(belongs);
    match fault {
        Fault::ScaleInputs(_) | Fault::ShiftInputs(_) if data.input != InputKind::Float => {
            Some("the inputs are tokens")
        }
        Fault::LeakValidation(_) if data.validation.is_empty() => {
            Some("the data has no validation part")
        }
        Fault::ShiftLabels { .. } | Fault::PermuteLabels(_) if !compares => {
            Some("the loss compares with the inputs themselves")
        }
        Fault::ShuffleLabels if !reads => {
            Some("no term of the loss compares with what belongs to an example")
        }
        Fault::ReshapeBatch if data.example_len() == 1 => Some("an example is one number alone"),
        _ => None,
    }
}

fn is_input(name: &str) -> bool {
    name == crate::spec::INPUT_TARGET
}

fn in_loss(spec: &Spec, fault: &Fault) -> Option<&'static str> {
    let is_sum = |term: &LossTerm| term.reduction == LossReduction::Sum;
    let all_sums = spec.loss.terms.iter().all(is_sum);
    (*fault == Fault::SumLoss && all_sums).then_some("the loss is a sum already")
}

fn in_recipe(spec: &Spec, fault: &Fault) -> Option<&'static str> {
    let clips = spec.training.clipping.is_some();
    (matches!(fault, Fault::SkipClipping(_)) && !clips).then_some("the recipe does not clip")
}

fn in_plan(plan: &Plan, fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::FutureLeak => {
            let is_flat = plan.outputs.iter().all(|output| output.signal.dims().len() < 2);
            is_flat.then_some(FLAT)
        }
        Fault::WrongMode(_) => {
            let has_modes = plan.flat().into_iter().any(has_modes);
            (!has_modes).then_some("no layer of the model works otherwise in that mode")
        }
        _ => None,
    }
}

/// Whether a layer does something else in training than afterwards.
fn has_modes(layer: &PlannedLayer) -> bool {
    match &layer.kind {
        LayerKind::Dropout { probability } => *probability > 0.0,
        LayerKind::GaussianNoise { std } => *std > 0.0,
        LayerKind::MultiHeadAttention(attention) | LayerKind::CrossAttention { attention, .. } => {
            attention.dropout > 0.0
        }
        LayerKind::TransformerEncoder(encoder) => encoder.dropout > 0.0,
        LayerKind::TransformerDecoder(decoder) => decoder.blocks.dropout > 0.0,
        LayerKind::BatchNorm { .. } | LayerKind::Sampling => true,
        LayerKind::Activation(activation) => matches!(activation, Activation::Rrelu { .. }),
        _ => false,
    }
}

/// Why a fault cannot be planted into a Rust model, and what to do instead.
fn impossible(fault: &Fault, own: bool, stepped: bool) -> Option<(&'static str, &'static str)> {
    const IN_MODEL: &str = "plant the fault in the model itself";
    const IN_BATCHES: &str = "plant the fault in the source of its batches";
    Some(match fault {
        Fault::WrongGradient { .. } => {
            ("the backward of a Rust model cannot be changed from outside", IN_MODEL)
        }
        Fault::Detach(_) | Fault::DropLayer(_) | Fault::CoarseLayer { .. } => {
            ("the layers of a Rust model cannot be changed from outside", IN_MODEL)
        }
        Fault::ShuffleLabels | Fault::ShiftLabels { .. } | Fault::PermuteLabels(_) if own => {
            ("the labels of a model that brings its own batches cannot be changed", IN_BATCHES)
        }
        Fault::ScaleInputs(_)
        | Fault::ShiftInputs(_)
        | Fault::ReshapeBatch
        | Fault::LeakValidation(_)
            if own =>
        {
            ("the inputs of a model that brings its own batches cannot be changed", IN_BATCHES)
        }
        Fault::MixBatch(_) | Fault::SoftmaxOutputs | Fault::SigmoidOutputs | Fault::FutureLeak
            if own =>
        {
            ("the outputs of a model with a loss of its own cannot be changed", IN_MODEL)
        }
        Fault::NegateGradient | Fault::NegateLoss | Fault::SumLoss if stepped => {
            ("the model's own training step has computed the gradient already", IN_MODEL)
        }
        _ => return None,
    })
}
