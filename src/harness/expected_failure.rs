//! What a verdict means where the spec says that the property does not hold.
//!
//! The expectation is strict: what would fail the test case passes, and what would pass fails, so
//! that nobody forgets the line in the spec.

use crate::property::{Finding, Outcome, Verdict};
use crate::report::event::Status;
use crate::spec::Severity;

/// The status and the verdict to report. Whether there is a snapshot is not asked: a state that is
/// known to be wrong is none to accept.
pub(super) fn turned(verdict: Verdict, reason: &str, severity: Severity) -> (Status, Verdict) {
    match verdict.outcome {
        Outcome::NotApplicable => (Status::Skipped, verdict),
        // A run that could not show that the property holds would fail, too.
        Outcome::Fail | Outcome::Inconclusive => {
            let summary = format!("failed as expected ({reason}): {}", verdict.summary);
            (Status::Passed, Verdict { summary, ..verdict })
        }
        Outcome::Pass | Outcome::Warn => {
            let status = match severity {
                Severity::Error => Status::Failed,
                Severity::Warn => Status::Warned,
                Severity::Off => Status::Skipped,
            };
            let summary = format!("holds, though it is expected to fail: {}", verdict.summary);
            let finding = Finding {
                place: "fails".to_owned(),
                message: format!("the property holds; the spec expects a failure ({reason})"),
                measured: None,
                bound: None,
                mend: "remove `fails` from the expectation".to_owned(),
            };
            (status, Verdict::fail(summary, vec![finding]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(verdict: Verdict) -> (Status, Verdict) {
        turned(verdict, "see issue 3", Severity::Error)
    }

    #[test]
    fn a_failure_that_is_expected_passes_and_says_so() {
        let (status, verdict) = of(Verdict::fail("loss rises", Vec::new()));
        assert_eq!((status, verdict.outcome), (Status::Passed, Outcome::Fail));
        assert_eq!(verdict.summary, "failed as expected (see issue 3): loss rises");
        let (status, _) = of(Verdict::inconclusive("too noisy", Vec::new()));
        assert_eq!(status, Status::Passed);
    }

    #[test]
    fn a_property_that_holds_fails_and_the_mend_is_to_remove_the_line() {
        for verdict in [Verdict::pass("loss falls"), Verdict::warn("loss falls", Vec::new())] {
            let (status, verdict) = of(verdict);
            assert_eq!((status, verdict.outcome), (Status::Failed, Outcome::Fail));
            assert_eq!(verdict.summary, "holds, though it is expected to fail: loss falls");
            assert_eq!(verdict.findings[0].mend, "remove `fails` from the expectation");
        }
        let (status, _) = turned(Verdict::pass(""), "", Severity::Warn);
        assert_eq!(status, Status::Warned);
    }

    #[test]
    fn what_does_not_apply_is_skipped_as_ever() {
        let verdict = Verdict::not_applicable("no units");
        assert_eq!(of(verdict.clone()), (Status::Skipped, verdict));
    }
}
