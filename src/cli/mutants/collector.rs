//! Gathers the results of test cases by what they belong to, and tells when one of these is through.

use std::collections::HashMap;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::event::{Event, SeenTensor, Sink, TestResult};

/// Results by the name that stands before `::` in those of their test cases.
pub(super) type Results = HashMap<String, Vec<TestResult>>;

/// What comes of a run.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) results: Results,
    /// By the same names, the tensors of models that were asked for theirs.
    pub(super) tensors: HashMap<String, Vec<SeenTensor>>,
}

/// A sink that keeps results.
pub(super) struct Collector<'a> {
    gathered: Gathered,
    /// How many test cases each has.
    expected: HashMap<String, usize>,
    bar: ProgressBar,
    /// Told each name with its results once nothing more comes for it.
    through: &'a mut dyn FnMut(&str, &[TestResult]),
    /// Whether a failure ends what a test case belongs to.
    ends_with_failure: bool,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        expected: HashMap<String, usize>,
        ends_with_failure: bool,
        shows: Option<&str>,
        through: &'a mut dyn FnMut(&str, &[TestResult]),
    ) -> Self {
        let bar = match shows {
            Some(what) => bar(expected.len(), what),
            None => ProgressBar::hidden(),
        };
        Self { gathered: Gathered::default(), expected, bar, through, ends_with_failure }
    }

    pub(super) fn into_gathered(self) -> Gathered {
        self.bar.finish_and_clear();
        self.gathered
    }

    fn take(&mut self, result: &TestResult) {
        let name = owner(&result.test);
        let Some(expected) = self.expected.get(name) else { return };
        let results = self.gathered.results.entry(name.to_owned()).or_default();
        let was_over = self.ends_with_failure && results.iter().any(|one| one.status.is_failure());
        results.push(result.clone());
        let failed = self.ends_with_failure && result.status.is_failure();
        if !was_over && (failed || results.len() == *expected) {
            self.bar.suspend(|| (self.through)(name, results));
            self.bar.inc(1);
        }
    }
}

impl Sink for Collector<'_> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::TestStarted { test } => self.bar.set_message(test.clone()),
            Event::TestFinished(result) => self.take(result),
            Event::SpecFinished { spec, tensors, .. } => {
                self.gathered.tensors.insert(spec.clone(), tensors.clone());
            }
            _ => {}
        }
    }
}

/// What stands before the property.
pub(super) fn owner(test: &str) -> &str {
    test.rsplit_once("::").map_or(test, |(owner, _)| owner)
}

fn bar(count: usize, what: &str) -> ProgressBar {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::stderr());
    let template = "{elapsed:>12} [{bar:24}] {pos}/{len} {prefix} {wide_msg}";
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    bar.set_style(style.progress_chars("=> "));
    bar.set_prefix(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::Status;

    fn finished(test: &str, status: Status) -> Event {
        Event::TestFinished(TestResult {
            test: test.to_owned(),
            file: "a.yaml".to_owned(),
            line: 0,
            column: 0,
            status,
            verdict: None,
            details: None,
            seconds: 0.0,
        })
    }

    #[test]
    fn a_mutant_is_through_with_its_last_test_or_its_first_failure() {
        let mut told = Vec::new();
        let mut through = |name: &str, results: &[TestResult]| {
            told.push(format!("{name} {}", results.len()));
        };
        let expected = [("a/x".to_owned(), 2), ("a/y".to_owned(), 2)].into();
        let mut collector = Collector::new(expected, true, None, &mut through);
        for (test, status) in [
            ("a/x::shapes", Status::Passed),
            ("a/y::shapes", Status::Failed),
            ("a/y::learns", Status::Crashed),
            ("b::learns", Status::Passed),
            ("a/x::learns", Status::Warned),
        ] {
            collector.emit(&finished(test, status));
        }
        assert_eq!(collector.into_gathered().results["a/x"].len(), 2);
        assert_eq!(told, ["a/y 1", "a/x 2"]);
    }
}
