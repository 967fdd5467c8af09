//! Why does a neural network not learn? `nn-test` turns the field's debugging checklist into test
//! cases.

#![forbid(unsafe_code)]

pub mod data;
pub mod device;
pub mod exit_code;
pub mod experiment;
pub mod property;
pub mod report;
pub mod snapshot;
pub mod spec;
pub mod subject;
