//! That what the README claims is so.

use std::path::PathBuf;

use crate::property::REGISTRY;
use crate::spec::{Source, parse, parse_all};
use crate::subject::Subject;

const README: &str = include_str!("../../../README.md");

/// The README's blocks of code in this language.
fn blocks(language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let readme = README.replace("\r\n", "\n");
    let blocks = readme.split(&opening).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_first_spec_can_be_run() {
    let text = &blocks("yaml")[0];
    let spec = parse(Source::new("specs/iris.yaml", text.as_str())).unwrap();
    let names: Vec<&str> = spec.expectations.iter().map(|entry| entry.property.meta.name).collect();
    assert!(names.contains(&"overfits_batch"), "{names:?}");
    Subject::prepare(spec).unwrap();
}

#[test]
fn the_specs_from_one_are_those_that_it_names() {
    let text = &blocks("yaml")[1];
    let specs = parse_all(Source::new("specs/sizes.yaml", text.as_str())).unwrap();
    let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["sizes-hidden=4", "sizes-hidden=16"]);
    assert!(names.iter().all(|name| text.contains(name)), "{text}");
    specs.into_iter().for_each(|spec| drop(Subject::prepare(spec).unwrap()));
}

#[test]
fn the_heads_and_their_terms_line_up() {
    let text = &blocks("yaml")[2];
    let spec = parse(Source::new("specs/heads.yaml", text.as_str())).unwrap();
    let names: Vec<&str> =
        spec.loss.terms.iter().map(|term| term.name.as_ref().unwrap().as_str()).collect();
    assert_eq!(names, ["kind", "count", "sparse"]);
    Subject::prepare(spec).unwrap();
}

#[test]
fn the_error_is_what_is_printed() {
    let text = "version: 1\ntask: classification\n\
                data: {csv: ../fixtures/iris.csv, target: species}\n\
                model: {layers: [linear: 16, relu, linear: 2]}\n";
    let path = PathBuf::from("specs/iris.yaml");
    let spec = parse(Source::new(path, text)).unwrap();
    let printed = Subject::prepare(spec).unwrap_err().render(false);
    assert_eq!(blocks("text")[0], printed);
}

#[test]
fn every_recommended_property_is_in_its_table() {
    for property in REGISTRY.iter().filter(|property| property.meta.recommended) {
        let row = format!("\n| `{}` | ", property.meta.name);
        assert!(README.contains(&row), "{}", property.meta.name);
    }
}

#[test]
fn every_exit_code_is_in_its_table() {
    let constants = include_str!("../../exit_code.rs").lines();
    let codes: Vec<&str> = constants
        .filter_map(|line| line.strip_prefix("pub const ")?.split(" = ").nth(1))
        .map(|value| value.trim_end_matches(';'))
        .collect();
    assert!(codes.len() >= 9, "{codes:?}");
    for code in codes {
        assert!(README.contains(&format!("\n| {code} | ")), "{code}");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = include_str!("../../../Cargo.toml");
    let (_, rest) = manifest.split_once("[dependencies]\n").unwrap();
    let (table, _) = rest.split_once("\n[").unwrap();
    let names = table.lines().filter_map(|line| line.split_once(" = ").map(|(name, _)| name));
    let names: Vec<&str> = names.filter(|name| !name.starts_with('#')).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        assert!(README.contains(&format!("`{name}`")), "{name}");
    }
}
