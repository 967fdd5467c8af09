//! How mutants ended, by what became of their test cases.

use crate::mutants::{Catch, Fate};
use crate::property::Outcome as Verdict;
use crate::report::event::{Status, TestResult};

/// Follows "set by" in the details of a test case that ran too long.
pub(super) const LIMIT: &str = "the time limit of mutants";

/// How a mutant ended, by the results of its test cases: the first failure decides.
pub(super) fn fate(results: &[TestResult], equivalence: Option<&str>) -> Fate {
    let Some(failed) = results.iter().find(|result| result.status.is_failure()) else {
        return match equivalence {
            Some(reason) => Fate::Equivalent { reason: reason.to_owned() },
            None => Fate::Missed { would_catch: None },
        };
    };
    let details = failed.details.as_deref().unwrap_or_default();
    match failed.status {
        Status::SpecError => {
            Fate::Unviable { reason: details.lines().next().unwrap_or_default().to_owned() }
        }
        Status::Crashed if details.contains(LIMIT) => Fate::Timeout,
        _ => Fate::Caught(catch(failed)),
    }
}

fn catch(result: &TestResult) -> Catch {
    let property = result.test.rsplit_once("::").map_or("", |(_, property)| property);
    let finding = result.verdict.as_ref().and_then(|verdict| verdict.findings.first());
    Catch {
        property: property.to_owned(),
        place: finding.map(|finding| finding.place.clone()),
        warns: !result.status.is_failure(),
    }
}

/// The properties that fail on a mutant and not on the original.
pub(super) fn would_have_caught(mutant: &[TestResult], original: &[TestResult]) -> Vec<Catch> {
    let catches: Vec<Catch> =
        mutant.iter().filter(|result| does_not_hold(result)).map(catch).collect();
    let known = original.iter().filter(|result| does_not_hold(result)).map(catch);
    let known: Vec<String> = known.map(|catch| catch.property).collect();
    let mut found: Vec<Catch> =
        catches.into_iter().filter(|catch| !known.contains(&catch.property)).collect();
    // Those that fail by themselves come first.
    found.sort_by_key(|catch| catch.warns);
    found
}

fn does_not_hold(result: &TestResult) -> bool {
    result.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Verdict::Fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Verdict as Judged;
    use crate::report::examples;

    fn result(property: &str, status: Status, details: &str) -> TestResult {
        let verdict = match status {
            Status::Failed | Status::Warned => Some(Judged::fail("it is wrong", Vec::new())),
            _ => None,
        };
        TestResult {
            test: format!("net/sum_loss::{property}"),
            status,
            verdict,
            details: Some(details.to_owned()),
            ..examples::passed()
        }
    }

    #[test]
    fn the_first_failure_decides_how_a_mutant_ended() {
        let passed = result("shapes", Status::Passed, "");
        let kind = |status, details, theory| {
            let results = [passed.clone(), result("learns", status, details)];
            fate(&results, theory).kind()
        };
        assert_eq!(kind(Status::Failed, "", None), "caught");
        assert_eq!(kind(Status::Crashed, "the worker process aborted", None), "caught");
        let killed = format!("worked for 20 s and was killed\nset by {LIMIT}");
        assert_eq!(kind(Status::Crashed, &killed, None), "timeout");
        assert_eq!(kind(Status::SpecError, "error[NN0301]: …", None), "unviable");
        assert_eq!(kind(Status::Warned, "", None), "missed");
        assert_eq!(kind(Status::Passed, "", Some("of theory")), "equivalent");
        assert_eq!(kind(Status::Failed, "", Some("of theory")), "caught");
    }

    #[test]
    fn a_property_that_fails_on_the_original_too_is_no_advice() {
        let mutant = [
            result("update_ratio", Status::Warned, ""),
            result("causal", Status::Failed, ""),
            result("learns", Status::Failed, ""),
        ];
        let original = [result("learns", Status::Failed, "")];
        let names: Vec<_> = would_have_caught(&mutant, &original)
            .into_iter()
            .map(|catch| (catch.property, catch.warns))
            .collect();
        assert_eq!(names, [("causal".to_owned(), false), ("update_ratio".to_owned(), true)]);
    }
}
