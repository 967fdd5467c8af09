//! `data:` — where examples come from, how they are scaled, shaped and split.

mod files;
mod target;

use std::path::PathBuf;

use super::options::OptionReader;
use super::vocabulary::{TermKind, find_kind, of_kinds};
use super::yaml::{Node, Value};
use super::{Code, Diagnostic, INPUT_TARGET, Span, Spanned, Task};

pub use files::{ArrayFormat, Color, ImagesSource, Symbols, TableFormat, TextSource};

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
    /// Share of examples held out for validation, in `[0, 1)`; stratified for classes.
    pub validation: Spanned<f64>,
    /// How many rows of a file are drawn; without it all.
    pub sample: Option<Spanned<usize>>,
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

/// Data made from the spec's seed. Formulas and sources stand in `data/generate.rs`.
#[derive(Debug, Clone, PartialEq)]
pub enum Generator {
    /// Gaussian clusters, one per class. Inputs `[features]`, classes.
    Blobs { examples: usize, classes: usize, features: usize, spread: f64 },
    /// Two interleaved half circles. Inputs `[2]`, two classes.
    Moons { examples: usize, noise: f64 },
    /// y = w·x + b + noise. Inputs `[features]`, one real target.
    LinearRegression { examples: usize, features: usize, noise: f64 },
    /// Friedman's first problem. Inputs `[5]`, one real target.
    NonlinearRegression { examples: usize, noise: f64 },
    /// Noisy sine waves whose frequency is the class. Inputs `[length, 1]`, classes.
    Waves { examples: usize, classes: usize, length: usize, noise: f64 },
    /// Token sequences; the class is the most frequent of the first `classes` tokens.
    /// Integer inputs `[length]` in `0..vocabulary`.
    MajorityToken { examples: usize, classes: usize, vocabulary: usize, length: usize },
}

/// How numbers are scaled; statistics come from the training part alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaling {
    None,
    /// (x − mean) / standard deviation, per column.
    Standardize,
    /// From `[low, high]` to `[0, 1]`, the same for all columns.
    MinMax {
        low: f64,
        high: f64,
    },
    /// x · factor.
    Multiply(f64),
}

/// Reads the `data:` section, whose key stands at `span`. Without a task, checks that need one are
/// left out.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<DataSpec> {
    let reconstruct = reconstruct(options, task);
    let source = source(options, task, reconstruct);
    let data = DataSpec {
        reconstruct,
        targets: target::others(options, task),
        shape: options.given("shape").map(|node| shape(options, node)),
        scale: scaling(options, "scale"),
        scale_target: scaling(options, "scale_target"),
        validation: validation(options),
        sample: options.optional_count("sample"),
        span: options.place(),
        source: source?,
    };
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
        [(name, span)] => generated(options, name, *span, task, reconstruct.is_some()),
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
) -> Option<DataSource> {
    for key in ["target", "targets", "features", "inputs", "sample"] {
        if reconstruct && key == "target" {
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
    let body = options.given(name);
    let term = find_kind(TermKind::Data, name);
    let options = &mut OptionReader::open(options.reader, term, span, body);
    let before = options.reader.errors.len();
    let generator = generator(options, task.map(|task| task.value));
    if options.reader.errors.len() == before {
        check_generator(options, &generator, task.filter(|_| !reconstruct));
    }
    Some(DataSource::Generated(Spanned::new(generator, span)))
}

fn generator(options: &mut OptionReader<'_, '_, '_>, task: Option<Task>) -> Generator {
    let examples = options.count("examples");
    let default_classes = if task == Some(Task::BinaryClassification) { 2 } else { 3 };
    match options.term().name {
        "blobs" => Generator::Blobs {
            examples,
            classes: classes(options, default_classes),
            features: options.count("features"),
            spread: options.number("spread"),
        },
        "moons" => Generator::Moons { examples, noise: options.number("noise") },
        "linear_regression" => Generator::LinearRegression {
            examples,
            features: options.count("features"),
            noise: options.number("noise"),
        },
        "nonlinear_regression" => {
            Generator::NonlinearRegression { examples, noise: options.number("noise") }
        }
        "waves" => Generator::Waves {
            examples,
            classes: classes(options, default_classes),
            length: options.count("length"),
            noise: options.number("noise"),
        },
        "majority_token" => Generator::MajorityToken {
            examples,
            classes: classes(options, default_classes),
            vocabulary: options.count("vocabulary"),
            length: options.count("length"),
        },
        other => unreachable!("a test reads every generator of the vocabulary, `{other}` too"),
    }
}

fn classes(options: &mut OptionReader<'_, '_, '_>, default: usize) -> usize {
    options.optional_count("classes").map_or(default, |classes| classes.value)
}

/// What a generator gives must fit the task, and its numbers each other.
fn check_generator(
    options: &mut OptionReader<'_, '_, '_>,
    generator: &Generator,
    task: Option<&Spanned<Task>>,
) {
    let (examples, classes) = match *generator {
        Generator::Blobs { examples, classes, .. }
        | Generator::Waves { examples, classes, .. }
        | Generator::MajorityToken { examples, classes, .. } => (examples, Some(classes)),
        Generator::Moons { examples, .. } => (examples, Some(2)),
        Generator::LinearRegression { examples, .. }
        | Generator::NonlinearRegression { examples, .. } => (examples, None),
    };
    let name = options.term().name;
    if let Some(task) = task {
        let complaint = match (task.value, classes) {
            (Task::Regression, Some(_)) => Some("gives classes, no real targets"),
            (Task::Classification | Task::BinaryClassification, None) => {
                Some("gives real targets, no classes")
            }
            (Task::BinaryClassification, Some(3..)) => Some("gives more than two classes"),
            _ => None,
        };
        if let Some(complaint) = complaint {
            options.reader.report(
                Diagnostic::new(
                    Code::TASK_MISMATCH,
                    format!("`{name}` does not fit the task"),
                    options.place(),
                    complaint,
                )
                .also(task.span, "the task"),
            );
        }
    }
    if classes.is_some_and(|classes| classes > examples) {
        let (span, classes) = (options.place(), classes.unwrap_or_default());
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{name}` has more classes than examples"),
            span,
            format!("{classes} classes, {examples} examples"),
        ));
    }
    if let Generator::MajorityToken { classes, vocabulary, .. } = *generator
        && vocabulary < classes
    {
        let span = options.given("vocabulary").map_or(options.place(), |node| node.span);
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            "`vocabulary` must be at least `classes`",
            span,
            format!("{vocabulary} tokens for {classes} classes"),
        ));
    }
}

fn shape(options: &mut OptionReader<'_, '_, '_>, node: &Node) -> Spanned<Vec<usize>> {
    let sizes = options.reader.shape("`shape` of `data`", node);
    Spanned::new(sizes, node.span)
}

fn scaling(options: &mut OptionReader<'_, '_, '_>, name: &str) -> Spanned<Scaling> {
    let Some(node) = options.given(name) else {
        return Spanned::new(Scaling::None, options.place());
    };
    let Some((term, choice)) = options.choice(name) else {
        return Spanned::new(Scaling::None, node.span);
    };
    let mut options = OptionReader::of_choice(options.reader, term, &choice);
    let scaling = match term.name {
        "none" => Scaling::None,
        "standardize" => Scaling::Standardize,
        "min_max" => {
            let (low, high) = options.range("range");
            Scaling::MinMax { low, high }
        }
        "multiply" => Scaling::Multiply(options.number("factor")),
        other => unreachable!("a test reads every scaling of the vocabulary, `{other}` too"),
    };
    Spanned::new(scaling, node.span)
}

fn validation(options: &mut OptionReader<'_, '_, '_>) -> Spanned<f64> {
    let (place, body) = (options.key_span("split"), options.given("split"));
    let place = place.unwrap_or(options.place());
    let term = find_kind(TermKind::Section, "split");
    OptionReader::open(options.reader, term, place, body).spanned_number("validation")
}
