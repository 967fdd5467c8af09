//! What a property says about itself: one source for `explain`, the docs, the spec parser and
//! the judge's defaults.

use crate::spec::Severity;

/// A property's own description.
#[derive(Debug)]
pub struct Meta {
    /// The name in specs and test cases.
    pub name: &'static str,
    /// One line: what holds when the property holds.
    pub summary: &'static str,
    /// What it checks and how it is measured.
    pub checks: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// The exact condition, with its formula.
    pub condition: &'static str,
    /// What to do when it fails.
    pub mend: &'static str,
    /// Where the condition and its thresholds come from.
    pub source: &'static str,
    /// How a failure counts when the spec does not say.
    pub severity: Severity,
    /// Whether a spec without `expect` asks for it.
    pub recommended: bool,
    pub options: &'static [OptionMeta],
}

/// One option of a property.
#[derive(Debug)]
pub struct OptionMeta {
    pub name: &'static str,
    pub kind: OptionKind,
    pub default: OptionValue,
    /// One line, with unit.
    pub doc: &'static str,
}

impl Meta {
    /// The options without which the property has nothing to look at: one of them must be given. Where
    /// there is one alone, its value may stand in the place of the options.
    pub fn required(&self) -> Vec<&OptionMeta> {
        self.options.iter().filter(|option| option.is_required()).collect()
    }
}

impl OptionMeta {
    /// Whether the option names files.
    pub fn is_files(&self) -> bool {
        self.kind == OptionKind::Files
    }

    /// Whether it is one of those of which one must be given.
    pub fn is_required(&self) -> bool {
        self.default == OptionValue::Required
    }
}

/// What values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// A whole number ≥ 1.
    Count,
    /// A whole number ≥ 0.
    Index,
    /// An axis ≥ 1 (the batch is axis 0), or a list of axes.
    Axes,
    /// A number > 0, or a list of such numbers.
    Factors,
    /// An amount of memory: bytes, or a number with a unit.
    Size,
    /// A name.
    Name,
    /// A finite number ≥ 0.
    Number,
    /// `[low, high]` with 0 ≤ low < high.
    Range,
    /// `true` or `false`.
    Flag,
    /// A file, or a list of files.
    Files,
    /// A mapping of names to names.
    Names,
}

/// An option's value.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionValue {
    /// Not given: the property derives it.
    Derived,
    /// Not given: this or another option of this kind must be.
    Required,
    Count(usize),
    Counts(Vec<usize>),
    Number(f64),
    Numbers(Vec<f64>),
    Name(String),
    Range(f64, f64),
    Flag(bool),
    /// As written, relative to the spec file's folder.
    Files(Vec<String>),
    Names(Vec<(String, String)>),
}

/// A property's options as they apply: the defaults of its [`Meta`], overridden by the spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    values: Vec<(&'static str, OptionValue, bool)>,
}

impl Options {
    /// All defaults.
    pub fn defaults(meta: &Meta) -> Self {
        let values = meta.options.iter().map(|option| (option.name, option.default.clone(), false));
        Self { values: values.collect() }
    }

    /// Overrides one option.
    ///
    /// # Panics
    ///
    /// When the property has no such option; the spec parser checks names against the meta.
    pub fn set(&mut self, name: &str, value: OptionValue) {
        let entry = self.entry(name);
        let (_, current, given) = &mut self.values[entry];
        (*current, *given) = (value, true);
    }

    /// Whether the spec gave this option itself.
    pub fn given(&self, name: &str) -> bool {
        self.values[self.entry(name)].2
    }

    pub fn value(&self, name: &str) -> OptionValue {
        self.values[self.entry(name)].1.clone()
    }

    /// The option as a whole number, `None` when it is to be derived.
    pub fn count(&self, name: &str) -> Option<usize> {
        match self.value(name) {
            OptionValue::Count(count) => Some(count),
            OptionValue::Derived | OptionValue::Required => None,
            other => panic!("option `{name}` is no count: {other:?}"),
        }
    }

    /// The option as whole numbers, none when it is not given.
    pub fn counts(&self, name: &str) -> Vec<usize> {
        match self.value(name) {
            OptionValue::Counts(counts) => counts,
            OptionValue::Derived | OptionValue::Required => Vec::new(),
            other => panic!("option `{name}` is no list of counts: {other:?}"),
        }
    }

    /// The option as numbers, none when it is not given.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        match self.value(name) {
            OptionValue::Numbers(numbers) => numbers,
            OptionValue::Derived | OptionValue::Required => Vec::new(),
            other => panic!("option `{name}` is no list of numbers: {other:?}"),
        }
    }

    /// The option as a name, `None` when it is not given.
    pub fn name(&self, name: &str) -> Option<String> {
        match self.value(name) {
            OptionValue::Name(text) => Some(text),
            OptionValue::Derived | OptionValue::Required => None,
            other => panic!("option `{name}` is no name: {other:?}"),
        }
    }

    /// The option as a number, `None` when it is to be derived.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.value(name) {
            OptionValue::Number(number) => Some(number),
            OptionValue::Derived => None,
            other => panic!("option `{name}` is no number: {other:?}"),
        }
    }

    /// The option as a range, `None` when it is to be derived.
    pub fn range(&self, name: &str) -> Option<(f64, f64)> {
        match self.value(name) {
            OptionValue::Range(low, high) => Some((low, high)),
            OptionValue::Derived => None,
            other => panic!("option `{name}` is no range: {other:?}"),
        }
    }

    /// The option as files, none when it is not given.
    pub fn files(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            OptionValue::Files(files) => files,
            OptionValue::Derived | OptionValue::Required => Vec::new(),
            other => panic!("option `{name}` is no file: {other:?}"),
        }
    }

    /// The option as pairs of names, none when it is not given.
    pub fn names(&self, name: &str) -> Vec<(String, String)> {
        match self.value(name) {
            OptionValue::Names(names) => names,
            OptionValue::Derived => Vec::new(),
            other => panic!("option `{name}` is no mapping of names: {other:?}"),
        }
    }

    fn entry(&self, name: &str) -> usize {
        self.values
            .iter()
            .position(|(known, ..)| *known == name)
            .expect("a property asks only for options of its own meta")
    }
}
