//! What loss, targets and head ask of each other.

use std::fmt;

use crate::data::{Dataset, Targets};
use crate::model::{Plan, Signal};
use crate::spec::{Code, Diagnostic, LossKind, Spec};

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

/// What the loss asks of the head, for the targets that the data has; none where the model has a loss
/// of its own.
pub fn wanted(spec: &Spec, data: &Dataset) -> Option<Wanted> {
    let classes = data.classes.len();
    let targets = &data.train.targets;
    let any = |axes: &[Option<usize>], why: &str| Wanted { axes: axes.to_vec(), why: why.into() };
    Some(match (&spec.loss.kind.value, targets) {
        (LossKind::Model, _) => return None,
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
        (kind @ LossKind::GaussianNll { .. }, targets) => {
            let numbers = targets.width();
            let why = match numbers {
                1 => format!("`{}` takes a mean and a variance", kind.term()),
                _ => format!("`{}` takes {numbers} means, then as many variances", kind.term()),
            };
            Wanted::exactly(&[2 * numbers], why)
        }
        (_, Targets::Classes(_)) => match *spec.task {
            crate::spec::Task::Classification => {
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
pub(super) fn head(spec: &Spec, data: &Dataset, plan: &Plan) -> Option<Diagnostic> {
    let wanted = wanted(spec, data)?;
    if let [_, second, ..] = plan.outputs.as_slice() {
        let message =
            format!("the model gives {} outputs, but the loss takes one", plan.outputs.len());
        let error = Diagnostic::new(Code::HEAD_MISMATCH, message, second.span, "one too many");
        return Some(error.help("name one output, or join them with `concat` or `add`"));
    }
    if matches!(&plan.output, Signal::Float(output) if wanted.admits(output)) {
        return None;
    }
    let span = plan.outputs.first()?.span;
    let message = format!(
        "the model gives {} per example, but the task takes {wanted}: {}",
        plan.output, wanted.why
    );
    let flat = matches!(plan.output.dims(), [_]);
    let help = match wanted.axes.as_slice() {
        [Some(size)] if flat => format!("end the model with `linear: {size}`"),
        [Some(size)] => format!("end the model with `flatten` and `linear: {size}`"),
        [_, Some(size)] if !flat => {
            format!("end the model with `linear: {size}`, which works on the last axis")
        }
        [Some(channels), Some(_), Some(_)] if !flat => {
            format!(
                "end the model with `conv2d: {{out: {channels}, kernel: 1}}`, and keep the size"
            )
        }
        axes => {
            let sizes: Option<Vec<usize>> = axes.iter().copied().collect();
            match sizes {
                Some(sizes) => format!(
                    "end the model with `linear: {}` and `reshape: {sizes:?}`",
                    sizes.iter().product::<usize>()
                ),
                None => format!("let the last layers give {wanted}, with `reshape` if need be"),
            }
        }
    };
    let label = format!("gives {}", plan.output);
    Some(
        Diagnostic::new(Code::HEAD_MISMATCH, message, span, label)
            .also(spec.task.span, format!("takes {wanted}"))
            .help(help),
    )
}

/// Weights: one per class, or one per label where there are several.
pub(super) fn weights(spec: &Spec, data: &Dataset) -> Option<Diagnostic> {
    let (weights, answers, noun, order) = match (&spec.loss.kind.value, &data.train.targets) {
        (
            LossKind::CrossEntropy { weights: Some(weights), .. }
            | LossKind::Focal { weights: Some(weights), .. },
            Targets::Classes(_) | Targets::Places { .. },
        ) => (weights, data.classes.len(), "class", data.classes.join(", ")),
        (LossKind::BinaryCrossEntropy { weights: Some(weights), .. }, Targets::Labels { .. }) => {
            let labels = data.train.targets.width();
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
    let (span, label) = (spec.loss.kind.span, format!("needs {answers} weights"));
    let error = Diagnostic::new(Code::LOSS_WEIGHTS_MISMATCH, message, span, label);
    Some(error.help(format!("give one weight per {noun}, in this order: {order}")))
}

/// What a loss asks of the targets themselves.
pub(super) fn targets(spec: &Spec, data: &Dataset, output: Option<&[usize]>) -> Option<Diagnostic> {
    let kind = &spec.loss.kind.value;
    let refuse = |message: String, label: &str, help: &str| {
        let error = Diagnostic::new(Code::BAD_TARGETS, message, spec.loss.kind.span, label);
        Some(error.also(spec.data.span, "the data").help(help))
    };
    let values = || {
        [&data.train, &data.validation]
            .into_iter()
            .filter_map(|part| part.targets.values())
            .flatten()
    };
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
        LossKind::Ctc { blank, zero_infinity } => ctc(spec, data, output, *blank, *zero_infinity),
        LossKind::CrossEntropy { pad_tokens, .. } => {
            let classes = data.classes.len();
            let beyond = pad_tokens.iter().find(|class| **class >= classes)?;
            refuse(
                format!("`pad_tokens` has {beyond}, but the data has {classes} classes"),
                &format!("classes are 0 to {}", classes.saturating_sub(1)),
                "give classes by their index in the order of the sorted labels",
            )
        }
        _ => match (kind, &data.train.targets) {
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
fn ctc(
    spec: &Spec,
    data: &Dataset,
    output: Option<&[usize]>,
    blank: usize,
    zero_infinity: bool,
) -> Option<Diagnostic> {
    let span = spec.loss.kind.span;
    let refuse = |message: String, label: String, help: &str| {
        let error = Diagnostic::new(Code::BAD_TARGETS, message, span, label);
        Some(error.also(spec.data.span, "the data").help(help))
    };
    let classes = data.classes.len();
    if blank > classes {
        return refuse(
            format!("`ctc` has its blank at {blank}, but there are {} logits", classes + 1),
            format!("at most {classes}"),
            "the blank is one of k + 1 logits, counted from 0",
        );
    }
    let parts = [&data.train.targets, &data.validation.targets];
    for targets in parts {
        let Targets::Places { classes, .. } = targets else {
            return refuse(
                "`ctc` takes a sequence of classes for each example".to_owned(),
                "the data has one class per example".to_owned(),
                "name several target columns: `target: [first, second, …]`",
            );
        };
        for row in classes.chunks(targets.width()) {
            let sequence: Vec<usize> = row.iter().flatten().copied().collect();
            let repeats = sequence.windows(2).filter(|pair| pair[0] == pair[1]).count();
            // Between two equal classes there must be a blank; without one they count as one.
            let needed = if zero_infinity { sequence.len() } else { sequence.len() + repeats };
            if sequence.is_empty() {
                return refuse(
                    "`ctc` cannot take an example without any class".to_owned(),
                    "the loss is divided by the length of the sequence".to_owned(),
                    "leave such examples out",
                );
            }
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
