//! Paths as people want to read them, and words that are paths.

use std::path::{Component, Path, PathBuf};

use crate::workspace::{is_spec_file, spec_files};

/// `path` as seen from `base`, both absolute; the path itself when the two share no folder.
pub(super) fn relative(path: &Path, base: &Path) -> PathBuf {
    let path_parts: Vec<Component<'_>> = path.components().collect();
    let base_parts: Vec<Component<'_>> = base.components().collect();
    let shared = path_parts.iter().zip(&base_parts).take_while(|(left, right)| left == right);
    let shared = shared.count();
    // The root alone says nothing: `../../../tmp/x` is no better than `/tmp/x`.
    let named = path_parts[..shared].iter().any(|part| matches!(part, Component::Normal(_)));
    if !named {
        return path.to_owned();
    }
    let up = std::iter::repeat_n(Component::ParentDir, base_parts.len() - shared);
    up.chain(path_parts[shared..].iter().copied()).collect()
}

/// `path` without `.` and `..`, by its text alone.
pub(super) fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// What a positional argument stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Positional {
    Filter,
    SpecFile,
    Folder,
    /// Spelt like a spec file, but there is none.
    MissingFile,
}

/// A word that ends like a spec file is one. A folder is meant when it is spelt as a path (`nn/`,
/// `./nn`, `..`) or holds specs; otherwise the word is a filter, so that a folder that happens to
/// be called `digits` does not hide the tests of that name.
pub(super) fn classify(word: &str, current: &Path) -> Positional {
    let path = current.join(word);
    if is_spec_file(Path::new(word)) {
        return if path.is_file() { Positional::SpecFile } else { Positional::MissingFile };
    }
    let spelt_as_path = word.contains(['/', '\\']) || [".", ".."].contains(&word);
    let holds_specs = || spec_files(&path).is_ok_and(|files| !files.is_empty());
    match path.is_dir() && (spelt_as_path || holds_specs()) {
        true => Positional::Folder,
        false => Positional::Filter,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn rel(path: &str, base: &str) -> String {
        relative(Path::new(path), Path::new(base)).display().to_string()
    }

    #[test]
    fn a_path_is_shown_from_the_current_folder() {
        assert_eq!(rel("/project/p/specs/a.yaml", "/project/p"), "specs/a.yaml");
        assert_eq!(rel("/project/p/specs/a.yaml", "/project/p/src"), "../specs/a.yaml");
        assert_eq!(rel("/tmp/a.yaml", "/project/p"), "/tmp/a.yaml");
    }

    #[test]
    fn dots_are_resolved_by_text() {
        assert_eq!(cleaned(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(cleaned(Path::new("../a")), Path::new("../a"));
    }

    #[test]
    fn a_word_is_a_path_only_when_it_can_be_meant_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["nn/a.yaml", "digits/data.csv"] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "").unwrap();
        }
        assert_eq!(classify("nn/a.yaml", root), Positional::SpecFile);
        assert_eq!(classify("nn/b.yaml", root), Positional::MissingFile);
        assert_eq!(classify("nn", root), Positional::Folder);
        assert_eq!(classify("digits/", root), Positional::Folder);
        assert_eq!(classify("digits", root), Positional::Filter);
        assert_eq!(classify("digits::learns", root), Positional::Filter);
        assert_eq!(classify(".", root), Positional::Folder);
    }
}
