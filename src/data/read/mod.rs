//! Files of examples, each format in a file of its own.
//!
//! Two kinds of files: tables (`csv`, `json_lines`, `arrow`) give a `Table` of named columns, whose
//! cells are read as features and targets elsewhere; arrays (`npy`, `safetensors`, `idx`) and
//! `images` give numbers whose first axis counts the examples, and `text` gives tokens. All of them
//! read in a stream, and keep no more than `kept` allows: all rows up to a bound, or a sample. What
//! a file says of its own size is never trusted with memory.

pub(super) mod array;
pub(super) mod arrays;
#[cfg(feature = "arrow")]
pub(super) mod arrow;
pub(super) mod csv;
pub(super) mod file;
pub(super) mod idx;
#[cfg(feature = "image")]
pub(super) mod image_files;
#[cfg(feature = "image")]
mod images;
pub(super) mod json_lines;
pub(super) mod kept;
pub(super) mod lines;
pub(super) mod npy;
pub(super) mod number;
pub(super) mod safetensors;
pub(super) mod table;
pub(super) mod text;
