//! `expect:` — the properties that the subject must have.

use serde::Serialize;

use super::Span;
use crate::property::{Options, Property};

/// One property that a spec expects, with its thresholds.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub property: &'static Property,
    /// The property's options: its defaults, overridden by the spec.
    pub options: Options,
    /// The spec's word on how a failure counts; without it the property's own.
    pub severity: Option<Severity>,
    /// The place in the file; `None` when it came with the recommended set.
    pub span: Option<Span>,
}

/// How a failed expectation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The test case fails.
    Error,
    /// The test case passes with a warning.
    Warn,
    /// The property is not judged.
    Off,
}
