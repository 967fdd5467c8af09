//! `matrix`: a document once for each combination of values.
//!
//! `exclude` takes combinations away, and `include` adds values to those it agrees with, or makes new
//! ones, as GitHub Actions does with the matrix of a job.

use std::collections::HashMap;

use super::super::node::{Node, Value};
use super::super::suggestion::unknown_key;
use super::super::{Code, Diagnostic, Source, Span, Spanned};
use super::check_name;
use super::variables::{Values, check_value};

/// More specs than this from one document are a search, and no test.
const LIMIT: usize = 256;

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

/// One choice of values.
#[derive(Debug, Clone, Default)]
pub(super) struct Combination {
    /// By name, so that the order of the file does not change the names of specs.
    pub values: Values,
    /// `-hidden=8-learning_rate=1e-3`: what tells it apart in the spec's name.
    pub suffix: String,
}

/// All combinations of a matrix, the first axis varying slowest.
pub(super) fn combinations(
    node: &Node,
    source: &Source,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Combination> {
    let before = errors.len();
    let Some(entries) = node.entries() else {
        errors.push(wrong(node, "`matrix` must be a mapping of names to lists of values"));
        return Vec::new();
    };
    let axes: Vec<(&Spanned<String>, &[Node])> = entries
        .iter()
        .filter(|(name, _)| ![INCLUDE, EXCLUDE].contains(&name.value.as_str()))
        .map(|(name, values)| (name, axis(name, values, errors)))
        .collect();
    let excluded = listed(node, EXCLUDE, errors);
    let included = listed(node, INCLUDE, errors);
    let count = axes.iter().fold(1_usize, |count, (_, values)| count.saturating_mul(values.len()));
    if count.saturating_add(included.len()) > LIMIT {
        errors.push(too_many(count.saturating_add(included.len()), node.span));
    }
    if errors.len() > before {
        return Vec::new();
    }
    let mut all = product(&axes);
    for entry in excluded {
        exclude(&mut all, entry, &axes, errors);
    }
    include(&mut all, included, &axes);
    if all.is_empty() && errors.len() == before {
        errors.push(Diagnostic::new(
            Code::BAD_MATRIX,
            "the matrix has no combination",
            node.span,
            "nothing is left of it",
        ));
    }
    for values in &mut all {
        values.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
    }
    named(all, source, errors)
}

fn axis<'node>(
    name: &Spanned<String>,
    node: &'node Node,
    errors: &mut Vec<Diagnostic>,
) -> &'node [Node] {
    check_name(name, errors);
    check_value(node, errors);
    match &node.value {
        Value::Sequence(values) if !values.is_empty() => values,
        Value::Sequence(_) => {
            let message = format!("`{}` of `matrix` is empty", name.value);
            let label = "at least one item is due";
            errors.push(Diagnostic::new(Code::EMPTY_LIST, message, node.span, label));
            &[]
        }
        _ => {
            let message = format!("`{}` of `matrix` must be a list of values", name.value);
            errors
                .push(wrong(node, &message).help("a value that does not vary belongs into `vars`"));
            &[]
        }
    }
}

/// The mappings of `include` or `exclude`.
fn listed<'node>(
    matrix: &'node Node,
    key: &str,
    errors: &mut Vec<Diagnostic>,
) -> Vec<&'node [(Spanned<String>, Node)]> {
    let Some(node) = matrix.get(key) else { return Vec::new() };
    let Value::Sequence(items) = &node.value else {
        errors.push(wrong(node, &format!("`{key}` of `matrix` must be a list of mappings")));
        return Vec::new();
    };
    let mut entries = Vec::new();
    for item in items {
        match item.entries().filter(|entries| !entries.is_empty()) {
            Some(mapping) => {
                for (name, value) in mapping {
                    check_name(name, errors);
                    check_value(value, errors);
                }
                entries.push(mapping);
            }
            None => errors.push(wrong(
                item,
                &format!("each of `{key}` of `matrix` must be a mapping of names to values"),
            )),
        }
    }
    entries
}

fn product(axes: &[(&Spanned<String>, &[Node])]) -> Vec<Values> {
    // Without an axis there is nothing to combine: all comes from `include`.
    let mut all: Vec<Values> = if axes.is_empty() { Vec::new() } else { vec![Vec::new()] };
    for (name, values) in axes {
        let with = |before: &Values, value: &Node| {
            let mut after = before.clone();
            after.push(((*name).clone(), value.clone()));
            after
        };
        all = all
            .iter()
            .flat_map(|before| values.iter().map(move |value| with(before, value)))
            .collect();
    }
    all
}

fn exclude(
    all: &mut Vec<Values>,
    entry: &[(Spanned<String>, Node)],
    axes: &[(&Spanned<String>, &[Node])],
    errors: &mut Vec<Diagnostic>,
) {
    let known: Vec<&str> = axes.iter().map(|(name, _)| name.value.as_str()).collect();
    if let Some((name, _)) = entry.iter().find(|(name, _)| !known.contains(&name.value.as_str())) {
        errors.push(unknown_key("`exclude`", &name.value, name.span, &known));
        return;
    }
    let before = all.len();
    all.retain(|values| !agrees(values, entry));
    if all.len() == before {
        let span = entry.first().map_or(Span::default(), |(name, node)| name.span.to(node.span));
        errors.push(
            Diagnostic::new(
                Code::BAD_MATRIX,
                "no combination of the matrix is excluded here",
                span,
                "none has these values",
            )
            .help("write values as the matrix has them, or remove the entry"),
        );
    }
}

/// Each entry is added to the combinations whose values of the matrix it agrees with; where there is
/// none, it is a combination of its own.
fn include(
    all: &mut Vec<Values>,
    included: Vec<&[(Spanned<String>, Node)]>,
    axes: &[(&Spanned<String>, &[Node])],
) {
    let combined = all.len();
    for entry in included {
        let is_axis = |name: &str| axes.iter().any(|(axis, _)| axis.value == name);
        let (fixed, added): (Vec<_>, Vec<_>) =
            entry.iter().cloned().partition(|(name, _)| is_axis(&name.value));
        let mut fits = false;
        for values in all[..combined].iter_mut().filter(|values| agrees(values, &fixed)) {
            fits = true;
            values.retain(|(name, _)| added.iter().all(|(new, _)| new.value != name.value));
            values.extend(added.iter().cloned());
        }
        if !fits {
            all.push(entry.to_vec());
        }
    }
}

/// Whether a combination has all values of an entry.
fn agrees(values: &Values, entry: &[(Spanned<String>, Node)]) -> bool {
    entry.iter().all(|(name, wanted)| {
        values.iter().any(|(known, value)| known.value == name.value && value.is_like(wanted))
    })
}

/// Gives each combination its name, and refuses two of one name.
fn named(all: Vec<Values>, source: &Source, errors: &mut Vec<Diagnostic>) -> Vec<Combination> {
    let mut first: HashMap<String, Values> = HashMap::new();
    let mut combinations = Vec::new();
    for values in all {
        let parts =
            values.iter().map(|(name, value)| format!("-{}={}", name.value, label(value, source)));
        let suffix: String = parts.collect();
        match first.get(&suffix) {
            Some(before) => errors.push(repeated(&values, before)),
            None => {
                first.insert(suffix.clone(), values.clone());
                combinations.push(Combination { values, suffix });
            }
        }
    }
    combinations
}

/// Two combinations of one name: of the first value that stands at two places.
fn repeated(values: &Values, before: &Values) -> Diagnostic {
    let pairs = || values.iter().zip(before);
    let pair = pairs().find(|((_, value), (_, other))| value.span != other.span);
    let (value, other) = pair
        .or_else(|| pairs().next())
        .map_or((Span::default(), Span::default()), |((_, value), (_, other))| {
            (value.span, other.span)
        });
    let error = Diagnostic::new(
        Code::BAD_MATRIX,
        "two combinations of the matrix have the same name",
        value,
        "the second time",
    );
    let error = if other == value { error } else { error.also(other, "the first time") };
    error.help("remove one of the values; text of other letters than these has no name of its own")
}

/// A value in a name: its text, where everything but letters, digits, `.`, `_` and a minus becomes
/// `_`. Names of test cases are ASCII without spaces, and those of folders do not end with a dot.
fn label(value: &Node, source: &Source) -> String {
    let written = match &value.value {
        Value::String(text) => text.as_str(),
        Value::Null => "null",
        _ => source.slice(value.span),
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let words = written.split(|letter| !plain(letter)).filter(|word| !word.is_empty());
    let label = words.collect::<Vec<_>>().join("_");
    label.trim_end_matches('.').to_owned()
}

fn wrong(node: &Node, due: &str) -> Diagnostic {
    Diagnostic::new(Code::WRONG_TYPE, due, node.span, super::super::reader::describe(node))
}

fn too_many(count: usize, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BAD_MATRIX,
        format!("the matrix has more than {LIMIT} combinations"),
        span,
        format!("these are {count}"),
    )
    .help("vary fewer values at once, or list the combinations that matter in `include`")
}
