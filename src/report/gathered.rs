//! The results of a spec, gathered until nothing more can come of it: only then can what holds be
//! counted, and the cause be told before its consequences.

use super::event::{MendTrial, SelectedTest, SpecDiagnosis, Status, TestResult};
use super::folded::shown;
#[cfg(feature = "cli")]
use super::record::RunRecord;
use crate::diagnosis::Diagnosis;
use crate::property::Outcome;

/// How one test case ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) result: TestResult,
    /// What the worker printed meanwhile.
    pub(super) printed: Option<String>,
}

/// All that is known of a spec.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) spec: String,
    pub(super) file: String,
    /// How many test cases of it were selected; 0 where nobody said.
    pub(super) selected: usize,
    /// In the order in which they ended.
    pub(super) ends: Vec<Ended>,
    pub(super) diagnosis: Option<SpecDiagnosis>,
    /// What came of the mends that were tried.
    pub(super) trials: Vec<MendTrial>,
    /// Whether its worker has told all.
    pub(super) is_over: bool,
}

impl Gathered {
    /// The likeliest cause, where more than one warning calls for one: a single one says itself what is
    /// to be said, and what several have in common is not seen in any of them.
    pub(super) fn cause(&self) -> Option<&Diagnosis> {
        let results = || self.ends.iter().map(|end| &end.result);
        let failed = results().any(|result| result.status == Status::Failed);
        let warned = results().filter(|result| shown(result) == Status::Warned).count();
        self.diagnosis.as_ref()?.causes.first().filter(|_| failed || warned > 1)
    }

    pub(super) fn warns(&self) -> bool {
        self.ends.iter().any(|end| end.result.status == Status::Warned)
    }

    /// Two packages may each have a spec of the same name: the file tells them apart.
    fn is(&self, spec: &str, file: &str) -> bool {
        self.spec == spec && self.file == file
    }

    /// Whether nothing more can come of it. Causes follow the last test case of a spec that is accused, and
    /// mends follow the causes.
    fn is_complete(&self) -> bool {
        let all = self.selected > 0 && self.ends.len() >= self.selected;
        self.is_over || all && !self.ends.iter().any(is_accused)
    }
}

fn is_accused(end: &Ended) -> bool {
    let outcome = end.result.verdict.as_ref().map(|verdict| verdict.outcome);
    matches!(outcome, Some(Outcome::Fail | Outcome::Warn | Outcome::Inconclusive))
        && end.result.status != Status::Skipped
}

/// The specs of a run that are not over.
#[derive(Debug, Default)]
pub(super) struct Specs(Vec<Gathered>);

impl Specs {
    pub(super) fn select(&mut self, tests: &[SelectedTest]) {
        for SelectedTest { test, file, .. } in tests {
            self.of(spec_of(test), file).selected += 1;
        }
    }

    pub(super) fn end(&mut self, ended: Ended) {
        let (spec, file) = (spec_of(&ended.result.test).to_owned(), ended.result.file.clone());
        self.of(&spec, &file).ends.push(ended);
    }

    pub(super) fn diagnose(&mut self, diagnosis: &SpecDiagnosis) {
        let gathered = self.of(&diagnosis.spec, &diagnosis.file);
        gathered.diagnosis = Some(diagnosis.clone());
    }

    pub(super) fn tried(&mut self, trial: &MendTrial) {
        self.of(&trial.spec, &trial.file).trials.push(trial.clone());
    }

    /// Nothing more comes of a spec; it may have been complete before.
    pub(super) fn close(&mut self, spec: &str, file: &str) {
        let closed = self.0.iter_mut().filter(|gathered| gathered.is(spec, file));
        closed.for_each(|gathered| gathered.is_over = true);
    }

    /// Takes out those of which nothing more can come.
    pub(super) fn complete(&mut self) -> Vec<Gathered> {
        self.0.extract_if(.., |gathered| gathered.is_complete()).collect()
    }

    /// Takes out all of which something is known.
    pub(super) fn rest(&mut self) -> Vec<Gathered> {
        let rest = std::mem::take(&mut self.0);
        rest.into_iter().filter(|gathered| !gathered.ends.is_empty()).collect()
    }

    fn of(&mut self, spec: &str, file: &str) -> &mut Gathered {
        let known = self.0.iter().position(|gathered| gathered.is(spec, file));
        let place = known.unwrap_or_else(|| {
            let (spec, file) = (spec.to_owned(), file.to_owned());
            self.0.push(Gathered { spec, file, ..Gathered::default() });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}

/// All specs of a run that is over of which something is known.
#[cfg(feature = "cli")]
pub(super) fn of_record(record: &RunRecord) -> Vec<Gathered> {
    let mut specs = Specs::default();
    for test in &record.tests {
        specs.select(std::slice::from_ref(&test.selected));
        if let Some(result) = &test.result {
            specs.end(Ended { result: result.clone(), printed: test.printed.clone() });
        }
    }
    record.diagnoses.iter().for_each(|diagnosis| specs.diagnose(diagnosis));
    record.trials.iter().for_each(|trial| specs.tried(trial));
    specs.rest()
}

/// The spec's part of `spec::property`.
pub(super) fn spec_of(test: &str) -> &str {
    test.rsplit_once("::").map_or(test, |(spec, _)| spec)
}

/// The property's part.
pub(super) fn property_of(test: &str) -> &str {
    test.rsplit_once("::").map_or(test, |(_, property)| property)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    fn ended(result: TestResult) -> Ended {
        Ended { result, printed: None }
    }

    fn selected(results: &[TestResult]) -> Vec<SelectedTest> {
        let select = |result: &TestResult| SelectedTest {
            test: result.test.clone(),
            package: None,
            file: result.file.clone(),
        };
        results.iter().map(select).collect()
    }

    fn complete(specs: &mut Specs) -> Vec<String> {
        specs.complete().into_iter().map(|gathered| gathered.spec).collect()
    }

    #[test]
    fn a_healthy_spec_is_complete_with_its_last_test_case() {
        let mut specs = Specs::default();
        specs.select(&selected(&[examples::passed(), examples::skipped()]));
        specs.end(ended(examples::passed()));
        assert_eq!(complete(&mut specs), [""; 0]);
        specs.end(ended(examples::skipped()));
        assert_eq!(complete(&mut specs), ["digits"]);
        specs.close("digits", "specs/digits.yaml");
        assert_eq!(complete(&mut specs), [""; 0], "it has been told");
        assert!(specs.rest().is_empty());
    }

    #[test]
    fn an_accused_spec_waits_for_its_end_since_mends_may_follow_its_causes() {
        let mut specs = Specs::default();
        specs.select(&selected(&[examples::failed()]));
        specs.end(ended(examples::failed()));
        assert_eq!(complete(&mut specs), [""; 0]);
        specs.diagnose(&examples::diagnosis());
        assert_eq!(complete(&mut specs), [""; 0]);
        specs.tried(&examples::trial());
        specs.close("digits", "specs/digits.yaml");
        let gathered = specs.complete();
        assert_eq!((gathered.len(), gathered[0].trials.len()), (1, 1));
    }

    #[test]
    fn what_is_cut_off_stays_for_the_end_of_the_run_if_something_is_known_of_it() {
        let mut specs = Specs::default();
        specs.select(&selected(&[examples::passed(), examples::skipped(), examples::spec_error()]));
        let printed = Some("printed".to_owned());
        specs.end(Ended { printed, ..ended(examples::passed()) });
        assert_eq!(complete(&mut specs), [""; 0]);
        let rest = specs.rest();
        assert_eq!((rest.len(), rest[0].selected, rest[0].ends.len()), (1, 2, 1));
        assert_eq!(rest[0].ends[0].printed.as_deref(), Some("printed"));
    }

    #[test]
    fn specs_of_the_same_name_in_two_files_are_two() {
        let mut specs = Specs::default();
        let other = TestResult { file: "b.yaml".to_owned(), ..examples::passed() };
        specs.end(ended(examples::passed()));
        specs.end(ended(other));
        assert_eq!(specs.rest().len(), 2);
    }
}
