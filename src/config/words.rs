//! The keys of a profile: their names, what they take, and how far they reach.

use super::value::{Kind, Value};
use crate::size::written_size;
use crate::toml::quoted;

/// What a profile decides. Two words may say the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Device,
    Jobs,
    Timeout,
    Silence,
    MemoryLimit,
    MaxFail,
    DefaultFilter,
    NoTests,
    MessageFormat,
    StatusLevel,
    Annotations,
    Junit,
    Summary,
    Events,
    CargoProfile,
    Features,
    AllFeatures,
    NoDefaultFeatures,
    Warnings,
}

/// How far a key's value reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One package: each may have its own.
    Package,
    /// The whole run, whatever packages it has.
    Run,
}

/// A key as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    pub name: &'static str,
    pub key: Key,
    pub kind: Kind,
    pub reach: Reach,
}

/// All words, in the order in which they are shown.
pub static WORDS: [Word; 20] = [
    package("device", Key::Device, Kind::Choice(&["auto", "wgpu", "cpu"])),
    run("jobs", Key::Jobs, Kind::Auto(&Kind::Count)),
    package("timeout", Key::Timeout, Kind::Auto(&Kind::Seconds)),
    run("silence", Key::Silence, Kind::Seconds),
    run("memory-limit", Key::MemoryLimit, Kind::Auto(&Kind::Bytes)),
    run("max-fail", Key::MaxFail, Kind::Count),
    run("fail-fast", Key::MaxFail, Kind::FailFast),
    run("default-filter", Key::DefaultFilter, Kind::Filter),
    run("no-tests", Key::NoTests, Kind::Choice(&["fail", "warn", "pass"])),
    run("message-format", Key::MessageFormat, Kind::Choice(&["human", "json"])),
    run("status-level", Key::StatusLevel, Kind::Choice(&["fail", "pass", "all"])),
    run("annotations", Key::Annotations, Kind::Choice(&["auto", "github", "none"])),
    run("junit", Key::Junit, Kind::File),
    run("summary", Key::Summary, Kind::File),
    run("events", Key::Events, Kind::File),
    run("cargo-profile", Key::CargoProfile, Kind::Name),
    run("features", Key::Features, Kind::Names),
    run("all-features", Key::AllFeatures, Kind::Flag),
    run("no-default-features", Key::NoDefaultFeatures, Kind::Flag),
    package("warnings", Key::Warnings, Kind::Choice(&["warn", "deny"])),
];

const fn package(name: &'static str, key: Key, kind: Kind) -> Word {
    Word { name, key, kind, reach: Reach::Package }
}

const fn run(name: &'static str, key: Key, kind: Kind) -> Word {
    Word { name, key, kind, reach: Reach::Run }
}

impl Word {
    pub fn find(name: &str) -> Option<&'static Word> {
        WORDS.iter().find(|word| word.name == name)
    }

    /// The environment variable that says the same: `NN_TEST_MAX_FAIL` for `max-fail`.
    pub fn variable(&self) -> String {
        format!("NN_TEST_{}", self.name.to_uppercase().replace('-', "_"))
    }
}

impl Key {
    /// All keys, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Key> {
        let repeated = |key: Key, before: &[Word]| before.iter().any(|word| word.key == key);
        let words = WORDS.iter().enumerate();
        words.filter(move |(at, word)| !repeated(word.key, &WORDS[..*at])).map(|(_, word)| word.key)
    }

    /// The first word for it.
    pub fn name(self) -> &'static str {
        let word = WORDS.iter().find(|word| word.key == self);
        word.expect("every key has a word").name
    }

    /// How a file would say that this key has this value: a word and its value.
    pub fn written(self, value: &Value) -> (&'static str, String) {
        match (self, value) {
            (Self::MaxFail, Value::Number(0)) => ("fail-fast", "false".to_owned()),
            (Self::MaxFail, Value::Number(1)) => ("fail-fast", "true".to_owned()),
            (Self::MemoryLimit, Value::Number(bytes)) if *bytes > 0 => {
                (self.name(), quoted(&written_size(*bytes)))
            }
            _ => (self.name(), value.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_word_and_every_word_a_variable() {
        let text = include_str!("words.rs");
        let body = text.split("pub enum Key {").nth(1).unwrap().split('}').next().unwrap();
        let variants = body.lines().filter(|line| line.trim().ends_with(',')).count();
        assert_eq!(Key::all().count(), variants);
        assert_eq!(Word::find("max-fail").unwrap().variable(), "NN_TEST_MAX_FAIL");
        assert_eq!(Word::find("specs"), None);
    }

    #[test]
    fn two_words_for_one_key_reach_equally_far() {
        for word in &WORDS {
            let first = Word::find(word.key.name()).unwrap();
            assert_eq!(word.reach, first.reach, "{}", word.name);
        }
    }
}
