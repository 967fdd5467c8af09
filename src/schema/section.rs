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
        (TermKind::Section, "model") => {
            json!({ "oneOf": [{ "required": ["layers"] }, { "required": ["rust"] }] })
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
        (TermKind::Section, "spec", "name") => json!({ "pattern": "^[a-z0-9_]*$" }),
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

/// A Rust model with an objective of its own brings data and loss; everything else needs data.
fn by_task() -> Value {
    json!({
        "if": { "properties": { "task": { "const": "objective" } }, "required": ["task"] },
        "then": {
            "properties": {
                "data": false,
                "loss": false,
                "model": { "type": "object", "required": ["rust"] },
            },
        },
        "else": { "required": ["data"] },
    })
}

/// A file or a generator, and only one; columns belong to the file.
fn one_source() -> Value {
    let generators = terms().filter(|term| term.kind == TermKind::Data).map(|term| term.name);
    let sources: Vec<Value> =
        ["csv"].into_iter().chain(generators).map(|key| json!({ "required": [key] })).collect();
    json!({
        "oneOf": sources,
        "dependentRequired": {
            "csv": ["target"],
            "target": ["csv"],
            "features": ["csv"],
            "encode": ["csv"],
            "missing": ["csv"],
            "na": ["csv"],
        },
    })
}
