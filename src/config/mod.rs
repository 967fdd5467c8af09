//! The configuration: what `nn-test.toml`, `Cargo.toml`, the environment and the command line say
//! about a run, and which of them counts.
//!
//! `words` are the keys with what they take, `reader` turns TOML into `layer`s, `files` finds the
//! layers of a workspace, `environment` reads variables, and `resolve` picks one value for each key
//! and remembers where it came from. It knows properties by their names, and no command line
//! options, no specs and no devices.

mod environment;
mod error;
mod files;
mod layer;
mod reader;
mod resolve;
mod settings;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use environment::{Environment, PROFILE_VARIABLE};
pub use error::{Error, VariableError};
pub use files::{Config, DEFAULTS, Manifest};
pub use layer::{DEFAULT_PROFILE, Place};
pub use resolve::{CommandLine, Origin, Resolved, ResolvedSeverity, Resolver};
pub use settings::{Limit, Settings};
pub use value::{Kind, Value};
pub use words::{Key, Reach, WORDS, Word};
