//! `${name}`: values that are written once and used anywhere.
//!
//! A scalar that is one use and nothing else becomes the variable's value, whatever its type. A use
//! inside of a longer text is replaced by the value's own text. There are no expressions.

use std::collections::BTreeSet;

use super::super::node::{Node, Value};
use super::super::suggestion::suggest;
use super::super::{Code, Diagnostic, Source, Spanned};
use super::{check_name, is_name};

/// Names and values, in the order of the file.
pub(super) type Values = Vec<(Spanned<String>, Node)>;

/// Reads `vars`.
pub(super) fn declared(node: &Node, errors: &mut Vec<Diagnostic>) -> Values {
    let Some(entries) = node.entries() else {
        let found = super::super::reader::describe(node);
        let due = "`vars` must be a mapping of names to values";
        errors.push(Diagnostic::new(Code::WRONG_TYPE, due, node.span, found));
        return Vec::new();
    };
    for (name, value) in entries {
        check_name(name, errors);
        check_value(value, errors);
    }
    entries.to_vec()
}

/// A value stands for itself: it uses no other variable.
pub(super) fn check_value(value: &Node, errors: &mut Vec<Diagnostic>) {
    match &value.value {
        Value::String(text)
            if pieces(text).iter().any(|piece| !matches!(piece, Piece::Text(_))) =>
        {
            errors.push(
                Diagnostic::new(
                    Code::UNKNOWN_VARIABLE,
                    "the value of a variable cannot use a variable",
                    value.span,
                    "a use in a value",
                )
                .help("write the value out; `$${` stands for the text `${`"),
            );
        }
        Value::Sequence(items) => items.iter().for_each(|item| check_value(item, errors)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|(_, value)| check_value(value, errors));
        }
        _ => {}
    }
}

/// The values that count in one document.
pub(super) struct Variables<'values> {
    source: &'values Source,
    declared: &'values Values,
    /// Those of a matrix win.
    swept: &'values Values,
    pub used: BTreeSet<String>,
}

impl<'values> Variables<'values> {
    pub fn new(source: &'values Source, declared: &'values Values, swept: &'values Values) -> Self {
        Self { source, declared, swept, used: BTreeSet::new() }
    }

    /// The tree with all uses replaced.
    pub fn applied(&mut self, node: &Node, errors: &mut Vec<Diagnostic>) -> Node {
        let value = match &node.value {
            Value::String(text) if text.contains("${") => return self.replaced(node, text, errors),
            Value::Sequence(items) => {
                Value::Sequence(items.iter().map(|item| self.applied(item, errors)).collect())
            }
            Value::Mapping(entries) => {
                let mut applied = |(key, value): &(Spanned<String>, Node)| {
                    (key.clone(), self.applied(value, errors))
                };
                Value::Mapping(entries.iter().map(&mut applied).collect())
            }
            scalar => scalar.clone(),
        };
        Node { value, span: node.span }
    }

    fn replaced(&mut self, node: &Node, text: &str, errors: &mut Vec<Diagnostic>) -> Node {
        let pieces = pieces(text);
        if let [Piece::Use(name)] = pieces.as_slice() {
            return self.value(name, node, errors).cloned().unwrap_or_else(|| node.clone());
        }
        let mut whole = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => whole.push_str(&text),
                Piece::Use(name) => {
                    let text =
                        self.value(name, node, errors).map(|value| (value, self.text(value)));
                    match text {
                        Some((_, Some(text))) => whole.push_str(&text),
                        Some((value, None)) => errors.push(no_text(name, node, value)),
                        None => {}
                    }
                }
                Piece::Wrong(use_) => errors.push(malformed(use_, node)),
            }
        }
        Node { value: Value::String(whole), span: node.span }
    }

    fn value(
        &mut self,
        name: &str,
        place: &Node,
        errors: &mut Vec<Diagnostic>,
    ) -> Option<&'values Node> {
        let all = || self.swept.iter().chain(self.declared);
        if let Some((_, value)) = all().find(|(known, _)| known.value == name) {
            self.used.insert(name.to_owned());
            return Some(value);
        }
        let known: Vec<&str> = all().map(|(known, _)| known.value.as_str()).collect();
        errors.push(unknown(name, place, &known));
        None
    }

    /// A scalar as it is written.
    fn text(&self, value: &Node) -> Option<String> {
        match &value.value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
                Some(self.source.slice(value.span).to_owned())
            }
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }
}

/// A part of a text.
#[derive(Debug, PartialEq)]
enum Piece<'text> {
    Text(String),
    Use(&'text str),
    /// It begins like a use and is none.
    Wrong(&'text str),
}

/// Cuts a text into uses of variables and what lies between. `$${` is the text `${`.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            plain.push_str(&rest[..at]);
            plain.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        plain.push_str(&rest[..at]);
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        let inside = &rest[at + 2..];
        match inside.split_once('}') {
            Some((name, behind)) => {
                pieces.push(if is_name(name) { Piece::Use(name) } else { Piece::Wrong(name) });
                rest = behind;
            }
            None => {
                pieces.push(Piece::Wrong(inside));
                rest = "";
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

fn unknown(name: &str, place: &Node, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_VARIABLE,
        format!("there is no variable `{name}`"),
        place.span,
        "used here",
    );
    match suggest(name, known) {
        Some(meant) => error.help(format!("did you mean `${{{meant}}}`?")),
        None if known.is_empty() => {
            error.help(format!("give it a value in `vars`: `vars: {{{name}: …}}`"))
        }
        None => error.note(format!("known are `{}`", known.join("`, `"))),
    }
}

fn malformed(use_: &str, place: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::UNKNOWN_VARIABLE,
        format!("`{use_}` is no name of a variable"),
        place.span,
        "used here",
    )
    .note("`${` begins the use of a variable: `${name}`, a name of lower-case letters, digits and `_`")
    .help("`$${` stands for the text `${`")
}

fn no_text(name: &str, place: &Node, value: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::WRONG_TYPE,
        format!("the variable `{name}` cannot stand inside of a text"),
        place.span,
        "used as a part of this text",
    )
    .also(value.span, "its value is no text and no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_uses() {
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(pieces("${a}"), [Piece::Use("a")]);
        assert_eq!(pieces("x${a}${b}y"), [text("x"), Piece::Use("a"), Piece::Use("b"), text("y")]);
        assert_eq!(pieces("$${a} costs $5 {x}"), [text("${a} costs $5 {x}")]);
        assert_eq!(pieces("${A} ${"), [Piece::Wrong("A"), text(" "), Piece::Wrong("")]);
        assert_eq!(pieces(""), []);
    }
}
