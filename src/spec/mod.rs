//! The spec language: what a YAML file says about a model, its data, its training recipe and the
//! properties it must have.
//!
//! One file per section of the language, each with the section's types and their parser. Every
//! value knows its place in the file ([`Spanned`]). This module knows no device and no tensor.

mod activation;
mod code;
mod code_texts;
mod condition;
mod config_code_texts;
mod data;
mod diagnostic;
mod early_stopping;
mod expectation;
mod fault;
mod file;
mod layer;
mod layer_names;
mod layers;
mod loss;
mod model;
mod name;
mod node;
mod optimizer;
mod options;
mod parameter_group;
mod reader;
mod reuse;
mod reuse_code_texts;
mod rust_config;
mod scalar;
mod schedule;
mod span;
mod suggestion;
mod training;
pub mod vocabulary;
mod weight_code_texts;
mod weights;
mod wiring;
mod wiring_code_texts;
mod yaml;

#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use code::{CODES, Code, CodeMeta};
pub use condition::{Conditions, DeviceKind, Only, Skip};
pub use data::{ArrayFormat, Color, ImagesSource, Symbols, TableFormat, TextSource};
pub use data::{
    Augment, ColumnRules, DataSource, DataSpec, Encoding, Generator, Missing, Per, Scaling,
};
pub use data::{OfInput, OtherTarget, SplitBy, SplitRule, Target};
pub use diagnostic::{Diagnostic, DiagnosticRecord, Diagnostics};
pub use early_stopping::{EarlyStopping, StoppingMetric};
pub use expectation::{Expectation, Severity};
pub use fault::{Fault, Mode};
pub use file::{Spec, Task, load, load_all, parse, parse_all};
pub use layer::{
    Attention, Decoder, Encoder, FeedForwardActivation, Initializer, LayerKind, LayerSpec,
};
pub use layer::{
    AvgPool, Convolution, DeformableConvolution, MaxPool, Padding, TransposedConvolution, Windows,
};
pub use layer::{Cell, GateActivation, Recurrent, SequenceOutput};
pub use layer::{InterpolatedSize, Interpolation, InterpolationMode};
pub use layer_names::{LayerNames, join, paths as layer_paths};
pub use loss::{
    Compared, INPUT as INPUT_TARGET, LossKind, LossReduction, LossSpec, LossTerm, Regularization,
};
pub use model::{DeclaredModel, ModelSpec, NamedShape, RustModelSpec};
pub use optimizer::{AdjustLrFn, OptimizerKind, OptimizerSpec};
pub use parameter_group::{GroupRate, ParameterGroup};
pub use rust_config::RustConfig;
pub use schedule::{Cyclic, CyclicMode, OneCycle, Plateau, Reduction, Schedule, ScheduleSpec};
pub use span::{Source, SourceFile, Span, Spanned};
pub(crate) use suggestion::{aliases, suggest};
pub use training::{Clipping, LEAST_STEPS, Length, TrainingSpec};
pub use weights::{Convention, WeightsSpec};
pub use wiring::{Attributes, Merge, PaddingMask};
