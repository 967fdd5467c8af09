//! YAML as a tree of values that know their places.
//!
//! The only module that names the YAML crate. It reads its event stream rather than going through
//! serde, because serde stops at the first error, loses the places of containers and cannot tell a
//! quoted `"1"` from a plain `1`. It knows nothing about specs.
//!
//! Scalars follow the core schema of YAML 1.2: `yes` and `no` are text, and `<<` merges nothing.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{
    Event, Options, Parser, ScalarStyle, ScanError, Span as ParserSpan, StructureStyle,
};

use super::node::MERGE_KEY;
pub(super) use super::node::{Node, Value};
use super::scalar::plain_scalar;
use super::{Code, Diagnostic, Span, Spanned};

/// A spec is kilobytes; more than this is a mistake, or a file meant to exhaust the reader.
pub(super) const SIZE_LIMIT: usize = 1024 * 1024;
/// Values in one file, each alias counted with all that it stands for.
const NODE_LIMIT: usize = 20_000;
/// Lists and mappings inside each other.
const DEPTH_LIMIT: usize = 64;

/// Reads the YAML documents of a text. What is wrong goes to `errors`; without a tree at least one
/// does.
pub(super) fn read(text: &str, errors: &mut Vec<Diagnostic>) -> Vec<Node> {
    if text.len() > SIZE_LIMIT {
        errors.push(too_large(text.len()));
        return Vec::new();
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut tree = Tree {
        text,
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        nodes: 0,
        open: Vec::new(),
        errors,
    };
    let mut documents = Vec::new();
    if let Err(fatal) = tree.documents(&mut documents) {
        errors.push(*fatal);
    }
    documents
}

/// Reads the one document of a text.
#[cfg(test)]
pub(super) fn read_one(text: &str) -> Node {
    let mut errors = Vec::new();
    let documents = read(text, &mut errors);
    assert!(errors.is_empty(), "{errors:?}");
    documents.into_iter().next().expect("a text has a document")
}

/// The error for a file beyond [`SIZE_LIMIT`].
pub(super) fn too_large(bytes: usize) -> Diagnostic {
    Diagnostic::new(
        Code::YAML_TOO_LARGE,
        "the spec is too large",
        Span::default(),
        format!("this file has {bytes} bytes; a spec may have {SIZE_LIMIT}"),
    )
}

/// An error after which the rest of the file cannot be read.
type Fatal = Box<Diagnostic>;

/// A node with what is needed to place its parent and to price an alias of it.
#[derive(Clone)]
struct Built {
    node: Node,
    /// Where the text of the node ends, at the place of use.
    end: usize,
    /// Values in it, itself included.
    size: usize,
    /// Lists and mappings inside each other.
    height: usize,
}

struct Tree<'text, 'errors> {
    text: &'text str,
    parser: Parser<'text, serde_saphyr::granit_parser::StrInput<'text>>,
    anchors: HashMap<usize, Built>,
    nodes: usize,
    /// The brackets that are open.
    open: Vec<Span>,
    errors: &'errors mut Vec<Diagnostic>,
}

impl<'text> Tree<'text, '_> {
    fn next(&mut self) -> Result<(Event<'text>, Span), Fatal> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                if let (Some(tag), Some(place)) = (event.tag(), span.tag_span())
                    && !tag.is_yaml_core_schema_tag("str")
                {
                    self.errors.push(
                        Diagnostic::new(
                            Code::YAML_UNSUPPORTED,
                            "tags are not part of the spec language",
                            self.span(&place),
                            "a tag",
                        )
                        .help("remove the tag"),
                    );
                }
                let span = self.span(&span);
                Ok((event, span))
            }
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, self.end())),
        }
    }

    /// Puts the trees into `documents`; those before a fatal error stay.
    fn documents(&mut self, documents: &mut Vec<Node>) -> Result<(), Fatal> {
        let mut starts = Vec::new();
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) => starts.push(span),
                Event::StreamStart | Event::DocumentEnd => {}
                event => documents.push(self.node(event, span, 0)?.node),
            }
        }
        let nothing = |node: &Node| node.value == Value::Null;
        if documents.len() <= 1 {
            if documents.iter().all(nothing) {
                documents.clear();
                self.errors.push(empty());
            }
            return Ok(());
        }
        for (_, start) in documents.iter().zip(&starts).filter(|(node, _)| nothing(node)) {
            self.errors.push(empty_document(*start));
        }
        documents.retain(|node| !nothing(node));
        Ok(())
    }

    fn node(&mut self, event: Event<'text>, span: Span, depth: usize) -> Result<Built, Fatal> {
        let anchor = event.anchor_id();
        self.spend(1, depth, span)?;
        let built = match event {
            Event::Alias(anchor) => self.alias(anchor, span, depth)?,
            Event::SequenceStart(style, ..) => self.sequence(style, span, depth)?,
            Event::MappingStart(style, ..) => self.mapping(style, span, depth)?,
            Event::Scalar(text, style, _, tag) => {
                let tagged_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let value = if style == ScalarStyle::Plain && !tagged_text {
                    plain_scalar(&text)
                } else {
                    Value::String(text.into_owned())
                };
                Built { node: Node { value, span }, end: span.end, size: 1, height: 0 }
            }
            _ => return Err(self.misplaced(span)),
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, built.clone());
        }
        Ok(built)
    }

    fn sequence(
        &mut self,
        style: StructureStyle,
        start: Span,
        depth: usize,
    ) -> Result<Built, Fatal> {
        let mut items = Vec::new();
        let mut extent = self.enter(style, start);
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                self.leave(style, span, &mut extent);
                return Ok(extent.build(Value::Sequence(items)));
            }
            let item = self.node(event, span, depth + 1)?;
            extent.hold(&item);
            items.push(item.node);
        }
    }

    fn mapping(
        &mut self,
        style: StructureStyle,
        start: Span,
        depth: usize,
    ) -> Result<Built, Fatal> {
        let mut entries: Vec<(Spanned<String>, Node)> = Vec::new();
        let mut extent = self.enter(style, start);
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                self.leave(style, span, &mut extent);
                return Ok(extent.build(Value::Mapping(entries)));
            }
            let key_text = event.scalar().map(|(text, _)| text.to_owned());
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let mut value = self.node(event, span, depth + 1)?;
            extent.hold(&key);
            extent.hold(&value);
            if value.node.value == Value::Null && value.node.span.is_empty() {
                value.node.span = key.node.span;
            }
            if let Some(key) = self.key(key_text, &key.node, &entries) {
                entries.push((key, value.node));
            }
        }
    }

    fn enter(&mut self, style: StructureStyle, start: Span) -> Extent {
        if style == StructureStyle::Flow {
            self.open.push(start);
        }
        Extent { span: start, size: 1, height: 0 }
    }

    /// A block ends with its last child: its end event comes only after blank lines and comments.
    fn leave(&mut self, style: StructureStyle, end: Span, extent: &mut Extent) {
        if style == StructureStyle::Flow {
            self.open.pop();
            extent.span.end = end.end;
        }
    }

    /// A key that is text, is no merge and was not there before.
    fn key(
        &mut self,
        text: Option<String>,
        node: &Node,
        before: &[(Spanned<String>, Node)],
    ) -> Option<Spanned<String>> {
        let text = match (text, &node.value) {
            (Some(text), _) if !text.is_empty() => text,
            (None, Value::String(text)) => text.clone(),
            _ => {
                self.errors.push(Diagnostic::new(
                    Code::YAML_UNSUPPORTED,
                    "a key must be text",
                    node.span,
                    "not text",
                ));
                return None;
            }
        };
        if text == MERGE_KEY {
            self.errors.push(
                Diagnostic::new(
                    Code::YAML_UNSUPPORTED,
                    "merge keys are not part of the spec language",
                    node.span,
                    "merges nothing in YAML 1.2",
                )
                .help("write the keys out"),
            );
        }
        if let Some((first, _)) = before.iter().find(|(key, _)| key.value == text) {
            self.errors.push(
                Diagnostic::new(
                    Code::DUPLICATE_KEY,
                    format!("the key `{text}` stands twice in one mapping"),
                    node.span,
                    "the second time",
                )
                .also(first.span, "the first time"),
            );
            return None;
        }
        Some(Spanned::new(text, node.span))
    }

    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Result<Built, Fatal> {
        let Some(built) = self.anchors.get(&anchor).cloned() else {
            return Err(Box::new(Diagnostic::new(
                Code::YAML_SYNTAX,
                "the alias stands inside its own anchor",
                span,
                "would contain itself without end",
            )));
        };
        self.spend(built.size - 1, depth + built.height, span)?;
        Ok(Built { end: span.end, ..built })
    }

    /// Counts values against the limits.
    fn spend(&mut self, nodes: usize, depth: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += nodes;
        if self.nodes > NODE_LIMIT {
            return Err(Box::new(
                Diagnostic::new(
                    Code::YAML_TOO_LARGE,
                    "the spec is too large",
                    span,
                    format!("more than {NODE_LIMIT} values up to here"),
                )
                .note("an alias counts with all the values that it stands for"),
            ));
        }
        if depth > DEPTH_LIMIT {
            return Err(Box::new(Diagnostic::new(
                Code::YAML_TOO_LARGE,
                "the spec is nested too deeply",
                span,
                format!("more than {DEPTH_LIMIT} lists and mappings inside each other"),
            )));
        }
        Ok(())
    }

    fn span(&self, span: &ParserSpan) -> Span {
        let end = self.text.len();
        span.byte_range().map_or(self.end(), |range| Span {
            start: range.start.min(end),
            end: range.end.min(end).max(range.start.min(end)),
        })
    }

    fn end(&self) -> Span {
        Span { start: self.text.len(), end: self.text.len() }
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let start = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let end = self.text[start..].chars().next().filter(|next| *next != '\n');
        let span = Span { start, end: start + end.map_or(0, char::len_utf8) };
        let reason = error.info();
        let mut diagnostic =
            Diagnostic::new(Code::YAML_SYNTAX, "the spec is not valid YAML", span, reason);
        if let Some(open) = self.open.last() {
            diagnostic = diagnostic.also(*open, "inside the bracket that opens here");
        }
        if self.text[..start].lines().last().is_some_and(|line| line.starts_with('\t'))
            || self.text[start..].starts_with('\t')
        {
            diagnostic = diagnostic.help("indent with spaces");
        } else if self.text[..start].trim_end_matches('{').ends_with('$') {
            diagnostic = diagnostic.help("inside brackets write `\"${name}\"`, with quotes");
        }
        Box::new(diagnostic)
    }

    /// The parser promises well-formed events; a future version that adds one lands here.
    fn misplaced(&self, span: Span) -> Fatal {
        Box::new(Diagnostic::new(
            Code::YAML_SYNTAX,
            "the spec is not valid YAML",
            span,
            "no value can stand here",
        ))
    }
}

/// Where a list or mapping lies, while its children are read.
struct Extent {
    span: Span,
    size: usize,
    height: usize,
}

impl Extent {
    fn hold(&mut self, child: &Built) {
        self.span.end = self.span.end.max(child.end);
        self.size += child.size;
        self.height = self.height.max(child.height);
    }

    fn build(self, value: Value) -> Built {
        Built {
            end: self.span.end,
            node: Node { value, span: self.span },
            size: self.size,
            height: self.height + 1,
        }
    }
}

fn empty() -> Diagnostic {
    Diagnostic::new(Code::EMPTY_FILE, "the spec is empty", Span::default(), "nothing to read here")
        .help("`cargo nn-test init` writes a first spec")
}

fn empty_document(start: Span) -> Diagnostic {
    Diagnostic::new(
        Code::EMPTY_FILE,
        "a document of the file is empty",
        start,
        "nothing follows here",
    )
    .help("remove the line `---` that begins it")
}
