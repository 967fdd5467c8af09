//! Registrations that do not compile: what the compiler says must help.
//!
//! Each program of the member `refused` makes one mistake. The file `.stderr` beside it has the headline
//! of each error, what is written below the program's lines, and the notes. The programs are built
//! rather than checked, for which the other members have built all that they need.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use libtest_mimic::{Completion, Failed};
use serde_json::Value;

use super::sample;

/// Set to write what the compiler says to the files.
const UPDATE: &str = "UPDATE_REFUSED";

/// What the compiler says of each program, by its name.
fn said() -> Result<BTreeMap<String, String>, Failed> {
    let output = sample::cargo("build --locked --package refused --bins --keep-going")
        .args(["--message-format", "json"])
        .output()?;
    let text = sample::text(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for message in messages.filter(|message| message["reason"] == "compiler-message") {
        let program = message["target"]["name"].as_str().ok_or("a message names its target")?;
        let text = rendered(&message["message"]);
        said.entry(program.to_owned()).or_default().push_str(&text);
    }
    if said.is_empty() { Err(sample::told(&output).into()) } else { Ok(said) }
}

/// A list of candidates without the number of those left out: every module of nn-test's own counts.
fn uncounted(message: &str) -> String {
    let is_count = |line: &str| line.starts_with("and ") && line.ends_with(" others");
    let lines = message.lines().map(|line| if is_count(line) { "and others" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// An error without the lines of files, which change their places.
fn rendered(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
    if spans.is_empty() {
        // How many errors there were.
        return String::new();
    }
    let code = text(&message["code"]["code"]);
    let mut lines =
        vec![format!("{}[{code}]: {}", text(&message["level"]), text(&message["message"]))];
    // In the program itself, not in the macro that it calls.
    let own =
        |span: &&Value| span["file_name"].as_str().is_some_and(|file| file.contains("refused"));
    let labels = spans.iter().filter(own).filter(|span| !span["label"].is_null());
    lines.extend(
        labels.map(|span| format!("  line {}: {}", span["line_start"], text(&span["label"]))),
    );
    let notes = message["children"].as_array().map(Vec::as_slice).unwrap_or_default();
    for note in notes {
        let message = uncounted(&text(&note["message"])).replace('\n', "\n    ");
        // A path in the target folder, and where in nn-test the bound is written.
        let names_a_place =
            ["the full name for the type", "consider using `--verbose`", "required by"];
        if !names_a_place.iter().any(|start| message.starts_with(start)) {
            lines.push(format!("  {}: {message}", text(&note["level"])));
        }
    }
    lines.join("\n") + "\n"
}

/// Programs and the files that go with them.
fn programs() -> Result<BTreeMap<String, PathBuf>, Failed> {
    let folder = sample::root().join("refused/src/bin");
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let programs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let named = programs.filter_map(|path| {
        Some((path.file_stem()?.to_str()?.to_owned(), path.with_extension("stderr")))
    });
    Ok(named.collect())
}

/// Whether this is the compiler that the files are written with: the oldest that nn-test supports.
/// Others say some things in other words.
fn is_the_compiler_of_the_files() -> Result<bool, Failed> {
    let output = sample::command("rustc").arg("--version").output()?;
    let version = format!("rustc {}.", env!("CARGO_PKG_RUST_VERSION"));
    Ok(sample::text(&output.stdout).starts_with(&version))
}

/// The headlines that are nn-test's own words.
fn own_headlines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("error") && line.contains("nn-test")).collect()
}

pub fn programs_are_refused() -> Result<Completion, Failed> {
    let (said, programs) = (said()?, programs()?);
    let exact = is_the_compiler_of_the_files()?;
    let mut wrong = Vec::new();
    for (program, file) in &programs {
        let Some(now) = said.get(program) else {
            wrong.push(format!("{program} compiles"));
            continue;
        };
        if std::env::var_os(UPDATE).is_some() {
            fs::write(file, now)?;
        }
        let before = fs::read_to_string(file).unwrap_or_default().replace("\r\n", "\n");
        let same = match exact {
            true => before == *now,
            false => own_headlines(&before) == own_headlines(now),
        };
        if !same || before.is_empty() {
            wrong.push(format!("{program}: the compiler says\n{now}\nand not\n{before}"));
        }
    }
    assert!(programs.len() > 15, "{programs:?}");
    if wrong.is_empty() {
        return Ok(Completion::Completed);
    }
    let help =
        format!("if that is better, accept it: {UPDATE}=1 cargo test --test workspace refused");
    Err(format!("{}\n{help}", wrong.join("\n")).into())
}
