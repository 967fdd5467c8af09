//! Which files of a folder are specs.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder beside the specs that holds their snapshots, and never a spec.
const SNAPSHOTS: &str = "snapshots";

/// Whether a path's name is that of a spec file.
pub fn is_spec_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// All spec files in a folder and its subfolders, sorted by path. Snapshots and hidden files and
/// folders are left out; a folder that does not exist holds none. Linked files are followed, linked
/// folders are not, so that no loop can be entered.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn spec_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        gather(folder, &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = entry.path();
        if is_hidden(&name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if name != SNAPSHOTS {
                gather(&path, files)?;
            }
        } else if is_spec_file(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_found_in_subfolders_sorted_and_without_snapshots() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "b.yml",
            "a.yaml",
            "notes.md",
            "vision/c.yaml",
            "snapshots/a/learns.yaml",
            "vision/snapshots/d.yaml",
            ".hidden.yaml",
            ".hidden/e.yaml",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found: Vec<PathBuf> = spec_files(root)
            .unwrap()
            .iter()
            .map(|path| path.strip_prefix(root).unwrap().to_owned())
            .collect();
        assert_eq!(found, ["a.yaml", "b.yml", "vision/c.yaml"].map(PathBuf::from));
    }

    #[test]
    fn a_folder_that_does_not_exist_holds_no_specs() {
        assert_eq!(spec_files(Path::new("/nonexistent/specs")).unwrap(), Vec::<PathBuf>::new());
    }
}
