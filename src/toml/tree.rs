//! A TOML text as a tree whose keys and values know their places.

use std::ops::Range;

use toml_edit::{Item, TableLike, TomlError, Value};

use crate::spec::{Span, Spanned};

/// A value, whatever way it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    /// A date or a time.
    Date,
    List(Vec<Spanned<Node>>),
    Table(Table),
    /// `[[name]]`.
    Tables,
}

/// A table: `[name]`, `name.key = …` or `{…}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// In the order of the file.
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Spanned<String>,
    pub(crate) value: Spanned<Node>,
}

/// Text that is not TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) span: Span,
}

impl Node {
    /// What it is, with an article.
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number with a point",
            Self::Flag(_) => "true or false",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The table at the end of a path of keys, if all of them are tables.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Entry> {
        let (first, rest) = path.split_first()?;
        let entry = self.get(first)?;
        match (&entry.value.value, rest.is_empty()) {
            (_, true) => Some(entry),
            (Node::Table(table), false) => table.at(rest),
            _ => None,
        }
    }
}

/// Reads a whole TOML text.
///
/// # Errors
///
/// At the first place where it is not TOML.
pub(crate) fn parse(text: &str) -> Result<Table, SyntaxError> {
    let document = toml_edit::Document::parse(text).map_err(syntax_error)?;
    Ok(table(document.as_table()))
}

pub(super) fn syntax_error(error: TomlError) -> SyntaxError {
    let span = error.span().map(span).unwrap_or_default();
    SyntaxError { message: error.message().trim_end().to_owned(), span }
}

fn span(range: Range<usize>) -> Span {
    Span { start: range.start, end: range.end }
}

fn table(table: &dyn TableLike) -> Table {
    let entries = table.iter().filter_map(|(name, item)| {
        let key = table.key(name).and_then(toml_edit::Key::span).map(span);
        let node = item_node(item)?;
        // A table that only its keys' names imply has no place of its own.
        let place = item.span().map(span).or(key).unwrap_or_default();
        Some(Entry {
            key: Spanned::new(name.to_owned(), key.unwrap_or(place)),
            value: Spanned::new(node, place),
        })
    });
    Table { entries: entries.collect() }
}

fn item_node(item: &Item) -> Option<Node> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(value_node(value)),
        Item::Table(content) => Some(Node::Table(table(content))),
        Item::ArrayOfTables(_) => Some(Node::Tables),
    }
}

fn value_node(value: &Value) -> Node {
    match value {
        Value::String(text) => Node::Text(text.value().clone()),
        Value::Integer(number) => Node::Integer(*number.value()),
        Value::Float(number) => Node::Float(*number.value()),
        Value::Boolean(flag) => Node::Flag(*flag.value()),
        Value::Datetime(_) => Node::Date,
        Value::InlineTable(content) => Node::Table(table(content)),
        Value::Array(items) => {
            let items = items.iter().map(|item| {
                Spanned::new(value_node(item), item.span().map(span).unwrap_or_default())
            });
            Node::List(items.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_at(text: &str, span: Span) -> &str {
        &text[span.start..span.end]
    }

    #[test]
    fn keys_and_values_know_their_places_however_they_are_written() {
        let text = "a = 1\n[b]\nc = \"x\"\nd.e = true\n[f]\ng = {h = [1, 2.5]}\n";
        let tree = parse(text).unwrap();
        let at = |path: &[&str]| tree.at(path).unwrap();
        assert_eq!(at(&["a"]).value.value, Node::Integer(1));
        assert_eq!(text_at(text, at(&["b", "c"]).value.span), "\"x\"");
        assert_eq!(text_at(text, at(&["b", "d", "e"]).key.span), "e");
        let list = at(&["f", "g", "h"]);
        assert_eq!(text_at(text, list.value.span), "[1, 2.5]");
        let Node::List(items) = &list.value.value else { panic!("{list:?}") };
        assert_eq!(text_at(text, items[1].span), "2.5");
        assert_eq!(tree.at(&["a", "b"]), None);
        assert_eq!(tree.at(&["b", "x"]), None);
    }

    #[test]
    fn a_table_that_is_only_implied_stands_at_its_name() {
        let text = "[x.y]\nz = 1\n";
        let tree = parse(text).unwrap();
        assert_eq!(text_at(text, tree.at(&["x"]).unwrap().key.span), "x");
        assert_eq!(text_at(text, tree.at(&["x", "y"]).unwrap().key.span), "y");
    }

    #[test]
    fn what_is_no_toml_is_an_error_at_its_place() {
        let text = "a = 1\nb = \n";
        let error = parse(text).unwrap_err();
        assert!((10..=text.len()).contains(&error.span.start), "{error:?}");
        assert!(!error.message.is_empty() && !error.message.ends_with('\n'), "{error:?}");
        assert!(parse("a = 1\na = 2\n").is_err());
    }

    #[test]
    fn nesting_without_end_is_an_error_and_no_overflow() {
        let text = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(&text).is_err());
    }
}
