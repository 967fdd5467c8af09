//! `cargo nn-test explain [NAME]`.

use std::io::Write;

use clap::Args;

use super::Error;
use super::options::ColorOption;
use super::topic::{self, Kind, Topic};
use crate::report::heading;
use crate::suggestion::closest;

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
        let topics = topic::all();
        let text = match &self.name {
            None => overview(&topics),
            Some(name) => explanations(&topics, name)?,
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// Everything of that name: a word may be both, say, a layer and a section.
fn explanations(topics: &[Topic], name: &str) -> Result<String, Error> {
    let wanted = normalized(name);
    let found = topics.iter().filter(|topic| normalized(&topic.name) == wanted);
    let texts: Vec<String> = found.map(Topic::render).collect();
    if texts.is_empty() {
        let names = topics.iter().map(|topic| topic.name.as_str());
        let suggestion = closest(name, names).map(str::to_owned);
        return Err(Error::UnknownTopic { name: name.to_owned(), suggestion });
    }
    Ok(texts.join("\n"))
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
        let rows = of_kind.map(|topic| [topic.name.clone(), first_line(&topic.summary)]);
        format!("{}\n{}\n", heading(kind.title), topic::table(rows.collect()))
    };
    let mut sections: Vec<String> = kinds.iter().map(section).collect();
    sections.push("`cargo nn-test explain NAME` tells more about each.\n".to_owned());
    sections.join("\n")
}

/// Case, `-` and `_` do not count: `Batch-Norm` is `batch_norm`.
fn normalized(name: &str) -> String {
    name.trim().to_lowercase().replace('-', "_")
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

    fn topic(kind: Kind, name: &str) -> Topic {
        Topic {
            kind,
            name: name.to_owned(),
            summary: format!("what {name} is\nand more"),
            sections: Vec::new(),
        }
    }

    fn topics() -> Vec<Topic> {
        vec![
            topic(PROPERTY, "learns"),
            topic(LAYER, "batch_norm"),
            topic(LAYER, "relu"),
            topic(CODE, "NN0104"),
        ]
    }

    #[test]
    fn a_topic_is_found_in_any_spelling() {
        for name in ["batch_norm", "Batch-Norm", "BATCH_NORM"] {
            let text = explanations(&topics(), name).unwrap();
            assert!(strip_str(&text).to_string().starts_with("batch_norm (layer)\n"), "{text}");
        }
        assert!(explanations(&topics(), "nn0104").is_ok());
    }

    #[test]
    fn an_unknown_name_is_an_error_with_a_suggestion() {
        let error = explanations(&topics(), "learn").unwrap_err();
        assert_eq!(error.to_string(), "nothing to explain under `learn`; did you mean `learns`?");
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn the_overview_lists_every_topic_below_its_kind() {
        assert_eq!(
            strip_str(&overview(&topics())).to_string(),
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
