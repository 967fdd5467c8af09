//! `data:` — where examples come from, how they are scaled, shaped and split.

mod columns;
mod files;
mod generator;
mod scaling;
mod split;
mod target;

use std::path::PathBuf;

use super::options::OptionReader;
use super::vocabulary::{TermKind, of_kinds};
use super::yaml::{Node, Value};
use super::{Code, Diagnostic, INPUT_TARGET, Span, Spanned, Task};

pub use columns::{ColumnRules, Encoding, Missing};
pub use files::{ArrayFormat, Color, ImagesSource, Symbols, TableFormat, TextSource};
pub use generator::Generator;
pub use scaling::{Per, Scaling};
pub use split::{SplitBy, SplitRule};

/// The `data:` section.
#[derive(Debug, Clone)]
pub struct DataSpec {
    pub source: DataSource,
    /// Shape of one example, without the batch axis. Without it: `[columns]` of a CSV file, or
    /// the generator's own shape.
    pub shape: Option<Spanned<Vec<usize>>>,
    /// How input columns are scaled.
    pub scale: Spanned<Scaling>,
    /// How regression targets are scaled; always [`Scaling::None`] for classes.
    pub scale_target: Spanned<Scaling>,
    /// Targets beside the source's own, for terms of the loss that name them.
    pub targets: Vec<OtherTarget>,
    /// The inputs are to be given back (an autoencoder's target): where the spec says so.
    pub reconstruct: Option<Span>,
    /// Share of examples held out for validation, in `[0, 1)`.
    pub validation: Spanned<f64>,
    /// How many rows of a file are drawn; without it all.
    pub sample: Option<Spanned<usize>>,
    /// What else is held out, and by which rule.
    pub split: SplitRule,
    /// What becomes of a table's columns.
    pub columns: ColumnRules,
    /// The place of the whole section, for errors about it as a whole.
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum DataSource {
    Table {
        format: TableFormat,
        /// As written; relative to the spec file's folder.
        path: Spanned<PathBuf>,
        target: Target,
        /// Input columns, in this order; without it all columns but the target.
        features: Option<Vec<Spanned<String>>>,
    },
    Arrays {
        format: ArrayFormat,
        /// As written; relative to the spec file's folder.
        path: Spanned<PathBuf>,
        /// The inputs' name; without it the only array beside the target. Of a file of one array:
        /// `None`.
        inputs: Option<Spanned<String>>,
        /// The targets' name, or the path of their file.
        target: Target,
    },
    Images(ImagesSource),
    Text(TextSource),
    Generated(Spanned<Generator>),
    /// The Rust model brings its own batches (`task: objective`).
    Model,
}

impl DataSource {
    /// The file or folder that the examples come from.
    pub fn path(&self) -> Option<&Spanned<PathBuf>> {
        match self {
            Self::Table { path, .. } | Self::Arrays { path, .. } => Some(path),
            Self::Images(images) => Some(&images.path),
            Self::Text(text) => Some(&text.path),
            Self::Generated(_) | Self::Model => None,
        }
    }

    /// What is to be predicted, where the spec names it.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Table { target, .. } | Self::Arrays { target, .. } => Some(target),
            Self::Images(images) => images.list.as_ref().map(|(target, _)| target),
            Self::Text(text) => text.labelled.as_ref().map(|(_, target)| target),
            Self::Generated(_) | Self::Model => None,
        }
    }
}

impl DataSpec {
    /// The data of a model that brings its own; `span` is the place of the task that says so.
    pub(super) fn of_model(span: Span) -> Self {
        Self {
            source: DataSource::Model,
            shape: None,
            scale: Spanned::new(Scaling::None, span),
            scale_target: Spanned::new(Scaling::None, span),
            targets: Vec::new(),
            reconstruct: None,
            validation: Spanned::new(0.0, span),
            sample: None,
            split: SplitRule::default(),
            columns: ColumnRules::default(),
            span,
        }
    }
}

/// The column to predict, or several.
#[derive(Debug, Clone)]
pub struct Target {
    /// The first one.
    pub column: Spanned<String>,
    /// The others, in the order of the target's numbers.
    pub others: Vec<Spanned<String>>,
    /// Shape of one target of several columns; `[columns]` without it.
    pub shape: Option<Vec<usize>>,
    /// Classification of several places: the label of places that do not count.
    pub ignore: Option<Spanned<String>>,
    /// Binary classification: the label that counts as 1. Without it, labels are sorted and the
    /// second one counts.
    pub positive: Option<Spanned<String>>,
}

impl Target {
    /// All of its columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &Spanned<String>> {
        std::iter::once(&self.column).chain(&self.others)
    }

    /// A single column.
    pub fn of_column(column: Spanned<String>, positive: Option<Spanned<String>>) -> Self {
        Self { column, others: Vec::new(), shape: None, ignore: None, positive }
    }
}

/// A further answer to each example, by its name.
#[derive(Debug, Clone)]
pub struct OtherTarget {
    pub name: Spanned<String>,
    pub target: Target,
    /// What the answers are; the place is that of the word, or of the spec's task.
    pub task: Spanned<Task>,
}

/// Keys that speak of the columns of a table.
const TABLE_KEYS: &[&str] = &["features", "encode", "missing", "na"];

/// Reads the `data:` section, whose key stands at `span`. Without a task, checks that need one are
/// left out.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<DataSpec> {
    let reconstruct = reconstruct(options, task);
    let source = source(options, task, reconstruct);
    let (validation, split) = split::read(options, task);
    let others = target::others(options, task);
    let mut targets: Vec<String> = match &source {
        Some(DataSource::Table { target, .. }) if reconstruct.is_none() => {
            target.columns().map(|column| column.value.clone()).collect()
        }
        _ => Vec::new(),
    };
    let further = others.iter().flat_map(|other| other.target.columns());
    targets.extend(further.map(|column| column.value.clone()));
    let data = DataSpec {
        reconstruct,
        targets: others,
        shape: options.given("shape").map(|node| shape(options, node)),
        scale: scaling::read(options, "scale"),
        scale_target: scaling::read(options, "scale_target"),
        validation,
        split,
        columns: columns::read(options, &targets),
        sample: options.optional_count("sample"),
        span: options.place(),
        source: source?,
    };
    check_split(options, &data);
    if let (Some(task), Some(span)) = (task, options.key_span("scale_target"))
        && task.value != Task::Regression
        && data.scale_target.value != Scaling::None
    {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "classes cannot be scaled",
                span,
                "needs `task: regression`",
            )
            .also(task.span, "the task has classes"),
        );
    }
    Some(data)
}

/// Only tables have columns to split by, be it of numbers, texts or images.
fn check_split(options: &mut OptionReader<'_, '_, '_>, data: &DataSpec) {
    let (SplitBy::Group(column) | SplitBy::Order(column)) = &data.split.by else { return };
    let error = |label: &str| {
        let title = "`group` and `order` belong to tables such as `csv`";
        Diagnostic::new(Code::CONTRADICTION, title, column.span, label)
    };
    let error = match &data.source {
        DataSource::Table { .. } | DataSource::Model => return,
        DataSource::Images(images) if images.list.is_some() => return,
        DataSource::Text(text) if text.labelled.is_some() => return,
        DataSource::Generated(source) => {
            error("generated data has no columns").also(source.span, "the data is generated")
        }
        DataSource::Arrays { path, .. } => {
            error("this source has no columns").also(path.span, "the source")
        }
        DataSource::Images(ImagesSource { path, .. })
        | DataSource::Text(TextSource { path, .. }) => {
            error("this source has no columns").also(path.span, "the source")
        }
    };
    options.reader.report(error);
}

/// Where the spec says `target: input`.
fn reconstruct(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<Span> {
    let node = options.given("target")?;
    if node.value != Value::String(INPUT_TARGET.to_owned()) {
        return None;
    }
    if let Some(task) = task.filter(|task| task.value != Task::Regression) {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "`target: input` needs `task: regression`",
                node.span,
                "the numbers of the input are to be given back",
            )
            .also(task.span, "the task is another one"),
        );
    }
    Some(node.span)
}

/// The one source among the keys of the section.
fn source(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
    reconstruct: Option<Span>,
) -> Option<DataSource> {
    let generators = of_kinds(&[TermKind::Data]).map(|term| term.name);
    let sources: Vec<_> = files::FILES
        .iter()
        .copied()
        .chain(generators)
        .filter_map(|name| Some((name, options.key_span(name)?)))
        .collect();
    match sources.as_slice() {
        [] => {
            no_source(options);
            None
        }
        [(name, span)] if files::FILES.contains(name) => files::read(options, name, *span, task),
        [(name, span)] => Some(generated(options, name, *span, task, reconstruct.is_some())),
        [(first, first_span), (second, span), ..] => {
            let error = Diagnostic::new(
                Code::CONTRADICTION,
                "`data` has one source",
                *span,
                format!("`{second}` is a second one"),
            );
            options.reader.report(error.also(*first_span, format!("`{first}` is the first one")));
            None
        }
    }
}

fn no_source(options: &mut OptionReader<'_, '_, '_>) {
    if options.is_broken() {
        return;
    }
    let names: Vec<_> = of_kinds(&[TermKind::Data]).map(|term| term.name).collect();
    let error = Diagnostic::new(
        Code::MISSING_KEY,
        "`data` needs a source",
        options.place(),
        "neither a file nor a generator",
    );
    options.reader.report(
        error
            .note(format!("files are: {}", files::FILES.join(", ")))
            .note(format!("generators are: {}", names.join(", ")))
            .help("for example `csv: data.csv` with `target: label`, or `moons: {}`"),
    );
}

fn generated(
    options: &mut OptionReader<'_, '_, '_>,
    name: &'static str,
    span: Span,
    task: Option<&Spanned<Task>>,
    reconstruct: bool,
) -> DataSource {
    for key in ["target", "targets", "inputs", "sample"].iter().chain(TABLE_KEYS) {
        if reconstruct && *key == "target" {
            continue;
        }
        if let Some(key_span) = options.key_span(key) {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("`{key}` belongs to a file"),
                    key_span,
                    "generated data has no such part",
                )
                .also(span, "the data is generated"),
            );
        }
    }
    generator::source(options, name, span, task.filter(|_| !reconstruct))
}

fn shape(options: &mut OptionReader<'_, '_, '_>, node: &Node) -> Spanned<Vec<usize>> {
    let sizes = options.reader.shape("`shape` of `data`", node);
    Spanned::new(sizes, node.span)
}
