//! Packages and their spec files, as cargo sees them.
//!
//! The only module that names cargo_metadata. It knows where spec files and configurations are and
//! not what stands in them, and has cargo build test targets without knowing what they do.

mod build;
mod spec_files;
mod targets;

use std::env;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

pub use build::{Build, BuildError, BuiltTarget, build};
pub use spec_files::{is_spec_file, spec_files};
pub use targets::TestTarget;

use crate::config::{self, Config, Manifest};
use crate::suggestion::{closest, did_you_mean};

/// The table for nn-test below `metadata`.
const TABLE: &str = "nn-test";

/// The version of Burn that nn-test works with: models of another one are not its own.
pub const BURN: &str = "0.22.1";

/// A cargo workspace; a package on its own is one, too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workspace {
    pub root: PathBuf,
    /// What its files say about runs.
    pub config: Config,
    /// Cargo's target folder; absolute.
    pub target: PathBuf,
    /// All members, in cargo's order.
    pub packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Package {
    pub name: String,
    /// How cargo tells it from all other packages.
    pub id: String,
    /// The folder of its `Cargo.toml`; absolute.
    pub root: PathBuf,
    /// The folder of its specs; absolute. It need not exist.
    pub specs: PathBuf,
    /// The version of Burn that it asks for, if it does.
    pub burn: Option<BurnRequirement>,
    /// Whether it depends on nn-test.
    pub nn_test: bool,
    /// Its integration tests, whatever they test.
    pub tests: Vec<TestTarget>,
    /// The names of those that register its models, where its configuration names them.
    pub targets: Vec<String>,
    /// The variables by which cargo describes it to a running test.
    pub variables: Vec<(String, String)>,
    /// Whether cargo means it when the command line names no package.
    pub default: bool,
    /// Whether it is the package of the folder that the command was called from.
    pub current: bool,
}

/// A dependency on Burn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnRequirement {
    pub version: String,
    /// Whether nn-test's own Burn is one of these.
    pub fits: bool,
}

/// The packages that the command line names, as cargo's own options do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageSelection {
    pub packages: Vec<String>,
    pub all: bool,
    pub exclude: Vec<String>,
}

impl PackageSelection {
    /// Whether the command line leaves the choice to cargo's defaults.
    pub fn is_default(&self) -> bool {
        self.packages.is_empty() && !self.all && self.exclude.is_empty()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`cargo metadata` failed: {message}")]
    Metadata { message: String },
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error("{place}: there is no test target `{name}`{}", did_you_mean(.suggestion.as_deref()))]
    UnknownTarget { place: String, name: String, suggestion: Option<String> },
    #[error("no package `{name}` in this workspace{}", did_you_mean(.suggestion.as_deref()))]
    UnknownPackage { name: String, suggestion: Option<String> },
}

impl Workspace {
    /// The workspace of `manifest`, or else of the current folder.
    ///
    /// # Errors
    ///
    /// When `cargo metadata` fails (no workspace here, a broken `Cargo.toml`), or when a
    /// configuration is wrong.
    pub fn discover(manifest: Option<&Path>) -> Result<Self, Error> {
        let current = env::current_dir()
            .map_err(|error| Error::Metadata { message: format!("no current folder: {error}") })?;
        Self::discover_from(&current, manifest)
    }

    fn discover_from(current: &Path, manifest: Option<&Path>) -> Result<Self, Error> {
        let mut command = MetadataCommand::new();
        command.no_deps().current_dir(current);
        if let Some(manifest) = manifest {
            command.manifest_path(manifest);
        }
        let metadata = command.exec().map_err(metadata_error)?;
        let start = match manifest {
            Some(manifest) => current.join(manifest),
            None => current.join("Cargo.toml"),
        };
        Self::from_metadata(&metadata, &nearest_package_folder(&start), current)
    }

    /// `folder` is that of the `Cargo.toml` that the command is called for.
    fn from_metadata(metadata: &Metadata, folder: &Path, current: &Path) -> Result<Self, Error> {
        let root = metadata.workspace_root.as_std_path();
        let config = Config::load(root, &manifests(metadata), current)?;
        let in_member = |package: &cargo_metadata::Package| {
            package.manifest_path.as_std_path().parent() == Some(folder)
        };
        let members = metadata.workspace_packages();
        // In the root folder cargo means the default members; in another member, that member.
        let inside = folder != root && members.iter().any(|package| in_member(package));
        let packages = members.into_iter().map(|package| {
            let manifest = package.manifest_path.as_std_path();
            let folder = manifest.parent().expect("a manifest lies in a folder").to_owned();
            let current = in_member(package);
            let depends_on = |name: &str| package.dependencies.iter().find(|d| d.name == name);
            Package {
                name: package.name.to_string(),
                id: package.id.repr.clone(),
                specs: folder.join(config.specs(package.name.as_str()).0),
                burn: depends_on("burn").map(burn_requirement),
                nn_test: depends_on("nn-test").is_some(),
                tests: targets::tests(package),
                targets: config.targets(package.name.as_str()).0.to_vec(),
                variables: targets::variables(package),
                default: match inside {
                    true => current,
                    false => metadata.workspace_default_members.contains(&package.id),
                },
                root: folder,
                current,
            }
        });
        let packages: Vec<Package> = packages.collect();
        targets::all_known(&config, &packages)?;
        let target = metadata.target_directory.as_std_path().to_owned();
        Ok(Self { root: root.to_owned(), config, target, packages })
    }

    /// The packages that the command line means, in cargo's order.
    ///
    /// # Errors
    ///
    /// When a named package is not a member.
    pub fn select(&self, selection: &PackageSelection) -> Result<Vec<&Package>, Error> {
        for name in selection.packages.iter().chain(&selection.exclude) {
            if !self.packages.iter().any(|package| package.name == *name) {
                let names = self.packages.iter().map(|package| package.name.as_str());
                let suggestion = closest(name, names).map(str::to_owned);
                return Err(Error::UnknownPackage { name: name.clone(), suggestion });
            }
        }
        // As in cargo, `--exclude` alone speaks of the whole workspace.
        let all = selection.all || (selection.packages.is_empty() && !selection.exclude.is_empty());
        let chosen = |package: &&Package| match (all, selection.packages.is_empty()) {
            (true, _) => true,
            (false, true) => package.default,
            (false, false) => selection.packages.contains(&package.name),
        };
        let packages = self.packages.iter().filter(chosen);
        Ok(packages.filter(|package| !selection.exclude.contains(&package.name)).collect())
    }

    /// The member whose folder holds `path` most closely.
    pub fn owner(&self, path: &Path) -> Option<&Package> {
        let holders = self.packages.iter().filter(|package| path.starts_with(&package.root));
        holders.max_by_key(|package| package.root.components().count())
    }

    /// The package of the folder that the command was called from.
    pub fn current(&self) -> Option<&Package> {
        self.packages.iter().find(|package| package.current)
    }
}

/// The `Cargo.toml` files, that of the workspace first.
fn manifests(metadata: &Metadata) -> Vec<Manifest> {
    let path = metadata.workspace_root.as_std_path().join("Cargo.toml");
    let shared = metadata.workspace_metadata.get(TABLE).is_some();
    let mut manifests = vec![Manifest { path, package: None, tables: shared }];
    for package in metadata.workspace_packages() {
        let path = package.manifest_path.as_std_path();
        let tables = package.metadata.get(TABLE).is_some();
        if manifests[0].path == path {
            manifests[0].package = Some(package.name.to_string());
            manifests[0].tables |= tables;
        } else {
            let package = Some(package.name.to_string());
            manifests.push(Manifest { path: path.to_owned(), package, tables });
        }
    }
    manifests
}

fn burn_requirement(dependency: &cargo_metadata::Dependency) -> BurnRequirement {
    let own = BURN.parse().expect("a test compares it with what Cargo.toml asks for");
    BurnRequirement { version: dependency.req.to_string(), fits: dependency.req.matches(&own) }
}

fn metadata_error(error: cargo_metadata::Error) -> Error {
    let message = match error {
        cargo_metadata::Error::CargoMetadata { stderr } => {
            stderr.trim().trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    };
    Error::Metadata { message }
}

/// The folder of the nearest `Cargo.toml`, from `manifest`'s own folder upwards.
fn nearest_package_folder(manifest: &Path) -> PathBuf {
    let folder = manifest.parent().unwrap_or(manifest);
    let found = folder.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    let folder = found.unwrap_or(folder);
    // cargo reports real paths; a manifest path of the command line may hold `..` or a link.
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
#[path = "workspace/tests.rs"]
mod tests;
