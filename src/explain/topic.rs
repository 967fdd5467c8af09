//! One shape for everything that can be explained.

use super::{cause, code, property, term};
use crate::diagnosis::CAUSES;
use crate::property::REGISTRY;
use crate::spec::{CODES, suggest, vocabulary};

/// One thing that has an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub kind: Kind,
    pub name: &'static str,
    /// One or two lines.
    pub summary: &'static str,
    pub sections: Vec<Section>,
}

/// What sort of thing a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Of one: "property".
    pub name: &'static str,
    /// Of all: "Properties".
    pub title: &'static str,
}

/// A heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub heading: &'static str,
    pub body: Body,
}

/// What a section holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// One paragraph, to be wrapped.
    Prose(String),
    /// Lines that are to stay as they are: part of a spec, or of a data file.
    Set(String),
    /// At least one option.
    Options(Vec<OptionRow>),
}

/// One option of a property or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionRow {
    pub name: &'static str,
    /// The values that it takes, in words.
    pub takes: String,
    /// Its value when the spec does not give it.
    pub default: String,
    pub meaning: &'static str,
}

impl Section {
    /// `None` for an empty text.
    pub(super) fn prose(heading: &'static str, text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self { heading, body: Body::Prose(text) })
    }

    pub(super) fn set(heading: &'static str, text: impl Into<String>) -> Option<Self> {
        let text = text.into().trim_end().to_owned();
        (!text.is_empty()).then_some(Self { heading, body: Body::Set(text) })
    }

    /// `None` without options.
    pub(super) fn options(rows: impl Iterator<Item = OptionRow>) -> Option<Self> {
        let rows: Vec<OptionRow> = rows.collect();
        (!rows.is_empty()).then_some(Self { heading: "Options", body: Body::Options(rows) })
    }
}

/// Everything that has an explanation, kind by kind and in short ([`find`] tells all): properties in the order in which they run,
/// words in the order of the vocabulary, causes from data to recipe, codes in their own order.
pub fn topics() -> Vec<Topic> {
    let properties = REGISTRY.iter().map(|property| property::topic(&property.meta));
    let words = vocabulary::terms().map(term::topic);
    let codes = CODES.iter().map(code::topic);
    let causes = CAUSES.iter().map(cause::topic);
    properties.chain(words).chain(causes).chain(codes).collect()
}

/// The topics of that name, mostly one: a word may be, say, both a layer and a section. Case, `-`
/// and `_` do not count: `Batch-Norm` is `batch_norm`.
pub fn find(name: &str) -> Vec<Topic> {
    let wanted = plain(name);
    let is_wanted = |name: &str| plain(name) == wanted;
    let properties = REGISTRY.iter().filter(|property| is_wanted(property.meta.name));
    let words = vocabulary::terms().filter(|term| is_wanted(term.name));
    let codes = CODES.iter().filter(|code| is_wanted(code.code.0));
    properties
        .map(|property| property::topic(&property.meta))
        .chain(words.map(term::full_topic))
        .chain(CAUSES.iter().filter(|cause| is_wanted(cause.name)).map(cause::topic))
        .chain(codes.map(code::topic))
        .collect()
}

/// The name that a reader who asked for an unknown one probably meant: misspelt, or from another
/// framework.
pub fn suggestion(name: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = topics().iter().map(|topic| topic.name).collect();
    suggest(name, &names)
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', '_', ' '], "")
}
