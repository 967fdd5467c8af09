//! `cargo nn-test run`, the default: runs the selected test cases.

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
    ColorOption, ExecutionOptions, FormatOption, MendOptions, MessageFormat, NoTestsOption,
    PartitionOption, SelectionOptions, SeverityOptions, ViewOptions,
};
use super::report_options::{Ci, ReportOptions};
use super::reporters::Reporters;
use super::settings::{self, ProfileOption, resolver};
use super::work::{Place, work};
use crate::config::{CommandLine, Key};
use crate::report::event::{Event, RunSummary, SCHEMA_VERSION, Sink};
use crate::report::{HumanReporter, JsonReporter, PlainProgress, TerminalProgress, View};
use crate::runner::{ProcessLauncher, Timings, forward_interrupts, supervise};

/// Below the target folder: how long each spec took.
const TIMINGS: &str = "nn-test/timings.json";

/// Options of `run`.
#[derive(Debug, Clone, Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    #[command(flatten)]
    partition: PartitionOption,
    /// Run also what the profile's `default-filter` leaves out
    #[arg(long, help_heading = "Test selection")]
    ignore_default_filter: bool,

    #[command(flatten)]
    profile: ProfileOption,
    #[command(flatten)]
    no_tests: NoTestsOption,
    #[command(flatten)]
    pub(super) execution: ExecutionOptions,
    #[command(flatten)]
    mends: MendOptions,
    #[command(flatten)]
    severity: SeverityOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    reports: ReportOptions,
    #[command(flatten)]
    format: FormatOption,

    #[command(flatten)]
    view: ViewOptions,

    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl RunOptions {
    pub(super) fn execute(self) -> Result<(), Error> {
        let partition = self.partition.partition;
        let choice = choose(&self.selection)?;
        let resolver = resolver(choice.config.clone(), self.command_line())?;
        let settings = resolver.settings(None);
        let choice = match self.ignore_default_filter {
            true => choice.shard(partition),
            false => choice.filtered(&settings::default_filter(&settings)?).shard(partition),
        };
        if let Some(sentence) = choice.unless_empty(settings::choice(&settings, Key::NoTests))? {
            warn(&sentence);
        }
        // A build that fails is no run: no report of one is begun.
        let manifest = self.selection.manifest.manifest_path.clone();
        let flags = self.build.flags(&settings, self.color.color);
        let registry = Registry::of(&choice.groups, manifest, flags)?;
        let destinations = settings::reports(&settings).destinations(Ci::from_environment());
        let format = settings::choice(&settings, Key::MessageFormat);
        let nothing = choice.groups.is_empty();
        let level = settings::choice(&settings, Key::StatusLevel);
        let view = settings::view(level, self.view.verbose);
        let main = match nothing {
            true => machine_reporter(format),
            false => Some(reporter(format, view)),
        };
        let mut reporters = Reporters::open(main, destinations)?;
        reporters.announce(&choice, partition.map(|partition| partition.to_string()));
        if nothing {
            return report_nothing(reporters);
        }
        let place = Place::here()?;
        let work = work(choice.groups, &registry, &resolver, self.execution.seed, &place);
        let limits = limits(&settings, Machine::here(), &work);
        let timings_file = choice.target_folder.join(TIMINGS);
        let mut timings = Timings::load(&timings_file);

        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        let outcome = supervise(
            work,
            &limits,
            &mut timings,
            &mut ProcessLauncher,
            (&sender, &receiver),
            &mut reporters,
        );
        // They are a convenience: a target folder that cannot be written is no failed run.
        let _ = timings.save(&timings_file);
        let reported = reporters.close();
        match outcome {
            Ok(summary) => reported.and_then(|()| conclude(&summary)),
            Err(incomplete) => {
                // Two things went wrong, and one exit code tells the graver.
                if let Err(error) = reported {
                    error.print();
                }
                Err(incomplete.into())
            }
        }
    }

    /// What the options say that a profile can say, too.
    fn command_line(&self) -> CommandLine {
        let line = self.no_tests.say(self.execution.say(self.profile.command_line()));
        let line = self.mends.say(line);
        let line = self.severity.say(self.reports.say(self.build.say(line)));
        line.with(Key::MessageFormat, self.format.message_format.map(settings::word))
            .with(Key::StatusLevel, self.view.status_level.map(settings::word))
    }
}

/// The report goes to standard output, the progress to standard error.
fn reporter(format: MessageFormat, view: View) -> Box<dyn Sink> {
    if let Some(reporter) = machine_reporter(format) {
        return reporter;
    }
    let human = HumanReporter::new(AutoStream::auto(io::stdout()), view);
    match io::stderr().is_terminal() {
        true => Box::new(TerminalProgress::new(human)),
        false => Box::new(PlainProgress::new(human, AutoStream::auto(io::stderr()))),
    }
}

/// The one for programs, if that is the one on standard output.
fn machine_reporter(format: MessageFormat) -> Option<Box<dyn Sink>> {
    match format {
        MessageFormat::Json => Some(Box::new(JsonReporter::new(io::stdout()))),
        MessageFormat::Human => None,
    }
}

/// A run without test cases, for programs that wait for its end. People were told already.
fn report_nothing(mut reporters: Reporters) -> Result<(), Error> {
    let schema_version = SCHEMA_VERSION;
    reporters.emit(&Event::RunStarted { schema_version, tests: 0, specs: 0 });
    reporters.emit(&Event::RunFinished(RunSummary::default()));
    reporters.close()
}

/// What a complete run means for the exit code.
pub(super) fn conclude(summary: &RunSummary) -> Result<(), Error> {
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
