//! From the chosen test cases to the work of the supervisor.

use std::env;
use std::path::{Path, PathBuf};

use clap::ColorChoice;

use super::Error;
use super::build::BuildOptions;
use super::cases::{Choice, ChosenSpec, Group, choose};
use super::limits::timeout;
use super::models::Registry;
use super::options::{NoTests, SelectionOptions};
use super::settings::{self, resolver};
use crate::config::{CommandLine, Key, Resolver, Settings};
use crate::harness::TestCase;
use crate::protocol::{Assignment, SetUp};
use crate::report::event::TestResult;
use crate::runner::{Job, Program, Role, Timeout, Work};

/// What a command works on that trains: specs, and how they run.
pub(super) struct Chosen {
    pub(super) choice: Choice,
    pub(super) resolver: Resolver,
    /// Of the workspace.
    pub(super) settings: Settings,
}

impl Chosen {
    /// Reads configuration and specs, and takes those that the command line and the default filter choose.
    pub(super) fn of(selection: &SelectionOptions, line: CommandLine) -> Result<Self, Error> {
        let choice = choose(selection)?;
        let resolver = resolver(choice.config.clone(), line)?;
        let settings = resolver.settings(None);
        let choice = choice.filtered(&settings::default_filter(&settings)?);
        choice.unless_empty(NoTests::Fail)?;
        Ok(Self { choice, resolver, settings })
    }

    /// Builds the test targets of the models in Rust, and asks for their names.
    pub(super) fn registry(
        &self,
        selection: &SelectionOptions,
        build: &BuildOptions,
        color: Option<ColorChoice>,
    ) -> Result<Registry, Error> {
        let manifest = selection.manifest.manifest_path.clone();
        let flags = build.flags(&self.settings, color);
        Ok(Registry::of(&self.choice.groups, manifest, flags)?)
    }
}

/// Where the work is done.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// This program, as the worker of declared models.
    pub(super) own: Program,
    /// The current folder.
    pub(super) called_from: PathBuf,
}

impl Place {
    /// This process's program and folder.
    pub(super) fn here() -> Result<Self, Error> {
        Ok(Self::new(env::current_exe().map_err(Error::OwnProgram)?, env::current_dir()?))
    }

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
    resolver: &Resolver,
    seed: Option<u64>,
    place: &Place,
) -> Work {
    let mut work = Work::default();
    for group in groups {
        let settings = resolver.settings(Some(&group.package));
        let called_from = place.called_from.clone();
        let severities = settings.severities();
        let try_mends = settings.flag(Key::TryMends);
        let set_up = SetUp { device: settings.device(), seed, severities, try_mends, called_from };
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
                    let timeout = timeout(&settings, spec.timeout);
                    work.jobs.push(job(spec, &group.package_root, role, timeout));
                }
                Err(registered) => {
                    work.foregone.extend(unregistered(&spec, &registered));
                }
            }
        }
    }
    work
}

/// The results of a spec whose model is not among the `registered` ones: it is told once, and the
/// other test cases point there.
fn unregistered(spec: &ChosenSpec, registered: &[&str]) -> Vec<TestResult> {
    let Some(result) = spec.rust.as_ref().and_then(|case| case.unregistered(registered)) else {
        return Vec::new();
    };
    let results = spec.tests.iter().enumerate().map(|(index, test)| match index {
        0 => TestResult { test: test.clone(), ..result.clone() },
        _ => {
            let details = Some(format!("the spec has errors, shown at {}", spec.tests[0]));
            TestResult { test: test.clone(), details, ..result.clone() }
        }
    });
    results.collect()
}

fn job(spec: ChosenSpec, package_root: &Path, role: usize, timeout: Option<Timeout>) -> Job {
    let assignment = Assignment {
        package_root: package_root.to_owned(),
        path: spec.path,
        file: spec.file,
        specs_dir: spec.specs_dir,
        tests: spec.tests,
        mutation: None,
        pictures: None,
    };
    Job { role, spec: spec.name, assignment, places: spec.places, timeout, whole: spec.whole }
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::resolved;
    use super::*;
    use crate::config::{CommandLine, Config, Environment, Key, Manifest, Value};
    use crate::device::DeviceChoice;
    use crate::harness::collect;
    use crate::report::event::Status;

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
            places: [(format!("{name}::learns"), (7, 10))].into(),
            foregone,
            whole: true,
            ..ChosenSpec::default()
        }
    }

    fn group(specs: Vec<ChosenSpec>) -> Group {
        let (package, package_root) = ("p".to_owned(), "/p".into());
        Group { package, package_root, member: None, specs }
    }

    fn work_of(groups: Vec<Group>) -> Work {
        work_by(groups, &resolved(CommandLine::default()))
    }

    fn work_by(groups: Vec<Group>, resolver: &Resolver) -> Work {
        let place = Place::new("/bin/nn".into(), "/p".into());
        work(groups, &Registry::default(), resolver, None, &place)
    }

    #[test]
    fn a_broken_spec_needs_no_worker() {
        let broken = spec("a", vec![spec_error("a::spec")]);
        let work = work_of(vec![group(vec![broken, spec("b", Vec::new())])]);
        assert_eq!(work.foregone, [spec_error("a::spec")]);
        let files: Vec<_> = work.jobs.iter().map(|job| job.assignment.file.clone()).collect();
        assert_eq!(files, [PathBuf::from("specs/b.yaml")]);
        assert_eq!(work.jobs[0].places["b::learns"], (7, 10));
        assert_eq!((work.tests(), work.specs()), (2, 2));
    }

    #[test]
    fn a_spec_whose_model_nobody_registers_fails_and_points_to_the_name_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("b.yaml");
        let text = "version: 1\nname: b\ntask: classification\ndata: {moons: {examples: 32}}\n\
                    model: {rust: cnn}\nexpect: [shapes, learns]\n";
        std::fs::write(&file, text).unwrap();
        let cases = collect(&[file]);
        let tests = cases.iter().map(|case| case.name.clone()).collect();
        let lost = ChosenSpec { rust: Some(cases[0].clone()), tests, ..spec("b", Vec::new()) };
        let work = work_of(vec![group(vec![lost])]);
        assert_eq!(work.jobs, []);
        let [result, other] = work.foregone.as_slice() else { panic!("{work:?}") };
        assert_eq!((result.test.as_str(), result.status), ("b::shapes", Status::SpecError));
        assert_eq!((other.test.as_str(), other.status), ("b::learns", Status::SpecError));
        let reference = "the spec has errors, shown at b::shapes";
        assert_eq!(other.details.as_deref(), Some(reference));
        assert_eq!((result.line, result.column), (5, 15));
        let details = result.details.as_ref().unwrap();
        assert!(details.contains("no Rust model is registered as `cnn`"), "{details}");
        assert!(details.contains("b.yaml:5:15"), "{details}");
    }

    #[test]
    fn packages_share_workers_where_device_and_program_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.toml");
        std::fs::write(&path, "[package.metadata.nn-test]\ndevice = \"cpu\"\n").unwrap();
        let manifest = Manifest { path, package: Some("own".to_owned()), tables: true };
        let config = Config::load(folder.path(), &[manifest], folder.path()).unwrap();
        let groups = || {
            let named = |name: &str| Group {
                package: name.to_owned(),
                ..group(vec![spec("b", Vec::new())])
            };
            ["p", "q", "own"].map(named).into()
        };
        let resolver = |line| Resolver::new(config.clone(), line, Environment::default()).unwrap();
        let work = work_by(groups(), &resolver(CommandLine::default()));
        let roles: Vec<usize> = work.jobs.iter().map(|job| job.role).collect();
        assert_eq!(roles, [0, 0, 1]);
        assert_eq!(work.roles[0].program.path, PathBuf::from("/bin/nn"));
        let devices: Vec<_> = work.roles.iter().map(|role| role.set_up.device).collect();
        assert_eq!(devices, [DeviceChoice::Auto, DeviceChoice::Cpu]);

        let wgpu = Some(Value::Text("wgpu".to_owned()));
        let work = work_by(groups(), &resolver(CommandLine::default().with(Key::Device, wgpu)));
        let devices: Vec<_> = work.roles.iter().map(|role| role.set_up.device).collect();
        assert_eq!(devices, [DeviceChoice::Wgpu]);
    }

    #[test]
    fn the_specs_own_timeout_is_named_as_such() {
        let own = ChosenSpec { timeout: Some(7), ..spec("b", Vec::new()) };
        let work = work_of(vec![group(vec![own])]);
        let timeout = work.jobs[0].timeout.clone().unwrap();
        assert_eq!(timeout.duration.as_secs(), 7);
        assert_eq!(timeout.source, "`timeout` in the spec");
    }
}
