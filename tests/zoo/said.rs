//! What a run of `cargo nn-test` says of each program, and its line of the matrix.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::programs::{Program, root};

/// What a run says of a program.
#[derive(Default)]
pub struct Said {
    /// The likely causes, the likeliest first.
    pub causes: Vec<String>,
    /// The properties that do not hold, with how they count and where.
    pub accusations: Vec<String>,
}

/// Runs declared programs (a folder or a file of them) and all those in Rust on the CPU, with their own
/// seeds or with one for all.
pub fn run(declared: &str, seed: Option<u64>) -> BTreeMap<String, Said> {
    let seed = seed.map_or_else(String::new, |seed| format!(" --seed {seed}"));
    let declared = format!("{declared}{seed}");
    let manifest = "fixtures/workspace/Cargo.toml";
    let in_rust = format!("--manifest-path {manifest} --locked -p zoo{seed}");
    let mut said = BTreeMap::new();
    for arguments in [declared, in_rust] {
        read(&events(&arguments), &mut said);
    }
    said
}

fn events(arguments: &str) -> String {
    // Programs in Rust share the build of Burn with these very tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--message-format", "json"])
        .args(arguments.split(' '))
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target.expect("cargo makes it inside of the target folder"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("events are UTF-8");
    assert!(!text.is_empty(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    text
}

fn read(events: &str, said: &mut BTreeMap<String, Said>) {
    for line in events.lines() {
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

/// The programs of which something is said, with what it is.
pub fn matrix(programs: &[Program], said: &BTreeMap<String, Said>) -> String {
    let mut text = String::new();
    let mut file = "";
    for program in programs.iter().filter(|program| said.contains_key(&program.name)) {
        if program.file != file {
            text += &format!("\n# {}\n", program.file);
            file = &program.file;
        }
        let Said { causes, accusations } = &said[&program.name];
        let list = |items: &[String], separator: &str| match items.is_empty() {
            true => "nothing".to_owned(),
            false => items.join(separator),
        };
        let tags = program.tags.join(" ");
        text += &format!("{} [{tags}]\n", program.name);
        text += &format!("    because: {}\n", list(causes, ", "));
        for accusation in accusations {
            text += &format!("    {accusation}\n");
        }
    }
    text.trim_start().to_owned()
}
