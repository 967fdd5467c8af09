//! Errors in a spec file, shown as rustc shows its own.
//!
//! The only module that names the rendering crate.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet,
    normalize_untrusted_str as harmless,
};
use serde::Serialize;

use super::span::{SourceFile, floor_char_boundary};
use super::{Code, Source, Span};

/// More errors than this are counted, not shown.
const SHOWN: usize = 50;

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

/// A diagnostic as plain values, for JSON. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiagnosticRecord {
    pub code: &'static str,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    pub message: String,
    pub label: String,
    pub notes: Vec<String>,
    pub help: Option<String>,
}

impl Diagnostics {
    /// One error alone.
    pub fn one(source: Source, error: Diagnostic) -> Self {
        Self { source, errors: vec![error] }
    }

    /// All errors, in the order of their places, each as rustc would show it; ends with a newline.
    ///
    /// With `color` the text has ANSI escape codes.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut in_order: Vec<_> = self.errors.iter().collect();
        in_order.sort_by_key(|error| error.label.0.start);
        let shown = in_order.iter().take(SHOWN);
        let mut text: Vec<_> = shown.map(|error| self.render_one(error, &renderer)).collect();
        if let Some(hidden) = self.errors.len().checked_sub(SHOWN)
            && hidden > 0
        {
            text.push(format!("error: {hidden} more errors in {}", self.source.path.display()));
        }
        text.join("\n\n") + "\n"
    }

    /// All errors as plain values, in the order of their places.
    pub fn records(&self) -> Vec<DiagnosticRecord> {
        let mut in_order: Vec<_> = self.errors.iter().collect();
        in_order.sort_by_key(|error| error.label.0.start);
        in_order.into_iter().map(|error| self.record(error)).collect()
    }

    fn record(&self, error: &Diagnostic) -> DiagnosticRecord {
        let (span, label) = &error.label;
        let (line, column) = self.source.position(span.start);
        let (end_line, end_column) = self.source.position(span.end.max(span.start));
        DiagnosticRecord {
            code: error.code.0,
            file: self.source.file(span.start).path.display().to_string(),
            line,
            column,
            end_line,
            end_column,
            message: error.message.clone(),
            label: label.clone(),
            notes: error.notes.clone(),
            help: error.help.clone(),
        }
    }

    /// Messages quote what users and their data files wrote: escape codes in it must not reach the
    /// terminal. The renderer itself sees to this for the source text.
    fn render_one(&self, error: &Diagnostic, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(harmless(&error.message)).id(error.code.0);
        let mut group = Group::with_title(title);
        let (span, label) = &error.label;
        let file = self.source.file(span.start);
        if file.text.is_empty() {
            group = group.element(Origin::path(shown(file)));
            if !label.is_empty() {
                group = group.element(Level::NOTE.message(harmless(label)));
            }
        } else {
            let place = AnnotationKind::Primary.span(range(file, *span)).label(harmless(label));
            let snippet = Snippet::source(file.text).path(shown(file)).annotation(place);
            group = group.element(snippet.annotations(context(&self.source, error, file)));
        }
        for other in self.other_files(error) {
            let snippet = Snippet::source(other.text).path(shown(other));
            group = group.element(snippet.annotations(context(&self.source, error, other)));
        }
        let explain = format!("run `cargo nn-test explain {}`", error.code);
        let notes = error.notes.iter().map(|note| Level::NOTE.message(harmless(note)));
        let help = error.help.iter().map(|help| Level::HELP.message(harmless(help)));
        let group = group.elements(notes).elements(help).element(Level::NOTE.message(explain));
        renderer.render(&[group])
    }

    /// The files beside that of the error itself in which it names a place, each once.
    fn other_files<'this>(&'this self, error: &Diagnostic) -> Vec<SourceFile<'this>> {
        let mut files = vec![self.source.file(error.label.0.start)];
        for (span, _) in &error.secondary {
            let file = self.source.file(span.start);
            if files.iter().all(|known| known.base != file.base) {
                files.push(file);
            }
        }
        files.split_off(1)
    }
}

fn shown(file: SourceFile<'_>) -> String {
    harmless(&file.path.display().to_string())
}

/// The places in a file that matter beside the error's own.
fn context<'error>(
    source: &Source,
    error: &'error Diagnostic,
    file: SourceFile<'_>,
) -> Vec<Annotation<'error>> {
    let inside = |span: &Span| source.file(span.start).base == file.base;
    let others = error.secondary.iter().filter(|(span, _)| inside(span));
    let annotation = |(span, label): &'error (Span, String)| {
        AnnotationKind::Context.span(range(file, *span)).label(harmless(label))
    };
    others.map(annotation).collect()
}

/// The span inside the file's text and between characters, whatever it was.
fn range(file: SourceFile<'_>, span: Span) -> Range<usize> {
    let local = |offset: usize| floor_char_boundary(file.text, offset.saturating_sub(file.base));
    local(span.start)..local(span.end.max(span.start))
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn render(text: &str, span: Span) -> String {
        let error = Diagnostic::new(Code::WRONG_TYPE, "wrong", span, "here");
        Diagnostics::one(Source::new("specs/a.yaml", text), error).render(false)
    }

    #[test]
    fn a_diagnostic_looks_like_rustcs() {
        let text = "version: 1\nmodel:\n  layers:\n    - linear: 10\n    - linear: 12\n";
        let at = |needle: &str| {
            let start = text.find(needle).unwrap();
            Span { start, end: start + needle.len() }
        };
        let error = Diagnostic::new(Code::SHAPE_MISMATCH, "sizes differ", at("12"), "this one")
            .also(at("10"), "that one")
            .note("the rule")
            .help("the mend");
        let diagnostics = Diagnostics::one(Source::new("specs/a.yaml", text), error);
        assert_snapshot!(diagnostics.render(false));
        assert!(diagnostics.render(true).contains("\u{1b}["));
    }

    #[test]
    fn spans_past_the_end_inside_characters_and_over_lines_render() {
        assert_snapshot!(render("a: ü\n", Span { start: 40, end: 50 }), @r#"
        error[NN0110]: wrong
         --> specs/a.yaml:1:6
          |
        1 | a: ü
          |     ^ here
          |
          = note: run `cargo nn-test explain NN0110`
        "#);
        assert_snapshot!(render("a: ü", Span { start: 4, end: 5 }), @r#"
        error[NN0110]: wrong
         --> specs/a.yaml:1:4
          |
        1 | a: ü
          |    ^ here
          |
          = note: run `cargo nn-test explain NN0110`
        "#);
        assert_snapshot!(render("a:\n  b: 1\n  c: 2\nd: 1\n", Span { start: 0, end: 15 }), @r#"
        error[NN0110]: wrong
         --> specs/a.yaml:1:1
          |
        1 | / a:
        2 | |   b: 1
        3 | |   c: 2
          | |_____^ here
          |
          = note: run `cargo nn-test explain NN0110`
        "#);
        assert_snapshot!(render("a: 1\r\nb: 2\r\n", Span { start: 6, end: 7 }), @r#"
        error[NN0110]: wrong
         --> specs/a.yaml:2:1
          |
        2 | b: 2
          | ^ here
          |
          = note: run `cargo nn-test explain NN0110`
        "#);
    }

    #[test]
    fn an_error_without_text_names_the_file() {
        assert_snapshot!(render("", Span::default()), @r#"
        error[NN0110]: wrong
        --> specs/a.yaml
         = note: here
         = note: run `cargo nn-test explain NN0110`
        "#);
    }

    #[test]
    fn errors_are_shown_in_the_order_of_their_places_and_counted_beyond_fifty() {
        let error = |start| {
            Diagnostic::new(
                Code::WRONG_TYPE,
                format!("at {start}"),
                Span { start, end: start + 1 },
                "",
            )
        };
        let source = Source::new("a.yaml", "x".repeat(100));
        let errors = (0..53).rev().map(error).collect();
        let text = Diagnostics { source, errors }.render(false);
        assert!(text.find("at 3\n").unwrap() < text.find("at 4\n").unwrap());
        assert!(text.ends_with("error: 3 more errors in a.yaml\n"), "{text}");
    }

    #[test]
    fn escape_codes_in_texts_do_not_reach_the_terminal() {
        let red = "\u{1b}[31m";
        let error = Diagnostic::new(Code::WRONG_TYPE, red, Span { start: 0, end: 1 }, red)
            .also(Span { start: 1, end: 2 }, red)
            .note(red)
            .help(red);
        let text = Diagnostics::one(Source::new(red, format!("a: {red}")), error).render(false);
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_record_has_lines_and_columns() {
        let error = Diagnostic::new(Code::WRONG_TYPE, "wrong", Span { start: 7, end: 8 }, "here");
        let record = Diagnostics::one(Source::new("a.yaml", "ä: 1\nb: 2\n"), error).records();
        let [record] = record.as_slice() else { panic!("one record") };
        assert_eq!((record.line, record.column, record.end_column), (2, 2, 3));
    }
}
