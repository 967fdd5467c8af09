//! Why nothing is run, and what to do about it.

use std::path::PathBuf;

use super::app;
use crate::report::counted;
use crate::runner::Partition;

/// Why no test case is selected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// There are no spec files; the folders that were searched.
    NoSpecs(Vec<PathBuf>),
    /// No name matches.
    NoMatch { filters: Vec<String>, suggestion: Option<String> },
    /// The profile's filter leaves none.
    DefaultFilter { text: String, of: usize },
    /// The shard holds none of the test cases.
    EmptyShard { partition: Partition, of: usize },
}

impl Nothing {
    /// As a sentence.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::NoSpecs(folders) if folders.is_empty() => "no package is selected".to_owned(),
            Self::NoSpecs(folders) => {
                let folders: Vec<_> = folders.iter().map(|path| ticked(path.display())).collect();
                format!("no spec files in {}", folders.join(", "))
            }
            Self::DefaultFilter { text, of } => {
                format!("the default filter `{text}` leaves none of {}", counted(*of, "test"))
            }
            Self::EmptyShard { partition, of } => {
                format!("shard {partition} holds none of {}", counted(*of, "test"))
            }
            Self::NoMatch { filters, .. } if filters.is_empty() => {
                "no test case is left after `--skip`".to_owned()
            }
            Self::NoMatch { filters, .. } => {
                let filters: Vec<_> = filters.iter().map(ticked).collect();
                format!("no test case matches {}", filters.join(" or "))
            }
        }
    }

    /// What to do.
    pub(super) fn help(&self) -> Option<String> {
        match self {
            Self::NoSpecs(folders) if folders.is_empty() => None,
            Self::NoSpecs(_) => Some("`cargo nn-test init` writes a first spec".to_owned()),
            Self::DefaultFilter { .. } => {
                Some("`--ignore-default-filter` runs them all the same".to_owned())
            }
            Self::EmptyShard { .. } => {
                Some("a matrix may have such shards: `--no-tests pass`".to_owned())
            }
            Self::NoMatch { filters, suggestion } => {
                let command = filters.iter().find(|filter| app::is_subcommand(filter));
                match (command, suggestion) {
                    (Some(command), _) => Some(format!(
                        "`{command}` is read as a filter here; a command comes first: \
                         `cargo nn-test {command} …`"
                    )),
                    (None, Some(name)) => Some(format!("there is `{name}`")),
                    (None, None) => Some("`cargo nn-test list` shows all test cases".to_owned()),
                }
            }
        }
    }
}

fn ticked(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}
