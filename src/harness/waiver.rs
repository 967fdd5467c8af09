//! What a verdict means where the spec lets the property's failure pass.
//!
//! A failure that is allowed passes and says so; a property that holds again is a warning, so that the
//! line is removed and the next failure is seen.

use crate::property::{Finding, Outcome, Verdict};
use crate::report::event::Status;

/// The status and the verdict to report.
pub(super) fn waived(verdict: Verdict, reason: &str) -> (Status, Verdict) {
    match verdict.outcome {
        Outcome::NotApplicable => (Status::Skipped, verdict),
        Outcome::Fail | Outcome::Inconclusive | Outcome::Warn => {
            let summary = format!("allowed ({reason}): {}", verdict.summary);
            (Status::Passed, Verdict { summary, ..verdict })
        }
        Outcome::Pass => {
            let finding = Finding {
                place: "allow".to_owned(),
                message: format!("the property holds; the spec allows a failure ({reason})"),
                measured: None,
                bound: None,
                mend: "remove its line from `allow`".to_owned(),
            };
            (Status::Warned, Verdict::warn(verdict.summary, vec![finding]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_is_allowed_passes_and_says_so() {
        for verdict in [
            Verdict::fail("loss rises", Vec::new()),
            Verdict::inconclusive("loss rises", Vec::new()),
            Verdict::warn("loss rises", Vec::new()),
        ] {
            let (status, verdict) = waived(verdict, "see issue 3");
            assert_eq!(status, Status::Passed);
            assert_eq!(verdict.summary, "allowed (see issue 3): loss rises");
        }
    }

    #[test]
    fn a_waiver_that_is_not_needed_warns() {
        let (status, verdict) = waived(Verdict::pass("loss falls"), "see issue 3");
        assert_eq!((status, verdict.outcome), (Status::Warned, Outcome::Warn));
        assert_eq!(verdict.findings[0].mend, "remove its line from `allow`");
        let (status, _) = waived(Verdict::not_applicable("none"), "see issue 3");
        assert_eq!(status, Status::Skipped);
    }
}
