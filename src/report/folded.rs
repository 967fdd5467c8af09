//! A spec in as few lines as it needs: one where all is well; where something is wrong, the likely cause
//! first, what it explains in short, and everything else in full.

use super::diagnosis::{self, causes};
use super::event::{NEW_SNAPSHOT, Status, TestResult};
use super::failure::{arrow, described, reference};
use super::gathered::{Ended, Gathered, property_of};
use super::line;
use super::paint::{self, paint};
use super::text::indented;
use crate::diagnosis::Diagnosis;
use crate::property::{Finding, Outcome};

/// How much a result has to say for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// It is counted.
    Counted,
    /// A line, since it speaks for the likely cause.
    Evidence,
    /// A line, since the likely cause explains it.
    Consequence,
    /// A line, since it can be decided when the likely cause is gone.
    Undecided,
    Full,
}

/// What stands below the likely cause in a line each.
const BELOW_CAUSE: [(Room, &str); 3] = [
    (Room::Evidence, "this shows in:"),
    (Room::Consequence, "and leads to:"),
    (Room::Undecided, "undecided until then:"),
];

/// What is told of a spec that is over, without a line end.
pub(super) fn of_spec(gathered: &Gathered, width: usize) -> String {
    if let ([only], 0 | 1) = (gathered.ends.as_slice(), gathered.selected) {
        return of_case(only, width, false);
    }
    let results = || gathered.ends.iter().map(|end| &end.result);
    let status = worst(results());
    let seconds = results().map(|result| result.seconds).sum();
    let spec = paint(paint::STRONG, &gathered.spec);
    let head = line::of(status, seconds, &spec, &counts(gathered), width);
    let cause = gathered.cause();
    if gathered.ends.iter().all(|end| room(end, cause) == Room::Counted) {
        return head;
    }
    let mut parts = vec![head, arrow(&gathered.file)];
    let with = |wanted: Room| gathered.ends.iter().filter(move |end| room(end, cause) == wanted);
    if let (Some(cause), Some(diagnosis)) = (cause, &gathered.diagnosis) {
        parts.push(causes(diagnosis, true, width));
        for (room, heading) in BELOW_CAUSE {
            let lines: Vec<String> =
                with(room).map(|end| in_short(&end.result, cause, width)).collect();
            let heading = Some(diagnosis::below(heading)).filter(|_| !lines.is_empty());
            parts.extend(heading.into_iter().chain(lines));
        }
    }
    let full: Vec<String> = with(Room::Full).map(|end| of_case(end, width, true)).collect();
    parts.extend(full);
    // What has more than a line ends with an empty line of its own.
    if parts.last().is_some_and(|part| !part.ends_with('\n')) {
        parts.push(String::new());
    }
    parts.join("\n")
}

/// A test case as it stands where it is listed: its line and, if something is wrong, all about it. Below
/// its spec's line the file need not be told again.
pub(super) fn of_case(end: &Ended, width: usize, below_spec: bool) -> String {
    let result = &end.result;
    if let Some(reference) = reference(result) {
        return line::with_text(result, reference, width);
    }
    if below_spec && shown(result) != result.status {
        let result = TestResult { status: shown(result), details: None, ..result.clone() };
        return of_case(&Ended { result, printed: None }, width, true);
    }
    let head = line::of_result(result, width);
    if !(result.status.is_failure() || result.status == Status::Warned) {
        return head;
    }
    // Drivers chatter: what was printed matters only where something went wrong.
    let wrong = matches!(result.status, Status::Failed | Status::Crashed);
    let printed = end.printed.as_deref().filter(|_| wrong);
    format!("{head}{}", block(&described(result, width, below_spec), printed))
}

/// What stands below the line of a test case, behind a line end, set apart by an empty line.
pub(super) fn block(description: &str, printed: Option<&str>) -> String {
    let mut text = String::new();
    if !description.is_empty() {
        text.push_str(&format!("\n{description}"));
    }
    if let Some(printed) = printed {
        let heading = paint(paint::QUIET, "printed:");
        text.push_str(&format!("\n  {heading}\n{}", indented(printed.trim_end(), "    ")));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// How much a result has to say, given the likely cause of its spec.
pub(super) fn room(end: &Ended, cause: Option<&Diagnosis>) -> Room {
    let result = &end.result;
    let findings = result.verdict.as_ref().map_or(0, |verdict| verdict.findings.len());
    match result.status {
        Status::Passed | Status::Skipped => Room::Counted,
        Status::SnapshotPending if is_new(result) && findings == 0 => Room::Counted,
        Status::SpecError if reference(result).is_some() => Room::Counted,
        _ if !matches!(shown(result), Status::Failed | Status::Warned) => Room::Full,
        _ => {
            let is_among =
                |names: &[String]| names.iter().any(|name| name == property_of(&result.test));
            match cause {
                Some(cause) if is_among(&cause.evidence) => Room::Evidence,
                Some(cause) if is_among(&cause.explains) => Room::Consequence,
                Some(_) if is_undecided(result) => Room::Undecided,
                _ => Room::Full,
            }
        }
    }
}

fn is_undecided(result: &TestResult) -> bool {
    result.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Inconclusive)
}

/// How a result is shown: a new snapshot of something doubtful is counted, and the doubt is told.
pub(super) fn shown(result: &TestResult) -> Status {
    let outcome = result.verdict.as_ref().map(|verdict| verdict.outcome);
    match is_new(result) && outcome == Some(Outcome::Warn) {
        true => Status::Warned,
        false => result.status,
    }
}

/// A line for what speaks for the likely cause or follows from it: what is wrong, and where if that is
/// somewhere else.
fn in_short(result: &TestResult, cause: &Diagnosis, width: usize) -> String {
    let findings = result.verdict.as_ref().map_or(&[][..], |verdict| &verdict.findings);
    let property = property_of(&result.test);
    let clue = diagnosis::clue(cause, property).unwrap_or_default();
    let speaks = |finding: &&Finding| clue.starts_with(finding.message.as_str());
    let text = match findings.iter().find(speaks).or(findings.first()) {
        Some(Finding { place, message, .. }) if is_everywhere(place) || *place == cause.place => {
            message.clone()
        }
        Some(Finding { place, message, .. }) => format!("{place}: {message}"),
        None => result.verdict.as_ref().map_or("", |verdict| &verdict.summary).to_owned(),
    };
    line::without_time(shown(result), &paint(paint::STRONG, property), &text, width)
}

/// Whether a place says no more than that it is the model's.
fn is_everywhere(place: &str) -> bool {
    ["model", "training", "data"].contains(&place)
}

/// Whether a pending result has nothing yet that it could differ from.
pub(super) fn is_new(result: &TestResult) -> bool {
    let details = result.details.as_deref().unwrap_or_default();
    result.status == Status::SnapshotPending
        && details.lines().any(|line| line.starts_with(NEW_SNAPSHOT))
}

/// How a spec as a whole ended: as the worst of its test cases.
pub(super) fn worst<'a>(results: impl Iterator<Item = &'a TestResult>) -> Status {
    let weight = |status: &Status| match status {
        Status::Skipped => 0,
        Status::Passed => 1,
        Status::Warned => 2,
        Status::SnapshotPending => 3,
        Status::SpecError => 4,
        Status::Crashed => 5,
        Status::Failed => 6,
    };
    results.map(|result| result.status).max_by_key(weight).unwrap_or(Status::Skipped)
}

/// `4 fail, 1 warns, 33 hold, 12 not applicable`.
pub(super) fn counts(gathered: &Gathered) -> String {
    let count = |fits: &dyn Fn(&TestResult) -> bool| {
        gathered.ends.iter().filter(|end| fits(&end.result)).count()
    };
    let status = |wanted: Status| count(&|result| result.status == wanted);
    let outcome = |result: &TestResult| result.verdict.as_ref().map(|verdict| verdict.outcome);
    let inapplicable = |result: &TestResult| {
        result.status == Status::Skipped && outcome(result) == Some(Outcome::NotApplicable)
    };
    let failed = |result: &TestResult| result.status == Status::Failed;
    let pending = |result: &TestResult| result.status == Status::SnapshotPending;
    let counts = [
        (count(&|result| failed(result) && !is_undecided(result)), "fails", "fail"),
        (count(&|result| failed(result) && is_undecided(result)), "is undecided", "are undecided"),
        (status(Status::Crashed), "crashes", "crash"),
        (status(Status::SpecError), "cannot run", "cannot run"),
        (count(&|result| shown(result) == Status::Warned), "warns", "warn"),
        (
            count(&|result| pending(result) && !is_new(result)),
            "snapshot differs",
            "snapshots differ",
        ),
        (count(&is_new), "new snapshot", "new snapshots"),
        (status(Status::Passed), "holds", "hold"),
        (count(&inapplicable), "not applicable", "not applicable"),
        (status(Status::Skipped) - count(&inapplicable), "skipped", "skipped"),
        (gathered.selected.saturating_sub(gathered.ends.len()), "not run", "not run"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let counts = counts.map(|(count, one, many)| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    });
    counts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::property::Verdict;
    use crate::report::event::SpecDiagnosis;
    use crate::report::examples;

    fn spec(results: Vec<TestResult>, diagnosis: Option<SpecDiagnosis>) -> String {
        let selected = results.len();
        let ends = results.into_iter().map(|result| Ended { result, printed: None });
        let (spec, file) = ("digits".to_owned(), "specs/digits.yaml".to_owned());
        let ends = ends.collect();
        let gathered = Gathered { spec, file, selected, ends, diagnosis, ..Gathered::default() };
        strip_str(&of_spec(&gathered, 100)).to_string()
    }

    fn new() -> TestResult {
        let details = Some(format!("{NEW_SNAPSHOT} (3 lines)"));
        TestResult { details, ..examples::pending() }
    }

    #[test]
    fn what_holds_is_counted_in_one_line() {
        assert_eq!(
            spec(vec![examples::passed(), examples::passed(), examples::skipped()], None),
            "        PASS [   0.037s] digits  2 hold, 1 not applicable"
        );
    }

    #[test]
    fn new_snapshots_are_counted_and_those_that_differ_are_shown() {
        assert_eq!(
            spec(vec![new(), new(), examples::passed()], None),
            "     PENDING [   0.037s] digits  2 new snapshots, 1 holds"
        );
        assert_eq!(
            spec(vec![new(), examples::pending()], None),
            "     PENDING [   0.025s] digits  1 snapshot differs, 1 new snapshot
  --> specs/digits.yaml
     PENDING [   0.012s] digits::shapes  loss 2.45, expected 2.303
  --> specs/digits.yaml:34:5
  -loss: 2.31
  +loss: 2.45
"
        );
    }

    #[test]
    fn a_new_snapshot_of_what_is_doubtful_is_shown() {
        let verdict = examples::warned().verdict;
        let text = spec(vec![TestResult { verdict, ..new() }, examples::passed()], None);
        assert!(text.contains("fc1.weight: moves by too little"), "{text}");
    }

    #[test]
    fn the_cause_comes_first_then_what_it_explains_in_short_then_the_rest_in_full() {
        let named =
            |name: &str| TestResult { test: format!("digits::{name}"), ..examples::failed() };
        let mut diagnosis = examples::diagnosis();
        diagnosis.causes.truncate(1);
        let first = &mut diagnosis.causes[0];
        first.because = vec!["analytic and numeric gradients differ (`learns`)".to_owned()];
        let results =
            vec![named("shapes"), named("learns"), examples::passed(), named("outputs_vary")];
        assert_eq!(
            spec(results, Some(diagnosis)),
            "        FAIL [ 184.512s] digits  3 fail, 1 holds
  --> specs/digits.yaml
Likely cause the learning rate is too high
             at training.optimizer.learning_rate
             Steps overshoot.
             help: Divide the learning rate by 10 until the loss falls.
             this shows in:
        FAIL learns  conv1.weight: analytic and numeric gradients differ
             and leads to:
        FAIL outputs_vary  conv1.weight: analytic and numeric gradients differ
        FAIL [  61.500s] digits::shapes  worst relative error 0.5
  --> specs/digits.yaml:35:5
  conv1.weight: analytic and numeric gradients differ
      measured 0.5, bound ≤ 1e-6
      help: check the layer's backward pass
"
        );
    }

    #[test]
    fn what_could_not_be_decided_waits_for_the_cause_to_go() {
        let verdict = Verdict::inconclusive("36 % of 102 directions checked", Vec::new());
        let undecided = TestResult { verdict: Some(verdict), ..examples::failed() };
        let test = "digits::learns".to_owned();
        let results = vec![undecided, TestResult { test, ..examples::failed() }];
        let text = spec(results, Some(examples::diagnosis()));
        let last: Vec<&str> = text.lines().rev().take(2).collect();
        assert_eq!(
            last,
            [
                "        FAIL gradients_match  36 % of 102 directions checked",
                "             undecided until then:"
            ]
        );
    }

    #[test]
    fn a_warning_alone_says_itself_what_is_to_be_said() {
        let text = spec(vec![examples::warned(), examples::passed()], Some(examples::diagnosis()));
        assert!(!text.contains("Likely cause"), "{text}");
        assert!(text.starts_with("        WARN [   0.025s] digits  1 warns, 1 holds\n"), "{text}");
    }

    #[test]
    fn a_spec_of_one_test_case_is_that_test_case() {
        assert_eq!(
            spec(vec![examples::passed()], None),
            "        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303"
        );
    }

    #[test]
    fn the_errors_of_a_spec_are_shown_once() {
        let details = Some("the spec has errors, shown at digits::shapes".to_owned());
        let pointer = TestResult { details, ..examples::spec_error() };
        assert_eq!(
            spec(vec![examples::spec_error(), pointer], None),
            "  SPEC ERROR [   0.025s] digits  2 cannot run
  --> specs/digits.yaml
  SPEC ERROR [   0.012s] broken::spec
error[NN0104]: unknown layer `dense`
 --> specs/broken.yaml:7:7
"
        );
    }

    #[test]
    fn what_did_not_run_is_counted() {
        let ends = vec![Ended { result: examples::passed(), printed: None }];
        let gathered = Gathered { selected: 3, ends, ..Gathered::default() };
        assert_eq!(counts(&gathered), "1 holds, 2 not run");
    }
}
