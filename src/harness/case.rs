//! One test case, as far as it is known without running anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::name;
use crate::report::event::{Status, TestResult};
use crate::spec::{Expectation, Severity, Spec};
use crate::subject;

/// A test case: one expectation of a spec, or a spec that cannot be run.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// `spec::property`; `<name>::spec` for a spec that cannot be run.
    pub name: String,
    /// The spec file, as it was given.
    pub file: PathBuf,
    /// Line and column of the expectation, from 1; 0 when it came by default.
    pub line: usize,
    pub column: usize,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// The spec's expectation of that index.
    Expectation { spec: Arc<Spec>, index: usize },
    /// Why the spec cannot be run; the spec, where it could be read.
    Broken { reason: String, spec: Option<Arc<Spec>> },
}

impl TestCase {
    /// The cases of a spec: one for each expectation that is not off.
    pub(super) fn of_spec(spec: &Arc<Spec>, file: &Path) -> Vec<Self> {
        let expectations = spec.expectations.iter().enumerate();
        let judged = expectations.filter(|(_, expectation)| severity(expectation) != Severity::Off);
        let case = |(index, expectation): (usize, &Expectation)| {
            let (line, column) = match expectation.span {
                Some(span) => spec.position(span),
                None => (0, 0),
            };
            let name = name::case_name(&name::sanitised(&spec.name), property(expectation));
            let content = Content::Expectation { spec: Arc::clone(spec), index };
            Self { name, file: file.to_owned(), line, column, content }
        };
        judged.map(case).collect()
    }

    /// The one case of a spec that cannot be run.
    pub(super) fn broken(name: String, file: &Path, reason: String) -> Self {
        let content = Content::Broken { reason, spec: None };
        Self { name, file: file.to_owned(), line: 0, column: 0, content }
    }

    /// The one case of a spec that stands in the way of another one.
    pub(super) fn refused(name: String, file: &Path, reason: String, spec: Spec) -> Self {
        let content = Content::Broken { reason, spec: Some(Arc::new(spec)) };
        Self { content, ..Self::broken(name, file, String::new()) }
    }

    /// The spec, where it could be read.
    pub fn loaded(&self) -> Option<&Arc<Spec>> {
        match &self.content {
            Content::Expectation { spec, .. } => Some(spec),
            Content::Broken { spec, .. } => spec.as_ref(),
        }
    }

    /// The result of a case that needs no run because its spec is broken: whoever lists the cases
    /// can report it without a worker.
    pub fn foregone(&self) -> Option<TestResult> {
        match &self.content {
            Content::Expectation { .. } => None,
            Content::Broken { reason, .. } => {
                Some(self.result(Status::SpecError, Some(reason.clone())))
            }
        }
    }

    /// The name of the Rust model that the case's spec is about, if it is about one: it can be run
    /// only where that model is registered.
    pub fn rust_model(&self) -> Option<&str> {
        self.spec()?.rust_model().map(|model| model.name.as_str())
    }

    /// The result of a case whose Rust model is not among the `registered` ones. `None` where the
    /// model is declared.
    pub fn unregistered(&self, registered: &[&str]) -> Option<TestResult> {
        let spec = self.spec()?;
        let (line, column) = spec.position(spec.rust_model()?.name.span);
        let reason = subject::unregistered(spec, registered)?.render(false);
        let result = self.result(Status::SpecError, Some(reason));
        Some(TestResult { line, column, ..result })
    }

    /// Seconds that the spec allows itself.
    pub fn timeout(&self) -> Option<u64> {
        self.spec()?.timeout
    }

    fn spec(&self) -> Option<&Spec> {
        match &self.content {
            Content::Expectation { spec, .. } => Some(spec),
            Content::Broken { .. } => None,
        }
    }

    /// The spec and its expectation, for a case that can be run.
    pub(super) fn expectation(&self) -> Option<(&Arc<Spec>, &Expectation)> {
        match &self.content {
            Content::Expectation { spec, index } => Some((spec, &spec.expectations[*index])),
            Content::Broken { .. } => None,
        }
    }

    /// A result without verdict and without time.
    pub(super) fn result(&self, status: Status, details: Option<String>) -> TestResult {
        TestResult {
            test: self.name.clone(),
            file: self.file.display().to_string(),
            line: self.line,
            column: self.column,
            status,
            verdict: None,
            details,
            seconds: 0.0,
        }
    }
}

/// How a failure of the expectation counts.
pub(super) fn severity(expectation: &Expectation) -> Severity {
    expectation.severity.unwrap_or(expectation.property.meta.severity)
}

pub(super) fn property(expectation: &Expectation) -> &'static str {
    expectation.property.meta.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::{ALWAYS, NEVER, expectation, spec};
    use crate::spec::Span;

    #[test]
    fn every_expectation_is_a_case_with_its_place() {
        let mut spec = spec("mlp", vec![expectation(&ALWAYS), expectation(&NEVER)]);
        spec.source.text = "expect:\n  - ä always\n".into();
        spec.expectations[0].span = Some(Span { start: 15, end: 21 });
        let cases = TestCase::of_spec(&Arc::new(spec), Path::new("specs/mlp.yaml"));
        let seen: Vec<_> =
            cases.iter().map(|case| (case.name.as_str(), case.line, case.column)).collect();
        assert_eq!(seen, [("mlp::always", 2, 7), ("mlp::never", 0, 0)]);
    }

    #[test]
    fn an_expectation_that_is_off_is_no_case() {
        let mut off = expectation(&NEVER);
        off.severity = Some(Severity::Off);
        let spec = Arc::new(spec("mlp", vec![off, expectation(&ALWAYS)]));
        let cases = TestCase::of_spec(&spec, Path::new("mlp.yaml"));
        assert_eq!(cases.len(), 1);
        assert_eq!(property(cases[0].expectation().unwrap().1), "always");
    }

    #[test]
    fn only_a_broken_spec_has_a_foregone_result() {
        let broken = TestCase::broken("a::spec".to_owned(), Path::new("a.yaml"), "why".to_owned());
        let result = broken.foregone().unwrap();
        assert_eq!((result.status, result.details.as_deref()), (Status::SpecError, Some("why")));
        let spec = Arc::new(spec("mlp", vec![expectation(&ALWAYS)]));
        assert!(TestCase::of_spec(&spec, Path::new("mlp.yaml"))[0].foregone().is_none());
    }
}
