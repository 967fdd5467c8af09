//! What a verdict means for its test case.

use super::expected_failure::turned;
use super::waiver::waived;
use crate::property::{Outcome, Verdict};
use crate::report::event::Status;
use crate::severities::Severities;
use crate::spec::{Expectation, Severity};

/// What became of a verdict.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) status: Status,
    /// As it is reported.
    pub(super) verdict: Verdict,
    /// Who decides beside spec and property, where somebody does.
    pub(super) note: Option<String>,
    /// Whether its record may be accepted as a snapshot: a state that is expected to fail, or that
    /// needs a waiver, is none to accept.
    pub(super) acceptable: bool,
}

/// Status and verdict of a judged test case, before its snapshot is compared: turned about where a
/// failure is expected, let pass where it is allowed, and a failure where warnings are denied.
pub(super) fn settled(
    verdict: Verdict,
    expectation: &Expectation,
    severities: &Severities,
) -> Settled {
    let counted = severities.of(expectation);
    let (status, verdict, acceptable) = match (&expectation.fails, &expectation.allowed) {
        (Some(reason), _) => {
            let (status, verdict) = turned(verdict, reason, counted.severity);
            (status, verdict, false)
        }
        (None, Some(reason)) => {
            let (status, verdict) = waived(verdict, reason);
            (status, verdict, status == Status::Warned)
        }
        (None, None) => (status(verdict.outcome, counted.severity), verdict, true),
    };
    // A warning that no severity turned into one is no matter of whoever said the severity.
    let decided = matches!(verdict.outcome, Outcome::Fail | Outcome::Inconclusive)
        && matches!(status, Status::Failed | Status::Warned);
    let said = counted.origin.filter(|_| decided);
    let said = said.map(|origin| format!("severity {} ({origin})", counted.severity.term()));
    let denied = severities.denied_by().filter(|_| status == Status::Warned);
    let status = if denied.is_some() { Status::Failed } else { status };
    let denied = denied.map(|origin| format!("warnings denied ({origin})"));
    let notes: Vec<String> = said.into_iter().chain(denied).collect();
    let note = (!notes.is_empty()).then(|| notes.join("\n"));
    Settled { status, verdict, note, acceptable }
}

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
    use crate::harness::fixtures::{ALWAYS, HINT, expectation};
    use crate::property::Property;
    use crate::spec::{Span, Spanned};

    /// Status and note of a verdict on a property.
    fn of(
        verdict: Verdict,
        property: &'static Property,
        severities: &Severities,
    ) -> (Status, Option<String>) {
        let settled = settled(verdict, &expectation(property), severities);
        (settled.status, settled.note)
    }

    fn failing() -> Verdict {
        Verdict::fail("no", Vec::new())
    }

    #[test]
    fn a_profile_changes_how_a_failure_counts_and_says_so() {
        let profile = |property: &str, severity| {
            let origin = "nn-test.toml:3:1, profile ci".to_owned();
            Severities::default().with(property, severity, origin, false)
        };
        assert_eq!(of(failing(), &HINT, &Severities::default()), (Status::Warned, None));
        let note = |level: &str| Some(format!("severity {level} (nn-test.toml:3:1, profile ci)"));
        let error = profile("hint", Severity::Error);
        assert_eq!(of(failing(), &HINT, &error), (Status::Failed, note("error")));
        assert_eq!(of(Verdict::pass("yes"), &HINT, &error), (Status::Passed, None));
        let warn = profile("always", Severity::Warn);
        assert_eq!(of(failing(), &ALWAYS, &warn), (Status::Warned, note("warn")));
    }

    #[test]
    fn where_warnings_are_denied_every_warning_fails_and_a_pass_passes() {
        let denied = Severities::default().denying_warnings(Some("command line".to_owned()));
        let note = Some("warnings denied (command line)".to_owned());
        assert_eq!(of(failing(), &HINT, &denied), (Status::Failed, note.clone()));
        let doubtful = || Verdict::warn("nearly", Vec::new());
        assert_eq!(of(doubtful(), &ALWAYS, &denied), (Status::Failed, note.clone()));
        assert_eq!(of(Verdict::pass("yes"), &ALWAYS, &denied), (Status::Passed, None));
        assert_eq!(of(Verdict::not_applicable("-"), &HINT, &denied), (Status::Skipped, None));
        // A waiver that is not needed is a warning, too.
        let mut waived = expectation(&ALWAYS);
        waived.allowed = Some(Spanned::new("known".to_owned(), Span::default()));
        assert_eq!(settled(failing(), &waived, &denied).status, Status::Passed);
        assert_eq!(settled(Verdict::pass("yes"), &waived, &denied).status, Status::Failed);
    }

    #[test]
    fn what_is_expected_to_fail_or_waived_is_no_state_to_accept() {
        let reason = || Some(Spanned::new("known".to_owned(), Span::default()));
        let nothing = Severities::default();
        let mut entry = expectation(&ALWAYS);
        assert!(settled(Verdict::pass("yes"), &entry, &nothing).acceptable);
        entry.allowed = reason();
        assert!(settled(Verdict::pass("yes"), &entry, &nothing).acceptable);
        assert!(!settled(Verdict::warn("nearly", Vec::new()), &entry, &nothing).acceptable);
        entry.fails = reason();
        assert!(!settled(Verdict::pass("yes"), &entry, &nothing).acceptable);
    }

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
