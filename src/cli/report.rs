//! `cargo nn-test report`: what can be done with the reports of runs that are over.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anstream::AutoStream;
use clap::{Args, Subcommand};

use super::Error;
use super::options::{ColorOption, FormatOption, MessageFormat, StatusLevelArgument, ViewOptions};
use super::report_options::{Ci, ReportOptions};
use super::reporters::Reporters;
use super::run::conclude;
use super::settings;
use crate::report::event::{Event, RunEnd, RunSummary, Sink};
use crate::report::{HumanReporter, JsonReporter, Shard, merge};

/// Options of `report`.
#[derive(Debug, Clone, Args)]
pub(super) struct ReportCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Report several shards as one run, with its exit code
    Merge(MergeOptions),
}

/// Options of `report merge`.
#[derive(Debug, Clone, Args)]
struct MergeOptions {
    /// What `--events` wrote or `--message-format json` printed, a file per shard
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    reports: ReportOptions,
    #[command(flatten)]
    format: FormatOption,

    #[command(flatten)]
    view: ViewOptions,

    #[command(flatten)]
    color: ColorOption,
}

impl ReportCommand {
    pub(super) fn execute(self) -> Result<(), Error> {
        match self.action {
            Action::Merge(options) => options.execute(),
        }
    }

    pub(super) fn color(&self) -> Option<clap::ColorChoice> {
        match &self.action {
            Action::Merge(options) => options.color.color,
        }
    }
}

impl MergeOptions {
    fn execute(self) -> Result<(), Error> {
        let shards = self.files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
        let events = merge(&shards);
        let main: Box<dyn Sink> = match self.format.message_format() {
            MessageFormat::Json => Box::new(JsonReporter::new(io::stdout())),
            MessageFormat::Human => {
                let level = self.view.status_level.unwrap_or(StatusLevelArgument::Pass);
                let view = settings::view(level, self.view.verbose);
                Box::new(HumanReporter::new(AutoStream::auto(io::stdout()), view))
            }
        };
        let destinations = self.reports.destinations(Ci::from_environment());
        let mut reporters = Reporters::open(Some(main), destinations)?;
        events.iter().for_each(|event| reporters.emit(event));
        reporters.close()?;
        verdict(&events)
    }
}

fn read(path: &Path) -> Result<Shard, Error> {
    let bytes = fs::read(path).map_err(|error| Error::Read { path: path.to_owned(), error })?;
    Ok(Shard::read(&path.display().to_string(), &bytes)?)
}

/// What one run with these events would have come to.
fn verdict(events: &[Event]) -> Result<(), Error> {
    let summary = events.iter().find_map(|event| match event {
        Event::RunFinished(summary) => Some(*summary),
        _ => None,
    });
    let summary = summary.unwrap_or(RunSummary { end: RunEnd::Incomplete, ..Default::default() });
    match summary.end {
        RunEnd::Completed | RunEnd::MaxFail => conclude(&summary),
        end => Err(Error::ShardsIncomplete { end }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code(summary: RunSummary) -> u8 {
        let outcome = verdict(&[Event::RunFinished(summary)]);
        outcome.map_or_else(|error| error.exit_code(), |()| 0)
    }

    #[test]
    fn a_merged_run_has_the_exit_code_of_a_whole_one() {
        let default = RunSummary { passed: 1, ..RunSummary::default() };
        assert_eq!(exit_code(default), 0);
        assert_eq!(exit_code(RunSummary { failed: 1, ..default }), 100);
        assert_eq!(exit_code(RunSummary { spec_errors: 1, ..default }), 96);
        let early = |end| exit_code(RunSummary { failed: 1, end, ..default });
        assert_eq!(early(RunEnd::MaxFail), 100);
        assert_eq!(early(RunEnd::Incomplete), 101);
        assert_eq!(early(RunEnd::AdapterRequired), 105);
        assert_eq!(early(RunEnd::Interrupted), 130);
    }
}
