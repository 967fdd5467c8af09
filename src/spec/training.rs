//! `training:` — the recipe.

use super::options::OptionReader;
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, Span, Spanned};

/// The `training:` section. Everything has a default.
#[derive(Debug, Clone)]
pub struct TrainingSpec {
    pub optimizer: OptimizerSpec,
    pub clipping: Option<Clipping>,
    pub batch_size: Spanned<usize>,
    pub epochs: Spanned<usize>,
    /// Seeds weights, splits, shuffles, dropout and generated data.
    pub seed: u64,
}

#[derive(Debug, Clone)]
pub struct OptimizerSpec {
    pub kind: OptimizerKind,
    pub learning_rate: Spanned<f64>,
}

/// Optimizers with Burn's parameters and Burn's defaults, which differ from other frameworks'
/// (epsilon 1e-5, RMSprop with momentum 0.9, dampening 0.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OptimizerKind {
    Sgd {
        momentum: f64,
        dampening: f64,
        nesterov: bool,
        weight_decay: f64,
    },
    Adam {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
        amsgrad: bool,
        weight_decay: f64,
    },
    AdamW {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
        amsgrad: bool,
        cautious_weight_decay: bool,
        weight_decay: f64,
    },
    RmsProp {
        alpha: f64,
        momentum: f64,
        epsilon: f64,
        centered: bool,
        weight_decay: f64,
    },
}

impl OptimizerKind {
    /// The optimizer's name in the language: "adamw".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::Adam { .. } => "adam",
            Self::AdamW { .. } => "adamw",
            Self::RmsProp { .. } => "rmsprop",
        }
    }
}

/// Gradient clipping, applied to each parameter tensor by itself, as Burn does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clipping {
    /// Every element into `[-bound, bound]`.
    Value(f64),
    /// Every tensor's L2 norm to at most the bound.
    Norm(f64),
}

/// Reads `training:`. When the spec has no such section, `place` stands for its values' places.
pub(super) fn read(spec: &mut OptionReader<'_, '_, '_>, place: Span) -> TrainingSpec {
    let term = find_kind(TermKind::Section, "training");
    let (span, body) = (spec.key_span("training"), spec.given("training"));
    let options = &mut OptionReader::open(spec.reader, term, span.unwrap_or(place), body);
    TrainingSpec {
        optimizer: optimizer(options),
        clipping: clipping(options),
        batch_size: options.spanned_count("batch_size"),
        epochs: options.spanned_count("epochs"),
        seed: options.count("seed") as u64,
    }
}

fn optimizer(options: &mut OptionReader<'_, '_, '_>) -> OptimizerSpec {
    let given = options.given("optimizer").and_then(|_| options.choice("optimizer"));
    let (term, choice) =
        given.unwrap_or_else(|| options.default_choice("optimizer", TermKind::Optimizer));
    let options = &mut OptionReader::of_choice(options.reader, term, &choice);
    let learning_rate = options.spanned_number("learning_rate");
    let kind = match term.name {
        "sgd" => {
            let momentum = options.number("momentum");
            OptimizerKind::Sgd {
                momentum,
                dampening: options.number("dampening"),
                nesterov: nesterov(options, momentum),
                weight_decay: options.number("weight_decay"),
            }
        }
        "adam" => OptimizerKind::Adam {
            beta_1: options.number("beta_1"),
            beta_2: options.number("beta_2"),
            epsilon: options.number("epsilon"),
            amsgrad: options.flag("amsgrad"),
            weight_decay: options.number("weight_decay"),
        },
        "adamw" => OptimizerKind::AdamW {
            beta_1: options.number("beta_1"),
            beta_2: options.number("beta_2"),
            epsilon: options.number("epsilon"),
            amsgrad: options.flag("amsgrad"),
            cautious_weight_decay: options.flag("cautious_weight_decay"),
            weight_decay: options.number("weight_decay"),
        },
        "rmsprop" => OptimizerKind::RmsProp {
            alpha: options.number("alpha"),
            momentum: options.number("momentum"),
            epsilon: options.number("epsilon"),
            centered: options.flag("centered"),
            weight_decay: options.number("weight_decay"),
        },
        other => unreachable!("a test reads every optimizer of the vocabulary, `{other}` too"),
    };
    OptimizerSpec { kind, learning_rate }
}

fn nesterov(options: &mut OptionReader<'_, '_, '_>, momentum: f64) -> bool {
    let nesterov = options.flag("nesterov");
    if let (true, Some(span)) = (nesterov && momentum == 0.0, options.key_span("nesterov")) {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            "`nesterov` needs momentum",
            span,
            "`momentum` is 0",
        );
        options.reader.report(error.help("for example `momentum: 0.9`"));
    }
    nesterov
}

fn clipping(options: &mut OptionReader<'_, '_, '_>) -> Option<Clipping> {
    options.given("clipping")?;
    let (term, choice) = options.choice("clipping")?;
    let bound = OptionReader::of_choice(options.reader, term, &choice).number("bound");
    Some(match term.name {
        "norm" => Clipping::Norm(bound),
        _ => Clipping::Value(bound),
    })
}
