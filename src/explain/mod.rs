//! Explanations: of properties, of the words of the spec language and of error codes.
//!
//! They are made from what each says about itself, so that the parser, the judges,
//! `cargo nn-test explain` and the pages in `docs/` cannot disagree. A [`Topic`] is plain data; who
//! shows it chooses how: `page` and `reference` as Markdown, the command line with its own styles. Nothing here
//! knows a terminal, a file or a device.

mod cause;
mod code;
mod example;
mod page;
mod property;
mod reference;
mod term;
mod topic;

#[cfg(test)]
mod tests;

pub use page::{causes, errors, language, properties};
pub use reference::reference;
pub use topic::{Body, Kind, OptionRow, Section, Topic, find, suggestion, topics};
