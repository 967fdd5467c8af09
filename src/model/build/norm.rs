//! Builds normalizations.

use burn::nn;
use burn::tensor::Device;

use crate::model::layer::Layer;
use crate::spec::LayerKind;

/// A normalization of inputs of this shape, without the batch axis.
pub(super) fn build(kind: &LayerKind, dims: &[usize], device: &Device) -> Layer {
    let last = *dims.last().expect("a signal has at least one axis");
    match kind {
        LayerKind::BatchNorm { epsilon, momentum } => Layer::BatchNorm(
            nn::BatchNormConfig::new(dims[0])
                .with_epsilon(*epsilon)
                .with_momentum(*momentum)
                .init(device),
        ),
        LayerKind::LayerNorm { epsilon, bias } => Layer::LayerNorm(
            nn::LayerNormConfig::new(last).with_epsilon(*epsilon).with_bias(*bias).init(device),
        ),
        LayerKind::GroupNorm { groups, epsilon, affine } => Layer::GroupNorm(
            nn::GroupNormConfig::new(*groups, dims[0])
                .with_epsilon(*epsilon)
                .with_affine(*affine)
                .init(device),
        ),
        LayerKind::InstanceNorm { epsilon, affine } => Layer::InstanceNorm(
            nn::InstanceNormConfig::new(dims[0])
                .with_epsilon(*epsilon)
                .with_affine(*affine)
                .init(device),
        ),
        LayerKind::RmsNorm { epsilon } => {
            Layer::RmsNorm(nn::RmsNormConfig::new(last).with_epsilon(*epsilon).init(device))
        }
        LayerKind::LocalResponseNorm { size, alpha, beta, k } => Layer::LocalResponseNorm(
            nn::LocalResponseNormConfig::new(*size)
                .with_alpha(*alpha)
                .with_beta(*beta)
                .with_k(*k)
                .init(),
        ),
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}
