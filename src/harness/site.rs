//! Where a test target stands: its package's folder at run time.

use std::path::{Path, PathBuf};

use crate::registry::Registry;

/// What only the user's crate knows when it is compiled; [`main!`](crate::main) fills it in.
#[derive(Debug, Clone)]
pub struct Site {
    /// `env!("CARGO_MANIFEST_DIR")`.
    pub manifest_dir: &'static str,
    /// `env!("CARGO_PKG_NAME")`.
    pub package: &'static str,
    /// The folder of the specs, relative to the package.
    pub specs: &'static str,
    /// The crate's own models, by name.
    pub models: Registry,
}

impl Site {
    /// The package's folder. cargo and nextest tell it at run time, which counts when the binary was
    /// moved to another machine after it was built; but only when they mean this package, since any
    /// program that was itself started by cargo passes its own folder on.
    pub(super) fn package_root(&self, variable: impl Fn(&str) -> Option<String>) -> PathBuf {
        let same_package = variable("CARGO_PKG_NAME").as_deref() == Some(self.package);
        let told = variable("CARGO_MANIFEST_DIR").filter(|_| same_package);
        told.map_or_else(|| self.manifest_dir.into(), PathBuf::from)
    }
}

/// The workspace's root, where nextest tells it.
pub(super) fn workspace_root(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    ["INSTA_WORKSPACE_ROOT", "NEXTEST_WORKSPACE_ROOT"]
        .iter()
        .find_map(|name| variable(name))
        .map(PathBuf::from)
}

/// `path` as it is shown: relative to the current folder where it lies inside.
pub(super) fn shown(path: &Path, current: Option<&Path>) -> PathBuf {
    let inside = current.and_then(|current| path.strip_prefix(current).ok());
    inside.unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let models = Registry::new();
        Site { manifest_dir: "/built/here", package: "net", specs: "specs", models }
    }

    fn root(variables: &[(&str, &str)]) -> PathBuf {
        site().package_root(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_folder_told_at_run_time_counts_when_it_means_this_package() {
        let moved = [("CARGO_PKG_NAME", "net"), ("CARGO_MANIFEST_DIR", "/moved/here")];
        assert_eq!(root(&moved), Path::new("/moved/here"));
        let other = [("CARGO_PKG_NAME", "nn-test"), ("CARGO_MANIFEST_DIR", "/elsewhere")];
        assert_eq!(root(&other), Path::new("/built/here"));
        assert_eq!(root(&[]), Path::new("/built/here"));
    }

    #[test]
    fn paths_are_shown_relative_only_inside_the_current_folder() {
        let current = Some(Path::new("/project/net"));
        assert_eq!(
            shown(Path::new("/project/net/specs/a.yaml"), current),
            Path::new("specs/a.yaml")
        );
        assert_eq!(shown(Path::new("/other/a.yaml"), current), Path::new("/other/a.yaml"));
        assert_eq!(shown(Path::new("/other/a.yaml"), None), Path::new("/other/a.yaml"));
    }
}
