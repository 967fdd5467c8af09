//! Words of the spec language as topics.

use super::example::{self, Whole};
use super::{Kind, OptionRow, Section, Topic};
use crate::spec::vocabulary::{self, TermKind, TermMeta, TermOption};

/// Kinds of words that have a page of their own each, and the folders of these pages.
pub(super) const REFERENCE: [(TermKind, &str); 6] = [
    (TermKind::Layer, "layers"),
    (TermKind::Activation, "activations"),
    (TermKind::Loss, "losses"),
    (TermKind::Optimizer, "optimizers"),
    (TermKind::Schedule, "schedules"),
    (TermKind::Data, "data"),
];

/// The word without the spec around it, whose parts take some work to line up.
pub(super) fn topic(term: &'static TermMeta) -> Topic {
    with(term, None)
}

/// The word with all that can be said of it.
pub(super) fn full_topic(term: &'static TermMeta) -> Topic {
    with(term, example::whole(term))
}

fn with(term: &'static TermMeta, whole: Option<Whole>) -> Topic {
    let short_form =
        term.main.map(|main| format!("`{0}: …` is short for `{0}: {{{main}: …}}`.", term.name));
    let shapes = whole.as_ref().and_then(|whole| whole.shapes.as_ref());
    let shapes = shapes.map(|(input, output)| {
        format!("{input} becomes {output} in the whole spec below; the batch axis is not written.")
    });
    let others = aliases(term);
    let others = others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let sections = [
        Section::options(term.options.iter().map(row)),
        Section::prose("Short form", short_form.unwrap_or_default()),
        Section::prose("Elsewhere called", others),
        Section::prose("Shapes", shapes.unwrap_or_default()),
        Section::set("In a spec", in_place(term)),
        Section::set("A whole spec", whole.map(|whole| whole.text).unwrap_or_default()),
        Section::prose("Source", source(term)),
    ];
    Topic {
        kind: kind(term.kind),
        name: term.name,
        summary: term.summary,
        sections: sections.into_iter().flatten().collect(),
    }
}

/// What other frameworks call the word. Of a name that is several words (a layer and a schedule), each
/// has its own row of names, in the vocabulary's order.
fn aliases(term: &TermMeta) -> &'static [&'static str] {
    let rows: Vec<_> = crate::spec::aliases(term.name).collect();
    let words = vocabulary::find(term.name);
    let words = words.iter().filter(|word| word.kind != TermKind::Section);
    let places: Vec<TermKind> = words.map(|word| word.kind).collect();
    match places.iter().position(|kind| *kind == term.kind) {
        Some(place) if rows.len() == places.len() => rows[place],
        _ => &[],
    }
}

/// What this project made up has no source to name.
fn source(term: &TermMeta) -> &'static str {
    if term.source == "nn-test" { "" } else { term.source }
}

pub(super) fn kind(kind: TermKind) -> Kind {
    let (name, title) = match kind {
        TermKind::Section => ("section", "Sections of a spec"),
        TermKind::Layer => ("layer", "Layers"),
        TermKind::Activation => ("activation", "Activations"),
        TermKind::Initializer => ("initializer", "Initializers"),
        TermKind::Loss => ("loss", "Losses"),
        TermKind::Optimizer => ("optimizer", "Optimizers"),
        TermKind::Schedule => ("schedule", "Learning-rate schedules"),
        TermKind::Clipping => ("way of clipping", "Ways of clipping gradients"),
        TermKind::Data => ("data source", "Data sources"),
        TermKind::Scaling => ("scaling", "Ways of scaling data"),
        TermKind::Encoding => ("encoding", "Ways of encoding columns of text"),
        TermKind::Missing => ("treatment of missing values", "Treatments of missing values"),
        TermKind::Fault => ("fault", "Faults to plant"),
    };
    Kind { name, title }
}

fn row(option: &'static TermOption) -> OptionRow {
    OptionRow {
        name: option.name,
        takes: option.kind.to_string(),
        default: option.default.to_string(),
        meaning: option.doc,
    }
}

/// The term's example behind the key that it stands under.
fn in_place(term: &TermMeta) -> String {
    let example = term.example;
    match term.kind {
        TermKind::Section if term.name == "spec" => example.to_owned(),
        TermKind::Section if term.name == "groups" => format!("groups:\n  - {example}"),
        TermKind::Section => format!("{}: {example}", term.name),
        TermKind::Layer | TermKind::Activation => {
            format!("layers:\n  - {}", example.replace('\n', "\n    "))
        }
        TermKind::Initializer => format!("initializer: {example}"),
        TermKind::Loss => format!("loss: {example}"),
        TermKind::Optimizer => format!("optimizer: {example}"),
        TermKind::Schedule => format!("schedule: {example}"),
        TermKind::Clipping => format!("clipping: {example}"),
        TermKind::Data => format!("data: {example}"),
        TermKind::Scaling => format!("scale: {example}"),
        TermKind::Encoding => format!("encode: {{column: {example}}}"),
        TermKind::Missing => format!("missing: {{column: {example}}}"),
        TermKind::Fault => format!("faults:\n  - {example}"),
    }
}
