//! Reads `loss: {terms: […]}`.

use super::super::options::OptionReader;
use super::super::reader::Choice;
use super::super::vocabulary::{TermKind, find_kind};
use super::super::{Code, DataSpec, Diagnostic, Span, Spanned, Task, suggest};
use super::reader::{read_loss, task_words};
use super::term::INPUT;
use super::{Compared, LossKind, LossTerm};

/// What the name `target` stands for.
const TARGET: &str = "target";

/// What a term is compared with, what that is, and where the spec says so.
struct Answer {
    compared: Compared,
    task: Task,
    span: Span,
}

/// Reads all terms. Without `data`, which is then wrong itself, no target is looked for.
pub(super) fn read(
    spec: &mut OptionReader<'_, '_, '_>,
    choice: &Choice<'_>,
    data: Option<&DataSpec>,
    task: &Spanned<Task>,
) -> Vec<LossTerm> {
    let term = find_kind(TermKind::Loss, "terms");
    let options = &mut OptionReader::of_choice(spec.reader, term, choice);
    let Some(node) = options.node("terms") else { return Vec::new() };
    let what = options.what("terms");
    let items = options.reader.sequence(&what, node).iter();
    let section = find_kind(TermKind::Section, "term");
    let terms = items.map(|item| {
        one(&mut OptionReader::open(options.reader, section, item.span, Some(item)), data, task)
    });
    let terms: Vec<LossTerm> = terms.collect::<Vec<_>>().into_iter().flatten().collect();
    report_repeated(options, &terms);
    terms
}

fn one(
    options: &mut OptionReader<'_, '_, '_>,
    data: Option<&DataSpec>,
    task: &Spanned<Task>,
) -> Option<LossTerm> {
    let name = options.text("name");
    if options.given("name").is_some() {
        options.check_layer_name("a term", &name);
    }
    let output = options.given("output").map(|_| options.text("output"));
    let weight = options.spanned_number("weight");
    let target = options.given("target").map(|_| options.text("target"));
    let constant = options.optional_number("constant");
    let (meta, choice) = options.choice("loss")?;
    if meta.name == "terms" {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            "a term has no terms of its own",
            choice.span,
            "a sum within a sum",
        );
        options.reader.report(error.help("write each of them as a term, with its own `weight`"));
        return None;
    }
    let before = options.reader.errors.len();
    let answer = answer(options, meta.name, (target, constant), data, task)?;
    let (kind, reduction, balanced) = read_loss(options.reader, meta, &choice, answer.task);
    let sound = options.reader.errors.len() == before;
    if let Some(error) = misfit(&kind, choice.span, &answer, task).filter(|_| sound) {
        options.reader.report(error);
    }
    let alone = kind.takes_no_target();
    if let Some(span) = options.key_span("target").or(options.key_span("constant"))
        && alone
        && sound
    {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{}` looks at outputs alone", kind.term()),
            span,
            "is compared with nothing",
        );
        options.reader.report(error.also(choice.span, "the loss").help("remove it"));
    }
    Some(LossTerm {
        name: Some(name),
        kind: Spanned::new(kind, choice.span),
        reduction,
        output,
        compared: if alone { Compared::Nothing } else { answer.compared },
        task: answer.task,
        weight,
        balanced,
    })
}

/// What `target` and `constant` say; `None` where there is no such target.
fn answer(
    options: &mut OptionReader<'_, '_, '_>,
    loss: &str,
    (target, constant): (Option<Spanned<String>>, Option<Spanned<f64>>),
    data: Option<&DataSpec>,
    task: &Spanned<Task>,
) -> Option<Answer> {
    let keys = (options.key_span("target"), options.key_span("constant"));
    if let (Some(first), Some(second)) = keys {
        let message = "a term is compared with a target or with a constant, not both";
        let error = Diagnostic::new(Code::CONTRADICTION, message, second, "a constant");
        options.reader.report(error.also(first, "a target").help("remove one of them"));
        return None;
    }
    if let Some(constant) = constant {
        return Some(of_constant(options, loss, constant));
    }
    let Some(name) = target else {
        return Some(Answer { compared: Compared::Target, task: task.value, span: task.span });
    };
    let span = name.span;
    let named = |task: Task, name| Answer { compared: Compared::Named(name), task, span };
    match name.value.as_str() {
        TARGET => Some(Answer { compared: Compared::Target, task: task.value, span: task.span }),
        INPUT => Some(named(Task::Regression, name)),
        _ => {
            let others = &data?.targets;
            if let Some(other) = others.iter().find(|other| other.name.value == name.value) {
                return Some(named(other.task.value, name));
            }
            let mut known: Vec<&str> = vec![TARGET, INPUT];
            known.extend(others.iter().map(|other| other.name.as_str()));
            let error = Diagnostic::new(
                Code::UNKNOWN_NAME,
                format!("the data has no target `{}`", name.value),
                span,
                "unknown target",
            );
            let error = match suggest(&name.value, &known) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.note(format!("targets are: {}", known.join(", "))).help(format!(
                    "declare it below `data`: `targets: [{{name: {}, column: …}}]`",
                    name.value
                )),
            };
            options.reader.report(error);
            None
        }
    }
}

/// A constant is class 0 or 1 to losses of two classes, else a number.
fn of_constant(
    options: &mut OptionReader<'_, '_, '_>,
    loss: &str,
    constant: Spanned<f64>,
) -> Answer {
    const OF_TWO: &[&str] = &[
        "binary_cross_entropy",
        "focal",
        "hinge",
        "soft_margin",
        "hinge_embedding",
        "cosine_embedding",
        "margin_ranking",
    ];
    let span = constant.span;
    let of_two = OF_TWO.contains(&loss);
    if of_two && constant.value != 0.0 && constant.value != 1.0 {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{loss}` compares with class 0 or 1"),
            span,
            format!("{} is none", constant.value),
        );
        options.reader.report(error.help("write `constant: 0` or `constant: 1`"));
    }
    let task = if of_two { Task::BinaryClassification } else { Task::Regression };
    Answer { compared: Compared::Constant(constant), task, span }
}

/// A loss that does not compare what it is given.
fn misfit(
    kind: &LossKind,
    span: Span,
    answer: &Answer,
    task: &Spanned<Task>,
) -> Option<Diagnostic> {
    if kind.takes_no_target() || kind.tasks().contains(&answer.task) {
        return None;
    }
    let (what, label) = match &answer.compared {
        Compared::Constant(_) => ("a constant".to_owned(), "the constant"),
        Compared::Named(name) if name.value == INPUT => ("the input".to_owned(), "the target"),
        Compared::Named(name) => {
            (format!("the target `{}` of `task: {}`", name.value, answer.task.term()), "the target")
        }
        _ => (format!("the target of `task: {}`", task.value.term()), "the task"),
    };
    let error = Diagnostic::new(
        Code::TASK_MISMATCH,
        format!("`{}` does not fit {what}", kind.term()),
        span,
        super::reader::compares(kind),
    );
    let fitting = LossKind::default_for(answer.task);
    let help =
        format!("write `loss: {}`, or give it a target of {}", fitting.term(), task_words(kind));
    Some(error.also(answer.span, label).help(help))
}

fn report_repeated(options: &mut OptionReader<'_, '_, '_>, terms: &[LossTerm]) {
    let names: Vec<_> = terms.iter().filter_map(|term| term.name.as_ref()).collect();
    for (position, name) in names.iter().enumerate() {
        if let Some(first) = names[..position].iter().find(|first| first.value == name.value) {
            let message = format!("two terms are called `{}`", name.value);
            let error = Diagnostic::new(Code::DUPLICATE_NAME, message, name.span, "the second one");
            options.reader.report(error.also(first.span, "the first one"));
        }
    }
}
