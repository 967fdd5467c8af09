//! TOML files: read with the place of every value.
//!
//! The only module that names toml_edit. It knows TOML, and nothing of what nn-test or cargo write
//! in it.

mod tree;

pub(crate) use tree::{Entry, Node, Table, parse};

/// A text as TOML writes it, in the quotes that need the fewest escapes.
pub(crate) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
