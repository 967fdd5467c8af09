//! The Rust models that the chosen specs use: which test target registers which.
//!
//! Test targets are built and asked only when a spec needs them; declared models need no build.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::cases::Group;
use crate::protocol::{self, MODELS_ARGUMENT, Message, Models, WORKER_ARGUMENT};
use crate::runner::Program;
use crate::workspace::{Build, BuildError, BuiltTarget, Package, build};

/// How long a test target may take to say what it registers. It only has to start.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(1);

#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(
        "the test target `{target}` of package `{package}` does not say which models it registers: \
         {reason}"
    )]
    NoAnswer { package: String, target: String, reason: String },
    #[error(
        "two test targets of package `{package}` register the model `{model}`: `{first}` and \
         `{second}`"
    )]
    RegisteredTwice { package: String, model: String, first: String, second: String },
}

/// The test targets of the packages that need them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Registry {
    targets: Vec<Registered>,
}

/// A test target and what it registers.
#[derive(Debug, Clone, PartialEq)]
struct Registered {
    /// The package's id.
    package: String,
    name: String,
    program: Program,
    models: Vec<String>,
}

impl Registry {
    /// Builds and asks the test targets of all packages that have specs of Rust models; nothing is
    /// done where there are none.
    ///
    /// # Errors
    ///
    /// When they cannot be built or asked, or disagree.
    pub(super) fn of(
        groups: &[Group],
        manifest: Option<PathBuf>,
        flags: Vec<OsString>,
    ) -> Result<Self, ModelsError> {
        let uses_models = |group: &&Group| group.specs.iter().any(|spec| spec.rust.is_some());
        let packages = groups.iter().filter(uses_models).filter_map(|group| group.member.as_ref());
        let packages: Vec<&Package> = packages.collect();
        let targets = packages.iter().flat_map(|package| {
            let targets = package.model_targets();
            targets.map(|target| (package.id.clone(), target.name.clone()))
        });
        let targets: Vec<(String, String)> = targets.collect();
        if targets.is_empty() {
            return Ok(Self::default());
        }
        let built = build(&Build { manifest, flags, targets })?;
        let targets = built.into_iter().map(|built| {
            let package = packages.iter().find(|package| package.id == built.package);
            ask(package.expect("cargo was asked for targets of these packages"), built)
        });
        let registry = Self { targets: targets.collect::<Result<_, _>>()? };
        packages.iter().try_for_each(|package| registry.check(package))?;
        Ok(registry)
    }

    /// A name means one model.
    fn check(&self, package: &Package) -> Result<(), ModelsError> {
        let mut owners: Vec<(&str, &str)> = Vec::new();
        for target in self.of_package(package) {
            for model in &target.models {
                if let Some((_, first)) = owners.iter().find(|(known, _)| known == model) {
                    return Err(ModelsError::RegisteredTwice {
                        package: package.name.clone(),
                        model: model.clone(),
                        first: (*first).to_owned(),
                        second: target.name.clone(),
                    });
                }
                owners.push((model, &target.name));
            }
        }
        Ok(())
    }

    fn of_package(&self, package: &Package) -> impl Iterator<Item = &Registered> {
        self.targets.iter().filter(|target| target.package == package.id)
    }

    /// The worker that can run specs of a package's model.
    ///
    /// # Errors
    ///
    /// When none of the package's test targets registers the model: the models that they do. Specs
    /// that lie in no package have no models.
    pub(super) fn worker(
        &self,
        member: Option<&Package>,
        model: &str,
    ) -> Result<Program, Vec<&str>> {
        let targets = || member.into_iter().flat_map(|package| self.of_package(package));
        let holder = targets().find(|target| target.models.iter().any(|known| known == model));
        let known = || targets().flat_map(|target| &target.models).map(String::as_str).collect();
        holder.map(|target| target.program.clone()).ok_or_else(known)
    }
}

/// Asks a test target what it registers.
fn ask(package: &Package, built: BuiltTarget) -> Result<Registered, ModelsError> {
    let variables = package.variables.iter().map(|(name, value)| (name.clone(), value.into()));
    let program = Program {
        path: built.executable,
        arguments: Vec::new(),
        folder: Some(package.root.clone()),
        variables: variables.chain(built.variables).collect(),
    };
    let with = |argument: &str| Program { arguments: vec![argument.into()], ..program.clone() };
    let answer = answer(&with(MODELS_ARGUMENT), PATIENCE).and_then(same_protocol);
    match answer {
        Ok(models) => Ok(Registered {
            package: package.id.clone(),
            name: built.name,
            program: with(WORKER_ARGUMENT),
            models: models.names,
        }),
        Err(reason) => {
            Err(ModelsError::NoAnswer { package: package.name.clone(), target: built.name, reason })
        }
    }
}

/// The message that a program prints about its models, or why there is none.
fn answer(program: &Program, patience: Duration) -> Result<Models, String> {
    let mut command = program.command();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("it cannot be started ({error})"))?;
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || stdout.and_then(find_models));
    let deadline = Instant::now() + patience;
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            Ok(None) | Err(_) => break None,
        }
    };
    if ended.is_none() {
        // An error means that it has ended just now.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("no answer within {} s", patience.as_secs()));
    }
    match reader.join() {
        Ok(Some(models)) => Ok(models),
        _ => Err("its `main` is not that of `nn_test::main!`, or of an old release".to_owned()),
    }
}

fn find_models(stream: impl Read) -> Option<Models> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.find_map(|line| match protocol::decode(&line).message {
        Some(Message::Models(models)) => Some(models),
        _ => None,
    })
}

fn same_protocol(models: Models) -> Result<Models, String> {
    match models.protocol == protocol::VERSION {
        true => Ok(models),
        false => Err(format!(
            "it is built with nn-test {}, and this is `cargo nn-test` {}: use the same release",
            models.release,
            env!("CARGO_PKG_VERSION")
        )),
    }
}

#[cfg(test)]
#[path = "models_tests.rs"]
mod tests;
