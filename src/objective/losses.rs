//! The losses of outputs and targets, as Burn computes them.
//!
//! All are computed as means; a sum is the mean times what it was divided by, which is known on the
//! host. Burn's losses with a check that would stop the program, or that costs a round trip to the
//! device, are made without the check: their structures are public, or their formula is short.

use burn::nn::loss::{
    BinaryCrossEntropyLoss, CosineEmbeddingLossConfig, CrossEntropyLoss, GaussianNLLLossConfig,
    HingeEmbeddingLossConfig, HuberLossConfig, KLDivLossConfig, LpLossConfig,
    MarginRankingLossConfig, MseLoss, MultiMarginLossConfig, Reduction, SmoothL1LossConfig,
    SoftMarginLoss, TripletMarginLossConfig,
};
use burn::tensor::activation::{log_sigmoid, log_softmax, relu};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::sequences;
use crate::data::{Targets, statistics};
use crate::model::Value;
use crate::spec::{LossKind, LossReduction, LossTerm, Task};

/// The loss of a batch, a tensor of one element, without the term's weight. The batch is the first
/// axis of `output`; the axes behind it are those that `crate::subject` asks of a model with this loss
/// and these targets.
pub fn loss(spec: &LossTerm, output: Value, targets: &Targets) -> Tensor<1> {
    let kind = &spec.kind.value;
    if let LossKind::Rnnt { blank, logits } = *kind {
        let sum = spec.reduction == LossReduction::Sum;
        return sequences::rnnt(output, targets, blank, logits, sum);
    }
    if let LossKind::Ctc { blank, zero_infinity } = *kind {
        let sum = spec.reduction == LossReduction::Sum;
        return sequences::ctc(output.into_float(), targets, blank, zero_infinity, sum);
    }
    let mean = mean(kind, output, targets);
    match statistics::reduction_factor(spec, targets) {
        1.0 => mean,
        factor => mean.mul_scalar(factor),
    }
}

/// One number, or class, as the target of so many outputs of a shape, without the batch axis.
pub fn constant(term: &LossTerm, number: f64, examples: usize, shape: &[usize]) -> Targets {
    let one_each = matches!(
        term.kind.value,
        LossKind::HingeEmbedding { .. }
            | LossKind::CosineEmbedding { .. }
            | LossKind::MarginRanking { .. }
    );
    let count = examples * shape.iter().product::<usize>().max(1);
    match term.task {
        Task::Regression if matches!(shape, [] | [1]) => Targets::Values(vec![number; count]),
        Task::Regression => Targets::Arrays { values: vec![number; count], shape: shape.to_vec() },
        _ if one_each || matches!(shape, [] | [1]) => {
            Targets::Classes(vec![number as usize; examples])
        }
        _ => Targets::Labels { labels: vec![number as usize; count], shape: shape.to_vec() },
    }
}

fn mean(kind: &LossKind, output: Value, targets: &Targets) -> Tensor<1> {
    match (kind, targets) {
        (LossKind::TripletMargin { margin, p }, _) => {
            let [anchor, positive, negative] = embeddings(output.into_float());
            TripletMarginLossConfig::new().with_margin(*margin).with_p(*p).init().forward(
                anchor,
                positive,
                negative,
                Reduction::Mean,
            )
        }
        (LossKind::CrossEntropy { .. } | LossKind::MultiMargin { .. }, _)
        | (_, Targets::Places { .. }) => of_classes(kind, output, targets),
        (kind, Targets::Classes(classes)) => of_binary(kind, output, classes),
        (kind, Targets::Labels { labels, .. }) => of_labels(kind, output, labels, targets.len()),
        (kind, Targets::Values(values) | Targets::Arrays { values, .. }) => {
            of_numbers(kind, output, values, targets)
        }
    }
}

/// An output as one row of class scores per answer: places in row-major order, of a sequence
/// `[batch, length, k]` or an image `[batch, k, height, width]`.
pub fn rows(output: Value, targets: &Targets) -> Tensor<2> {
    let answers = targets.len() * targets.width();
    let output = match (targets.shape().len(), output) {
        (2, Value::Float4(image)) => Value::Float4(image.permute([0, 2, 3, 1])),
        (_, output) => output,
    };
    super::head(output, answers)
}

/// The rows and classes of the answers that count.
fn answered(output: Value, targets: &Targets, pad_tokens: &[usize]) -> (Tensor<2>, Vec<usize>) {
    let rows = rows(output, targets);
    let counted = statistics::counted(targets, pad_tokens);
    let (indices, classes): (Vec<usize>, Vec<usize>) = counted.into_iter().unzip();
    if indices.len() == targets.len() * targets.width() || indices.is_empty() {
        return (rows, classes);
    }
    let indices = class_tensor(&indices, &rows.device());
    (rows.select(0, indices), classes)
}

fn of_classes(kind: &LossKind, output: Value, targets: &Targets) -> Tensor<1> {
    let pad_tokens = match kind {
        LossKind::CrossEntropy { pad_tokens, .. } => pad_tokens.as_slice(),
        _ => &[],
    };
    let (rows, classes) = answered(output, targets, pad_tokens);
    let device = rows.device();
    if statistics::divisor(kind, targets) == 0.0 {
        return nothing(rows);
    }
    let indices = class_tensor(&classes, &device);
    match kind {
        LossKind::CrossEntropy { weights, smoothing, logits, .. } => CrossEntropyLoss {
            pad_tokens: None,
            weights: weights.as_ref().map(|weights| like(&rows, weights)),
            smoothing: smoothing.map(|smoothing| smoothing as f32),
            logits: *logits,
        }
        .forward(rows, indices),
        LossKind::MultiMargin { margin, p } => {
            let p = if *p == 1 { 1 } else { 2 };
            let loss = MultiMarginLossConfig::new().with_margin(*margin).with_p(p).init();
            loss.forward(rows, indices, Reduction::Mean)
        }
        LossKind::Focal { gamma, weights } => {
            let answers = classes.len();
            let right = indices.reshape([answers, 1]);
            let log = log_softmax(rows, 1).gather(1, right).reshape([answers]);
            focal(log, *gamma, weights.as_deref(), &classes)
        }
        _ => unreachable!("{kind:?} is not of k classes"),
    }
}

fn of_binary(kind: &LossKind, output: Value, classes: &[usize]) -> Tensor<1> {
    match kind {
        LossKind::BinaryCrossEntropy { weights, smoothing, logits } => {
            let output = flat(output);
            let classes = class_tensor(classes, &output.device());
            BinaryCrossEntropyLoss {
                weights: weights.as_ref().map(|weights| like(&output, weights)),
                smoothing: smoothing.map(|smoothing| smoothing as f32),
                logits: *logits,
            }
            .forward(output, classes)
        }
        LossKind::Focal { gamma, weights } => {
            let examples = classes.len();
            let rows = super::head(output, examples);
            if rows.dims()[1] == 1 {
                return focal_of_one_logit(
                    rows.reshape([examples]),
                    *gamma,
                    weights.as_deref(),
                    classes,
                );
            }
            let right = class_tensor(classes, &rows.device()).reshape([examples, 1]);
            let log = log_softmax(rows, 1).gather(1, right).reshape([examples]);
            focal(log, *gamma, weights.as_deref(), classes)
        }
        LossKind::Hinge | LossKind::SoftMargin => of_scores(kind, flat(output), classes),
        LossKind::HingeEmbedding { margin } => {
            let distances = flat(output);
            let alike = signs(&distances, classes);
            let loss = HingeEmbeddingLossConfig::new().with_margin(*margin).init();
            loss.forward(distances, alike, Reduction::Mean)
        }
        LossKind::CosineEmbedding { margin } => {
            let [first, second] = embeddings(output.into_float());
            let alike = signs(&first, classes).int();
            let loss = CosineEmbeddingLossConfig::new().with_margin(*margin as f32).init();
            loss.forward(first, second, alike)
        }
        LossKind::MarginRanking { margin } => {
            let scores = super::head(output, classes.len());
            let score = |index| scores.clone().narrow(1, index, 1).reshape([classes.len()]);
            let higher = signs(&scores, classes);
            let loss = MarginRankingLossConfig::new().with_margin(*margin).init();
            loss.forward::<1>(score(0), score(1), higher, Reduction::Mean)
        }
        _ => unreachable!("the spec refuses {kind:?} for classes"),
    }
}

/// Several answers of 0 and 1 per example, one output each.
fn of_labels(kind: &LossKind, output: Value, labels: &[usize], examples: usize) -> Tensor<1> {
    let output = flat(output);
    match kind {
        LossKind::BinaryCrossEntropy { weights, smoothing, logits } => {
            // Burn smooths by the number of labels, as if one of them were right.
            let smoothing = smoothing.unwrap_or(0.0);
            let smooth = |label: &usize| *label as f64 * (1.0 - smoothing) + smoothing / 2.0;
            let smooth: Vec<f64> = labels.iter().map(smooth).collect();
            let targets = like(&output, &smooth);
            let loss = match logits {
                true => (targets.neg() + 1.0) * output.clone() - log_sigmoid(output),
                false => {
                    let wrong = output.clone().neg().log1p().clamp_min(-100.0);
                    (targets.clone() - 1.0) * wrong - targets * output.log().clamp_min(-100.0)
                }
            };
            match weights {
                Some(weights) => {
                    let weights = like(&loss, &weights.repeat(examples));
                    (loss * weights).mean()
                }
                None => loss.mean(),
            }
        }
        LossKind::Focal { gamma, weights } => {
            focal_of_one_logit(output, *gamma, weights.as_deref(), labels)
        }
        LossKind::Hinge | LossKind::SoftMargin => of_scores(kind, output, labels),
        _ => unreachable!("the spec refuses {kind:?} for several labels"),
    }
}

fn of_scores(kind: &LossKind, scores: Tensor<1>, classes: &[usize]) -> Tensor<1> {
    let signs = signs(&scores, classes);
    match kind {
        LossKind::Hinge => relu((scores * signs).neg().add_scalar(1.0)).mean(),
        _ => SoftMarginLoss::new().forward(scores, signs, Reduction::Mean),
    }
}

fn of_numbers(kind: &LossKind, output: Value, values: &[f64], targets: &Targets) -> Tensor<1> {
    let (examples, width) = (targets.len(), targets.width());
    let output = super::head(output, examples);
    let data = TensorData::new(values.to_vec(), [examples, width]);
    let targets = Tensor::<2>::from_data(data, (&output.device(), output.dtype()));
    const MEAN: Reduction = Reduction::Mean;
    match kind {
        LossKind::Mse => MseLoss::new().forward(output, targets, MEAN),
        LossKind::Mae => (output - targets).abs().mean(),
        LossKind::Huber { delta } => {
            HuberLossConfig::new(*delta as f32).init().forward(output, targets, MEAN)
        }
        LossKind::SmoothL1 { beta } => {
            let loss = SmoothL1LossConfig::new().with_beta(*beta as f32).init();
            loss.forward_with_reduction(output, targets, MEAN)
        }
        LossKind::Lp { p } => LpLossConfig::new(*p).init().forward(output, targets, MEAN),
        LossKind::PoissonNll { log_input, full, eps } => {
            let loss = match log_input {
                true => output.clone().exp() - targets.clone() * output,
                false => output.clone() - targets * (output + *eps).log(),
            };
            let constant = if *full { statistics::mean_log_factorial(values) } else { 0.0 };
            loss.mean().add_scalar(constant)
        }
        LossKind::GaussianNll { full, eps } => {
            let means = output.clone().narrow(1, 0, width);
            let variances = output.narrow(1, width, width);
            let loss = GaussianNLLLossConfig::new().with_eps(*eps).with_full(*full).init();
            loss.forward(means, targets, variances, MEAN)
        }
        LossKind::KlDiv { log_target } => {
            let loss = KLDivLossConfig::new().with_log_target(*log_target).init();
            loss.forward(output, targets, MEAN)
        }
        _ => unreachable!("the spec refuses {kind:?} for real targets"),
    }
}

/// −w (1 − p)^γ ln p, mean; `log` is ln p of the right answers, `weights` those of their classes.
fn focal(log: Tensor<1>, gamma: f64, weights: Option<&[f64]>, classes: &[usize]) -> Tensor<1> {
    let wrong = log.clone().exp().neg().add_scalar(1.0).clamp_min(0.0);
    let loss = match gamma {
        0.0 => log.neg(),
        1.0 => wrong * log.neg(),
        2.0 => wrong.clone() * wrong * log.neg(),
        // The derivative of a power of 0 is no number below the first: keep away from it.
        gamma => wrong.clamp_min(1e-6).powf_scalar(gamma) * log.neg(),
    };
    match weights {
        Some(weights) => {
            let weights: Vec<f64> = classes.iter().map(|class| weights[*class]).collect();
            let weights = like(&loss, &weights);
            (loss * weights).mean()
        }
        None => loss.mean(),
    }
}

fn focal_of_one_logit(
    logits: Tensor<1>,
    gamma: f64,
    weights: Option<&[f64]>,
    classes: &[usize],
) -> Tensor<1> {
    let signs = signs(&logits, classes);
    focal(log_sigmoid(logits * signs), gamma, weights, classes)
}

/// The parts of `[batch, parts, size]`, each `[batch, size]`.
fn embeddings<const N: usize>(output: Tensor<3>) -> [Tensor<2>; N] {
    let [examples, _, size] = output.dims();
    std::array::from_fn(|part| output.clone().narrow(1, part, 1).reshape([examples, size]))
}

/// A loss of 0 that still depends on the outputs: where no answer counts, the gradient is 0.
fn nothing(rows: Tensor<2>) -> Tensor<1> {
    rows.mul_scalar(0.0).sum()
}

/// −1 for class 0, 1 for class 1.
fn signs<const D: usize>(like_this: &Tensor<D>, classes: &[usize]) -> Tensor<1> {
    let signs: Vec<f64> = classes.iter().map(|class| 2.0 * *class as f64 - 1.0).collect();
    like(like_this, &signs)
}

/// Numbers on a tensor's device, of its float type.
fn like<const D: usize>(tensor: &Tensor<D>, numbers: &[f64]) -> Tensor<1> {
    let data = TensorData::new(numbers.to_vec(), [numbers.len()]);
    Tensor::from_data(data, (&tensor.device(), tensor.dtype()))
}

/// All numbers in a row.
pub(super) fn flat(output: Value) -> Tensor<1> {
    let numbers: usize = output.shape().iter().product();
    output.reshape(&[numbers]).into_float()
}

pub(super) fn class_tensor(classes: &[usize], device: &Device) -> Tensor<1, Int> {
    let classes: Vec<i64> = classes.iter().map(|class| *class as i64).collect();
    let count = classes.len();
    Tensor::from_data(TensorData::new(classes, [count]), device)
}
