//! Opening data files, the one effect of `data`.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::data::DataError;
use crate::spec::suggest;

/// Opens the file at `written`, which starts from `folder` unless it is absolute.
///
/// # Errors
///
/// When there is no such file (with the name of the file in the same folder that was probably
/// meant), when it is no regular file, or when it cannot be read.
pub(in crate::data) fn open(folder: &Path, written: &Path) -> Result<File, DataError> {
    let path = folder.join(written);
    let unreadable = |reason: String| DataError::FileUnreadable {
        written: written.to_path_buf(),
        resolved: path.clone(),
        reason,
    };
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() => {
            File::open(&path).map_err(|error| unreadable(error.to_string()))
        }
        Ok(metadata) if metadata.is_dir() => Err(unreadable("it is a folder".into())),
        // A pipe or a device may never end.
        Ok(_) => Err(unreadable("it is no regular file".into())),
        Err(error) => Err(refusal(&path, written, &error)),
    }
}

/// Why `path`, written so, cannot be opened.
pub(in crate::data) fn refusal(path: &Path, written: &Path, error: &io::Error) -> DataError {
    let (written, resolved) = (written.to_path_buf(), path.to_path_buf());
    match error.kind() {
        ErrorKind::NotFound => {
            let suggestion = neighbour(path).map(|name| written.with_file_name(name));
            DataError::FileMissing { written, resolved, suggestion }
        }
        _ => DataError::FileUnreadable { written, resolved, reason: error.to_string() },
    }
}

/// The name of a file beside `path` that is much like it.
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut names: Vec<String> = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    // The order of a folder's entries differs between systems.
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    suggest(wanted, &known).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_path_starts_from_the_specs_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("iris.csv"), "a,b").unwrap();
        let mut file = open(&folder.path().join("specs"), Path::new("../iris.csv")).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a,b");
    }

    #[test]
    fn a_missing_file_is_told_with_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("iris.csv"), "").unwrap();
        fs::write(folder.path().join("wine.csv"), "").unwrap();
        assert_eq!(
            open(folder.path(), Path::new("./irsi.csv")).unwrap_err(),
            DataError::FileMissing {
                written: PathBuf::from("./irsi.csv"),
                resolved: folder.path().join("./irsi.csv"),
                suggestion: Some(PathBuf::from("./iris.csv")),
            }
        );
    }

    #[test]
    fn a_missing_folder_is_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(folder.path(), Path::new("nowhere/iris.csv")).unwrap_err();
        assert!(matches!(error, DataError::FileMissing { suggestion: None, .. }), "{error:?}");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(folder.path(), Path::new(".")).unwrap_err();
        assert!(
            matches!(&error, DataError::FileUnreadable { reason, .. } if reason == "it is a folder"),
            "{error:?}"
        );
    }
}
