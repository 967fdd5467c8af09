//! How failures count in a run, as far as it is said outside of the specs: by the command line, the
//! environment or a profile.
//!
//! Plain data, so that a supervisor can hand it to its workers. It knows names of properties, and
//! neither files nor verdicts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::property::REGISTRY;
use crate::spec::{Expectation, Severity, suggest};

/// Stands for every property that is not named beside it.
pub const ALL: &str = "all";

/// `PROPERTY=LEVEL`, several of them with commas.
pub const SEVERITY_VARIABLE: &str = "NN_TEST_SEVERITY";

/// The levels, as they are written.
const LEVELS: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warn", Severity::Warn), ("off", Severity::Off)];

/// A property, or [`ALL`] of them, and how its failure counts.
pub type Named = (&'static str, Severity);

/// What is said outside of the specs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severities {
    /// By the property's name.
    said: BTreeMap<String, Said>,
    /// Who wants warnings to fail, if anybody does.
    denied_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    severity: Severity,
    /// Who says so, for people.
    origin: String,
    /// Whether it counts more than a spec's own word.
    over_spec: bool,
}

/// How an expectation's failure counts, and who says so where it is neither spec nor property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted<'a> {
    pub(crate) severity: Severity,
    pub(crate) origin: Option<&'a str>,
}

impl Severities {
    /// Adds what `origin` says of a property.
    pub fn with(
        mut self,
        property: &str,
        severity: Severity,
        origin: String,
        over_spec: bool,
    ) -> Self {
        self.said.insert(property.to_owned(), Said { severity, origin, over_spec });
        self
    }

    /// Makes warnings failures, as `origin` wants.
    pub fn denying_warnings(mut self, origin: Option<String>) -> Self {
        self.denied_by = origin;
        self
    }

    /// How an expectation's failure counts. A spec knows its model, a profile does not: the spec's word
    /// wins over that of a profile, as its `timeout` does, and gives way to what is said for this
    /// run.
    pub(crate) fn of(&self, expectation: &Expectation) -> Counted<'_> {
        let meta = &expectation.property.meta;
        match (self.said.get(meta.name), expectation.severity) {
            (Some(said), own) if own.is_none() || said.over_spec => {
                Counted { severity: said.severity, origin: Some(&said.origin) }
            }
            (_, own) => Counted { severity: own.unwrap_or(meta.severity), origin: None },
        }
    }

    /// Who wants warnings to fail, if anybody does.
    pub(crate) fn denied_by(&self) -> Option<&str> {
        self.denied_by.as_deref()
    }
}

impl Severity {
    /// The word for it.
    pub fn term(self) -> &'static str {
        let level = LEVELS.iter().find(|(_, severity)| *severity == self);
        level.expect("every severity has a word").0
    }

    /// # Errors
    ///
    /// A sentence, when it is no word for a severity.
    pub fn parse(word: &str) -> Result<Self, String> {
        let level = LEVELS.iter().find(|(known, _)| *known == word);
        let names = LEVELS.map(|(name, _)| name);
        level.map(|(_, severity)| *severity).ok_or_else(|| {
            let message = format!("`{word}` is no severity; it is error, warn or off");
            with_suggestion(message, suggest(word, &names))
        })
    }
}

/// The name of a property or [`ALL`].
///
/// # Errors
///
/// A sentence, when there is no such property.
pub fn property_named(name: &str) -> Result<&'static str, String> {
    let known: Vec<&'static str> =
        REGISTRY.iter().map(|property| property.meta.name).chain([ALL]).collect();
    let found = known.iter().find(|known| **known == name);
    found.copied().ok_or_else(|| {
        with_suggestion(format!("there is no property `{name}`"), suggest(name, &known))
    })
}

/// Reads `update_ratio=error`.
///
/// # Errors
///
/// A sentence, when it is no such pair.
pub fn parse_one(text: &str) -> Result<Named, String> {
    let (name, level) = text
        .split_once('=')
        .ok_or_else(|| format!("`{}` is no pair such as `update_ratio=error`", text.trim()))?;
    Ok((property_named(name.trim())?, Severity::parse(level.trim())?))
}

/// Reads `update_ratio=error,no_dead_units=off`.
///
/// # Errors
///
/// A sentence, for the first that is no pair.
pub fn parse(text: &str) -> Result<Vec<Named>, String> {
    text.split(',').filter(|part| !part.trim().is_empty()).map(parse_one).collect()
}

/// What a list says of a property: the last word on it by its name, else the last on all.
pub fn said_of(named: &[Named], property: &str) -> Option<Named> {
    let last = |name: &str| named.iter().rev().find(|(known, _)| *known == name);
    last(property).or_else(|| last(ALL)).copied()
}

fn with_suggestion(message: String, suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!("{message}; did you mean `{name}`?"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::{HINT, expectation};

    fn said(over_spec: bool) -> Severities {
        Severities::default().with("hint", Severity::Error, "nn-test.toml:3:1".into(), over_spec)
    }

    #[test]
    fn without_a_word_the_spec_counts_and_else_the_property() {
        let nothing = Severities::default();
        let mut hint = expectation(&HINT);
        assert_eq!(nothing.of(&hint), Counted { severity: Severity::Warn, origin: None });
        hint.severity = Some(Severity::Error);
        assert_eq!(nothing.of(&hint), Counted { severity: Severity::Error, origin: None });
    }

    #[test]
    fn a_spec_wins_over_a_profile_and_loses_against_the_run() {
        let mut hint = expectation(&HINT);
        let error = Counted { severity: Severity::Error, origin: Some("nn-test.toml:3:1") };
        assert_eq!(said(false).of(&hint), error);
        hint.severity = Some(Severity::Off);
        assert_eq!(said(false).of(&hint), Counted { severity: Severity::Off, origin: None });
        assert_eq!(said(true).of(&hint), error);
    }

    #[test]
    fn pairs_are_read_and_a_name_wins_over_all() {
        let named = parse("all=warn, update_ratio=error ,update_ratio=off,").unwrap();
        assert_eq!(said_of(&named, "update_ratio"), Some(("update_ratio", Severity::Off)));
        assert_eq!(said_of(&named, "shapes"), Some((ALL, Severity::Warn)));
        assert_eq!(said_of(&parse("shapes=off").unwrap(), "update_ratio"), None);
    }

    #[test]
    fn what_is_no_pair_is_told_with_what_may_be_meant() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error("shapes"), "`shapes` is no pair such as `update_ratio=error`");
        assert_eq!(
            error("update_ration=error"),
            "there is no property `update_ration`; did you mean `update_ratio`?"
        );
        assert!(error("shapes=ofg").ends_with("did you mean `off`?"), "{}", error("shapes=ofg"));
        assert_eq!(error("shapes=warning"), "`warning` is no severity; it is error, warn or off");
    }

    #[test]
    fn every_severity_reads_back_from_its_word() {
        for severity in [Severity::Error, Severity::Warn, Severity::Off] {
            assert_eq!(Severity::parse(severity.term()), Ok(severity));
        }
    }
}
