//! Test targets of packages, as `Cargo.toml` lists them, and what cargo tells them when they run.

use std::fs;
use std::path::PathBuf;

use cargo_metadata::{Package, TargetKind};

use super::Error;
use crate::config::Config;
use crate::suggestion::closest;

/// What a root file of a test target contains that can run specs.
const MARK: &str = "nn_test::main!";

/// An integration test of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestTarget {
    pub name: String,
    /// Its root file; absolute.
    pub source: PathBuf,
}

impl TestTarget {
    /// Whether its `main` is nn-test's, by the text of its root file. A comment may make it look so,
    /// which costs a build and no more.
    pub fn runs_specs(&self) -> bool {
        let text = fs::read_to_string(&self.source).unwrap_or_default();
        text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(MARK))
    }
}

impl super::Package {
    /// The test targets that register its models: those that its configuration names, else those
    /// whose `main` is nn-test's.
    pub fn model_targets(&self) -> impl Iterator<Item = &TestTarget> {
        self.tests.iter().filter(|target| match self.targets.is_empty() {
            true => target.runs_specs(),
            false => self.targets.contains(&target.name),
        })
    }
}

/// Makes sure that each test target that a configuration names exists, in one of the packages that
/// the configuration speaks for.
pub(super) fn all_known(config: &Config, packages: &[super::Package]) -> Result<(), Error> {
    for package in packages {
        let (names, place) = config.targets(&package.name);
        let same_place = |other: &&super::Package| config.targets(&other.name).1 == place;
        let known = || {
            let spoken_for = packages.iter().filter(same_place);
            spoken_for.flat_map(|package| &package.tests).map(|target| target.name.as_str())
        };
        if let Some(name) = names.iter().find(|name| !known().any(|known| known == *name)) {
            return Err(Error::UnknownTarget {
                place: place.map(ToString::to_string).unwrap_or_default(),
                name: name.clone(),
                suggestion: closest(name, known()).map(str::to_owned),
            });
        }
    }
    Ok(())
}

pub(super) fn tests(package: &Package) -> Vec<TestTarget> {
    let tests = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test));
    tests
        .map(|target| TestTarget {
            name: target.name.clone(),
            source: target.src_path.as_std_path().to_owned(),
        })
        .collect()
}

/// What `cargo test` sets for the tests of a package, but for what depends on the build.
pub(super) fn variables(package: &Package) -> Vec<(String, String)> {
    let manifest = package.manifest_path.as_path();
    let version = &package.version;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let path = |path: &Option<cargo_metadata::camino::Utf8PathBuf>| {
        path.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let rust_version = package.rust_version.as_ref().map(ToString::to_string);
    [
        ("CARGO_MANIFEST_DIR", manifest.parent().map(ToString::to_string).unwrap_or_default()),
        ("CARGO_MANIFEST_PATH", manifest.to_string()),
        ("CARGO_PKG_NAME", package.name.to_string()),
        ("CARGO_PKG_VERSION", version.to_string()),
        ("CARGO_PKG_VERSION_MAJOR", version.major.to_string()),
        ("CARGO_PKG_VERSION_MINOR", version.minor.to_string()),
        ("CARGO_PKG_VERSION_PATCH", version.patch.to_string()),
        ("CARGO_PKG_VERSION_PRE", version.pre.to_string()),
        ("CARGO_PKG_AUTHORS", package.authors.join(":")),
        ("CARGO_PKG_DESCRIPTION", text(&package.description)),
        ("CARGO_PKG_HOMEPAGE", text(&package.homepage)),
        ("CARGO_PKG_REPOSITORY", text(&package.repository)),
        ("CARGO_PKG_LICENSE", text(&package.license)),
        ("CARGO_PKG_LICENSE_FILE", path(&package.license_file)),
        ("CARGO_PKG_README", path(&package.readme)),
        ("CARGO_PKG_RUST_VERSION", rust_version.unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_specs(text: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("nn.rs");
        fs::write(&source, text).unwrap();
        TestTarget { name: "nn".to_owned(), source }.runs_specs()
    }

    #[test]
    fn a_target_is_known_by_its_main() {
        assert!(runs_specs("mod model;\n\nnn_test::main! {\n}\n"));
        assert!(runs_specs("::nn_test::main!();"));
        assert!(!runs_specs("// nn_test::main!() was here\n#[test]\nfn a() {}\n"));
        let missing = TestTarget { name: "nn".to_owned(), source: "/nonexistent".into() };
        assert!(!missing.runs_specs());
    }
}
