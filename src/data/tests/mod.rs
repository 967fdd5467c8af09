//! The whole way: from a spec to its dataset, or to what its reader is told.

mod features;
mod files;
mod loading;
mod messages;
mod support;
mod tables;
