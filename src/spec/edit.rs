//! Changes of a spec, as somebody would make them in its text.
//!
//! An edit is made to the tree that a spec is read from, behind `extends`, variables and matrix, and the
//! spec is read anew: what the language refuses, an edit cannot bring about, and what is shown of it is
//! what was read. It knows no reason for a change.

mod find;

use std::fmt;

use self::find::{LayerPlace, list_at};
use super::file::{read_document, without_repeats};
use super::node::{Node, Value};
use super::reader::Reader;
use super::vocabulary::{self, TermMeta};
use super::{Code, Diagnostic, Diagnostics, Source, Span, Spanned, Spec, reuse, yaml};
use crate::property::REGISTRY;

/// One change. Values are YAML, layers are paths as findings name them (`blocks.1.linear1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A key below the sections, `training.batch_size`, has this value.
    Set { at: String, value: String },
    /// A key below the sections stands there no more.
    Unset { at: String },
    /// An option of a layer has this value.
    SetOption { layer: String, option: &'static str, value: String },
    /// An option of a layer stands there no more.
    UnsetOption { layer: String, option: &'static str },
    /// A layer becomes another one; where it had a name, the other one has it.
    Replace { layer: String, by: String },
    /// A layer more, before that one.
    InsertBefore { layer: String, what: String },
    /// A layer less.
    Take { layer: String },
}

impl fmt::Display for Edit {
    /// The line to write.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { at, value } => write!(formatter, "{at}: {value}"),
            Self::Unset { at } => write!(formatter, "without {at}"),
            Self::SetOption { layer, option, value } => {
                write!(formatter, "model.layers {layer}: {{{option}: {value}}}")
            }
            Self::UnsetOption { layer, option } => {
                write!(formatter, "model.layers {layer}: without {option}")
            }
            Self::Replace { layer, by } => {
                write!(formatter, "model.layers: {by} in place of {layer}")
            }
            Self::InsertBefore { layer, what } => {
                write!(formatter, "model.layers: {what} before {layer}")
            }
            Self::Take { layer } => write!(formatter, "model.layers: without {layer}"),
        }
    }
}

impl Edit {
    pub fn set(at: &str, value: impl Into<String>) -> Self {
        Self::Set { at: at.to_owned(), value: value.into() }
    }

    pub fn unset(at: &str) -> Self {
        Self::Unset { at: at.to_owned() }
    }

    /// The layer that it is about.
    fn layer(&self) -> Option<&str> {
        match self {
            Self::Set { .. } | Self::Unset { .. } => None,
            Self::SetOption { layer, .. }
            | Self::UnsetOption { layer, .. }
            | Self::Replace { layer, .. }
            | Self::InsertBefore { layer, .. }
            | Self::Take { layer } => Some(layer),
        }
    }
}

impl Spec {
    /// This spec with these changes, read from its file's text anew. Layers are called as they are
    /// before the first change.
    ///
    /// # Errors
    ///
    /// When a change has no place in the spec, or the language refuses what comes of it.
    pub fn edited(&self, edits: &[Edit]) -> Result<Spec, Diagnostics> {
        let mut errors = Vec::new();
        let own = Source::new(self.source.path.clone(), self.source.text.to_string());
        let (documents, source) = reuse::expand(own, &mut errors);
        let mut reader = Reader::new(&source, REGISTRY, errors);
        let found = documents.into_iter().find_map(|document| {
            let spec = read_document(&mut reader, &document, &source)?;
            (spec.name.value == self.name.value).then_some((spec, document))
        });
        let Some((spec, mut document)) = found else {
            return Err(refusal(source, self.name.span, "the spec is no longer in its file"));
        };
        if let Err(reason) = applied(edits, &spec, &mut document.root) {
            return Err(refusal(source, document.place, reason));
        }
        let mut reader = Reader::new(&source, REGISTRY, Vec::new());
        let edited = read_document(&mut reader, &document, &source);
        let errors = without_repeats(reader.errors);
        match edited {
            Some(edited) if errors.is_empty() => Ok(edited),
            _ => Err(Diagnostics { source, errors }),
        }
    }
}

fn refusal(source: Source, place: Span, reason: impl Into<String>) -> Diagnostics {
    let title = "the spec cannot be changed like this";
    Diagnostics::one(source, Diagnostic::new(Code::CONTRADICTION, title, place, reason))
}

/// Makes all changes, those of lists of layers from their ends on, so that places stay what they are.
fn applied(edits: &[Edit], spec: &Spec, root: &mut Node) -> Result<(), String> {
    let mut of_layers: Vec<(LayerPlace, &Edit)> = Vec::new();
    for edit in edits {
        match edit {
            Edit::Set { at, value } => set(root, at, Some(value))?,
            Edit::Unset { at } => set(root, at, None)?,
            _ => {
                let layer = edit.layer().unwrap_or_default();
                let place = find::layer(spec.layers(), layer);
                of_layers
                    .push((place.ok_or_else(|| format!("there is no layer `{layer}`"))?, edit));
            }
        }
    }
    of_layers.sort_by(|(one, _), (other, _)| other.cmp(one));
    for (place, edit) in of_layers {
        in_list(root, &place, edit)
            .ok_or_else(|| format!("`{edit}` has no place in the spec"))??;
    }
    Ok(())
}

/// Changes the list that a layer is in. `None` where the tree is another one than the layers say.
fn in_list(root: &mut Node, place: &LayerPlace, edit: &Edit) -> Option<Result<(), String>> {
    let (list, index) = list_at(root, place)?;
    let item = list.get_mut(index)?;
    let done = match edit {
        Edit::SetOption { option, value, .. } => {
            value_of(value, item.span).map(|value| set_option(item, option, Some(value)))
        }
        Edit::UnsetOption { option, .. } => {
            set_option(item, option, None);
            Ok(())
        }
        Edit::Replace { by, .. } => value_of(by, item.span).map(|mut by| {
            if let Some(name) = body(item).and_then(|(_, body)| body.get("name").cloned()) {
                set_option(&mut by, "name", Some(name));
            }
            *item = by;
        }),
        Edit::InsertBefore { what, .. } => {
            let span = item.span;
            value_of(what, span).map(|what| list.insert(index, what))
        }
        Edit::Take { .. } => {
            list.remove(index);
            Ok(())
        }
        Edit::Set { .. } | Edit::Unset { .. } => Ok(()),
    };
    Some(done)
}

/// A value that stands where something else stood.
fn value_of(text: &str, span: Span) -> Result<Node, String> {
    let mut errors = Vec::new();
    let node = yaml::read(text, &mut errors).into_iter().next();
    match node {
        Some(node) if errors.is_empty() => Ok(placed(node, span)),
        _ => Err(format!("`{text}` is no YAML")),
    }
}

fn placed(node: Node, span: Span) -> Node {
    let value = match node.value {
        Value::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| placed(item, span)).collect())
        }
        Value::Mapping(entries) => {
            let entries = entries.into_iter();
            let placed = |(key, node): (Spanned<String>, Node)| {
                (Spanned::new(key.value, span), placed(node, span))
            };
            Value::Mapping(entries.map(placed).collect())
        }
        scalar => scalar,
    };
    Node { value, span }
}

/// Gives the key at a path this value, or takes it away. What stands on the way in short (`data: moons`)
/// is written out.
fn set(root: &mut Node, at: &str, value: Option<&str>) -> Result<(), String> {
    let (above, key) = at.rsplit_once('.').unwrap_or(("", at));
    let mut node = root;
    for step in above.split('.').filter(|step| !step.is_empty()) {
        let span = node.span;
        let entries = entries_of(node).ok_or_else(|| format!("`{step}` has no place"))?;
        if !entries.iter().any(|(key, _)| key.value == step) {
            if value.is_none() {
                return Ok(());
            }
            let empty = Node { value: Value::Mapping(Vec::new()), span };
            entries.push((Spanned::new(step.to_owned(), span), empty));
        }
        let entry = entries.iter_mut().find(|(key, _)| key.value == step);
        node = entry.map(|(_, node)| node).expect("it was added above");
    }
    let span = node.span;
    let value = value.map(|text| value_of(text, span)).transpose()?;
    let entries = entries_of(node).ok_or_else(|| format!("`{key}` has no place"))?;
    put(entries, key, value, span);
    Ok(())
}

fn put(entries: &mut Vec<(Spanned<String>, Node)>, key: &str, value: Option<Node>, span: Span) {
    let index = entries.iter().position(|(known, _)| known.value == key);
    match (index, value) {
        (Some(index), Some(value)) => entries[index].1 = value,
        (Some(index), None) => {
            entries.remove(index);
        }
        (None, Some(value)) => entries.push((Spanned::new(key.to_owned(), span), value)),
        (None, None) => {}
    }
}

/// The entries of a mapping, which a name alone, or nothing, becomes here.
fn entries_of(node: &mut Node) -> Option<&mut Vec<(Spanned<String>, Node)>> {
    let span = node.span;
    let empty = || Node { value: Value::Mapping(Vec::new()), span };
    match &node.value {
        Value::Null => node.value = Value::Mapping(Vec::new()),
        Value::String(name) => {
            let name = Spanned::new(name.clone(), span);
            node.value = Value::Mapping(vec![(name, empty())]);
        }
        _ => {}
    }
    match &mut node.value {
        Value::Mapping(entries) => Some(entries),
        _ => None,
    }
}

/// A layer's term and what stands behind it.
fn body(item: &Node) -> Option<(&str, &Node)> {
    item.entries()?.first().map(|(key, body)| (key.value.as_str(), body))
}

/// Gives an option of a layer a value, or takes it away. A layer in short (`dropout: 0.5`) is written out.
fn set_option(item: &mut Node, option: &str, value: Option<Node>) {
    let span = item.span;
    let Some(entries) = entries_of(item) else { return };
    let Some((term, body)) = entries.first_mut() else { return };
    if !matches!(body.value, Value::Null | Value::Mapping(_)) {
        let Some(main) = layer_term(&term.value).and_then(|term| term.main) else { return };
        let whole = std::mem::replace(&mut body.value, Value::Null);
        let whole = Node { value: whole, span: body.span };
        body.value = Value::Mapping(vec![(Spanned::new(main.to_owned(), body.span), whole)]);
    }
    if let Some(options) = entries_of(body) {
        put(options, option, value, span);
    }
}

fn layer_term(name: &str) -> Option<&'static TermMeta> {
    vocabulary::find(name).into_iter().find(|term| term.is_layer())
}

#[cfg(test)]
mod tests;
