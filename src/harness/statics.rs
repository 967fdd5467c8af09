//! The test cases that need no device: properties that read spec, data and plan alone.

use std::path::Path;
use std::sync::Arc;

use super::TestCase;
use super::status::{Settled, settled};
use crate::experiment::Evidence;
use crate::report::event::TestResult;
use crate::severities::Severities;
use crate::spec::{Severity, Spec};

/// Judges what a spec expects of spec, data and plan, on evidence that was found without a device.
/// Left out is what the spec skips, and what it leaves to the device whether to judge.
pub fn judge_statically(
    spec: &Arc<Spec>,
    file: &Path,
    evidence: &Evidence,
    severities: &Severities,
) -> Vec<TestResult> {
    let cases = TestCase::of_spec(spec, file);
    cases.iter().filter_map(|case| judged(case, evidence, severities)).collect()
}

fn judged(case: &TestCase, evidence: &Evidence, severities: &Severities) -> Option<TestResult> {
    let (spec, expectation) = case.expectation()?;
    let left_out = [&spec.conditions, &expectation.conditions]
        .into_iter()
        .any(|each| each.ask_for_the_device() || each.skipped_everywhere().is_some());
    let off = severities.of(expectation).severity == Severity::Off;
    if left_out || off || !expectation.property.is_static() {
        return None;
    }
    let verdict = (expectation.property.judge)(evidence, &expectation.options);
    let Settled { status, verdict, note, .. } = settled(verdict, expectation, severities);
    Some(TestResult { verdict: Some(verdict), ..case.result(status, note) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::without_device;
    use crate::report::event::Status;
    use crate::spec::{self, Source};
    use crate::subject::Subject;

    /// Names and statuses of what is judged without a device.
    fn statuses(expect: &str) -> Vec<(String, Status)> {
        statuses_with(expect, &Severities::default())
    }

    fn statuses_with(expect: &str, severities: &Severities) -> Vec<(String, Status)> {
        let text = format!(
            "version: 1\nname: net\ntask: classification\ndata: {{blobs: {{examples: 60, classes: 3}}}}\n\
             model: {{layers: [linear: 3, {{softmax: {{name: last}}}}]}}\nexpect: {expect}\n"
        );
        let subject =
            Subject::prepare(spec::parse(Source::new("net.yaml", text)).unwrap()).unwrap();
        let evidence = without_device(&subject.spec, subject.dataset(), subject.declared());
        let results =
            judge_statically(&Arc::new(subject.spec), Path::new("net.yaml"), &evidence, severities);
        results.into_iter().map(|result| (result.test, result.status)).collect()
    }

    #[test]
    fn what_needs_a_device_is_left_to_it() {
        let judged = statuses("[loss_suits_task, labels_valid, initial_loss, shapes]");
        assert_eq!(
            judged,
            [
                ("net::loss_suits_task".to_owned(), Status::Failed),
                ("net::labels_valid".to_owned(), Status::Passed)
            ]
        );
    }

    #[test]
    fn the_spec_says_how_a_failure_counts() {
        let of = |options: &str| statuses(&format!("[{{loss_suits_task: {{{options}}}}}]"));
        assert_eq!(of("severity: warn")[0].1, Status::Warned);
        assert_eq!(of("fails: known")[0].1, Status::Passed);
        assert!(of("severity: off").is_empty());
        assert!(of("skip: {reason: later}").is_empty());
        assert!(of("only: {device: wgpu}").is_empty());
    }

    #[test]
    fn what_the_spec_allows_passes_without_a_device_too() {
        let allowed = "[loss_suits_task]\nallow: {loss_suits_task: known}";
        assert_eq!(statuses(allowed)[0].1, Status::Passed);
    }

    #[test]
    fn what_is_said_outside_of_the_specs_counts() {
        let said = |severity| {
            let nobody = Severities::default();
            nobody.with("loss_suits_task", severity, "command line".to_owned(), true)
        };
        assert_eq!(statuses_with("[loss_suits_task]", &said(Severity::Warn))[0].1, Status::Warned);
        assert!(statuses_with("[loss_suits_task]", &said(Severity::Off)).is_empty());
        let denied = said(Severity::Warn).denying_warnings(Some("command line".to_owned()));
        assert_eq!(statuses_with("[loss_suits_task]", &denied)[0].1, Status::Failed);
    }
}
