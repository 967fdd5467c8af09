//! `cargo nn-test run`, the default: runs the selected test cases.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::mpsc::channel;

use anstream::AutoStream;
use clap::Args;

use super::build::BuildOptions;
use super::cases::choose;
use super::error::{Error, warn};
use super::limits::{Machine, limits};
use super::models::Registry;
use super::options::{
    ColorOption, ExecutionOptions, FormatOption, MessageFormat, NoTestsOption, SelectionOptions,
};
use super::work::{Place, work};
use crate::report::event::{RunSummary, Sink};
use crate::report::{HumanReporter, JsonReporter, PlainProgress, TerminalProgress};
use crate::runner::{ProcessLauncher, Timings, forward_interrupts, supervise};

/// Below the target folder: how long each spec took.
const TIMINGS: &str = "nn-test/timings.json";

/// Options of `run`.
#[derive(Debug, Clone, Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    #[command(flatten)]
    no_tests: NoTestsOption,
    #[command(flatten)]
    pub(super) execution: ExecutionOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    format: FormatOption,

    /// Show also what passing test cases print
    #[arg(long, short, help_heading = "Output options")]
    verbose: bool,

    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl RunOptions {
    pub(super) fn execute(self) -> Result<(), Error> {
        let choice = choose(&self.selection)?;
        if let Some(sentence) = choice.unless_empty(self.no_tests.no_tests)? {
            warn(&sentence);
        }
        if choice.groups.is_empty() {
            return Ok(());
        }
        let manifest = self.selection.manifest.manifest_path.clone();
        let registry = Registry::of(&choice.groups, manifest, self.build.flags(self.color.color))?;
        let place = Place::new(env::current_exe().map_err(Error::OwnProgram)?, env::current_dir()?);
        let mut work = work(choice.groups, &registry, &self.execution, &place);
        let limits = limits(&self.execution, Machine::here(), &mut work);
        let timings_file = choice.target_folder.join(TIMINGS);
        let mut timings = Timings::load(&timings_file);

        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        let mut reporter = self.reporter();
        let summary = supervise(
            work,
            &limits,
            &mut timings,
            &mut ProcessLauncher,
            (&sender, &receiver),
            reporter.as_mut(),
        );
        // They are a convenience: a target folder that cannot be written is no failed run.
        let _ = timings.save(&timings_file);
        conclude(&summary?)
    }

    /// The report goes to standard output, the progress to standard error.
    fn reporter(&self) -> Box<dyn Sink> {
        if self.format.message_format == MessageFormat::Json {
            return Box::new(JsonReporter::new(io::stdout()));
        }
        let human = HumanReporter::new(AutoStream::auto(io::stdout()), self.verbose);
        match io::stderr().is_terminal() {
            true => Box::new(TerminalProgress::new(human)),
            false => Box::new(PlainProgress::new(human, AutoStream::auto(io::stderr()))),
        }
    }
}

/// What a complete run means for the exit code.
fn conclude(summary: &RunSummary) -> Result<(), Error> {
    match summary.failures() {
        0 => Ok(()),
        failures if failures == summary.spec_errors => Err(Error::SpecErrors),
        _ => Err(Error::TestsFailed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code(summary: RunSummary) -> u8 {
        conclude(&summary).map_or_else(|error| error.exit_code(), |()| 0)
    }

    #[test]
    fn warnings_and_skipped_tests_do_not_fail_a_run() {
        let summary = RunSummary { passed: 1, warned: 2, skipped: 3, ..RunSummary::default() };
        assert_eq!(exit_code(summary), 0);
    }

    #[test]
    fn failed_pending_and_crashed_tests_have_one_exit_code() {
        let default = RunSummary::default();
        assert_eq!(exit_code(RunSummary { failed: 1, ..default }), 100);
        assert_eq!(exit_code(RunSummary { snapshot_pending: 1, ..default }), 100);
        assert_eq!(exit_code(RunSummary { crashed: 1, ..default }), 100);
        assert_eq!(exit_code(RunSummary { failed: 1, spec_errors: 1, ..default }), 100);
    }

    #[test]
    fn spec_errors_alone_have_their_own_exit_code() {
        let summary = RunSummary { passed: 5, spec_errors: 2, ..RunSummary::default() };
        assert_eq!(exit_code(summary), 96);
    }
}
