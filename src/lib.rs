//! Why does a neural network not learn? `nn-test` turns the field's debugging checklist into test
//! cases.

#![forbid(unsafe_code)]

pub mod data;
pub mod device;
pub mod exit_code;
pub mod experiment;
mod hash;
pub mod property;
pub mod random;
pub mod report;
pub mod spec;
pub mod subject;
