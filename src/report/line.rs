//! The lines of a run: how a test case ended, and how a spec did, as nextest prints them.

use super::event::{RunSummary, Status, TestResult};
use super::paint::{self, labelled, paint, status_style};
use super::text::{columns, counted, flowed};

/// Where the name of a test case begins.
const NAME: usize = 25;

pub(super) fn status_word(status: Status) -> &'static str {
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

/// `        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303`, with its summary.
pub(super) fn of_result(result: &TestResult, width: usize) -> String {
    let summary = result.verdict.as_ref().and_then(|verdict| verdict.summary.lines().next());
    with_text(result, summary.unwrap_or_default(), width)
}

/// The same with another text in the place of its summary.
pub(super) fn with_text(result: &TestResult, text: &str, width: usize) -> String {
    of(result.status, result.seconds, &name(&result.test), text, width)
}

/// A line with the time that something took, and a quiet text behind its name.
pub(super) fn of(status: Status, seconds: f64, name: &str, text: &str, width: usize) -> String {
    let head = format!("{} {name}", duration(seconds));
    let head = labelled(status_style(status), status_word(status), &head);
    let text = flowed(text, columns(&head) + 2, NAME + 2, width);
    match text.strip_prefix('\n') {
        // Nothing fits behind the name.
        Some(below) => format!("{head}\n{}", paint(paint::QUIET, below)),
        None if text.is_empty() => head,
        None => format!("{head}  {}", paint(paint::QUIET, &text)),
    }
}

/// The same without the time, for what has been told before.
pub(super) fn without_time(status: Status, name: &str, text: &str, width: usize) -> String {
    let head = labelled(status_style(status), status_word(status), name);
    let text = flowed(text, columns(&head) + 2, NAME + 2, width);
    format!("{head}  {}", paint(paint::QUIET, &text))
}

pub(super) fn duration(seconds: f64) -> String {
    format!("[{seconds:>8.3}s]")
}

/// `spec::property` with the property emphasised.
pub(super) fn name(test: &str) -> String {
    match test.rsplit_once("::") {
        Some((spec, property)) => format!("{spec}::{}", paint(paint::STRONG, property)),
        None => test.to_owned(),
    }
}

/// `     Summary [   1.500s] 3 tests: 1 passed, 1 failed, 1 not run`.
pub(super) fn of_run(summary: &RunSummary, width: usize) -> String {
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
    let head = labelled(style, "Summary", &duration(summary.seconds));
    let text = match counts.is_empty() {
        true => tests,
        false => format!("{tests}: {}", counts.join(", ")),
    };
    format!("{head} {}", flowed(&text, NAME, NAME, width))
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::report::examples;

    fn plain(text: &str) -> String {
        strip_str(text).to_string()
    }

    #[test]
    fn a_line_that_is_too_long_goes_on_below_its_name() {
        assert_eq!(
            plain(&of_result(&examples::passed(), 60)),
            "        PASS [   0.012s] digits::initial_loss  loss 2.31,\n\
             \u{20}                          expected 2.303"
        );
        assert_eq!(
            plain(&of_result(&examples::passed(), 50)),
            "        PASS [   0.012s] digits::initial_loss\n\
             \u{20}                          loss 2.31, expected\n\
             \u{20}                          2.303"
        );
    }

    #[test]
    fn a_result_without_a_summary_is_its_name() {
        assert_eq!(
            plain(&of_result(&examples::crashed(), 100)),
            "       CRASH [   0.012s] digits::learns"
        );
    }

    #[test]
    fn a_clean_run_is_one_line() {
        let summary = RunSummary { passed: 2, seconds: 0.5, ..RunSummary::default() };
        assert_eq!(plain(&of_run(&summary, 100)), "     Summary [   0.500s] 2 tests: 2 passed");
    }
}
