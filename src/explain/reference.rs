//! The pages in `docs/reference/`: one for each layer, activation, loss, optimizer, schedule and data
//! source, and an index.

use std::path::{Path, PathBuf};

use super::page::{self, ORIGIN, chapter};
use super::term::{self, REFERENCE};
use super::{Kind, Topic};
use crate::spec::vocabulary::{TermKind, terms};

const INDEX: &str = "\
# Reference

A page for each word that a model, a recipe or a data set is made of. Each shows options with what \
they take and their defaults, what other frameworks call the word, and a whole spec that the tests \
run. `cargo nn-test explain NAME` prints what stands here. What holds for a spec as a whole is on the \
page [The spec language](../language.md).
";

/// The head of a table of words.
pub(super) const HEAD: &str = "| word | |\n|---|---|\n";

/// A line of such a table; the pages are in `folder`.
pub(super) fn row(topic: &Topic, folder: &str) -> String {
    let name = topic.name;
    page::row([&format!("[`{name}`]({folder}/{name}.md)"), topic.summary])
}

/// The folder that holds the pages of a kind, if it has pages.
pub(super) fn folder(kind: Kind) -> Option<&'static str> {
    REFERENCE.iter().find(|(of, _)| term::kind(*of) == kind).map(|(_, folder)| *folder)
}

/// All pages, with their paths below `docs/reference`.
pub fn reference() -> Vec<(PathBuf, String)> {
    let mut index = format!("{ORIGIN}{INDEX}");
    let mut pages = Vec::new();
    for (kind, folder) in REFERENCE {
        index.push_str(&format!("\n## {}\n\n{HEAD}", term::kind(kind).title));
        for topic in of_kind(kind) {
            index.push_str(&row(&topic, folder));
            let mut text = ORIGIN.trim_end().to_owned();
            text.push('\n');
            chapter(&mut text, "#", &topic);
            let others = term::kind(kind).title.to_lowercase();
            text.push_str(&format!("\n[All {others}](../README.md)\n"));
            pages.push((Path::new(folder).join(format!("{}.md", topic.name)), text));
        }
    }
    pages.push((PathBuf::from("README.md"), index));
    pages
}

fn of_kind(kind: TermKind) -> impl Iterator<Item = Topic> {
    terms().filter(move |term| term.kind == kind).map(term::full_topic)
}
