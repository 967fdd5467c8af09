//! Which value counts.
//!
//! For each key and the severity of each property: the command line, else the environment, else the chosen profile, else the default
//! profile. A profile's value is that of the package's own `Cargo.toml`, else of nn-test's own file,
//! else of the workspace's `Cargo.toml`, else the built-in one: what speaks for less counts more.

use std::collections::BTreeMap;
use std::fmt;

use super::environment::Environment;
use super::error::Error;
use super::files::Config;
use super::layer::{DEFAULT_PROFILE, Layer, Place, Placed};
use super::settings::Settings;
use super::value::Value;
use super::words::{Key, Reach, Word};
use crate::property::REGISTRY;
use crate::severities::{Named, SEVERITY_VARIABLE, said_of};
use crate::spec::Severity;
use crate::suggestion::closest;

/// What the command line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    pub profile: Option<String>,
    values: BTreeMap<Key, Value>,
    severities: Vec<Named>,
}

impl CommandLine {
    pub fn new(profile: Option<String>) -> Self {
        Self { profile, ..Self::default() }
    }

    /// Takes what an option says, if it was given.
    pub fn with(mut self, key: Key, value: Option<Value>) -> Self {
        self.values.extend(value.map(|value| (key, value)));
        self
    }

    /// Takes what it says about the severity of properties, the last word first to count.
    pub fn with_severities(mut self, severities: &[Named]) -> Self {
        self.severities.extend_from_slice(severities);
        self
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    CommandLine,
    /// The name of the variable.
    Environment(String),
    /// In a file, for this profile.
    File {
        place: Place,
        profile: String,
    },
    /// Built in, for this profile.
    BuiltIn {
        profile: String,
    },
}

/// The value that counts, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub value: Value,
    pub origin: Origin,
}

/// The severity of a property that counts, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedSeverity {
    pub property: &'static str,
    /// Its own name, or the word for all, as it is said.
    pub said_of: &'static str,
    pub severity: Severity,
    pub origin: Origin,
}

/// Decides between what is said.
#[derive(Debug, Clone)]
pub struct Resolver {
    /// The chosen profile.
    pub profile: String,
    command_line: CommandLine,
    environment: Environment,
    config: Config,
}

impl Resolver {
    /// # Errors
    ///
    /// When there is no profile of the name that the command line, or else the environment, says.
    pub fn new(
        config: Config,
        command_line: CommandLine,
        environment: Environment,
    ) -> Result<Self, Error> {
        let variable = command_line.profile.is_none();
        let named = command_line.profile.as_ref().or(environment.profile.as_ref());
        let name = named.map_or(DEFAULT_PROFILE, String::as_str).to_owned();
        let known = config.profiles();
        if !known.contains(&name.as_str()) {
            let suggestion = closest(&name, known.iter().copied()).map(str::to_owned);
            let known = known.into_iter().map(str::to_owned).collect();
            return Err(Error::UnknownProfile { name, variable, suggestion, known });
        }
        Ok(Self { profile: name, command_line, environment, config })
    }

    /// What counts for a package; without one, for the run as a whole.
    pub fn settings(&self, package: Option<&str>) -> Settings {
        let values = Key::all().map(|key| (key, self.resolve(key, package)));
        let properties = REGISTRY.iter().map(|property| property.meta.name);
        let severities = properties.filter_map(|property| self.severity(property, package));
        Settings::new(self.config.root.clone(), values.collect(), severities.collect())
    }

    /// What counts for a property, where anything is said about it.
    fn severity(&self, property: &'static str, package: Option<&str>) -> Option<ResolvedSeverity> {
        let resolved = |(said_of, severity), origin| {
            Some(ResolvedSeverity { property, said_of, severity, origin })
        };
        if let Some(said) = said_of(&self.command_line.severities, property) {
            return resolved(said, Origin::CommandLine);
        }
        if let Some(said) = said_of(&self.environment.severities, property) {
            return resolved(said, Origin::Environment(SEVERITY_VARIABLE.to_owned()));
        }
        let layers = self.layers(package);
        [self.profile.as_str(), DEFAULT_PROFILE].into_iter().find_map(|profile| {
            let (said_of, Placed { value, place }) =
                layers.iter().find_map(|layer| layer.severity(profile, property))?;
            let origin = Origin::File { place: place.clone(), profile: profile.to_owned() };
            resolved((said_of, *value), origin)
        })
    }

    /// What files say about a package, the strongest first.
    fn layers(&self, package: Option<&str>) -> Vec<&Layer> {
        let own = package.and_then(|package| self.config.own.get(package));
        own.into_iter().chain(&self.config.shared).collect()
    }

    fn resolve(&self, key: Key, package: Option<&str>) -> Resolved {
        if let Some(value) = self.command_line.values.get(&key) {
            return Resolved { value: value.clone(), origin: Origin::CommandLine };
        }
        if let Some((variable, value)) = self.environment.values.get(&key) {
            let origin = Origin::Environment(variable.clone());
            return Resolved { value: value.clone(), origin };
        }
        let profiles = [self.profile.as_str(), DEFAULT_PROFILE];
        let found = profiles.into_iter().find_map(|profile| self.in_profile(profile, key, package));
        found.expect("the built-in default profile has every key")
    }

    fn in_profile(&self, profile: &str, key: Key, package: Option<&str>) -> Option<Resolved> {
        let config = &self.config;
        let reach = Word::find(key.name()).map(|word| word.reach);
        // The package in the workspace's root speaks for the run.
        let speaker = match reach {
            Some(Reach::Run) => config.root_package.as_deref(),
            _ => package,
        };
        let placed = self.layers(speaker).into_iter().find_map(|layer| layer.value(profile, key));
        let profile = profile.to_owned();
        if let Some(Placed { value, place }) = placed.cloned() {
            return Some(Resolved { value, origin: Origin::File { place, profile } });
        }
        let built_in = config.built_in.value(&profile, key)?;
        Some(Resolved { value: built_in.value.clone(), origin: Origin::BuiltIn { profile } })
    }
}

impl Config {
    /// The names of all profiles, sorted.
    pub fn profiles(&self) -> Vec<&str> {
        let layers = self.own.values().chain(&self.shared).chain([&self.built_in]);
        let mut names: Vec<&str> = layers
            .flat_map(|layer| layer.profiles.keys().chain(layer.severities.keys()))
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Origin {
    /// Whether the command line or the environment says it.
    pub(super) fn is_of_this_run(&self) -> bool {
        matches!(self, Self::CommandLine | Self::Environment(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => formatter.write_str("command line"),
            Self::Environment(variable) => write!(formatter, "environment variable {variable}"),
            Self::File { place, profile } => write!(formatter, "{place}, profile {profile}"),
            Self::BuiltIn { profile } => write!(formatter, "built in, profile {profile}"),
        }
    }
}
