//! `data:` — where examples come from, how they are scaled, shaped and split.

use std::path::PathBuf;

use super::{Span, Spanned};

/// The `data:` section.
#[derive(Debug, Clone)]
pub struct DataSpec {
    pub source: DataSource,
    /// Shape of one example, without the batch axis. Without it: `[columns]` of a CSV file, or
    /// the generator's own shape.
    pub shape: Option<Spanned<Vec<usize>>>,
    /// How input columns are scaled.
    pub scale: Spanned<Scaling>,
    /// How regression targets are scaled; always [`Scaling::None`] for classes.
    pub scale_target: Spanned<Scaling>,
    /// Share of examples held out for validation, in `[0, 1)`; stratified for classes.
    pub validation: Spanned<f64>,
    /// The place of the whole section, for errors about it as a whole.
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum DataSource {
    Csv {
        /// As written; relative to the spec file's folder.
        path: Spanned<PathBuf>,
        target: Target,
        /// Input columns, in this order; without it all columns but the target.
        features: Option<Vec<Spanned<String>>>,
    },
    Generated(Spanned<Generator>),
}

/// The column to predict.
#[derive(Debug, Clone)]
pub struct Target {
    pub column: Spanned<String>,
    /// Binary classification: the label that counts as 1. Without it, labels are sorted and the
    /// second one counts.
    pub positive: Option<Spanned<String>>,
}

/// Data made from the spec's seed. Formulas and sources stand in `data/generate.rs`.
#[derive(Debug, Clone, PartialEq)]
pub enum Generator {
    /// Gaussian clusters, one per class. Inputs `[features]`, classes.
    Blobs { examples: usize, classes: usize, features: usize, spread: f64 },
    /// Two interleaved half circles. Inputs `[2]`, two classes.
    Moons { examples: usize, noise: f64 },
    /// y = w·x + b + noise. Inputs `[features]`, one real target.
    LinearRegression { examples: usize, features: usize, noise: f64 },
    /// Friedman's first problem. Inputs `[5]`, one real target.
    NonlinearRegression { examples: usize, noise: f64 },
    /// Noisy sine waves whose frequency is the class. Inputs `[length, 1]`, classes.
    Waves { examples: usize, classes: usize, length: usize, noise: f64 },
    /// Token sequences; the class is the most frequent of the first `classes` tokens.
    /// Integer inputs `[length]` in `0..vocabulary`.
    MajorityToken { examples: usize, classes: usize, vocabulary: usize, length: usize },
}

/// How numbers are scaled; statistics come from the training part alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaling {
    None,
    /// (x − mean) / standard deviation, per column.
    Standardize,
    /// From `[low, high]` to `[0, 1]`, the same for all columns.
    MinMax {
        low: f64,
        high: f64,
    },
    /// x · factor.
    Multiply(f64),
}
