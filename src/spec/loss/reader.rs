//! Reads `loss:` and `regularization:`.

use super::super::file::own_objective;
use super::super::options::OptionReader;
use super::super::reader::{Choice, Reader};
use super::super::vocabulary::{TermKind, TermMeta, find_kind};
use super::super::yaml::{Node, Value};
use super::super::{Code, DataSpec, Diagnostic, Span, Spanned, Task};
use super::{LossKind, LossReduction, LossSpec, LossTerm, Regularization, terms};

/// Class weights from the shares of the classes in the data.
const BALANCED: &str = "balanced";

/// Reads `loss:`; the task's own loss when the spec does not name one. `data` is there where it could
/// be read.
pub(in crate::spec) fn read(
    spec: &mut OptionReader<'_, '_, '_>,
    data: Option<&DataSpec>,
    task: &Spanned<Task>,
) -> Option<LossSpec> {
    if spec.given("loss").is_none() {
        let kind = Spanned::new(LossKind::default_for(task.value), task.span);
        return Some(LossSpec::plain(kind, task.value));
    }
    if let (Task::Objective, Some(span)) = (task.value, spec.key_span("loss")) {
        spec.reader.report(own_objective("loss", span, task.span));
        return None;
    }
    let (term, choice) = spec.choice("loss")?;
    if term.name == "terms" {
        let terms = terms::read(spec, &choice, data, task);
        let regularization = Regularization::default();
        return (!terms.is_empty()).then_some(LossSpec { terms, regularization });
    }
    let before = spec.reader.errors.len();
    let (kind, reduction, balanced) = read_loss(spec.reader, term, &choice, task.value);
    if spec.reader.errors.len() == before && !kind.tasks().contains(&task.value) {
        spec.reader.report(mismatch(&kind, choice.span, task));
    }
    let kind = Spanned::new(kind, choice.span);
    let alone = LossTerm::alone(kind, reduction, task.value);
    Some(LossSpec::of(LossTerm { balanced, ..alone }))
}

/// A loss, how it becomes one number, and where it asks for balanced weights.
pub(super) fn read_loss(
    reader: &mut Reader<'_>,
    term: &'static TermMeta,
    choice: &Choice<'_>,
    task: Task,
) -> (LossKind, LossReduction, Option<Span>) {
    let options = &mut OptionReader::of_choice(reader, term, choice);
    let reduction = match options.word("reduction") {
        "sum" => LossReduction::Sum,
        "batch_mean" => LossReduction::BatchMean,
        _ => LossReduction::Mean,
    };
    let balanced = balanced(options, task);
    let kind = match term.name {
        "cross_entropy" => LossKind::CrossEntropy {
            weights: weights(options).map(|weights| weights.value),
            smoothing: smoothing(options),
            pad_tokens: options.counts("pad_tokens").unwrap_or_default(),
            logits: options.flag("logits"),
        },
        "binary_cross_entropy" => LossKind::BinaryCrossEntropy {
            weights: binary_weights(options, task),
            smoothing: smoothing(options),
            logits: options.flag("logits"),
        },
        "focal" => LossKind::Focal {
            gamma: options.number("gamma"),
            weights: match task {
                Task::Classification => weights(options).map(|weights| weights.value),
                // A label's weight is that of its 0 or 1, whichever label it is.
                _ => binary_weights(options, Task::BinaryClassification),
            },
        },
        "multi_margin" => {
            LossKind::MultiMargin { margin: options.number("margin"), p: one_or_two(options) }
        }
        "hinge" => LossKind::Hinge,
        "soft_margin" => LossKind::SoftMargin,
        "hinge_embedding" => LossKind::HingeEmbedding { margin: options.number("margin") },
        "cosine_embedding" => LossKind::CosineEmbedding { margin: options.number("margin") },
        "margin_ranking" => LossKind::MarginRanking { margin: options.number("margin") },
        "triplet_margin" => {
            LossKind::TripletMargin { margin: options.number("margin"), p: options.number("p") }
        }
        "mse" => LossKind::Mse,
        "mae" => LossKind::Mae,
        "huber" => LossKind::Huber { delta: options.number("delta") },
        "smooth_l1" => LossKind::SmoothL1 { beta: options.number("beta") },
        "lp" => LossKind::Lp { p: options.number("p") },
        "poisson_nll" => LossKind::PoissonNll {
            log_input: options.flag("log_input"),
            full: options.flag("full"),
            eps: options.number("eps"),
        },
        "gaussian_nll" => {
            LossKind::GaussianNll { full: options.flag("full"), eps: options.number("eps") }
        }
        "kl_div" => LossKind::KlDiv { log_target: options.flag("log_target") },
        "ctc" => LossKind::Ctc {
            blank: options.count("blank"),
            zero_infinity: options.flag("zero_infinity"),
        },
        "rnnt" => LossKind::Rnnt { blank: options.count("blank"), logits: options.flag("logits") },
        "gaussian_kl" => LossKind::GaussianKl,
        "mean_output" => LossKind::MeanOutput,
        other => unreachable!("a test reads every loss of the vocabulary, `{other}` too"),
    };
    (kind, reduction, balanced)
}

/// Where the spec says `weights: balanced`.
fn balanced(options: &mut OptionReader<'_, '_, '_>, task: Task) -> Option<Span> {
    let node = options.given("weights")?;
    let says_so = matches!(&node.value, Value::String(word) if word == BALANCED);
    if says_so && task == Task::MultiLabelClassification {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            "`weights: balanced` needs classes that exclude each other",
            node.span,
            "an example has several labels here",
        );
        options.reader.report(error.help("write a weight for each label: `weights: [1, 3]`"));
    }
    says_so.then_some(node.span)
}

/// Class weights, not all of them 0.
fn weights(options: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Vec<f64>>> {
    let before = options.reader.errors.len();
    let is_word = |node: &Node| matches!(&node.value, Value::String(word) if word == BALANCED);
    if options.given("weights").is_some_and(is_word) {
        return None;
    }
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

/// Weights where each answer is one logit: of 0 and of 1, or of each label where there are several.
fn binary_weights(options: &mut OptionReader<'_, '_, '_>, task: Task) -> Option<Vec<f64>> {
    let weights = weights(options)?;
    if task == Task::BinaryClassification && !matches!(weights.len(), 0 | 2) {
        let name = options.term().name;
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            format!("`weights` of `{name}` are two: of class 0 and of class 1"),
            weights.span,
            format!("{} here", weights.len()),
        ));
    }
    Some(weights.value)
}

/// The exponents that Burn has.
fn one_or_two(options: &mut OptionReader<'_, '_, '_>) -> usize {
    let p = options.spanned_count("p");
    if p.value > 2 {
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            "`p` of `multi_margin` must be 1 or 2",
            p.span,
            format!("{} here", p.value),
        ));
    }
    p.value
}

fn smoothing(options: &mut OptionReader<'_, '_, '_>) -> Option<f64> {
    options.optional_number("smoothing").map(|smoothing| smoothing.value)
}

fn mismatch(loss: &LossKind, span: Span, task: &Spanned<Task>) -> Diagnostic {
    let fitting = LossKind::default_for(task.value);
    let error = Diagnostic::new(
        Code::TASK_MISMATCH,
        format!("`{}` does not fit the task `{}`", loss.term(), task.value.term()),
        span,
        compares(loss),
    );
    let help = match loss.takes_no_target() {
        true => "make it one of the terms of a loss: `loss: {terms: […]}`".to_owned(),
        false => format!("write `loss: {}`, or {}", fitting.term(), task_words(loss)),
    };
    error.also(task.span, "the task").help(help)
}

/// The tasks that a loss fits, as they are written.
pub(super) fn task_words(loss: &LossKind) -> String {
    let tasks = loss.tasks().iter().map(|task| format!("`task: {}`", task.term()));
    tasks.collect::<Vec<_>>().join(" or ")
}

/// What a loss does, in few words.
pub(super) fn compares(loss: &LossKind) -> &'static str {
    match loss {
        LossKind::CrossEntropy { .. } => "compares k logits with a class",
        LossKind::MultiMargin { .. } => "compares k scores with a class",
        LossKind::Ctc { .. } | LossKind::Rnnt { .. } => {
            "compares logits over time with a sequence of classes"
        }
        LossKind::BinaryCrossEntropy { .. } | LossKind::Focal { .. } | LossKind::SoftMargin => {
            "compares one logit with 0 or 1"
        }
        LossKind::Hinge => "compares one score with 0 or 1",
        LossKind::HingeEmbedding { .. } => "compares a distance with 0 or 1",
        LossKind::CosineEmbedding { .. } => "compares two embeddings with 0 or 1",
        LossKind::MarginRanking { .. } => "compares two scores with 0 or 1",
        LossKind::TripletMargin { .. } => "compares three embeddings, and takes no classes",
        LossKind::Mse
        | LossKind::Mae
        | LossKind::Huber { .. }
        | LossKind::SmoothL1 { .. }
        | LossKind::Lp { .. }
        | LossKind::PoissonNll { .. }
        | LossKind::GaussianNll { .. }
        | LossKind::KlDiv { .. } => "compares real numbers, and a class is none",
        LossKind::GaussianKl | LossKind::MeanOutput => "compares outputs with nothing",
        LossKind::Model => unreachable!("no word of the language names it"),
    }
}

/// Reads `regularization:`.
pub(in crate::spec) fn read_regularization(spec: &mut OptionReader<'_, '_, '_>) -> Regularization {
    let Some(span) = spec.key_span("regularization") else { return Regularization::default() };
    let term = find_kind(TermKind::Section, "regularization");
    let body = spec.given("regularization");
    regularization(&mut OptionReader::open(spec.reader, term, span, body))
}

/// The strengths of the penalties, from the options of `regularization`.
pub(in crate::spec) fn regularization(options: &mut OptionReader<'_, '_, '_>) -> Regularization {
    let given = Regularization { l1: options.number("l1"), l2: options.number("l2") };
    let elastic = elastic(options).unwrap_or_default();
    Regularization { l1: given.l1 + elastic.l1, l2: given.l2 + elastic.l2 }
}

/// Both penalties by one strength: strength · (l1_ratio · Σ|w| + (1 − l1_ratio) / 2 · Σw²).
fn elastic(regularization: &mut OptionReader<'_, '_, '_>) -> Option<Regularization> {
    let span = regularization.key_span("elastic")?;
    if let Some(key) = ["l1", "l2"].into_iter().find_map(|key| regularization.key_span(key)) {
        regularization.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "`elastic` sets both penalties",
                key,
                "said beside it",
            )
            .also(span, "sets l1 and l2")
            .help("write `l1` and `l2`, or `elastic` alone"),
        );
    }
    let body = regularization.given("elastic");
    let term = find_kind(TermKind::Section, "elastic");
    let mut options = OptionReader::open(regularization.reader, term, span, body);
    let (strength, share) = (options.number("strength"), options.number("l1_ratio"));
    Some(Regularization { l1: strength * share, l2: strength * (1.0 - share) / 2.0 })
}
