//! What is held out, and by which rule.

use super::super::options::OptionReader;
use super::super::vocabulary::{TermKind, find_kind};
use super::super::{Code, Diagnostic, Span, Spanned, Task};

/// What is held out beside the validation part, and by which rule both are chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SplitRule {
    /// Share of examples held out for the test part, in `[0, 1)`; together with the validation
    /// part's below 1.
    pub test: f64,
    pub by: SplitBy,
}

/// By which rule the parts are chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SplitBy {
    /// At random, each class by itself.
    #[default]
    Class,
    /// At random.
    Example,
    /// At random, all examples of a group together: those with the same cell in this column.
    Group(Spanned<String>),
    /// The last ones by this column.
    Order(Spanned<String>),
    /// The last ones of the source.
    Place,
}

/// The share of the validation part, and the rest of the section.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> (Spanned<f64>, SplitRule) {
    let (place, body) = (options.key_span("split"), options.given("split"));
    let place = place.unwrap_or(options.place());
    let term = find_kind(TermKind::Section, "split");
    let mut options = OptionReader::open(options.reader, term, place, body);
    let validation = options.spanned_number("validation");
    let test = options.spanned_number("test");
    if validation.value < 1.0 && test.value < 1.0 && validation.value + test.value >= 1.0 {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "nothing is left to train on",
                test.span,
                format!("{} and {} are the whole", validation.value, test.value),
            )
            .also(validation.span, "the validation part"),
        );
    }
    let by = rule(&mut options, task);
    (validation, SplitRule { test: test.value, by })
}

/// The one rule among `group`, `order`, `shuffle: false` and `stratify`.
fn rule(options: &mut OptionReader<'_, '_, '_>, task: Option<&Spanned<Task>>) -> SplitBy {
    let mut rules: Vec<(Span, &str, SplitBy)> = Vec::new();
    for name in ["group", "order"] {
        if let Some(span) = options.key_span(name) {
            let column = options.text(name);
            let by = if name == "group" { SplitBy::Group(column) } else { SplitBy::Order(column) };
            rules.push((span, name, by));
        }
    }
    if !options.flag("shuffle")
        && let Some(span) = options.key_span("shuffle")
    {
        rules.push((span, "shuffle: false", SplitBy::Place));
    }
    if let Some(node) = options.given("stratify") {
        let what = options.what("stratify");
        let stratify = options.reader.flag(&what, node);
        let span = options.key_span("stratify").unwrap_or(node.span);
        if stratify
            && let Some(task) = task.filter(|task| {
                matches!(task.value, Task::Regression | Task::MultiLabelClassification)
            })
        {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    "only classes can be stratified",
                    span,
                    "examples have no class of their own",
                )
                .also(task.span, "the task"),
            );
        }
        // To decline it beside another rule is to say the same twice.
        if stratify {
            rules.push((span, "stratify", SplitBy::Class));
        } else if rules.is_empty() {
            rules.push((span, "stratify: false", SplitBy::Example));
        }
    }
    rules.sort_by_key(|(span, ..)| span.start);
    if let [(first_span, first, _), (span, second, _), ..] = rules.as_slice() {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "`split` has one rule",
                *span,
                format!("`{second}` is a second one"),
            )
            .also(*first_span, format!("`{first}` is the first one")),
        );
    }
    rules.pop().map_or_else(SplitBy::default, |(_, _, by)| by)
}
