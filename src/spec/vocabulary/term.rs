//! What a term says about itself.

use std::fmt;

use super::super::wiring::COMMON_KEYS;
use super::{
    activation, columns, data, fault, files, initializer, layer, loss, loss_terms, optimizer,
    recipe, schedule, section,
};

/// One word of the language.
#[derive(Debug)]
pub struct TermMeta {
    /// The name in specs.
    pub name: &'static str,
    pub kind: TermKind,
    /// One or two lines: what it is, with its formula.
    pub summary: &'static str,
    pub options: &'static [TermOption],
    /// The option that a short form sets: `linear: 10` is `linear: {out: 10}`.
    pub main: Option<&'static str>,
    /// YAML, as it stands in a list of layers or after the section's key.
    pub example: &'static str,
    /// Where the formula and the defaults come from.
    pub source: &'static str,
}

/// Where a term can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TermKind {
    Section,
    Layer,
    Activation,
    Initializer,
    Loss,
    Optimizer,
    Schedule,
    Clipping,
    Data,
    Scaling,
    Encoding,
    Missing,
    Fault,
}

impl TermKind {
    /// Without an article: "data source".
    pub fn noun(self) -> &'static str {
        let with_article = self.with_article();
        with_article.split_once(' ').map_or(with_article, |(_, noun)| noun)
    }

    /// With its article: "an optimizer".
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Section => "a section",
            Self::Layer => "a layer",
            Self::Activation => "an activation",
            Self::Initializer => "an initializer",
            Self::Loss => "a loss",
            Self::Optimizer => "an optimizer",
            Self::Schedule => "a schedule",
            Self::Clipping => "a clipping",
            Self::Data => "a data source",
            Self::Scaling => "a scaling",
            Self::Encoding => "an encoding",
            Self::Missing => "a treatment of missing values",
            Self::Fault => "a fault",
        }
    }
}

/// One option of a term.
#[derive(Debug)]
pub struct TermOption {
    pub name: &'static str,
    pub kind: ValueKind,
    pub default: DefaultValue,
    /// One line, with unit.
    pub doc: &'static str,
}

/// What values an option takes. [`fmt::Display`] says it in words: "a whole number of at least 1".
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueKind {
    /// A whole number, at least `least`.
    Count {
        least: usize,
    },
    /// A list of whole numbers, each at least `least`.
    Counts {
        least: usize,
    },
    /// A finite number.
    Number(Bounds),
    Flag,
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `k` for `[k, k]`, or `[height, width]`; each at least `least`.
    Size2d {
        least: usize,
    },
    /// `k` for `[k, k, k]`, or `[depth, height, width]`; each at least `least`.
    Size3d {
        least: usize,
    },
    /// `[low, high]`, both finite, low below high.
    Range,
    /// `valid`, `same`, `k`, or `[left, right]`.
    Padding1d,
    /// `valid`, `same`, `k`, `[height, width]`, or `[top, left, bottom, right]`.
    Padding,
    /// `valid`, `same`, `k`, or `[depth, height, width]`.
    Padding3d,
    /// A list of numbers.
    Numbers(Bounds),
    /// `balanced`, or a list of numbers of at least 0.
    ClassWeights,
    /// A list of whole numbers from 1, or one alone.
    Shape,
    /// A list of such lists.
    Shapes,
    /// A mapping of names to shapes.
    NamedShapes,
    /// A list of lists of layers.
    Branches,
    /// A mapping whose keys a Rust model's configuration knows.
    Config,
    /// A mapping of names to names.
    Names,
    /// A mapping of names to values of any kind.
    Values,
    /// A mapping of names to lists of values, with `include` and `exclude`.
    Matrix,
    /// A list of texts.
    Texts,
    /// A list of sizes of which one may be -1.
    ReshapeShape,
    /// A list of axes in another order.
    Axes,
    /// One of the terms of this kind.
    Term(TermKind),
    /// A list of terms of this kind.
    Terms(TermKind),
    /// The section of this name.
    Section(&'static str),
    /// A list, each the options of the section of this name.
    Sections(&'static str),
    /// A list of expectations.
    Expectations,
    /// A mapping of names to such lists.
    Groups,
    /// A mapping of properties to texts.
    Reasons,
    /// A column's name, or a list of them.
    Columns,
    /// A column's name, several, or the options of a target.
    Column,
    /// A mapping from columns to terms of this kind; or a name that stands for all columns.
    ByColumn {
        kind: TermKind,
        all: bool,
    },
}

impl fmt::Display for ValueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { least } => write!(formatter, "a whole number of at least {least}"),
            Self::Counts { least } => {
                write!(formatter, "a list, each a whole number of at least {least}")
            }
            Self::Number(bounds) => write!(formatter, "{bounds}"),
            Self::Flag => write!(formatter, "`true` or `false`"),
            Self::Text => write!(formatter, "text"),
            Self::Word(words) => write!(formatter, "one of `{}`", words.join("`, `")),
            Self::Size2d { least } => {
                write!(formatter, "a whole number of at least {least}, or `[height, width]`")
            }
            Self::Size3d { least } => {
                write!(formatter, "a whole number of at least {least}, or `[depth, height, width]`")
            }
            Self::Range => write!(formatter, "`[low, high]`, two numbers, low below high"),
            Self::Padding1d => {
                write!(formatter, "`valid`, `same`, a whole number, or `[left, right]`")
            }
            Self::Padding => write!(
                formatter,
                "`valid`, `same`, a whole number, `[height, width]`, or \
                 `[top, left, bottom, right]`"
            ),
            Self::Padding3d => {
                write!(formatter, "`valid`, `same`, a whole number, or `[depth, height, width]`")
            }
            Self::Numbers(bounds) => write!(formatter, "a list, each {bounds}"),
            Self::ClassWeights => {
                write!(formatter, "`balanced`, or a list, each a number of at least 0")
            }
            Self::Shape => write!(formatter, "a list of whole numbers of at least 1"),
            Self::Shapes => write!(formatter, "a list of shapes, each a list of whole numbers"),
            Self::NamedShapes => write!(formatter, "a mapping of names to shapes"),
            Self::Branches => write!(formatter, "a list of lists of layers"),
            Self::Config => write!(formatter, "a mapping of the configuration's keys"),
            Self::Names => write!(formatter, "a mapping of names in the file to names here"),
            Self::Values => write!(formatter, "a mapping of names to values"),
            Self::Matrix => write!(
                formatter,
                "a mapping of names to lists of values, with `include` and `exclude`"
            ),
            Self::Texts => write!(formatter, "a list of texts"),
            Self::ReshapeShape => {
                write!(formatter, "a list of whole numbers of at least 1; one may be -1")
            }
            Self::Axes => write!(formatter, "a list of all axes from 0, each once"),
            Self::Term(kind) => write!(formatter, "{}", kind.with_article()),
            Self::Terms(kind) => write!(formatter, "a list, each {}", kind.with_article()),
            Self::Section(name) => write!(formatter, "the options of `{name}`"),
            Self::Sections(name) => write!(formatter, "a list, each the options of `{name}`"),
            Self::Expectations => write!(formatter, "a list of properties, or `recommended`"),
            Self::Groups => write!(formatter, "a mapping of names to lists of expectations"),
            Self::Reasons => write!(formatter, "a mapping of properties to reasons"),
            Self::Columns => write!(formatter, "a column's name, or a list of them"),
            Self::Column => write!(formatter, "a column's name, a list of them, or options"),
            Self::ByColumn { kind, all: false } => {
                write!(formatter, "a mapping from columns, each to {}", kind.with_article())
            }
            Self::ByColumn { kind, all: true } => {
                let kind = kind.with_article();
                write!(formatter, "{kind} for all columns, or a mapping from columns, each to one")
            }
        }
    }
}

/// What an option is when the spec does not give it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DefaultValue {
    /// The spec must give it.
    Required,
    Count(usize),
    Number(f64),
    Flag(bool),
    Word(&'static str),
    /// Comes from something else, told in words.
    Derived(&'static str),
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => write!(formatter, "required"),
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Number(number) if *number != 0.0 && number.abs() < 1e-2 => {
                write!(formatter, "{number:e}")
            }
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Word(word) => write!(formatter, "{word}"),
            Self::Derived(words) => write!(formatter, "{words}"),
        }
    }
}

/// The range of a number; finite in any case. [`fmt::Display`] says it in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    Finite,
    /// Greater than 0.
    Positive,
    /// At least 0.
    NonNegative,
    /// At least 0 and below 1.
    Fraction,
    /// From 0 to 1, both included.
    UnitInterval,
    /// Greater than 0 and at most 1.
    Rate,
    /// Less than 0.
    Negative,
    /// From 1.
    AtLeastOne,
    /// From −1 to 1, both included.
    Cosine,
}

impl Bounds {
    pub fn contain(self, number: f64) -> bool {
        number.is_finite()
            && match self {
                Self::Finite => true,
                Self::Positive => number > 0.0,
                Self::NonNegative => number >= 0.0,
                Self::Fraction => (0.0..1.0).contains(&number),
                Self::UnitInterval => (0.0..=1.0).contains(&number),
                Self::Rate => number > 0.0 && number <= 1.0,
                Self::Negative => number < 0.0,
                Self::AtLeastOne => number >= 1.0,
                Self::Cosine => (-1.0..=1.0).contains(&number),
            }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Finite => "a finite number",
            Self::Positive => "a number greater than 0",
            Self::NonNegative => "a number of at least 0",
            Self::Fraction => "a number of at least 0 and below 1",
            Self::UnitInterval => "a number between 0 and 1",
            Self::Rate => "a number greater than 0 and at most 1",
            Self::Negative => "a number below 0",
            Self::AtLeastOne => "a number of at least 1",
            Self::Cosine => "a number between -1 and 1",
        })
    }
}

impl TermMeta {
    /// The keys that the term's options may have, with those that every layer takes.
    pub fn keys(&self) -> Vec<&'static str> {
        let common: &[&str] = if self.is_layer() { &COMMON_KEYS } else { &[] };
        let others = common.iter().copied().filter(|key| self.option(key).is_none());
        self.options.iter().map(|option| option.name).chain(others).collect()
    }

    /// Whether it can stand in a list of layers.
    pub fn is_layer(&self) -> bool {
        matches!(self.kind, TermKind::Layer | TermKind::Activation)
    }

    /// The option of that name.
    pub fn option(&self, name: &str) -> Option<&'static TermOption> {
        self.options.iter().find(|option| option.name == name)
    }
}

/// All terms, by kind.
pub static VOCABULARY: &[&[TermMeta]] = &[
    section::TERMS,
    loss_terms::TERMS,
    files::TERMS,
    data::GENERATORS,
    columns::SCALINGS,
    columns::ENCODINGS,
    columns::MISSING,
    layer::TERMS,
    layer::convolution::TERMS,
    layer::pool::TERMS,
    layer::norm::TERMS,
    layer::sequence::TERMS,
    layer::shape::TERMS,
    layer::wiring::TERMS,
    activation::TERMS,
    initializer::TERMS,
    loss::TERMS,
    optimizer::TERMS,
    schedule::TERMS,
    recipe::CLIPPINGS,
    fault::TERMS,
];

/// All terms in one row.
pub fn terms() -> impl Iterator<Item = &'static TermMeta> {
    VOCABULARY.iter().copied().flatten()
}

/// The terms of that name: mostly one, but a word may stand in two places.
pub fn find(name: &str) -> Vec<&'static TermMeta> {
    terms().filter(|term| term.name == name).collect()
}

pub(in crate::spec) fn of_kinds(kinds: &[TermKind]) -> impl Iterator<Item = &'static TermMeta> {
    terms().filter(move |term| kinds.contains(&term.kind))
}

/// A term that the parser itself asks for.
///
/// # Panics
///
/// When there is no such term: the names are literals, and a test reads every example.
pub(in crate::spec) fn find_kind(kind: TermKind, name: &str) -> &'static TermMeta {
    terms()
        .find(|term| term.kind == kind && term.name == name)
        .expect("the parser asks only for terms of the vocabulary")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_stands_once_in_its_kind_and_its_options_once_in_it() {
        let mut seen = HashSet::new();
        for term in terms() {
            assert!(seen.insert((term.kind, term.name)), "{} stands twice", term.name);
            let keys = term.keys();
            assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{}", term.name);
        }
    }

    #[test]
    fn the_short_form_of_a_term_sets_one_of_its_options() {
        for term in terms() {
            assert!(term.main.is_none_or(|main| term.option(main).is_some()), "{}", term.name);
        }
    }

    #[test]
    fn every_default_is_inside_its_own_range() {
        for option in terms().flat_map(|term| term.options) {
            let fits = match (option.kind, option.default) {
                (_, DefaultValue::Required | DefaultValue::Derived(_)) => true,
                (ValueKind::Count { least }, DefaultValue::Count(count)) => count >= least,
                (ValueKind::Number(bounds), DefaultValue::Number(number)) => bounds.contain(number),
                (ValueKind::Flag, DefaultValue::Flag(_)) => true,
                (
                    ValueKind::Size2d { least } | ValueKind::Size3d { least },
                    DefaultValue::Count(size),
                ) => size >= least,
                (
                    ValueKind::Padding1d | ValueKind::Padding | ValueKind::Padding3d,
                    DefaultValue::Word(word),
                ) => word == "valid",
                (ValueKind::Word(words), DefaultValue::Word(word)) => words.contains(&word),
                (ValueKind::Term(_), DefaultValue::Word(word)) => !find(word).is_empty(),
                (ValueKind::ByColumn { kind, all: true }, DefaultValue::Word(word)) => {
                    of_kinds(&[kind]).any(|term| term.name == word)
                }
                _ => false,
            };
            assert!(fits, "{option:?}");
        }
    }

    #[test]
    fn every_term_is_documented() {
        for term in terms() {
            let texts = [term.summary, term.example, term.source];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", term.name);
            assert!(term.options.iter().all(|option| !option.doc.is_empty()), "{}", term.name);
        }
    }
}
