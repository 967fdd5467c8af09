//! What can be wrong with a configuration.

use std::io;
use std::path::PathBuf;

use super::words::Word;
use crate::severities::SEVERITY_VARIABLE;
use crate::spec::Diagnostics;
use crate::suggestion::did_you_mean;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Each file with all of its errors, as rustc would show them.
    #[error("{}", rendered(.0))]
    Wrong(Vec<Diagnostics>),
    #[error(
        "there are two configurations, `{}` and `{}`; keep one of them",
        first.display(),
        second.display()
    )]
    BothFiles { first: PathBuf, second: PathBuf },
    #[error("cannot read `{}`: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error(
        "no profile `{name}`{}{} (profiles here: {})",
        from_variable(*variable),
        did_you_mean(.suggestion.as_deref()),
        known.join(", ")
    )]
    UnknownProfile {
        name: String,
        /// Whether the environment names it, and not the command line.
        variable: bool,
        suggestion: Option<String>,
        known: Vec<String>,
    },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Variables(Vec<VariableError>),
}

/// An environment variable whose value is not understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VariableError {
    #[error(
        "the environment variable {variable} must be {}, not `{found}`{}",
        word.kind.expected(),
        did_you_mean(*.suggestion)
    )]
    WrongValue {
        variable: String,
        word: &'static Word,
        found: String,
        suggestion: Option<&'static str>,
    },
    #[error("the environment variable {SEVERITY_VARIABLE}: {error}")]
    Severity { error: String },
    #[error("the environment variables {first} and {second} say the same; set one of them")]
    Twice { first: String, second: String },
}

fn rendered(files: &[Diagnostics]) -> String {
    files.iter().map(|file| file.render(false)).collect::<Vec<_>>().join("\n")
}

fn from_variable(variable: bool) -> &'static str {
    if variable { ", which the environment variable NN_TEST_PROFILE names" } else { "" }
}
