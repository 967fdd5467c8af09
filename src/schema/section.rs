//! What holds between the keys of a section, and what a single value must be beside its kind. The
//! vocabulary says it in words ("required with `csv`"), the parser in code, and this file for
//! editors.

use serde_json::{Map, Value, json};

use crate::spec::vocabulary::{TermKind, TermMeta, TermOption, terms};

/// Conditions on a term's keys beside their own values; mostly none.
pub(super) fn conditions(term: &TermMeta) -> Map<String, Value> {
    let conditions = match (term.kind, term.name) {
        (TermKind::Section, "spec") => by_task(),
        (TermKind::Section, "data") => one_source(),
        (TermKind::Section, "images") => {
            json!({ "oneOf": [{ "required": ["folder"] }, { "required": ["list"] }] })
        }
        (TermKind::Section, "model") => {
            json!({
                "oneOf": [{ "required": ["layers"] }, { "required": ["rust"] }],
                "dependentRequired": { "inputs": ["layers"], "outputs": ["layers"] },
            })
        }
        _ => Value::Null,
    };
    match conditions {
        Value::Object(conditions) => conditions,
        _ => Map::new(),
    }
}

/// What an option's value must be beside what its kind says; mostly nothing.
pub(super) fn narrowed(term: &TermMeta, option: &TermOption) -> Map<String, Value> {
    let narrowed = match (term.kind, term.name, option.name) {
        (TermKind::Section, "spec", "version") => json!({ "const": 1 }),
        (TermKind::Section, "spec", "name") => json!({ "pattern": "^[a-z0-9_${}]*$" }),
        (TermKind::Optimizer, "muon", "ns_coefficients") => {
            json!({ "minItems": 3, "maxItems": 3 })
        }
        (TermKind::Optimizer, "muon", "others") => json!({
            "not": { "anyOf": [{ "const": "muon" }, { "type": "object", "required": ["muon"] }] },
        }),
        _ => Value::Null,
    };
    match narrowed {
        Value::Object(narrowed) => narrowed,
        _ => Map::new(),
    }
}

/// What a spec needs by itself: a Rust model with an objective of its own brings data and loss,
/// everything else needs data. One that builds on another has it from there, and a template need not
/// be complete.
fn by_task() -> Value {
    json!({
        "if": { "anyOf": [{ "required": ["extends"] }, { "required": ["template"] }] },
        "then": {},
        "else": {
            "required": ["version", "task", "model"],
            "if": { "properties": { "task": { "const": "objective" } }, "required": ["task"] },
            "then": {
                "properties": {
                    "data": false,
                    "loss": false,
                    "model": { "type": "object", "required": ["rust"] },
                },
            },
            "else": { "required": ["data"] },
        },
    })
}

/// A file or a generator, and only one; columns belong to tables, names to files of arrays.
fn one_source() -> Value {
    const TABLES: &[&str] = &["csv", "jsonl", "parquet", "arrow"];
    const ARRAYS: &[&str] = &["npy", "npz", "safetensors", "idx"];
    const OTHERS: &[&str] = &["images", "text"];
    let files = [TABLES, ARRAYS, OTHERS].concat();
    let generators = terms().filter(|term| term.kind == TermKind::Data).map(|term| term.name);
    let sources: Vec<Value> =
        files.iter().copied().chain(generators).map(|key| json!({ "required": [key] })).collect();
    let any = |keys: &[&str]| {
        let keys: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "anyOf": keys })
    };
    let needs_target =
        [TABLES, ARRAYS].concat().into_iter().map(|key| (key.to_owned(), json!(["target"])));
    json!({
        "oneOf": sources,
        "dependentRequired": needs_target.collect::<Map<_, _>>(),
        "dependentSchemas": {
            "target": any(&files),
            "features": any(TABLES),
            "encode": any(TABLES),
            "missing": any(TABLES),
            "na": any(TABLES),
            "inputs": any(&["npz", "safetensors"]),
            "sample": any(&files),
            "images": target_with("images", "list"),
            "text": target_with("text", "column"),
        },
    })
}

/// A source that is a table where it has this option.
fn target_with(source: &str, option: &str) -> Value {
    json!({
        "if": { "properties": { source: { "type": "object", "required": [option] } } },
        "then": { "required": ["target"] },
    })
}
