//! The JSON Schema of the spec language (draft 2020-12), by which editors complete, explain and
//! check specs: `nn-test.schema.json`.
//!
//! It is made from the vocabulary and from what properties say about themselves, as the parser, the
//! docs and `explain` are. It is not derived from Rust types, as `schemars` would do: the types of
//! the language hold what a spec means, and not how it is written (short forms, choices, defaults),
//! and serde reads none of them.
//!
//! It never refuses a spec that the parser takes, with one exception: a key that is set to `null` to
//! remove what an extended spec says, since elsewhere that is a mistake. What several values mean together, what data and
//! shapes are like, is beyond it: `cargo nn-test check` tells. Nothing here knows a file or a device.

mod expectation;
mod section;
mod term;
mod value;

#[cfg(test)]
pub(crate) mod validator;

use serde_json::{Map, Value, json};

use crate::spec::vocabulary::{TermKind, TermMeta, terms};

/// The whole schema.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for term in terms().filter(|term| !is_root(term)) {
        definitions.insert(term_name(term.kind, term.name), term::body(term));
    }
    for kind in terms().map(|term| term.kind).filter(|kind| is_chosen(*kind)) {
        definitions.entry(choice_name(kind)).or_insert_with(|| term::choice(kind));
    }
    definitions.insert(value::VARIABLE.to_owned(), value::variable());
    definitions.insert(expectation::NAME.to_owned(), expectation::schema());

    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    for term in terms().filter(|term| is_root(term)) {
        let Value::Object(body) = term::body(term) else { continue };
        root.extend(body);
    }
    root.insert("title".to_owned(), json!("A spec of nn-test"));
    root.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(root)
}

/// The schema as a file holds it.
pub fn text() -> String {
    let schema = schema();
    let text = serde_json::to_string_pretty(&schema).expect("a schema has only string keys");
    format!("{text}\n")
}

/// Whether the term is the spec itself.
fn is_root(term: &TermMeta) -> bool {
    term.kind == TermKind::Section && term.name == "spec"
}

/// Whether terms of the kind are chosen by name; activations are among the layers.
fn is_chosen(kind: TermKind) -> bool {
    !matches!(kind, TermKind::Section | TermKind::Activation)
}

/// The definition of what may stand behind a term's name.
fn term_name(kind: TermKind, name: &str) -> String {
    format!("{}.{name}", choice_name(kind))
}

/// The definition of a choice among the terms of a kind.
fn choice_name(kind: TermKind) -> String {
    kind.noun().replace(' ', "_")
}

/// A reference to a definition of the schema.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A schema with words about it, which stand first.
fn described(description: String, schema: Value) -> Value {
    let mut described = Map::new();
    described.insert("description".to_owned(), Value::String(description));
    if let Value::Object(words) = schema {
        described.extend(words);
    }
    Value::Object(described)
}
