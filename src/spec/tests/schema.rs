//! The JSON Schema against the parser: it takes what the parser takes, and refuses what is wrong
//! whatever other values say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::vocabulary::{sample, with_term};
use crate::property::{OptionKind, OptionMeta, REGISTRY};
use crate::schema::schema;
use crate::schema::validator::check;
use crate::spec::vocabulary::{DefaultValue, TermKind, TermMeta, TermOption, ValueKind, terms};
use crate::spec::{Code, Source, parse};

/// Errors of one value or one mapping, which a schema can see.
const STRUCTURE: [Code; 7] = [
    Code::WRONG_TYPE,
    Code::MISSING_KEY,
    Code::UNKNOWN_KEY,
    Code::UNKNOWN_NAME,
    Code::OUT_OF_RANGE,
    Code::EMPTY_LIST,
    Code::UNSUPPORTED_VERSION,
];

/// What the schema says of a spec's text.
fn verdict(schema: &Value, text: &str) -> Result<(), String> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    check(schema, schema, &value)
}

/// The codes of the errors that the parser finds.
fn codes(text: &str) -> Vec<&'static str> {
    match parse(Source::new("specs/example.yaml", text)) {
        Ok(_) => Vec::new(),
        Err(found) => found.errors.iter().map(|error| error.code.0).collect(),
    }
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|end| end == "yaml");
    let mut files: Vec<_> = entries.filter(is_yaml).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

#[test]
fn the_schema_takes_every_shipped_spec_and_every_sound_fixture() {
    let schema = schema();
    for folder in ["specs", "fixtures/faulty", "fixtures/broken/subjects"] {
        for path in yaml_files(folder) {
            let text = fs::read_to_string(&path).unwrap();
            verdict(&schema, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

#[test]
fn the_schema_takes_every_example_of_the_vocabulary() {
    let schema = schema();
    for term in terms() {
        let text = with_term(term, term.example);
        verdict(&schema, &text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    }
}

#[test]
fn the_schema_refuses_every_broken_spec_but_those_that_are_wrong_as_a_whole() {
    let schema = schema();
    let mut refused = 0;
    for path in yaml_files("fixtures/broken") {
        let text = fs::read_to_string(&path).unwrap();
        if verdict(&schema, &text).is_err() {
            refused += 1;
            continue;
        }
        let found = codes(&text);
        let seen = |code: &&'static str| STRUCTURE.iter().any(|known| known.0 == *code);
        assert!(!found.iter().any(seen), "{}: {found:?}", path.display());
    }
    assert!(refused >= 20, "{refused}");
}

#[test]
fn a_value_is_refused_exactly_where_the_parser_refuses_it_by_itself() {
    let candidates = [
        "-1.5",
        "-1",
        "0",
        "0.5",
        "1",
        "1.5",
        "2",
        "true",
        "valid",
        "relu",
        "mse",
        "nonsense",
        "[]",
        "[1]",
        "[1, 2]",
        "[-1, 0.5]",
        "[0, 0]",
        "[1, 2, 3]",
        "[relu]",
        "[a, b]",
        "{nonsense: 1}",
        "{relu: }",
        "{relu: , gelu: }",
        "~",
    ];
    let schema = schema();
    let mut refused = BTreeMap::from([(true, 0), (false, 0)]);
    for term in terms().filter(|term| term.name != "spec") {
        for option in term.options {
            // An option that a base may give can be taken away again, which is wrong without a base.
            let removable =
                term.kind == TermKind::Section && option.default != DefaultValue::Required;
            for candidate in candidates.iter().filter(|text| !(removable && **text == "~")) {
                let text = with_term(term, &with_option(term, option, candidate));
                let found = codes(&text);
                let due = STRUCTURE.iter().any(|code| found.contains(&code.0));
                let outcome = verdict(&schema, &text);
                assert_eq!(outcome.is_err(), due, "{text}\n{found:?}\n{outcome:?}");
                *refused.entry(due).or_default() += 1;
            }
        }
    }
    assert!(refused.values().all(|count| *count > 500), "{refused:?}");
}

/// The term as YAML, with the option and all that it requires.
fn with_option(term: &TermMeta, option: &TermOption, candidate: &str) -> String {
    let others = term
        .options
        .iter()
        .filter(|other| other.default == DefaultValue::Required && other.name != option.name);
    let mut entries: Vec<_> =
        others.map(|other| format!("{}: {}", other.name, sample(other.name))).collect();
    entries.push(format!("{}: {candidate}", option.name));
    let is_data = term.kind == TermKind::Section && term.name == "data";
    if is_data {
        let tables = ["csv", "jsonl", "parquet", "arrow", "npy", "npz", "safetensors", "idx"];
        let file = tables.contains(&option.name);
        let source = matches!(option.name, "images" | "text")
            || option.kind == ValueKind::Term(TermKind::Data);
        match option.name {
            _ if file => entries.push("target: a".to_owned()),
            "inputs" => entries.push("npz: a.npz, target: a".to_owned()),
            "sample" => entries.push("csv: a.csv, target: a".to_owned()),
            "target" => entries.push("csv: a.csv".to_owned()),
            "features" | "encode" | "missing" | "na" => {
                entries.push("csv: a.csv, target: a".to_owned());
            }
            _ if !source => entries.push("blobs: {}".to_owned()),
            _ => {}
        }
    }
    let body = format!("{{{}}}", entries.join(", "));
    match term.kind {
        TermKind::Section => body,
        TermKind::Layer | TermKind::Activation => format!("{}: {body}", term.name),
        _ => format!("{{{}: {body}}}", term.name),
    }
}

#[test]
fn what_a_base_says_can_be_taken_away() {
    let schema = schema();
    let text = "version: 1\nextends: base.yaml\nregularization: null\n\
                training: {clipping: null, seed: null}\n";
    assert_eq!(verdict(&schema, text), Ok(()));
    assert!(verdict(&schema, "version: 1\nextends: base.yaml\ntraining: {rate: null}\n").is_err());
}

#[test]
fn the_schema_knows_every_option_of_every_property_and_no_other() {
    let schema = schema();
    let with = |entry: &str| {
        let head = "version: 1\ntask: classification\ndata: moons\nmodel: [linear: 2]\n";
        verdict(&schema, &format!("{head}expect: [{entry}]\n"))
    };
    for right in ["group: a", "group: {name: a, severity: warn, skip: slow}"] {
        assert_eq!(with(right), Ok(()));
    }
    for wrong in ["group", "group: {severity: warn}", "group: {name: a, fails: no}"] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
    for meta in REGISTRY.iter().map(|property| &property.meta) {
        let name = meta.name;
        let required = meta.required();
        // What is required may stand alone, where it is one alone.
        let value = |option: &OptionMeta| if option.is_files() { "a.pt" } else { "1" };
        let needed = required
            .first()
            .map_or_else(String::new, |option| format!("{}: {}, ", option.name, value(option)));
        assert_eq!(with(name).is_ok(), required.is_empty(), "{name}");
        let alone = required.first().map_or("1", |option| value(option));
        assert_eq!(with(&format!("{name}: {alone}")).is_ok(), required.len() == 1, "{name}");
        assert_eq!(with(&format!("recommended, {name}: {{{needed}severity: warn}}")), Ok(()));
        assert!(with(&format!("{name}: {{{needed}severity: fatal}}")).is_err(), "{name}");
        assert!(with(&format!("{name}: {{{needed}nonsense: 1}}")).is_err(), "{name}");
        assert!(with(&format!("{name}, {name}")).is_err(), "{name}");
        for option in meta.options {
            let is_needed = required.first().is_some_and(|first| first.name == option.name);
            let needed = if is_needed { "" } else { &needed };
            let taken = |value: &&str| {
                with(&format!("{name}: {{{needed}{}: {value}}}", option.name)).is_ok()
            };
            let (right, wrong): (&[&str], &[&str]) = match option.kind {
                OptionKind::Files => (&["a.pt", "[a.pt, b.pt]"], &["{}", "[]"]),
                OptionKind::Names => (&["{\"0\": hidden, \"1\": }"], &["nonsense", "[a]"]),
                OptionKind::Size => (&["50MB", "1.5 GiB", "4096"], &["50 apples", "[1]", "0"]),
                OptionKind::Name => (&["mask"], &["{}", "[a]"]),
                _ => {
                    let right = ["1", "[0, 1]", "true"].iter().filter(|value| taken(value));
                    assert_eq!(right.count(), 1, "{name} {}", option.name);
                    (&[], &["{}", "nonsense"])
                }
            };
            assert!(right.iter().all(taken), "{name} {}", option.name);
            assert!(!wrong.iter().any(taken), "{name} {}", option.name);
        }
    }
    assert!(with("recommended: {severity: warn}").is_err());
    assert!(with("nonsense").is_err());
}

#[test]
fn an_objective_brings_data_and_loss_and_everything_else_needs_data() {
    let schema = schema();
    let spec =
        |task: &str, rest: &str| verdict(&schema, &format!("version: 1\ntask: {task}\n{rest}"));
    assert_eq!(spec("objective", "model: {rust: net}"), Ok(()));
    assert_eq!(spec("regression", "data: linear_regression\nmodel: {rust: {name: net}}"), Ok(()));
    assert!(spec("objective", "model: [relu]").is_err());
    assert!(spec("objective", "model: {rust: net}\ndata: moons").is_err());
    assert!(spec("objective", "model: {rust: net}\nloss: mse").is_err());
    assert!(spec("regression", "model: {rust: net}").is_err());
    assert!(spec("regression", "data: {moons: , blobs: }\nmodel: [relu]").is_err());
}

#[test]
fn every_shipped_spec_names_its_schema() {
    for path in yaml_files("specs") {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let line = "# yaml-language-server: $schema=../nn-test.schema.json";
        assert_eq!(first, line, "{} begins otherwise", path.display());
    }
}
