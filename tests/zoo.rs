//! The zoo of faults: many kinds of faulty programs beside the healthy ones that they were made of, and
//! one line for each with all that is said of it. A new false alarm or a new blind spot is a line of a
//! diff of `fixtures/faulty/zoo/matrix.txt`; `INSTA_UPDATE=always` accepts it.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The share of the faulty programs that must be accused of something, of severity error or warn.
const CAUGHT: f64 = 0.95;

/// A program of the zoo, as its file describes it.
struct Subject {
    name: String,
    file: String,
    tags: Vec<String>,
}

impl Subject {
    fn is_healthy(&self) -> bool {
        self.tags.iter().any(|tag| tag == "twin")
    }

    /// Whether the language itself refuses it.
    fn is_refused(&self) -> bool {
        self.tags.iter().any(|tag| tag == "refused")
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty/zoo")
}

/// All programs, file by file, in the order in which they stand there.
fn subjects() -> Vec<Subject> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the zoo is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    let mut subjects = Vec::new();
    for path in files {
        let file = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let documents = text.split("\n---\n").filter(|_| !file.starts_with('_'));
        subjects.extend(documents.map(|document| Subject {
            name: value_of(document, "name: ").expect("a program has a name"),
            file: file.clone(),
            tags: value_of(document, "tags: ").map_or_else(Vec::new, |tags| {
                let tags = tags.trim_start_matches('[').trim_end_matches(']');
                tags.split(", ").map(str::to_owned).collect()
            }),
        }));
    }
    subjects
}

/// What stands behind a key at the beginning of a line.
fn value_of(document: &str, key: &str) -> Option<String> {
    document.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned)
}

/// What a run says of each program: its properties that do not hold, with how they count and where.
fn accusations() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--message-format", "json"])
        .arg("fixtures/faulty/zoo")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("events are UTF-8");
    let mut accused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect("every line is an event");
        if event["event"] != "test_finished" {
            continue;
        }
        let test = event["test"].as_str().expect("a result names its test");
        let (program, property) = test.rsplit_once("::").expect("a test has a property");
        let said = accused.entry(program.to_owned()).or_default();
        said.extend(accusation(property, &event));
    }
    accused
}

fn accusation(property: &str, result: &Value) -> Option<String> {
    let status = result["status"].as_str().expect("a result has a status");
    if status == "spec_error" {
        let details = result["details"].as_str().unwrap_or_default();
        let code = details.split(['[', ']']).nth(1).unwrap_or("no code");
        // Every property of a refused program says the same.
        return (property == "shapes").then(|| format!("refused {code}"));
    }
    let verdict = &result["verdict"];
    let how = match (verdict["outcome"].as_str(), status) {
        (Some("fail"), "failed") => "error",
        (Some("fail" | "warn"), _) => "warn",
        (Some("inconclusive"), _) => "inconclusive",
        (Some(_), "failed") | (None, _) => return Some(format!("{status} {property}")),
        _ => return None,
    };
    let place = verdict["findings"][0]["place"].as_str();
    Some(format!("{how} {property}{}", place.map_or(String::new(), |place| format!(" at {place}"))))
}

fn matrix(subjects: &[Subject], accused: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = String::new();
    let mut file = "";
    for subject in subjects {
        if subject.file != file {
            text += &format!("\n# {}\n", subject.file);
            file = &subject.file;
        }
        let said = accused.get(&subject.name).expect("every program has run");
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join("; ") };
        text += &format!("{} [{}]: {said}\n", subject.name, subject.tags.join(" "));
    }
    text.trim_start().to_owned()
}

#[test]
fn faulty_programs_are_accused_and_healthy_ones_are_not() {
    let subjects = subjects();
    let accused = accusations();
    let found = matrix(&subjects, &accused);
    let path = folder().join("matrix.txt");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &found).expect("it can be written");
    }
    let accepted = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = similar::TextDiff::from_lines(&accepted, &found)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{change}", change.tag()))
        .collect();
    assert!(changed.is_empty(), "the zoo is seen otherwise than it was:\n{}", changed.concat());

    let said = |subject: &Subject| accused[&subject.name].clone();
    let (healthy, faulty): (Vec<&Subject>, Vec<&Subject>) =
        subjects.iter().partition(|subject| subject.is_healthy());
    let wronged: Vec<String> = healthy
        .iter()
        .filter(|subject| !said(subject).is_empty())
        .map(|subject| format!("{}: {}", subject.name, said(subject).join("; ")))
        .collect();
    assert!(wronged.is_empty(), "healthy programs are accused:\n{}", wronged.join("\n"));
    let caught = faulty.iter().filter(|subject| !said(subject).is_empty()).count();
    let share = caught as f64 / faulty.len() as f64;
    assert!(share >= CAUGHT, "{caught} of {} faulty programs are accused", faulty.len());
    for subject in faulty.iter().filter(|subject| subject.is_refused()) {
        assert!(said(subject)[0].starts_with("refused"), "{}: {:?}", subject.name, said(subject));
    }
}

#[test]
fn the_zoo_is_as_large_as_the_project_says() {
    let subjects = subjects();
    let faulty = subjects.iter().filter(|subject| !subject.is_healthy());
    let class = |subject: &Subject| {
        subject.tags.iter().find(|tag| tag.starts_with("class_")).cloned().expect("a fault has a class")
    };
    let mut classes: Vec<String> = faulty.map(class).collect();
    let programs = classes.len();
    classes.sort();
    classes.dedup();
    assert!(programs >= 120 && classes.len() >= 60, "{programs} programs of {} classes", classes.len());
}
