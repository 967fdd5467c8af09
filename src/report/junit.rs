//! JUnit XML, which GitLab, Jenkins and most other viewers of test results read. The only module
//! that names quick_junit.
//!
//! Viewers differ in what they show: GitLab the class name, the name and the text inside `failure`
//! (neither suite nor message); Jenkins groups by the class name up to its last dot; actions for
//! GitHub read the suite's name and the attributes `file` and `line`. So the class name is
//! `package.spec`, the name is the whole `spec::property`, and the text holds all there is to say.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::diagnosis::causes;
use super::event::{MendTrial, SelectedTest, Status, TestResult};
use super::failure::{describe, position};
use super::record::{RecordedTest, RunRecord};
use super::text::plain;
use crate::property::Outcome;

/// Of the lines of a cause: viewers show text as it is.
const WIDTH: usize = 100;

/// A run as one XML document: a suite per spec, all selected test cases, what did not run as
/// skipped.
///
/// # Errors
///
/// When the document cannot be put together, which is a bug: text that XML cannot hold is taken out.
pub fn junit(record: &RunRecord) -> Result<String, SerializeError> {
    let mut report = Report::new("nn-test");
    report.set_time(duration(record.summary().seconds));
    for tests in by_spec(&record.tests) {
        report.add_test_suite(suite(tests, record));
    }
    report.to_string()
}

/// Runs of test cases of one spec; the record holds them together.
fn by_spec(tests: &[RecordedTest]) -> impl Iterator<Item = &[RecordedTest]> {
    tests.chunk_by(|one, next| {
        one.selected.file == next.selected.file && spec(&one.selected) == spec(&next.selected)
    })
}

fn suite(tests: &[RecordedTest], record: &RunRecord) -> TestSuite {
    let mut suite = TestSuite::new(class(&tests[0].selected, "::"));
    for device in &record.devices {
        suite.add_property(("device", plain(&device.name).as_str()));
    }
    let seconds = tests.iter().filter_map(|test| test.result.as_ref()).map(|result| result.seconds);
    suite.set_time(duration(seconds.sum()));
    if let Some(cause) = cause(&tests[0].selected, record) {
        suite.set_system_out(cause);
    }
    suite.add_test_cases(tests.iter().map(|test| case(test, record)));
    suite
}

/// What is likely behind the results of a test case's spec, and what came of the mends that were tried.
fn cause(test: &SelectedTest, record: &RunRecord) -> Option<String> {
    let is_its = |name: &str, file: &str| name == spec(test) && file == test.file;
    let diagnosis = record.diagnoses.iter().find(|found| is_its(&found.spec, &found.file))?;
    let trials = record.trials.iter().filter(|trial| is_its(&trial.spec, &trial.file));
    let trials: Vec<MendTrial> = trials.cloned().collect();
    Some(plain(&causes(diagnosis, &trials, false, WIDTH)))
}

fn case(test: &RecordedTest, record: &RunRecord) -> TestCase {
    let status = match &test.result {
        Some(result) => status(result),
        None => skipped(record.why_not_run()),
    };
    let mut case = TestCase::new(test.selected.test.as_str(), status);
    case.set_classname(class(&test.selected, "."));
    case.extra.insert("file".into(), plain(&test.selected.file).into());
    let Some(result) = &test.result else { return case };
    if let Some((line, _)) = position(result) {
        case.extra.insert("line".into(), line.to_string().into());
    }
    case.set_time(duration(result.seconds));
    let warning = (result.status == Status::Warned).then(|| diagnosis(result));
    let printed = test.printed.as_deref().map(plain);
    let output: Vec<String> = warning.into_iter().chain(printed).collect();
    if !output.is_empty() {
        case.set_system_out(output.join("\n\n"));
    }
    case
}

fn status(result: &TestResult) -> TestCaseStatus {
    let (kind, category) = match result.status {
        Status::Passed | Status::Warned => return TestCaseStatus::success(),
        Status::Skipped => return skipped(&headline(result)),
        Status::Failed => (NonSuccessKind::Failure, failure_type(result)),
        Status::SnapshotPending => (NonSuccessKind::Failure, "snapshot"),
        Status::SpecError => (NonSuccessKind::Error, "spec"),
        Status::Crashed => (NonSuccessKind::Error, "crash"),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(category);
    status.set_message(headline(result));
    status.set_description(diagnosis(result));
    status
}

fn failure_type(result: &TestResult) -> &'static str {
    match result.verdict.as_ref().map(|verdict| verdict.outcome) {
        Some(Outcome::Inconclusive) => "inconclusive",
        _ => "failed",
    }
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}

/// One line: attributes hold no line ends.
fn headline(result: &TestResult) -> String {
    let verdict = result.verdict.as_ref().map(|verdict| verdict.summary.as_str());
    // What is pending is the snapshot, not the verdict.
    let details = result.details.as_deref();
    let text = match result.status {
        Status::SnapshotPending => details.or(verdict),
        _ => verdict.or(details),
    };
    plain(text.unwrap_or_default().trim()).lines().next().unwrap_or_default().to_owned()
}

/// All that a result says.
fn diagnosis(result: &TestResult) -> String {
    let summary = result.verdict.as_ref().map(|verdict| verdict.summary.clone());
    let parts = [summary.unwrap_or_default(), describe(result)];
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
    plain(&parts.join("\n"))
}

fn class(test: &SelectedTest, separator: &str) -> String {
    match &test.package {
        Some(package) => format!("{package}{separator}{}", spec(test)),
        None => spec(test).to_owned(),
    }
}

fn spec(test: &SelectedTest) -> &str {
    test.test.rsplit_once("::").map_or(test.test.as_str(), |(spec, _)| spec)
}

/// A worker's clock may have said anything.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::{Event, RunEnd, RunSummary, Sink};
    use crate::report::examples;

    fn record(events: &[Event]) -> RunRecord {
        let mut record = RunRecord::default();
        events.iter().for_each(|event| record.emit(event));
        record
    }

    fn read(record: &RunRecord) -> Report {
        Report::deserialize_from_str(&junit(record).unwrap()).unwrap()
    }

    #[test]
    fn a_run_is_a_suite_per_spec_with_every_end_of_a_test() {
        insta::assert_snapshot!(junit(&record(&examples::whole_run())).unwrap());
    }

    #[test]
    fn specs_of_one_name_in_two_packages_are_two_suites() {
        let selected = |package: &str| SelectedTest {
            test: "mlp::learns".into(),
            package: Some(package.into()),
            file: format!("{package}/mlp.yaml"),
        };
        let tests = vec![selected("p"), selected("q")];
        let report = read(&record(&[Event::TestsSelected { partition: None, tests }]));
        let names: Vec<&str> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
        assert_eq!(names, ["p::mlp", "q::mlp"]);
        let class = report.test_suites[1].test_cases[0].classname.as_ref().unwrap();
        assert_eq!(class.as_str(), "q.mlp");
    }

    #[test]
    fn what_did_not_run_is_skipped_with_its_reason() {
        let selected =
            SelectedTest { test: "mlp::learns".into(), package: None, file: "mlp.yaml".into() };
        let end = RunEnd::Interrupted;
        let report = read(&record(&[
            Event::TestsSelected { partition: None, tests: vec![selected] },
            Event::RunFinished(RunSummary { not_run: 1, end, ..RunSummary::default() }),
        ]));
        assert_eq!((report.tests, report.skipped), (1, 1));
        let TestCaseStatus::Skipped { message, .. } = &report.test_suites[0].test_cases[0].status
        else {
            panic!("{report:?}")
        };
        assert_eq!(message.as_ref().unwrap().as_str(), "not run: the run was interrupted");
    }

    #[test]
    fn nothing_that_a_driver_prints_breaks_the_document() {
        let nasty = "]]> </failure> & \" ' <b> \u{1b}[31mred\u{1b}[0m \0\u{1}\u{8}\u{b}\u{fffe}\u{ffff}\u{9b} \u{1b}]0;";
        let failed = TestResult { details: Some(nasty.into()), ..examples::crashed() };
        let events = [
            Event::DeviceSelected { device: nasty.into(), note: None },
            Event::Output { test: Some(failed.test.clone()), text: format!("{nasty}\nnext line") },
            Event::TestFinished(TestResult { file: nasty.into(), ..failed }),
        ];
        let record = record(&events);
        let report = read(&record);
        let case = &report.test_suites[0].test_cases[0];
        let clean = "]]> </failure> & \" ' <b> red  ";
        assert_eq!(case.system_out.as_ref().unwrap().as_str(), format!("{clean}\nnext line"));
        let TestCaseStatus::NonSuccess { message, description, .. } = &case.status else {
            panic!("{case:?}")
        };
        assert_eq!(message.as_ref().unwrap().as_str(), clean);
        assert!(description.as_ref().unwrap().as_str().contains(clean.trim_end()));
        assert!(!junit(&record).unwrap().contains(|letter: char| {
            (letter.is_control() && letter != '\n') || letter == '\u{fffe}' || letter == '\u{ffff}'
        }));
    }

    #[test]
    fn a_time_that_is_none_is_zero() {
        let report = read(&record(&[Event::TestFinished(TestResult {
            seconds: f64::NAN,
            ..examples::passed()
        })]));
        assert_eq!(report.test_suites[0].time, Some(Duration::ZERO));
    }
}
