//! `training: {optimizer: …}`: which optimizer, with which options.

use super::options::OptionReader;
use super::vocabulary::TermKind;
use super::{Code, Diagnostic, Spanned};

#[derive(Debug, Clone)]
pub struct OptimizerSpec {
    pub kind: OptimizerKind,
    pub learning_rate: Spanned<f64>,
    /// Who trains the tensors that the optimizer cannot: Muon takes matrices alone.
    pub others: Option<Box<OptimizerSpec>>,
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
    AdaGrad {
        lr_decay: f64,
        epsilon: f64,
        weight_decay: f64,
    },
    Adan {
        beta_1: f64,
        beta_2: f64,
        beta_3: f64,
        epsilon: f64,
        weight_decay: f64,
        no_prox: bool,
    },
    Adafactor {
        epsilon_1: f64,
        epsilon_2: f64,
        clip_threshold: f64,
        decay_rate: f64,
        relative_step: bool,
        scale_parameter: bool,
        weight_decay: f64,
    },
    Lamb {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
        weight_decay: f64,
        use_trust_ratio: bool,
    },
    Lion {
        beta_1: f64,
        beta_2: f64,
        weight_decay: f64,
    },
    Muon {
        momentum: f64,
        dampening: f64,
        nesterov: bool,
        /// a, b and c of X ← a X + (b A + c A²) X with A = X Xᵀ.
        ns_coefficients: [f64; 3],
        epsilon: f64,
        ns_steps: usize,
        adjust_lr_fn: AdjustLrFn,
        weight_decay: f64,
    },
}

/// How Muon's rate depends on the shape of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustLrFn {
    /// √max(1, rows / columns).
    Original,
    /// 0.2 · √max(rows, columns).
    MatchRmsAdamW,
}

impl OptimizerKind {
    /// The optimizer's name in the language: "adamw".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::Adam { .. } => "adam",
            Self::AdamW { .. } => "adamw",
            Self::RmsProp { .. } => "rmsprop",
            Self::AdaGrad { .. } => "adagrad",
            Self::Adan { .. } => "adan",
            Self::Adafactor { .. } => "adafactor",
            Self::Lamb { .. } => "lamb",
            Self::Lion { .. } => "lion",
            Self::Muon { .. } => "muon",
        }
    }

    /// The same optimizer with another weight decay.
    pub fn with_weight_decay(self, decay: f64) -> Self {
        let mut changed = self;
        match &mut changed {
            Self::Sgd { weight_decay, .. }
            | Self::Adam { weight_decay, .. }
            | Self::AdamW { weight_decay, .. }
            | Self::RmsProp { weight_decay, .. }
            | Self::AdaGrad { weight_decay, .. }
            | Self::Adan { weight_decay, .. }
            | Self::Adafactor { weight_decay, .. }
            | Self::Lamb { weight_decay, .. }
            | Self::Lion { weight_decay, .. }
            | Self::Muon { weight_decay, .. } => *weight_decay = decay,
        }
        changed
    }
}

/// Burn's coefficients of the Newton-Schulz iteration.
const NS_COEFFICIENTS: [f64; 3] = [3.4445, -4.775, 2.0315];

/// Reads the optimizer that stands under this option.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>, name: &str) -> OptimizerSpec {
    let given = options.given(name).and_then(|_| options.choice(name));
    let (term, choice) = given.unwrap_or_else(|| options.default_choice(name, TermKind::Optimizer));
    let options = &mut OptionReader::of_choice(options.reader, term, &choice);
    let learning_rate = options.spanned_number("learning_rate");
    let kind = kind(options, term.name);
    let others = (term.name == "muon").then(|| Box::new(others(options)));
    OptimizerSpec { kind, learning_rate, others }
}

fn kind(options: &mut OptionReader<'_, '_, '_>, name: &str) -> OptimizerKind {
    match name {
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
        "adagrad" => OptimizerKind::AdaGrad {
            lr_decay: options.number("lr_decay"),
            epsilon: options.number("epsilon"),
            weight_decay: options.number("weight_decay"),
        },
        "adan" => OptimizerKind::Adan {
            beta_1: options.number("beta_1"),
            beta_2: options.number("beta_2"),
            beta_3: options.number("beta_3"),
            epsilon: options.number("epsilon"),
            weight_decay: options.number("weight_decay"),
            no_prox: options.flag("no_prox"),
        },
        "adafactor" => OptimizerKind::Adafactor {
            epsilon_1: options.number("epsilon_1"),
            epsilon_2: options.number("epsilon_2"),
            clip_threshold: options.number("clip_threshold"),
            decay_rate: options.number("decay_rate"),
            relative_step: options.flag("relative_step"),
            scale_parameter: options.flag("scale_parameter"),
            weight_decay: options.number("weight_decay"),
        },
        "lamb" => OptimizerKind::Lamb {
            beta_1: options.number("beta_1"),
            beta_2: options.number("beta_2"),
            epsilon: options.number("epsilon"),
            weight_decay: options.number("weight_decay"),
            use_trust_ratio: options.flag("use_trust_ratio"),
        },
        "lion" => OptimizerKind::Lion {
            beta_1: options.number("beta_1"),
            beta_2: options.number("beta_2"),
            weight_decay: options.number("weight_decay"),
        },
        "muon" => muon(options),
        other => unreachable!("a test reads every optimizer of the vocabulary, `{other}` too"),
    }
}

fn muon(options: &mut OptionReader<'_, '_, '_>) -> OptimizerKind {
    let momentum = options.number("momentum");
    OptimizerKind::Muon {
        momentum,
        dampening: options.number("dampening"),
        nesterov: nesterov(options, momentum),
        ns_coefficients: ns_coefficients(options),
        epsilon: options.number("epsilon"),
        ns_steps: options.count("ns_steps"),
        adjust_lr_fn: match options.word("adjust_lr_fn") {
            "match_rms_adamw" => AdjustLrFn::MatchRmsAdamW,
            _ => AdjustLrFn::Original,
        },
        weight_decay: options.number("weight_decay"),
    }
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

fn ns_coefficients(options: &mut OptionReader<'_, '_, '_>) -> [f64; 3] {
    let Some(Spanned { value, span }) = options.numbers("ns_coefficients") else {
        return NS_COEFFICIENTS;
    };
    match value.as_slice() {
        &[a, b, c] => [a, b, c],
        // An empty list is reported as such.
        [] => NS_COEFFICIENTS,
        others => {
            let message = "`ns_coefficients` of `muon` are three numbers";
            let label = format!("{} numbers", others.len());
            let error = Diagnostic::new(Code::WRONG_TYPE, message, span, label);
            options.reader.report(error.help("for example `[3.4445, -4.775, 2.0315]`"));
            NS_COEFFICIENTS
        }
    }
}

fn others(options: &mut OptionReader<'_, '_, '_>) -> OptimizerSpec {
    let others = read(options, "others");
    if let (OptimizerKind::Muon { .. }, Some(node)) = (others.kind, options.given("others")) {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            "`others` of `muon` must be another optimizer",
            node.span,
            "`muon` trains matrices alone",
        );
        options.reader.report(error.help("for example `others: adamw`"));
    }
    others
}
