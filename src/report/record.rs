//! A run as a whole, for the reports that are written when it is over.
//!
//! Events of different test cases interleave, and a spec's name may occur in several packages: a
//! test case is known by its name and its file.

use std::collections::HashMap;

use super::event::{Event, RunEnd, RunSummary, SelectedTest, Sink, SpecDiagnosis, TestResult};

/// What became of a run: a sink that keeps all that its events say, but for what passes by
/// (`TestStarted`, `Progress`, `SpecFinished`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunRecord {
    pub partition: Option<String>,
    /// All devices that tests ran on, each once.
    pub devices: Vec<Device>,
    /// In the order of the selection, whatever the order in which they ended.
    pub tests: Vec<RecordedTest>,
    /// Why specs fail, in the order in which they ended.
    pub diagnoses: Vec<SpecDiagnosis>,
    pub notes: Vec<String>,
    /// What workers printed while no test ran.
    pub stray: Vec<String>,
    /// Absent when the run was cut off.
    pub end: Option<RunSummary>,
    /// Where each test case stands in `tests`, by file and name.
    places: HashMap<(String, String), usize>,
    /// What was printed during test cases that have not ended yet, by their names.
    printed: HashMap<String, String>,
}

/// A device, as `DeviceSelected` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    pub note: Option<String>,
}

/// A selected test case.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedTest {
    pub selected: SelectedTest,
    /// Absent when it was not run.
    pub result: Option<TestResult>,
    /// What the worker printed meanwhile.
    pub printed: Option<String>,
}

impl RunRecord {
    /// The results, in the order of the selection.
    pub fn results(&self) -> impl Iterator<Item = &TestResult> {
        self.tests.iter().filter_map(|test| test.result.as_ref())
    }

    /// The test cases that were selected and did not run.
    pub fn not_run(&self) -> impl Iterator<Item = &SelectedTest> {
        self.tests.iter().filter(|test| test.result.is_none()).map(|test| &test.selected)
    }

    /// Why some test cases did not run.
    pub fn why_not_run(&self) -> &'static str {
        match self.end.map(|summary| summary.end) {
            Some(RunEnd::Completed) => "not run",
            Some(RunEnd::MaxFail) => "not run: too many test cases had failed before",
            Some(RunEnd::Interrupted) => "not run: the run was interrupted",
            Some(RunEnd::AdapterRequired) => {
                "not run: a wgpu adapter is required and there is none"
            }
            Some(RunEnd::Incomplete) => "not run: the run could not be completed",
            None => "not run: the run was cut off",
        }
    }

    /// The run as numbers, counted from the results where the run was cut off.
    pub fn summary(&self) -> RunSummary {
        self.end.unwrap_or_else(|| {
            let mut summary = RunSummary { end: RunEnd::Incomplete, ..RunSummary::default() };
            for result in self.results() {
                summary.count(result.status);
                summary.seconds += result.seconds;
            }
            summary.not_run = self.not_run().count();
            summary
        })
    }

    /// Spells every path of a spec file anew.
    pub fn respell_files(&mut self, respell: impl Fn(&str) -> String) {
        for test in &mut self.tests {
            test.selected.file = respell(&test.selected.file);
            if let Some(result) = &mut test.result {
                result.file = respell(&result.file);
            }
        }
        for diagnosis in &mut self.diagnoses {
            diagnosis.file = respell(&diagnosis.file);
        }
        let keys = self.tests.iter().map(|test| key(&test.selected.file, &test.selected.test));
        self.places = keys.zip(0..).collect();
    }

    fn select(&mut self, selected: &SelectedTest) -> usize {
        *self.places.entry(key(&selected.file, &selected.test)).or_insert_with(|| {
            let selected = selected.clone();
            self.tests.push(RecordedTest { selected, result: None, printed: None });
            self.tests.len() - 1
        })
    }

    fn finish(&mut self, result: &TestResult) {
        let (test, file) = (result.test.clone(), result.file.clone());
        let place = self.select(&SelectedTest { test, package: None, file });
        self.tests[place].printed = self.printed.remove(&result.test);
        self.tests[place].result = Some(result.clone());
    }
}

impl Sink for RunRecord {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::RunStarted { .. }
            | Event::TestStarted { .. }
            | Event::Progress { .. }
            | Event::SpecFinished { .. } => {}
            Event::TestsSelected { partition, tests } => {
                self.partition.clone_from(partition);
                for selected in tests {
                    self.select(selected);
                }
            }
            Event::DeviceSelected { device, note } => {
                let device = Device { name: device.clone(), note: note.clone() };
                if !self.devices.contains(&device) {
                    self.devices.push(device);
                }
            }
            Event::TestFinished(result) => self.finish(result),
            Event::Diagnosed(diagnosis) => self.diagnoses.push(diagnosis.clone()),
            Event::Output { test: Some(test), text } => {
                self.printed.insert(test.clone(), text.clone());
            }
            Event::Output { test: None, text } => self.stray.push(text.clone()),
            Event::Note { message } => self.notes.push(message.clone()),
            Event::RunFinished(summary) => self.end = Some(*summary),
        }
    }
}

fn key(file: &str, test: &str) -> (String, String) {
    (file.to_owned(), test.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::Status;
    use crate::report::examples;

    fn record(events: &[Event]) -> RunRecord {
        let mut record = RunRecord::default();
        events.iter().for_each(|event| record.emit(event));
        record
    }

    fn selected(test: &str, package: &str, file: &str) -> SelectedTest {
        let package = Some(package.to_owned());
        SelectedTest { test: test.to_owned(), package, file: file.to_owned() }
    }

    fn finished(test: &str, file: &str) -> Event {
        let (test, file) = (test.to_owned(), file.to_owned());
        Event::TestFinished(TestResult { test, file, ..examples::passed() })
    }

    #[test]
    fn tests_stand_in_the_order_of_the_selection_and_know_their_packages() {
        let tests = vec![selected("a::x", "p", "p/a.yaml"), selected("a::x", "q", "q/a.yaml")];
        let record = record(&[
            Event::TestsSelected { partition: None, tests },
            finished("a::x", "q/a.yaml"),
            finished("a::x", "p/a.yaml"),
        ]);
        let seen: Vec<_> = record
            .tests
            .iter()
            .map(|test| (test.selected.package.as_deref(), test.result.as_ref().unwrap()))
            .map(|(package, result)| (package, result.file.as_str()))
            .collect();
        assert_eq!(seen, [(Some("p"), "p/a.yaml"), (Some("q"), "q/a.yaml")]);
    }

    #[test]
    fn what_tests_print_at_the_same_time_is_kept_apart() {
        let output = |test: &str| Event::Output { test: Some(test.into()), text: test.into() };
        let record = record(&[
            output("a::x"),
            output("a::y"),
            finished("a::y", "a.yaml"),
            finished("a::x", "a.yaml"),
            finished("a::z", "a.yaml"),
        ]);
        let printed: Vec<_> = record.tests.iter().map(|test| test.printed.as_deref()).collect();
        assert_eq!(printed, [Some("a::y"), Some("a::x"), None]);
    }

    #[test]
    fn what_did_not_run_is_known_by_name_and_reason() {
        let tests = vec![selected("a::x", "p", "a.yaml"), selected("a::y", "p", "a.yaml")];
        let mut events =
            vec![Event::TestsSelected { partition: None, tests }, finished("a::x", "a.yaml")];
        let cut_off = record(&events);
        assert_eq!(cut_off.why_not_run(), "not run: the run was cut off");
        let summary = cut_off.summary();
        assert_eq!((summary.passed, summary.not_run, summary.end), (1, 1, RunEnd::Incomplete));

        let end = RunEnd::Interrupted;
        events.push(Event::RunFinished(RunSummary { end, ..RunSummary::default() }));
        let interrupted = record(&events);
        assert_eq!(interrupted.why_not_run(), "not run: the run was interrupted");
        let names: Vec<_> = interrupted.not_run().map(|test| test.test.as_str()).collect();
        assert_eq!(names, ["a::y"]);
    }

    #[test]
    fn a_device_is_kept_once() {
        let device = || Event::DeviceSelected { device: "CPU".into(), note: None };
        assert_eq!(record(&[device(), device()]).devices.len(), 1);
    }

    #[test]
    fn respelt_files_are_found_again() {
        let mut record = record(&[finished("a::x", "a.yaml")]);
        record.respell_files(|file| format!("nn/{file}"));
        record.emit(&finished("a::x", "nn/a.yaml"));
        assert_eq!(record.tests.len(), 1);
        assert_eq!(record.results().next().unwrap().file, "nn/a.yaml");
        assert_eq!(record.results().next().unwrap().status, Status::Passed);
    }
}
