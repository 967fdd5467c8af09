//! The spec language: what a YAML file says about a model, its data, its training recipe and the
//! properties it must have.
//!
//! One file per section of the language, each with the section's types and their parser. Every
//! value knows its place in the file ([`Spanned`]). This module knows no device and no tensor.

mod data;
mod diagnostic;
mod expectation;
mod fault;
mod loss;
mod model;
mod reader;
mod span;
mod training;
mod yaml;

use std::path::{Path, PathBuf};

pub use data::{DataSource, DataSpec, Generator, Scaling, Target};
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use expectation::{Expectation, Severity};
pub use fault::Fault;
pub use loss::{LossKind, LossSpec, Regularization};
pub use model::{Activation, Initializer, LayerKind, LayerSpec, Padding, SequenceOutput};
pub use span::{Source, Span, Spanned};
pub use training::{Clipping, OptimizerKind, OptimizerSpec, TrainingSpec};

/// What a model is trained for. It decides the default loss, the data's target type and the
/// expected initial loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of k classes; the model gives k logits per example.
    Classification,
    /// One of two classes; the model gives one logit per example.
    BinaryClassification,
    /// One or more real numbers per example.
    Regression,
}

/// One spec file, read and checked as far as the text alone allows.
#[derive(Debug, Clone)]
pub struct Spec {
    pub name: Spanned<String>,
    pub source: Source,
    pub task: Spanned<Task>,
    pub data: DataSpec,
    pub layers: Vec<LayerSpec>,
    pub loss: LossSpec,
    pub training: TrainingSpec,
    /// The properties to judge, in the order of the registry, each at most once. When the file
    /// has no `expect`, this is the recommended set for the task.
    pub expectations: Vec<Expectation>,
    /// Faults planted on purpose, to test the specs themselves.
    pub faults: Vec<Spanned<Fault>>,
}

impl Spec {
    /// The file's name as the user gave it, for messages.
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The folder that relative paths in the spec start from.
    pub fn folder(&self) -> PathBuf {
        self.source.path.parent().map(Path::to_path_buf).unwrap_or_default()
    }
}
