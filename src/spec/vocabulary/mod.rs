//! The words of the spec language as data: every section, layer, activation, initializer, loss,
//! optimizer, schedule, data source, encoding and fault, with its options, their defaults and its documentation.
//!
//! One source for three readers: the parser takes its known keys, ranges and defaults from here,
//! `cargo nn-test explain NAME` its text, and the docs their tables.

mod activation;
mod columns;
mod data;
mod fault;
mod files;
mod initializer;
mod layer;
mod loss;
mod loss_terms;
mod optimizer;
mod recipe;
mod schedule;
mod section;
mod term;

pub use term::{Bounds, DefaultValue, TermKind, TermMeta, TermOption, ValueKind};
pub use term::{VOCABULARY, find, terms};
pub(super) use term::{find_kind, of_kinds};
