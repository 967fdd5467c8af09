//! All reporters of a run behind one sink: the one on standard output, the file of events, and the
//! reports that are written when the run is over.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::cases::{Choice, Group};
use super::error::{Error, warn};
use super::output_file::{self, unwritable};
use super::paths::{cleaned, relative};
use super::report_options::Destinations;
use crate::report::event::{Event, SelectedTest, Sink};
use crate::report::{GITHUB_LIMIT, JsonReporter, RunRecord, annotations, junit, markdown_summary};

/// Takes the events of a run and reports them everywhere.
pub(super) struct Reporters {
    /// Writes to standard output; when nobody reads there any more, the run is in vain.
    main: Option<Box<dyn Sink>>,
    events: Option<EventsFile>,
    record: RunRecord,
    /// Follows the start of the run.
    selection: Option<Event>,
    destinations: Destinations,
}

struct EventsFile {
    path: PathBuf,
    reporter: JsonReporter<File>,
}

impl Reporters {
    /// Makes sure that all reports can be written, before anything is run. Without a `main`
    /// reporter standard output stays empty.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub(super) fn open(
        main: Option<Box<dyn Sink>>,
        destinations: Destinations,
    ) -> Result<Self, Error> {
        for path in [&destinations.junit, &destinations.summary].into_iter().flatten() {
            output_file::probe(path)?;
        }
        let events = destinations.events.clone().map(|path| {
            let file = output_file::create(&path)?;
            Ok::<_, Error>(EventsFile { path, reporter: JsonReporter::new(file) })
        });
        let events = events.transpose()?;
        let record = RunRecord::default();
        Ok(Self { main, events, record, selection: None, destinations })
    }

    /// Tells all reporters which test cases are to run, once the run starts.
    pub(super) fn announce(&mut self, choice: &Choice, partition: Option<String>) {
        let tests = choice.groups.iter().flat_map(selected).collect();
        self.selection = Some(Event::TestsSelected { partition, tests });
    }

    /// Writes the reports. What is reported once (a missing folder, a full disk) does not keep the
    /// other reports from being written.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; of several errors the last, after the others were said.
    pub(super) fn close(mut self) -> Result<(), Error> {
        let mut errors: Vec<Error> =
            self.events.take().and_then(EventsFile::close).into_iter().collect();
        respell(&mut self.record, self.destinations.repository.as_deref());
        errors
            .extend([self.write_junit(), self.write_summary()].into_iter().filter_map(Result::err));
        if self.destinations.annotations {
            // GitHub reads both streams, and standard output belongs to the report.
            // Where even standard error is closed, nothing is left to do.
            let _ = io::stderr().write_all(annotations(&self.record).as_bytes());
        }
        let last = errors.pop();
        errors.iter().for_each(Error::print);
        last.map_or(Ok(()), Err)
    }

    fn write_junit(&self) -> Result<(), Error> {
        let Some(path) = &self.destinations.junit else { return Ok(()) };
        let text =
            junit(&self.record).map_err(|error| unwritable(path, io::Error::other(error)))?;
        output_file::replace(path, &text)
    }

    fn write_summary(&self) -> Result<(), Error> {
        if let Some(path) = &self.destinations.step_summary {
            let taken = fs::metadata(path).map_or(0, |file| file.len());
            let room = GITHUB_LIMIT.saturating_sub(usize::try_from(taken).unwrap_or(usize::MAX));
            // Nobody asked for it, and in a container the file may not be there.
            if let Err(error) = output_file::append(path, &markdown_summary(&self.record, room)) {
                warn(&error.to_string());
            }
        }
        match &self.destinations.summary {
            Some(path) => output_file::replace(path, &markdown_summary(&self.record, GITHUB_LIMIT)),
            None => Ok(()),
        }
    }

    fn pass_on(&mut self, event: &Event) {
        if let Some(main) = &mut self.main {
            main.emit(event);
        }
        if let Some(events) = &mut self.events {
            events.reporter.emit(event);
        }
        self.record.emit(event);
    }
}

impl Sink for Reporters {
    fn emit(&mut self, event: &Event) {
        self.pass_on(event);
        if let Event::RunStarted { .. } = event
            && let Some(selection) = self.selection.take()
        {
            self.pass_on(&selection);
        }
    }

    fn is_closed(&self) -> bool {
        self.main.as_ref().is_some_and(|main| main.is_closed())
    }
}

impl EventsFile {
    fn close(self) -> Option<Error> {
        self.reporter.into_error().map(|error| unwritable(&self.path, error))
    }
}

fn selected(group: &Group) -> impl Iterator<Item = SelectedTest> {
    // Specs outside of all packages go by their folder.
    let package =
        Some(&group.package).filter(|name| **name != group.package_root.display().to_string());
    group.specs.iter().flat_map(move |spec| {
        spec.tests.iter().map(move |test| SelectedTest {
            test: test.clone(),
            package: package.cloned(),
            file: spec.file.display().to_string(),
        })
    })
}

/// Paths as viewers of reports know them: from the root of the repository, with slashes.
fn respell(record: &mut RunRecord, repository: Option<&Path>) {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let current = std::env::current_dir().map(|folder| real(&folder)).unwrap_or_default();
    let repository = repository.map(real);
    record.respell_files(|file| spelling(file, &current, repository.as_deref()));
}

fn spelling(file: &str, current: &Path, repository: Option<&Path>) -> String {
    let inside = repository.and_then(|root| {
        let path = relative(&cleaned(&current.join(file)), root);
        (path.is_relative() && !path.starts_with("..")).then(|| path.display().to_string())
    });
    let path = inside.unwrap_or_else(|| file.to_owned());
    if cfg!(windows) { path.replace('\\', "/") } else { path }
}

#[cfg(test)]
#[path = "reporters_tests.rs"]
mod tests;
