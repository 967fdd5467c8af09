//! `cargo nn-test explain [NAME]`.

use std::io::Write;

use clap::Args;

use super::Error;
use super::options::ColorOption;
use crate::explain::{self, Body, Kind, OptionRow, Section, Topic};
use crate::report::{heading, indented, wrapped};

/// Columns of explained text.
const WIDTH: usize = 90;

const MARGIN: &str = "    ";

/// Options of `explain`.
#[derive(Debug, Clone, Args)]
pub(super) struct ExplainOptions {
    /// A property, layer, activation, loss, optimizer, … or an error code; none lists them all
    name: Option<String>,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl ExplainOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let text = match &self.name {
            None => overview(&explain::topics()),
            Some(name) => explanations(name)?,
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// Everything of that name: a word may be both, say, a layer and a section.
fn explanations(name: &str) -> Result<String, Error> {
    let texts: Vec<String> = explain::find(name).iter().map(explanation).collect();
    if texts.is_empty() {
        let suggestion = explain::suggestion(name).map(str::to_owned);
        return Err(Error::UnknownTopic { name: name.to_owned(), suggestion });
    }
    Ok(texts.join("\n"))
}

/// The whole explanation, with ANSI styles.
fn explanation(topic: &Topic) -> String {
    let summary = wrapped(topic.summary, WIDTH);
    let mut text = format!("{} ({})\n{summary}\n", heading(topic.name), topic.kind.name);
    for section in &topic.sections {
        let body = indented(&body(section), MARGIN);
        text.push_str(&format!("\n{}\n{body}\n", heading(section.heading)));
    }
    text
}

fn body(section: &Section) -> String {
    match &section.body {
        Body::Prose(prose) => wrapped(prose, WIDTH - MARGIN.len()),
        Body::Set(lines) => lines.clone(),
        Body::Options(options) => {
            let row = |option: &OptionRow| {
                [option.name.to_owned(), option.default.clone(), option.meaning.to_owned()]
            };
            table(options.iter().map(row).collect())
        }
    }
}

/// All topics with their first lines, kind by kind.
fn overview(topics: &[Topic]) -> String {
    let mut kinds: Vec<Kind> = Vec::new();
    for topic in topics {
        if !kinds.contains(&topic.kind) {
            kinds.push(topic.kind);
        }
    }
    let section = |kind: &Kind| {
        let of_kind = topics.iter().filter(|topic| topic.kind == *kind);
        let rows = of_kind.map(|topic| [topic.name.to_owned(), first_line(topic.summary)]);
        let table = indented(&table(rows.collect()), " ");
        format!("{}\n{table}\n", heading(kind.title))
    };
    let mut sections: Vec<String> = kinds.iter().map(section).collect();
    sections.push("`cargo nn-test explain NAME` tells more about each.\n".to_owned());
    sections.join("\n")
}

/// Rows in aligned columns.
fn table<const COLUMNS: usize>(rows: Vec<[String; COLUMNS]>) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    const PROPERTY: Kind = Kind { name: "property", title: "Properties" };
    const LAYER: Kind = Kind { name: "layer", title: "Layers" };
    const CODE: Kind = Kind { name: "error code", title: "Error codes" };

    fn topic(kind: Kind, name: &'static str, summary: &'static str) -> Topic {
        Topic { kind, name, summary, sections: Vec::new() }
    }

    #[test]
    fn a_topic_is_explained_in_full() {
        let mut topic = topic(PROPERTY, "update_ratio", "Weights move by a sane share.");
        let option = |name, default: &str| OptionRow {
            name,
            takes: "a number".to_owned(),
            default: default.to_owned(),
            meaning: "what it means",
        };
        topic.sections = vec![
            Section {
                heading: "Why it matters",
                body: Body::Prose(
                    "A learning rate that is too small looks like a broken model, and one that is \
                     too large does so too."
                        .to_owned(),
                ),
            },
            Section {
                heading: "Options",
                body: Body::Options(vec![option("range", "[1e-5, 0.5]"), option("steps", "10")]),
            },
            Section {
                heading: "In a spec",
                body: Body::Set("expect:\n  - update_ratio".to_owned()),
            },
        ];
        assert_eq!(
            strip_str(&explanation(&topic)).to_string(),
            "update_ratio (property)
Weights move by a sane share.

Why it matters
    A learning rate that is too small looks like a broken model, and one that is too large
    does so too.

Options
    range  [1e-5, 0.5]  what it means
    steps  10           what it means

In a spec
    expect:
      - update_ratio
"
        );
    }

    #[test]
    fn an_unknown_name_is_an_error_with_a_suggestion() {
        let error = explanations("learn").unwrap_err();
        assert_eq!(error.to_string(), "nothing to explain under `learn`; did you mean `learns`?");
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn the_overview_lists_every_topic_below_its_kind() {
        let topics = [
            topic(PROPERTY, "learns", "what learns is\nand more"),
            topic(LAYER, "batch_norm", "what batch_norm is"),
            topic(LAYER, "relu", "what relu is"),
            topic(CODE, "NN0104", "what NN0104 is"),
        ];
        assert_eq!(
            strip_str(&overview(&topics)).to_string(),
            "Properties
 learns  what learns is

Layers
 batch_norm  what batch_norm is
 relu        what relu is

Error codes
 NN0104  what NN0104 is

`cargo nn-test explain NAME` tells more about each.
"
        );
    }
}
