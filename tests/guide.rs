//! The guide tells the truth: its specs are the committed ones, its mends are what differs between
//! them, and its outputs are what the commands print.
//!
//! `UPDATE_DOCS=1 cargo test --test guide` writes the outputs anew.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use similar::{ChangeTag, TextDiff};
use tempfile::TempDir;

/// The commands of the page say no device: the test does.
const DEVICE: &str = "cpu";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/guide.md")).expect("the guide is there")
}

fn step(number: usize) -> String {
    let path = root().join(format!("fixtures/guide/step{number}.yaml"));
    fs::read_to_string(path).expect("the step is there")
}

/// A copy of what the commands read, in a package of its own: a run may write snapshots there.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let copy = |name: &str, to: PathBuf| {
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("it can be made");
        fs::copy(root().join(name), to).expect("it can be copied");
    };
    copy("fixtures/digits.csv", folder.path().join("fixtures/digits.csv"));
    for below in ["fixtures/guide", "fixtures/guide/snapshots/step5"] {
        for entry in fs::read_dir(root().join(below)).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_file() {
                let name = path.strip_prefix(root()).expect("it is ours").to_owned();
                copy(name.to_str().expect("it is ASCII"), folder.path().join(&name));
            }
        }
    }
    let manifest = "[package]\nname = \"guide\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("it can be written");
    fs::create_dir(folder.path().join("src")).expect("it can be made");
    fs::write(folder.path().join("src/lib.rs"), "").expect("it can be written");
    folder
}

/// What `cargo nn-test …` prints, without the time that it took.
fn printed(folder: &Path, line: &str) -> String {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("cargo"), "{line}");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(words)
        .current_dir(folder)
        .env("CARGO_TERM_COLOR", "never")
        .env("NN_TEST_DEVICE", DEVICE)
        .env("INSTA_UPDATE", "new")
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("NN_TEST_PROFILE")
        .env_remove("NN_TEST_SEVERITY")
        .env_remove("NN_TEST_WARNINGS")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the report is UTF-8");
    without_times(&text).trim_end().to_owned()
}

/// Times are different in every run: `[   0.142s]` becomes nothing.
fn without_times(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find(" [ ") {
        let (before, after) = rest.split_at(start);
        kept.push_str(before);
        match after.find("s]") {
            Some(end) if after[3..end].trim().parse::<f64>().is_ok() => rest = &after[end + 2..],
            _ => {
                kept.push_str(&after[..3]);
                rest = &after[3..];
            }
        }
    }
    kept + rest
}

/// The blocks of a language, each without its fences.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let blocks = page.split(&opening).skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn commands_print_what_the_guide_shows() {
    let folder = workplace();
    let page = page();
    let mut written = page.clone();
    for block in blocks(&page, "console") {
        let line = block.lines().next().and_then(|line| line.strip_prefix("$ "));
        let line = line.unwrap_or_else(|| panic!("no command: {block}"));
        let expected = format!("$ {line}\n{}\n", printed(folder.path(), line));
        written = written.replace(&block, &expected);
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join("docs/guide.md"), written).expect("it can be written");
    } else {
        assert!(written == page, "{}", difference(&page, &written));
    }
}

fn difference(page: &str, written: &str) -> String {
    let diff = TextDiff::from_lines(page, written);
    format!("UPDATE_DOCS=1 cargo test --test guide writes it anew\n{}", diff.unified_diff())
}

#[test]
fn the_spec_that_the_guide_begins_with_is_the_first_step() {
    let shown = blocks(&page(), "yaml").into_iter().next().expect("the guide shows a spec");
    assert_eq!(shown, step(1));
}

#[test]
fn every_mend_is_what_differs_between_two_steps() {
    let shown = blocks(&page(), "diff");
    let mended: Vec<String> =
        (1..=5).map(|number| mend(&step(number), &step(number + 1))).collect();
    assert_eq!(shown, mended);
}

/// The lines that differ, but for the name and the comment of a file.
fn mend(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter_map(|change| {
        let line = change.value();
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => return None,
        };
        let about_the_file = line.starts_with('#') || line.starts_with("name:");
        (!about_the_file).then(|| format!("{sign}{line}"))
    });
    changed.collect()
}

#[test]
fn in_the_end_nothing_is_left_to_mend() {
    let folder = workplace();
    for step in ["step5", "step6"] {
        let line = format!("cargo nn-test fixtures/guide/{step}.yaml --seed 42");
        let text = printed(folder.path(), &line);
        assert!(!text.contains("FAIL") && !text.contains("WARN"), "{text}");
        assert!(text.contains("PASS"), "{text}");
    }
}

#[test]
fn only_times_are_taken_out_of_an_output() {
    assert_eq!(without_times("PASS [   0.142s] a  b in [ 1e-5, 2]\n"), "PASS a  b in [ 1e-5, 2]\n");
}
