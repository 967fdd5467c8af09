//! Why a test case did not pass, for people.

use super::event::{Status, TestResult};
use super::paint::{self, paint};
use super::text::{fitted, indented};
use crate::property::Finding;

/// Everything a result says beyond its status and summary: the place of the expectation, each
/// finding with measured value, bound and mend, and the details (rendered diagnostic, snapshot
/// diff, panic message). With ANSI colours; empty when there is nothing to say.
pub fn describe(result: &TestResult) -> String {
    let explanation = explanation(result);
    // A rendered diagnostic says its place itself, and better.
    match explanation.is_empty() || result.status == Status::SpecError {
        true => explanation,
        false => format!("{}\n{explanation}", place(result)),
    }
}

/// The same within a width. Below a line that names the spec's file, an expectation that came by default
/// need not name it again.
pub(super) fn described(result: &TestResult, width: usize, below_file: bool) -> String {
    let explanation = explained(result, Some(width));
    let placed = !(below_file && result.line == 0) && result.status != Status::SpecError;
    match placed && !explanation.is_empty() {
        true => format!("{}\n{explanation}", place(result)),
        false => explanation,
    }
}

/// The same without the place of the expectation.
pub(super) fn explanation(result: &TestResult) -> String {
    explained(result, None)
}

fn explained(result: &TestResult, width: Option<usize>) -> String {
    let findings = result.verdict.iter().flat_map(|verdict| &verdict.findings);
    let mut parts: Vec<String> = match width {
        None => findings.map(describe_finding).collect(),
        Some(width) => {
            let found = alike(findings);
            found.iter().map(|finding| fitted(&describe_finding(finding), 0, width)).collect()
        }
    };
    if let Some(details) = result.details.as_deref().filter(|details| !details.trim().is_empty()) {
        parts.push(painted_details(result.status, details.trim_end()));
    }
    parts.join("\n")
}

/// Findings that say the same of several places, as one.
fn alike<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Finding> {
    let mut different: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = different.iter_mut().find(|known| {
            (&known.message, &known.bound, &known.mend)
                == (&finding.message, &finding.bound, &finding.mend)
                && known.measured == finding.measured
        });
        match same {
            Some(known) => known.place = format!("{}, {}", known.place, finding.place),
            None => different.push(finding.clone()),
        }
    }
    different
}

/// What a result says when it only points to another one: the errors of a spec are shown once, at
/// its first test case.
pub(super) fn reference(result: &TestResult) -> Option<&str> {
    let details = result.details.as_deref().filter(|_| result.status == Status::SpecError)?;
    (!details.contains('\n')).then_some(details)
}

fn painted_details(status: Status, details: &str) -> String {
    match status {
        Status::SpecError => paint::diagnostic(details),
        Status::SnapshotPending => indented(&paint::diff(details), "  "),
        _ => indented(details, "  "),
    }
}

/// `--> file:line:column`, as rustc points. An expectation that came by default has no line.
fn place(result: &TestResult) -> String {
    match result.line {
        0 => arrow(&result.file),
        line => arrow(&format!("{}:{line}:{}", result.file, result.column)),
    }
}

/// Points to a place in a file.
pub(super) fn arrow(place: &str) -> String {
    format!("  {} {place}", paint(paint::HINT, "-->"))
}

/// Line and column of the expectation, or of the first error that a rendered diagnostic shows.
#[cfg(feature = "cli")]
pub(super) fn position(result: &TestResult) -> Option<(usize, usize)> {
    if result.line > 0 {
        return Some((result.line, result.column));
    }
    let details = result.details.as_deref().filter(|_| result.status == Status::SpecError)?;
    let place = details.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((line, column))
}

fn describe_finding(finding: &Finding) -> String {
    let mut lines =
        vec![format!("  {}: {}", paint(paint::STRONG, &finding.place), finding.message)];
    lines.extend(numbers(finding).map(|numbers| format!("      {numbers}")));
    if !finding.mend.is_empty() {
        let mend = indented(&finding.mend, "            ");
        lines.push(format!("      {}: {}", paint(paint::HINT, "help"), mend.trim_start()));
    }
    lines.join("\n")
}

/// `measured 0.5, bound ≤ 1e-6`, as far as a finding knows them.
fn numbers(finding: &Finding) -> Option<String> {
    let measured = finding.measured.map(|value| format!("measured {}", number(value)));
    let bound = finding.bound.as_ref().map(|bound| format!("bound {bound}"));
    let numbers: Vec<String> = measured.into_iter().chain(bound).collect();
    (!numbers.is_empty()).then(|| numbers.join(", "))
}

/// Three significant digits, plain where that is short.
pub(super) fn number(value: f64) -> String {
    let magnitude = value.abs();
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    let scientific = format!("{value:.2e}");
    if !(1e-3..1e6).contains(&magnitude) {
        let (mantissa, exponent) =
            scientific.split_once('e').expect("`{:e}` writes an exponent for finite numbers");
        return format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'));
    }
    let rounded: f64 = scientific.parse().expect("`{:e}` writes a number");
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::report::examples;

    fn plain(result: &TestResult) -> String {
        strip_str(&describe(result)).to_string()
    }

    #[test]
    fn a_finding_shows_place_numbers_and_mend() {
        assert_eq!(
            plain(&examples::failed()),
            "  --> specs/digits.yaml:35:5
  conv1.weight: analytic and numeric gradients differ
      measured 0.5, bound ≤ 1e-6
      help: check the layer's backward pass"
        );
    }

    #[test]
    fn what_is_the_same_at_several_places_is_told_once() {
        let mut result = examples::failed();
        let findings = &mut result.verdict.as_mut().unwrap().findings;
        let named = |place: &str| Finding { place: place.to_owned(), ..findings[0].clone() };
        let bias = Finding { measured: Some(0.25), ..named("conv1.bias") };
        *findings = vec![named("conv1.weight"), bias, named("head.weight")];
        let text = strip_str(&described(&result, 100, true)).to_string();
        let places: Vec<&str> = text.lines().filter(|line| line.contains("differ")).collect();
        assert_eq!(
            places,
            [
                "  conv1.weight, head.weight: analytic and numeric gradients differ",
                "  conv1.bias: analytic and numeric gradients differ"
            ]
        );
    }

    #[test]
    fn a_default_expectation_has_no_line() {
        let result = TestResult { line: 0, column: 0, ..examples::failed() };
        assert!(plain(&result).starts_with("  --> specs/digits.yaml\n"));
    }

    #[test]
    fn a_rendered_diagnostic_stands_as_it_is() {
        assert_eq!(
            plain(&examples::spec_error()),
            "error[NN0104]: unknown layer `dense`\n --> specs/broken.yaml:7:7"
        );
    }

    #[test]
    fn the_errors_of_a_spec_are_shown_once() {
        let mut broken = TestResult {
            test: "mlp::learns".to_owned(),
            file: "specs/mlp.yaml".to_owned(),
            line: 0,
            column: 0,
            status: Status::SpecError,
            verdict: None,
            details: Some("the spec has errors, shown at mlp::shapes".to_owned()),
            seconds: 0.0,
        };
        assert_eq!(reference(&broken), Some("the spec has errors, shown at mlp::shapes"));
        broken.details = Some("error[NN0301]: sizes\n --> specs/mlp.yaml:5:3".to_owned());
        assert_eq!(reference(&broken), None);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_spec_error_is_where_its_diagnostic_points() {
        assert_eq!(position(&examples::failed()), Some((35, 5)));
        assert_eq!(position(&examples::spec_error()), Some((7, 7)));
        let unplaced = Some("cannot read specs/broken.yaml".to_owned());
        assert_eq!(position(&TestResult { details: unplaced, ..examples::spec_error() }), None);
    }

    #[test]
    fn a_snapshot_diff_is_indented_below_its_place() {
        assert_eq!(
            plain(&examples::pending()),
            "  --> specs/digits.yaml:34:5\n  -loss: 2.31\n  +loss: 2.45"
        );
    }

    #[test]
    fn a_passing_test_has_nothing_to_say() {
        assert_eq!(plain(&examples::passed()), "");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.5), "0.5");
        assert_eq!(number(std::f64::consts::LN_10), "2.3");
        assert_eq!(number(123_456.0), "123000");
        assert_eq!(number(1.0e-7), "1e-7");
        assert_eq!(number(-1.23456e-9), "-1.23e-9");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NAN), "NaN");
        assert_eq!(number(f64::INFINITY), "inf");
    }
}
