//! What one file says, before anything is decided.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::value::Value;
use super::words::Key;
use crate::severities::ALL;
use crate::spec::Severity;

/// The profile that counts where no other is named, and that the others build on.
pub const DEFAULT_PROFILE: &str = "default";

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As shown to the user.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The table of a `Cargo.toml` (`package.metadata.nn-test`); none in a file of nn-test's own.
    pub table: Option<&'static str>,
}

/// A value and the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// What one file or table says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layer {
    /// The folder of the specs, relative to a package.
    pub(super) specs: Option<Placed<PathBuf>>,
    /// The test targets that hold Rust models.
    pub(super) targets: Option<Placed<Vec<String>>>,
    /// By the profile's name.
    pub(super) profiles: BTreeMap<String, BTreeMap<Key, Placed<Value>>>,
    /// By the profile's name, then by that of the property.
    pub(super) severities: BTreeMap<String, BTreeMap<&'static str, Placed<Severity>>>,
}

impl Layer {
    pub(super) fn value(&self, profile: &str, key: Key) -> Option<&Placed<Value>> {
        self.profiles.get(profile)?.get(&key)
    }

    /// What a profile says of a property, by its name or as one of all.
    pub(super) fn severity(
        &self,
        profile: &str,
        property: &str,
    ) -> Option<(&'static str, &Placed<Severity>)> {
        let said = self.severities.get(profile)?;
        let found = said.get_key_value(property).or_else(|| said.get_key_value(ALL));
        found.map(|(name, placed)| (*name, placed))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file.display(), self.line, self.column)?;
        match self.table {
            Some(table) => write!(formatter, " ({table})"),
            None => Ok(()),
        }
    }
}
