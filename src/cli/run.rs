//! `cargo nn-test run`, the default: runs the selected test cases.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::mpsc::channel;

use anstream::AutoStream;
use clap::Args;

use super::cases::{Group, choose};
use super::error::{Error, warn};
use super::options::{
    ColorOption, ExecutionOptions, FormatOption, MessageFormat, NoTestsOption, PartitionOption,
    SelectionOptions,
};
use super::report_options::{Ci, ReportOptions};
use super::reporters::Reporters;
use super::settings::{self, ProfileOption, resolver};
use crate::config::{CommandLine, Key};
use crate::device::DeviceChoice;
use crate::report::event::{Event, RunSummary, SCHEMA_VERSION, Sink};
use crate::report::{HumanReporter, JsonReporter, PlainProgress, TerminalProgress};
use crate::runner::{
    Limits, Plan, PlannedSpec, ProcessLauncher, Work, forward_interrupts, supervise,
};

/// Options of `run`.
#[derive(Debug, Clone, Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    #[command(flatten)]
    partition: PartitionOption,
    #[command(flatten)]
    profile: ProfileOption,
    #[command(flatten)]
    no_tests: NoTestsOption,
    #[command(flatten)]
    pub(super) execution: ExecutionOptions,
    #[command(flatten)]
    reports: ReportOptions,
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
        let partition = self.partition.partition;
        let choice = choose(&self.selection)?.shard(partition);
        let resolver = resolver(choice.config.clone(), self.command_line())?;
        let settings = resolver.settings(None);
        if let Some(sentence) = choice.unless_empty(settings::choice(&settings, Key::NoTests))? {
            warn(&sentence);
        }
        let destinations = settings::reports(&settings).destinations(Ci::from_environment());
        let format = settings::choice(&settings, Key::MessageFormat);
        let nothing = choice.groups.is_empty();
        let main = if nothing { machine_reporter(format) } else { Some(self.reporter(format)) };
        let mut reporters = Reporters::open(main, destinations)?;
        reporters.announce(&choice, partition.map(|partition| partition.to_string()));
        if nothing {
            return report_nothing(reporters);
        }
        let work = choice.groups.into_iter().map(|group| {
            let device = resolver.settings(Some(&group.package)).device();
            work(group, device, self.execution.seed)
        });
        let work: Vec<Work> = work.collect();
        let program = env::current_exe().map_err(Error::OwnProgram)?;
        let mut launcher = ProcessLauncher::new(program, vec!["worker".into()]);
        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        let limits = Limits { max_fail: settings.max_fail(), patience: settings.silence() };
        let channels = (&sender, &receiver);
        let outcome = supervise(work, limits, &mut launcher, channels, &mut reporters);
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
        let line = self.reports.say(line);
        line.with(Key::MessageFormat, self.format.message_format.map(settings::word))
    }

    /// The report goes to standard output, the progress to standard error.
    fn reporter(&self, format: MessageFormat) -> Box<dyn Sink> {
        if let Some(reporter) = machine_reporter(format) {
            return reporter;
        }
        let human = HumanReporter::new(AutoStream::auto(io::stdout()), self.verbose);
        match io::stderr().is_terminal() {
            true => Box::new(TerminalProgress::new(human)),
            false => Box::new(PlainProgress::new(human, AutoStream::auto(io::stderr()))),
        }
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

/// The worker's plan for a package, and the results that need no worker.
fn work(group: Group, device: DeviceChoice, seed: Option<u64>) -> Work {
    let mut foregone = Vec::new();
    let specs = group.specs.into_iter().filter_map(|mut spec| {
        let known = |test: &String| spec.foregone.iter().any(|result| result.test == *test);
        spec.tests.retain(|test| !known(test));
        foregone.append(&mut spec.foregone);
        let planned = PlannedSpec { file: spec.file, specs_dir: spec.specs_dir, tests: spec.tests };
        (!planned.tests.is_empty()).then_some(planned)
    });
    let specs = specs.collect();
    let plan = Plan { device, seed, package_root: group.package_root, specs };
    Work { foregone, plan }
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
    use super::super::cases::ChosenSpec;
    use super::*;
    use crate::report::event::{Status, TestResult};

    fn spec_error(test: &str) -> TestResult {
        TestResult {
            test: test.to_owned(),
            file: "specs/a.yaml".to_owned(),
            line: 0,
            column: 0,
            status: Status::SpecError,
            verdict: None,
            details: None,
            seconds: 0.0,
        }
    }

    fn group() -> Group {
        let spec = |file: &str, tests: &[&str], foregone| ChosenSpec {
            file: file.into(),
            specs_dir: "/p/specs".into(),
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
            foregone,
        };
        let broken = spec("specs/a.yaml", &["a::spec"], vec![spec_error("a::spec")]);
        let sound = spec("specs/b.yaml", &["b::learns"], Vec::new());
        let (package, package_root) = ("p".to_owned(), "/p".into());
        Group { package, package_root, specs: vec![broken, sound] }
    }

    #[test]
    fn a_broken_spec_needs_no_worker() {
        let work = work(group(), DeviceChoice::Auto, None);
        assert_eq!(work.foregone, [spec_error("a::spec")]);
        let files: Vec<_> = work.plan.specs.iter().map(|spec| spec.file.clone()).collect();
        assert_eq!(files, [std::path::PathBuf::from("specs/b.yaml")]);
    }

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
