//! `groups:` — lists of expectations with a name, and `- group:`, which stands for one of them.

use super::{Expectation, GROUP, Listed, listed, recommended, twice};
use crate::spec::options::OptionReader;
use crate::spec::reader::{Choice, Reader};
use crate::spec::suggestion::unknown_name;
use crate::spec::vocabulary::{TermKind, find_kind};
use crate::spec::yaml::Value;
use crate::spec::{Code, Conditions, Diagnostic, Severity, Spanned, condition};

/// A list of expectations with a name.
#[derive(Debug)]
pub(super) struct Group<'node> {
    name: &'node Spanned<String>,
    listed: Listed<'node>,
}

/// `- group: …` in a list of expectations.
#[derive(Debug)]
pub(super) struct UseOfGroup {
    name: Spanned<String>,
    /// What its members are to have that do not say it themselves.
    severity: Option<Severity>,
    conditions: Conditions,
}

/// Reads the groups of a spec.
pub(super) fn read_all<'node>(spec: &mut OptionReader<'_, '_, 'node>) -> Vec<Group<'node>> {
    let Some(node) = spec.given("groups") else { return Vec::new() };
    let Value::Mapping(entries) = &node.value else {
        spec.reader.wrong_type("`groups`", "a mapping of names to lists of expectations", node);
        return Vec::new();
    };
    let mut groups = Vec::new();
    for (name, list) in entries {
        let items = spec.reader.sequence(&format!("the group `{}`", name.value), list);
        let mut listed = listed(spec.reader, items, None);
        if let Some(place) = listed.whole_set {
            let all = recommended(spec.reader.registry()).into_iter();
            let single: Vec<_> = listed.entries.iter().map(|(_, entry)| entry.property).collect();
            let others = all.filter(|other| !single.contains(&other.property));
            let named = others.map(|other| (Spanned::new(other.property.meta.name, place), other));
            listed.entries.extend(named);
        }
        groups.push(Group { name, listed });
    }
    groups
}

/// Reads `- group: …`. `groups` are those of the spec; in a group itself there are none to ask for.
pub(super) fn read_use(
    reader: &mut Reader<'_>,
    choice: &Choice<'_>,
    groups: Option<&[Group<'_>]>,
) -> Option<UseOfGroup> {
    let before = reader.errors.len();
    let term = find_kind(TermKind::Section, GROUP);
    let mut options = OptionReader::open(reader, term, choice.span, choice.body);
    let name = options.text("name");
    let severity = options.given("severity").map(|_| match options.word("severity") {
        "error" => Severity::Error,
        "warn" => Severity::Warn,
        _ => Severity::Off,
    });
    let conditions = condition::read(&mut options);
    if reader.errors.len() > before {
        return None;
    }
    let Some(groups) = groups else {
        let message = "a group holds no other group";
        let error =
            Diagnostic::new(Code::CONTRADICTION, message, choice.span, "inside of `groups`");
        reader.report(error.help("name both groups in `expect`"));
        return None;
    };
    if groups.iter().all(|group| group.name.value != name.value) {
        let known: Vec<_> = groups.iter().map(|group| group.name.value.as_str()).collect();
        let error = unknown_name("group", &name.value, name.span, &known);
        reader.report(Diagnostic { code: Code::UNKNOWN_GROUP, ..error });
        return None;
    }
    Some(UseOfGroup { name, severity, conditions })
}

/// The entries of a list with those of the groups that it names. An entry of its own takes the place of
/// a group's; between groups none has the last word.
pub(super) fn with_members(
    reader: &mut Reader<'_>,
    listed: Listed<'_>,
    groups: &[Group<'_>],
) -> Vec<Expectation> {
    let own: Vec<Expectation> = listed.entries.into_iter().map(|(_, entry)| entry).collect();
    let mut members: Vec<(Spanned<String>, Expectation)> = Vec::new();
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for used in &listed.groups {
        let first = seen.iter().find(|name| name.value == used.name.value);
        if let Some(first) = first {
            reader.report(twice(&used.name.value, used.name.span, first.span));
            continue;
        }
        seen.push(&used.name);
        let group = groups.iter().find(|group| group.name.value == used.name.value);
        for (_, entry) in group.into_iter().flat_map(|group| &group.listed.entries) {
            if own.iter().any(|single| single.property == entry.property) {
                continue;
            }
            let other = members.iter().find(|(_, member)| member.property == entry.property);
            if let Some((group, _)) = other {
                let name = entry.property.meta.name;
                let error = twice(name, used.name.span, group.span);
                let note = format!("`{}` and `{}` both have it", group.value, used.name.value);
                let help = format!("say what counts by an entry of its own: `- {name}`");
                reader.report(error.note(note).help(help));
                continue;
            }
            members.push((used.name.clone(), used.said_for(entry)));
        }
    }
    own.into_iter().chain(members.into_iter().map(|(_, member)| member)).collect()
}

impl UseOfGroup {
    fn said_for(&self, entry: &Expectation) -> Expectation {
        let conditions = Conditions {
            only: entry.conditions.only.clone().or_else(|| self.conditions.only.clone()),
            skip: entry.conditions.skip.clone().or_else(|| self.conditions.skip.clone()),
        };
        Expectation { severity: entry.severity.or(self.severity), conditions, ..entry.clone() }
    }
}
