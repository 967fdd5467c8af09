//! Everything that can go wrong and is no bug, with its exit code.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};

use super::models::ModelsError;
use crate::harness::WorkerError;
use crate::mutants::BadDiff;
use crate::report::event::RunEnd;
use crate::report::{ShardError, rustc_colors};
use crate::spec::Diagnostics;
use crate::suggestion::did_you_mean;
use crate::{config, exit_code, runner, workspace};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Says on standard error what is odd and no error.
pub(super) fn warn(sentence: &str) {
    say(&format!("{WARNING}warning{WARNING:#}: {sentence}\n"));
}

/// What is no warning, but no part of the output either.
pub(super) fn warn_plain(text: &str) {
    say(&format!("{text}\n"));
}

/// Where even standard error is closed, nothing is left to do.
fn say(text: &str) {
    let _ = anstream::AutoStream::auto(io::stderr()).write_all(text.as_bytes());
}

/// An expected, user-visible failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Also `--help` and `--version`, which clap treats as errors.
    #[error("{0}")]
    CommandLine(#[from] clap::Error),
    #[error("no spec file `{}`{}", path.display(), did_you_mean(.suggestion.as_deref()))]
    NoSpecFile { path: PathBuf, suggestion: Option<String> },
    #[error("nothing to explain under `{name}`{}", did_you_mean(.suggestion.as_deref()))]
    UnknownTopic { name: String, suggestion: Option<String> },
    #[error("cannot propose a spec for `{}`: {reason}", file.display())]
    UnusableTable { file: PathBuf, reason: String },
    #[error(transparent)]
    Workspace(#[from] workspace::Error),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error("cannot read the spec folder `{}`: {error}", folder.display())]
    SpecFolder { folder: PathBuf, error: io::Error },
    #[error("{0}")]
    Filter(Box<Diagnostics>),
    #[error("{reason}")]
    NothingSelected { reason: String, help: Option<String> },
    /// The report has said which.
    #[error("a spec is wrong")]
    SpecErrors,
    /// The report has said which.
    #[error("a test failed")]
    TestsFailed,
    #[error(transparent)]
    Run(#[from] runner::Error),
    #[error("this is the root of a workspace without a package of its own")]
    NoCurrentPackage,
    #[error("`{}` stands in the way: {reason}", path.display())]
    InitObstacle { path: PathBuf, reason: String, help: String },
    #[error("cannot write `{}`: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("cannot read `{}`: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The report has said why.
    #[error("the shards are not one whole run")]
    ShardsIncomplete { end: RunEnd },
    /// What `mutants` cannot do, with exit codes of its own.
    #[error("{0}")]
    Mutants(Box<Error>),
    /// The report has said which.
    #[error("mutants were missed")]
    MutantsMissed,
    /// The report has said which.
    #[error("mutants ran too long")]
    MutantsTimedOut,
    #[error("without a fault planted, {tests}")]
    BaselineFailed { tests: String },
    #[error("cannot use `{}`: {error}", path.display())]
    BadDiff { path: PathBuf, error: BadDiff },
    /// The report has said why.
    #[error("pictures are missing")]
    PicturesMissing,
    /// The report has said what.
    #[error("something is amiss here")]
    Unhealthy,
    #[error("cannot install the handler of Ctrl-C: {0}")]
    InterruptHandler(#[from] ctrlc::Error),
    #[error(transparent)]
    Models(#[from] ModelsError),
    #[error("the worker got no orders that it understands: {0}")]
    Orders(#[source] WorkerError),
    #[error("cannot find this program's own file: {0}")]
    OwnProgram(#[source] io::Error),
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// See [`exit_code`].
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::CommandLine(error) => u8::try_from(error.exit_code()).unwrap_or(exit_code::USAGE),
            Self::NoSpecFile { .. }
            | Self::Filter(_)
            | Self::UnknownTopic { .. }
            | Self::UnusableTable { .. }
            | Self::NoCurrentPackage
            | Self::InitObstacle { .. }
            | Self::Workspace(workspace::Error::UnknownPackage { .. }) => exit_code::USAGE,
            Self::NothingSelected { .. } => exit_code::NO_TESTS_RUN,
            Self::SpecErrors
            | Self::SpecFolder { .. }
            | Self::Models(ModelsError::RegisteredTwice { .. })
            | Self::Config(_)
            | Self::Workspace(
                workspace::Error::Config(_) | workspace::Error::UnknownTarget { .. },
            ) => exit_code::SPEC_ERROR,
            Self::Mutants(error) => of_mutants(error),
            Self::MutantsMissed => exit_code::mutants::MISSED,
            Self::MutantsTimedOut => exit_code::mutants::TIMEOUT,
            Self::BaselineFailed { .. } => exit_code::mutants::BASELINE_FAILED,
            Self::BadDiff { .. } => exit_code::mutants::BAD_DIFF,
            Self::TestsFailed | Self::Unhealthy => exit_code::TEST_FAILED,
            Self::Workspace(workspace::Error::Metadata { .. }) => exit_code::CARGO_METADATA_FAILED,
            Self::Run(runner::Error::AdapterRequired { .. }) => exit_code::ADAPTER_REQUIRED,
            Self::Run(runner::Error::Interrupted) => exit_code::INTERRUPTED,
            Self::Run(
                runner::Error::Launch(_)
                | runner::Error::WorkerFailed { .. }
                | runner::Error::OutputClosed,
            )
            | Self::Models(ModelsError::Build(_) | ModelsError::NoAnswer { .. })
            | Self::Write { .. }
            | Self::Read { .. }
            | Self::PicturesMissing
            | Self::Shard(_) => exit_code::RUN_INCOMPLETE,
            Self::ShardsIncomplete { end } => match end {
                RunEnd::Interrupted => exit_code::INTERRUPTED,
                RunEnd::AdapterRequired => exit_code::ADAPTER_REQUIRED,
                RunEnd::Completed | RunEnd::MaxFail | RunEnd::Incomplete => {
                    exit_code::RUN_INCOMPLETE
                }
            },
            // Whoever closes the pipe has read enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit_code::SUCCESS,
            Self::Output(_) => exit_code::RUN_INCOMPLETE,
            Self::InterruptHandler(_) | Self::Orders(_) | Self::OwnProgram(_) => {
                exit_code::INTERNAL_ERROR
            }
        }
    }

    /// Says on standard error what is wrong and what to do, unless that has been said.
    pub fn print(&self) {
        if let Self::Mutants(error) = self {
            return error.print();
        }
        if let Self::CommandLine(error) = self {
            // Help goes to standard output; where even that is closed, nothing is left to do.
            let _ = error.print();
            return;
        }
        if self.is_said_already() {
            return;
        }
        if let Self::Config(error @ config::Error::Wrong(_))
        | Self::Workspace(workspace::Error::Config(error @ config::Error::Wrong(_))) = self
        {
            // Each of its errors is shown as rustc would show it.
            say(&format!("{}\n", rustc_colors(error.to_string().trim_end())));
            return;
        }
        if let Self::Filter(error) = self {
            say(&format!("{}\n", rustc_colors(error.render(false).trim_end())));
            return;
        }
        let mut text = format!("{ERROR}error{ERROR:#}: {self}\n");
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(&format!("  caused by: {error}\n"));
            cause = error.source();
        }
        if let Self::Run(runner::Error::WorkerFailed { output: Some(output), .. }) = self {
            text.push_str(&format!("it printed:\n{output}\n"));
        }
        if let Some(help) = self.help() {
            text.push_str(&format!("{HELP}help{HELP:#}: {help}\n"));
        }
        say(&text);
    }

    /// Whether the output so far is all there is to say, or nobody listens any more.
    fn is_said_already(&self) -> bool {
        match self {
            Self::SpecErrors
            | Self::TestsFailed
            | Self::Unhealthy
            | Self::MutantsMissed
            | Self::MutantsTimedOut
            | Self::PicturesMissing => true,
            Self::Run(runner::Error::OutputClosed) => true,
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            _ => false,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::UnknownTopic { .. } => {
                Some("`cargo nn-test explain` lists everything that has an explanation".to_owned())
            }
            Self::Workspace(workspace::Error::Metadata { .. }) => Some(
                "nn-test runs inside a cargo package or workspace; name another one with \
                 `--manifest-path`"
                    .to_owned(),
            ),
            Self::Config(config::Error::UnknownProfile { .. }) => Some(
                "`[profile.NAME]` in `nn-test.toml` makes a profile; `cargo nn-test show-config` \
                 shows what counts"
                    .to_owned(),
            ),
            Self::NothingSelected { help, .. } => help.clone(),
            Self::Models(ModelsError::NoAnswer { .. }) => Some(
                "a test target whose root file has `nn_test::main!` lists its models when it is \
                 started with `--nn-test-models`"
                    .to_owned(),
            ),
            Self::Models(ModelsError::RegisteredTwice { .. }) => {
                Some("give one of them another name, there and in its specs".to_owned())
            }
            Self::Run(runner::Error::AdapterRequired { .. }) => Some(
                "`--device auto` falls back to the CPU; `cargo nn-test doctor` shows what is here"
                    .to_owned(),
            ),
            Self::BaselineFailed { .. } => Some(
                "a mutant is caught where a test fails that holds without it: run `cargo nn-test` \
                 and mend what fails first"
                    .to_owned(),
            ),
            Self::NoCurrentPackage => Some(
                "go to a package's folder, or name its manifest with `--manifest-path`".to_owned(),
            ),
            Self::InitObstacle { help, .. } => Some(help.clone()),
            _ => None,
        }
    }
}

/// The code of what went wrong in `mutants`: 2 and 4 mean something else there.
fn of_mutants(error: &Error) -> u8 {
    match error {
        Error::MutantsMissed | Error::MutantsTimedOut | Error::BaselineFailed { .. } => {
            error.exit_code()
        }
        _ => match error.exit_code() {
            exit_code::USAGE | exit_code::NO_TESTS_RUN => exit_code::mutants::USAGE,
            code => code,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Ending;
    use crate::workspace::BuildError;

    fn of_mutants() -> Vec<(Error, u8)> {
        let inside = |error| Error::Mutants(Box::new(error));
        let bad_diff = Error::BadDiff { path: "a.diff".into(), error: BadDiff };
        let none = Error::NothingSelected { reason: String::new(), help: None };
        vec![
            (inside(Error::MutantsMissed), 2),
            (inside(Error::MutantsTimedOut), 3),
            (inside(Error::BaselineFailed { tests: String::new() }), 4),
            (inside(bad_diff), 6),
            (inside(none), 1),
            (inside(runner::Error::Interrupted.into()), 130),
        ]
    }

    #[test]
    fn each_kind_of_error_has_its_exit_code() {
        let io = |kind: io::ErrorKind| io::Error::from(kind);
        let table: [(Error, u8); 17] = [
            (Error::TestsFailed, 100),
            (Error::SpecErrors, 96),
            (Error::NothingSelected { reason: String::new(), help: None }, 4),
            (Error::UnknownTopic { name: "x".into(), suggestion: None }, 2),
            (workspace::Error::Metadata { message: String::new() }.into(), 102),
            (workspace::Error::UnknownPackage { name: "x".into(), suggestion: None }.into(), 2),
            (workspace::Error::Config(config::Error::Wrong(Vec::new())).into(), 96),
            (runner::Error::AdapterRequired { reason: String::new() }.into(), 105),
            (runner::Error::Interrupted.into(), 130),
            (runner::Error::WorkerFailed { ending: Ending::Code(1), output: None }.into(), 101),
            (Error::Output(io(io::ErrorKind::BrokenPipe)), 0),
            (Error::Output(io(io::ErrorKind::StorageFull)), 101),
            (Error::ShardsIncomplete { end: RunEnd::Incomplete }, 101),
            (Error::ShardsIncomplete { end: RunEnd::Interrupted }, 130),
            (Error::ShardsIncomplete { end: RunEnd::AdapterRequired }, 105),
            (Error::Orders(WorkerError::NoSetUp), 70),
            (ModelsError::Build(BuildError::Failed).into(), 101),
        ];
        for (error, code) in table.into_iter().chain(of_mutants()) {
            assert_eq!(error.exit_code(), code, "{error:?}");
        }
    }
}
