//! TOML files: read with the place of every value, and edited with every comment kept.
//!
//! The only modules that name toml_edit. They know TOML, and nothing of what nn-test or cargo write
//! in it.

#[cfg(feature = "cli")]
mod edit;
mod tree;

#[cfg(feature = "cli")]
pub(crate) use edit::merged;
pub(crate) use tree::{Entry, Node, Table, parse};

/// A text as TOML writes it, in the quotes that need the fewest escapes.
pub(crate) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
