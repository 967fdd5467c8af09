//! From TOML to a layer. Errors are gathered, so that all of a file are told at once.

mod severity;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::layer::{DEFAULT_PROFILE, Layer, Place, Placed};
use super::value::{Kind, Value};
use super::words::{Key, Reach, WORDS, Word};
use crate::spec::{Code, Diagnostic, Source, Span};
use crate::suggestion::closest;
use crate::toml::{Entry, Node, Table};

/// What only the top level of a configuration has: no profile changes where specs and models are.
const SPECS: &str = "specs";
const TARGETS: &str = "targets";
const PROFILE: &str = "profile";
/// A table in a profile.
const SEVERITY: &str = "severity";

/// What kind of table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// A file of nn-test's own.
    File,
    /// `[workspace.metadata.nn-test]`.
    Workspace,
    /// `[package.metadata.nn-test]` in the root of the workspace: it speaks for the run, too.
    RootPackage,
    /// `[package.metadata.nn-test]` elsewhere.
    Package,
}

impl Home {
    pub(super) fn table(self) -> Option<&'static str> {
        match self {
            Self::File => None,
            Self::Workspace => Some("workspace.metadata.nn-test"),
            Self::RootPackage | Self::Package => Some("package.metadata.nn-test"),
        }
    }
}

/// Reads a table. What is wrong is left out of the layer.
pub(super) fn read(source: &Source, home: Home, table: &Table) -> (Layer, Vec<Diagnostic>) {
    let mut reader = Reader { source, home, layer: Layer::default(), errors: Vec::new() };
    reader.top_level(table);
    (reader.layer, reader.errors)
}

struct Reader<'a> {
    source: &'a Source,
    home: Home,
    layer: Layer,
    errors: Vec<Diagnostic>,
}

/// The values of a profile so far, each with the name and the place of its key.
type Seen = BTreeMap<Key, (&'static str, Span)>;

impl Reader<'_> {
    fn top_level(&mut self, table: &Table) {
        let mut seen = Seen::new();
        let mut default = BTreeMap::new();
        let mut profiles: &[Entry] = &[];
        for entry in &table.entries {
            match entry.key.value.as_str() {
                SPECS => {
                    let folder = self.text(entry, "the path of a folder");
                    self.layer.specs = folder.map(|path| self.placed(entry, PathBuf::from(path)));
                }
                TARGETS => match Kind::Names.read(&entry.value.value) {
                    Some(Value::Names(names)) => {
                        self.layer.targets = Some(self.placed(entry, names));
                    }
                    _ => self.wrong_value(entry, &Kind::Names.expected()),
                },
                PROFILE => match &entry.value.value {
                    Node::Table(table) => profiles = &table.entries,
                    _ => self.wrong_value(entry, "a table of profiles: `[profile.NAME]`"),
                },
                SEVERITY => self.severities(DEFAULT_PROFILE, entry),
                name => match Word::find(name) {
                    Some(word) => self.word(word, entry, &mut seen, &mut default),
                    None => self.unknown_key(entry, "here", &[SEVERITY, SPECS, TARGETS, PROFILE]),
                },
            }
        }
        if !default.is_empty() {
            self.layer.profiles.insert(DEFAULT_PROFILE.to_owned(), default);
        }
        for entry in profiles {
            // What stands at the top level is the default profile's.
            let default = entry.key.value == DEFAULT_PROFILE;
            let seen = if default { std::mem::take(&mut seen) } else { Seen::new() };
            self.profile(entry, seen);
        }
    }

    fn profile(&mut self, profile: &Entry, mut seen: Seen) {
        let name = profile.key.value.clone();
        let Node::Table(table) = &profile.value.value else {
            self.wrong_value(profile, "a table of settings: `[profile.NAME]`");
            return;
        };
        let mut values = self.layer.profiles.remove(&name).unwrap_or_default();
        for entry in &table.entries {
            let key = entry.key.value.as_str();
            match Word::find(key) {
                Some(word) => self.word(word, entry, &mut seen, &mut values),
                None if key == SEVERITY => self.severities(&name, entry),
                None if [SPECS, TARGETS].contains(&key) => self.errors.push(
                    Diagnostic::new(
                        Code::CONFIG_CONTRADICTION,
                        format!("`{key}` is the same in all profiles"),
                        entry.key.span,
                        "not in a profile",
                    )
                    .help(format!("write `{key}` above all tables")),
                ),
                None => self.unknown_key(entry, "in a profile", &[SEVERITY]),
            }
        }
        self.layer.profiles.insert(name, values);
    }

    fn word(
        &mut self,
        word: &'static Word,
        entry: &Entry,
        seen: &mut Seen,
        values: &mut BTreeMap<Key, Placed<Value>>,
    ) {
        if self.home == Home::Package && word.reach == Reach::Run {
            self.errors.push(
                Diagnostic::new(
                    Code::CONFIG_CONTRADICTION,
                    format!("`{}` speaks for the whole run, not for one package", word.name),
                    entry.key.span,
                    "a package cannot say this",
                )
                .help("write it in `nn-test.toml`, or in `[workspace.metadata.nn-test]`"),
            );
            return;
        }
        if let Some((first, place)) = seen.get(&word.key) {
            self.errors.push(
                Diagnostic::new(
                    Code::CONFIG_CONTRADICTION,
                    match *first == word.name {
                        true => format!("`{first}` is set twice"),
                        false => format!("`{first}` and `{}` say the same", word.name),
                    },
                    entry.key.span,
                    "and here",
                )
                .also(*place, "set here")
                .help("keep one of them"),
            );
            return;
        }
        seen.insert(word.key, (word.name, entry.key.span));
        match word.kind.read(&entry.value.value) {
            Some(value) => {
                values.insert(word.key, self.placed(entry, value));
            }
            None => self.wrong_choice(word, entry),
        }
    }

    fn text(&mut self, entry: &Entry, expected: &str) -> Option<String> {
        match &entry.value.value {
            Node::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => {
                self.wrong_value(entry, expected);
                None
            }
        }
    }

    fn wrong_choice(&mut self, word: &Word, entry: &Entry) {
        self.wrong_value(entry, &word.kind.expected());
        if let Node::Text(text) = &entry.value.value
            && let Some(name) = word.kind.suggestion(text)
            && let Some(error) = self.errors.last_mut()
        {
            error.help = Some(format!("did you mean \"{name}\"?"));
        }
    }

    fn wrong_value(&mut self, entry: &Entry, expected: &str) {
        let label = match &entry.value.value {
            Node::Text(_) | Node::Integer(_) | Node::Flag(_) => String::new(),
            other => format!("this is {}", other.described()),
        };
        let message = format!("`{}` must be {expected}", entry.key.value);
        self.errors.push(Diagnostic::new(
            Code::CONFIG_WRONG_VALUE,
            message,
            entry.value.span,
            label,
        ));
    }

    fn unknown_key(&mut self, entry: &Entry, place: &str, others: &[&'static str]) {
        let key = &entry.key.value;
        let names: Vec<&str> =
            WORDS.iter().map(|word| word.name).chain(others.iter().copied()).collect();
        let error = Diagnostic::new(
            Code::CONFIG_UNKNOWN_KEY,
            format!("unknown key `{key}` {place}"),
            entry.key.span,
            "unknown",
        );
        self.errors.push(match closest(key, names.iter().copied()) {
            Some(name) => error.help(format!("did you mean `{name}`?")),
            None => error.note(format!("known keys: {}", names.join(", "))),
        });
    }

    fn placed<T>(&self, entry: &Entry, value: T) -> Placed<T> {
        let (line, column) = self.source.position(entry.key.span.start);
        let file = self.source.path.clone();
        Placed { value, place: Place { file, line, column, table: self.home.table() } }
    }
}
