//! Changes of files: shown, or made all together or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::whole_file;

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Absolute.
    pub(super) path: PathBuf,
    /// What stands there now; nothing when there is no such file.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) path: PathBuf,
    pub(super) error: io::Error,
}

/// Makes all changes. When one cannot be made, those before it are taken back.
pub(super) fn make(changes: &[Change]) -> Result<(), Failure> {
    let failure = |change: &Change, error| Failure { path: change.path.clone(), error };
    for change in changes {
        untouched(change).map_err(|error| failure(change, error))?;
    }
    let mut made = Vec::new();
    for change in changes {
        let folders = missing_folders(&change.path);
        let result = write(&change.path, &change.after);
        made.push((change, folders));
        if let Err(error) = result {
            made.into_iter().rev().for_each(|(change, folders)| take_back(change, &folders));
            return Err(failure(change, error));
        }
    }
    Ok(())
}

/// Whether the file is still what the change was made for.
fn untouched(change: &Change) -> io::Result<()> {
    let now = match fs::read_to_string(&change.path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match now == change.before {
        true => Ok(()),
        false => Err(io::Error::other("it has changed meanwhile")),
    }
}

/// Writes a whole file or nothing. A link stays one, and so do permissions.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
    whole_file::write(&target, text)?;
    permissions.map_or(Ok(()), |permissions| fs::set_permissions(&target, permissions))
}

/// The folders that writing a file makes, the innermost first.
fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let folders = path.ancestors().skip(1);
    folders.take_while(|folder| !folder.exists()).map(Path::to_owned).collect()
}

/// Where even this fails, the first error has said what is wrong with the disk.
fn take_back(change: &Change, folders: &[PathBuf]) {
    let _ = match &change.before {
        Some(text) => write(&change.path, text),
        None => fs::remove_file(&change.path),
    };
    for folder in folders {
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: PathBuf, before: Option<&str>, after: &str) -> Change {
        Change { path, before: before.map(str::to_owned), after: after.to_owned() }
    }

    #[test]
    fn files_are_made_with_their_folders_and_changed_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("a/b/c.txt"), folder.path().join("old.txt"));
        fs::write(&old, "old").unwrap();
        make(&[change(new.clone(), None, "new"), change(old.clone(), Some("old"), "more")])
            .unwrap();
        assert_eq!(fs::read_to_string(&new).unwrap(), "new");
        assert_eq!(fs::read_to_string(&old).unwrap(), "more");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn when_one_cannot_be_made_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("a/b/c.txt"), folder.path().join("old.txt"));
        fs::write(&old, "old").unwrap();
        // A file where a folder is due.
        let impossible = old.join("x.txt");
        let changes = [
            change(new, None, "new"),
            change(old.clone(), Some("old"), "more"),
            change(impossible.clone(), None, "x"),
        ];
        // Asking for it fails before anything is written; so take it as not asked.
        let failure = make(&changes).unwrap_err();
        assert_eq!(failure.path, impossible);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_was_written_before_a_failure_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("a/b/c.txt"), folder.path().join("old.txt"));
        fs::write(&old, "old").unwrap();
        // Its folder is a file only once the first change is made.
        let impossible = new.join("x.txt");
        let changes = [
            change(new, None, "new"),
            change(old.clone(), Some("old"), "more"),
            change(impossible.clone(), None, "x"),
        ];
        let failure = make(&changes).unwrap_err();
        assert_eq!(failure.path, impossible);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "theirs").unwrap();
        for before in [None, Some("old")] {
            assert!(make(&[change(path.clone(), before, "ours")]).is_err());
            assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        }
    }
}
