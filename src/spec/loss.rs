//! `loss:` and `regularization:`.

mod reader;
mod term;
mod terms;

pub(super) use reader::{read, read_regularization, regularization};
pub use term::{Compared, INPUT, LossTerm};

use super::{Spanned, Task};
use Task::{BinaryClassification, Classification, MultiLabelClassification, Regression};

/// The objective: losses that are added up, and a penalty on the weights.
#[derive(Debug, Clone)]
pub struct LossSpec {
    /// One at least, in the spec's order; without `terms` in the spec one without a name.
    pub terms: Vec<LossTerm>,
    pub regularization: Regularization,
}

/// How the losses of a batch become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LossReduction {
    /// Over answers: examples, places, or numbers of a target.
    #[default]
    Mean,
    Sum,
    /// The sum over an example's numbers, the mean over examples.
    BatchMean,
}

/// Losses of outputs and targets.
#[derive(Debug, Clone, PartialEq)]
pub enum LossKind {
    /// Of k logits and a class, or of k probabilities. Classes in `pad_tokens` do not count.
    CrossEntropy {
        weights: Option<Vec<f64>>,
        smoothing: Option<f64>,
        pad_tokens: Vec<usize>,
        logits: bool,
    },
    /// Of a logit, or a probability, and 0 or 1. `weights` are those of 0 and of 1 for one answer
    /// per example, one per label for several.
    BinaryCrossEntropy { weights: Option<Vec<f64>>, smoothing: Option<f64>, logits: bool },
    /// Cross entropy in which what is already right counts less. `weights` are one per class, of
    /// 0 and of 1 where there is one logit per answer.
    Focal { gamma: f64, weights: Option<Vec<f64>> },
    /// The right class is to score higher than each other one by `margin`.
    MultiMargin { margin: f64, p: usize },
    /// The score is to be beyond 1 on the right side of 0.
    Hinge,
    /// The logistic loss, of scores and ±1.
    SoftMargin,
    /// Of a distance of two things and whether they are alike.
    HingeEmbedding { margin: f64 },
    /// Of two embeddings and whether they are alike.
    CosineEmbedding { margin: f64 },
    /// Of two scores and which one is to be higher.
    MarginRanking { margin: f64 },
    /// Of three embeddings: anchor, positive and negative.
    TripletMargin { margin: f64, p: f64 },
    /// Mean squared error.
    Mse,
    /// Mean absolute error.
    Mae,
    /// Quadratic up to `delta`, linear beyond.
    Huber { delta: f64 },
    /// Huber's loss divided by `beta`.
    SmoothL1 { beta: f64 },
    /// |r|^p.
    Lp { p: f64 },
    /// Of a rate, or its logarithm, and a count.
    PoissonNll { log_input: bool, full: bool, eps: f64 },
    /// Of a mean and a variance for each number of the target.
    GaussianNll { full: bool, eps: f64 },
    /// Of log-probabilities and probabilities.
    KlDiv { log_target: bool },
    /// Of logits over time and a sequence of classes, however they are aligned.
    Ctc { blank: usize, zero_infinity: bool },
    /// The same with logits that also depend on the classes found so far.
    Rnnt { blank: usize, logits: bool },
    /// Of means and logarithms of variances alone: how far their normal distributions are from the
    /// standard one.
    GaussianKl,
    /// Of outputs alone: their mean.
    MeanOutput,
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

impl Regularization {
    /// Whether there is no penalty at all.
    pub fn is_none(self) -> bool {
        self.l1 == 0.0 && self.l2 == 0.0
    }
}

impl LossSpec {
    /// A single loss of the model's output and the task's own target, without a penalty.
    pub fn plain(kind: Spanned<LossKind>, task: Task) -> Self {
        Self::of(LossTerm::alone(kind, LossReduction::Mean, task))
    }

    pub(super) fn of(term: LossTerm) -> Self {
        Self { terms: vec![term], regularization: Regularization::default() }
    }

    /// Whether the sum has no natural zero.
    pub fn may_be_negative(&self) -> bool {
        self.terms.iter().any(|term| term.weight.value < 0.0 || term.kind.may_be_negative())
    }

    /// The term where there is no other.
    pub fn single(&self) -> Option<&LossTerm> {
        match self.terms.as_slice() {
            [term] => Some(term),
            _ => None,
        }
    }
}

impl LossKind {
    /// Classes whose answers count neither in the loss nor in the accuracy.
    pub fn pad_tokens(&self) -> &[usize] {
        match self {
            Self::CrossEntropy { pad_tokens, .. } => pad_tokens,
            _ => &[],
        }
    }

    /// The loss's name in the language: "cross_entropy".
    pub fn term(&self) -> &'static str {
        match self {
            Self::CrossEntropy { .. } => "cross_entropy",
            Self::BinaryCrossEntropy { .. } => "binary_cross_entropy",
            Self::Focal { .. } => "focal",
            Self::MultiMargin { .. } => "multi_margin",
            Self::Hinge => "hinge",
            Self::SoftMargin => "soft_margin",
            Self::HingeEmbedding { .. } => "hinge_embedding",
            Self::CosineEmbedding { .. } => "cosine_embedding",
            Self::MarginRanking { .. } => "margin_ranking",
            Self::TripletMargin { .. } => "triplet_margin",
            Self::Mse => "mse",
            Self::Mae => "mae",
            Self::Huber { .. } => "huber",
            Self::SmoothL1 { .. } => "smooth_l1",
            Self::Lp { .. } => "lp",
            Self::PoissonNll { .. } => "poisson_nll",
            Self::GaussianNll { .. } => "gaussian_nll",
            Self::KlDiv { .. } => "kl_div",
            Self::Ctc { .. } => "ctc",
            Self::Rnnt { .. } => "rnnt",
            Self::GaussianKl => "gaussian_kl",
            Self::MeanOutput => "mean_output",
            Self::Model => "the model's own",
        }
    }

    /// The loss of a task when the spec does not name one.
    pub fn default_for(task: Task) -> Self {
        match task {
            Classification => Self::CrossEntropy {
                weights: None,
                smoothing: None,
                pad_tokens: Vec::new(),
                logits: true,
            },
            BinaryClassification | MultiLabelClassification => {
                Self::BinaryCrossEntropy { weights: None, smoothing: None, logits: true }
            }
            Regression => Self::Mse,
            Task::Objective => Self::Model,
        }
    }

    /// The tasks whose targets the loss compares; none where it looks at outputs alone.
    pub fn tasks(&self) -> &'static [Task] {
        match self {
            Self::CrossEntropy { .. }
            | Self::MultiMargin { .. }
            | Self::Ctc { .. }
            | Self::Rnnt { .. } => &[Classification],
            Self::GaussianKl | Self::MeanOutput => &[],
            Self::Focal { .. } => &[Classification, BinaryClassification, MultiLabelClassification],
            Self::BinaryCrossEntropy { .. } | Self::Hinge | Self::SoftMargin => {
                &[BinaryClassification, MultiLabelClassification]
            }
            Self::HingeEmbedding { .. }
            | Self::CosineEmbedding { .. }
            | Self::MarginRanking { .. } => &[BinaryClassification],
            Self::TripletMargin { .. }
            | Self::Mse
            | Self::Mae
            | Self::Huber { .. }
            | Self::SmoothL1 { .. }
            | Self::Lp { .. }
            | Self::PoissonNll { .. }
            | Self::GaussianNll { .. }
            | Self::KlDiv { .. } => &[Regression],
            Self::Model => &[Task::Objective],
        }
    }

    /// Whether the loss looks at outputs alone, and compares them with nothing.
    pub fn takes_no_target(&self) -> bool {
        self.tasks().is_empty()
    }

    /// Whether outputs of the size that untrained models give can already be right by the margin, so
    /// that nothing is lost.
    pub fn has_margin_of_scores(&self) -> bool {
        matches!(self, Self::Hinge | Self::MultiMargin { .. })
    }

    /// Whether the loss applies its own softmax or sigmoid to what the model gives.
    pub fn takes_logits(&self) -> bool {
        match self {
            Self::CrossEntropy { logits, .. }
            | Self::BinaryCrossEntropy { logits, .. }
            | Self::Rnnt { logits, .. } => *logits,
            Self::Focal { .. } | Self::SoftMargin => true,
            _ => false,
        }
    }

    /// Whether the loss has no natural zero: a density may be above 1, and constants that depend on
    /// the targets alone are left out.
    pub fn may_be_negative(&self) -> bool {
        matches!(self, Self::PoissonNll { .. } | Self::GaussianNll { .. } | Self::MeanOutput)
    }
}
