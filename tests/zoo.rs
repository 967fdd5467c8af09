//! The zoo of faults: many kinds of faulty programs beside the healthy ones that they were made of, and
//! one line for each with all that is said of it. A new false alarm or a new blind spot is a line of a
//! diff of `fixtures/faulty/zoo/matrix.txt`; `INSTA_UPDATE=always` accepts it.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The share of the accused programs whose first cause must be the right one.
const NAMED: f64 = 0.8;

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

    /// Whether a cause is what was planted: the tag behind the class, or one that is as right.
    fn has(&self, cause: &str) -> bool {
        self.tags[1..].iter().any(|tag| tag == cause || tag.strip_prefix("or_") == Some(cause))
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

/// What a run says of a program.
#[derive(Default)]
struct Said {
    /// The likely causes, the likeliest first.
    causes: Vec<String>,
    /// The properties that do not hold, with how they count and where.
    accusations: Vec<String>,
}

fn run() -> BTreeMap<String, Said> {
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
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect("every line is an event");
        match event["event"].as_str() {
            Some("test_finished") => {
                let test = event["test"].as_str().expect("a result names its test");
                let (program, property) = test.rsplit_once("::").expect("a test has a property");
                let said = said.entry(program.to_owned()).or_default();
                said.accusations.extend(accusation(property, &event));
            }
            Some("diagnosed") => {
                let program = event["spec"].as_str().expect("a diagnosis names its spec");
                let causes = event["causes"].as_array().expect("it has causes");
                let causes = causes.iter().filter_map(|cause| cause["cause"].as_str());
                let said = said.entry(program.to_owned()).or_default();
                said.causes.extend(causes.map(str::to_owned));
            }
            _ => {}
        }
    }
    said
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

fn matrix(subjects: &[Subject], said: &BTreeMap<String, Said>) -> String {
    let mut text = String::new();
    let mut file = "";
    for subject in subjects {
        if subject.file != file {
            text += &format!("\n# {}\n", subject.file);
            file = &subject.file;
        }
        let Said { causes, accusations } = said.get(&subject.name).expect("every program has run");
        let list = |items: &[String], separator: &str| match items.is_empty() {
            true => "nothing".to_owned(),
            false => items.join(separator),
        };
        let tags = subject.tags.join(" ");
        text += &format!("{} [{tags}]\n", subject.name);
        text += &format!("    because: {}\n", list(causes, ", "));
        for accusation in accusations {
            text += &format!("    {accusation}\n");
        }
    }
    text.trim_start().to_owned()
}

#[test]
fn faulty_programs_are_accused_and_healthy_ones_are_not() {
    let subjects = subjects();
    let said = run();
    let found = matrix(&subjects, &said);
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

    let accusations = |subject: &Subject| &said[&subject.name].accusations;
    let (healthy, faulty): (Vec<&Subject>, Vec<&Subject>) =
        subjects.iter().partition(|subject| subject.is_healthy());
    let wronged: Vec<String> = healthy
        .iter()
        .filter(|subject| !accusations(subject).is_empty())
        .map(|subject| format!("{}: {}", subject.name, accusations(subject).join("; ")))
        .collect();
    assert!(wronged.is_empty(), "healthy programs are accused:\n{}", wronged.join("\n"));
    let caught: Vec<&&Subject> =
        faulty.iter().filter(|subject| !accusations(subject).is_empty()).collect();
    let share = caught.len() as f64 / faulty.len() as f64;
    assert!(share >= CAUGHT, "{} of {} faulty programs are accused", caught.len(), faulty.len());
    let (refused, judged): (Vec<&Subject>, Vec<&Subject>) =
        caught.into_iter().partition(|subject| subject.is_refused());
    for subject in refused {
        let accusations = accusations(subject);
        assert!(accusations[0].starts_with("refused"), "{}: {accusations:?}", subject.name);
    }
    let named = |subject: &&&Subject| {
        said[&subject.name].causes.first().is_some_and(|cause| subject.has(cause))
    };
    let right = judged.iter().filter(named).count();
    let share = right as f64 / judged.len() as f64;
    assert!(share >= NAMED, "{right} of {} causes are the right ones", judged.len());
}

#[test]
fn the_zoo_is_as_large_as_the_project_says() {
    let subjects = subjects();
    let faulty = subjects.iter().filter(|subject| !subject.is_healthy());
    let class = |subject: &Subject| {
        subject
            .tags
            .iter()
            .find(|tag| tag.starts_with("class_"))
            .cloned()
            .expect("a fault has a class")
    };
    let mut classes: Vec<String> = faulty.map(class).collect();
    let programs = classes.len();
    classes.sort();
    classes.dedup();
    assert!(
        programs >= 120 && classes.len() >= 60,
        "{programs} programs of {} classes",
        classes.len()
    );
}
