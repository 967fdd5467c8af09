//! A worker: the test cases that a supervisor assigned to this process, run in order.

use std::path::PathBuf;

use super::equipment::Equipment;
use super::judge::Prepare;
use super::session::Session;
use super::{TestCase, collect};
use crate::device::{AdapterRequired, DeviceChoice};
use crate::panics;
use crate::registry::Registry;
use crate::report::event::{Event, Sink, Status, TestResult};
use crate::snapshot::Store;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    pub device: DeviceChoice,
    /// Overrides the seed of every spec; snapshots are then not compared.
    pub seed: Option<u64>,
    /// Root of the package that the specs belong to.
    pub package_root: PathBuf,
}

/// The test cases of one spec file that a worker runs.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// As shown to the user.
    pub file: PathBuf,
    /// The folder whose `snapshots` folder holds the spec's snapshots; absolute, or relative to the
    /// package.
    pub specs_dir: PathBuf,
    /// Full names (`spec::property`).
    pub tests: Vec<String>,
}

/// Runs the assigned test cases on this thread, one after the other, and reports each to `sink`. It
/// emits no event of the run as a whole: that is the supervisor's.
///
/// # Errors
///
/// When a wgpu adapter is required and there is none.
pub fn worker(
    options: &WorkerOptions,
    assignments: &[Assignment],
    sink: &mut dyn Sink,
) -> Result<(), AdapterRequired> {
    panics::keep_those_of_other_threads();
    let files: Vec<PathBuf> = assignments.iter().map(|work| work.file.clone()).collect();
    let equipment = Box::new(Equipment::new(options.device, Registry::new()));
    work(options, assignments, collect(&files), equipment, sink)
}

fn work(
    options: &WorkerOptions,
    assignments: &[Assignment],
    cases: Vec<TestCase>,
    prepare: Box<dyn Prepare>,
    sink: &mut dyn Sink,
) -> Result<(), AdapterRequired> {
    let mut session = Session::new(prepare, options.seed);
    for assignment in assignments {
        let store = Store::new(&options.package_root, &assignment.specs_dir);
        for name in &assignment.tests {
            let same = |case: &&TestCase| case.name == *name && case.file == assignment.file;
            match cases.iter().find(same) {
                Some(case) => {
                    session.run(case, &store, sink)?;
                }
                None => {
                    sink.emit(&Event::TestStarted { test: name.clone() });
                    sink.emit(&Event::TestFinished(gone(name, assignment)));
                }
            }
        }
    }
    Ok(())
}

/// The file was listed with this case and no longer has it.
fn gone(name: &str, assignment: &Assignment) -> TestResult {
    let file = assignment.file.display().to_string();
    TestResult {
        test: name.to_owned(),
        line: 0,
        column: 0,
        status: Status::Crashed,
        verdict: None,
        details: Some(format!("{file} changed during the run: it has no test case {name} now")),
        seconds: 0.0,
        file,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::harness::fixtures::{
        ALWAYS, FakeLaboratory, NEVER, Recorder, expectation, judged, spec,
    };
    use crate::property::Verdict;

    fn assignment(file: &str, tests: &[&str]) -> Assignment {
        let tests = tests.iter().map(|test| (*test).to_owned()).collect();
        Assignment { file: file.into(), specs_dir: "specs".into(), tests }
    }

    #[test]
    fn the_assigned_cases_run_in_their_order_and_no_others() {
        let expectations = vec![expectation(&ALWAYS), expectation(&NEVER)];
        let cases = ["a", "b"].map(|name| {
            let spec = Arc::new(spec(name, expectations.clone()));
            TestCase::of_spec(&spec, Path::new(&format!("{name}.yaml")))
        });
        let options = WorkerOptions {
            device: DeviceChoice::Cpu,
            seed: None,
            package_root: "/nonexistent".into(),
        };
        let assignments =
            [assignment("b.yaml", &["b::never"]), assignment("a.yaml", &["a::always", "a::gone"])];
        let laboratory = FakeLaboratory::new(|_| Ok(judged(Verdict::not_applicable("-"))));
        let mut sink = Recorder::default();
        work(&options, &assignments, cases.concat(), Box::new(laboratory), &mut sink).unwrap();

        let ends = sink.events.iter().filter_map(|event| match event {
            Event::TestFinished(result) => Some((result.test.as_str(), result.status)),
            _ => None,
        });
        let ends: Vec<_> = ends.collect();
        assert_eq!(
            ends,
            [
                ("b::never", Status::Skipped),
                ("a::always", Status::Skipped),
                ("a::gone", Status::Crashed)
            ]
        );
    }
}
