//! What environment variables say: one for each word, and one for the profile.

use std::collections::BTreeMap;

use super::error::VariableError;
use super::value::Value;
use super::words::{Key, WORDS, Word};
use crate::severities::{self, Named, SEVERITY_VARIABLE};
use crate::suggestion::closest;

/// Names the profile.
pub const PROFILE_VARIABLE: &str = "NN_TEST_PROFILE";

/// The variables that are set. An empty one counts as not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub(super) profile: Option<String>,
    /// With the name of the variable.
    pub(super) values: BTreeMap<Key, (String, Value)>,
    pub(super) severities: Vec<Named>,
}

impl Environment {
    /// Reads the variables through `variable`, which gives the value of one that is set.
    ///
    /// # Errors
    ///
    /// All variables whose value is not understood.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<VariableError>> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let mut environment = Self { profile: set(PROFILE_VARIABLE), ..Self::default() };
        let mut errors = Vec::new();
        for word in &WORDS {
            let name = word.variable();
            let Some(text) = set(&name) else { continue };
            match word.kind.read_text(&text) {
                Some(value) => errors.extend(environment.insert(word, name, value)),
                None => errors.push(VariableError::WrongValue {
                    variable: name,
                    word,
                    suggestion: word.kind.suggestion(text.trim()),
                    found: text,
                }),
            }
        }
        match severities::parse(&set(SEVERITY_VARIABLE).unwrap_or_default()) {
            Ok(severities) => environment.severities = severities,
            Err(error) => errors.push(VariableError::Severity { error }),
        }
        if errors.is_empty() { Ok(environment) } else { Err(errors) }
    }

    /// Those of `names` that look like variables of nn-test's and are none, each with the one that may
    /// be meant.
    pub fn unknown(names: impl Iterator<Item = String>) -> Vec<(String, Option<String>)> {
        let others = [PROFILE_VARIABLE, SEVERITY_VARIABLE];
        let known: Vec<String> =
            WORDS.iter().map(Word::variable).chain(others.map(str::to_owned)).collect();
        let ours = names.filter(|name| name.starts_with("NN_TEST_") && !known.contains(name));
        let meant = |name: &str| closest(name, known.iter().map(String::as_str)).map(str::to_owned);
        let mut unknown: Vec<_> = ours.map(|name| (meant(&name), name)).collect();
        unknown.sort();
        unknown.into_iter().map(|(meant, name)| (name, meant)).collect()
    }

    fn insert(&mut self, word: &Word, name: String, value: Value) -> Option<VariableError> {
        if let Some((first, _)) = self.values.get(&word.key) {
            return Some(VariableError::Twice { first: first.clone(), second: name });
        }
        self.values.insert(word.key, (name, value));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, Vec<String>> {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
        };
        Environment::read(find).map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_word_has_a_variable() {
        let environment = read(&[
            ("NN_TEST_PROFILE", "ci"),
            ("NN_TEST_JOBS", "3"),
            ("NN_TEST_FAIL_FAST", "true"),
        ]);
        let environment = environment.unwrap();
        assert_eq!(environment.profile.as_deref(), Some("ci"));
        let expected = [
            (Key::Jobs, ("NN_TEST_JOBS".to_owned(), Value::Number(3))),
            (Key::MaxFail, ("NN_TEST_FAIL_FAST".to_owned(), Value::Number(1))),
        ];
        assert_eq!(environment.values, BTreeMap::from(expected));
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        assert_eq!(read(&[("NN_TEST_DEVICE", ""), ("NN_TEST_PROFILE", " ")]), read(&[]));
    }

    #[test]
    fn a_misspelt_variable_is_noticed() {
        let names =
            ["NN_TEST_TIMOUT", "NN_TEST_DEVICE", "HOME", "NN_TEST_PROFILE", "NN_TEST_SEVERITY"];
        let unknown = Environment::unknown(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(unknown, [("NN_TEST_TIMOUT".to_owned(), Some("NN_TEST_TIMEOUT".to_owned()))]);
    }

    #[test]
    fn all_wrong_values_are_told_with_the_mend() {
        let variables = [
            ("NN_TEST_DEVICE", "cp"),
            ("NN_TEST_JOBS", "many"),
            ("NN_TEST_MAX_FAIL", "2"),
            ("NN_TEST_FAIL_FAST", "true"),
        ];
        assert_eq!(
            read(&variables).unwrap_err(),
            [
                "the environment variable NN_TEST_DEVICE must be \"auto\", \"wgpu\" or \"cpu\", \
                 not `cp`; did you mean `cpu`?",
                "the environment variable NN_TEST_JOBS must be a whole number from 1 on, or \
                 \"auto\", not `many`",
                "the environment variables NN_TEST_MAX_FAIL and NN_TEST_FAIL_FAST say the same; \
                 set one of them",
            ]
        );
    }
}
