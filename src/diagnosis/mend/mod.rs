//! What could be changed in a spec against each cause: as edits that can be tried, with the figures that
//! speak for them.
//!
//! [`REMEDIES`] is data. Where nothing can be changed from outside, it says why. What is here reads the
//! spec, the verdicts and a few numbers that were measured anyway ([`Known`]); it runs nothing, and does
//! not know whether a mend helps.

mod data;
mod layers;
mod loss;
mod model;
mod recipe;
mod start;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::spec::{Edit, Spec};

/// Numbers that were measured beside the verdicts, as far as they were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Optimizer steps of the whole recipe.
    pub steps: Option<usize>,
    /// Training examples.
    pub examples: Option<usize>,
    /// The lowest and the highest rate at which the loss falls, of those around the recipe's own.
    pub stable_rates: Option<(f64, f64)>,
    /// ‖ΔW‖ / ‖W‖ of a usual step.
    pub update_ratio: Option<f64>,
    /// The usual size of what clipping bounds.
    pub gradient_size: Option<f64>,
    /// What a table calls the numbers of an input.
    pub columns: Vec<String>,
}

/// A spec, what was concluded of it, and what is known beside.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub spec: &'a Spec,
    pub judged: &'a [Judged],
    pub known: &'a Known,
}

/// One change that could help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Why this one, with the figures.
    pub reason: String,
    pub edits: Vec<Edit>,
}

/// A mend as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Why this one, with the figures.
    pub reason: String,
    /// What to write.
    pub lines: Vec<String>,
}

/// What could be changed in a spec against a cause.
type Mends = fn(&Case<'_>) -> Vec<Mend>;

/// What can be done about a cause.
#[derive(Debug, Clone, Copy)]
pub enum Remedy {
    /// Changes of the spec, in words, and as edits: the most promising first; none where the spec has
    /// nothing of the kind.
    Edits(&'static str, Mends),
    /// The same, and knowing which rates are stable makes it better.
    Rates(&'static str, Mends),
    /// Nothing can be tried from outside, since this is so.
    Inside(&'static str),
}

impl Remedy {
    /// What could be changed here.
    pub fn mends(&self, case: &Case<'_>) -> Vec<Mend> {
        match self {
            Self::Edits(_, mends) | Self::Rates(_, mends) => mends(case),
            Self::Inside(_) => Vec::new(),
        }
    }
}

impl Mend {
    fn new(reason: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { reason: reason.into(), edits }
    }

    /// Whether it changes anything.
    fn something(self) -> Option<Self> {
        (!self.edits.is_empty()).then_some(self)
    }

    /// This one where that one has been made.
    pub fn on_top_of(&self, before: &Self) -> Self {
        let new = self.edits.iter().filter(|edit| !before.edits.contains(edit));
        Self {
            reason: format!("{}; {}", before.reason, self.reason),
            edits: before.edits.iter().chain(new).cloned().collect(),
        }
    }

    /// The lines to write.
    pub fn lines(&self) -> Vec<String> {
        self.edits.iter().map(Edit::to_string).collect()
    }
}

impl From<&Mend> for Suggestion {
    fn from(mend: &Mend) -> Self {
        Self { reason: mend.reason.clone(), lines: mend.lines() }
    }
}

const IN_CODE: &str = "it is in the model's own code, which no spec changes";

/// What can be done about each cause.
static REMEDIES: &[(&str, Remedy)] = &[
    ("labels_broken", Remedy::Inside("nobody but you knows which answer belongs to which input")),
    ("classes_unbalanced", Remedy::Edits("`weights: balanced` in the loss", loss::balanced)),
    ("class_weights_wrong", Remedy::Edits("the loss without weights", loss::unweighted)),
    (
        "split_leak",
        Remedy::Inside("only the owner of the data knows which of two copies is one too many"),
    ),
    (
        "answer_among_inputs",
        Remedy::Edits(
            "all columns but those that tell the answer",
            data::without_columns_that_answer,
        ),
    ),
    ("split_unfit", Remedy::Edits("a split that shuffles", data::shuffled)),
    (
        "inputs_scrambled",
        Remedy::Inside("how the numbers were written is for whoever wrote them to say"),
    ),
    ("bias_missing", Remedy::Edits("the layers with their biases", model::with_biases)),
    ("inputs_not_scaled", Remedy::Edits("standardized inputs", data::scaled)),
    ("targets_not_scaled", Remedy::Edits("standardized targets", data::scaled_targets)),
    (
        "inputs_unused",
        Remedy::Edits(
            "the model without slices, or with strides of 1 where they are longer than their kernels",
            model::whole_inputs,
        ),
    ),
    (
        "inputs_useless",
        Remedy::Edits("all columns but those of one value", data::without_constant_columns),
    ),
    (
        "head_unsuited",
        Remedy::Edits(
            "the model without its last activation, or the loss of the task",
            loss::suited,
        ),
    ),
    ("loss_not_a_mean", Remedy::Edits("`reduction: mean`", loss::mean)),
    ("gradient_turned", Remedy::Inside("the sign is in the program, which no spec changes")),
    ("layer_detached", Remedy::Inside(IN_CODE)),
    ("layer_unused", Remedy::Inside(IN_CODE)),
    ("outputs_cut_off", Remedy::Inside(IN_CODE)),
    ("undefined_number", Remedy::Inside(IN_CODE)),
    ("outputs_unsteady", Remedy::Inside(IN_CODE)),
    ("gradient_wrong", Remedy::Inside(IN_CODE)),
    ("device_wrong", Remedy::Inside("it is in the device, its driver or a kernel")),
    (
        "half_precision_unfit",
        Remedy::Edits(
            "initializers that suit the activation behind it, for the layer that is too loud",
            start::quieter,
        ),
    ),
    (
        "layer_frozen",
        Remedy::Edits("the layers and groups that the spec freezes, unfrozen", model::unfrozen),
    ),
    ("gradients_kept", Remedy::Inside(IN_CODE)),
    ("step_wrong", Remedy::Inside(IN_CODE)),
    ("batch_mixing", Remedy::Inside(IN_CODE)),
    ("padding_leak", Remedy::Edits("attention that masks padding", model::masked)),
    (
        "time_leak",
        Remedy::Edits(
            "causal attention, and recurrent layers that go forwards alone",
            model::forward_in_time,
        ),
    ),
    (
        "initialization_constant",
        Remedy::Edits(
            "initializers that suit the activations behind them, biases of 0, or ReLUs in place of activations that saturate",
            start::initializers,
        ),
    ),
    (
        "initialization_too_large",
        Remedy::Edits(
            "initializers that suit the activations behind them, biases of 0, or ReLUs in place of activations that saturate",
            start::initializers,
        ),
    ),
    (
        "initialization_too_small",
        Remedy::Edits(
            "initializers that suit the activations behind them, biases of 0, or ReLUs in place of activations that saturate",
            start::initializers,
        ),
    ),
    (
        "activation_dead",
        Remedy::Edits("biases of 0 and initializers that suit, or `leaky_relu`", start::alive),
    ),
    (
        "activation_saturated",
        Remedy::Edits("biases of 0 and initializers that suit, or ReLUs", start::unsaturated),
    ),
    (
        "activation_unsuited",
        Remedy::Edits("ReLUs in place of softmaxes between layers", model::without_softmax_between),
    ),
    (
        "activation_missing",
        Remedy::Edits("a ReLU wherever two linear maps follow each other", model::activations),
    ),
    (
        "gradient_vanishes",
        Remedy::Edits(
            "ReLUs in place of activations that saturate, initializers that suit, or a `layer_norm` before each activation",
            start::carried,
        ),
    ),
    (
        "normalization_misused",
        Remedy::Edits("the usual momentum and epsilon", model::usual_normalization),
    ),
    (
        "dropout_misused",
        Remedy::Edits(
            "less dropout, and none behind the last layer or before a batch normalization",
            model::less_dropout,
        ),
    ),
    ("augmentation_unfit", Remedy::Edits("examples as they are", data::unchanged)),
    (
        "regularization_too_strong",
        Remedy::Edits(
            "a penalty of a tenth of the data's gradient, or a weight decay of 0.01",
            recipe::weaker_penalty,
        ),
    ),
    (
        "clipping_too_tight",
        Remedy::Edits("a bound of twice the usual gradient, or none", recipe::wider_clipping),
    ),
    ("schedule_unfit", Remedy::Rates("a constant rate", recipe::constant_rate)),
    ("batch_too_small", Remedy::Edits("batches of 32", recipe::larger_batch)),
    (
        "learning_rate_too_high",
        Remedy::Rates(
            "a rate half a decade below the highest one at which the loss falls in a sweep",
            recipe::lower_rate,
        ),
    ),
    (
        "learning_rate_too_low",
        Remedy::Rates(
            "the usual epsilon of the optimizer, or a rate half a decade below the highest one at which the loss falls in a sweep",
            recipe::higher_rate,
        ),
    ),
    (
        "too_few_steps",
        Remedy::Edits(
            "batches of 32 where one is nearly all there is, or 200 steps",
            recipe::more_steps,
        ),
    ),
    (
        "capacity_too_small",
        Remedy::Edits(
            "an encoding of positions, 16 units where there are fewer than 8, or the model without pools before its first weights",
            model::more_room,
        ),
    ),
];

/// What can be done about a cause.
pub fn remedy(cause: &str) -> Remedy {
    let found = REMEDIES.iter().find(|(name, _)| *name == cause);
    found.map_or(Remedy::Inside("nothing is known that helps"), |(_, remedy)| *remedy)
}

/// A number as somebody would write it into a recipe: one digit that counts.
fn written(number: f64) -> String {
    let rounded: f64 = format!("{number:.0e}").parse().unwrap_or(number);
    match (1e-2..1e5).contains(&rounded.abs()) || rounded == 0.0 {
        true => format!("{rounded}"),
        false => format!("{rounded:e}"),
    }
}

/// The places of all that a property has found.
fn places<'a>(case: &Case<'a>, property: &str) -> Vec<&'a str> {
    let judged = case.judged.iter().find(|each| each.property == property);
    let findings = judged.map(|each| each.verdict.findings.as_slice()).unwrap_or_default();
    findings.iter().map(|finding| finding.place.as_str()).collect()
}

/// What a property has measured at a place.
fn measured(case: &Case<'_>, property: &str, place: &str) -> Option<f64> {
    let judged = case.judged.iter().find(|each| each.property == property)?;
    let finding = judged.verdict.findings.iter().find(|finding| finding.place == place)?;
    finding.measured.filter(|measured| measured.is_finite())
}

#[cfg(test)]
mod tests;
