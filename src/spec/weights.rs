//! `weights:` below `model:` — the file that a model's weights start from.

use std::path::PathBuf;

use super::options::OptionReader;
use super::reader::Reader;
use super::vocabulary::{TermKind, find_kind};
use super::yaml::{Node, Value};
use super::{Span, Spanned};

/// The `weights:` section.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsSpec {
    /// As written; relative to the spec file's folder.
    pub file: Spanned<PathBuf>,
    /// Names in the file and names here, in the order of the spec.
    pub map: Vec<(String, String)>,
    /// Beginnings of names in the file that are left out.
    pub ignore: Vec<String>,
    /// Whether what the file lacks starts as its initializer says.
    pub partial: bool,
    /// Whose names and layouts the file has; without it, those of whoever wrote the file.
    pub convention: Option<Convention>,
    /// The entry of a PyTorch checkpoint that holds the weights.
    pub key: Option<String>,
}

/// Names and layouts of tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    Pytorch,
    Burn,
}

/// Reads `weights` of `model`, if the spec has it.
pub(super) fn read(model: &mut OptionReader<'_, '_, '_>) -> Option<WeightsSpec> {
    let span = model.key_span("weights")?;
    let node = model.given("weights");
    let term = find_kind(TermKind::Section, "weights");
    let weights = &mut OptionReader::open(model.reader, term, span, node);
    let file = weights.text("file");
    let map = weights.given("map").map(|node| names(weights.reader, "`map` of `weights`", node));
    let ignore = weights.given("ignore").map(|node| {
        let items = weights.reader.sequence("`ignore` of `weights`", node);
        let each = "each of `ignore` of `weights`";
        items.iter().map(|item| weights.reader.text(each, item).value).collect()
    });
    let convention =
        weights.given("convention").is_some().then(|| match weights.word("convention") {
            "burn" => Convention::Burn,
            _ => Convention::Pytorch,
        });
    Some(WeightsSpec {
        file: Spanned::new(PathBuf::from(file.value), file.span),
        map: map.unwrap_or_default(),
        ignore: ignore.unwrap_or_default(),
        partial: weights.flag("partial"),
        convention,
        key: weights.given("key").is_some().then(|| weights.text("key").value),
    })
}

/// A mapping of names to names.
pub(super) fn names(reader: &mut Reader<'_>, what: &str, node: &Node) -> Vec<(String, String)> {
    let Value::Mapping(entries) = &node.value else {
        reader.wrong_type(what, "a mapping of names in the file to names here", node);
        return Vec::new();
    };
    let each = format!("each name of {what}");
    let pairs = entries.iter().map(|(key, value)| {
        let to = match value.value {
            // Nothing stands here: the parts are taken away.
            Value::Null => String::new(),
            _ => reader.text(&each, value).value,
        };
        (key.value.clone(), to)
    });
    pairs.collect()
}

impl WeightsSpec {
    /// Where errors about the file as a whole are shown.
    pub fn span(&self) -> Span {
        self.file.span
    }
}
