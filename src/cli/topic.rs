//! What can be explained, whatever it is: one shape for properties, words of the spec language and
//! error codes.

use crate::property::{self, Meta, OptionKind, OptionMeta, OptionValue};
use crate::report::{heading, indented, wrapped};
use crate::spec::vocabulary::{self, TermKind, TermMeta};
use crate::spec::{self, CodeMeta, Severity};

/// Columns of explained text.
const WIDTH: usize = 90;

/// One thing that has an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// One line.
    pub(super) summary: String,
    pub(super) sections: Vec<Section>,
}

/// What sort of thing it is: "property", "Properties".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Stands above the list of all of them.
    pub(super) title: &'static str,
}

const PROPERTY: Kind = Kind { name: "property", title: "Properties" };
const ERROR_CODE: Kind = Kind { name: "error code", title: "Error codes" };

/// A heading and the text below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) heading: &'static str,
    /// Lines that start with a space are set as they are, without it; the others are wrapped.
    pub(super) text: String,
}

impl Section {
    /// `None` for an empty text.
    pub(super) fn new(heading: &'static str, text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self { heading, text })
    }
}

impl Topic {
    /// The whole explanation, with ANSI styles.
    pub(super) fn render(&self) -> String {
        let mut text = format!("{} ({})\n{}\n", heading(&self.name), self.kind.name, self.summary);
        for section in &self.sections {
            let body = indented(&wrapped(section.text.trim_end(), WIDTH - 4), "    ");
            text.push_str(&format!("\n{}\n{body}\n", heading(section.heading)));
        }
        text
    }
}

/// Everything that has an explanation, kind by kind.
pub(super) fn all() -> Vec<Topic> {
    let properties = property::REGISTRY.iter().map(|property| of_property(&property.meta));
    let words = vocabulary::terms().map(of_term);
    let codes = spec::CODES.iter().map(of_code);
    properties.chain(words).chain(codes).collect()
}

fn of_property(meta: &Meta) -> Topic {
    let sections = [
        Section::new("What it checks", meta.checks),
        Section::new("Why it matters", meta.why),
        Section::new("Holds when", meta.condition),
        Section::new("When it fails", meta.mend),
        Section::new("Options", table(meta.options.iter().map(option_row).collect())),
        Section::new("In a spec", example(meta)),
        Section::new("How it counts", severity(meta)),
        Section::new("Source", meta.source),
    ];
    Topic {
        kind: PROPERTY,
        name: meta.name.to_owned(),
        summary: meta.summary.to_owned(),
        sections: sections.into_iter().flatten().collect(),
    }
}

fn of_term(term: &TermMeta) -> Topic {
    let options = term
        .options
        .iter()
        .map(|option| [option.name.to_owned(), option.default.to_string(), option.doc.to_owned()]);
    let short_form =
        term.main.map(|main| format!("`{0}: …` is short for `{0}: {{{main}: …}}`.", term.name));
    let sections = [
        Section::new("Options", table(options.collect())),
        Section::new("Short form", short_form.unwrap_or_default()),
        Section::new("In a spec", set(term.example)),
        Section::new("Source", term.source),
    ];
    Topic {
        kind: kind_of(term.kind),
        name: term.name.to_owned(),
        summary: term.summary.to_owned(),
        sections: sections.into_iter().flatten().collect(),
    }
}

fn kind_of(kind: TermKind) -> Kind {
    let (name, title) = match kind {
        TermKind::Section => ("section", "Sections of a spec"),
        TermKind::Layer => ("layer", "Layers"),
        TermKind::Activation => ("activation", "Activations"),
        TermKind::Initializer => ("initializer", "Initializers"),
        TermKind::Loss => ("loss", "Losses"),
        TermKind::Optimizer => ("optimizer", "Optimizers"),
        TermKind::Clipping => ("way of clipping", "Ways of clipping gradients"),
        TermKind::Data => ("data source", "Data sources"),
        TermKind::Scaling => ("scaling", "Ways of scaling data"),
        TermKind::Fault => ("fault", "Faults to plant"),
    };
    Kind { name, title }
}

fn of_code(code: &CodeMeta) -> Topic {
    let sections =
        [Section::new("The rule", code.explanation), Section::new("An example", set(code.example))];
    Topic {
        kind: ERROR_CODE,
        name: code.code.0.to_owned(),
        summary: code.title.to_owned(),
        sections: sections.into_iter().flatten().collect(),
    }
}

/// Marks text as set: its lines stay as they are.
fn set(text: &str) -> String {
    indented(text, " ")
}

fn severity(meta: &Meta) -> String {
    let severity = match meta.severity {
        Severity::Error => "The test case fails (`severity: error`)",
        Severity::Warn => "The test case passes with a warning (`severity: warn`)",
        Severity::Off => "It is not judged (`severity: off`)",
    };
    let recommended = match meta.recommended {
        true => "it is in the recommended set, which a spec without `expect` asks for.",
        false => "it runs only when a spec asks for it.",
    };
    format!("{severity} unless the spec says otherwise; {recommended}")
}

/// Name, default and meaning of an option.
fn option_row(option: &OptionMeta) -> [String; 3] {
    let default = default_text(option).unwrap_or_else(|| "derived".to_owned());
    [option.name.to_owned(), default, option.doc.to_owned()]
}

fn default_text(option: &OptionMeta) -> Option<String> {
    match option.default {
        OptionValue::Derived => None,
        OptionValue::Count(count) => Some(count.to_string()),
        OptionValue::Number(number) => Some(number_text(number)),
        OptionValue::Range(low, high) => {
            Some(format!("[{}, {}]", number_text(low), number_text(high)))
        }
        OptionValue::Flag(flag) => Some(flag.to_string()),
    }
}

/// As a person would write it in a spec.
fn number_text(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        magnitude if (1e-2..1e5).contains(&magnitude) => number.to_string(),
        _ => format!("{number:e}"),
    }
}

/// The property in a list of expectations, with its first option where it has one.
fn example(meta: &Meta) -> String {
    let entry = match meta.options.first() {
        None => meta.name.to_owned(),
        Some(option) => {
            let sample = match option.kind {
                OptionKind::Count => "10",
                OptionKind::Number => "1e-3",
                OptionKind::Range => "[1e-4, 1e-2]",
                OptionKind::Flag => "true",
            };
            let value = default_text(option).unwrap_or_else(|| sample.to_owned());
            format!("{}: {{{}: {value}}}", meta.name, option.name)
        }
    };
    format!(" expect:\n   - {entry}")
}

/// Rows in aligned columns, each line set as it is.
pub(super) fn table<const COLUMNS: usize>(rows: Vec<[String; COLUMNS]>) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!(" {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    const META: Meta = Meta {
        name: "update_ratio",
        summary: "weights move by a sane share of their size",
        checks: "The ratio of update and weight.",
        why: "A rate that is too small looks like a broken model.",
        condition: "low ≤ median ‖ΔW‖/‖W‖ ≤ high",
        mend: "Change the learning rate.",
        source: "",
        severity: Severity::Warn,
        recommended: true,
        options: &[
            OptionMeta {
                name: "range",
                kind: OptionKind::Range,
                default: OptionValue::Range(1e-5, 0.5),
                doc: "bounds of the ratio",
            },
            OptionMeta {
                name: "steps",
                kind: OptionKind::Count,
                default: OptionValue::Derived,
                doc: "steps that are measured",
            },
        ],
    };

    #[test]
    fn a_property_is_explained_in_full_and_empty_sections_are_left_out() {
        assert_eq!(
            strip_str(&of_property(&META).render()).to_string(),
            "update_ratio (property)
weights move by a sane share of their size

What it checks
    The ratio of update and weight.

Why it matters
    A rate that is too small looks like a broken model.

Holds when
    low ≤ median ‖ΔW‖/‖W‖ ≤ high

When it fails
    Change the learning rate.

Options
    range  [1e-5, 0.5]  bounds of the ratio
    steps  derived      steps that are measured

In a spec
    expect:
      - update_ratio: {range: [1e-5, 0.5]}

How it counts
    The test case passes with a warning (`severity: warn`) unless the spec says otherwise;
    it is in the recommended set, which a spec without `expect` asks for.
"
        );
    }

    #[test]
    fn a_word_of_the_language_is_explained_with_its_options_and_an_example() {
        let linear = all().into_iter().find(|topic| topic.name == "linear").unwrap();
        let text = strip_str(&linear.render()).to_string();
        assert!(text.starts_with("linear (layer)\n"), "{text}");
        assert!(text.contains("\n    out               required"), "{text}");
        assert!(text.contains("`linear: …` is short for `linear: {out: …}`."), "{text}");
        assert!(text.contains("\nIn a spec\n    linear: {out: 10"), "{text}");
    }

    #[test]
    fn every_error_code_is_explained() {
        let topics = all();
        for code in spec::CODES {
            let topic = topics.iter().find(|topic| topic.name == code.code.0).unwrap();
            assert!(topic.sections.len() == 2, "{topic:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_in_a_spec() {
        assert_eq!(number_text(0.5), "0.5");
        assert_eq!(number_text(1e-5), "1e-5");
        assert_eq!(number_text(0.0), "0");
        assert_eq!(number_text(300.0), "300");
    }
}
