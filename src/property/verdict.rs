//! What a property concludes from the evidence.

use serde::{Deserialize, Serialize};

/// A property's conclusion about one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// One line with the numbers that convince, shown also when the property holds.
    pub summary: String,
    /// What is wrong, worst first. Empty when the property holds.
    pub findings: Vec<Finding>,
}

/// The four ways a judgement can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    /// The property does not hold. Whether that fails the test case depends on the severity.
    Fail,
    /// A heuristic bound is left, but not far enough to fail: always a warning.
    Warn,
    /// The evidence does not decide.
    Inconclusive,
    /// The property has no meaning for this subject.
    NotApplicable,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Layer, tensor, column or section of the spec.
    pub place: String,
    /// What was seen, in words, with the numbers.
    pub message: String,
    /// The measured value, where there is one.
    pub measured: Option<f64>,
    /// The bound in words (`≤ 1e-6`, `in [1e-5, 0.5]`).
    pub bound: Option<String>,
    /// What to do.
    pub mend: String,
}

impl Verdict {
    pub fn pass(summary: impl Into<String>) -> Self {
        Self { outcome: Outcome::Pass, summary: summary.into(), findings: Vec::new() }
    }

    pub fn fail(summary: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { outcome: Outcome::Fail, summary: summary.into(), findings }
    }

    /// Holds where nothing was found.
    pub fn of(summary: impl Into<String>, findings: Vec<Finding>) -> Self {
        match findings.is_empty() {
            true => Self::pass(summary),
            false => Self::fail(summary, findings),
        }
    }

    pub fn warn(summary: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { outcome: Outcome::Warn, summary: summary.into(), findings }
    }

    pub fn inconclusive(reason: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { outcome: Outcome::Inconclusive, summary: reason.into(), findings }
    }

    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotApplicable, summary: reason.into(), findings: Vec::new() }
    }
}
