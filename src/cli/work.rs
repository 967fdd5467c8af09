//! From the chosen test cases to the work of the supervisor.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cases::{ChosenSpec, Group};
use super::models::Registry;
use super::options::ExecutionOptions;
use crate::harness::TestCase;
use crate::protocol::{Assignment, SetUp};
use crate::runner::{Job, Program, Role, Timeout, Work};

/// Where the work is done.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// This program, as the worker of declared models.
    pub(super) own: Program,
    /// The current folder.
    pub(super) called_from: PathBuf,
}

impl Place {
    pub(super) fn new(own: PathBuf, called_from: PathBuf) -> Self {
        let own = Program { path: own, arguments: vec!["worker".into()], ..Program::default() };
        Self { own, called_from }
    }
}

/// Gives each spec to the kind of worker that can run it. What needs no run is a result already:
/// broken specs, and those whose model nobody registers.
pub(super) fn work(
    groups: Vec<Group>,
    registry: &Registry,
    execution: &ExecutionOptions,
    place: &Place,
) -> Work {
    let mut work = Work::default();
    for group in groups {
        let device = execution.device.map(Into::into).or(group.device).unwrap_or_default();
        let called_from = place.called_from.clone();
        let set_up = SetUp { device, seed: execution.seed, called_from };
        for mut spec in group.specs {
            let known = |test: &str| spec.foregone.iter().any(|result| result.test == test);
            spec.tests.retain(|test| !known(test));
            work.foregone.append(&mut spec.foregone);
            if spec.tests.is_empty() {
                continue;
            }
            let program = match spec.rust.as_ref().and_then(TestCase::rust_model) {
                None => Ok(place.own.clone()),
                Some(model) => registry.worker(group.member.as_ref(), model),
            };
            match program {
                Ok(program) => {
                    let role = Role { program, set_up: set_up.clone() }.index_in(&mut work.roles);
                    work.jobs.push(job(spec, &group.package_root, role));
                }
                Err(registered) => {
                    let unregistered = spec.rust.and_then(|case| case.unregistered(&registered));
                    work.foregone.extend(unregistered);
                }
            }
        }
    }
    work
}

fn job(spec: ChosenSpec, package_root: &Path, role: usize) -> Job {
    let timeout = spec.timeout.map(|seconds| Timeout {
        duration: Duration::from_secs(seconds),
        source: "`timeout` in the spec".to_owned(),
    });
    let places = spec.tests.iter().cloned().zip(spec.places).collect();
    let assignment = Assignment {
        package_root: package_root.to_owned(),
        path: spec.path,
        file: spec.file,
        specs_dir: spec.specs_dir,
        tests: spec.tests,
    };
    Job { role, assignment, places, timeout, whole: spec.whole }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::device::DeviceChoice;
    use crate::harness::collect;
    use crate::report::event::{Status, TestResult};

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        execution: ExecutionOptions,
    }

    fn execution(line: &str) -> ExecutionOptions {
        Line::parse_from(["x"].into_iter().chain(line.split_whitespace())).execution
    }

    fn spec_error(test: &str) -> TestResult {
        TestResult {
            test: test.to_owned(),
            file: "specs/a.yaml".to_owned(),
            line: 0,
            column: 0,
            status: Status::SpecError,
            verdict: None,
            details: None,
            seconds: 0.0,
        }
    }

    fn spec(name: &str, foregone: Vec<TestResult>) -> ChosenSpec {
        ChosenSpec {
            file: format!("specs/{name}.yaml").into(),
            path: format!("/p/specs/{name}.yaml").into(),
            specs_dir: "/p/specs".into(),
            tests: match foregone.is_empty() {
                true => vec![format!("{name}::learns")],
                false => vec![format!("{name}::spec")],
            },
            places: vec![(7, 10)],
            foregone,
            whole: true,
            ..ChosenSpec::default()
        }
    }

    fn group(device: Option<DeviceChoice>, specs: Vec<ChosenSpec>) -> Group {
        let (package, package_root) = ("p".to_owned(), "/p".into());
        Group { package, package_root, device, member: None, specs }
    }

    fn work_of(groups: Vec<Group>, line: &str) -> Work {
        let place = Place::new("/bin/nn".into(), "/p".into());
        work(groups, &Registry::default(), &execution(line), &place)
    }

    #[test]
    fn a_broken_spec_needs_no_worker() {
        let broken = spec("a", vec![spec_error("a::spec")]);
        let work = work_of(vec![group(None, vec![broken, spec("b", Vec::new())])], "");
        assert_eq!(work.foregone, [spec_error("a::spec")]);
        let files: Vec<_> = work.jobs.iter().map(|job| job.assignment.file.clone()).collect();
        assert_eq!(files, [PathBuf::from("specs/b.yaml")]);
        assert_eq!(work.jobs[0].places["b::learns"], (7, 10));
        assert_eq!((work.tests(), work.specs()), (2, 2));
    }

    #[test]
    fn a_spec_whose_model_nobody_registers_is_one_failing_result_that_points_to_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("b.yaml");
        let text = "version: 1\nname: b\ntask: classification\ndata: {moons: {examples: 32}}\n\
                    model: {rust: cnn}\nexpect: [shapes, learns]\n";
        std::fs::write(&file, text).unwrap();
        let cases = collect(&[file]);
        let tests = cases.iter().map(|case| case.name.clone()).collect();
        let lost = ChosenSpec { rust: Some(cases[0].clone()), tests, ..spec("b", Vec::new()) };
        let work = work_of(vec![group(None, vec![lost])], "");
        assert_eq!(work.jobs, []);
        let [result] = work.foregone.as_slice() else { panic!("{work:?}") };
        assert_eq!((result.test.as_str(), result.status), ("b::spec", Status::SpecError));
        assert_eq!((result.line, result.column), (5, 15));
        let details = result.details.as_ref().unwrap();
        assert!(details.contains("no Rust model is registered as `cnn`"), "{details}");
        assert!(details.contains("b.yaml:5:15"), "{details}");
    }

    #[test]
    fn packages_share_workers_where_device_and_program_are_the_same() {
        let groups = [None, Some(DeviceChoice::Auto), Some(DeviceChoice::Cpu)];
        let groups = groups.map(|device| group(device, vec![spec("b", Vec::new())]));
        let work = work_of(groups.into(), "");
        let roles: Vec<usize> = work.jobs.iter().map(|job| job.role).collect();
        assert_eq!(roles, [0, 0, 1]);
        assert_eq!(work.roles[0].program.path, PathBuf::from("/bin/nn"));
    }

    #[test]
    fn the_command_line_wins_over_the_packages_device() {
        let device = |line, package| {
            let work = work_of(vec![group(package, vec![spec("b", Vec::new())])], line);
            work.roles[0].set_up.device
        };
        assert_eq!(device("--device wgpu", Some(DeviceChoice::Cpu)), DeviceChoice::Wgpu);
        assert_eq!(device("--seed 3", Some(DeviceChoice::Cpu)), DeviceChoice::Cpu);
        assert_eq!(device("--seed 3", None), DeviceChoice::Auto);
    }

    #[test]
    fn the_specs_own_timeout_is_named_as_such() {
        let own = ChosenSpec { timeout: Some(7), ..spec("b", Vec::new()) };
        let work = work_of(vec![group(None, vec![own])], "");
        let timeout = work.jobs[0].timeout.clone().unwrap();
        assert_eq!(timeout.duration, Duration::from_secs(7));
        assert_eq!(timeout.source, "`timeout` in the spec");
    }
}
