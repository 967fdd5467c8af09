//! What can go wrong with snapshot files.

use std::io;
use std::path::PathBuf;

/// A snapshot could not be compared or written. Each message names the file and the mend.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The folder or a file in it cannot be written.
    #[error(
        "cannot write snapshots into {folder}: {reason}\n\
         make the folder writable, or set INSTA_UPDATE=no to compare without writing",
        folder = folder.display()
    )]
    Unwritable {
        folder: PathBuf,
        reason: io::Error,
        /// What would have been written, compared with the accepted snapshot.
        diff: String,
    },

    /// The accepted snapshot exists and cannot be read.
    #[error("cannot read the snapshot {path}: {reason}", path = path.display())]
    Unreadable { path: PathBuf, reason: io::Error },

    /// The accepted snapshot is not in insta's format.
    #[error(
        "{path} is no snapshot: {reason}\n\
         restore it from version control, or delete it and accept the new one",
        path = path.display()
    )]
    Malformed { path: PathBuf, reason: String },

    /// A merge left its marks in the accepted snapshot.
    #[error(
        "{path}:{line} holds conflict markers of an unfinished merge\n\
         resolve the conflict, or delete the file and accept the new snapshot",
        path = path.display()
    )]
    Conflicted { path: PathBuf, line: usize },

    /// A variable or setting of insta has a value that insta does not know.
    #[error("`{value}` is no value for {setting}; it takes {allowed}")]
    Setting { setting: &'static str, value: String, allowed: &'static str },

    /// `INSTA_PENDING_DIR` mirrors the workspace, and the snapshot lies outside of it.
    #[error(
        "INSTA_PENDING_DIR is set, but {path} is outside of the workspace {workspace}",
        path = path.display(),
        workspace = workspace.display()
    )]
    OutsideWorkspace { path: PathBuf, workspace: PathBuf },

    /// A spec's or a property's name cannot be a file name.
    #[error("`{name}` cannot name a snapshot: use ASCII letters, digits, `_`, `-`, `=` and `.`")]
    Name { name: String },
}
