//! `data:` — where examples come from, how they are scaled, shaped and split.

mod columns;
mod generator;
mod scaling;
mod split;

use std::path::PathBuf;

use super::options::OptionReader;
use super::vocabulary::{TermKind, find_kind, of_kinds};
use super::yaml::Node;
use super::{Code, Diagnostic, Span, Spanned, Task};

pub use columns::{ColumnRules, Encoding, Missing};
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
    /// Share of examples held out for validation, in `[0, 1)`.
    pub validation: Spanned<f64>,
    /// What else is held out, and by which rule.
    pub split: SplitRule,
    /// What becomes of a table's columns.
    pub columns: ColumnRules,
    /// The place of the whole section, for errors about it as a whole.
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum DataSource {
    Csv {
        /// As written; relative to the spec file's folder.
        path: Spanned<PathBuf>,
        target: Target,
        /// Input columns, in this order; without it all columns but the target.
        features: Option<Vec<Spanned<String>>>,
    },
    Generated(Spanned<Generator>),
    /// The Rust model brings its own batches (`task: objective`).
    Model,
}

impl DataSpec {
    /// The data of a model that brings its own; `span` is the place of the task that says so.
    pub(super) fn of_model(span: Span) -> Self {
        Self {
            source: DataSource::Model,
            shape: None,
            scale: Spanned::new(Scaling::None, span),
            scale_target: Spanned::new(Scaling::None, span),
            validation: Spanned::new(0.0, span),
            split: SplitRule::default(),
            columns: ColumnRules::default(),
            span,
        }
    }
}

/// The column to predict.
#[derive(Debug, Clone)]
pub struct Target {
    pub column: Spanned<String>,
    /// Binary classification: the label that counts as 1. Without it, labels are sorted and the
    /// second one counts.
    pub positive: Option<Spanned<String>>,
}

/// Keys that speak of columns.
const TABLE_KEYS: [&str; 5] = ["target", "features", "encode", "missing", "na"];

/// Reads the `data:` section, whose key stands at `span`. Without a task, checks that need one are
/// left out.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<DataSpec> {
    let source = source(options, task);
    let (validation, split) = split::read(options, task);
    let target = match &source {
        Some(DataSource::Csv { target, .. }) => Some(target.column.as_str()),
        _ => None,
    };
    let data = DataSpec {
        shape: options.given("shape").map(|node| shape(options, node)),
        scale: scaling::read(options, "scale"),
        scale_target: scaling::read(options, "scale_target"),
        validation,
        split,
        columns: columns::read(options, target),
        span: options.place(),
        source: source?,
    };
    if let (SplitBy::Group(column) | SplitBy::Order(column), DataSource::Generated(source)) =
        (&data.split.by, &data.source)
    {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "`group` and `order` belong to `csv`",
                column.span,
                "generated data has no columns",
            )
            .also(source.span, "the data is generated"),
        );
    }
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

/// The one source among the keys of the section.
fn source(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<DataSource> {
    let generators = of_kinds(&[TermKind::Data]).map(|term| term.name);
    let sources: Vec<_> = ["csv"]
        .into_iter()
        .chain(generators)
        .filter_map(|name| Some((name, options.key_span(name)?)))
        .collect();
    match sources.as_slice() {
        [] => {
            no_source(options);
            None
        }
        [("csv", _)] => csv(options, task),
        [(name, span)] => Some(generated(options, name, *span, task)),
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
            .note(format!("generators are: {}", names.join(", ")))
            .help("for example `csv: data.csv` with `target: label`, or `moons: {}`"),
    );
}

fn csv(options: &mut OptionReader<'_, '_, '_>, task: Option<&Spanned<Task>>) -> Option<DataSource> {
    let path = options.text("csv");
    let path = Spanned::new(PathBuf::from(path.value), path.span);
    let features = options.given("features").map(|node| {
        let items = options.reader.sequence("`features` of `data`", node);
        items.iter().map(|item| options.reader.text("each of `features` of `data`", item)).collect()
    });
    let Some(node) = options.given("target") else {
        if !options.is_broken() {
            let error = Diagnostic::new(
                Code::MISSING_KEY,
                "`data` with `csv` needs `target`",
                options.place(),
                "`target` is missing",
            );
            options.reader.report(error.help("name the column to predict: `target: label`"));
        }
        return None;
    };
    let span = options.key_span("target").unwrap_or(node.span);
    let target = target(options, span, node, task);
    Some(DataSource::Csv { path, target, features })
}

fn target(
    options: &mut OptionReader<'_, '_, '_>,
    span: Span,
    node: &Node,
    task: Option<&Spanned<Task>>,
) -> Target {
    let term = find_kind(TermKind::Section, "target");
    let mut options = OptionReader::open(options.reader, term, span, Some(node));
    let column = options.text("column");
    let positive =
        options.given("positive").map(|node| options.reader.text("`positive` of `target`", node));
    if let (Some(positive), Some(task)) = (&positive, task)
        && task.value != Task::BinaryClassification
    {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "`positive` needs `task: binary_classification`",
                positive.span,
                "names one of two classes",
            )
            .also(task.span, "the task is another one"),
        );
    }
    Target { column, positive }
}

fn generated(
    options: &mut OptionReader<'_, '_, '_>,
    name: &'static str,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> DataSource {
    for key in TABLE_KEYS {
        if let Some(key_span) = options.key_span(key) {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("`{key}` belongs to `csv`"),
                    key_span,
                    "generated data has no columns",
                )
                .also(span, "the data is generated"),
            );
        }
    }
    generator::source(options, name, span, task)
}

fn shape(options: &mut OptionReader<'_, '_, '_>, node: &Node) -> Spanned<Vec<usize>> {
    let sizes = options.reader.shape("`shape` of `data`", node);
    Spanned::new(sizes, node.span)
}
