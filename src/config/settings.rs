//! The values that count, with their types.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::resolve::{Resolved, ResolvedSeverity};
use super::value::Value;
use super::words::Key;
use crate::device::DeviceChoice;
use crate::severities::Severities;

/// How far something may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit<T> {
    /// As far as nn-test finds right.
    Auto,
    /// As far as it likes.
    Without,
    Of(T),
}

/// A value for every key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    root: PathBuf,
    values: BTreeMap<Key, Resolved>,
    /// Of the properties that anything is said about.
    severities: Vec<ResolvedSeverity>,
}

impl Settings {
    pub(super) fn new(
        root: PathBuf,
        values: BTreeMap<Key, Resolved>,
        severities: Vec<ResolvedSeverity>,
    ) -> Self {
        Self { root, values, severities }
    }

    pub fn get(&self, key: Key) -> &Resolved {
        self.values.get(&key).expect("the resolver gives every key a value")
    }

    /// The severities that anything is said about, with their origins.
    pub fn said_severities(&self) -> &[ResolvedSeverity] {
        &self.severities
    }

    /// How failures count. What is said for this run wins over the specs, what a profile says does not.
    pub fn severities(&self) -> Severities {
        let denied = self.text(Key::Warnings) == Some("deny");
        let denied_by = denied.then(|| self.get(Key::Warnings).origin.to_string());
        let nothing = Severities::default().denying_warnings(denied_by);
        self.severities.iter().fold(nothing, |severities, said| {
            let ResolvedSeverity { property, severity, origin, .. } = said;
            severities.with(property, *severity, origin.to_string(), origin.is_of_this_run())
        })
    }

    pub fn device(&self) -> DeviceChoice {
        match self.text(Key::Device) {
            Some("wgpu") => DeviceChoice::Wgpu,
            Some("cpu") => DeviceChoice::Cpu,
            _ => DeviceChoice::Auto,
        }
    }

    /// How many specs run at once; none leaves it to nn-test.
    pub fn jobs(&self) -> Option<NonZeroUsize> {
        self.count(Key::Jobs)
    }

    /// Failures after which nothing more is run.
    pub fn max_fail(&self) -> Option<NonZeroUsize> {
        self.count(Key::MaxFail)
    }

    /// How long a spec may take that says `own` itself. Its own word counts more than a profile, and
    /// less than the command line and the environment.
    pub fn timeout(&self, own: Option<Duration>) -> Limit<Duration> {
        match own {
            Some(own) if !self.is_said_for_this_run(Key::Timeout) => limit(own),
            _ => self.limit(Key::Timeout, Duration::from_secs),
        }
    }

    /// How long a spec may report nothing; none is without end.
    pub fn silence(&self) -> Option<Duration> {
        self.number(Key::Silence).filter(|seconds| *seconds > 0).map(Duration::from_secs)
    }

    /// Bytes that a worker may take.
    pub fn memory_limit(&self) -> Limit<u64> {
        self.limit(Key::MemoryLimit, |bytes| bytes)
    }

    /// Whether the command line or the environment says it.
    pub fn is_said_for_this_run(&self, key: Key) -> bool {
        self.get(key).origin.is_of_this_run()
    }

    /// The word chosen for a key that takes one of several, or the name that it has.
    pub fn text(&self, key: Key) -> Option<&str> {
        match &self.get(key).value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A file to write. Paths of configurations start in the workspace's root, those of command line
    /// and environment in the current folder.
    pub fn file(&self, key: Key) -> Option<PathBuf> {
        let path = PathBuf::from(self.text(key)?);
        Some(if self.is_said_for_this_run(key) { path } else { self.root.join(path) })
    }

    pub fn names(&self, key: Key) -> &[String] {
        match &self.get(key).value {
            Value::Names(names) => names,
            _ => &[],
        }
    }

    pub fn flag(&self, key: Key) -> bool {
        self.get(key).value == Value::Flag(true)
    }

    fn number(&self, key: Key) -> Option<u64> {
        match self.get(key).value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    fn count(&self, key: Key) -> Option<NonZeroUsize> {
        let number = usize::try_from(self.number(key)?).unwrap_or(usize::MAX);
        NonZeroUsize::new(number)
    }

    fn limit<T: Default + PartialEq>(&self, key: Key, of: impl Fn(u64) -> T) -> Limit<T> {
        self.number(key).map_or(Limit::Auto, |number| limit(of(number)))
    }
}

/// Zero stands for no limit.
fn limit<T: Default + PartialEq>(value: T) -> Limit<T> {
    if value == T::default() { Limit::Without } else { Limit::Of(value) }
}
