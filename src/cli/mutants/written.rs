//! What `mutants` prints and writes.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::Error;
use super::super::output_file;
use super::super::paths::relative;
use super::phases::Target;
use crate::mutants::{Fate, Report, advice};
use crate::report::{Mark, counted, marked};

/// The folder of the lists, as cargo-mutants calls it, and what becomes of the one before.
const FOLDER: &str = "mutants.out";
const OLD: &str = "mutants.out.old";

/// All mutants, in their order.
pub(super) fn list(
    output: &mut impl Write,
    targets: &[Target],
    as_json: bool,
) -> Result<(), Error> {
    let mut listed = Vec::new();
    let mut text = String::new();
    for target in targets {
        for planted in &target.planted {
            let name = target.name(planted);
            text.push_str(&format!("{name}\n"));
            listed.push(json!({
                "mutant": name,
                "spec": target.spec,
                "file": target.file.display().to_string(),
                "fault": planted.title,
            }));
        }
    }
    if as_json {
        text = serde_json::to_string_pretty(&listed).expect("a list has only string keys");
        text.push('\n');
    }
    output.write_all(text.as_bytes())?;
    Ok(())
}

/// The line of a mutant that is through, where it is worth one.
pub(super) fn line(name: &str, fate: &Fate) -> Option<String> {
    match fate {
        Fate::Missed { .. } => Some(marked(Mark::Bad, "MISSED", name)),
        Fate::Timeout => Some(marked(Mark::Doubtful, "TIMEOUT", name)),
        Fate::Caught(_) | Fate::Unviable { .. } | Fate::Equivalent { .. } => None,
    }
}

/// What would catch those that were missed, and all ends in numbers.
pub(super) fn summary(
    output: &mut impl Write,
    report: &Report,
    folder: &Path,
) -> Result<(), Error> {
    for outcome in &report.outcomes {
        if let Fate::Missed { would_catch: Some(would_catch) } = &outcome.fate {
            let text = format!("{}: {}", outcome.mutant, advice(would_catch));
            writeln!(output, "{}", marked(Mark::Hint, "to catch", &text))?;
        }
    }
    let mark = if report.missed + report.timeout == 0 { Mark::Good } else { Mark::Bad };
    writeln!(output, "{}", marked(mark, "Summary", &report.summary()))?;
    let shown = relative(folder, &env::current_dir()?);
    let lists = format!("lists are in {}", shown.display());
    writeln!(output, "{}", marked(Mark::Hint, "Written", &lists))?;
    Ok(())
}

/// How many mutants are to be run.
pub(super) fn announced(mutants: usize, specs: usize) -> String {
    let text = format!("{} of {}", counted(mutants, "mutant"), counted(specs, "spec"));
    marked(Mark::Good, "Planting", &text)
}

/// Writes the lists; the folder of the run before stays beside it. Gives the folder.
pub(super) fn save(report: &Report, folder: &Path) -> Result<PathBuf, Error> {
    let (new, old) = (folder.join(FOLDER), folder.join(OLD));
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| Error::Write { path, error }
    };
    if new.exists() {
        if old.exists() {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
        fs::rename(&new, &old).map_err(failed(&old))?;
    }
    for (name, text) in report.files() {
        output_file::replace(&new.join(name), &text)?;
    }
    Ok(new)
}
