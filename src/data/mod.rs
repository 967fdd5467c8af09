//! Data on the host: read or generated, checked, scaled, shaped and split.
//!
//! The way of the numbers: a source (`sources`, which has a format of `read` read and `columns` and
//! `labels` interpret it, or `generate`) gives `Raw` examples; `load` shapes, splits and scales them
//! into a [`Dataset`]. Of a table, `missing` and `encode` say which rows stay and how text becomes
//! numbers, and `split_by` what its rows say about the split. What goes wrong on the way
//! is a [`DataError`]; `place` alone knows where in the spec to show it. This module knows no
//! device and no tensor, and every random choice in it comes from the spec's seed.

mod answers;
mod augment;
mod columns;
mod dataset;
mod encode;
mod error;
mod examples;
mod faults;
mod generate;
mod labels;
mod load;
mod missing;
mod next;
mod origin;
mod others;
mod place;
mod raw;
mod read;
mod scale;
mod shape;
mod sources;
mod split;
mod split_by;
pub mod statistics;
mod targets;
#[cfg(test)]
mod tests;

pub use augment::Augmenter;
pub use dataset::{Answers, Dataset, InputKind};
pub use error::{Cell, Cells, ColumnKey, DataError};
pub use examples::Examples;
pub use load::load;
pub use origin::{Origin, Part};
pub use others::OtherTargets;
pub use scale::ScaleError;
pub use targets::Targets;
