//! Why a test case did not pass, as plain text for libtest.

use crate::report;
use crate::report::event::TestResult;

/// The report's own words for people without their colours, after the verdict's summary, which
/// libtest's line for a test case has no room for. Without the test's name.
pub fn describe(result: &TestResult) -> String {
    let summary = result.verdict.as_ref().map(|verdict| verdict.summary.clone());
    let text = report::describe(result);
    let plain = anstream::adapter::strip_str(&text).to_string();
    let parts = summary.into_iter().chain([plain]).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::finding;
    use crate::property::Verdict;
    use crate::report::event::Status;

    fn result(status: Status) -> TestResult {
        TestResult {
            test: "mlp::always".to_owned(),
            file: "specs/mlp.yaml".to_owned(),
            line: 12,
            column: 5,
            status,
            verdict: None,
            details: None,
            seconds: 0.1,
        }
    }

    #[test]
    fn a_failure_tells_place_summary_numbers_and_mend() {
        let mut failed = result(Status::Failed);
        let mut second = finding("head");
        (second.measured, second.bound) = (None, None);
        second.mend = "first\nsecond".to_owned();
        let findings = vec![finding("conv1.weight"), second];
        failed.verdict = Some(Verdict::fail("2 of 4 tensors get no gradient", findings));
        assert_eq!(
            describe(&failed),
            "2 of 4 tensors get no gradient
  --> specs/mlp.yaml:12:5
  conv1.weight: the gradient is zero
      measured 0, bound > 0
      help: connect it
  head: the gradient is zero
      help: first
            second"
        );
    }

    #[test]
    fn details_follow_the_verdict() {
        let mut pending = result(Status::SnapshotPending);
        pending.verdict = Some(Verdict::pass("loss 2.303"));
        pending.details = Some("the snapshot differs\n-loss: 1.0\n+loss: 2.303\n".to_owned());
        assert_eq!(
            describe(&pending),
            "loss 2.303\n  --> specs/mlp.yaml:12:5\n  the snapshot differs\n  -loss: 1.0\n  +loss: 2.303"
        );
    }

    #[test]
    fn a_rendered_diagnostic_stands_alone() {
        let mut broken = result(Status::SpecError);
        broken.details = Some("error[NN0203]: sizes\n --> specs/mlp.yaml:5:3\n".to_owned());
        assert_eq!(describe(&broken), "error[NN0203]: sizes\n --> specs/mlp.yaml:5:3");
    }
}
