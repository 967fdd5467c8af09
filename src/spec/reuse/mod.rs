//! How specs share what they say: several documents in a file, files that extend others, variables
//! and matrices.
//!
//! All of it happens on trees, before a section is read: what comes out are documents that say
//! everything themselves, with each value still at the place where it was written. `library.rs` is the
//! only module here that reads files; `merge.rs`, `variables.rs` and `matrix.rs` are pure.

mod library;
mod matrix;
mod merge;
mod variables;

use std::collections::BTreeSet;

use self::library::Library;
use self::matrix::Combination;
use self::variables::Variables;
use super::node::{Node, Value};
use super::{Code, Diagnostic, Source, Span, Spanned};

/// The keys that are done with when a document comes out.
const KEYS: [&str; 4] = ["extends", "template", "vars", "matrix"];

/// A spec as it is to be read.
#[derive(Debug)]
pub(super) struct Document {
    pub root: Node,
    /// Where the document begins, for what is missing in it.
    pub place: Span,
    pub extends: Option<Span>,
    /// Its number in the file, from 1.
    pub number: usize,
    /// What the values of a matrix add to the spec's name.
    pub suffix: String,
}

/// The documents of a source, and the source with all files that they extend.
pub(super) fn expand(source: Source, errors: &mut Vec<Diagnostic>) -> (Vec<Document>, Source) {
    let mut library = Library::open(source, errors);
    let mut documents = Vec::new();
    let roots = library.roots();
    for (index, root) in roots.iter().enumerate() {
        if is_sound(root, errors) && !is_template(root, errors) {
            documents.extend(document(&mut library, root, index, errors));
        }
    }
    let source = library.into_source();
    let all = documents.into_iter();
    let all = all.flat_map(|document| combined(document, &source, errors)).collect();
    (all, source)
}

/// Whether the document can be read at all. Other versions may have other keys: nothing of them is
/// read, since its errors would mislead.
fn is_sound(root: &Node, errors: &mut Vec<Diagnostic>) -> bool {
    if root.entries().is_none() {
        let due = "a spec must be a mapping of its sections";
        let found = super::reader::describe(root);
        errors.push(Diagnostic::new(Code::WRONG_TYPE, due, root.span, found));
        return false;
    }
    match root.get("version") {
        Some(version) if version.value != Value::Integer(1) => {
            let error = Diagnostic::new(
                Code::UNSUPPORTED_VERSION,
                "this version of the spec language is not known",
                version.span,
                "not 1",
            );
            errors.push(error.note(
                "`version` is the version of the spec language; this nn-test reads version 1",
            ));
            false
        }
        _ => true,
    }
}

/// Whether the document is only there for others to extend.
fn is_template(root: &Node, errors: &mut Vec<Diagnostic>) -> bool {
    let Some(node) = root.get("template") else { return false };
    if let Value::Bool(flag) = node.value {
        return flag;
    }
    let found = super::reader::describe(node);
    let due = "`template` must be `true` or `false`";
    errors.push(Diagnostic::new(Code::WRONG_TYPE, due, node.span, found));
    true
}

/// A document with all that it extends; none where that cannot be found.
fn document(
    library: &mut Library,
    root: &Node,
    index: usize,
    errors: &mut Vec<Diagnostic>,
) -> Option<Document> {
    let place = root.entries()?.first().map_or(root.span, |(key, _)| key.span);
    let extends = root.get("extends").map(|node| node.span);
    let root = library.completed(index, errors)?;
    Some(Document { root, place, extends, number: index + 1, suffix: String::new() })
}

/// The document once for each combination of its matrix, with the variables' values in their places.
fn combined(document: Document, source: &Source, errors: &mut Vec<Diagnostic>) -> Vec<Document> {
    let before = errors.len();
    let declared = document.root.get("vars").map(|node| variables::declared(node, errors));
    let declared = declared.unwrap_or_default();
    let combinations = match document.root.get("matrix") {
        Some(node) => matrix::combinations(node, source, errors),
        None => vec![Combination::default()],
    };
    // Without values, every use of one would be an error more.
    if errors.len() > before {
        return Vec::new();
    }
    let body = without_keys(document.root);
    let mut used = BTreeSet::new();
    let mut documents = Vec::new();
    for combination in &combinations {
        let mut variables = Variables::new(source, &declared, &combination.values);
        let root = variables.applied(&body, errors);
        used.append(&mut variables.used);
        let suffix = combination.suffix.clone();
        let Document { place, extends, number, .. } = document;
        documents.push(Document { root, place, extends, number, suffix });
    }
    let axes = combinations.first().map(|first| first.values.as_slice()).unwrap_or_default();
    let swept = |name: &str| axes.iter().any(|(axis, _)| axis.value == name);
    // What a matrix varies may have a value in `vars` that it stands for.
    let plain = declared.iter().filter(|(name, _)| !swept(&name.value));
    let unused = plain.chain(axes).map(|(name, _)| name);
    // A base may have variables for those parts of it that a spec replaces.
    for name in unused.filter(|name| !used.contains(&name.value) && source.is_own(name.span)) {
        errors.push(unused_variable(name));
    }
    documents
}

fn without_keys(root: Node) -> Node {
    let Value::Mapping(entries) = root.value else { return root };
    let kept = entries.into_iter().filter(|(key, _)| !KEYS.contains(&key.value.as_str()));
    Node { value: Value::Mapping(kept.collect()), span: root.span }
}

fn unused_variable(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(
        Code::UNUSED_VARIABLE,
        format!("the variable `{}` is not used", name.value),
        name.span,
        format!("`${{{}}}` stands nowhere in the spec", name.value),
    )
    .help("remove it, or use it")
}

/// Checks the name of a variable: it is a part of the names of specs.
fn check_name(name: &Spanned<String>, errors: &mut Vec<Diagnostic>) {
    if !is_name(&name.value) {
        errors.push(Diagnostic::new(
            Code::BAD_NAME,
            "a variable's name has lower-case letters, digits and `_` alone",
            name.span,
            "has other characters, or none",
        ));
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !text.is_empty() && text.chars().all(fits)
}
