//! Files that are written whole or not at all, whenever the process is killed.
//!
//! The text goes to a file of its own beside the target, which then takes the target's name. A
//! process that is killed in between leaves that file behind; the next one that works in the folder
//! removes it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process;

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// Ends the names of unfinished files, before the number of the process that writes them.
const UNFINISHED: &str = ".unfinished-";

/// Writes a file, making its folder.
///
/// # Errors
///
/// When the folder or the file cannot be written. The old file is whole then.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or(OsStr::new("file")).to_string_lossy();
    let unfinished = folder.join(format!(".{name}{UNFINISHED}{}", process::id()));
    let moved = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, path));
    if moved.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&unfinished);
    }
    moved
}

/// Removes what killed processes left unfinished in a folder. What cannot be removed does no harm:
/// nobody reads it.
pub(crate) fn clean(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let writer = name.to_str().and_then(writer);
        if writer.is_some_and(|writer| writer != process::id() && !is_alive(writer)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process that writes the unfinished file of that name.
fn writer(name: &str) -> Option<u32> {
    name.strip_prefix('.')?.rsplit_once(UNFINISHED)?.1.parse().ok()
}

/// A process that has ended stays in the system's list until its parent asks for its exit code; in
/// a container without an init process nobody ever does.
fn is_alive(process: u32) -> bool {
    let pid = Pid::from_u32(process);
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let ended = [ProcessStatus::Zombie, ProcessStatus::Dead];
    system.process(pid).is_some_and(|process| !ended.contains(&process.status()))
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_written_file_stands_alone_in_its_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/inside/a.snap");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(path.parent().unwrap()), ["a.snap"]);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::create_dir_all(path.join("full")).unwrap();
        assert!(write(&path, "text").is_err());
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn only_what_dead_processes_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        // Numbers of processes do not go that high.
        let dead = format!(".a.snap{UNFINISHED}4294967");
        let own = format!(".a.snap{UNFINISHED}{}", process::id());
        for name in [&dead, &own, ".a.snap.unfinished-x", "a.snap.unfinished-4294967", "a.snap"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        clean(folder.path());
        let left = names(folder.path());
        assert!(!left.contains(&dead), "{left:?}");
        assert_eq!(left.len(), 4, "{left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_ended_is_dead_even_while_nobody_asked_for_its_exit_code() {
        let folder = tempfile::tempdir().unwrap();
        let mut ended = process::Command::new("true").spawn().unwrap();
        fs::write(folder.path().join(format!(".a.snap{UNFINISHED}{}", ended.id())), "").unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while !names(folder.path()).is_empty() && Instant::now() < deadline {
            clean(folder.path());
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(names(folder.path()), [""; 0]);
        assert!(ended.wait().unwrap().success());
    }
}
