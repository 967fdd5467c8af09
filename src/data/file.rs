//! Reading the data file, the one effect of this module.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::DataError;
use crate::spec::suggest;

/// The bytes of the file at `written`, which starts from `folder` unless it is absolute.
///
/// # Errors
///
/// When there is no such file (with the name of the file in the same folder that was probably
/// meant), when it is no regular file, or when it cannot be read.
pub(super) fn read(folder: &Path, written: &Path) -> Result<Vec<u8>, DataError> {
    let path = folder.join(written);
    let unreadable = |reason: String| DataError::FileUnreadable {
        written: written.to_path_buf(),
        resolved: path.clone(),
        reason,
    };
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() => {
            fs::read(&path).map_err(|error| unreadable(error.to_string()))
        }
        Ok(metadata) if metadata.is_dir() => Err(unreadable("it is a folder".into())),
        // A pipe or a device may never end.
        Ok(_) => Err(unreadable("it is no regular file".into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(DataError::FileMissing {
            written: written.to_path_buf(),
            resolved: path.clone(),
            suggestion: neighbour(&path).map(|name| written.with_file_name(name)),
        }),
        Err(error) => Err(unreadable(error.to_string())),
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
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_path_starts_from_the_specs_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("iris.csv"), "a,b").unwrap();
        let read = read(&folder.path().join("specs"), Path::new("../iris.csv"));
        assert_eq!(read, Ok(b"a,b".to_vec()));
    }

    #[test]
    fn a_missing_file_is_told_with_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("iris.csv"), "").unwrap();
        fs::write(folder.path().join("wine.csv"), "").unwrap();
        assert_eq!(
            read(folder.path(), Path::new("./irsi.csv")),
            Err(DataError::FileMissing {
                written: PathBuf::from("./irsi.csv"),
                resolved: folder.path().join("./irsi.csv"),
                suggestion: Some(PathBuf::from("./iris.csv")),
            })
        );
    }

    #[test]
    fn a_missing_folder_is_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path(), Path::new("nowhere/iris.csv")).unwrap_err();
        assert!(matches!(error, DataError::FileMissing { suggestion: None, .. }), "{error:?}");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path(), Path::new(".")).unwrap_err();
        assert!(
            matches!(&error, DataError::FileUnreadable { reason, .. } if reason == "it is a folder"),
            "{error:?}"
        );
    }
}
