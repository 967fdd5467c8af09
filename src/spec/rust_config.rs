//! `config:` of a Rust model — values that replace those of the model's own configuration.
//!
//! What keys there are is known only where the model is registered, so the tree is kept with its
//! places and laid over the defaults there.

use serde_json::{Map, Number, Value as Json};

use super::reader::Reader;
use super::suggestion::unknown_key;
use super::yaml::{Node, Value};
use super::{Code, Diagnostic, Span};

/// A mapping of the spec, with its places.
#[derive(Debug, Clone)]
pub struct RustConfig {
    node: Node,
}

impl RustConfig {
    pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        match &node.value {
            Value::Mapping(_) => Some(Self { node: node.clone() }),
            _ => {
                reader.wrong_type(
                    "`config` of `rust`",
                    "a mapping of the configuration's keys",
                    node,
                );
                None
            }
        }
    }

    /// The place of the whole, for errors about it as a whole.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// The defaults, with what the spec gives in their place.
    ///
    /// A mapping is laid over a mapping key by key; everything else replaces the default. So does a
    /// mapping whose one key begins with a capital: the variant of an enum.
    ///
    /// # Errors
    ///
    /// Every key that the defaults do not have.
    pub fn over(&self, defaults: &Json) -> Result<Json, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let merged = overlay("`config`", defaults, &self.node, &mut errors);
        if errors.is_empty() { Ok(merged) } else { Err(errors) }
    }
}

fn overlay(owner: &str, defaults: &Json, node: &Node, errors: &mut Vec<Diagnostic>) -> Json {
    let (Json::Object(defaults), Value::Mapping(entries)) = (defaults, &node.value) else {
        return json(node, errors);
    };
    if is_variant(entries.iter().map(|(key, _)| key.value.as_str())) {
        return json(node, errors);
    }
    let mut merged = defaults.clone();
    let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
    for (key, value) in entries {
        match defaults.get(&key.value) {
            Some(default) => {
                let owner = format!("`{}`", key.value);
                merged.insert(key.value.clone(), overlay(&owner, default, value, errors));
            }
            None => errors.push(unknown_key(owner, &key.value, key.span, &known)),
        }
    }
    Json::Object(merged)
}

/// Whether a mapping is an enum's variant with its content, as serde writes it: `Dropout: {…}`.
fn is_variant<'a>(mut keys: impl Iterator<Item = &'a str>) -> bool {
    let first = keys.next();
    keys.next().is_none() && first.is_some_and(|key| key.starts_with(char::is_uppercase))
}

fn json(node: &Node, errors: &mut Vec<Diagnostic>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Integer(integer) => {
            let number = i64::try_from(*integer).map(Number::from);
            let number = number.or_else(|_| u64::try_from(*integer).map(Number::from));
            number.map(Json::Number).unwrap_or_else(|_| {
                errors.push(beyond(node, "a whole number of 64 bits"));
                Json::Null
            })
        }
        Value::Float(number) => match Number::from_f64(*number) {
            Some(number) => Json::Number(number),
            None => {
                errors.push(beyond(node, "a finite number"));
                Json::Null
            }
        },
        Value::String(text) => Json::String(text.clone()),
        Value::Sequence(items) => {
            Json::Array(items.iter().map(|item| json(item, errors)).collect())
        }
        Value::Mapping(entries) => {
            let entries =
                entries.iter().map(|(key, value)| (key.value.clone(), json(value, errors)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn beyond(node: &Node, due: &str) -> Diagnostic {
    Diagnostic::new(
        Code::OUT_OF_RANGE,
        format!("a value of `config` must be {due}"),
        node.span,
        "is none",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::yaml;
    use super::*;

    fn over(text: &str, defaults: Json) -> Result<Json, Vec<String>> {
        let node = yaml::read_one(text);
        let config = RustConfig { node };
        config
            .over(&defaults)
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn given_values_replace_defaults_and_others_stay() {
        let defaults = json!({"hidden": 16, "head": {"bias": true, "out": 3}, "sizes": [1, 2]});
        let merged = over("{hidden: 64, head: {out: 5}, sizes: [7]}", defaults).unwrap();
        assert_eq!(merged, json!({"hidden": 64, "head": {"bias": true, "out": 5}, "sizes": [7]}));
    }

    #[test]
    fn an_unknown_key_is_an_error_wherever_it_stands() {
        let defaults = json!({"hidden": 16, "head": {"bias": true}});
        let errors = over("{hiden: 64, head: {biass: true}}", defaults).unwrap_err();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].contains("hiden") && errors[1].contains("biass"), "{errors:?}");
    }

    #[test]
    fn the_variant_of_an_enum_replaces_another_one() {
        let defaults = json!({"initializer": {"KaimingUniform": {"gain": 0.5}}});
        let merged = over("initializer: {XavierNormal: {gain: 1.0}}", defaults).unwrap();
        assert_eq!(merged, json!({"initializer": {"XavierNormal": {"gain": 1.0}}}));
    }

    #[test]
    fn numbers_that_json_does_not_know_are_refused() {
        assert!(over("hidden: .inf", json!({"hidden": 1.0})).is_err());
        assert!(over("hidden: 99999999999999999999", json!({"hidden": 1})).is_err());
    }
}
