//! Which files of a folder are specs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of snapshots: it holds no specs.
const SNAPSHOTS: &str = "snapshots";

/// All `.yaml` and `.yml` files in a folder and its subfolders, sorted by path. Snapshots, hidden files
/// and folders, and those that begin with `_` are left out, which are there for specs to extend; linked folders are not entered, so that no loop can be.
///
/// # Errors
///
/// When a folder cannot be read or does not exist.
pub fn spec_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    Ok(files)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if [b'.', b'_'].contains(name.as_encoded_bytes().first().unwrap_or(&b'.')) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if name != SNAPSHOTS {
                gather(&path, files)?;
            }
        } else if is_spec(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn is_spec(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_found_in_subfolders_sorted_and_without_snapshots() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files = [
            "b.yml",
            "a.yaml",
            "notes.md",
            "vision/c.yaml",
            "snapshots/a/learns.yaml",
            "vision/snapshots/d.yaml",
            ".hidden.yaml",
            ".hidden/e.yaml",
            "_base.yaml",
            "_bases/f.yaml",
        ];
        for path in files.map(|file| root.join(file)) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let expected = ["a.yaml", "b.yml", "vision/c.yaml"].map(|file| root.join(file));
        assert_eq!(spec_files(root).unwrap(), expected);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_an_error() {
        assert!(spec_files(Path::new("/nonexistent/specs")).is_err());
    }
}
