//! Places in a spec file.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A byte range of a spec's text. Ranges behind the end of the spec file's own text lie in files
/// that it extends: [`Source`] knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same place, `by` bytes later.
    pub(super) fn moved(self, by: usize) -> Span {
        Span { start: self.start + by, end: self.end + by }
    }

    /// Whether it holds no text at all.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A value and the place it was written at.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A spec file's path and text, shared by all diagnostics that point into it, and those of the files
/// that it extends.
///
/// All texts lie one behind the other in one range of offsets, the file's own first: a place is two
/// numbers, whatever file it is in.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: PathBuf,
    pub text: Arc<str>,
    /// By rising offset.
    included: Arc<Vec<Included>>,
}

/// A file that a spec extends.
#[derive(Debug, Clone)]
struct Included {
    path: PathBuf,
    text: Arc<str>,
    /// The offset of its first byte.
    base: usize,
}

/// One file of a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'source> {
    pub path: &'source Path,
    pub text: &'source str,
    /// The offset of its first byte among those of all files.
    pub base: usize,
}

impl Source {
    pub fn new(path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), included: Arc::default() }
    }

    /// Adds a file; returns the offset of its first byte.
    pub(super) fn include(&mut self, path: &Path, text: Arc<str>) -> usize {
        let last = self.included.last().map(|last| last.base + last.text.len());
        // One between two texts, so that the end of one is not the beginning of the next.
        let base = last.unwrap_or(self.text.len()) + 1;
        Arc::make_mut(&mut self.included).push(Included { path: path.to_owned(), text, base });
        base
    }

    /// The file that an offset lies in; one past all ends lies in the last.
    pub fn file(&self, offset: usize) -> SourceFile<'_> {
        match self.included.iter().rev().find(|file| file.base <= offset) {
            Some(Included { path, text, base }) => SourceFile { path, text, base: *base },
            None => SourceFile { path: &self.path, text: &self.text, base: 0 },
        }
    }

    /// The paths of all files, the spec's own first.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let included = self.included.iter().map(|file| file.path.as_path());
        std::iter::once(self.path.as_path()).chain(included)
    }

    /// Whether a place lies in the spec file itself.
    pub fn is_own(&self, span: Span) -> bool {
        self.file(span.start).base == 0
    }

    /// The folder that relative paths written at a place start from.
    pub fn folder(&self, span: Span) -> PathBuf {
        self.file(span.start).path.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// The text at a place; nothing where the place is none.
    pub(super) fn slice(&self, span: Span) -> &str {
        let file = self.file(span.start);
        let range = span.start - file.base..span.end.saturating_sub(file.base);
        file.text.get(range).unwrap_or_default()
    }

    /// Line and column of an offset in its file, both from 1, the column in characters.
    ///
    /// An offset past the end counts as the end; one inside a character as that character.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let SourceFile { text, base, .. } = self.file(offset);
        let before = &text[..floor_char_boundary(text, offset - base)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

/// The largest character boundary that is not after `offset`.
pub(super) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut boundary = offset.min(text.len());
    while !text.is_char_boundary(boundary) {
        boundary -= 1;
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("a.yaml", "é: 1\r\nb: ü2\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position("é".len()), (1, 2));
        assert_eq!(source.position("é: 1\r\n".len()), (2, 1));
        assert_eq!(source.position("é: 1\r\nb: ü".len()), (2, 5));
    }

    #[test]
    fn an_offset_past_the_end_or_inside_a_character_has_a_position() {
        let source = Source::new("a.yaml", "é");
        assert_eq!(source.position(1), (1, 1));
        assert_eq!(source.position(99), (1, 2));
        assert_eq!(Source::new("a.yaml", "").position(0), (1, 1));
    }

    #[test]
    fn places_behind_the_end_lie_in_the_files_that_were_added() {
        let mut source = Source::new("specs/a.yaml", "a: 1\n");
        let first = source.include(Path::new("shared/b.yaml"), "b: ü\nc: 2\n".into());
        let second = source.include(Path::new("c.yaml"), "d: 3\n".into());
        assert_eq!(source.file(5).path, Path::new("specs/a.yaml"));
        assert_eq!(source.file(first).path, Path::new("shared/b.yaml"));
        assert_eq!(source.position(first + 6), (2, 1));
        assert_eq!(source.position(second + 3), (1, 4));
        assert_eq!(source.position(second + 99), (2, 1));
        let value = Span { start: first + 3, end: first + 5 };
        assert_eq!(source.slice(value), "ü");
        assert_eq!(source.slice(Span { start: 3, end: 4 }), "1");
        assert_eq!(source.slice(Span { start: 3, end: 99 }), "");
        assert!(source.is_own(Span { start: 4, end: 5 }) && !source.is_own(value));
        assert_eq!(source.folder(value), Path::new("shared"));
        assert_eq!(source.folder(Span::default()), Path::new("specs"));
    }
}
