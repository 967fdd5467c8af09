//! Why does a neural network not learn? `nn-test` turns the field's debugging checklist into test
//! cases.

#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod data;
pub mod device;
pub mod exit_code;
pub mod experiment;
mod hash;
pub mod property;
pub mod random;
pub mod report;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod runner;
pub mod spec;
pub mod subject;
#[cfg(feature = "cli")]
mod suggestion;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod workspace;
