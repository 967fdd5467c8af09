//! From the chosen test cases to the work of the supervisor.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cases::{ChosenSpec, Group};
use super::models::Registry;
use super::options::ExecutionOptions;
use crate::protocol::{Assignment, SetUp};
use crate::report::event::{Status, TestResult};
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
            let known = |test: &String| spec.foregone.iter().any(|result| result.test == *test);
            spec.tests.retain(|test| !known(test));
            work.foregone.append(&mut spec.foregone);
            if spec.tests.is_empty() {
                continue;
            }
            let program = match &spec.model {
                None => Ok(place.own.clone()),
                Some(model) => registry.worker(group.member.as_ref(), &spec, model),
            };
            match program {
                Ok(program) => {
                    let role = Role { program, set_up: set_up.clone() }.index_in(&mut work.roles);
                    work.jobs.push(job(spec, &group.package_root, role));
                }
                Err(reason) => work.foregone.push(without_model(&spec, reason)),
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
    let assignment = Assignment {
        package_root: package_root.to_owned(),
        path: spec.path,
        file: spec.file,
        specs_dir: spec.specs_dir,
        tests: spec.tests,
    };
    Job { role, assignment, timeout, whole: spec.whole }
}

/// The one result of a spec whose model nobody registers, named as that of a broken spec.
fn without_model(spec: &ChosenSpec, reason: String) -> TestResult {
    let name = spec.tests[0].split("::").next().unwrap_or_default();
    TestResult {
        test: format!("{name}::spec"),
        file: spec.file.display().to_string(),
        line: 0,
        column: 0,
        status: Status::SpecError,
        verdict: None,
        details: Some(reason),
        seconds: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::device::DeviceChoice;

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
        assert_eq!((work.tests(), work.specs()), (2, 2));
    }

    #[test]
    fn a_spec_whose_model_nobody_registers_is_one_failing_result() {
        let tests = vec!["b::learns".to_owned(), "b::shapes".to_owned()];
        let lost = ChosenSpec { model: Some("cnn".into()), tests, ..spec("b", Vec::new()) };
        let work = work_of(vec![group(None, vec![lost])], "");
        assert_eq!(work.jobs, []);
        let [result] = work.foregone.as_slice() else { panic!("{work:?}") };
        assert_eq!((result.test.as_str(), result.status), ("b::spec", Status::SpecError));
        assert!(result.details.as_ref().unwrap().contains("specs/b.yaml"), "{result:?}");
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
