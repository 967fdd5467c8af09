//! Words of the spec language as topics.

use super::{Kind, OptionRow, Section, Topic};
use crate::spec::vocabulary::{TermKind, TermMeta, TermOption};

pub(super) fn topic(term: &'static TermMeta) -> Topic {
    let short_form =
        term.main.map(|main| format!("`{0}: …` is short for `{0}: {{{main}: …}}`.", term.name));
    let sections = [
        Section::options(term.options.iter().map(row)),
        Section::prose("Short form", short_form.unwrap_or_default()),
        Section::set("In a spec", in_place(term)),
        Section::prose("Source", source(term)),
    ];
    Topic {
        kind: kind(term.kind),
        name: term.name,
        summary: term.summary,
        sections: sections.into_iter().flatten().collect(),
    }
}

/// What this project made up has no source to name.
fn source(term: &TermMeta) -> &'static str {
    if term.source == "nn-test" { "" } else { term.source }
}

fn kind(kind: TermKind) -> Kind {
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
