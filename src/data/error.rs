//! Everything that can be wrong with data.
//!
//! An error knows the data file's lines and columns, but no place in the spec: that is `place`'s.

use std::path::{Path, PathBuf};

use super::ScaleError;
use crate::spec::Code;

/// What is wrong with a spec's data. Lines are counted as in the data file: its header stands in
/// line 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DataError {
    #[error("cannot find the data file `{}`", .written.display())]
    FileMissing { written: PathBuf, resolved: PathBuf, suggestion: Option<PathBuf> },
    #[error("cannot read the data file `{}`: {reason}", .written.display())]
    FileUnreadable { written: PathBuf, resolved: PathBuf, reason: String },
    /// Bytes that are not what the format says.
    #[error("{reason}")]
    Malformed {
        /// Where it is not the source's first file.
        file: Option<PathBuf>,
        reason: String,
        mend: &'static str,
    },
    #[error("this build of nn-test does not read {format}: it lacks the feature `{feature}`")]
    FeatureMissing { format: &'static str, feature: &'static str },
    #[error("{}", too_much(*.rows, *.bytes, *.most))]
    TooMuch {
        rows: usize,
        /// What the rows take.
        bytes: usize,
        /// What they may take.
        most: usize,
    },
    #[error("there is no array `{name}`")]
    ArrayMissing { name: String, target: bool, arrays: Vec<String>, suggestion: Option<String> },
    #[error("the file holds {}, and `inputs` names none", list(.arrays))]
    InputsUnnamed { arrays: Vec<String> },
    #[error("`{array}` holds {found}, and numbers are due")]
    ArrayOfOthers { array: String, found: String },
    #[error("`{inputs}` has {input_rows} rows, and `{target}` has {target_rows}")]
    ArrayLengths { inputs: String, input_rows: usize, target: String, target_rows: usize },
    #[error("`{array}` has the shape {shape:?}, {due}")]
    ArrayShape { array: String, target: bool, shape: Vec<usize>, due: &'static str },
    #[error("the images have different sizes: `{}` has {}, `{}` has {}", .first.0.display(), size(&.first.1), .other.0.display(), size(&.other.1))]
    ImageSizes { first: (PathBuf, [u32; 2]), other: (PathBuf, [u32; 2]) },
    #[error("the text has {symbols} {unit}, and an example needs {needed}")]
    TextTooShort { symbols: usize, needed: usize, unit: &'static str },
    #[error("line {line} is not UTF-8 text")]
    NotUtf8 { line: usize },
    #[error("line 1 holds numbers where the header must stand")]
    HeaderMissing,
    #[error("two columns are called `{name}`: columns {first} and {second}")]
    DuplicateColumn { name: String, first: usize, second: usize },
    #[error("column {position} has no name")]
    UnnamedColumn { position: usize },
    #[error("{}", ragged(.lines, *.total, *.expected))]
    RaggedRows {
        /// Line and number of cells of the first such rows.
        lines: Vec<(usize, usize)>,
        total: usize,
        /// The number of columns in the header.
        expected: usize,
    },
    #[error("there are no examples: {}", if *.header { "only a header" } else { "the file is empty" })]
    NoRows { header: bool },
    #[error("there is no column `{name}`")]
    ColumnMissing {
        name: String,
        /// The place in the list of features; `None` for the target.
        feature: Option<usize>,
        columns: Vec<String>,
        suggestion: Option<String>,
    },
    #[error("the feature `{name}` is listed twice")]
    FeatureTwice { name: String, first: usize, second: usize },
    #[error("the target `{name}` is among the features")]
    TargetAmongFeatures { name: String, feature: usize },
    #[error("there is no input column")]
    NoFeatures,
    #[error("{}", .0.message("is empty", "are empty"))]
    EmptyCells(Cells),
    #[error("{}", .0.message("stands for a missing value", "stand for missing values"))]
    MissingCells(Cells),
    #[error("in every row a value is missing")]
    AllDropped,
    #[error("column `{column}` has no value in the training part to fill in")]
    NothingToFill { column: String },
    #[error("`{value}` cannot stand for a missing number in column `{column}`")]
    FillNotANumber { column: String, value: String },
    #[error("{}", .0.message("is a category that is not known", "are categories that are not known"))]
    UnknownCategories(Cells),
    #[error("`{key}` names no {}: `{name}`", .key.names())]
    RuleColumnMissing {
        key: ColumnKey,
        name: String,
        /// The place among the columns that the key names.
        index: usize,
        columns: Vec<String>,
        suggestion: Option<String>,
    },
    #[error(
        "columns that are encoded or filled in are no tokens, and the model starts with an embedding"
    )]
    EncodedTokens,
    #[error("{}", .0.message("is not a number", "are not numbers"))]
    NotNumbers(Cells),
    #[error("{}", .0.message("is not finite", "are not finite"))]
    NotFinite(Cells),
    #[error("{}", .0.message("is no class label: it has a fraction", "are no class labels: they have fractions"))]
    FractionalLabels(Cells),
    #[error("{}", .0.message("is neither 0 nor 1", "are neither 0 nor 1"))]
    NotZeroOrOne(Cells),
    #[error("every place has the label `{label}`, which is ignored")]
    AllIgnored { label: String },
    #[error("all examples have the label `{class}`")]
    OneClass { class: String },
    #[error("binary classification needs two classes, and there are {}: {}", .classes.len(), list(.classes))]
    NotTwoClasses { classes: Vec<String> },
    #[error("no example has the positive label `{positive}`")]
    PositiveMissing { positive: String, classes: Vec<String>, suggestion: Option<String> },
    #[error("`positive` is for binary classification")]
    PositiveWithoutBinary,
    #[error("too few examples of {} for a split: a class needs {}", list(.classes), one_in_each(*.parts))]
    LonelyClasses { classes: Vec<String>, parts: usize },
    #[error("{} cannot be split into {parts} parts", count(*.examples, "example"))]
    TooFewForParts { examples: usize, parts: usize },
    #[error("{} cannot be split into {parts} parts", count(*.groups, "group"))]
    TooFewGroups { groups: usize, parts: usize },
    #[error("the held-out share {share} is not in [0, 1)")]
    Share { share: f64 },
    #[error("the shape {shape:?} {}, and an input has {numbers}", holds(*.product))]
    Shape {
        shape: Vec<usize>,
        /// `None` when the product is too large to count.
        product: Option<usize>,
        numbers: usize,
    },
    #[error("{}", .cells.message(&format!("is no token of 0..{}", .vocabulary), &format!("are no tokens of 0..{}", .vocabulary)))]
    NotTokens { cells: Cells, vocabulary: usize },
    #[error("`{generator}` makes real numbers, and the model starts with an embedding")]
    EmbeddingOfNumbers { generator: &'static str },
    #[error("`{generator}` makes tokens, and the model does not start with an embedding")]
    TokensWithoutEmbedding { generator: &'static str },
    #[error("the data has {tokens} tokens, and the embedding knows {vocabulary}")]
    VocabularyTooSmall { tokens: usize, vocabulary: usize },
    #[error("tokens cannot be scaled: they are indices")]
    ScaledTokens,
    #[error("cannot scale the inputs: {0}")]
    InputScale(ScaleError),
    #[error("cannot scale the targets: {0}")]
    TargetScale(ScaleError),
    #[error("a batch of {batch_size} is larger than the training data of {examples} examples")]
    BatchTooLarge { batch_size: usize, examples: usize },
    #[error("`{generator}` makes {makes}, and the task is {task}")]
    GeneratorTask { generator: &'static str, makes: &'static str, task: &'static str },
    /// What is wrong with one of the further targets.
    #[error("{error}")]
    OfTarget {
        /// Its place in the spec's list.
        index: usize,
        error: Box<DataError>,
    },
    #[error("`{generator}` cannot have {option} {value}: {rule}")]
    GeneratorOption {
        generator: &'static str,
        option: &'static str,
        value: String,
        rule: &'static str,
    },
}

impl DataError {
    pub fn code(&self) -> Code {
        match self {
            Self::OfTarget { error, .. } => error.code(),
            Self::FileMissing { .. } | Self::FileUnreadable { .. } => Code::DATA_UNREADABLE,
            Self::FeatureMissing { .. } => Code::DATA_UNREADABLE,
            Self::TooMuch { .. } => Code::DATA_TOO_LARGE,
            Self::ArrayMissing { .. } | Self::InputsUnnamed { .. } => Code::BAD_COLUMN,
            Self::ArrayOfOthers { .. } => Code::NOT_A_NUMBER,
            Self::ArrayLengths { .. } | Self::ArrayShape { .. } | Self::ImageSizes { .. } => {
                Code::DATA_SHAPE_MISMATCH
            }
            Self::TextTooShort { .. } => Code::DATA_EMPTY,
            Self::NotUtf8 { .. }
            | Self::Malformed { .. }
            | Self::HeaderMissing
            | Self::DuplicateColumn { .. }
            | Self::UnnamedColumn { .. }
            | Self::RaggedRows { .. } => Code::DATA_MALFORMED,
            Self::ColumnMissing { .. }
            | Self::FeatureTwice { .. }
            | Self::TargetAmongFeatures { .. }
            | Self::RuleColumnMissing { .. } => Code::BAD_COLUMN,
            Self::EmptyCells(_) | Self::MissingCells(_) | Self::NotNumbers(_) => Code::NOT_A_NUMBER,
            Self::UnknownCategories(_) => Code::UNKNOWN_CATEGORY,
            Self::NotFinite(_) => Code::NOT_FINITE,
            Self::NoRows { .. } | Self::NoFeatures | Self::AllDropped => Code::DATA_EMPTY,
            Self::FractionalLabels(_)
            | Self::NotZeroOrOne(_)
            | Self::AllIgnored { .. }
            | Self::OneClass { .. }
            | Self::NotTwoClasses { .. }
            | Self::PositiveMissing { .. }
            | Self::PositiveWithoutBinary => Code::BAD_LABELS,
            Self::LonelyClasses { .. }
            | Self::TooFewForParts { .. }
            | Self::TooFewGroups { .. }
            | Self::Share { .. } => Code::TOO_FEW_EXAMPLES,
            Self::Shape { .. } => Code::DATA_SHAPE_MISMATCH,
            Self::NotTokens { .. }
            | Self::EmbeddingOfNumbers { .. }
            | Self::TokensWithoutEmbedding { .. }
            | Self::VocabularyTooSmall { .. }
            | Self::EncodedTokens
            | Self::ScaledTokens => Code::BAD_TOKENS,
            Self::BatchTooLarge { .. } => Code::BATCH_TOO_LARGE,
            Self::NothingToFill { .. }
            | Self::FillNotANumber { .. }
            | Self::InputScale(_)
            | Self::TargetScale(_)
            | Self::GeneratorTask { .. }
            | Self::GeneratorOption { .. } => Code::BAD_DATA_OPTION,
        }
    }
}

impl DataError {
    /// The error as one of another file than the source's first.
    pub(super) fn in_file(mut self, path: &Path) -> Self {
        if let Self::Malformed { file, .. } = &mut self {
            file.get_or_insert_with(|| path.to_path_buf());
        }
        self
    }

    /// The error as one of the further target at that place of the spec's list.
    pub(super) fn in_target(self, index: usize) -> Self {
        Self::OfTarget { index, error: Box::new(self) }
    }

    /// The error with its cells counted in another unit.
    pub(super) fn counted_in(mut self, unit: Unit) -> Self {
        if let Self::OfTarget { index, error } = self {
            return error.counted_in(unit).in_target(index);
        }
        if let Self::EmptyCells(cells)
        | Self::MissingCells(cells)
        | Self::UnknownCategories(cells)
        | Self::NotNumbers(cells)
        | Self::NotFinite(cells)
        | Self::FractionalLabels(cells)
        | Self::NotZeroOrOne(cells)
        | Self::NotTokens { cells, .. } = &mut self
        {
            cells.first.iter_mut().for_each(|cell| cell.unit = unit);
        }
        self
    }
}

/// The keys of a spec that name columns by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKey {
    Encode,
    Missing,
    Group,
    Order,
}

impl ColumnKey {
    fn names(self) -> &'static str {
        match self {
            Self::Encode => "input column",
            Self::Missing => "input column or target",
            Self::Group | Self::Order => "column",
        }
    }
}

impl std::fmt::Display for ColumnKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Encode => "encode",
            Self::Missing => "missing",
            Self::Group => "group",
            Self::Order => "order",
        })
    }
}

/// A cell of the data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub line: usize,
    pub column: String,
    pub text: String,
    /// What `line` counts.
    pub unit: Unit,
}

/// How a file's rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Lines of text.
    #[default]
    Line,
    /// Rows of a table without lines.
    Row,
    /// The first axis of an array, which is named in place of a column.
    Array,
}

impl std::fmt::Display for Cell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unit {
            Unit::Line => write!(formatter, "line {}, column `{}`", self.line, self.column)?,
            Unit::Row => write!(formatter, "row {}, column `{}`", self.line, self.column)?,
            Unit::Array => write!(formatter, "row {} of `{}`", self.line, self.column)?,
        }
        if self.text.is_empty() { Ok(()) } else { write!(formatter, ": `{}`", self.text) }
    }
}

/// Cells with one fault in common: the first few, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells {
    /// At most five cells, in the file's order; at least one in an error.
    pub first: Vec<Cell>,
    pub total: usize,
}

/// How many of many like errors are shown.
pub(super) const SHOWN: usize = 5;

impl Cells {
    pub(super) fn push(&mut self, line: usize, column: &str, text: &str) {
        self.total += 1;
        if self.first.len() < SHOWN {
            self.first.push(Cell {
                line,
                column: column.to_owned(),
                text: text.to_owned(),
                unit: Unit::default(),
            });
        }
    }

    /// The column that all shown cells stand in, if it is one.
    pub(super) fn common_column(&self) -> Option<&str> {
        let column = &self.first.first()?.column;
        self.first.iter().all(|cell| cell.column == *column).then_some(column)
    }

    fn message(&self, one: &str, many: &str) -> String {
        match self.first.as_slice() {
            [cell] if self.total == 1 => format!("{cell} {one}"),
            _ => format!("{} cells {many}", self.total),
        }
    }
}

fn ragged(lines: &[(usize, usize)], total: usize, expected: usize) -> String {
    match lines {
        [(line, cells)] if total == 1 => {
            format!("line {line} has {} where the header has {expected}", count(*cells, "cell"))
        }
        _ => format!("{total} rows have more or fewer cells than the header, which has {expected}"),
    }
}

fn too_much(rows: usize, bytes: usize, most: usize) -> String {
    let rows = count(rows, "row");
    format!("{rows} take {} of memory, and at most {} are kept", memory(bytes), memory(most))
}

/// "1.5 GiB".
fn memory(bytes: usize) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let power = (0..3).take_while(|power| bytes >> (10 * (power + 1)) > 0).count();
    let size = bytes as f64 / (1u64 << (10 * power)) as f64;
    // A size just above a bound must not read like the bound.
    format!("{} {}", (size * 10.0).ceil() / 10.0, UNITS[power])
}

fn size([width, height]: &[u32; 2]) -> String {
    format!("{width} × {height}")
}

/// What a class needs for a split into so many parts.
fn one_in_each(parts: usize) -> String {
    if parts == 2 { "one on either side".into() } else { format!("one in each of {parts} parts") }
}

fn holds(product: Option<usize>) -> String {
    match product {
        Some(product) => format!("holds {}", count(product, "number")),
        None => "holds more numbers than can be counted".to_owned(),
    }
}

/// "1 cell", "2 cells".
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The first few names in backticks, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
