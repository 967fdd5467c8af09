//! The options of one term, read by the term's own description: known keys, ranges and defaults
//! come from the vocabulary, so that docs and parser cannot disagree.

use super::node::{MERGE_KEY, Node, Value};
use super::reader::{Choice, Reader};
use super::vocabulary::{Bounds, DefaultValue, TermKind, TermMeta, TermOption, ValueKind};
use super::{Code, Diagnostic, Span, Spanned};

/// Reads the options of one term.
///
/// # Panics
///
/// Getters panic when the term has no such option, or one of another type: names are literals, and
/// a test reads an example of every term.
pub(super) struct OptionReader<'reader, 'text, 'node> {
    pub reader: &'reader mut Reader<'text>,
    term: &'static TermMeta,
    /// Where the term's name stands.
    place: Span,
    entries: Vec<(&'node str, Span, &'node Node)>,
    /// What holds the options is itself wrong: nothing is missing on top of that.
    broken: bool,
    /// Keys that the spec gives under a wrong name: they are not missing on top of that.
    misspelt: Vec<&'static str>,
}

impl<'reader, 'text, 'node> OptionReader<'reader, 'text, 'node> {
    /// Opens the body of a term whose name stands at `place`. Unknown keys are reported at once.
    pub fn open(
        reader: &'reader mut Reader<'text>,
        term: &'static TermMeta,
        place: Span,
        body: Option<&'node Node>,
    ) -> Self {
        let mut options =
            Self { reader, term, place, entries: Vec::new(), broken: false, misspelt: Vec::new() };
        match body.map(|body| (body, &body.value)) {
            None | Some((_, Value::Null)) => {}
            Some((_, Value::Mapping(entries))) => {
                let known = term.keys();
                for (key, value) in entries {
                    match options.reader.known_key(&options.owner(), key, &known) {
                        Ok(()) => options.entries.push((&key.value, key.span, value)),
                        Err(meant) => {
                            options.misspelt.extend(meant);
                            options.broken |= key.value == MERGE_KEY;
                        }
                    }
                }
            }
            Some((body, _)) => match term.main {
                Some(main) => options.entries.push((main, place, body)),
                None => {
                    options.broken = true;
                    let due = if term.options.is_empty() { "no value" } else { "its options" };
                    options.reader.wrong_type(&format!("the value of `{}`", term.name), due, body);
                }
            },
        }
        options
    }

    /// Opens the options of a choice.
    pub fn of_choice(
        reader: &'reader mut Reader<'text>,
        term: &'static TermMeta,
        choice: &Choice<'node>,
    ) -> Self {
        Self::open(reader, term, choice.span, choice.body)
    }

    pub fn term(&self) -> &'static TermMeta {
        self.term
    }

    pub fn place(&self) -> Span {
        self.place
    }

    /// Whether what holds the options is itself wrong, or a key is misspelt: then nothing more is
    /// said about missing ones.
    pub fn is_broken(&self) -> bool {
        self.broken || !self.misspelt.is_empty()
    }

    /// What the spec gives for an option; a missing required one is reported.
    pub fn node(&mut self, name: &str) -> Option<&'node Node> {
        let found = self.given(name);
        if found.is_none() && self.option(name).default == DefaultValue::Required {
            self.report_missing(name);
        }
        found
    }

    /// Reports that an option is missing here, unless what holds the options is itself wrong or the
    /// option stands there under a wrong name.
    pub fn report_missing(&mut self, name: &str) {
        if !self.broken && !self.misspelt.contains(&name) {
            self.missing(name);
        }
    }

    /// What the spec gives for an option, if anything.
    pub fn given(&self, name: &str) -> Option<&'node Node> {
        self.entries.iter().find(|(key, ..)| *key == name).map(|(.., node)| *node)
    }

    /// Where an option's key stands, if the spec gives it.
    pub fn key_span(&self, name: &str) -> Option<Span> {
        self.entries.iter().find(|(key, ..)| *key == name).map(|(_, span, _)| *span)
    }

    pub fn count(&mut self, name: &str) -> usize {
        self.spanned_count(name).value
    }

    /// With the place of the value, or of the term when the spec does not give it.
    pub fn spanned_count(&mut self, name: &str) -> Spanned<usize> {
        match (self.optional_count(name), self.option(name).default) {
            (Some(count), _) => count,
            (None, DefaultValue::Count(count)) => Spanned::new(count, self.place),
            (None, _) => Spanned::new(1, self.place),
        }
    }

    /// `None` when the spec does not give it.
    pub fn optional_count(&mut self, name: &str) -> Option<Spanned<usize>> {
        let ValueKind::Count { least } = self.option(name).kind else {
            unreachable!("`{name}` is no count");
        };
        let node = self.node(name)?;
        Some(Spanned::new(self.reader.count(&self.what(name), node, least), node.span))
    }

    /// Whole numbers in a list; `None` when the spec does not give it.
    pub fn counts(&mut self, name: &str) -> Option<Vec<usize>> {
        let ValueKind::Counts { least } = self.option(name).kind else {
            unreachable!("`{name}` is no list of counts");
        };
        let node = self.node(name)?;
        let what = format!("each of {}", self.what(name));
        let items = self.reader.sequence(&self.what(name), node);
        Some(items.iter().map(|item| self.reader.count(&what, item, least)).collect())
    }

    pub fn number(&mut self, name: &str) -> f64 {
        self.spanned_number(name).value
    }

    /// With the place of the value, or of the term when the spec does not give it.
    pub fn spanned_number(&mut self, name: &str) -> Spanned<f64> {
        match (self.optional_number(name), self.option(name).default) {
            (Some(number), _) => number,
            (None, DefaultValue::Number(number)) => Spanned::new(number, self.place),
            (None, _) => Spanned::new(0.0, self.place),
        }
    }

    /// `None` when the spec does not give it.
    pub fn optional_number(&mut self, name: &str) -> Option<Spanned<f64>> {
        let ValueKind::Number(bounds) = self.option(name).kind else {
            unreachable!("`{name}` is no number");
        };
        let node = self.node(name)?;
        Some(Spanned::new(self.reader.number(&self.what(name), node, bounds), node.span))
    }

    pub fn flag(&mut self, name: &str) -> bool {
        let default = self.option(name).default;
        match (self.node(name), default) {
            (Some(node), _) => self.reader.flag(&self.what(name), node),
            (None, DefaultValue::Flag(flag)) => flag,
            (None, _) => false,
        }
    }

    pub fn text(&mut self, name: &str) -> Spanned<String> {
        match self.node(name) {
            Some(node) => self.reader.text(&self.what(name), node),
            None => Spanned::new(String::new(), self.place),
        }
    }

    /// A layer's own name, if the spec gives one.
    pub fn layer_name(&mut self) -> Option<Spanned<String>> {
        let node = self.given("name")?;
        let what = self.what("name");
        let name = self.reader.text(&what, node);
        if matches!(node.value, Value::Sequence(_) | Value::Mapping(_) | Value::Null) {
            return None;
        }
        self.check_layer_name("a layer", &name);
        Some(name)
    }

    /// Names by which layers and inputs are found. `of` is like "a layer".
    pub fn check_layer_name(&mut self, of: &str, name: &Spanned<String>) {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.value.is_empty() || !name.value.chars().all(fits) {
            self.reader.report(Diagnostic::new(
                Code::BAD_NAME,
                format!("the name of {of} has letters, digits and `_` alone"),
                name.span,
                "has other characters, or none",
            ));
        }
    }

    /// One of the words that the option takes.
    pub fn word(&mut self, name: &str) -> &'static str {
        let option = self.option(name);
        let ValueKind::Word(words) = option.kind else {
            unreachable!("`{name}` is no word");
        };
        let default = match option.default {
            DefaultValue::Word(word) => word,
            _ => words[0],
        };
        match self.node(name) {
            Some(node) => self.reader.word(&self.what(name), node, words).unwrap_or(default),
            None => default,
        }
    }

    /// One size for all axes, or one for each.
    pub fn size<const N: usize>(&mut self, name: &str) -> [usize; N] {
        let default = match self.option(name).default {
            DefaultValue::Count(size) => size,
            _ => 1,
        };
        self.optional_size(name).unwrap_or([default; N])
    }

    /// `None` when the spec does not give it.
    pub fn optional_size<const N: usize>(&mut self, name: &str) -> Option<[usize; N]> {
        let (ValueKind::Size2d { least } | ValueKind::Size3d { least }) = self.option(name).kind
        else {
            unreachable!("`{name}` is no size");
        };
        let node = self.node(name)?;
        Some(self.reader.sizes(&self.what(name), node, least))
    }

    /// `[low, high]`.
    pub fn range(&mut self, name: &str) -> (f64, f64) {
        match self.node(name) {
            Some(node) => self.reader.range(&self.what(name), node),
            None => (0.0, 1.0),
        }
    }

    /// Numbers in a list; `None` when the spec does not give it.
    pub fn numbers(&mut self, name: &str) -> Option<Spanned<Vec<f64>>> {
        let bounds = match self.option(name).kind {
            ValueKind::Numbers(bounds) => bounds,
            ValueKind::ClassWeights => Bounds::NonNegative,
            _ => unreachable!("`{name}` is no list of numbers"),
        };
        let node = self.node(name)?;
        let what = format!("each of {}", self.what(name));
        let items = self.reader.sequence(&self.what(name), node);
        let numbers = items.iter().map(|item| self.reader.number(&what, item, bounds)).collect();
        Some(Spanned::new(numbers, node.span))
    }

    /// Shapes in a list; `None` when the spec does not give it.
    pub fn shapes(&mut self, name: &str) -> Option<Spanned<Vec<Vec<usize>>>> {
        let node = self.node(name)?;
        let what = self.what(name);
        let each = format!("a shape of {what}");
        let items = self.reader.sequence(&what, node);
        let shapes = items.iter().map(|item| self.reader.shape(&each, item)).collect();
        Some(Spanned::new(shapes, node.span))
    }

    /// The term that an option names; the option's default when the spec does not give it.
    pub fn choice(&mut self, name: &str) -> Option<(&'static TermMeta, Choice<'node>)> {
        let ValueKind::Term(kind) = self.option(name).kind else {
            unreachable!("`{name}` is no choice");
        };
        let node = self.node(name)?;
        let choice = self.reader.choice(kind.with_article(), node)?;
        let term = self.reader.term(&[kind], &choice)?;
        Some((term, choice))
    }

    /// The terms that an option names by columns: `{colour: one_hot}`. None when the spec does not
    /// give it.
    pub fn choices_by_column(
        &mut self,
        name: &str,
    ) -> Vec<(Spanned<String>, &'static TermMeta, Choice<'node>)> {
        let ValueKind::ByColumn { kind, .. } = self.option(name).kind else {
            unreachable!("`{name}` is no choice by columns");
        };
        let Some(node) = self.node(name) else { return Vec::new() };
        let Value::Mapping(entries) = &node.value else {
            self.reader.wrong_type(&self.what(name), &self.option(name).kind.to_string(), node);
            return Vec::new();
        };
        let mut chosen = Vec::new();
        for (column, node) in entries {
            let what = format!("{} for `{}`", kind.with_article(), column.value);
            if let Some(choice) = self.reader.choice(&what, node)
                && let Some(term) = self.reader.term(&[kind], &choice)
            {
                chosen.push((column.clone(), term, choice));
            }
        }
        chosen
    }

    /// The default of an option that names a term.
    pub fn default_choice(&self, name: &str, kind: TermKind) -> (&'static TermMeta, Choice<'node>) {
        let DefaultValue::Word(word) = self.option(name).default else {
            unreachable!("`{name}` has no default");
        };
        let choice = Choice { name: word, span: self.place, body: None };
        (super::vocabulary::find_kind(kind, word), choice)
    }

    /// Reports two numbers, already read, whose order is wrong.
    pub fn check_below(&mut self, (low, low_value): (&str, f64), (high, high_value): (&str, f64)) {
        if low_value < high_value {
            return;
        }
        let place = self.given(high).or(self.given(low)).map_or(self.place, |node| node.span);
        self.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{low}` must be below `{high}`"),
            place,
            format!("{low_value} is not below {high_value}"),
        ));
    }

    fn missing(&mut self, name: &str) {
        let owner = self.owner();
        let option = self.option(name);
        let mut error = Diagnostic::new(
            Code::MISSING_KEY,
            format!("{owner} needs `{name}`"),
            self.place,
            format!("`{name}` is missing"),
        )
        .note(format!("`{name}`: {}; {}", option.doc, option.kind));
        if self.term.name != "spec" {
            error = error.help(format!("for example `{}`", self.term.example.trim()));
        }
        self.reader.report(error);
    }

    /// An option as messages name it: "`out` of `linear`".
    pub fn what(&self, name: &str) -> String {
        match self.term.name {
            "spec" => format!("`{name}`"),
            owner => format!("`{name}` of `{owner}`"),
        }
    }

    fn owner(&self) -> String {
        match self.term.name {
            "spec" => "a spec".to_owned(),
            name => format!("`{name}`"),
        }
    }

    fn option(&self, name: &str) -> &'static TermOption {
        self.term.option(name).expect("the parser asks only for options of the term")
    }
}
