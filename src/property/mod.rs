//! Properties: pure functions from evidence and thresholds to a verdict.
//!
//! One file per property, with its [`Meta`] and its judge; [`REGISTRY`] lists them. A property
//! owns no device code and starts no measurement: it names the experiments it reads.

mod meta;
mod verdict;

use serde_yaml::Mapping;

use crate::experiment::{Evidence, Experiment};

pub use meta::{Meta, OptionKind, OptionMeta, OptionValue, Options};
pub use verdict::{Finding, Outcome, Verdict};

/// A property: what it says about itself, what it reads, how it judges, what it records.
#[derive(Debug)]
pub struct Property {
    pub meta: Meta,
    /// The experiments whose evidence the judge reads.
    pub needs: &'static [Experiment],
    pub judge: fn(&Evidence, &Options) -> Verdict,
    /// The diagnostics that its snapshot holds: device-independent, not yet rounded.
    pub record: fn(&Evidence, &Options) -> Mapping,
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.meta.name == other.meta.name
    }
}

/// All properties, in the order in which test cases run.
pub static REGISTRY: &[&Property] = &[];

/// The property of that name.
pub fn find(name: &str) -> Option<&'static Property> {
    REGISTRY.iter().copied().find(|property| property.meta.name == name)
}
