//! Terms of the vocabulary: what stands behind a name, and choices among names.

use serde_json::{Map, Value, json};

use super::value::{NAME, or_null, or_variable, plain, takes_no_text, value};
use super::{choice_name, described, is_root, reference, section, term_name};
use crate::spec::vocabulary::{DefaultValue, TermKind, TermMeta, TermOption, terms};

/// What may stand behind the term's name: its options, and where it has one its short form.
pub(super) fn body(term: &'static TermMeta) -> Value {
    let options = options(term);
    match short_form(term) {
        None => described(description(term), options),
        Some(short) => described(description(term), json!({ "anyOf": [options, short] })),
    }
}

/// One of the terms of a kind: its name alone where it needs no option, or one name with its options.
pub(super) fn choice(kind: TermKind) -> Value {
    let entries = chosen(kind)
        .map(|term| (term.name.to_owned(), reference(&term_name(term.kind, term.name))));
    let with_options = json!({
        "type": "object",
        "properties": entries.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    });
    let forms: Vec<Value> = [with_options].into_iter().chain(words(kind)).collect();
    json!({ "title": choice_name(kind), "anyOf": forms })
}

/// The names of a kind that may stand alone.
fn words(kind: TermKind) -> impl Iterator<Item = Value> {
    chosen(kind)
        .filter(|term| stands_alone(term))
        .map(|term| described(term.summary.to_owned(), json!({ "const": term.name })))
}

/// The terms among which a choice is made.
fn chosen(kind: TermKind) -> impl Iterator<Item = &'static TermMeta> {
    terms().filter(move |term| match kind {
        TermKind::Layer => term.is_layer(),
        kind => term.kind == kind,
    })
}

fn stands_alone(term: &TermMeta) -> bool {
    term.options.iter().all(|option| option.default != DefaultValue::Required)
}

/// The options as a mapping, or nothing at all where none is required.
fn options(term: &'static TermMeta) -> Value {
    let conditions = section::conditions(term);
    let may_be_empty = stands_alone(term) && conditions.is_empty();
    let kinds = if may_be_empty { json!(["object", "null"]) } else { json!("object") };
    let common = term.is_layer().then(common_keys).unwrap_or_default();
    let properties: Map<String, Value> = term
        .options
        .iter()
        .map(|option| (option.name.to_owned(), self::option(term, option)))
        .chain(common.into_iter().filter(|(key, _)| term.option(key).is_none()))
        .collect();
    let required: Vec<&str> = term
        .options
        .iter()
        .filter(|option| option.default == DefaultValue::Required)
        // What a spec needs may come from the one that it extends.
        .filter(|_| !is_root(term))
        .map(|option| option.name)
        .collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), kinds);
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema.extend(conditions);
    Value::Object(schema)
}

/// What stands for the options: the value of the main one, or the name of generated data.
fn short_form(term: &'static TermMeta) -> Option<Value> {
    if term.kind == TermKind::Section && term.name == "data" {
        return Some(json!({ "anyOf": words(TermKind::Data).collect::<Vec<_>>() }));
    }
    let main = term.option(term.main?)?;
    Some(option(term, main))
}

/// One option: its values, its default and what it means.
fn option(term: &TermMeta, option: &TermOption) -> Value {
    let doc = option.doc;
    let (description, default) = match option.default {
        DefaultValue::Required => (doc.to_owned(), None),
        DefaultValue::Derived(words) if words.starts_with("required") => {
            (format!("{doc}; {words}"), None)
        }
        DefaultValue::Derived(words) => (format!("{doc}; default: {words}"), None),
        DefaultValue::Count(count) => (doc.to_owned(), Some(json!(count))),
        DefaultValue::Number(number) => (doc.to_owned(), Some(plain(number))),
        DefaultValue::Flag(flag) => (doc.to_owned(), Some(json!(flag))),
        DefaultValue::Word(word) => (doc.to_owned(), Some(json!(word))),
    };
    let mut takes = value(option);
    if let Some(words) = takes.as_object_mut() {
        words.extend(section::narrowed(term, option));
    }
    let takes = if takes_no_text(option.kind) { or_variable(takes) } else { takes };
    // What a spec has from the one that it extends, `null` takes away.
    let removable = term.kind == TermKind::Section && option.default != DefaultValue::Required;
    let takes = if removable { or_null(takes) } else { takes };
    let mut schema = described(description, takes);
    if let Some(words) = schema.as_object_mut() {
        words.extend(default.map(|default| ("default".to_owned(), default)));
    }
    schema
}

/// What every layer takes beside its own options.
fn common_keys() -> Vec<(String, Value)> {
    let name = json!({
        "description": "the layer's own name, in reports, snapshots and faults: letters, digits \
                        and `_`; default: kind and number, like `linear2`",
        "type": ["string", "integer", "boolean"],
        "pattern": NAME,
    });
    let from = json!({
        "description": "the name of an earlier output, or of an input of the model, that the layer \
                        reads; default: the output before it",
        "type": ["string", "number", "boolean"],
    });
    let frozen = json!({
        "description": "whether the layer's weights stay as they are: no gradient, no update, no \
                        penalty",
        "type": "boolean",
        "default": false,
    });
    let regularization = reference(&term_name(TermKind::Section, "regularization"));
    let keys =
        [("name", name), ("from", from), ("frozen", frozen), ("regularization", regularization)];
    keys.map(|(key, schema)| (key.to_owned(), schema)).into()
}

/// What the term is, its short form, an example and the source.
fn description(term: &TermMeta) -> String {
    let mut parts = vec![term.summary.to_owned()];
    if let Some(main) = term.main {
        parts.push(format!("`{0}: …` is short for `{0}: {{{main}: …}}`.", term.name));
    }
    parts.push(match term.example.contains('\n') {
        true => format!("```yaml\n{}\n```", term.example),
        false => format!("For example `{}`.", term.example),
    });
    // What this project made up has no source to name.
    if term.source != "nn-test" {
        parts.push(format!("Source: {}.", term.source));
    }
    parts.join("\n\n")
}
