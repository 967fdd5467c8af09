//! What a verdict means for its test case.

use crate::property::Outcome;
use crate::report::event::Status;
use crate::spec::Severity;

/// The status of a judged test case, before its snapshot is compared.
///
/// An inconclusive verdict counts as a failed one: a run that could not show that the property
/// holds must not let a change pass.
pub fn status(outcome: Outcome, severity: Severity) -> Status {
    match (outcome, severity) {
        (_, Severity::Off) | (Outcome::NotApplicable, _) => Status::Skipped,
        (Outcome::Pass, _) => Status::Passed,
        (Outcome::Warn, _) => Status::Warned,
        (Outcome::Fail | Outcome::Inconclusive, Severity::Warn) => Status::Warned,
        (Outcome::Fail | Outcome::Inconclusive, Severity::Error) => Status::Failed,
    }
}

/// Whether a verdict's record is compared with a snapshot: only where the property holds, if with
/// a warning. Diagnostics of a failure are no state to accept.
pub(super) fn has_snapshot(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Pass | Outcome::Warn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_at_every_severity() {
        use Status::{Failed, Passed, Skipped, Warned};
        let table = [
            // outcome, error, warn, off
            (Outcome::Pass, Passed, Passed, Skipped),
            (Outcome::Fail, Failed, Warned, Skipped),
            (Outcome::Warn, Warned, Warned, Skipped),
            (Outcome::Inconclusive, Failed, Warned, Skipped),
            (Outcome::NotApplicable, Skipped, Skipped, Skipped),
        ];
        for (outcome, error, warn, off) in table {
            assert_eq!(status(outcome, Severity::Error), error, "{outcome:?} at error");
            assert_eq!(status(outcome, Severity::Warn), warn, "{outcome:?} at warn");
            assert_eq!(status(outcome, Severity::Off), off, "{outcome:?} at off");
        }
    }

    #[test]
    fn only_what_holds_has_a_snapshot() {
        assert!(has_snapshot(Outcome::Pass) && has_snapshot(Outcome::Warn));
        for outcome in [Outcome::Fail, Outcome::Inconclusive, Outcome::NotApplicable] {
            assert!(!has_snapshot(outcome), "{outcome:?}");
        }
    }
}
