//! Why a test case did not pass, as plain text.

use crate::property::Finding;
use crate::report::event::{Status, TestResult};
use crate::snapshot::settle::round_to;

/// What a reader needs to act on a result: place, summary, each finding with measured value, bound
/// and mend, then the details (rendered diagnostic, snapshot diff, panic message). Plain text
/// without the test's name; lines of a snapshot diff begin with ` `, `-` or `+`.
pub fn describe(result: &TestResult) -> String {
    let mut parts = Vec::new();
    // A rendered diagnostic says its place itself, and better.
    if result.status != Status::SpecError {
        parts.push(place(result));
    }
    if let Some(verdict) = &result.verdict {
        if !verdict.summary.is_empty() {
            parts.push(verdict.summary.clone());
        }
        parts.extend(verdict.findings.iter().map(describe_finding));
    }
    let details = result.details.as_deref().map(str::trim_end).filter(|text| !text.is_empty());
    parts.extend(details.map(str::to_owned));
    parts.join("\n")
}

/// `--> file:line:column`. An expectation that came by default has no line.
fn place(result: &TestResult) -> String {
    match result.line {
        0 => format!("--> {}", result.file),
        line => format!("--> {}:{line}:{}", result.file, result.column),
    }
}

fn describe_finding(finding: &Finding) -> String {
    let mut text = format!("  {}: {}", finding.place, finding.message);
    let measured = finding.measured.map(|value| format!("measured {}", number(value)));
    let bound = finding.bound.as_ref().map(|bound| format!("bound {bound}"));
    let numbers: Vec<String> = measured.into_iter().chain(bound).collect();
    if !numbers.is_empty() {
        text.push_str(&format!("\n      {}", numbers.join(", ")));
    }
    if !finding.mend.is_empty() {
        text.push_str(&format!("\n      help: {}", finding.mend.replace('\n', "\n            ")));
    }
    text
}

/// Four significant digits, with an exponent where that is shorter.
fn number(value: f64) -> String {
    let rounded = round_to(value, 4);
    let plain = rounded.abs() >= 1e-3 && rounded.abs() < 1e6;
    if plain || rounded == 0.0 || !rounded.is_finite() {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::finding;
    use crate::property::Verdict;

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
            "--> specs/mlp.yaml:12:5
2 of 4 tensors get no gradient
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
            "--> specs/mlp.yaml:12:5\nloss 2.303\nthe snapshot differs\n-loss: 1.0\n+loss: 2.303"
        );
    }

    #[test]
    fn a_rendered_diagnostic_stands_alone() {
        let mut broken = result(Status::SpecError);
        broken.details = Some("error[NN0203]: sizes\n --> specs/mlp.yaml:5:3\n".to_owned());
        assert_eq!(describe(&broken), "error[NN0203]: sizes\n --> specs/mlp.yaml:5:3");
    }

    #[test]
    fn an_expectation_by_default_has_no_line() {
        let crashed = TestResult { line: 0, column: 0, ..result(Status::Crashed) };
        assert_eq!(describe(&crashed), "--> specs/mlp.yaml");
    }

    #[test]
    fn numbers_are_short() {
        let table = [
            (0.5, "0.5"),
            (2.402_585, "2.403"),
            (123_456.0, "123500"),
            (1.0e-7, "1e-7"),
            (-1.234_56e-9, "-1.235e-9"),
            (2.5e7, "2.5e7"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in table {
            assert_eq!(number(value), text);
        }
    }
}
