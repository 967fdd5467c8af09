//! Filter expressions: which test cases are meant, by more than their names.
//!
//! `tag(slow) and not property(gradients_match)`, with the operators and matchers of cargo-nextest's
//! filtersets. `parser.rs` reads them, `expression.rs` says what they mean, `matcher.rs` compares
//! names. Nothing here knows where test cases come from.

mod expression;
mod matcher;
mod parser;

pub use expression::{Filter, Subject};
