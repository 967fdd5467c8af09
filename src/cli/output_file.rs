//! Files that a command leaves behind: whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::Error;

/// Whether `path` can be written, found out without touching what stands there; makes its folder.
pub(super) fn probe(path: &Path) -> Result<(), Error> {
    let unfinished = unfinished(path);
    let tried = prepared(path)
        .and_then(|()| fs::write(&unfinished, ""))
        .and_then(|()| fs::remove_file(&unfinished));
    tried.map_err(|error| unwritable(path, error))
}

/// Puts `text` in the place of the file. Whoever reads it meanwhile sees the old file or the new
/// one, and an interrupt leaves one of them.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let unfinished = unfinished(path);
    let moved = prepared(path)
        .and_then(|()| fs::write(&unfinished, text))
        .and_then(|()| fs::rename(&unfinished, path));
    moved.map_err(|error| {
        // The first error is the one to report.
        let _ = fs::remove_file(&unfinished);
        unwritable(path, error)
    })
}

/// Adds `text` to the end of a file, at once.
pub(super) fn append(path: &Path, text: &str) -> Result<(), Error> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unwritable(path, error))
}

/// An empty file to write line by line.
pub(super) fn create(path: &Path) -> Result<fs::File, Error> {
    let file = prepared(path).and_then(|()| fs::File::create(path));
    file.map_err(|error| unwritable(path, error))
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::Write { path: path.to_owned(), error }
}

fn prepared(path: &Path) -> io::Result<()> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    match path.parent() {
        Some(folder) if folder.is_file() => Err(io::ErrorKind::NotADirectory.into()),
        Some(folder) if folder != Path::new("") => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// A file beside `path`, since only inside a file system can files be moved at once.
fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_its_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports/junit.xml");
        probe(&path).unwrap();
        assert!(names(&folder.path().join("reports")).is_empty());
        replace(&path, "a long first text").unwrap();
        replace(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(names(&folder.path().join("reports")), ["junit.xml"]);
    }

    #[test]
    fn what_cannot_be_written_is_an_error_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for path in [folder.path().to_owned(), folder.path().join("file/junit.xml")] {
            for error in [
                probe(&path).unwrap_err(),
                replace(&path, "").unwrap_err(),
                create(&path).unwrap_err(),
            ] {
                assert_eq!(error.exit_code(), 101);
                let message = error.to_string();
                assert!(message.contains(&path.display().to_string()), "{message}");
            }
        }
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn appending_keeps_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step");
        append(&path, "one\n").unwrap();
        append(&path, "two\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}
