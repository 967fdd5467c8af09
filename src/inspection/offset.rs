//! Whether anything in a model adds a constant: without one, its outputs are 0 where its inputs are, and
//! twice as large where they are.

use crate::model::{Plan, PlannedLayer};
use crate::spec::{Activation, LayerKind};

/// Whether outputs only grow and shrink with the inputs, whatever the weights.
pub(super) fn adds_nothing(plan: &Plan) -> bool {
    plan.inputs.len() == 1 && plan.flat().into_iter().all(only_scales)
}

/// What is not listed may add something.
fn only_scales(layer: &PlannedLayer) -> bool {
    match &layer.kind {
        LayerKind::Linear { bias, .. } => !bias,
        LayerKind::Conv(convolution) => !convolution.bias,
        LayerKind::Activation(activation) => matches!(
            activation,
            Activation::Identity
                | Activation::Relu
                | Activation::LeakyRelu { .. }
                | Activation::Prelu { .. }
                | Activation::Rrelu { .. }
        ),
        LayerKind::Pad { value, .. } => *value == 0.0,
        LayerKind::Dropout { .. }
        | LayerKind::MaxPool(_)
        | LayerKind::AvgPool(_)
        | LayerKind::AdaptiveAvgPool { .. }
        | LayerKind::Flatten
        | LayerKind::Reshape { .. }
        | LayerKind::Permute { .. }
        | LayerKind::Squeeze { .. }
        | LayerKind::Slice { .. }
        | LayerKind::Flip { .. }
        | LayerKind::Mean { .. }
        | LayerKind::Max { .. }
        | LayerKind::Min { .. }
        | LayerKind::Sum { .. }
        | LayerKind::Scale { .. }
        | LayerKind::Residual { .. }
        | LayerKind::Repeat { .. }
        | LayerKind::Sequential { .. } => true,
        _ => false,
    }
}
