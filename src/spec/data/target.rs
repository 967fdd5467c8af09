//! `target:` below `data`: the column to predict, or several; or what of the inputs is to be answered.

use super::Target;
use crate::spec::options::OptionReader;
use crate::spec::vocabulary::{TermKind, find_kind};
use crate::spec::yaml::{Node, Value};
use crate::spec::{Code, Diagnostic, Span, Spanned, Task};

/// A target that is made of the inputs. A column of such a name is `{column: input}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfInput {
    /// The inputs are to be given back: an autoencoder.
    Input,
    /// The token behind each token is to be told: a language model.
    Next,
}

impl OfInput {
    /// Its name in the language.
    pub fn term(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Next => "next",
        }
    }

    fn task(self) -> Task {
        match self {
            Self::Input => Task::Regression,
            Self::Next => Task::Classification,
        }
    }
}

/// Where the spec says `target: input` or `target: next`.
pub(super) fn of_input(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<Spanned<OfInput>> {
    let node = options.given("target")?;
    let Value::String(name) = &node.value else { return None };
    let of_input = [OfInput::Input, OfInput::Next].into_iter().find(|own| own.term() == name)?;
    let due = of_input.task();
    if let Some(task) = task.filter(|task| task.value != due) {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`target: {}` needs `task: {}`", of_input.term(), due.term()),
                node.span,
                match of_input {
                    OfInput::Input => "the numbers of the input are to be given back",
                    OfInput::Next => "a token is to be told at each place",
                },
            )
            .also(task.span, "the task is another one"),
        );
    }
    Some(Spanned::new(of_input, node.span))
}

/// Reads `target:`, whose key stands at `span`.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    span: Span,
    node: &Node,
    task: Option<&Spanned<Task>>,
) -> Target {
    let term = find_kind(TermKind::Section, "target");
    let mut options = OptionReader::open(options.reader, term, span, Some(node));
    let columns = columns(&mut options);
    let positive =
        options.given("positive").map(|node| options.reader.text("`positive` of `target`", node));
    let ignore =
        options.given("ignore").map(|node| options.reader.text("`ignore` of `target`", node));
    let shape = options
        .given("shape")
        .map(|node| Spanned::new(options.reader.shape("`shape` of `target`", node), node.span));
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
    let Some(node) = options.node("column") else { return Vec::new() };
    if !matches!(node.value, Value::Sequence(_)) {
        return vec![options.reader.text("`column` of `target`", node)];
    }
    let items = options.reader.sequence("`column` of `target`", node);
    let columns: Vec<Spanned<String>> = items
        .iter()
        .map(|item| options.reader.text("each of `column` of `target`", item))
        .collect();
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
