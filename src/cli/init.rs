//! `cargo nn-test init`: a first spec that passes; with Burn among the dependencies, all that Rust
//! models need.

mod changes;
mod plan;
mod registered;
mod templates;

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use self::changes::{Change, make};
use self::plan::{Note, Plan, Site, Wanted, plan};
use super::Error;
use super::options::ColorOption;
use super::paths::relative;
use crate::diff;
use crate::report::{Mark, diff_colors, indented, marked};
use crate::workspace::{Package, Workspace, spec_files};

pub(super) const FIRST_SPEC: &str = include_str!("first.yaml");

/// Options of `init`.
#[derive(Debug, Clone, Args)]
pub(super) struct InitOptions {
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Leave .config/nextest.toml alone
    #[arg(long)]
    no_nextest: bool,

    /// Write no workflow for GitHub Actions
    #[arg(long)]
    no_ci: bool,

    #[command(flatten)]
    manifest: clap_cargo::Manifest,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl InitOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let workspace = Workspace::discover(self.manifest.manifest_path.as_deref())?;
        let package = workspace.current().ok_or(Error::NoCurrentPackage)?;
        let current = env::current_dir()?;
        let shown = |path: &Path| relative(path, &current);
        let plan = plan(&site(&workspace, package)?, self.wanted());
        let plan = plan.map_err(|obstacle| Error::InitObstacle {
            path: shown(&obstacle.path),
            reason: obstacle.reason,
            help: obstacle.help,
        })?;
        if !self.dry_run {
            make(&plan.changes).map_err(|failure| Error::Write {
                path: shown(&failure.path),
                error: failure.error,
            })?;
        }
        output.write_all(report(&plan, self.dry_run, shown).as_bytes())?;
        Ok(())
    }

    fn wanted(&self) -> Wanted {
        Wanted { nextest: !self.no_nextest, workflow: !self.no_ci }
    }
}

fn site<'a>(workspace: &'a Workspace, package: &'a Package) -> Result<Site<'a>, Error> {
    let folder = &package.specs;
    let files =
        spec_files(folder).map_err(|error| Error::SpecFolder { folder: folder.clone(), error })?;
    let root = &workspace.root;
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    Ok(Site {
        workspace,
        package,
        repository: repository.unwrap_or(root).to_owned(),
        specs: files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect(),
        read: &|path| fs::read_to_string(path).ok(),
    })
}

/// What was done, or would be, and what to do next.
fn report(plan: &Plan, dry_run: bool, shown: impl Fn(&Path) -> PathBuf) -> String {
    let mut lines = Vec::new();
    for change in &plan.changes {
        let word = match (dry_run, change.before.is_some()) {
            (false, false) => "Created",
            (false, true) => "Changed",
            (true, false) => "Would create",
            (true, true) => "Would change",
        };
        lines.push(marked(Mark::Good, word, &shown(&change.path).display().to_string()));
        if dry_run {
            lines.push(difference(change));
        }
    }
    for note in &plan.notes {
        lines.extend(said(note, &shown));
    }
    if !dry_run && !plan.changes.is_empty() {
        lines.extend(next_steps(plan.spec.as_deref()));
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

fn difference(change: &Change) -> String {
    let plain = |text: &str| text.replace("\r\n", "\n");
    let before = change.before.as_deref().map(plain).unwrap_or_default();
    format!("{}\n", diff_colors(diff::unified(&before, &plain(&change.after)).trim_end()))
}

fn said(note: &Note, shown: impl Fn(&Path) -> PathBuf) -> Vec<String> {
    match note {
        Note::Unchanged(path) => {
            vec![marked(Mark::Hint, "Unchanged", &shown(path).display().to_string())]
        }
        Note::Remark(text) => vec![marked(Mark::Doubtful, "Note", text)],
        Note::Kept { path, reason, addition } => {
            let text = format!("{}: {reason}", shown(path).display());
            let mut lines = vec![marked(Mark::Doubtful, "Kept", &text)];
            if let Some(addition) = addition {
                lines.push(marked(Mark::Hint, "Add", "by hand what fits:"));
                lines.push(format!("\n{}\n", indented(addition.trim_end(), "    ")));
            }
            lines
        }
    }
}

fn next_steps(spec: Option<&str>) -> Vec<String> {
    let run = spec.map(|name| format!("run it: `cargo nn-test {name}`"));
    let steps = [
        "accept its snapshots: `cargo insta review`".to_owned(),
        "keep pending ones out of git: add `*.snap.new` to .gitignore".to_owned(),
    ];
    run.into_iter().chain(steps).map(|step| marked(Mark::Hint, "Next", &step)).collect()
}

/// The test target that is written, so that the compiler sees it.
#[cfg(test)]
#[path = "init/files/nn.rs"]
#[expect(dead_code, reason = "its main is that of a test target of its own")]
mod template;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{self, Source};
    use crate::subject::Subject;

    #[test]
    fn the_first_spec_is_sound_and_expects_the_recommended_properties() {
        let source = Source::new("first.yaml", FIRST_SPEC);
        let spec = spec::parse(source).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        assert_eq!(*spec.name, "first");
        let subject = Subject::prepare(spec);
        let subject = subject.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        assert!(subject.spec.expectations.len() >= 5, "{:?}", subject.spec.expectations);
    }
}
