//! `target:` below `data`: the column to predict, or several.

use super::{OtherTarget, Target};
use crate::spec::options::OptionReader;
use crate::spec::vocabulary::{TermKind, find_kind};
use crate::spec::yaml::{Node, Value};
use crate::spec::{Code, Diagnostic, INPUT_TARGET as INPUT, Span, Spanned, Task};

/// Reads `target:`, whose key stands at `span`.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    span: Span,
    node: &Node,
    task: Option<&Spanned<Task>>,
) -> Target {
    let term = find_kind(TermKind::Section, "target");
    let mut options = OptionReader::open(options.reader, term, span, Some(node));
    of(&mut options, node, task)
}

/// Reads `targets:`, each with a name and a task of its own.
pub(super) fn others(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Vec<OtherTarget> {
    let Some(node) = options.given("targets") else { return Vec::new() };
    let what = options.what("targets");
    let term = find_kind(TermKind::Section, "targets");
    let is_array = ["npz", "safetensors"].iter().any(|key| options.key_span(key).is_some());
    let mut others: Vec<OtherTarget> = Vec::new();
    for item in options.reader.sequence(&what, node) {
        let options = &mut OptionReader::open(options.reader, term, item.span, Some(item));
        let name = options.text("name");
        if options.given("name").is_some() {
            options.check_layer_name("a target", &name);
            report_taken(options, &name, &others);
        }
        let own = options.given("task").map(|node| {
            let task = Task::of_word(options.word("task"));
            Spanned::new(task, node.span)
        });
        let target = of(options, item, own.as_ref().or(task));
        if is_array {
            refuse_columns(options, &target, item.span);
        }
        // Without a task, which is then wrong itself, nothing is made of it.
        if let Some(task) = own.or_else(|| task.cloned()) {
            others.push(OtherTarget { name, target, task });
        }
    }
    others
}

/// Several columns and shapes are a table's.
fn refuse_columns(options: &mut OptionReader<'_, '_, '_>, target: &Target, span: Span) {
    let (what, span, help) = match (target.others.first(), &target.shape) {
        (Some(second), _) => {
            ("a target of several columns", second.span, "give one array with all numbers")
        }
        (None, Some(_)) => ("a `shape` of the target", span, "an array has a shape of its own"),
        (None, None) => return,
    };
    let message = format!("{what} does not go with arrays");
    let error = Diagnostic::new(Code::CONTRADICTION, message, span, "needs a table");
    options.reader.report(error.help(help));
}

/// Two names for one thing, or one for two.
fn report_taken(
    options: &mut OptionReader<'_, '_, '_>,
    name: &Spanned<String>,
    others: &[OtherTarget],
) {
    let message = format!("`{}` is the name of another target", name.value);
    let error = Diagnostic::new(Code::DUPLICATE_NAME, message, name.span, "taken");
    if ["target", INPUT].contains(&name.as_str()) {
        options.reader.report(error.help("choose another name"));
    } else if let Some(first) = others.iter().find(|other| other.name.value == name.value) {
        options.reader.report(error.also(first.name.span, "the first one"));
    }
}

/// What the options of a target say.
fn of(options: &mut OptionReader<'_, '_, '_>, node: &Node, task: Option<&Spanned<Task>>) -> Target {
    let columns = columns(options);
    let span = options.place();
    let text = |options: &mut OptionReader<'_, '_, '_>, name: &str| {
        let what = options.what(name);
        options.given(name).map(|node| options.reader.text(&what, node))
    };
    let positive = text(options, "positive");
    let ignore = text(options, "ignore");
    let what = options.what("shape");
    let shape = options
        .given("shape")
        .map(|node| Spanned::new(options.reader.shape(&what, node), node.span));
    let several = columns.len() > 1;
    let mut refuse = |message: &str, span: Span, label: String, help: &str| {
        let error = Diagnostic::new(Code::CONTRADICTION, message, span, label);
        let error = match task {
            Some(task) => error.also(task.span, "the task"),
            None => error,
        };
        options.reader.report(if help.is_empty() { error } else { error.help(help) });
    };
    let task_is = |wanted: Task| task.is_none_or(|task| task.value == wanted);
    if let Some(positive) = positive.as_ref().filter(|_| !task_is(Task::BinaryClassification)) {
        let label = "names one of two classes".to_owned();
        refuse("`positive` needs `task: binary_classification`", positive.span, label, "");
    }
    if several && task.is_some_and(|task| task.value == Task::BinaryClassification) {
        refuse(
            "binary classification has one target",
            node.span,
            format!("{} columns", columns.len()),
            "for several answers of 0 and 1 write `task: multi_label_classification`",
        );
    }
    if let Some(ignore) = ignore.as_ref().filter(|_| !several || !task_is(Task::Classification)) {
        refuse(
            "`ignore` is for a class at each of several places",
            ignore.span,
            "needs `task: classification` and several columns".to_owned(),
            "",
        );
    }
    let numbers =
        shape.as_ref().map(|shape| shape.iter().fold(1usize, |n, &size| n.saturating_mul(size)));
    if let (Some(shape), Some(numbers)) = (&shape, numbers)
        && numbers != columns.len()
        && !columns.is_empty()
    {
        refuse(
            "the `shape` of `target` must hold its columns",
            shape.span,
            format!("holds {numbers}, and there are {}", columns.len()),
            "",
        );
    }
    let mut columns = columns.into_iter();
    let column = columns.next().unwrap_or_else(|| Spanned::new(String::new(), span));
    let shape = shape.map(|shape| shape.value);
    Target { column, others: columns.collect(), shape, ignore, positive }
}

/// One name, or several that differ.
fn columns(options: &mut OptionReader<'_, '_, '_>) -> Vec<Spanned<String>> {
    let what = options.what("column");
    let Some(node) = options.node("column") else { return Vec::new() };
    if !matches!(node.value, Value::Sequence(_)) {
        return vec![options.reader.text(&what, node)];
    }
    let items = options.reader.sequence(&what, node);
    let each = format!("each of {what}");
    let columns: Vec<Spanned<String>> =
        items.iter().map(|item| options.reader.text(&each, item)).collect();
    for (index, column) in columns.iter().enumerate() {
        if let Some(first) = columns[..index].iter().find(|first| first.value == column.value) {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("the target `{}` is listed twice", column.value),
                    column.span,
                    "listed again",
                )
                .also(first.span, "listed here before"),
            );
        }
    }
    columns
}
