//! `loss:` and `regularization:`.

use super::file::own_objective;
use super::options::OptionReader;
use super::reader::{Choice, Reader};
use super::vocabulary::{TermKind, TermMeta, find_kind};
use super::{Code, Diagnostic, Span, Spanned, Task};

/// The objective: a loss of outputs and targets, and a penalty on the weights.
#[derive(Debug, Clone)]
pub struct LossSpec {
    pub kind: Spanned<LossKind>,
    pub regularization: Regularization,
}

/// Losses over a batch, each a mean over its examples.
#[derive(Debug, Clone, PartialEq)]
pub enum LossKind {
    /// Of k logits and a class.
    CrossEntropy { weights: Option<Vec<f64>>, smoothing: Option<f64> },
    /// Of one logit and a class 0 or 1. `weights` are those of class 0 and class 1.
    BinaryCrossEntropy { weights: Option<[f64; 2]>, smoothing: Option<f64> },
    /// Mean squared error.
    Mse,
    /// Mean absolute error.
    Mae,
    /// Quadratic up to `delta`, linear beyond.
    Huber { delta: f64 },
    /// The Rust model's own (`task: objective`).
    Model,
}

/// Penalties that are added to the loss: `l1 · Σ|w| + l2 · Σw²` over weights (not biases, not
/// normalization's scale and shift).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularization {
    pub l1: f64,
    pub l2: f64,
}

impl LossKind {
    /// The loss's name in the language: "cross_entropy".
    pub fn term(&self) -> &'static str {
        match self {
            Self::CrossEntropy { .. } => "cross_entropy",
            Self::BinaryCrossEntropy { .. } => "binary_cross_entropy",
            Self::Mse => "mse",
            Self::Mae => "mae",
            Self::Huber { .. } => "huber",
            Self::Model => "the model's own",
        }
    }

    /// The loss of a task when the spec does not name one.
    pub fn default_for(task: Task) -> Self {
        match task {
            Task::Classification => Self::CrossEntropy { weights: None, smoothing: None },
            Task::BinaryClassification | Task::MultiLabelClassification => {
                Self::BinaryCrossEntropy { weights: None, smoothing: None }
            }
            Task::Regression => Self::Mse,
            Task::Objective => Self::Model,
        }
    }

    /// The task whose targets the loss compares.
    fn task(&self) -> Task {
        match self {
            Self::CrossEntropy { .. } => Task::Classification,
            Self::BinaryCrossEntropy { .. } => Task::BinaryClassification,
            Self::Mse | Self::Mae | Self::Huber { .. } => Task::Regression,
            Self::Model => Task::Objective,
        }
    }
}

/// Reads `loss:`; the task's own loss when the spec does not name one.
pub(super) fn read(
    spec: &mut OptionReader<'_, '_, '_>,
    task: &Spanned<Task>,
) -> Option<Spanned<LossKind>> {
    if spec.given("loss").is_none() {
        return Some(Spanned::new(LossKind::default_for(task.value), task.span));
    }
    if let (Task::Objective, Some(span)) = (task.value, spec.key_span("loss")) {
        spec.reader.report(own_objective("loss", span, task.span));
        return None;
    }
    let (term, choice) = spec.choice("loss")?;
    let before = spec.reader.errors.len();
    let loss = read_loss(spec.reader, term, &choice);
    if spec.reader.errors.len() == before && loss.task() != task.value {
        spec.reader.report(mismatch(&loss, choice.span, task));
    }
    Some(Spanned::new(loss, choice.span))
}

fn read_loss(reader: &mut Reader<'_>, term: &'static TermMeta, choice: &Choice<'_>) -> LossKind {
    let options = &mut OptionReader::of_choice(reader, term, choice);
    match term.name {
        "cross_entropy" => LossKind::CrossEntropy {
            weights: weights(options).map(|weights| weights.value),
            smoothing: smoothing(options),
        },
        "binary_cross_entropy" => LossKind::BinaryCrossEntropy {
            weights: weights(options).and_then(|weights| two(options, &weights)),
            smoothing: smoothing(options),
        },
        "mse" => LossKind::Mse,
        "mae" => LossKind::Mae,
        "huber" => LossKind::Huber { delta: options.number("delta") },
        other => unreachable!("a test reads every loss of the vocabulary, `{other}` too"),
    }
}

/// Class weights, not all of them 0.
fn weights(options: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Vec<f64>>> {
    let before = options.reader.errors.len();
    let weights = options.numbers("weights")?;
    if options.reader.errors.len() == before && weights.iter().all(|weight| *weight == 0.0) {
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            "not all `weights` can be 0",
            weights.span,
            "no class would count",
        ));
    }
    Some(weights)
}

fn two(options: &mut OptionReader<'_, '_, '_>, weights: &Spanned<Vec<f64>>) -> Option<[f64; 2]> {
    let two = <[f64; 2]>::try_from(weights.value.as_slice()).ok();
    if two.is_none() && !weights.is_empty() {
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            "`weights` of `binary_cross_entropy` are two: of class 0 and of class 1",
            weights.span,
            format!("{} here", weights.len()),
        ));
    }
    two
}

fn smoothing(options: &mut OptionReader<'_, '_, '_>) -> Option<f64> {
    options.optional_number("smoothing").map(|smoothing| smoothing.value)
}

fn mismatch(loss: &LossKind, span: Span, task: &Spanned<Task>) -> Diagnostic {
    let compares = match loss {
        LossKind::CrossEntropy { .. } => "compares k logits with a class",
        LossKind::BinaryCrossEntropy { .. } => "compares one logit with 0 or 1",
        LossKind::Mse | LossKind::Mae | LossKind::Huber { .. } => {
            "compares real numbers, and a class is none"
        }
        LossKind::Model => unreachable!("no word of the language names it"),
    };
    let (name, needed) = (loss.term(), loss.task().term());
    let fitting = LossKind::default_for(task.value);
    Diagnostic::new(
        Code::TASK_MISMATCH,
        format!("`{name}` does not fit the task `{}`", task.value.term()),
        span,
        compares,
    )
    .also(task.span, "the task")
    .help(format!("write `loss: {}`, or `task: {needed}`", fitting.term()))
}

/// Reads `regularization:`.
pub(super) fn read_regularization(spec: &mut OptionReader<'_, '_, '_>) -> Regularization {
    let Some(span) = spec.key_span("regularization") else { return Regularization::default() };
    let term = find_kind(TermKind::Section, "regularization");
    let body = spec.given("regularization");
    let mut options = OptionReader::open(spec.reader, term, span, body);
    Regularization { l1: options.number("l1"), l2: options.number("l2") }
}
