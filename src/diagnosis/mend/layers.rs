//! The layers of a spec in a row, with what stands around each of them.

use crate::spec::{Activation, Edit, Initializer, LayerKind, LayerNames, LayerSpec, Spec, join};

/// A layer where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed<'a> {
    /// As findings call it; what is repeated stands here once.
    pub path: String,
    pub layer: &'a LayerSpec,
    /// Those behind it in its list.
    pub behind: &'a [LayerSpec],
    /// Those before it in its list.
    pub before: &'a [LayerSpec],
    /// Whether its list is the model's own.
    pub outermost: bool,
}

/// All layers, containers before their contents.
pub(super) fn all(spec: &Spec) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    below(spec.layers(), "", true, &mut found);
    found
}

fn below<'a>(layers: &'a [LayerSpec], prefix: &str, outermost: bool, found: &mut Vec<Placed<'a>>) {
    let mut names = LayerNames::new(layers);
    for (index, layer) in layers.iter().enumerate() {
        let path = join(prefix, &names.next(layer));
        let (before, behind) = (&layers[..index], &layers[index + 1..]);
        found.push(Placed { path: path.clone(), layer, behind, before, outermost });
        for (row, number) in layer.contents().into_iter().zip(1..) {
            let numbered =
                matches!(layer.kind, LayerKind::Repeat { .. } | LayerKind::Parallel { .. });
            let prefix = if numbered { join(&path, &format!("{number}")) } else { path.clone() };
            below(row, &prefix, false, found);
        }
    }
}

impl Placed<'_> {
    /// The activation that its output goes through first, if one does.
    pub fn activation(&self) -> Option<&Activation> {
        let passes = |layer: &&LayerSpec| {
            !matches!(
                layer.kind,
                LayerKind::BatchNorm { .. }
                    | LayerKind::LayerNorm { .. }
                    | LayerKind::GroupNorm { .. }
                    | LayerKind::InstanceNorm { .. }
                    | LayerKind::RmsNorm { .. }
                    | LayerKind::Dropout { .. }
                    | LayerKind::MaxPool(_)
                    | LayerKind::AvgPool(_)
            )
        };
        match &self.behind.iter().find(passes)?.kind {
            LayerKind::Activation(activation) => Some(activation),
            _ => None,
        }
    }

    /// Whether it only gives numbers another shape, or none.
    pub fn only_shapes(&self) -> bool {
        only_shapes(self.layer)
    }

    /// Whether nothing with weights stands behind it in its list.
    pub fn is_behind_all_weights(&self) -> bool {
        self.outermost && !self.behind.iter().any(has_weights)
    }

    pub fn set(&self, option: &'static str, value: impl Into<String>) -> Edit {
        Edit::SetOption { layer: self.path.clone(), option, value: value.into() }
    }

    pub fn unset(&self, option: &'static str) -> Edit {
        Edit::UnsetOption { layer: self.path.clone(), option }
    }

    pub fn replace(&self, by: &str) -> Edit {
        Edit::Replace { layer: self.path.clone(), by: by.to_owned() }
    }

    pub fn take(&self) -> Edit {
        Edit::Take { layer: self.path.clone() }
    }

    pub fn before(&self, what: &str) -> Edit {
        Edit::InsertBefore { layer: self.path.clone(), what: what.to_owned() }
    }
}

pub(super) fn only_shapes(layer: &LayerSpec) -> bool {
    matches!(
        layer.kind,
        LayerKind::Flatten
            | LayerKind::Reshape { .. }
            | LayerKind::Permute { .. }
            | LayerKind::Squeeze { .. }
            | LayerKind::Activation(Activation::Identity)
    )
}

/// Whether it multiplies by weights, so that another such layer before it needs an activation between.
pub(super) fn is_linear(layer: &LayerSpec) -> bool {
    matches!(
        layer.kind,
        LayerKind::Linear { .. } | LayerKind::Conv(_) | LayerKind::ConvTranspose(_)
    )
}

pub(super) fn has_weights(layer: &LayerSpec) -> bool {
    let own = is_linear(layer)
        || matches!(
            layer.kind,
            LayerKind::DeformConv2d(_)
                | LayerKind::Embedding { .. }
                | LayerKind::Recurrent(_)
                | LayerKind::MultiHeadAttention(_)
                | LayerKind::CrossAttention { .. }
                | LayerKind::TransformerEncoder(_)
                | LayerKind::TransformerDecoder(_)
        );
    own || layer.contents().into_iter().flatten().any(has_weights)
}

/// What its weights are drawn by, and its biases, where the spec says so.
pub(super) fn initializers(layer: &LayerSpec) -> (Option<Initializer>, Option<Initializer>) {
    match &layer.kind {
        LayerKind::Linear { initializer, bias_initializer, .. } => {
            (*initializer, *bias_initializer)
        }
        LayerKind::Conv(convolution) => (convolution.initializer, convolution.bias_initializer),
        LayerKind::Embedding { initializer, .. } => (*initializer, None),
        LayerKind::Recurrent(recurrent) => (recurrent.initializer, None),
        LayerKind::MultiHeadAttention(attention) => (attention.initializer, None),
        LayerKind::TransformerEncoder(encoder) => (encoder.initializer, None),
        _ => (None, None),
    }
}
