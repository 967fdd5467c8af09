//! What every layer may say beside its own options (what it reads, whether it is trained, how its
//! weights are penalized), and the words with which layers are wired. Plain data; names are resolved
//! by the model's plan.

use super::{Regularization, Span, Spanned};

/// The keys that every layer takes beside its own options, but for those that it has itself.
pub(super) const COMMON_KEYS: [&str; 4] = ["name", "from", "frozen", "regularization"];

/// What a layer says beside its own options.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes {
    /// Names of the outputs that it reads; without one it reads the output before it.
    pub from: Vec<Spanned<String>>,
    /// The place of `frozen: true`: its weights stay as they are.
    pub frozen: Option<Span>,
    /// A penalty on its weights in place of the spec's own.
    pub regularization: Option<Spanned<Regularization>>,
}

/// How several outputs become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Merge {
    /// Their sum.
    Add,
    /// Their product, element by element.
    Multiply,
    /// One behind the other along an axis, counted from 0 without the batch axis.
    Concat { axis: usize },
    /// Of two, the cosine of the angle between them along their last axis.
    CosineSimilarity { eps: f64 },
    /// Of two, the p-norm of their difference along their last axis.
    PairwiseDistance { p: f64, eps: f64 },
}

impl Merge {
    /// The name in the language.
    pub fn term(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Multiply => "multiply",
            Self::Concat { .. } => "concat",
            Self::CosineSimilarity { .. } => "cosine_similarity",
            Self::PairwiseDistance { .. } => "pairwise_distance",
        }
    }
}

/// The places that attention does not look at: those where an input of tokens holds this token.
#[derive(Debug, Clone, PartialEq)]
pub struct PaddingMask {
    /// The name of the input.
    pub tokens: Spanned<String>,
    pub token: usize,
}
