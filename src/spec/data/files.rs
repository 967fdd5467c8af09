//! Files that examples come from: tables, arrays, images and text.

use std::path::PathBuf;

use super::{DataSource, TABLE_KEYS, Target, target};
use crate::spec::options::OptionReader;
use crate::spec::vocabulary::{TermKind, find_kind};
use crate::spec::yaml::{Node, Value};
use crate::spec::{Code, Diagnostic, INPUT_TARGET, Span, Spanned, Task};

/// A file of rows with named columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    Csv,
    JsonLines,
    Parquet,
    /// Arrow's own, also called Feather; a file or a stream.
    Arrow,
}

/// A file of arrays, whose first axis counts the examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayFormat {
    /// One array; the targets are in a second file.
    Npy,
    Npz,
    Safetensors,
    /// One array, compressed by gzip or not; the targets are in a second file.
    Idx,
}

/// A folder or a list of images.
#[derive(Debug, Clone)]
pub struct ImagesSource {
    /// The folder with a folder per class, or the CSV file that lists the images.
    pub path: Spanned<PathBuf>,
    /// With a list: the column to predict, and the one that holds the paths.
    pub list: Option<(Target, Spanned<String>)>,
    /// With folders, for binary classification: the one that counts as 1.
    pub positive: Option<Spanned<String>>,
    /// `[height, width]`; without it all images have one size.
    pub size: Option<[usize; 2]>,
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Three channels.
    Rgb,
    /// One channel, as bright as the eye sees it.
    Grey,
}

/// Text, cut into tokens.
#[derive(Debug, Clone)]
pub struct TextSource {
    pub path: Spanned<PathBuf>,
    pub symbols: Symbols,
    /// Tokens of an example.
    pub length: usize,
    /// Symbols that are rarer are all one token.
    pub minimum_count: usize,
    /// Each line is an example.
    pub lines: bool,
    /// A table of texts: the column that holds them, and the one to predict. Without it the next
    /// token is told at each place.
    pub labelled: Option<(Spanned<String>, Target)>,
}

/// What one token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    Char,
    Word,
}

/// The keys of files, in the vocabulary's order.
pub(super) const FILES: &[&str] =
    &["csv", "jsonl", "parquet", "arrow", "npy", "npz", "safetensors", "idx", "images", "text"];

/// The sources that hold several targets.
const OF_SEVERAL: &str = "tables, `npz` and `safetensors`";

/// Reads the source whose key, one of [`FILES`], stands at `span`.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    name: &str,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> Option<DataSource> {
    let table = match name {
        "csv" => TableFormat::Csv,
        "jsonl" => TableFormat::JsonLines,
        "parquet" => TableFormat::Parquet,
        "arrow" => TableFormat::Arrow,
        "images" => return images(options, span, task),
        "text" => return text(options, span, task),
        name => return arrays(options, name, span, task),
    };
    misplaced(options, "inputs", "`npz` and `safetensors`", span);
    let path = path(options, name);
    let features = options.given("features").map(|node| {
        let items = options.reader.sequence("`features` of `data`", node);
        items.iter().map(|item| options.reader.text("each of `features` of `data`", item)).collect()
    });
    let target = required_target(options, name, "name the column to predict", task)?;
    Some(DataSource::Table { format: table, path, target, features })
}

fn arrays(
    options: &mut OptionReader<'_, '_, '_>,
    name: &str,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> Option<DataSource> {
    let format = match name {
        "npy" => ArrayFormat::Npy,
        "npz" => ArrayFormat::Npz,
        "safetensors" => ArrayFormat::Safetensors,
        "idx" => ArrayFormat::Idx,
        other => unreachable!("a test reads every source of the vocabulary, `{other}` too"),
    };
    TABLE_KEYS.iter().for_each(|key| misplaced(options, key, "tables such as `csv`", span));
    let path = path(options, name);
    let (inputs, mend) = match format {
        ArrayFormat::Npz | ArrayFormat::Safetensors => {
            let inputs = options.given("inputs");
            let inputs = inputs.map(|node| options.reader.text("`inputs` of `data`", node));
            (inputs, "name the array to predict")
        }
        ArrayFormat::Npy | ArrayFormat::Idx => {
            misplaced(options, "inputs", "`npz` and `safetensors`", span);
            misplaced(options, "targets", OF_SEVERAL, span);
            (None, "give the file of the targets")
        }
    };
    let target = required_target(options, name, mend, task)?;
    Some(DataSource::Arrays { format, path, inputs, target })
}

fn images(
    options: &mut OptionReader<'_, '_, '_>,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> Option<DataSource> {
    misplaced(options, "inputs", "`npz` and `safetensors`", span);
    TABLE_KEYS.iter().for_each(|key| misplaced(options, key, "tables such as `csv`", span));
    misplaced(options, "targets", OF_SEVERAL, span);
    let term = find_kind(TermKind::Section, "images");
    let body = options.given("images");
    let mut own = OptionReader::open(options.reader, term, span, body);
    let folder = own.given("folder").map(|_| path(&mut own, "folder"));
    let list = own.given("list").map(|_| path(&mut own, "list"));
    let column = match own.given("file") {
        Some(_) => own.text("file"),
        None => Spanned::new("file".to_owned(), span),
    };
    let positive =
        own.given("positive").map(|node| own.reader.text("`positive` of `images`", node));
    let size = own.optional_size("size");
    let color = if own.word("color") == "grey" { Color::Grey } else { Color::Rgb };
    if let (Some(_), Some(second)) = (&folder, own.key_span("list")) {
        own.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            "`images` are in a folder or on a list",
            second,
            "`folder` names them already",
        ));
    }
    if folder.is_none() && list.is_none() && !own.is_broken() {
        let error = Diagnostic::new(
            Code::MISSING_KEY,
            "`images` needs `folder` or `list`",
            span,
            "neither is there",
        );
        own.reader.report(error.help("for example `images: pets`, with a folder per class in it"));
    }
    check_positive(&mut own, positive.as_ref(), task);
    let Some(path) = list else {
        misplaced(options, "target", "a `list` of images: the folders are the classes", span);
        let (path, list) = (folder?, None);
        return Some(DataSource::Images(ImagesSource { path, list, positive, size, color }));
    };
    let target = required_target(options, "images", "name the list's column to predict", task)?;
    let list = Some((target, column));
    Some(DataSource::Images(ImagesSource { path, list, positive: None, size, color }))
}

fn text(
    options: &mut OptionReader<'_, '_, '_>,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> Option<DataSource> {
    misplaced(options, "inputs", "`npz` and `safetensors`", span);
    TABLE_KEYS.iter().for_each(|key| misplaced(options, key, "tables such as `csv`", span));
    misplaced(options, "targets", OF_SEVERAL, span);
    let term = find_kind(TermKind::Section, "text");
    let body = options.given("text");
    let mut own = OptionReader::open(options.reader, term, span, body);
    let path = path(&mut own, "file");
    let symbols = if own.word("vocabulary") == "word" { Symbols::Word } else { Symbols::Char };
    let length = own.count("length");
    let minimum_count = own.count("minimum_count");
    let lines = own.flag("lines");
    let column = own.given("column").map(|node| own.reader.text("`column` of `text`", node));
    if let (Some(column), Some(span)) = (&column, own.key_span("lines").filter(|_| lines)) {
        own.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "a table's texts are no lines",
                span,
                "leave it out",
            )
            .also(column.span, "the column of a table"),
        );
    }
    let broken = own.is_broken();
    let labelled = match column {
        None => {
            misplaced(options, "target", "a table of texts, whose `column` is named", span);
            if let Some(task) = task.filter(|task| task.value != Task::Classification && !broken) {
                options.reader.report(
                    Diagnostic::new(
                        Code::TASK_MISMATCH,
                        "`text` does not fit the task",
                        span,
                        "gives the next token at each place",
                    )
                    .also(task.span, "the task")
                    .help("write `task: classification`, or name the `column` of a table of texts"),
                );
            }
            None
        }
        Some(column) => {
            Some((column, required_target(options, "text", "name the column to predict", task)?))
        }
    };
    let text = TextSource { path, symbols, length, minimum_count, lines, labelled };
    Some(DataSource::Text(text))
}

fn path(options: &mut OptionReader<'_, '_, '_>, name: &str) -> Spanned<PathBuf> {
    let path = options.text(name);
    Spanned::new(PathBuf::from(path.value), path.span)
}

fn required_target(
    options: &mut OptionReader<'_, '_, '_>,
    source: &str,
    mend: &str,
    task: Option<&Spanned<Task>>,
) -> Option<Target> {
    let Some(node) = options.given("target") else {
        if !options.is_broken() {
            let error = Diagnostic::new(
                Code::MISSING_KEY,
                format!("`data` with `{source}` needs `target`"),
                options.place(),
                "`target` is missing",
            );
            let example = if matches!(source, "npy" | "idx") { "y.npy" } else { "label" };
            options.reader.report(error.help(format!("{mend}: `target: {example}`")));
        }
        return None;
    };
    let span = options.key_span("target").unwrap_or(node.span);
    let target = target::read(options, span, node, task);
    only_in_tables(options, source, node, &target);
    Some(target)
}

/// Several columns, and inputs to be given back, are a table's.
fn only_in_tables(
    options: &mut OptionReader<'_, '_, '_>,
    source: &str,
    node: &Node,
    target: &Target,
) {
    let is_table = matches!(source, "csv" | "jsonl" | "parquet" | "arrow");
    let labels = is_table || matches!(source, "images" | "text");
    let mut refuse = |what: &str, span: Span, help: &str| {
        let message = format!("{what} does not go with `{source}`");
        let error = Diagnostic::new(Code::CONTRADICTION, message, span, "needs a table");
        options.reader.report(error.help(help));
    };
    if !is_table && node.value == Value::String(INPUT_TARGET.to_owned()) {
        let help = "a target of that name is `target: {column: input}`";
        refuse("`target: input`", node.span, help);
    }
    if let Some(second) = target.others.first().filter(|_| !labels) {
        refuse("a target of several columns", second.span, "give one array with all numbers");
    } else if !labels && target.shape.is_some() {
        refuse("a `shape` of the target", node.span, "an array has a shape of its own");
    }
}

/// Reports a key of another source.
pub(super) fn misplaced(
    options: &mut OptionReader<'_, '_, '_>,
    key: &str,
    owner: &str,
    source: Span,
) {
    if let Some(span) = options.key_span(key) {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`{key}` belongs to {owner}"),
                span,
                "not to this source",
            )
            .also(source, "the source"),
        );
    }
}

/// `positive` needs two classes.
pub(super) fn check_positive(
    options: &mut OptionReader<'_, '_, '_>,
    positive: Option<&Spanned<String>>,
    task: Option<&Spanned<Task>>,
) {
    if let (Some(positive), Some(task)) = (positive, task)
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
}
