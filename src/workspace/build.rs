//! Has cargo build test targets, and says where they are and how cargo would run them.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Artifact, BuildScript, Message, TargetKind};

/// What is to be built, in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// As on the command line, if it was named there.
    pub manifest: Option<PathBuf>,
    /// Flags that are cargo's own, as they are.
    pub flags: Vec<OsString>,
    /// Ids of packages, each with the name of one of its test targets.
    pub targets: Vec<(String, String)>,
}

/// A test target that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltTarget {
    /// The package's id.
    pub package: String,
    pub name: String,
    pub executable: PathBuf,
    /// What cargo sets for its tests that depends on the build.
    pub variables: Vec<(String, OsString)>,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("cannot start cargo: {0}")]
    NoCargo(#[source] io::Error),
    #[error("cargo's messages cannot be read: {0}")]
    Messages(#[source] io::Error),
    /// cargo has said why.
    #[error("the test targets that register the models cannot be built")]
    Failed,
    #[error("cargo built no test target `{name}`")]
    NotBuilt { name: String },
}

/// The variable in which the system looks for libraries.
const LIBRARY_PATH: &str = if cfg!(windows) {
    "PATH"
} else if cfg!(target_vendor = "apple") {
    "DYLD_FALLBACK_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

/// Builds test targets with `cargo test --no-run`. Progress and errors of the compiler go to
/// standard error, as cargo shows them.
///
/// # Errors
///
/// When cargo cannot be started, or does not build them all.
pub fn build(build: &Build) -> Result<Vec<BuiltTarget>, BuildError> {
    let mut command = build.command();
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(BuildError::NoCargo)?;
    let stdout = child.stdout.take();
    let messages = stdout.map_or_else(|| Ok(Messages::default()), Messages::read);
    let success = child.wait().map_err(BuildError::Messages)?.success();
    let messages = messages.map_err(BuildError::Messages)?;
    if !success {
        return Err(BuildError::Failed);
    }
    let libraries = env::var_os(LIBRARY_PATH);
    let built = build.targets.iter().map(|(package, name)| {
        let target = messages.target(package, name, libraries.as_ref());
        target.ok_or_else(|| BuildError::NotBuilt { name: name.clone() })
    });
    built.collect()
}

impl Build {
    fn command(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]);
        if let Some(manifest) = &self.manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        let (mut packages, mut names): (Vec<_>, Vec<_>) = self.targets.iter().cloned().unzip();
        for list in [&mut packages, &mut names] {
            list.sort();
            list.dedup();
        }
        for package in packages {
            command.args(["--package", &package]);
        }
        for name in names {
            command.args(["--test", &name]);
        }
        command.args(&self.flags);
        command
    }
}

/// What cargo said, as far as it matters here.
#[derive(Debug, Default)]
struct Messages {
    artifacts: Vec<Artifact>,
    scripts: Vec<BuildScript>,
}

impl Messages {
    fn read(stream: impl Read) -> io::Result<Self> {
        let mut messages = Self::default();
        for message in Message::parse_stream(BufReader::new(stream)) {
            match message? {
                Message::CompilerArtifact(artifact) => messages.artifacts.push(artifact),
                Message::BuildScriptExecuted(script) => messages.scripts.push(script),
                _ => {}
            }
        }
        Ok(messages)
    }

    fn target(
        &self,
        package: &str,
        name: &str,
        libraries: Option<&OsString>,
    ) -> Option<BuiltTarget> {
        let of_package = |artifact: &&Artifact| artifact.package_id.repr == package;
        let artifact = self.artifacts.iter().filter(of_package).find(|artifact| {
            artifact.target.name == name && artifact.target.kind.contains(&TargetKind::Test)
        })?;
        let executable = artifact.executable.as_ref()?.as_std_path().to_owned();
        let mut variables = vec![(LIBRARY_PATH.to_owned(), self.libraries(&executable, libraries))];
        for artifact in self.artifacts.iter().filter(of_package) {
            if let (true, Some(binary)) =
                (artifact.target.kind.contains(&TargetKind::Bin), &artifact.executable)
            {
                let variable = format!("CARGO_BIN_EXE_{}", artifact.target.name);
                variables.push((variable, binary.into()));
            }
        }
        for script in self.scripts.iter().filter(|script| script.package_id.repr == package) {
            variables.push(("OUT_DIR".to_owned(), script.out_dir.clone().into()));
            let set = script.env.iter().map(|(name, value)| (name.clone(), value.into()));
            variables.extend(set);
        }
        Some(BuiltTarget {
            package: package.to_owned(),
            name: name.to_owned(),
            executable,
            variables,
        })
    }

    /// Where cargo lets a test look for libraries: what build scripts built inside the target
    /// folder, the folders of the build, and what was there before.
    fn libraries(&self, executable: &Path, before: Option<&OsString>) -> OsString {
        let deps = executable.parent().unwrap_or(executable);
        let build = deps.parent().unwrap_or(deps);
        let linked = self.scripts.iter().flat_map(|script| &script.linked_paths);
        let linked = linked.map(|path| {
            let path = path.as_str();
            PathBuf::from(path.split_once('=').map_or(path, |(_, path)| path))
        });
        let linked = linked.filter(|path| path.starts_with(build));
        let own = linked.chain([deps.to_owned(), build.to_owned()]);
        let all: Vec<PathBuf> =
            own.chain(before.iter().flat_map(|paths| env::split_paths(paths))).collect();
        // A folder with the separator in its name cannot be told; the others matter more.
        env::join_paths(all).unwrap_or_else(|_| before.cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = concat!(
        r#"{"reason":"build-script-executed","package_id":"path+file:///w/net#0.1.0","#,
        r#""linked_libs":[],"linked_paths":["native=/w/target/debug/build/x/out","/usr/lib"],"#,
        r#""cfgs":[],"env":[["NET_DATA","/d"]],"out_dir":"/w/target/debug/build/net/out"}"#,
        "\n",
        r#"a line of a wrapper"#,
        "\n",
        r#"{"reason":"compiler-artifact","package_id":"path+file:///w/net#0.1.0","#,
        r#""manifest_path":"/w/net/Cargo.toml","target":{"kind":["bin"],"crate_types":["bin"],"#,
        r#""name":"nn","src_path":"/w/net/src/main.rs","edition":"2024","doc":true,"#,
        r#""doctest":false,"test":true},"profile":{"opt_level":"0","debuginfo":2,"#,
        r#""debug_assertions":true,"overflow_checks":true,"test":false},"features":[],"#,
        r#""filenames":["/w/target/debug/nn"],"executable":"/w/target/debug/nn","fresh":true}"#,
        "\n",
        r#"{"reason":"compiler-artifact","package_id":"path+file:///w/net#0.1.0","#,
        r#""manifest_path":"/w/net/Cargo.toml","target":{"kind":["test"],"crate_types":["bin"],"#,
        r#""name":"nn","src_path":"/w/net/tests/nn.rs","edition":"2024","doc":false,"#,
        r#""doctest":false,"test":true},"profile":{"opt_level":"0","debuginfo":2,"#,
        r#""debug_assertions":true,"overflow_checks":true,"test":true},"features":[],"#,
        r#""filenames":["/w/target/debug/deps/nn-1"],"executable":"/w/target/debug/deps/nn-1","#,
        r#""fresh":true}"#,
        "\n",
        r#"{"reason":"build-finished","success":true}"#,
        "\n",
    );

    #[test]
    #[cfg(target_os = "linux")]
    fn a_built_target_is_found_with_what_cargo_sets_for_it() {
        let messages = Messages::read(MESSAGES.as_bytes()).unwrap();
        let before = OsString::from("/toolchain/lib");
        let target = messages.target("path+file:///w/net#0.1.0", "nn", Some(&before)).unwrap();
        assert_eq!(target.executable, Path::new("/w/target/debug/deps/nn-1"));
        let variables: Vec<(&str, &str)> = target
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            variables,
            [
                (
                    "LD_LIBRARY_PATH",
                    "/w/target/debug/build/x/out:/w/target/debug/deps:/w/target/debug:/toolchain/lib"
                ),
                ("CARGO_BIN_EXE_nn", "/w/target/debug/nn"),
                ("OUT_DIR", "/w/target/debug/build/net/out"),
                ("NET_DATA", "/d"),
            ]
        );
        assert_eq!(messages.target("path+file:///w/net#0.1.0", "other", None), None);
        assert_eq!(messages.target("path+file:///w/other#0.1.0", "nn", None), None);
    }

    #[test]
    fn packages_and_targets_are_named_once_and_cargos_flags_come_last() {
        let targets = [("a", "nn"), ("b", "nn"), ("a", "vision")];
        let build = Build {
            manifest: Some("x/Cargo.toml".into()),
            flags: vec!["--release".into()],
            targets: targets.map(|(package, name)| (package.into(), name.into())).into(),
        };
        let command = build.command();
        let arguments: Vec<_> =
            command.get_args().map(|argument| argument.to_str().unwrap()).collect();
        assert_eq!(
            arguments.join(" "),
            "test --no-run --message-format json-render-diagnostics --manifest-path x/Cargo.toml \
             --package a --package b --test nn --test vision --release"
        );
    }
}
