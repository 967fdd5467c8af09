//! Which files of a folder are specs.

use std::io;
use std::path::{Path, PathBuf};

use crate::harness;

/// Whether a path's name is that of a spec file.
pub fn is_spec_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// All spec files in a folder and its subfolders, sorted by path; those that a test target of the
/// package would run. A folder that does not exist holds none.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn spec_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if folder.is_dir() { harness::spec_files(folder) } else { Ok(Vec::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_holds_no_specs() {
        assert_eq!(spec_files(Path::new("/nonexistent/specs")).unwrap(), Vec::<PathBuf>::new());
    }
}
