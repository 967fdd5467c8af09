//! Where snapshots lie and how they are compared. The only module that names insta.
//!
//! A snapshot is `<specs>/snapshots/<spec>/<property>.snap`, in insta's format: a YAML head with the
//! spec file as source, then the body. A body that differs goes to `<property>.snap.new` beside it,
//! where `cargo insta review|accept|reject` finds it.
//!
//! insta's assertion is not used, because it prints its own diff on standard output (nothing in
//! insta 1.49 turns that off from inside a process), panics instead of returning, and asks
//! `cargo metadata` for the workspace. insta's public [`insta::Snapshot`] reads the files; the rules
//! of when to write are in [`super::settings`]; a test holds the written bytes against those that
//! insta's own assertion writes.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use serde_yaml::{Mapping, Value};

use super::SnapshotError;
use super::settings::{self, Action, Settings};
use super::settle::{Tolerances, settle};
use crate::{diff, whole_file};

/// The folder of all snapshots, inside the folder of the specs.
const FOLDER: &str = "snapshots";

/// The snapshots of one package.
#[derive(Debug, Clone)]
pub struct Store {
    package: PathBuf,
    specs: PathBuf,
    workspace: PathBuf,
    /// Looks up insta's environment variables.
    variable: fn(&str) -> Option<String>,
}

/// Which snapshot is compared.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// The spec's file: a reviewer is sent there.
    pub file: &'a Path,
    /// The line of the expectation, from 1; 0 when it came by default.
    pub line: usize,
    /// The spec's name: the folder of its snapshots.
    pub spec: &'a str,
    /// The property's name: the file.
    pub property: &'a str,
}

/// How a comparison ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotOutcome {
    /// Nothing moved beyond its tolerance.
    Matched,
    /// There is no accepted snapshot. `pending` is the file to review; `None` where nothing may be
    /// written (on CI, `INSTA_UPDATE=no`).
    New { diff: String, pending: Option<PathBuf> },
    /// The accepted snapshot says something else.
    Changed { diff: String, pending: Option<PathBuf> },
    /// New or changed, and `INSTA_FORCE_PASS` says that the test passes all the same: this is how
    /// `cargo insta test` collects what it then reviews.
    Deferred { diff: String, pending: Option<PathBuf> },
    /// The accepted snapshot was written, as `INSTA_UPDATE` asked for.
    Updated,
}

impl Store {
    /// The snapshots of the package at `package`, whose specs lie in `specs` (absolute, or relative
    /// to the package). The workspace is the nearest folder upwards whose manifest says so.
    pub fn new(package: impl Into<PathBuf>, specs: impl AsRef<Path>) -> Self {
        let package = package.into();
        let specs = package.join(specs);
        let workspace = workspace_of(&package);
        Self { package, specs, workspace, variable: |name| std::env::var(name).ok() }
    }

    /// Names the workspace's root, which `INSTA_PENDING_DIR` and insta's configuration file go by.
    pub fn with_workspace(self, workspace: impl Into<PathBuf>) -> Self {
        Self { workspace: workspace.into(), ..self }
    }

    /// Takes insta's settings from `variable` instead of the process's environment, which is not a
    /// test's to choose.
    #[cfg(test)]
    pub(crate) fn with_variables(self, variable: fn(&str) -> Option<String>) -> Self {
        Self { variable, ..self }
    }

    /// The accepted snapshot of a property.
    pub fn path(&self, spec: &str, property: &str) -> PathBuf {
        self.specs.join(FOLDER).join(spec).join(format!("{property}.snap"))
    }

    /// Compares `body` with the accepted snapshot and writes what insta's settings ask for.
    ///
    /// # Errors
    ///
    /// When the accepted snapshot cannot be read, is malformed or in conflict, when a file cannot
    /// be written, or when a variable of insta has an unknown value.
    pub fn check(
        &self,
        assertion: Assertion<'_>,
        body: &Mapping,
        tolerances: &Tolerances,
    ) -> Result<SnapshotOutcome, SnapshotError> {
        let configuration = settings::configuration(&self.workspace);
        let settings = Settings::read(self.variable, configuration.as_deref())?;
        self.check_with(&settings, assertion, body, tolerances)
    }

    fn check_with(
        &self,
        settings: &Settings,
        assertion: Assertion<'_>,
        body: &Mapping,
        tolerances: &Tolerances,
    ) -> Result<SnapshotOutcome, SnapshotError> {
        for name in [assertion.spec, assertion.property] {
            if !is_plain(name) {
                return Err(SnapshotError::Name { name: name.to_owned() });
            }
        }
        let path = self.path(assertion.spec, assertion.property);
        let pending = self.pending_path(settings, &path)?;
        for file in [&path, &pending] {
            file.parent().into_iter().for_each(whole_file::clean);
        }
        let accepted = read_accepted(&path)?;
        let text = settle(accepted.as_deref(), body, tolerances);
        if let Some(references) = &settings.references {
            append_line(references, &path).map_err(|reason| unwritable(references, reason, ""))?;
        }

        let source = self.source(assertion.file);
        if accepted.as_deref().is_some_and(|accepted| same_text(accepted, &text)) {
            remove(&pending).map_err(|reason| unwritable(&pending, reason, ""))?;
            if !settings.rewrites_matches() {
                return Ok(SnapshotOutcome::Matched);
            }
            let written = write(&path, &document(&source, None, &text))
                .map_err(|reason| unwritable(&path, reason, ""))?;
            return Ok(if written { SnapshotOutcome::Updated } else { SnapshotOutcome::Matched });
        }

        let diff = diff::unified(accepted.as_deref().unwrap_or_default(), &text);
        let written = match settings.action(accepted.is_some()) {
            Action::Accept => {
                write(&path, &document(&source, None, &text))
                    .and_then(|_| remove(&pending))
                    .map_err(|reason| unwritable(&path, reason, &diff))?;
                return Ok(SnapshotOutcome::Updated);
            }
            Action::Propose => {
                write(&pending, &document(&source, Some(assertion.line), &text))
                    .map_err(|reason| unwritable(&pending, reason, &diff))?;
                Some(pending)
            }
            Action::Compare => None,
        };
        Ok(match accepted {
            _ if settings.force_pass => SnapshotOutcome::Deferred { diff, pending: written },
            None => SnapshotOutcome::New { diff, pending: written },
            Some(_) => SnapshotOutcome::Changed { diff, pending: written },
        })
    }

    /// Snapshots, accepted or pending, that belong to none of the `referenced` pairs of spec and
    /// property, sorted. They may be deleted when `referenced` comes from a complete listing.
    pub fn unreferenced(&self, referenced: &[(&str, &str)]) -> Vec<PathBuf> {
        let known: Vec<PathBuf> =
            referenced.iter().map(|(spec, property)| self.path(spec, property)).collect();
        let mut files = Vec::new();
        collect_snapshots(&self.specs.join(FOLDER), &mut files);
        files.retain(|file| !known.contains(&accepted_path(file)));
        files.sort();
        files
    }

    /// The pending file of an accepted one.
    fn pending_path(&self, settings: &Settings, path: &Path) -> Result<PathBuf, SnapshotError> {
        let Some(folder) = &settings.pending_folder else {
            return Ok(path.with_extension("snap.new"));
        };
        let (file, workspace) = (absolute(path), absolute(&self.workspace));
        match file.strip_prefix(&workspace) {
            Ok(inside) if inside.components().all(|part| part != Component::ParentDir) => {
                Ok(folder.join(inside).with_extension("snap.new"))
            }
            _ => Err(SnapshotError::OutsideWorkspace { path: file, workspace }),
        }
    }

    /// What a snapshot's head says about its origin: the spec's path from the package, with `/`.
    /// Never absolute, so that the file is the same on every machine.
    fn source(&self, file: &Path) -> String {
        let (file, package) = (absolute(file), absolute(&self.package));
        let inside = file.strip_prefix(&package).ok();
        let inside = inside.unwrap_or_else(|| file.file_name().map_or(Path::new(""), Path::new));
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        parts.join("/")
    }
}

/// Whether a name is a file name on every system and keeps to its folder.
fn is_plain(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.=".contains(letter);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

/// The file in insta's format. Only a pending file holds the line, which insta drops on acceptance.
fn document(source: &str, line: Option<usize>, text: &str) -> String {
    let line = line.filter(|line| *line > 0);
    let entries =
        [("source", Some(Value::from(source))), ("assertion_line", line.map(Value::from))];
    let head: Mapping = entries
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| (Value::from(key), value)))
        .collect();
    let head = serde_yaml::to_string(&head).expect("a mapping of scalars can always be written");
    format!("---\n{head}---\n{}\n", text.trim_end())
}

/// The accepted body; `None` when there is no accepted snapshot.
fn read_accepted(path: &Path) -> Result<Option<String>, SnapshotError> {
    let malformed = |reason: String| SnapshotError::Malformed { path: path.to_owned(), reason };
    let text = match fs::read(path) {
        Ok(bytes) => {
            String::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8".to_owned()))?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => {
            return Err(SnapshotError::Unreadable { path: path.to_owned(), reason });
        }
    };
    if let Some(line) = conflict(&text) {
        return Err(SnapshotError::Conflicted { path: path.to_owned(), line });
    }
    // Without this head insta would take the file for its old format and warn on standard error.
    if text.lines().next().map(str::trim_end) != Some("---") {
        return Err(malformed("its first line is not `---`".to_owned()));
    }
    let snapshot =
        insta::Snapshot::from_file(path).map_err(|error| malformed(error.to_string()))?;
    let body = snapshot.as_text().map(ToString::to_string);
    body.map(Some).ok_or_else(|| malformed("it is a binary snapshot".to_owned()))
}

/// The first line, from 1, with a merge's conflict marker.
fn conflict(text: &str) -> Option<usize> {
    let marks = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    text.lines().position(marks).map(|index| index + 1)
}

/// Equality of bodies as insta sees it: line ends and white space at the end do not count.
fn same_text(accepted: &str, text: &str) -> bool {
    accepted.trim_end().replace("\r\n", "\n") == text.trim_end().replace("\r\n", "\n")
}

/// Writes a whole file or nothing, making its folder. `false` when it held these bytes already.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(false);
    }
    whole_file::write(path, text).map(|()| true)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn append_line(file: &Path, line: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(file)?;
    writeln!(file, "{}", line.display())
}

fn unwritable(path: &Path, reason: io::Error, diff: &str) -> SnapshotError {
    let folder = path.parent().unwrap_or(path).to_owned();
    SnapshotError::Unwritable { folder, reason, diff: diff.to_owned() }
}

/// The path from the root, without touching the file system; as given where that is impossible.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// `x.snap` of `x.snap` and of `x.snap.new`.
fn accepted_path(file: &Path) -> PathBuf {
    if file.extension() == Some(OsStr::new("new")) { file.with_extension("") } else { file.into() }
}

/// All snapshot files below a folder; what cannot be read is left out.
fn collect_snapshots(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            collect_snapshots(&path, files);
        } else if name.ends_with(".snap") || name.ends_with(".snap.new") {
            files.push(path);
        }
    }
}

/// The nearest folder upwards whose manifest has a `[workspace]` section; else the package itself.
fn workspace_of(package: &Path) -> PathBuf {
    let package = absolute(package);
    let is_workspace = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| {
            let line = line.trim();
            line.starts_with("[workspace]") || line.starts_with("[workspace.")
        })
    };
    package.ancestors().find(is_workspace).unwrap_or(&package).to_owned()
}

#[cfg(test)]
mod tests;
