//! The tree that YAML is read into: values that know their places. It knows no syntax.

use super::{Span, Spanned};

/// What other readers of YAML merge a mapping by. It stays in the tree, so that what it was meant
/// to bring is not reported as missing.
pub(super) const MERGE_KEY: &str = "<<";

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub value: Value,
    /// For an alias the place of what it stands for; for a value left out the place of its key.
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    Sequence(Vec<Node>),
    /// In the order of the file; keys are unique.
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[(Spanned<String>, Node)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// What a mapping holds under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries()?.iter().find(|(name, _)| name.value == key);
        entry.map(|(_, node)| node)
    }

    /// Whether both are the same value, wherever they stand.
    pub fn is_like(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(these), Value::Sequence(those)) => {
                these.len() == those.len()
                    && these.iter().zip(those).all(|(this, that)| this.is_like(that))
            }
            (Value::Mapping(these), Value::Mapping(those)) => {
                these.len() == those.len()
                    && these.iter().all(|(key, this)| {
                        other.get(&key.value).is_some_and(|that| this.is_like(that))
                    })
            }
            (this, that) => this == that,
        }
    }

    /// The same with all places moved by `base`: as part of a source with several files.
    pub fn moved(mut self, base: usize) -> Self {
        self.span = self.span.moved(base);
        self.value = match self.value {
            Value::Sequence(items) => {
                Value::Sequence(items.into_iter().map(|item| item.moved(base)).collect())
            }
            Value::Mapping(entries) => {
                let moved = |(key, node): (Spanned<String>, Node)| {
                    (Spanned::new(key.value, key.span.moved(base)), node.moved(base))
                };
                Value::Mapping(entries.into_iter().map(moved).collect())
            }
            scalar => scalar,
        };
        self
    }
}
