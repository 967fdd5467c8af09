//! The table of severities of a profile: names of properties, and how their failures count.

use std::collections::BTreeMap;

use super::Reader;
use crate::property::REGISTRY;
use crate::severities::{ALL, property_named};
use crate::spec::{Code, Diagnostic, Severity};
use crate::suggestion::closest;
use crate::toml::{Entry, Node};

/// The words for severities.
const WORDS: [&str; 3] = ["error", "warn", "off"];

impl Reader<'_> {
    pub(super) fn severities(&mut self, profile: &str, entry: &Entry) {
        let Node::Table(table) = &entry.value.value else {
            self.wrong_value(entry, "a table of properties: `update_ratio = \"error\"`");
            return;
        };
        let mut said: BTreeMap<_, _> = self.layer.severities.remove(profile).unwrap_or_default();
        for entry in &table.entries {
            let Ok(property) = property_named(&entry.key.value) else {
                self.unknown_property(entry);
                continue;
            };
            if said.contains_key(property) {
                self.errors.push(
                    Diagnostic::new(
                        Code::CONFIG_CONTRADICTION,
                        format!("`{property}` has two severities in one profile"),
                        entry.key.span,
                        "and here",
                    )
                    .help("keep one of them"),
                );
                continue;
            }
            match &entry.value.value {
                Node::Text(word) if WORDS.contains(&word.as_str()) => {
                    let severity = Severity::parse(word).expect("it is one of the words");
                    said.insert(property, self.placed(entry, severity));
                }
                other => {
                    self.wrong_value(entry, "\"error\", \"warn\" or \"off\"");
                    if let Node::Text(word) = other
                        && let Some(name) = closest(word, WORDS)
                        && let Some(error) = self.errors.last_mut()
                    {
                        error.help = Some(format!("did you mean \"{name}\"?"));
                    }
                }
            }
        }
        self.layer.severities.insert(profile.to_owned(), said);
    }

    fn unknown_property(&mut self, entry: &Entry) {
        let name = &entry.key.value;
        let error = Diagnostic::new(
            Code::CONFIG_UNKNOWN_KEY,
            format!("there is no property `{name}`"),
            entry.key.span,
            "unknown",
        );
        let known = REGISTRY.iter().map(|property| property.meta.name).chain([ALL]);
        self.errors.push(match closest(name, known) {
            Some(name) => error.help(format!("did you mean `{name}`?")),
            None => error.note("`cargo nn-test explain` lists the properties"),
        });
    }
}
