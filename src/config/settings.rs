//! The values that count, with their types.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::resolve::{Origin, Resolved};
use super::value::Value;
use super::words::Key;
use crate::device::DeviceChoice;

/// A value for every key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    root: PathBuf,
    values: BTreeMap<Key, Resolved>,
}

impl Settings {
    pub(super) fn new(root: PathBuf, values: BTreeMap<Key, Resolved>) -> Self {
        Self { root, values }
    }

    pub fn get(&self, key: Key) -> &Resolved {
        self.values.get(&key).expect("the resolver gives every key a value")
    }

    pub fn device(&self) -> DeviceChoice {
        match self.text(Key::Device) {
            Some("wgpu") => DeviceChoice::Wgpu,
            Some("cpu") => DeviceChoice::Cpu,
            _ => DeviceChoice::Auto,
        }
    }

    /// How many worker processes run at once.
    pub fn jobs(&self) -> NonZeroUsize {
        self.count(Key::Jobs).unwrap_or(NonZeroUsize::MIN)
    }

    /// Failures after which nothing more is run.
    pub fn max_fail(&self) -> Option<NonZeroUsize> {
        self.count(Key::MaxFail)
    }

    /// How long a spec may take that says `own` itself; none is without end. Its own word counts
    /// more than a profile, and less than the command line and the environment.
    pub fn timeout(&self, own: Option<Duration>) -> Option<Duration> {
        let said_for_this_run =
            matches!(self.get(Key::Timeout).origin, Origin::CommandLine | Origin::Environment(_));
        match own {
            Some(own) if !said_for_this_run => Some(own),
            _ => self.seconds(Key::Timeout),
        }
    }

    /// How long a spec may report nothing; none is without end.
    pub fn silence(&self) -> Option<Duration> {
        self.seconds(Key::Silence)
    }

    /// Bytes that a worker may take.
    pub fn memory_limit(&self) -> Option<u64> {
        self.number(Key::MemoryLimit)
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
        match self.get(key).origin {
            Origin::CommandLine | Origin::Environment(_) => Some(path),
            Origin::File { .. } | Origin::BuiltIn { .. } => Some(self.root.join(path)),
        }
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

    fn seconds(&self, key: Key) -> Option<Duration> {
        self.number(key).filter(|seconds| *seconds > 0).map(Duration::from_secs)
    }
}
