//! A document over the one that it extends.
//!
//! Mappings are merged key by key, as RFC 7396 does; everything else, lists too, is replaced. A key
//! that is set to `null` in so many letters is removed. Where the language takes one of several names
//! (an optimizer, a loss), another name replaces the first with all its options. So does the value of a
//! variable: what it stands for is known where it is used alone.

use super::super::Spanned;
use super::super::node::{Node, Value};
use super::super::vocabulary::{TermKind, TermMeta, ValueKind, find_kind, of_kinds};

/// What a document keeps to itself.
const OWN: [&str; 3] = ["name", "template", "extends"];

/// The key of a spec that holds its variables.
const VARIABLES: &str = "vars";

/// `over` with what only `base` says.
pub(super) fn merged(base: Node, over: Node) -> Node {
    let base = match base.value {
        Value::Mapping(entries) => {
            let shared = |(key, _): &(Spanned<String>, Node)| !OWN.contains(&key.value.as_str());
            let entries = entries.into_iter().filter(shared).collect();
            Node { value: Value::Mapping(entries), span: base.span }
        }
        _ => base,
    };
    laid_over(base, over, Place::Options(find_kind(TermKind::Section, "spec")))
}

/// What the language expects at a place.
#[derive(Clone, Copy)]
enum Place {
    /// The options of a term.
    Options(&'static TermMeta),
    /// One term of a kind.
    Choice(TermKind),
    /// Variables by their names, each with a value that is whole.
    Variables,
    /// Anything.
    Free,
}

fn laid_over(base: Node, over: Node, place: Place) -> Node {
    let (Value::Mapping(below), Value::Mapping(above)) = (base.value, over.value.clone()) else {
        return over;
    };
    if let Place::Choice(_) = place
        && let ([(base, _)], [(over_name, _)]) = (below.as_slice(), above.as_slice())
        && base.value != over_name.value
    {
        return over;
    }
    let mut below: Vec<Option<(Spanned<String>, Node)>> = below.into_iter().map(Some).collect();
    let mut entries = Vec::new();
    for (key, value) in above {
        let known = |entry: &&mut Option<(Spanned<String>, Node)>| {
            entry.as_ref().is_some_and(|(name, _)| name.value == key.value)
        };
        let base = below.iter_mut().find(known).and_then(Option::take);
        match base {
            Some(_) if is_removal(&key, &value) => {}
            Some((_, base)) if !matches!(place, Place::Variables) => {
                let value = laid_over(base, value, place.below(&key.value));
                entries.push((key, value));
            }
            _ => entries.push((key, value)),
        }
    }
    entries.extend(below.into_iter().flatten());
    Node { value: Value::Mapping(entries), span: over.span }
}

/// `key: null`, and not only `key:`, which often stands for a term without options.
fn is_removal(key: &Spanned<String>, value: &Node) -> bool {
    value.value == Value::Null && value.span != key.span
}

impl Place {
    /// What is expected under a key.
    fn below(self, key: &str) -> Self {
        let term = match self {
            Self::Choice(kind) => {
                return of_kinds(&[kind])
                    .find(|term| term.name == key)
                    .map_or(Self::Free, Self::Options);
            }
            Self::Options(term) => term,
            Self::Variables | Self::Free => return Self::Free,
        };
        if term.name == "spec" && key == VARIABLES {
            return Self::Variables;
        }
        match term.option(key).map(|option| option.kind) {
            Some(ValueKind::Section(name)) => Self::Options(find_kind(TermKind::Section, name)),
            // A source of data is chosen by a key of its own.
            Some(ValueKind::Term(TermKind::Data)) => of_kinds(&[TermKind::Data])
                .find(|term| term.name == key)
                .map_or(Self::Free, Self::Options),
            Some(ValueKind::Term(kind)) => Self::Choice(kind),
            _ => Self::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::yaml::read_one;
    use super::*;

    /// What comes of two documents is like a third one.
    fn assert_merged(base: &str, over: &str, due: &str) {
        let found = merged(read_one(base), read_one(over));
        assert!(found.is_like(&read_one(due)), "{found:#?}");
    }

    #[test]
    fn mappings_are_merged_and_lists_replaced() {
        assert_merged(
            "{model: {layers: [relu, tanh]}, training: {epochs: 3, seed: 1}}",
            "{model: {layers: [linear: 2]}, training: {seed: 7}}",
            "{model: {layers: [linear: 2]}, training: {epochs: 3, seed: 7}}",
        );
    }

    #[test]
    fn options_of_one_choice_are_merged_and_another_choice_replaces_them() {
        let base = "{training: {optimizer: {sgd: {momentum: 0.9, learning_rate: 1}}}}";
        assert_merged(
            base,
            "{training: {optimizer: {sgd: {learning_rate: 0.1}}}}",
            "{training: {optimizer: {sgd: {momentum: 0.9, learning_rate: 0.1}}}}",
        );
        assert_merged(
            base,
            "{training: {optimizer: {adam: {learning_rate: 0.1}}}}",
            "{training: {optimizer: {adam: {learning_rate: 0.1}}}}",
        );
        assert_merged(base, "{training: {optimizer: adam}}", "{training: {optimizer: adam}}");
    }

    #[test]
    fn the_value_of_a_variable_is_replaced_whole() {
        assert_merged(
            "{vars: {start: {normal: {std: 1}}, rate: 0.1}}",
            "{vars: {start: {uniform: {max: 1}}}}",
            "{vars: {start: {uniform: {max: 1}}, rate: 0.1}}",
        );
        let base = "{vars: {start: {normal: {std: 1}}, rate: 0.1}}";
        assert_merged(base, "{vars: {start: zeros, rate: null}}", "{vars: {start: zeros}}");
    }

    #[test]
    fn null_removes_a_key_and_an_empty_value_does_not() {
        assert_merged(
            "{data: {moons: {noise: 0.1}, shape: [2]}, timeout: 5}",
            "{data: {moons: null, blobs: }, timeout: ~}",
            "{data: {blobs: , shape: [2]}}",
        );
        assert_merged("{data: {moons: {noise: 0.1}}}", "data:\n  moons:\n", "{data: {moons: }}");
    }

    #[test]
    fn a_name_is_a_documents_own() {
        assert_merged(
            "{name: base, template: true, task: regression}",
            "{timeout: 5}",
            "{task: regression, timeout: 5}",
        );
    }
}
