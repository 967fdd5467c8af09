//! `cargo nn-test doctor`: what nn-test finds on this machine and in this workspace.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Args;

use super::Error;
use super::options::ColorOption;
use super::paths::relative;
use super::settings::resolver;
use super::worker::Smoke;
use crate::config::{CommandLine, Config, Environment};
use crate::report::{Mark, counted, heading, marked};
use crate::runner::Ending;
use crate::suggestion::did_you_mean;
use crate::workspace::{Package, Workspace, spec_files};

/// Options of `doctor`.
#[derive(Debug, Clone, Args)]
pub(super) struct DoctorOptions {
    #[command(flatten)]
    manifest: clap_cargo::Manifest,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl DoctorOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let mut healthy = true;
        let sections: [(&str, Examination); 4] = [
            ("Toolchain", |_| toolchain()),
            ("Workspace", |options| workspace(options.manifest.manifest_path.as_deref())),
            ("Device", |_| devices()),
            ("Snapshots", |_| snapshot_environment(|name| env::var(name).ok(), env::vars())),
        ];
        for (title, examine) in sections {
            // A section may take its time: its title is there first.
            writeln!(output, "{}", heading(title))?;
            for finding in examine(&self) {
                healthy &= finding.mark != Mark::Bad;
                writeln!(output, "{}", finding.line())?;
            }
        }
        if healthy { Ok(()) } else { Err(Error::Unhealthy) }
    }
}

type Examination = fn(&DoctorOptions) -> Vec<Finding>;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    mark: Mark,
    text: String,
}

impl Finding {
    fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }

    fn line(&self) -> String {
        let word = match self.mark {
            Mark::Good => "ok",
            Mark::Doubtful => "note",
            Mark::Bad => "problem",
            Mark::Hint => "info",
        };
        marked(self.mark, word, &self.text)
    }
}

fn toolchain() -> Vec<Finding> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let run = |program, arguments: &[&str]| Command::new(program).args(arguments).output();
    vec![
        Finding::new(Mark::Good, concat!("nn-test ", env!("CARGO_PKG_VERSION"))),
        version(run(rustc, &["--version"]), "rustc", Mark::Doubtful),
        version(run(cargo.clone(), &["--version"]), "cargo", Mark::Bad),
        match version(run(cargo, &["insta", "--version"]), "cargo-insta", Mark::Hint) {
            Finding { mark: Mark::Hint, .. } => Finding::new(
                Mark::Hint,
                "cargo-insta is not installed; it reviews snapshots: `cargo install cargo-insta`",
            ),
            found => found,
        },
    ]
}

/// The first line that a program says about its version, or that it is missing.
fn version(output: io::Result<Output>, name: &str, when_missing: Mark) -> Finding {
    let missing = |reason: String| Finding::new(when_missing, format!("{name}: {reason}"));
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            Finding::new(Mark::Good, text.lines().next().unwrap_or_default())
        }
        Ok(output) => missing(format!("it {}", Ending::from(output.status))),
        Err(error) => missing(error.to_string()),
    }
}

fn workspace(manifest: Option<&Path>) -> Vec<Finding> {
    let workspace = match Workspace::discover(manifest) {
        Ok(workspace) => workspace,
        Err(error) => return vec![Finding::new(Mark::Bad, error.to_string())],
    };
    let current = env::current_dir().unwrap_or_default();
    let mut findings: Vec<Finding> =
        workspace.packages.iter().flat_map(|package| package_findings(package, &current)).collect();
    findings.extend(configuration(workspace.config.clone(), env::vars().map(|(name, _)| name)));
    if findings.iter().all(|finding| finding.mark == Mark::Hint) {
        let text = "no specs yet: `cargo nn-test init` writes a first one";
        findings.push(Finding::new(Mark::Doubtful, text));
    }
    findings
}

fn package_findings(package: &Package, current: &Path) -> Vec<Finding> {
    let folder = relative(&package.specs, current);
    let name = &package.name;
    match spec_files(&package.specs) {
        Ok(files) if files.is_empty() => {
            let text = format!("package {name}: no specs in {}", folder.display());
            vec![Finding::new(Mark::Hint, text)]
        }
        Ok(files) => {
            let specs = counted(files.len(), "spec");
            let text = format!("package {name}: {specs} in {}", folder.display());
            let snapshots = folder.join("snapshots");
            vec![Finding::new(Mark::Good, text), writable(&package.specs, &snapshots)]
        }
        Err(error) => {
            let text = format!("package {name}: cannot read {}: {error}", folder.display());
            vec![Finding::new(Mark::Bad, text)]
        }
    }
}

/// The file of nn-test's own, the profile, and variables that nobody reads.
fn configuration(config: Config, variables: impl Iterator<Item = String>) -> Vec<Finding> {
    let text = match &config.file {
        Some(file) => format!("configuration in {}", file.display()),
        None => "no nn-test.toml: the built-in configuration counts".to_owned(),
    };
    let mut findings = vec![Finding::new(Mark::Hint, text)];
    findings.push(match resolver(config, CommandLine::default()) {
        Ok(resolver) => Finding::new(Mark::Hint, format!("profile {}", resolver.profile)),
        Err(error) => Finding::new(Mark::Bad, error.to_string()),
    });
    findings.extend(Environment::unknown(variables).into_iter().map(|(name, meant)| {
        let meant = did_you_mean(meant.as_deref());
        Finding::new(Mark::Doubtful, format!("nobody reads the variable {name}{meant}"))
    }));
    findings
}

/// Whether snapshots can be written, tried with a file that goes away again.
fn writable(specs: &Path, shown: &Path) -> Finding {
    let folder = specs.join("snapshots");
    let folder = if folder.is_dir() { folder } else { specs.to_owned() };
    match try_to_write(&folder) {
        Ok(()) => Finding::new(Mark::Good, format!("snapshots in {}: writable", shown.display())),
        Err(error) => {
            let text = format!("snapshots in {} cannot be written: {error}", shown.display());
            Finding::new(Mark::Bad, text)
        }
    }
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    let path: PathBuf = folder.join(format!(".nn-test-doctor-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(path)
}

/// Both devices, each in a process of its own: a broken driver can take a process down, and a
/// process uses one device only.
fn devices() -> Vec<Finding> {
    let examine = |device: &str| match smoke(device) {
        Ok(smoke) => smoke_findings(device, &smoke),
        Err(reason) => vec![Finding::new(Mark::Bad, format!("{device}: {reason}"))],
    };
    let mut findings = examine("auto");
    findings.extend(examine("cpu"));
    findings
}

fn smoke(device: &str) -> Result<Smoke, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["smoke", "--device", device])
        .output()
        .map_err(|error| error.to_string())?;
    let line = String::from_utf8_lossy(&output.stdout);
    let report = line.lines().find_map(|line| serde_json::from_str(line).ok());
    report.ok_or_else(|| {
        let printed = String::from_utf8_lossy(&output.stderr);
        let ending = Ending::from(output.status);
        format!("the process that opened it {ending}\n{}", printed.trim_end())
    })
}

fn smoke_findings(device: &str, smoke: &Smoke) -> Vec<Finding> {
    let mut findings = Vec::new();
    if device == "auto" {
        findings.push(Finding::new(Mark::Good, format!("auto chooses {}", smoke.device)));
    }
    findings.extend(smoke.note.iter().map(|note| Finding::new(Mark::Doubtful, note)));
    findings.push(match &smoke.outcome {
        Ok(text) => Finding::new(Mark::Good, format!("{device}: {text} ({:.1} s)", smoke.seconds)),
        Err(text) => Finding::new(Mark::Bad, format!("{device}: {text}")),
    });
    findings
}

/// What the environment says to insta.
fn snapshot_environment(
    variable: impl Fn(&str) -> Option<String>,
    all: impl Iterator<Item = (String, String)>,
) -> Vec<Finding> {
    let ci = match variable("CI") {
        Some(value) => !["", "0", "false"].contains(&value.as_str()),
        None => variable("TF_BUILD").is_some(),
    };
    let text = match ci {
        true => "this looks like CI: snapshots are compared and none is written",
        false => "this is no CI: new and changed snapshots are written for review",
    };
    let mut set: Vec<(String, String)> =
        all.filter(|(name, _)| name.starts_with("INSTA_")).collect();
    set.sort();
    let mut findings = vec![Finding::new(Mark::Hint, text)];
    findings.extend(set.into_iter().map(|(name, value)| match name.as_str() {
        "INSTA_FORCE_PASS" if value != "0" => Finding::new(
            Mark::Doubtful,
            format!("{name}={value}: snapshots that differ do not fail"),
        ),
        _ => Finding::new(Mark::Hint, format!("{name}={value}")),
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Vec<String> {
        let owned = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let find = |wanted: &str| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        };
        let findings = snapshot_environment(find, owned);
        findings.into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn ci_is_recognised_as_insta_does() {
        let is_ci = |variables: &[(&str, &str)]| {
            environment(variables)[0].starts_with("this looks like CI")
        };
        assert!(is_ci(&[("CI", "true")]));
        assert!(is_ci(&[("CI", "1")]));
        assert!(is_ci(&[("TF_BUILD", "x")]));
        assert!(!is_ci(&[("CI", "false")]));
        assert!(!is_ci(&[("CI", "0")]));
        assert!(!is_ci(&[]));
    }

    #[test]
    fn instas_variables_are_shown_and_a_dangerous_one_is_marked() {
        let texts =
            environment(&[("INSTA_UPDATE", "no"), ("HOME", "/x"), ("INSTA_FORCE_PASS", "1")]);
        assert_eq!(
            texts[1..],
            ["INSTA_FORCE_PASS=1: snapshots that differ do not fail", "INSTA_UPDATE=no"]
        );
    }

    #[test]
    fn a_smoke_run_says_what_auto_chooses_and_why() {
        let smoke = Smoke {
            device: "CPU (flex, f64)".into(),
            note: Some("no wgpu adapter".into()),
            outcome: Ok("one training step agrees with the reference device".into()),
            seconds: 0.25,
        };
        let texts: Vec<String> =
            smoke_findings("auto", &smoke).into_iter().map(|finding| finding.text).collect();
        assert_eq!(
            texts,
            [
                "auto chooses CPU (flex, f64)",
                "no wgpu adapter",
                "auto: one training step agrees with the reference device (0.2 s)",
            ]
        );
        let broken = Smoke { outcome: Err("sums differ".into()), ..smoke };
        assert_eq!(smoke_findings("cpu", &broken).last().unwrap().mark, Mark::Bad);
    }

    #[test]
    fn a_misspelt_variable_is_told() {
        let config = Config::built_in(Path::new("/project"));
        let findings = configuration(config, ["NN_TEST_JOB".to_owned()].into_iter());
        let last = findings.last().unwrap();
        assert_eq!(last.mark, Mark::Doubtful);
        assert_eq!(
            last.text,
            "nobody reads the variable NN_TEST_JOB; did you mean `NN_TEST_JOBS`?"
        );
        assert_eq!(findings[0].text, "no nn-test.toml: the built-in configuration counts");
    }

    #[test]
    fn a_missing_program_is_reported_and_no_panic() {
        let output = Command::new("/nonexistent/rustc").output();
        let finding = version(output, "rustc", Mark::Doubtful);
        assert_eq!(finding.mark, Mark::Doubtful);
        assert!(finding.text.starts_with("rustc: "), "{finding:?}");
    }

    #[test]
    fn the_test_of_a_folder_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        try_to_write(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
