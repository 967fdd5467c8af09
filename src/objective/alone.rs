//! Losses of outputs alone, which are compared with nothing.

use burn::tensor::Tensor;

use crate::model::Value;
use crate::spec::{LossKind, LossReduction};

/// The loss of a batch, a tensor of one element; the batch is the first axis of `output`.
pub(super) fn loss(kind: &LossKind, reduction: LossReduction, output: Value) -> Tensor<1> {
    let examples = output.shape().first().copied().unwrap_or(1).max(1);
    let numbers: Tensor<1> = match kind {
        LossKind::GaussianKl => gaussian_kl(output),
        LossKind::MeanOutput => super::losses::flat(output),
        _ => unreachable!("{kind:?} is compared with something"),
    };
    match reduction {
        LossReduction::Mean => numbers.mean(),
        LossReduction::Sum => numbers.sum(),
        LossReduction::BatchMean => numbers.sum().div_scalar(examples as f64),
    }
}

/// ½ (μ² + σ² − 1 − ln σ²) of each number, of means and then logarithms of variances on the last
/// axis.
fn gaussian_kl(output: Value) -> Tensor<1> {
    let shape = output.shape();
    let last = shape.last().copied().unwrap_or(0);
    let rows = shape.iter().product::<usize>() / last.max(1);
    let rows: Tensor<2> = output.reshape(&[rows, last]).into_float();
    let [count, _] = rows.dims();
    let size = last / 2;
    let mean = rows.clone().narrow(1, 0, size);
    let log_variance = rows.narrow(1, size, size);
    let divergence = mean.clone() * mean + log_variance.clone().exp() - log_variance - 1.0;
    divergence.mul_scalar(0.5).reshape([count * size])
}
