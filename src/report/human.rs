//! The run for people: one line per test case as nextest prints them, what is wrong in full, and
//! what to do next.

use std::collections::HashMap;
use std::io::Write;

use super::diagnosis::causes;
use super::event::{Event, MendTrial, RunSummary, Sink, SpecDiagnosis, Status, TestResult};
use super::failure::{describe, reference};
use super::output::Output;
use super::paint::{self, labelled, paint, status_style};
use super::text::{counted, indented};

/// Writes lines with ANSI colours; give it a stream that strips them where they are not wanted.
#[derive(Debug)]
pub struct HumanReporter<W> {
    output: Output<W>,
    verbose: bool,
    /// What was printed during test cases that have not ended yet, by their names.
    printed: HashMap<String, String>,
    /// Named once more at the end: with many test cases they have scrolled away.
    failures: Vec<TestResult>,
    /// Told before them: what they have in common.
    diagnoses: Vec<SpecDiagnosis>,
    /// Told with them: what was tried against it.
    trials: Vec<MendTrial>,
}

impl<W: Write> HumanReporter<W> {
    /// `verbose` shows also what passing test cases printed and whatever else they have to say.
    pub fn new(writer: W, verbose: bool) -> Self {
        Self {
            output: Output::new(writer),
            verbose,
            printed: HashMap::new(),
            failures: Vec::new(),
            diagnoses: Vec::new(),
            trials: Vec::new(),
        }
    }

    fn finished(&mut self, result: &TestResult) {
        let printed = self.printed.remove(&result.test);
        if let Some(reference) = reference(result) {
            let line = format!("{}  {}", status_line(result, true), paint(paint::QUIET, reference));
            self.output.line(&line);
            return;
        }
        self.output.line(&status_line(result, true));
        let failure = result.status.is_failure();
        if failure || result.status == Status::Warned || self.verbose {
            // Drivers chatter: what was printed matters only where something went wrong.
            let wrong = matches!(result.status, Status::Failed | Status::Crashed);
            let printed = printed.filter(|_| wrong || self.verbose);
            self.block(&describe(result), printed.as_deref());
        }
        if failure {
            self.failures.push(result.clone());
        }
    }

    /// What stands below a test case's line, set apart by an empty line.
    fn block(&mut self, description: &str, printed: Option<&str>) {
        if description.is_empty() && printed.is_none() {
            return;
        }
        if !description.is_empty() {
            self.output.line(description);
        }
        if let Some(printed) = printed {
            self.output.line(&format!("  {}", paint(paint::QUIET, "printed:")));
            self.output.line(&indented(printed.trim_end(), "    "));
        }
        self.output.line("");
    }

    fn summary(&mut self, summary: &RunSummary) {
        self.output.line(&paint(paint::QUIET, "------------"));
        self.output.line(&summary_line(summary));
        let mut failures = std::mem::take(&mut self.failures);
        let told = self.likely_causes(&failures);
        let steps = next_steps(summary, &failures, told.as_deref());
        // On a first run every case is pending: their number says enough.
        if summary.snapshot_pending > MOST_PENDING {
            failures.retain(|result| result.status != Status::SnapshotPending);
        }
        for result in &failures {
            self.output.line(&status_line(result, false));
        }
        for step in steps {
            self.output.line(&labelled(paint::HINT, "Next", &step));
        }
    }

    /// Tells what is behind the failures of each spec, and gives the first cause's name. A warning alone
    /// says itself what is to be said.
    fn likely_causes(&mut self, failures: &[TestResult]) -> Option<String> {
        let mut first = None;
        for diagnosis in std::mem::take(&mut self.diagnoses) {
            let failed = |result: &TestResult| {
                let spec = result.test.rsplit_once("::").map(|(spec, _)| spec);
                result.status == Status::Failed && spec == Some(diagnosis.spec.as_str())
            };
            if failures.iter().any(failed) {
                let of_spec = |trial: &&MendTrial| {
                    trial.spec == diagnosis.spec && trial.file == diagnosis.file
                };
                let trials: Vec<&MendTrial> = self.trials.iter().filter(of_spec).collect();
                self.output.line(&causes(&diagnosis, &trials));
                first = first.or_else(|| Some(diagnosis.causes.first()?.cause.clone()));
            }
        }
        first
    }
}

impl<W: Write> Sink for HumanReporter<W> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::RunStarted { tests, specs, .. } => {
                let what = format!("{} of {}", counted(*tests, "test"), counted(*specs, "spec"));
                self.output.line(&labelled(paint::GOOD, "Running", &what));
            }
            Event::DeviceSelected { device, note } => {
                self.output.line(&labelled(paint::GOOD, "Device", device));
                if let Some(note) = note {
                    self.output.line(&labelled(paint::DOUBTFUL, "Note", note));
                }
            }
            Event::TestsSelected { .. }
            | Event::TestStarted { .. }
            | Event::MendStarted { .. }
            | Event::Progress { .. } => {}
            Event::Output { test: Some(test), text } => {
                self.printed.insert(test.clone(), text.clone());
            }
            Event::Output { test: None, text } if self.verbose => self.block("", Some(text)),
            Event::Output { test: None, .. } => {}
            Event::TestFinished(result) => self.finished(result),
            Event::Diagnosed(diagnosis) => self.diagnoses.push(diagnosis.clone()),
            Event::MendTried(trial) => self.trials.push(trial.clone()),
            Event::Note { message } => {
                self.output.line(&labelled(paint::DOUBTFUL, "Note", message));
            }
            Event::RunFinished(summary) => self.summary(summary),
        }
    }

    fn is_closed(&self) -> bool {
        self.output.is_closed()
    }
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Passed => "PASS",
        Status::Warned => "WARN",
        Status::Skipped => "SKIP",
        Status::Failed => "FAIL",
        Status::SnapshotPending => "PENDING",
        Status::SpecError => "SPEC ERROR",
        Status::Crashed => "CRASH",
    }
}

/// `        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303`.
fn status_line(result: &TestResult, with_summary: bool) -> String {
    let summary = result.verdict.as_ref().filter(|_| with_summary);
    let summary = match summary.and_then(|verdict| verdict.summary.lines().next()) {
        Some(line) if !line.is_empty() => format!("  {}", paint(paint::QUIET, line)),
        _ => String::new(),
    };
    let text = format!("{} {}{summary}", seconds(result.seconds), name(&result.test));
    labelled(status_style(result.status), status_word(result.status), &text)
}

fn seconds(seconds: f64) -> String {
    format!("[{seconds:>8.3}s]")
}

/// `spec::property` with the property emphasised.
fn name(test: &str) -> String {
    match test.rsplit_once("::") {
        Some((spec, property)) => format!("{spec}::{}", paint(paint::STRONG, property)),
        None => test.to_owned(),
    }
}

/// `     Summary [   1.500s] 3 tests: 1 passed, 1 failed, 1 not run`.
fn summary_line(summary: &RunSummary) -> String {
    let style = if summary.failures() > 0 { paint::BAD } else { paint::GOOD };
    let spec_errors = if summary.spec_errors == 1 { "spec error" } else { "spec errors" };
    let counts = [
        (summary.passed, paint::GOOD, "passed"),
        (summary.warned, paint::DOUBTFUL, "passed with a warning"),
        (summary.failed, paint::BAD, "failed"),
        (summary.crashed, paint::BAD, "crashed"),
        (summary.spec_errors, paint::BAD, spec_errors),
        (summary.snapshot_pending, paint::DOUBTFUL, "pending"),
        (summary.skipped, paint::DOUBTFUL, "skipped"),
        (summary.not_run, paint::DOUBTFUL, "not run"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(count, style, word)| format!("{count} {}", paint(style, word))).collect();
    let tests = counted(summary.finished() + summary.not_run, "test");
    let text = match counts.is_empty() {
        true => format!("{} {tests}", seconds(summary.seconds)),
        false => format!("{} {tests}: {}", seconds(summary.seconds), counts.join(", ")),
    };
    labelled(style, "Summary", &text)
}

/// How pending snapshots are looked at, and how they are accepted unseen.
const REVIEW: &str = "`cargo insta review`, or accept all: `INSTA_UPDATE=always cargo nn-test`";

/// More pending snapshots than these are counted and not listed.
const MOST_PENDING: usize = 5;

/// What the reader can do now; `cause` is the likeliest one, where one is known.
fn next_steps(summary: &RunSummary, failures: &[TestResult], cause: Option<&str>) -> Vec<String> {
    let mut steps = Vec::new();
    let failed = failures.iter().find(|result| result.status == Status::Failed);
    let failed = failed.and_then(|result| result.test.rsplit_once("::"));
    match (cause, failed) {
        (Some(cause), _) => steps.push(format!(
            "`cargo nn-test explain {cause}` tells more about the likely cause; names of properties \
             are explained, too"
        )),
        (None, Some((_, property))) => steps.push(format!(
            "`cargo nn-test explain {property}` tells what it checks and what to do"
        )),
        (None, None) => {}
    }
    match summary.snapshot_pending {
        0 => {}
        1 => steps.push(format!("1 snapshot is pending: review it with {REVIEW}")),
        pending => steps.push(format!("{pending} snapshots are pending: review with {REVIEW}")),
    }
    steps
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::report::examples;

    fn report(verbose: bool, events: &[Event]) -> String {
        let mut reporter = HumanReporter::new(Vec::new(), verbose);
        events.iter().for_each(|event| reporter.emit(event));
        let text = std::str::from_utf8(reporter.output.writer()).unwrap();
        strip_str(text).to_string()
    }

    #[test]
    fn a_run_shows_every_end_and_what_is_wrong_in_full() {
        insta::assert_snapshot!(report(false, &examples::whole_run()));
    }

    #[test]
    fn verbose_shows_what_passing_tests_printed() {
        let event = Event::Output { test: Some("digits::initial_loss".into()), text: "hi".into() };
        let events = [event, Event::TestFinished(examples::passed())];
        assert!(!report(false, &events).contains("hi"));
        assert_eq!(
            report(true, &events),
            "        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303\n  \
             printed:\n    hi\n\n"
        );
    }

    #[test]
    fn output_goes_with_its_own_test_only() {
        let mut events = vec![Event::Output { test: Some("x".into()), text: "noise".into() }];
        events.push(Event::TestFinished(examples::passed()));
        events.push(Event::TestFinished(examples::failed()));
        assert!(!report(false, &events).contains("noise"));
    }

    #[test]
    fn what_tests_print_at_the_same_time_is_kept_apart() {
        let output = |result: &TestResult, text: &str| Event::Output {
            test: Some(result.test.clone()),
            text: text.to_owned(),
        };
        let (failed, crashed) = (examples::failed(), examples::crashed());
        let events = [output(&failed, "first"), output(&crashed, "second")];
        let ends = [Event::TestFinished(failed), Event::TestFinished(crashed)];
        let text = report(false, &[events, ends].concat());
        let place = |wanted: &str| text.find(wanted).unwrap_or_else(|| panic!("{wanted}: {text}"));
        assert!(place("first") < place("CRASH") && place("CRASH") < place("second"), "{text}");
    }

    #[test]
    fn a_clean_run_ends_with_one_line_and_no_next_step() {
        let summary = RunSummary { passed: 2, seconds: 0.5, ..RunSummary::default() };
        assert_eq!(
            report(false, &[Event::RunFinished(summary)]),
            "------------\n     Summary [   0.500s] 2 tests: 2 passed\n"
        );
    }

    #[test]
    fn several_pending_snapshots_are_counted_in_the_next_step() {
        let summary = RunSummary { snapshot_pending: 3, ..RunSummary::default() };
        let steps = next_steps(&summary, &[], None);
        assert_eq!(steps, [format!("3 snapshots are pending: review with {REVIEW}")]);
    }
}
