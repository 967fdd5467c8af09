//! For tests: checks values against the words of JSON Schema that the schema of specs uses.

use serde_json::{Map, Value};

/// Whether a value is as the schema says. A word that is not known here is an error, so that none is
/// passed over.
pub(crate) fn check(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let words = match schema {
        Value::Bool(true) => return Ok(()),
        Value::Bool(false) => return Err(format!("{value} may not stand here")),
        Value::Object(words) => words,
        _ => return Err("a schema is an object or a truth value".to_owned()),
    };
    words.iter().try_for_each(|(word, argument)| {
        check_word(root, words, word, argument, value).map_err(|error| format!("{word}: {error}"))
    })
}

fn check_word(
    root: &Value,
    words: &Map<String, Value>,
    word: &str,
    argument: &Value,
    value: &Value,
) -> Result<(), String> {
    let fits = |schema: &Value| check(root, schema, value).is_ok();
    let right = match word {
        "$schema" | "$defs" | "title" | "description" | "default" => true,
        // Read with `contains` and `if`.
        "minContains" | "maxContains" | "then" | "else" => true,
        "$ref" => return check(root, target(root, argument)?, value),
        "const" => argument == value,
        "enum" => list(argument).contains(value),
        "type" => match argument {
            Value::Array(names) => names.iter().any(|name| is_of_type(name, value)),
            name => is_of_type(name, value),
        },
        "pattern" => value.as_str().is_none_or(|text| matches(text, argument)),
        "minimum" => !value.is_number() || value.as_f64() >= argument.as_f64(),
        "maximum" => !value.is_number() || value.as_f64() <= argument.as_f64(),
        "exclusiveMinimum" => !value.is_number() || value.as_f64() > argument.as_f64(),
        "exclusiveMaximum" => !value.is_number() || value.as_f64() < argument.as_f64(),
        "anyOf" => {
            let outcomes: Vec<_> =
                list(argument).iter().map(|part| check(root, part, value)).collect();
            if outcomes.iter().any(Result::is_ok) {
                return Ok(());
            }
            return Err(format!("{value} fits none: {outcomes:?}"));
        }
        "not" => !fits(argument),
        "oneOf" => list(argument).iter().filter(|part| fits(part)).count() == 1,
        "if" => {
            let branch = if fits(argument) { "then" } else { "else" };
            return words.get(branch).map_or(Ok(()), |schema| check(root, schema, value));
        }
        "items" => {
            let items = value.as_array().into_iter().flatten();
            return items.into_iter().try_for_each(|item| check(root, argument, item));
        }
        "minItems" => value.as_array().is_none_or(|items| items.len() >= size(argument)),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= size(argument)),
        "uniqueItems" => value.as_array().is_none_or(|items| {
            (1..items.len()).all(|place| !items[..place].contains(&items[place]))
        }),
        "contains" => value.as_array().is_none_or(|items| {
            let found = items.iter().filter(|item| check(root, argument, item).is_ok()).count();
            let least = words.get("minContains").map_or(1, size);
            let most = words.get("maxContains").map_or(usize::MAX, size);
            (least..=most).contains(&found)
        }),
        "properties" => {
            for (key, item) in value.as_object().into_iter().flatten() {
                if let Some(schema) = argument.get(key) {
                    check(root, schema, item).map_err(|error| format!("`{key}`: {error}"))?;
                }
            }
            true
        }
        "additionalProperties" => {
            let known = words.get("properties");
            let keys = value.as_object().into_iter().flatten();
            let others = keys.filter(|(key, _)| known.and_then(|known| known.get(key)).is_none());
            for (key, item) in others {
                if argument == false {
                    return Err(format!("`{key}` is unknown"));
                }
                check(root, argument, item).map_err(|error| format!("`{key}`: {error}"))?;
            }
            true
        }
        "minProperties" => value.as_object().is_none_or(|keys| keys.len() >= size(argument)),
        "maxProperties" => value.as_object().is_none_or(|keys| keys.len() <= size(argument)),
        "required" => has_all(value, argument),
        "dependentSchemas" => value.as_object().is_none_or(|keys| {
            argument.as_object().is_some_and(|schemas| {
                schemas.iter().all(|(key, schema)| !keys.contains_key(key) || fits(schema))
            })
        }),
        "dependentRequired" => value.as_object().is_none_or(|keys| {
            let rules = argument.as_object().expect("rules by key");
            rules.iter().all(|(key, needs)| !keys.contains_key(key) || has_all(value, needs))
        }),
        other => return Err(format!("the validator does not know `{other}`")),
    };
    if right { Ok(()) } else { Err(format!("{value} is not as {argument} wants")) }
}

fn target<'a>(root: &'a Value, reference: &Value) -> Result<&'a Value, String> {
    let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
    let target = root.pointer(pointer.ok_or("a reference begins with #")?);
    target.ok_or_else(|| format!("nothing at {reference}"))
}

fn list(argument: &Value) -> &[Value] {
    argument.as_array().expect("a list of schemas or values")
}

fn size(argument: &Value) -> usize {
    argument.as_u64().expect("a size") as usize
}

fn has_all(value: &Value, keys: &Value) -> bool {
    let has = |key: &Value| value.get(key.as_str().expect("a key")).is_some();
    !value.is_object() || list(keys).iter().all(has)
}

/// Patterns are one class of characters, repeated (`^[a-z_]+$`), the use of a variable, or a size.
fn matches(text: &str, pattern: &Value) -> bool {
    if pattern == super::value::VARIABLE_PATTERN {
        let inside = text.split_once("${").and_then(|(_, behind)| behind.split_once('}'));
        return inside.is_some_and(|(name, _)| matches(name, &Value::from("^[a-z0-9_]+$")));
    }
    if pattern == super::expectation::SIZE_PATTERN {
        return crate::size::read_size(text).is_ok();
    }
    let pattern = pattern.as_str().and_then(|text| text.strip_prefix("^[")).expect("a pattern");
    let (class, repeated) = pattern.split_once(']').expect("a class");
    assert!(["+$", "*$"].contains(&repeated), "the validator does not know `{repeated}`");
    let class: Vec<char> = class.chars().collect();
    let fits = |letter: char| {
        let range = |at: usize| class[at..].get(1) == Some(&'-') && class.len() > at + 2;
        let in_range = |at: usize| range(at) && (class[at]..=class[at + 2]).contains(&letter);
        (0..class.len()).any(|at| class[at] == letter && letter != '-' || in_range(at))
    };
    text.chars().all(fits) && (repeated == "*$" || !text.is_empty())
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().expect("a type's name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("unknown type {other}"),
    }
}
