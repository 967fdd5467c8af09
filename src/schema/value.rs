//! What an option's value may be.

use serde_json::{Map, Value, json};

use super::{choice_name, described, expectation, reference, term_name};
use crate::spec::vocabulary::{Bounds, DefaultValue, TermKind, TermOption, ValueKind, terms};

/// What names of layers and inputs look like.
pub(super) const NAME: &str = "^[A-Za-z0-9_${}]+$";
/// The definition of the use of a variable, which may stand in the place of any value.
pub(super) const VARIABLE: &str = "variable";
/// What the use of a variable looks like.
pub(super) const VARIABLE_PATTERN: &str = r"\$\{[a-z0-9_]+\}";

/// The use of a variable.
pub(super) fn variable() -> Value {
    let means = "The value that `vars` or `matrix` gives for the name.";
    described(means.to_owned(), json!({ "type": "string", "pattern": VARIABLE_PATTERN }))
}

/// A value, or a variable that stands for one.
pub(super) fn or_variable(schema: Value) -> Value {
    json!({ "anyOf": [schema, reference(VARIABLE)] })
}

/// A value, or `null`.
pub(super) fn or_null(mut schema: Value) -> Value {
    let null = json!({ "type": "null" });
    match schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(forms) => forms.push(null),
        None => schema = json!({ "anyOf": [schema, null] }),
    }
    schema
}

/// Whether the use of a variable is no value of the kind anyway.
pub(super) fn takes_no_text(kind: ValueKind) -> bool {
    !matches!(kind, ValueKind::Text | ValueKind::Values | ValueKind::Matrix)
}

/// The schema of an option's value.
pub(super) fn value(option: &TermOption) -> Value {
    match option.kind {
        ValueKind::Count { least } => count(least),
        ValueKind::Counts { least } => list(count(least)),
        ValueKind::Number(bounds) => number(bounds),
        ValueKind::Flag => json!({ "type": "boolean" }),
        ValueKind::Text => text(),
        ValueKind::Word(words) => json!({ "enum": words }),
        ValueKind::Size2d { least } => json!({ "anyOf": [count(least), pair(count(least))] }),
        ValueKind::Size3d { least } => json!({ "anyOf": [count(least), row(count(least), 3)] }),
        ValueKind::Range => pair(number(Bounds::Finite)),
        ValueKind::Padding1d => {
            json!({ "anyOf": [{ "enum": ["valid", "same"] }, count(0), pair(count(0))] })
        }
        ValueKind::Padding => json!({ "anyOf": [
            { "enum": ["valid", "same"] }, count(0), pair(count(0)), row(count(0), 4)
        ] }),
        ValueKind::Padding3d => {
            json!({ "anyOf": [{ "enum": ["valid", "same"] }, count(0), row(count(0), 3)] })
        }
        ValueKind::Axes => list(count(0)),
        ValueKind::Numbers(bounds) => list(number(bounds)),
        ValueKind::ClassWeights => {
            json!({ "anyOf": [{ "const": "balanced" }, list(number(Bounds::NonNegative))] })
        }
        ValueKind::Shape => shape(),
        ValueKind::Shapes => list(shape()),
        // The names are free, and their shapes are the parser's to check.
        ValueKind::NamedShapes => json!({ "type": "object", "minProperties": 1 }),
        ValueKind::Branches => {
            json!({
                "type": "array",
                "items": list(reference(&choice_name(TermKind::Layer))),
                "minItems": 2,
            })
        }
        ValueKind::Config => json!({ "type": "object" }),
        ValueKind::Names => names(),
        ValueKind::Values => json!({ "type": "object" }),
        ValueKind::Matrix => matrix(),
        ValueKind::Texts => list(text()),
        ValueKind::ReshapeShape => reshape_shape(),
        // A source of data is chosen by a key of its own.
        ValueKind::Term(TermKind::Data) => reference(&term_name(TermKind::Data, option.name)),
        ValueKind::Term(kind) => reference(&choice_name(kind)),
        ValueKind::Terms(kind) => list(reference(&choice_name(kind))),
        ValueKind::Section(name) => reference(&term_name(TermKind::Section, name)),
        ValueKind::Sections(name) => list(reference(&term_name(TermKind::Section, name))),
        ValueKind::Expectations => expectation::list(),
        ValueKind::ByColumn { kind, all } => by_column(kind, all),
        ValueKind::Reasons => expectation::reasons(),
        ValueKind::Groups => {
            json!({ "type": "object", "additionalProperties": expectation::list() })
        }
        ValueKind::Columns => json!({ "anyOf": [text(), list(text())] }),
        ValueKind::Column => reference(&term_name(TermKind::Section, "target")),
    }
}

/// A whole number, at least `least`.
pub(super) fn count(least: usize) -> Value {
    json!({ "type": "integer", "minimum": least })
}

/// A file, or a list of them.
pub(super) fn files() -> Value {
    json!({ "anyOf": [text(), list(text())] })
}

/// A mapping of names to names; nothing takes a name away.
pub(super) fn names() -> Value {
    json!({
        "type": "object",
        "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
    })
}

/// A number in its bounds.
pub(super) fn number(bounds: Bounds) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("number"));
    let limits: &[(&str, i8)] = match bounds {
        Bounds::Finite => &[],
        Bounds::Positive => &[("exclusiveMinimum", 0)],
        Bounds::NonNegative => &[("minimum", 0)],
        Bounds::Fraction => &[("minimum", 0), ("exclusiveMaximum", 1)],
        Bounds::UnitInterval => &[("minimum", 0), ("maximum", 1)],
        Bounds::Rate => &[("exclusiveMinimum", 0), ("maximum", 1)],
        Bounds::Negative => &[("exclusiveMaximum", 0)],
        Bounds::AtLeastOne => &[("minimum", 1)],
        Bounds::Cosine => &[("minimum", -1), ("maximum", 1)],
    };
    schema.extend(limits.iter().map(|(word, limit)| ((*word).to_owned(), json!(limit))));
    Value::Object(schema)
}

/// Two of a kind.
pub(super) fn pair(each: Value) -> Value {
    row(each, 2)
}

/// So many of a kind.
fn row(each: Value, length: usize) -> Value {
    let each = or_variable(each);
    json!({ "type": "array", "items": each, "minItems": length, "maxItems": length })
}

/// A list with at least one item.
pub(super) fn list(each: Value) -> Value {
    json!({ "type": "array", "items": or_variable(each), "minItems": 1 })
}

/// Lists of values by name, and two lists of mappings.
fn matrix() -> Value {
    let mappings = |means: &str| {
        let items = json!({ "type": "object", "minProperties": 1 });
        described(means.to_owned(), json!({ "type": "array", "items": items }))
    };
    json!({
        "type": "object",
        "properties": {
            "include": mappings(
                "values that are added to the combinations whose values they agree with, or that \
                 are a combination of their own",
            ),
            "exclude": mappings("combinations that are taken away, by some of their values"),
        },
    })
}

/// A number as a person would write it: 1, and not 1.0.
pub(super) fn plain(number: f64) -> Value {
    // Up to here every whole number is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0 && number.abs() <= EXACT {
        true => json!(number as i64),
        false => json!(number),
    }
}

/// A mapping from columns to terms of a kind; where a name may stand for all columns, that too.
fn by_column(kind: TermKind, all: bool) -> Value {
    let columns = json!({
        "type": "object",
        "additionalProperties": reference(&choice_name(kind)),
    });
    if !all {
        return columns;
    }
    let names: Vec<&str> = terms()
        .filter(|term| term.kind == kind)
        .filter(|term| term.options.iter().all(|o| o.default != DefaultValue::Required))
        .map(|term| term.name)
        .collect();
    json!({ "anyOf": [{ "enum": names }, columns] })
}

/// Numbers and truth values count as they are written.
pub(super) fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn shape() -> Value {
    json!({ "anyOf": [count(1), list(count(1))] })
}

fn reshape_shape() -> Value {
    let free = json!({ "const": -1 });
    json!({
        "type": "array",
        "items": { "anyOf": [count(1), free] },
        "minItems": 1,
        "contains": free,
        "minContains": 0,
        "maxContains": 1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::validator::check;
    use super::*;

    fn takes(schema: &Value, value: Value) -> bool {
        check(schema, schema, &value).is_ok()
    }

    #[test]
    fn a_number_is_taken_exactly_where_its_bounds_contain_it() {
        for bounds in [
            Bounds::Finite,
            Bounds::Positive,
            Bounds::NonNegative,
            Bounds::Fraction,
            Bounds::UnitInterval,
            Bounds::Rate,
            Bounds::Negative,
        ] {
            for candidate in [-1.5, 0.0, 1e-9, 0.5, 1.0, 1.5] {
                let taken = takes(&number(bounds), json!(candidate));
                assert_eq!(taken, bounds.contain(candidate), "{candidate} in {bounds:?}");
            }
        }
    }

    #[test]
    fn a_reshape_leaves_one_size_open_at_most() {
        let schema = reshape_shape();
        assert!(takes(&schema, json!([4, -1])) && takes(&schema, json!([4, 2])));
        for wrong in [json!([-1, -1]), json!([0, 4]), json!([-2]), json!([]), json!(4)] {
            assert!(!takes(&schema, wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn whole_numbers_are_written_without_a_point() {
        let texts: Vec<_> = [1.0, 0.5, 1e-5, 0.0].map(|number| plain(number).to_string()).into();
        assert_eq!(texts, ["1", "0.5", "0.00001", "0"]);
    }
}
