//! What section parsers read a tree with: getters that record an error and go on, so that all
//! errors of a file are reported at once.
//!
//! After an error a getter returns a stand-in of the right type. It never leaves this module's
//! users: a spec is handed out only when no error was recorded.

use super::node::{MERGE_KEY, Node, Value};
use super::suggestion::{self, unknown_key, unknown_name};
use super::vocabulary::{self, Bounds, TermKind, TermMeta};
use super::{Code, Diagnostic, Source, Span, Spanned};
use crate::property::Property;

/// Up to here every whole number is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Collects errors while a tree is read.
pub(super) struct Reader<'text> {
    source: &'text Source,
    /// The properties that the spec can expect.
    registry: &'text [&'static Property],
    pub errors: Vec<Diagnostic>,
}

/// `name`, or `name: body`: how the language writes a choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'node> {
    pub name: &'node str,
    pub span: Span,
    pub body: Option<&'node Node>,
}

impl<'text> Reader<'text> {
    pub fn new(
        source: &'text Source,
        registry: &'text [&'static Property],
        errors: Vec<Diagnostic>,
    ) -> Self {
        Self { source, registry, errors }
    }

    pub fn registry(&self) -> &'text [&'static Property] {
        self.registry
    }

    pub fn report(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// Another type is due: "`epochs` must be a whole number".
    pub fn wrong_type(&mut self, what: &str, due: &str, node: &Node) {
        let found = describe(node);
        let mut error =
            Diagnostic::new(Code::WRONG_TYPE, format!("{what} must be {due}"), node.span, found);
        if let Value::String(text) = &node.value {
            let lower = text.to_ascii_lowercase();
            if due.contains("`true`") && ["yes", "on", "y"].contains(&lower.as_str()) {
                error = error.help(format!("`{text}` is text in YAML 1.2: write `true`"));
            } else if due.contains("`true`") && ["no", "off", "n"].contains(&lower.as_str()) {
                error = error.help(format!("`{text}` is text in YAML 1.2: write `false`"));
            } else if due.contains("number") && text.parse::<f64>().is_ok_and(f64::is_finite) {
                error = error.help("remove the quotes");
            }
        }
        self.report(error);
    }

    pub fn out_of_range(&mut self, what: &str, range: &str, node: &Node) {
        let found = format!("`{}`", self.written(node).trim());
        self.report(Diagnostic::new(
            Code::OUT_OF_RANGE,
            format!("{what} must be {range}"),
            node.span,
            format!("{found} is not"),
        ));
    }

    /// A scalar as text. Numbers and truth values count as they are written: `positive: 1.0`.
    pub fn text(&mut self, what: &str, node: &Node) -> Spanned<String> {
        let text = match &node.value {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => self.written(node).to_owned(),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => {
                self.wrong_type(what, "text", node);
                String::new()
            }
        };
        Spanned::new(text, node.span)
    }

    pub fn sequence<'node>(&mut self, what: &str, node: &'node Node) -> &'node [Node] {
        match &node.value {
            Value::Sequence(items) if items.is_empty() => {
                self.report(Diagnostic::new(
                    Code::EMPTY_LIST,
                    format!("{what} is empty"),
                    node.span,
                    "at least one item is due",
                ));
                items
            }
            Value::Sequence(items) => items,
            _ => {
                self.wrong_type(what, "a list", node);
                &[]
            }
        }
    }

    /// `name`, or a mapping of one name to its options. `what` is like "a layer".
    pub fn choice<'node>(&mut self, what: &str, node: &'node Node) -> Option<Choice<'node>> {
        match &node.value {
            Value::String(name) => Some(Choice { name, span: node.span, body: None }),
            Value::Mapping(entries) if entries.len() == 1 => {
                let (key, body) = &entries[0];
                Some(Choice { name: &key.value, span: key.span, body: Some(body) })
            }
            Value::Mapping(entries) if entries.len() > 1 => {
                self.several_names(what, entries);
                None
            }
            _ => {
                self.wrong_type(what, "a name, or a name with its options", node);
                None
            }
        }
    }

    /// Two keys where one name is due: mostly options that are not indented deeply enough.
    fn several_names(&mut self, what: &str, entries: &[(Spanned<String>, Node)]) {
        let (first, body) = &entries[0];
        let (second, _) = &entries[1];
        let error = Diagnostic::new(
            Code::WRONG_TYPE,
            format!("{what} has one name"),
            second.span,
            "a second name",
        )
        .also(first.span, "the first name");
        self.report(if body.value == Value::Null {
            error.help(format!("indent the options of `{}` deeper than its name", first.value))
        } else {
            error.help("write each as an item of its own")
        });
    }

    /// The term that a choice names, among terms of these kinds; the first names them all.
    pub fn term(&mut self, kinds: &[TermKind], choice: &Choice<'_>) -> Option<&'static TermMeta> {
        let term = vocabulary::of_kinds(kinds).find(|term| term.name == choice.name);
        if term.is_none() {
            let known: Vec<_> = vocabulary::of_kinds(kinds).map(|term| term.name).collect();
            let what = kinds.first().map_or("name", |kind| kind.noun());
            let misplaced = suggestion::misplaced(choice.name, kinds, self.registry);
            self.report(match misplaced {
                Some(note) => {
                    let label = format!("no {what}");
                    let message = format!("unknown {what} `{}`", choice.name);
                    Diagnostic::new(Code::UNKNOWN_NAME, message, choice.span, label).note(note)
                }
                None => unknown_name(what, choice.name, choice.span, &known),
            });
        }
        term
    }

    /// Checks a key of a mapping whose keys are known; `owner` is like "`linear`". The error has
    /// the key that was probably meant.
    pub fn known_key<'known>(
        &mut self,
        owner: &str,
        key: &Spanned<String>,
        known: &[&'known str],
    ) -> Result<(), Option<&'known str>> {
        if known.contains(&key.value.as_str()) {
            return Ok(());
        }
        if key.value == MERGE_KEY {
            return Err(None);
        }
        self.report(unknown_key(owner, &key.value, key.span, known));
        Err(suggestion::suggest(&key.value, known))
    }

    /// A whole number, at least `least`.
    pub fn count(&mut self, what: &str, node: &Node, least: usize) -> usize {
        let due = format!("a whole number of at least {least}");
        let integer = match node.value {
            Value::Integer(integer) => integer,
            // 1e3 is a float in YAML, and a whole number to its reader.
            Value::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
                number as i128
            }
            _ => {
                self.wrong_type(what, &due, node);
                return least;
            }
        };
        match usize::try_from(integer) {
            Ok(count) if count >= least => count,
            _ => {
                self.out_of_range(what, &due, node);
                least
            }
        }
    }

    pub fn number(&mut self, what: &str, node: &Node, bounds: Bounds) -> f64 {
        let due = bounds.to_string();
        let number = match node.value {
            Value::Integer(integer) => integer as f64,
            Value::Float(number) => number,
            _ => {
                self.wrong_type(what, &due, node);
                return 0.0;
            }
        };
        if !bounds.contain(number) {
            self.out_of_range(what, &due, node);
        }
        number
    }

    pub fn flag(&mut self, what: &str, node: &Node) -> bool {
        match node.value {
            Value::Bool(flag) => flag,
            _ => {
                self.wrong_type(what, "`true` or `false`", node);
                false
            }
        }
    }

    /// One of these words.
    pub fn word(
        &mut self,
        what: &str,
        node: &Node,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        let Value::String(text) = &node.value else {
            self.wrong_type(what, &format!("one of `{}`", words.join("`, `")), node);
            return None;
        };
        let word = words.iter().copied().find(|word| word == text);
        if word.is_none() {
            self.report(suggestion::unknown_word(what, text, node.span, words));
        }
        word
    }

    /// One size for all of two or three axes, or one for each.
    pub fn sizes<const N: usize>(&mut self, what: &str, node: &Node, least: usize) -> [usize; N] {
        let each = format!("each of {what}");
        match &node.value {
            Value::Integer(_) | Value::Float(_) => [self.count(what, node, least); N],
            Value::Sequence(items) if items.len() == N => {
                std::array::from_fn(|axis| self.count(&each, &items[axis], least))
            }
            _ => {
                let axes = if N == 2 { "[height, width]" } else { "[depth, height, width]" };
                self.wrong_type(what, &format!("one size, or `{axes}`"), node);
                [least; N]
            }
        }
    }

    /// A list of sizes from 1, or one alone.
    pub fn shape(&mut self, what: &str, node: &Node) -> Vec<usize> {
        let each = format!("each of {what}");
        match &node.value {
            Value::Integer(_) | Value::Float(_) => vec![self.count(what, node, 1)],
            _ => {
                let items = self.sequence(what, node);
                items.iter().map(|item| self.count(&each, item, 1)).collect()
            }
        }
    }

    /// `[low, high]`, low below high.
    pub fn range(&mut self, what: &str, node: &Node) -> (f64, f64) {
        let Value::Sequence(items) = &node.value else {
            self.wrong_type(what, "`[low, high]`", node);
            return (0.0, 1.0);
        };
        let [low, high] = items.as_slice() else {
            self.wrong_type(what, "`[low, high]`", node);
            return (0.0, 1.0);
        };
        let each = format!("each end of {what}");
        let before = self.errors.len();
        let low = self.number(&each, low, Bounds::Finite);
        let high = self.number(&each, high, Bounds::Finite);
        if self.errors.len() == before && low >= high {
            self.report(Diagnostic::new(
                Code::CONTRADICTION,
                format!("the low end of {what} must be below the high end"),
                node.span,
                format!("{low} is not below {high}"),
            ));
        }
        (low, high)
    }

    /// A node's text as it stands in the file.
    fn written(&self, node: &Node) -> &'text str {
        self.source.slice(node.span)
    }
}

/// What a node is, in words: "this is the text `two`".
pub(super) fn describe(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing stands here".to_owned(),
        Value::Bool(flag) => format!("this is `{flag}`"),
        Value::Integer(integer) => format!("this is the number `{integer}`"),
        Value::Float(number) => format!("this is the number `{number}`"),
        Value::String(text) if text.chars().count() > 40 => "this is text".to_owned(),
        Value::String(text) => format!("this is the text `{}`", text.escape_debug()),
        Value::Sequence(_) => "this is a list".to_owned(),
        Value::Mapping(_) => "this is a mapping".to_owned(),
    }
}
