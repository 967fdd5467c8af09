//! What the layers alone make suspicious: the places to look at first when a model does not learn.

use super::Finding;
use crate::experiment::{ActivationEvidence, HeadFacts, SubjectFacts};

/// A place and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    pub place: String,
    pub message: String,
    pub mend: String,
}

impl Suspect {
    /// The suspect as a finding, with the measured value and its bound.
    pub fn finding(self, measured: f64, bound: impl Into<String>) -> Finding {
        Finding {
            place: self.place,
            message: self.message,
            measured: Some(measured),
            bound: Some(bound.into()),
            mend: self.mend,
        }
    }
}

/// Why nothing can be seen where not even an example's own output moves with its input.
pub fn unmoved(facts: &SubjectFacts) -> Finding {
    Finding {
        place: facts.head().map_or("model", |head| &head.path).to_owned(),
        message: "the outputs do not depend on the inputs, so that nothing can be seen".to_owned(),
        measured: Some(0.0),
        bound: Some("> 0".to_owned()),
        mend: "see `outputs_vary` and `no_dead_units`".to_owned(),
    }
}

/// Losses whose outputs may lie in any range.
const FREE: [&str; 5] =
    ["hinge_embedding", "cosine_embedding", "margin_ranking", "triplet_margin", "poisson_nll"];

/// Layers of weights that are linear in their input.
pub const LINEAR: [&str; 7] = [
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
];

/// Linear in their input, or nearly so: they do not make up for an activation.
pub const AFFINE: [&str; 23] = [
    "batch_norm",
    "dropout",
    "gaussian_noise",
    "sampling",
    "flatten",
    "reshape",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "permute",
    "squeeze",
    "slice",
    "flip",
    "pad",
    "mean",
    "sum",
    "pixel_shuffle",
    "identity",
    "repeat",
    "sequential",
];

/// Activations whose outputs may be probabilities.
const PROBABILITIES: [&str; 3] = ["softmax", "sigmoid", "hard_sigmoid"];

/// A head whose outputs do not suit the loss; of several, the first one.
pub fn head(facts: &SubjectFacts) -> Option<Suspect> {
    let of_term = |head: &HeadFacts| {
        let suspect = of_one(&facts.seen_from(head))?;
        let message = format!("the term `{}`: {}", head.term, suspect.message);
        Some(Suspect { message, ..suspect })
    };
    match facts.heads.is_empty() {
        true => of_one(facts),
        false => facts.heads.iter().find_map(of_term),
    }
}

/// The head of a model that has one.
///
/// All classification losses here take logits: probabilities in their place bound the loss from
/// below, at ln(1 + (k − 1)·e⁻¹) for k classes behind a softmax.
fn of_one(facts: &SubjectFacts) -> Option<Suspect> {
    let head = facts.head()?;
    let classes = facts.classes.len();
    let takes_logits = facts.takes_logits;
    let of_classes = facts.task == crate::spec::Task::Classification;
    let (message, mend) = match head.kind.as_str() {
        "softmax" | "sigmoid" | "hard_sigmoid" if takes_logits => (
            format!(
                "`{}` takes logits and applies its own {}, but the model ends with `{}`{}",
                facts.loss,
                if of_classes { "softmax" } else { "sigmoid" },
                head.kind,
                probability_floor(facts.loss, classes).map_or_else(String::new, |floor| format!(
                    ": the loss cannot fall below {floor:.3}"
                )),
            ),
            format!("remove the last layer `{}`", head.path),
        ),
        kind if facts.loss == "kl_div" => match kind {
            "log_softmax" => return None,
            _ => (
                format!("`kl_div` takes log-probabilities, but the model ends with `{kind}`"),
                format!("put `log_softmax` after `{}`", head.path),
            ),
        },
        // Distances, rates and embeddings may well be bounded.
        _ if FREE.contains(&facts.loss) => return None,
        kind if facts.takes_probabilities() && !PROBABILITIES.contains(&kind) => (
            format!(
                "`{}` with `logits: false` takes probabilities, but the model ends with `{kind}`",
                facts.loss
            ),
            format!(
                "put `{}` after `{}`, or take `logits: true`",
                if of_classes { "softmax" } else { "sigmoid" },
                head.path
            ),
        ),
        "relu" | "relu6" => (
            format!("the model ends with `{}`: its outputs cannot be negative", head.kind),
            format!("remove the last layer `{}`", head.path),
        ),
        "tanh" | "sigmoid" | "softmax" | "hard_sigmoid"
            if facts.task == crate::spec::Task::Regression =>
        {
            (
                format!(
                    "the model ends with `{}`: targets outside its range cannot be reached",
                    head.kind
                ),
                format!("remove the last layer `{}`", head.path),
            )
        }
        _ => return None,
    };
    Some(Suspect { place: head.path.clone(), message, mend })
}

/// The lowest loss that probabilities in the place of logits can reach.
fn probability_floor(loss: &str, classes: usize) -> Option<f64> {
    Some(match loss {
        "cross_entropy" => (1.0 + (classes.max(1) - 1) as f64 * (-1.0f64).exp()).ln(),
        // A logit in [0, 1]: class 1 costs at least ln(1 + e⁻¹), class 0 at least ln 2.
        "binary_cross_entropy" | "soft_margin" => (1.0 + (-1.0f64).exp()).ln(),
        _ => return None,
    })
}

/// Two layers with weights and no activation between them: together they are one linear map.
pub fn missing_activation(facts: &SubjectFacts) -> Option<Suspect> {
    let mut before: Option<&str> = None;
    for layer in &facts.layers {
        match layer.kind.as_str() {
            kind if LINEAR.contains(&kind) => {
                if let Some(before) = before {
                    return Some(Suspect {
                        place: before.to_owned(),
                        message: format!(
                            "no activation stands between `{before}` and `{}`: together they are \
                             one linear map",
                            layer.path
                        ),
                        mend: format!("put an activation such as `relu` after `{before}`"),
                    });
                }
                before = Some(&layer.path);
            }
            kind if AFFINE.contains(&kind) => {}
            _ => before = None,
        }
    }
    None
}

/// The first place where the numbers leave the scale that training can work with: the input, or
/// the layer that multiplies its input's deviation by more than 10.
pub fn scale(facts: &SubjectFacts, activations: &[ActivationEvidence]) -> Suspect {
    let input = activations.first();
    if let Some(input) = input.filter(|input| input.kind == "input" && input.deviation > 10.0) {
        return Suspect {
            place: "input".to_owned(),
            message: format!(
                "the inputs have a standard deviation of {}: everything behind them is as large",
                super::text::short(input.deviation)
            ),
            mend: "scale the inputs: `scale: standardize` under `data`".to_owned(),
        };
    }
    let jump = activations.windows(2).find(|pair| {
        pair[1].kind != "input" && pair[1].deviation > 10.0 * pair[0].deviation.max(1e-3)
    });
    if let Some(jump) = jump {
        return Suspect {
            place: jump[1].path.clone(),
            message: format!(
                "`{}` takes numbers of deviation {} and gives numbers of deviation {}",
                jump[1].path,
                super::text::short(jump[0].deviation),
                super::text::short(jump[1].deviation)
            ),
            mend: format!(
                "give `{}` a smaller initializer; the default keeps the scale",
                jump[1].path
            ),
        };
    }
    let head = facts.head().map_or("model", |layer| layer.path.as_str());
    Suspect {
        place: head.to_owned(),
        message: "no single layer stands out".to_owned(),
        mend: format!("look at the initialization of `{head}` and at the targets' scale"),
    }
}
