//! `cargo nn-test run`, the default: runs the selected test cases.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::mpsc::channel;
use std::time::Duration;

use anstream::AutoStream;
use clap::Args;

use super::cases::{Group, choose};
use super::error::{Error, warn};
use super::options::{
    ColorOption, ExecutionOptions, FormatOption, MessageFormat, NoTestsOption, SelectionOptions,
};
use crate::report::event::{RunSummary, Sink};
use crate::report::{HumanReporter, JsonReporter, PlainProgress, TerminalProgress};
use crate::runner::{Limits, Plan, PlannedSpec, ProcessLauncher, forward_interrupts, supervise};

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
        let plans = choice.groups.into_iter().map(|group| plan(group, &self.execution)).collect();
        let program = env::current_exe().map_err(Error::OwnProgram)?;
        let mut launcher = ProcessLauncher::new(program, vec!["worker".into()]);
        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        let limits = Limits { max_fail: self.execution.max_fail(), patience: self.patience() };
        let mut reporter = self.reporter();
        let channels = (&sender, &receiver);
        let summary = supervise(plans, limits, &mut launcher, channels, reporter.as_mut())?;
        conclude(&summary)
    }

    fn patience(&self) -> Option<Duration> {
        Some(self.execution.timeout).filter(|seconds| *seconds > 0).map(Duration::from_secs)
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

fn plan(group: Group, execution: &ExecutionOptions) -> Plan {
    let specs = group.specs.into_iter().map(|spec| PlannedSpec {
        file: spec.file,
        specs_dir: spec.specs_dir,
        tests: spec.tests,
    });
    Plan {
        device: execution.device.map(Into::into).or(group.device).unwrap_or_default(),
        seed: execution.seed,
        package_root: group.package_root,
        specs: specs.collect(),
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
