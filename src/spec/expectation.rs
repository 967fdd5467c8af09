//! `expect:` — the properties that the subject must have.

mod group;
mod waiver;

use serde::{Deserialize, Serialize};

use self::group::{Group, UseOfGroup};
use super::options::OptionReader;
use super::reader::{Choice, Reader};
use super::suggestion::unknown_name;
use super::vocabulary::Bounds;
use super::weights::names;
use super::yaml::{Node, Value};
use super::{Code, Conditions, Diagnostic, Span, Spanned, condition};
use crate::property::{OptionKind, OptionMeta, OptionValue, Options, Property};
use crate::size::read_size;

/// One property that a spec expects, with its thresholds.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub property: &'static Property,
    /// The property's options: its defaults, overridden by the spec.
    pub options: Options,
    /// The spec's word on how a failure counts; without it the property's own.
    pub severity: Option<Severity>,
    /// Why the property does not hold, where that is what the spec expects.
    pub fails: Option<Spanned<String>>,
    /// Why a failure is let pass.
    pub allowed: Option<Spanned<String>>,
    /// Where it is judged at all.
    pub conditions: Conditions,
    /// The place in the file; `None` when it came with the recommended set.
    pub span: Option<Span>,
}

/// How a failed expectation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The test case fails.
    Error,
    /// The test case passes with a warning.
    Warn,
    /// The property is not judged.
    Off,
}

/// Stands for the whole recommended set.
const RECOMMENDED: &str = "recommended";
/// Stands for the expectations of a group.
const GROUP: &str = "group";

/// Reads `expect:` into the order of the registry; the recommended set when the spec has none.
pub(super) fn read(spec: &mut OptionReader<'_, '_, '_>) -> Vec<Expectation> {
    let registry = spec.reader.registry();
    // Those that nobody asks for are read, too: what is wrong in them is wrong for whoever does.
    let groups = group::read_all(spec);
    let Some(node) = spec.given("expect") else {
        let mut expectations = recommended(registry);
        waiver::read(spec, &mut expectations);
        return expectations;
    };
    let items = spec.reader.sequence("`expect`", node);
    let listed = listed(spec.reader, items, Some(&groups));
    let whole_set = listed.whole_set.is_some();
    let mut expectations = group::with_members(spec.reader, listed, &groups);
    if whole_set {
        let single: Vec<_> = expectations.iter().map(|entry| entry.property).collect();
        let others = recommended(registry);
        expectations.extend(others.into_iter().filter(|other| !single.contains(&other.property)));
    }
    let order = |entry: &Expectation| registry.iter().position(|known| **known == *entry.property);
    expectations.sort_by_key(order);
    waiver::read(spec, &mut expectations);
    expectations
}

/// What stands in a list of expectations.
#[derive(Debug, Default)]
struct Listed<'node> {
    entries: Vec<(Spanned<&'node str>, Expectation)>,
    whole_set: Option<Span>,
    groups: Vec<UseOfGroup>,
}

/// Reads a list of expectations, none of them twice. Without `groups` the list is one itself.
fn listed<'node>(
    reader: &mut Reader<'_>,
    items: &'node [Node],
    groups: Option<&[Group<'_>]>,
) -> Listed<'node> {
    let mut listed = Listed::default();
    for item in items {
        let Some(choice) = reader.choice("an expectation", item) else { continue };
        if choice.name == GROUP {
            let used = group::read_use(reader, &choice, groups);
            listed.groups.extend(used);
            continue;
        }
        let first = if choice.name == RECOMMENDED {
            listed.whole_set.replace(choice.span)
        } else {
            let same = listed.entries.iter().find(|(name, _)| name.value == choice.name);
            same.map(|(name, _)| name.span)
        };
        if let Some(first) = first {
            reader.report(twice(choice.name, choice.span, first));
        } else if choice.name == RECOMMENDED {
            read_recommended(reader, &choice);
        } else if let Some(expectation) = read_entry(reader, &choice) {
            listed.entries.push((Spanned::new(choice.name, choice.span), expectation));
        }
    }
    listed
}

/// The recommended set, with defaults.
fn recommended(registry: &[&'static Property]) -> Vec<Expectation> {
    let set = registry.iter().filter(|property| property.meta.recommended);
    set.map(|property| by_default(property)).collect()
}

/// A property with its defaults.
fn by_default(property: &'static Property) -> Expectation {
    Expectation {
        property,
        options: Options::defaults(&property.meta),
        severity: None,
        fails: None,
        allowed: None,
        conditions: Conditions::default(),
        span: None,
    }
}

/// Adds every property of a registry that is not expected and can be judged by its defaults.
pub(super) fn complete(expectations: &mut Vec<Expectation>, registry: &[&'static Property]) {
    for property in registry {
        let expected = expectations.iter().any(|other| other.property == *property);
        let needs_options = !property.meta.required().is_empty();
        if !expected && !needs_options {
            expectations.push(by_default(property));
        }
    }
}

fn read_recommended(reader: &mut Reader<'_>, choice: &Choice<'_>) {
    if let Some(body) = choice.body.filter(|body| body.value != Value::Null) {
        reader.report(
            Diagnostic::new(
                Code::WRONG_TYPE,
                "`recommended` takes no options",
                body.span,
                "options of all properties at once",
            )
            .help("change a single one by an entry of its own beside `recommended`"),
        );
    }
}

fn twice(name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::DUPLICATE_EXPECTATION,
        format!("`{name}` is expected twice"),
        second,
        "the second time",
    )
    .also(first, "the first time")
}

fn read_entry(reader: &mut Reader<'_>, choice: &Choice<'_>) -> Option<Expectation> {
    let registry = reader.registry();
    let Some(property) = registry.iter().find(|known| known.meta.name == choice.name) else {
        let names = registry.iter().map(|known| known.meta.name);
        let known: Vec<_> = names.chain([RECOMMENDED, GROUP]).collect();
        reader.report(unknown_name("property", choice.name, choice.span, &known));
        return None;
    };
    let before = reader.errors.len();
    let mut expectation = Expectation {
        property,
        options: Options::defaults(&property.meta),
        severity: None,
        fails: None,
        allowed: None,
        conditions: Conditions::default(),
        span: Some(choice.span),
    };
    match choice.body.map(|body| (body, &body.value)) {
        None | Some((_, Value::Null)) => {}
        Some((_, Value::Mapping(entries))) => {
            for (key, value) in entries {
                read_option(reader, &mut expectation, key, value);
            }
        }
        Some((body, _)) => match property.meta.required().as_slice() {
            // `matches_golden: mlp.safetensors`.
            [option] => {
                let what = format!("`{}` of `{}`", option.name, choice.name);
                let value = option_value(reader, &what, option, body);
                expectation.options.set(option.name, value);
            }
            _ => {
                reader.wrong_type(&format!("the value of `{}`", choice.name), "its options", body);
            }
        },
    }
    let required = property.meta.required();
    let given = required.iter().any(|option| expectation.options.given(option.name));
    if !required.is_empty() && !given && reader.errors.len() == before {
        reader.report(nothing_required(choice, &required));
    }
    Some(expectation)
}

/// None of the options is there of which one must be.
fn nothing_required(choice: &Choice<'_>, required: &[&OptionMeta]) -> Diagnostic {
    let names: Vec<String> = required.iter().map(|option| format!("`{}`", option.name)).collect();
    let (needed, label) = match names.as_slice() {
        [name] => (name.clone(), format!("{name} is missing")),
        names => (format!("one of {}", names.join(", ")), "none of them is there".to_owned()),
    };
    let message = format!("`{}` needs {needed}", choice.name);
    let error = Diagnostic::new(Code::MISSING_KEY, message, choice.span, label);
    let notes = required.iter().map(|option| format!("`{}`: {}", option.name, option.doc));
    error.note(notes.collect::<Vec<_>>().join("\n"))
}

fn read_option(
    reader: &mut Reader<'_>,
    expectation: &mut Expectation,
    key: &Spanned<String>,
    node: &Node,
) {
    let meta = &expectation.property.meta;
    let names = meta.options.iter().map(|option| option.name);
    let known: Vec<_> = names.chain(["severity", "fails", "only", "skip"]).collect();
    if reader.known_key(&format!("`{}`", meta.name), key, &known).is_err() {
        return;
    }
    match meta.options.iter().find(|option| option.name == key.value) {
        Some(option) => {
            let what = format!("`{}` of `{}`", option.name, meta.name);
            let value = option_value(reader, &what, option, node);
            expectation.options.set(option.name, value);
        }
        None => match key.value.as_str() {
            "fails" => expectation.fails = reason(reader, node),
            "only" => expectation.conditions.only = condition::only(reader, key.span, node),
            "skip" => expectation.conditions.skip = condition::skip(reader, key.span, node),
            _ => expectation.severity = severity(reader, node),
        },
    }
}

fn option_value(
    reader: &mut Reader<'_>,
    what: &str,
    option: &OptionMeta,
    node: &Node,
) -> OptionValue {
    match option.kind {
        OptionKind::Count => OptionValue::Count(reader.count(what, node, 1)),
        OptionKind::Index => OptionValue::Count(reader.count(what, node, 0)),
        OptionKind::Axes => {
            OptionValue::Counts(one_or_more(reader, what, node, |r, what, n| r.count(what, n, 1)))
        }
        OptionKind::Factors => {
            let positive = |reader: &mut Reader<'_>, what: &str, node: &Node| {
                reader.number(what, node, Bounds::Positive)
            };
            OptionValue::Numbers(one_or_more(reader, what, node, positive))
        }
        OptionKind::Size => OptionValue::Count(size(reader, what, node)),
        OptionKind::Name => OptionValue::Name(reader.text(what, node).value),
        OptionKind::Number => OptionValue::Number(reader.number(what, node, Bounds::NonNegative)),
        OptionKind::Range => {
            let before = reader.errors.len();
            let (low, high) = reader.range(what, node);
            if reader.errors.len() == before && low < 0.0 {
                reader.out_of_range(what, "a range from 0 or above", node);
            }
            OptionValue::Range(low, high)
        }
        OptionKind::Flag => OptionValue::Flag(reader.flag(what, node)),
        OptionKind::Files => OptionValue::Files(files(reader, what, node)),
        OptionKind::Names => OptionValue::Names(names(reader, what, node)),
    }
}

/// Bytes.
fn size(reader: &mut Reader<'_>, what: &str, node: &Node) -> usize {
    let Value::String(text) = &node.value else { return reader.count(what, node, 1) };
    let bytes = read_size(text).ok().and_then(|bytes| usize::try_from(bytes).ok());
    bytes.filter(|bytes| *bytes > 0).unwrap_or_else(|| {
        reader.wrong_type(what, "an amount of memory such as `50MB` or `8GiB`", node);
        1
    })
}

/// One file, or a list of them.
fn files(reader: &mut Reader<'_>, what: &str, node: &Node) -> Vec<String> {
    one_or_more(reader, what, node, |reader, what, node| reader.text(what, node).value)
}

/// A value, or a list of such values.
fn one_or_more<T>(
    reader: &mut Reader<'_>,
    what: &str,
    node: &Node,
    read: impl Fn(&mut Reader<'_>, &str, &Node) -> T,
) -> Vec<T> {
    match &node.value {
        Value::Sequence(_) => {
            let each = format!("each of {what}");
            let items = reader.sequence(what, node);
            items.iter().map(|item| read(reader, &each, item)).collect()
        }
        _ => vec![read(reader, what, node)],
    }
}

/// Why a property is expected to fail: whoever reads the spec shall know.
fn reason(reader: &mut Reader<'_>, node: &Node) -> Option<Spanned<String>> {
    let Value::String(text) = &node.value else {
        reader.wrong_type("`fails`", "the reason, as text", node);
        return None;
    };
    Some(Spanned::new(text.clone(), node.span))
}

fn severity(reader: &mut Reader<'_>, node: &Node) -> Option<Severity> {
    match reader.word("`severity`", node, &["error", "warn", "off"])? {
        "error" => Some(Severity::Error),
        "warn" => Some(Severity::Warn),
        _ => Some(Severity::Off),
    }
}
