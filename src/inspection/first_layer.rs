//! What inputs meet before the first layer with weights.

use super::FirstLayer;
use crate::model::{Plan, PlannedLayer};
use crate::spec::LayerKind;

/// Follows the one input from layer to layer until one does more than move numbers or multiply them by
/// a constant.
pub(super) fn first_layer(plan: &Plan) -> FirstLayer {
    let mut first = FirstLayer { factor: 1.0, normalized_by: None };
    // Which of several inputs a number belongs to is not followed.
    if plan.inputs.len() == 1 {
        follow(&plan.layers, &mut first);
    }
    first
}

/// Whether the layers only move or multiply, so that what follows them sees the inputs, too.
fn follow(layers: &[PlannedLayer], first: &mut FirstLayer) -> bool {
    layers.iter().all(|layer| match &layer.kind {
        _ if layer.sources.named => false,
        LayerKind::Scale { factor } => {
            first.factor *= factor;
            true
        }
        LayerKind::BatchNorm { .. }
        | LayerKind::LayerNorm { .. }
        | LayerKind::GroupNorm { .. }
        | LayerKind::InstanceNorm { .. }
        | LayerKind::RmsNorm { .. } => {
            first.normalized_by = Some(layer.path.clone());
            false
        }
        LayerKind::Flatten
        | LayerKind::Reshape { .. }
        | LayerKind::Permute { .. }
        | LayerKind::Squeeze { .. }
        | LayerKind::Flip { .. }
        | LayerKind::Dropout { .. }
        | LayerKind::GaussianNoise { .. } => true,
        LayerKind::Sequential { .. } => follow(&layer.inner, first),
        _ => false,
    })
}
