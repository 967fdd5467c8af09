//! Places in a spec file.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

/// A byte range of the spec file's text.
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

/// A spec file's path and text, shared by all diagnostics that point into it.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: PathBuf,
    pub text: Arc<str>,
}

impl Source {
    pub fn new(path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    ///
    /// An offset past the end counts as the end; one inside a character as that character.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..floor_char_boundary(&self.text, offset)];
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
}
