//! `--in-diff`: the files that a diff touches, in the unified format of git and diff.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files that a diff adds, changes or removes, relative to the folder that it was made in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched(BTreeSet<PathBuf>);

/// A text that is no diff.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no unified diff: it names no file")]
pub struct BadDiff;

impl Touched {
    /// Reads a diff. An empty one touches nothing.
    ///
    /// # Errors
    ///
    /// When there is text, and none of it names a file.
    pub fn read(diff: &str) -> Result<Self, BadDiff> {
        let mut files = BTreeSet::new();
        for line in diff.lines() {
            let named = ["--- ", "+++ ", "rename from ", "rename to "]
                .iter()
                .find_map(|start| line.strip_prefix(start));
            // Behind a tab stands the time of the file.
            let name = named.map(|name| name.split('\t').next().unwrap_or_default().trim());
            let name = name.filter(|name| !name.is_empty() && *name != "/dev/null");
            files.extend(name.map(|name| PathBuf::from(without_prefix(name))));
        }
        match files.is_empty() && !diff.trim().is_empty() {
            true => Err(BadDiff),
            false => Ok(Self(files)),
        }
    }

    /// Whether it touches a file, or one in a folder; `root` is where the diff was made.
    pub fn touches(&self, path: &Path, root: &Path) -> bool {
        self.0.iter().any(|file| root.join(file).starts_with(path))
    }

    /// Whether it touches a Rust source in a folder.
    pub fn touches_sources(&self, folder: &Path, root: &Path) -> bool {
        let is_source = |file: &PathBuf| file.extension().is_some_and(|end| end == "rs");
        let mut sources = self.0.iter().filter(|file| is_source(file));
        sources.any(|file| root.join(file).starts_with(folder))
    }
}

/// Git's `a/` and `b/`.
fn without_prefix(name: &str) -> &str {
    name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "diff --git a/specs/iris.yaml b/specs/iris.yaml\n\
        --- a/specs/iris.yaml\n+++ b/specs/iris.yaml\n@@ -1 +1 @@\n-name: iris\n+name: flower\n\
        diff --git a/src/net.rs b/src/net.rs\ndeleted file mode 100644\n\
        --- a/src/net.rs\t2026-01-01\n+++ /dev/null\n";

    #[test]
    fn changed_and_removed_files_are_touched_and_no_others() {
        let touched = Touched::read(DIFF).unwrap();
        let root = Path::new("/p");
        assert!(touched.touches(Path::new("/p/specs/iris.yaml"), root));
        assert!(touched.touches(Path::new("/p/specs"), root));
        assert!(!touched.touches(Path::new("/p/specs/iris"), root));
        assert!(!touched.touches(Path::new("/q/specs/iris.yaml"), root));
        assert!(touched.touches_sources(Path::new("/p"), root));
        assert!(!touched.touches_sources(Path::new("/p/specs"), root));
    }

    #[test]
    fn a_text_that_names_no_file_is_no_diff_and_an_empty_one_touches_nothing() {
        assert_eq!(Touched::read("hello\n"), Err(BadDiff));
        assert_eq!(Touched::read("\n"), Ok(Touched::default()));
    }
}
