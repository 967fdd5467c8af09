//! Errors in a spec file, shown as rustc shows its own.

use super::{Source, Span};

/// A stable code, with a text of its own in `cargo nn-test explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub &'static str);

/// One error, at its place.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub code: Code,
    pub message: String,
    /// Where, and what to say there.
    pub label: (Span, String),
    /// Other places that matter.
    pub secondary: Vec<(Span, String)>,
    /// The rule behind it.
    pub notes: Vec<String>,
    /// The mend.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn new(
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            label: (span, label.into()),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All errors of one spec file, at least one.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    pub source: Source,
    pub errors: Vec<Diagnostic>,
}
