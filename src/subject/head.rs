//! What loss, targets and head ask of each other.

use std::fmt;

use crate::data::{Answers, Dataset, Targets};
use crate::model::{PlannedOutput, Signal};
use crate::spec::{Code, Compared, Diagnostic, LossKind, LossTerm, Spec, Task};

/// What a model is to give for each example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The axes of its output without the batch; `None` where a size is the model's own choice.
    pub axes: Vec<Option<usize>>,
    /// Whose wish it is: "the data has 3 classes".
    pub why: String,
}

impl Wanted {
    fn exactly(axes: &[usize], why: impl Into<String>) -> Self {
        Self { axes: axes.iter().copied().map(Some).collect(), why: why.into() }
    }

    /// Whether an output is as wanted; its shape without the batch axis.
    pub fn admits(&self, output: &[usize]) -> bool {
        let fits = |(axis, size): (&Option<usize>, &usize)| axis.is_none_or(|axis| axis == *size);
        self.axes.len() == output.len() && self.axes.iter().zip(output).all(fits)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = |axis: &Option<usize>| axis.map_or("any".to_owned(), |size| size.to_string());
        let axes: Vec<String> = self.axes.iter().map(size).collect();
        write!(formatter, "[{}]", axes.join(", "))
    }
}

/// What a term of the loss asks of the output that it reads, for the target that the data has; none
/// where it compares with none, or the model has a loss of its own.
pub fn wanted(term: &LossTerm, data: &Dataset) -> Option<Wanted> {
    of_answers(term, data.answers(&term.compared)?)
}

fn of_answers(term: &LossTerm, answers: Answers<'_>) -> Option<Wanted> {
    let classes = answers.classes.len();
    let targets = answers.train;
    let any = |axes: &[Option<usize>], why: &str| Wanted { axes: axes.to_vec(), why: why.into() };
    Some(match (&term.kind.value, targets) {
        (LossKind::Model | LossKind::GaussianKl | LossKind::MeanOutput, _) => return None,
        (LossKind::TripletMargin { .. }, _) => {
            any(&[Some(3), None], "`triplet_margin` compares three embeddings")
        }
        (LossKind::CosineEmbedding { .. }, _) => {
            any(&[Some(2), None], "`cosine_embedding` compares two embeddings")
        }
        (LossKind::MarginRanking { .. }, _) => {
            Wanted::exactly(&[2], "`margin_ranking` compares two scores")
        }
        (LossKind::HingeEmbedding { .. }, _) => {
            Wanted::exactly(&[1], "`hinge_embedding` takes one distance")
        }
        (LossKind::Ctc { .. }, _) => any(
            &[None, Some(classes + 1)],
            &format!("`ctc` takes logits over time for {classes} classes and the blank"),
        ),
        (LossKind::Rnnt { .. }, targets) => any(
            &[None, Some(targets.width() + 1), Some(classes + 1)],
            &format!(
                "`rnnt` takes, for each time and up to {}, logits of {classes} classes and the blank",
                count(targets.width(), "place"),
            ),
        ),
        (kind @ LossKind::GaussianNll { .. }, targets) => {
            let numbers = targets.width();
            let why = match numbers {
                1 => format!("`{}` takes a mean and a variance", kind.term()),
                _ => format!("`{}` takes {numbers} means, then as many variances", kind.term()),
            };
            Wanted::exactly(&[2 * numbers], why)
        }
        (_, Targets::Classes(_)) => match term.task {
            Task::Classification => {
                Wanted::exactly(&[classes], format!("the data has {classes} classes"))
            }
            _ => Wanted::exactly(&[1], "binary classification takes one logit"),
        },
        (_, Targets::Places { shape, .. }) => {
            let axes = match shape.as_slice() {
                [height, width] => vec![classes, *height, *width],
                places => [places, &[classes]].concat(),
            };
            Wanted::exactly(&axes, format!("each place of {shape:?} has one of {classes} classes"))
        }
        (_, Targets::Labels { shape, .. }) => Wanted::exactly(
            shape,
            format!("{} take one logit each", count(targets.width(), "label")),
        ),
        (_, Targets::Values(_)) => Wanted::exactly(&[1], "the data has one target"),
        (_, Targets::Arrays { shape, .. }) => {
            Wanted::exactly(shape, format!("the data has targets of {shape:?}"))
        }
    })
}

fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What the head must give: k logits, one logit, a number for each target, …
pub(super) fn head(
    spec: &Spec,
    term: &LossTerm,
    answers: Answers<'_>,
    output: &PlannedOutput,
) -> Option<Diagnostic> {
    let wanted = of_answers(term, answers)?;
    let signal = &output.signal;
    if matches!(signal, Signal::Float(dims) if wanted.admits(dims)) {
        return None;
    }
    let span = output.span;
    let (what, whose) = match &term.name {
        None => ("the model".to_owned(), "the task".to_owned()),
        Some(_) => (format!("the output `{}`", output.name), term.title()),
    };
    let message =
        format!("{what} gives {signal} per example, but {whose} takes {wanted}: {}", wanted.why);
    let end = match &term.name {
        None => "end the model with".to_owned(),
        Some(_) => format!("let `{}` be", output.name),
    };
    let flat = matches!(signal.dims(), [_]);
    let help = match wanted.axes.as_slice() {
        [Some(size)] if flat => format!("{end} `linear: {size}`"),
        [Some(size)] => format!("{end} `flatten` and `linear: {size}`"),
        [_, Some(size)] if !flat => {
            format!("{end} `linear: {size}`, which works on the last axis")
        }
        [Some(channels), Some(_), Some(_)] if !flat => {
            format!("{end} `conv2d: {{out: {channels}, kernel: 1}}`, and keep the size")
        }
        axes => {
            let sizes: Option<Vec<usize>> = axes.iter().copied().collect();
            match sizes {
                Some(sizes) => format!(
                    "{end} `linear: {}` and `reshape: {sizes:?}`",
                    sizes.iter().product::<usize>()
                ),
                None => format!("let the last layers give {wanted}, with `reshape` if need be"),
            }
        }
    };
    let label = format!("gives {signal}");
    let asking = if term.name.is_none() { spec.task.span } else { term.kind.span };
    Some(
        Diagnostic::new(Code::HEAD_MISMATCH, message, span, label)
            .also(asking, format!("takes {wanted}"))
            .help(help),
    )
}

/// What a loss asks of an output that it compares with a constant, or with nothing.
pub(super) fn alone(
    term: &LossTerm,
    compared: &Compared,
    output: &PlannedOutput,
) -> Option<Diagnostic> {
    let signal = &output.signal;
    let dims = signal.dims();
    let (due, help) = match (&term.kind.value, compared) {
        _ if !matches!(signal, Signal::Float(_)) => ("numbers", "read another output"),
        (LossKind::GaussianKl, _) if dims.last().is_none_or(|last| last % 2 == 1) => (
            "means, then as many logarithms of variances, on the last axis",
            "give the layer an even size: twice that of the code",
        ),
        (LossKind::HingeEmbedding { .. }, _) if dims != [1] => {
            ("one distance", "let the output be one number")
        }
        (LossKind::MarginRanking { .. }, _) if dims != [2] => {
            ("two scores", "let the output be two numbers")
        }
        (LossKind::CosineEmbedding { .. }, _) if !matches!(dims, [2, _]) => {
            ("two embeddings", "let the output be `[2, size]`")
        }
        (LossKind::TripletMargin { .. }, _) if !matches!(dims, [3, _]) => {
            ("three embeddings", "let the output be `[3, size]`")
        }
        (LossKind::GaussianNll { .. }, _) => {
            ("a target of the data", "compare with a target, or take `gaussian_kl`")
        }
        _ => return None,
    };
    let message = format!("{} takes {due}, but `{}` gives {signal}", term.title(), output.name);
    let error =
        Diagnostic::new(Code::HEAD_MISMATCH, message, output.span, format!("gives {signal}"));
    Some(error.also(term.kind.span, "the loss").help(help))
}

/// Weights: one per class, or one per label where there are several.
pub(super) fn weights(term: &LossTerm, data: Answers<'_>) -> Option<Diagnostic> {
    let (weights, answers, noun, order) = match (&term.kind.value, data.train) {
        (
            LossKind::CrossEntropy { weights: Some(weights), .. }
            | LossKind::Focal { weights: Some(weights), .. },
            Targets::Classes(_) | Targets::Places { .. },
        ) => (weights, data.classes.len(), "class", data.classes.join(", ")),
        (LossKind::BinaryCrossEntropy { weights: Some(weights), .. }, Targets::Labels { .. }) => {
            let labels = data.train.width();
            (weights, labels, "label", "that of the targets".to_owned())
        }
        (LossKind::Focal { weights: Some(weights), .. }, Targets::Labels { .. }) => {
            (weights, 2, "class", "0, 1".to_owned())
        }
        _ => return None,
    };
    if weights.len() == answers {
        return None;
    }
    let classes = if noun == "class" { "classes" } else { "labels" };
    let message = format!("{} {noun} weights for {answers} {classes}", weights.len());
    let (span, label) = (term.kind.span, format!("needs {answers} weights"));
    let error = Diagnostic::new(Code::LOSS_WEIGHTS_MISMATCH, message, span, label);
    Some(error.help(format!("give one weight per {noun}, in this order: {order}")))
}

/// What a loss asks of the targets themselves.
pub(super) fn targets(
    spec: &Spec,
    term: &LossTerm,
    data: Answers<'_>,
    output: Option<&[usize]>,
) -> Option<Diagnostic> {
    let kind = &term.kind.value;
    let refuse = |message: String, label: &str, help: &str| {
        let error = Diagnostic::new(Code::BAD_TARGETS, message, term.kind.span, label);
        Some(error.also(spec.data.span, "the data").help(help))
    };
    let values =
        || [data.train, data.validation].into_iter().filter_map(|part| part.values()).flatten();
    match kind {
        LossKind::PoissonNll { .. } => {
            let negative = values().find(|value| **value < 0.0)?;
            refuse(
                format!("`poisson_nll` counts, but a target is {negative}"),
                "takes numbers of at least 0",
                "leave the targets unscaled, or take `mse`",
            )
        }
        LossKind::KlDiv { log_target } => {
            let (wrong, what) = match log_target {
                true => (values().find(|value| **value > 0.0)?, "the logarithm of a probability"),
                false => (values().find(|value| !(0.0..=1.0).contains(*value))?, "a probability"),
            };
            refuse(
                format!("`kl_div` takes probabilities, but a target is {wrong}"),
                &format!("{wrong} is not {what}"),
                "give targets that sum to 1 in each example, and see `log_target`",
            )
        }
        LossKind::Ctc { blank, .. } | LossKind::Rnnt { blank, .. } => {
            sequences(spec, term, data, output, *blank)
        }
        LossKind::CrossEntropy { pad_tokens, .. } => {
            let classes = data.classes.len();
            let beyond = pad_tokens.iter().find(|class| **class >= classes)?;
            refuse(
                format!("`pad_tokens` has {beyond}, but the data has {classes} classes"),
                &format!("classes are 0 to {}", classes.saturating_sub(1)),
                "give classes by their index in the order of the sorted labels",
            )
        }
        _ => match (kind, data.train) {
            (
                LossKind::HingeEmbedding { .. }
                | LossKind::CosineEmbedding { .. }
                | LossKind::MarginRanking { .. },
                Targets::Labels { .. } | Targets::Places { .. },
            ) => refuse(
                format!("`{}` takes one class per example", kind.term()),
                "the data has several",
                "name one target column",
            ),
            _ => None,
        },
    }
}

/// Sequences that the classes over time can be.
fn sequences(
    spec: &Spec,
    term: &LossTerm,
    data: Answers<'_>,
    output: Option<&[usize]>,
    blank: usize,
) -> Option<Diagnostic> {
    let (span, name) = (term.kind.span, term.kind.term());
    let refuse = |message: String, label: String, help: &str| {
        let error = Diagnostic::new(Code::BAD_TARGETS, message, span, label);
        Some(error.also(spec.data.span, "the data").help(help))
    };
    let classes = data.classes.len();
    if blank > classes {
        return refuse(
            format!("`{name}` has its blank at {blank}, but there are {} logits", classes + 1),
            format!("at most {classes}"),
            "the blank is one of k + 1 logits, counted from 0",
        );
    }
    for targets in [data.train, data.validation] {
        let Targets::Places { classes, .. } = targets else {
            return refuse(
                format!("`{name}` takes a sequence of classes for each example"),
                "the data has one class per example".to_owned(),
                "name several target columns: `target: [first, second, …]`",
            );
        };
        for row in classes.chunks(targets.width()) {
            let sequence: Vec<usize> = row.iter().flatten().copied().collect();
            if sequence.is_empty() {
                return refuse(
                    format!("`{name}` cannot take an example without any class"),
                    "there is no sequence to find".to_owned(),
                    "leave such examples out",
                );
            }
            let needed = match term.kind.value {
                LossKind::Ctc { zero_infinity, .. } => steps_of_ctc(&sequence, zero_infinity),
                // A transducer may find several classes in one step of time.
                _ => 1,
            };
            if let Some([time, ..]) = output
                && needed > *time
            {
                return refuse(
                    format!("a sequence needs {needed} steps of time, and the model gives {time}"),
                    "equal classes in a row need a step between them".to_owned(),
                    "give the model more steps (a smaller stride), or shorter sequences",
                );
            }
        }
    }
    None
}

/// Steps of time that an alignment takes at least.
fn steps_of_ctc(sequence: &[usize], zero_infinity: bool) -> usize {
    let repeats = sequence.windows(2).filter(|pair| pair[0] == pair[1]).count();
    // Between two equal classes there must be a blank; without one they count as one.
    if zero_infinity { sequence.len() } else { sequence.len() + repeats }
}
