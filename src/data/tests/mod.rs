//! The whole way: from a spec to its dataset, or to what its reader is told.

mod features;
mod files;
mod loading;
mod messages;
mod of_inputs;
mod support;
mod tables;
