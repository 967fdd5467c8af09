//! `cargo nn-test init`: writes a first spec that passes.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::Error;
use super::options::ColorOption;
use super::paths::relative;
use crate::report::{Mark, marked};
use crate::workspace::Workspace;

pub(super) const FIRST_SPEC: &str = include_str!("first.yaml");
const FILE: &str = "first.yaml";

/// Options of `init`.
#[derive(Debug, Clone, Args)]
pub(super) struct InitOptions {
    #[command(flatten)]
    manifest: clap_cargo::Manifest,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl InitOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let workspace = Workspace::discover(self.manifest.manifest_path.as_deref())?;
        let package = workspace.current().ok_or(Error::NoCurrentPackage)?;
        let path = package.specs.join(FILE);
        let shown = relative(&path, &env::current_dir()?);
        write_new(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::SpecExists { path: shown.clone() },
            _ => Error::Write { path: shown.clone(), error },
        })?;
        let steps = [
            marked(Mark::Good, "Created", &shown.display().to_string()),
            marked(Mark::Hint, "Next", "run it: `cargo nn-test first`"),
            marked(Mark::Hint, "Next", "accept its snapshots: `cargo insta review`"),
            marked(
                Mark::Hint,
                "Next",
                "keep pending ones out of git: add `*.snap.new` to .gitignore",
            ),
        ];
        writeln!(output, "{}", steps.join("\n"))?;
        Ok(())
    }
}

/// Writes the spec and its folder; never overwrites.
fn write_new(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(FIRST_SPEC.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{self, Source};
    use crate::subject::Subject;

    #[test]
    fn the_first_spec_is_sound_and_expects_the_recommended_properties() {
        let source = Source { path: FILE.into(), text: FIRST_SPEC.into() };
        let spec = spec::parse(source).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        assert_eq!(*spec.name, "first");
        let subject = Subject::prepare(spec);
        let subject = subject.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        assert!(subject.spec.expectations.len() >= 5, "{:?}", subject.spec.expectations);
    }

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("specs/first.yaml");
        write_new(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), FIRST_SPEC);
        fs::write(&path, "mine").unwrap();
        assert_eq!(write_new(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
