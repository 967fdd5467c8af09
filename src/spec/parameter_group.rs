//! `training: {groups: …}`: tensors that are trained in another way than the others, or not at all.

use super::options::OptionReader;
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, Span, Spanned};

/// Some tensors, and what is different for them.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterGroup {
    /// Layers, tensors, or patterns of paths with `*`.
    pub layers: Vec<Spanned<String>>,
    pub rate: GroupRate,
    /// In place of the optimizer's.
    pub weight_decay: Option<f64>,
    /// Not trained at all.
    pub frozen: bool,
    /// Where the group stands.
    pub span: Span,
}

/// The rate of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupRate {
    /// The optimizer's.
    Shared,
    /// A learning rate of its own, on the recipe's schedule.
    Own(Spanned<f64>),
    /// The optimizer's in every step, times a factor.
    Factor(f64),
}

impl ParameterGroup {
    /// The learning rate that the group has of its own.
    pub(super) fn own_rate(&self) -> Option<Spanned<f64>> {
        match &self.rate {
            GroupRate::Own(rate) => Some(rate.clone()),
            GroupRate::Shared | GroupRate::Factor(_) => None,
        }
    }
}

/// Reads `groups` of `training`.
pub(super) fn read(training: &mut OptionReader<'_, '_, '_>) -> Vec<ParameterGroup> {
    let Some(node) = training.given("groups") else { return Vec::new() };
    let what = training.what("groups");
    let term = find_kind(TermKind::Section, "groups");
    let items = training.reader.sequence(&what, node).iter();
    let groups = items.map(|item| {
        let before = training.reader.errors.len();
        let options = &mut OptionReader::open(training.reader, term, item.span, Some(item));
        let group = group(options, item.span);
        // One mistake gives one error.
        if options.reader.errors.len() == before {
            let error = contradiction(options);
            error.into_iter().for_each(|error| options.reader.report(error));
        }
        group
    });
    groups.collect()
}

fn group(options: &mut OptionReader<'_, '_, '_>, span: Span) -> ParameterGroup {
    let what = options.what("layers");
    let layers = match options.node("layers") {
        Some(node) => {
            let items = options.reader.sequence(&what, node).iter();
            items.map(|item| options.reader.text(&format!("each of {what}"), item)).collect()
        }
        None => Vec::new(),
    };
    let own = options.optional_number("learning_rate");
    let factor = options.optional_number("factor");
    ParameterGroup {
        layers,
        rate: match (own, factor) {
            (Some(own), _) => GroupRate::Own(own),
            (None, Some(factor)) => GroupRate::Factor(*factor),
            (None, None) => GroupRate::Shared,
        },
        weight_decay: options.optional_number("weight_decay").map(|decay| *decay),
        frozen: options.flag("frozen"),
        span,
    }
}

/// What keys of one group say against each other.
fn contradiction(options: &mut OptionReader<'_, '_, '_>) -> Option<Diagnostic> {
    let frozen = options.flag("frozen");
    let keys = ["learning_rate", "factor", "weight_decay"];
    let given: Vec<(&str, Span)> =
        keys.into_iter().filter_map(|key| Some((key, options.key_span(key)?))).collect();
    let at = |message: String, span: Span, label: &str| {
        Diagnostic::new(Code::CONTRADICTION, message, span, label)
    };
    match (given.as_slice(), options.key_span("frozen")) {
        ([(key, span), ..], Some(place)) if frozen => {
            let error = at(format!("a frozen group has no `{key}`"), *span, "changes nothing");
            Some(error.also(place, "is not trained").help(format!("remove `{key}` or `frozen`")))
        }
        ([("learning_rate", first), ("factor", second), ..], _) => {
            let message = "a group has one rate: `learning_rate` or `factor`".to_owned();
            let error = at(message, *second, "a second rate").also(*first, "the first one");
            Some(error.help("remove one of them"))
        }
        ([], _) if !frozen => {
            let message = "a group must differ from the other tensors".to_owned();
            let error = at(message, options.place(), "changes nothing");
            Some(
                error.help(
                    "give it `frozen: true`, a `learning_rate`, a `factor` or a `weight_decay`",
                ),
            )
        }
        _ => None,
    }
}
