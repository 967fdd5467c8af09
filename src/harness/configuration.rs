//! What counts in a test target that `cargo test` starts, where no supervisor says it: device and
//! severities of the workspace's configuration and of the environment, decided as `cargo nn-test` does.
//!
//! Nothing asks cargo here: the root of a workspace is found as cargo finds it, by the manifests above
//! the package.

use std::path::{Path, PathBuf};

use crate::config::{CommandLine, Config, Environment, Error, Manifest, Resolver};
use crate::device::DeviceChoice;
use crate::severities::Severities;
use crate::toml::{self, Node, Table};

/// What a run of a test target takes from outside of its specs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    pub(super) device: DeviceChoice,
    pub(super) severities: Severities,
}

impl Configuration {
    /// Reads what is said for a package that stands in `folder`; `workspace` is its workspace's root, if
    /// that was told.
    ///
    /// # Errors
    ///
    /// When a file or a variable is wrong, or there is no profile of the name that is asked for.
    pub(super) fn read(
        package: &str,
        folder: &Path,
        workspace: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let environment = Environment::read(variable).map_err(Error::Variables)?;
        let root = workspace.unwrap_or_else(|| workspace_root(folder));
        let config = Config::load(&root, &manifests(package, folder, &root), &root)?;
        let resolver = Resolver::new(config, CommandLine::default(), environment)?;
        let settings = resolver.settings(Some(package));
        Ok(Self { device: settings.device(), severities: settings.severities() })
    }
}

/// The manifests that may speak: the package's own and the one in the root. A program that was moved to
/// another machine may have none.
fn manifests(package: &str, folder: &Path, root: &Path) -> Vec<Manifest> {
    let manifest = |folder: &Path, package: Option<String>| {
        let path = folder.join("Cargo.toml");
        path.is_file().then_some(Manifest { path, package, tables: true })
    };
    let own = manifest(folder, Some(package.to_owned()));
    let of_root = (folder != root).then(|| {
        let name = tree(root).as_ref().and_then(|tree| text(tree, &["package", "name"]));
        manifest(root, name)
    });
    own.into_iter().chain(of_root.flatten()).collect()
}

/// The folder of the nearest manifest from the package upwards that has a workspace, or the one that the
/// package names; the package's own where there is none.
fn workspace_root(folder: &Path) -> PathBuf {
    let named = tree(folder).and_then(|tree| text(&tree, &["package", "workspace"]));
    let above = || {
        let is_root =
            |folder: &&Path| tree(folder).is_some_and(|tree| tree.get("workspace").is_some());
        folder.ancestors().find(is_root).map(Path::to_owned)
    };
    named.map(|path| folder.join(path)).or_else(above).unwrap_or_else(|| folder.to_owned())
}

/// A folder's manifest, if it has one that can be read.
fn tree(folder: &Path) -> Option<Table> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    toml::parse(&text).ok()
}

fn text(tree: &Table, path: &[&str]) -> Option<String> {
    match &tree.at(path)?.value.value {
        Node::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::spec::Severity;

    /// A workspace with the package `net`, and what its root says.
    fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("nets/net")).unwrap();
        let manifests = [
            ("Cargo.toml", "[workspace]\nmembers = [\"nets/net\"]\n"),
            ("nets/net/Cargo.toml", "[package]\nname = \"net\"\n"),
        ];
        for (file, text) in manifests.iter().chain(files) {
            fs::write(folder.path().join(file), text).unwrap();
        }
        folder
    }

    fn read(folder: &Path, variables: &[(&str, &str)]) -> Result<Configuration, Error> {
        Configuration::read("net", &folder.join("nets/net"), None, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// How a failure of a property counts that no spec says anything of.
    fn severity(found: &Configuration, property: &str) -> Severity {
        let property = crate::property::find(property).unwrap();
        found.severities.of(&crate::harness::fixtures::expectation(property)).severity
    }

    #[test]
    fn the_file_in_the_root_of_the_workspace_speaks_for_its_packages() {
        let text = "[profile.default]\ndevice = \"cpu\"\nwarnings = \"deny\"\n\
                    [profile.default.severity]\nlearns = \"warn\"\n\
                    [profile.ci.severity]\nlearns = \"off\"\n";
        let folder = workspace(&[("nn-test.toml", text)]);
        let found = read(folder.path(), &[]).unwrap();
        assert_eq!((found.device, severity(&found, "learns")), (DeviceChoice::Cpu, Severity::Warn));
        assert_eq!(found.severities.denied_by(), Some("nn-test.toml:3:1, profile default"));
        let ci = read(folder.path(), &[("NN_TEST_PROFILE", "ci")]).unwrap();
        assert_eq!(severity(&ci, "learns"), Severity::Off);
        let variables = [
            ("NN_TEST_SEVERITY", "learns=error"),
            ("NN_TEST_DEVICE", "auto"),
            ("NN_TEST_WARNINGS", "warn"),
        ];
        let said = read(folder.path(), &variables).unwrap();
        assert_eq!((said.device, severity(&said, "learns")), (DeviceChoice::Auto, Severity::Error));
        assert_eq!(said.severities.denied_by(), None);
    }

    #[test]
    fn a_package_speaks_for_itself_and_nothing_for_a_program_that_stands_alone() {
        let own = "[package]\nname = \"net\"\n\
                   [package.metadata.nn-test.severity]\nlearns = \"off\"\n";
        let folder = workspace(&[("nets/net/Cargo.toml", own)]);
        assert_eq!(severity(&read(folder.path(), &[]).unwrap(), "learns"), Severity::Off);
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(read(nowhere.path(), &[]).unwrap(), Configuration::default());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let folder =
            workspace(&[("nn-test.toml", "[profile.default.severity]\nlearn = \"off\"\n")]);
        let error = read(folder.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("nn-test.toml:2:1") && error.contains("`learns`"), "{error}");
        let error = read(folder.path(), &[("NN_TEST_DEVICE", "gpu")]).unwrap_err().to_string();
        assert!(error.contains("NN_TEST_DEVICE must be \"auto\", \"wgpu\" or \"cpu\""), "{error}");
    }
}
