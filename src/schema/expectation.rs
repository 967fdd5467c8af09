//! `expect`: properties with their options and how a failure counts.

use serde_json::{Map, Value, json};

use super::value::{self, count, files, names, number, or_variable, pair, plain, text};
use super::{described, reference, term_name};
use crate::property::{Meta, OptionKind, OptionMeta, OptionValue, Property, REGISTRY};
use crate::spec::Severity;
use crate::spec::vocabulary::{Bounds, TermKind};

/// The name of the definition.
pub(super) const NAME: &str = "expectation";

/// An amount of memory.
pub(super) const SIZE_PATTERN: &str = "^[0-9]+(\\.[0-9])? *(([kKmMgGtT][iI]?)?[bB])?$";

/// Stands for the whole recommended set.
const RECOMMENDED: &str = "recommended";
const RECOMMENDED_MEANS: &str = "All properties of the recommended set, as far as they are not \
                                 listed by themselves.";
/// Stands for the expectations of a group.
const GROUP: &str = "group";

/// A list of expectations, none twice.
pub(super) fn list() -> Value {
    let mut schema = value::list(reference(NAME));
    schema["uniqueItems"] = json!(true);
    schema
}

/// Reasons by property.
pub(super) fn reasons() -> Value {
    let reason =
        |property: &&Property| (property.meta.name.to_owned(), json!({ "type": "string" }));
    json!({
        "type": "object",
        "properties": REGISTRY.iter().map(reason).collect::<Map<_, _>>(),
        "additionalProperties": false,
        "minProperties": 1,
    })
}

/// One expectation: a property's name, or the name with its options.
pub(super) fn schema() -> Value {
    let metas = || REGISTRY.iter().map(|property| &property.meta);
    let recommended = described(RECOMMENDED_MEANS.to_owned(), json!({ "type": "null" }));
    let entries = metas().map(|meta| (meta.name.to_owned(), body(meta)));
    let group = reference(&term_name(TermKind::Section, GROUP));
    let others = [(RECOMMENDED.to_owned(), recommended), (GROUP.to_owned(), group)];
    let entries = others.into_iter().chain(entries);
    let with_options = json!({
        "type": "object",
        "properties": entries.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    });
    let alone = metas().filter(|meta| meta.required().is_empty());
    let names = alone.map(|meta| (meta.name, meta.summary));
    let names = [(RECOMMENDED, RECOMMENDED_MEANS)].into_iter().chain(names);
    let words = names.map(|(name, means)| described(means.to_owned(), json!({ "const": name })));
    let forms: Vec<Value> = [with_options].into_iter().chain(words).collect();
    json!({ "title": NAME, "anyOf": forms })
}

/// What stands behind a property's name: its options, or the value of the one that it needs.
fn body(meta: &Meta) -> Value {
    let mut options = with_options(meta);
    match meta.required().as_slice() {
        [] => options,
        [required] => {
            options["type"] = json!("object");
            options["required"] = json!([required.name]);
            json!({ "anyOf": [options, takes(required.kind)] })
        }
        several => {
            options["type"] = json!("object");
            let each = several.iter().map(|option| json!({ "required": [option.name] }));
            options["anyOf"] = each.collect();
            options
        }
    }
}

fn with_options(meta: &Meta) -> Value {
    let options = meta.options.iter().map(|each| (each.name.to_owned(), option(each)));
    let own = [
        ("severity".to_owned(), severity(meta.severity)),
        ("fails".to_owned(), fails()),
        ("only".to_owned(), reference(&term_name(TermKind::Section, "only"))),
        ("skip".to_owned(), reference(&term_name(TermKind::Section, "skip"))),
    ];
    let text = [meta.summary, meta.checks, meta.condition].join("\n\n");
    described(
        text,
        json!({
            "type": ["object", "null"],
            "properties": options.chain(own).collect::<Map<_, _>>(),
            "additionalProperties": false,
        }),
    )
}

fn option(option: &OptionMeta) -> Value {
    let default = match &option.default {
        OptionValue::Derived
        | OptionValue::Required
        | OptionValue::Files(_)
        | OptionValue::Names(_)
        | OptionValue::Name(_) => None,
        OptionValue::Counts(counts) => Some(json!(counts)),
        OptionValue::Numbers(numbers) => {
            Some(numbers.iter().map(|number| plain(*number)).collect())
        }
        OptionValue::Count(count) => Some(json!(count)),
        OptionValue::Number(number) => Some(plain(*number)),
        OptionValue::Range(low, high) => Some(json!([plain(*low), plain(*high)])),
        OptionValue::Flag(flag) => Some(json!(flag)),
    };
    let doc = option.doc;
    let description = match (option.is_required(), default.is_some()) {
        (true, _) | (_, true) => doc.to_owned(),
        (false, false) => format!("{doc}; default: derived"),
    };
    let mut schema = described(description, or_variable(takes(option.kind)));
    if let Some(default) = default {
        schema["default"] = default;
    }
    schema
}

/// What an option's value may be.
fn takes(kind: OptionKind) -> Value {
    match kind {
        OptionKind::Count => count(1),
        OptionKind::Index => count(0),
        OptionKind::Axes => one_or_more(count(1)),
        OptionKind::Factors => one_or_more(number(Bounds::Positive)),
        OptionKind::Size => {
            let text = json!({ "type": "string", "pattern": SIZE_PATTERN });
            json!({ "anyOf": [count(1), text] })
        }
        OptionKind::Number => number(Bounds::NonNegative),
        OptionKind::Range => pair(number(Bounds::NonNegative)),
        OptionKind::Flag => json!({ "type": "boolean" }),
        OptionKind::Files => files(),
        OptionKind::Name => text(),
        OptionKind::Names => names(),
    }
}

fn one_or_more(each: Value) -> Value {
    json!({ "anyOf": [each.clone(), value::list(each)] })
}

fn fails() -> Value {
    json!({
        "description": "why the property is expected not to hold: a failure then passes, and when \
                        the property holds the test case fails, so that this line is removed",
        "type": "string",
    })
}

fn severity(default: Severity) -> Value {
    json!({
        "description": "how a failure counts: `error` fails the test case, `warn` shows the finding \
                        and passes, `off` does not judge",
        "enum": [Severity::Error, Severity::Warn, Severity::Off],
        "default": default,
    })
}
