//! Changes of the layers themselves.

use super::layers::{self, Placed};
use super::{Case, Mend, data};
use crate::property::text::{count, short};
use crate::spec::{Activation, Edit, LayerKind, LayerSpec};

/// He, Zhang, Ren, Sun and others keep hidden layers at least that wide; narrower ones are meant as codes.
const NARROW: usize = 8;
const ROOMY: usize = 16;
/// Srivastava and others: "Dropout", 2014: 0.5 in hidden layers; of small networks less.
const MUCH_DROPOUT: f64 = 0.5;
const USUAL_DROPOUT: &str = "0.2";

/// The mend with these edits of layers, if there is a layer to be edited.
fn of_layers(
    case: &Case<'_>,
    reason: impl Into<String>,
    edit: impl Fn(&Placed<'_>) -> Vec<Edit>,
) -> Option<Mend> {
    let edits = layers::all(case.spec).iter().flat_map(edit).collect();
    Mend::new(reason, edits).something()
}

/// Nothing left out on the way into the model.
pub(super) fn whole_inputs(case: &Case<'_>) -> Vec<Mend> {
    let sliced = of_layers(case, "a slice leaves the rest of the axis out", |placed| {
        matches!(placed.layer.kind, LayerKind::Slice { .. })
            .then(|| placed.take())
            .into_iter()
            .collect()
    });
    let skipped =
        of_layers(case, "a stride beyond the kernel leaves out what lies between", |placed| {
            let skips = |kernel: &[usize], stride: &[usize]| {
                kernel.iter().zip(stride).any(|(kernel, stride)| stride > kernel)
            };
            let LayerKind::Conv(convolution) = &placed.layer.kind else { return Vec::new() };
            let skips = skips(&convolution.kernel, &convolution.stride);
            skips.then(|| placed.set("stride", "1")).into_iter().collect()
        });
    sliced.into_iter().chain(skipped).collect()
}

/// Layers that the spec freezes, where what is accused is that they stand still.
pub(super) fn unfrozen(case: &Case<'_>) -> Vec<Mend> {
    let accused = |property: &str| !super::places(case, property).is_empty();
    if !accused("weights_update") {
        return Vec::new();
    }
    let layers = of_layers(case, "the spec keeps it as it is", |placed| {
        placed.layer.attributes.frozen.map(|_| placed.unset("frozen")).into_iter().collect()
    });
    let groups = case.spec.training.groups.iter().any(|group| group.frozen);
    let groups = groups.then(|| {
        Mend::new("a group of the recipe is not trained", vec![Edit::unset("training.groups")])
    });
    layers.into_iter().chain(groups).collect()
}

/// Layers that the spec leaves without a bias.
pub(super) fn with_biases(case: &Case<'_>) -> Vec<Mend> {
    let reason = "a bias adds the constant that the targets have";
    let biased = of_layers(case, reason, |placed| {
        let without = match &placed.layer.kind {
            LayerKind::Linear { bias, .. } => !bias,
            LayerKind::Conv(convolution) => !convolution.bias,
            _ => false,
        };
        without.then(|| placed.unset("bias")).into_iter().collect()
    });
    biased.into_iter().collect()
}

pub(super) fn masked(case: &Case<'_>) -> Vec<Mend> {
    let reason = "attention that knows where padding is does not look at it";
    let masked = of_layers(case, reason, |placed| {
        let open = match &placed.layer.kind {
            LayerKind::MultiHeadAttention(attention) => attention.padding.is_none(),
            LayerKind::TransformerEncoder(encoder) => encoder.padding.is_none(),
            _ => false,
        };
        open.then(|| placed.set("mask_padding", "input")).into_iter().collect()
    });
    masked.into_iter().collect()
}

/// No layer that looks ahead.
pub(super) fn forward_in_time(case: &Case<'_>) -> Vec<Mend> {
    let reason = "each place sees itself and what is before it alone";
    let forward = of_layers(case, reason, |placed| match &placed.layer.kind {
        LayerKind::MultiHeadAttention(attention) if !attention.causal => {
            vec![placed.set("causal", "true")]
        }
        LayerKind::TransformerEncoder(encoder) if !encoder.causal => {
            vec![placed.set("causal", "true")]
        }
        LayerKind::Recurrent(recurrent) if recurrent.reverse => vec![placed.unset("reverse")],
        LayerKind::Recurrent(recurrent) if recurrent.both_ways => {
            let term = placed.layer.kind.term().trim_start_matches("bi_");
            let hidden = recurrent.hidden;
            vec![placed.replace(&format!("{term}: {{hidden: {hidden}, output: sequence}}"))]
        }
        _ => Vec::new(),
    });
    forward.into_iter().collect()
}

pub(super) fn without_softmax_between(case: &Case<'_>) -> Vec<Mend> {
    let reason = "a ReLU lets the signal through as it is, a softmax makes shares of it";
    let replaced = of_layers(case, reason, |placed| {
        let is_softmax = matches!(
            placed.layer.kind,
            LayerKind::Activation(Activation::Softmax | Activation::LogSoftmax)
        );
        let between = is_softmax && !placed.is_behind_all_weights();
        between.then(|| placed.replace("relu")).into_iter().collect()
    });
    replaced.into_iter().collect()
}

/// An activation wherever two linear maps follow each other.
pub(super) fn activations(case: &Case<'_>) -> Vec<Mend> {
    let reason = "with something curved between them, two linear maps are more than one";
    let added = of_layers(case, reason, |placed| {
        let is_identity =
            |layer: &LayerSpec| matches!(layer.kind, LayerKind::Activation(Activation::Identity));
        if is_identity(placed.layer) && !placed.is_behind_all_weights() {
            return vec![placed.replace("relu")];
        }
        let before =
            placed.before.iter().rev().find(|layer| {
                !matches!(layer.kind, LayerKind::Dropout { .. } | LayerKind::Flatten)
            });
        let bare = layers::is_linear(placed.layer) && before.is_some_and(layers::is_linear);
        bare.then(|| placed.before("relu")).into_iter().collect()
    });
    added.into_iter().collect()
}

pub(super) fn usual_normalization(case: &Case<'_>) -> Vec<Mend> {
    let reason = "running statistics follow within tens of steps with the usual momentum of 0.1, and an \
                  epsilon of 1e-5 drowns no variance";
    let usual = of_layers(case, reason, |placed| {
        let LayerKind::BatchNorm { epsilon, momentum } = placed.layer.kind else {
            return Vec::new();
        };
        let momentum = (!(0.01..=0.5).contains(&momentum)).then(|| placed.unset("momentum"));
        let epsilon = (epsilon > 1e-2).then(|| placed.unset("epsilon"));
        momentum.into_iter().chain(epsilon).collect()
    });
    usual.into_iter().collect()
}

/// Less dropout, and none where it must not stand.
pub(super) fn less_dropout(case: &Case<'_>) -> Vec<Mend> {
    let mut largest: f64 = 0.0;
    for placed in layers::all(case.spec) {
        if let LayerKind::Dropout { probability } = placed.layer.kind {
            largest = largest.max(probability);
        }
    }
    let reason = format!(
        "dropout of {} at most, between hidden layers alone",
        short(largest.min(MUCH_DROPOUT))
    );
    let less = of_layers(case, reason, |placed| {
        let LayerKind::Dropout { probability } = placed.layer.kind else { return Vec::new() };
        if placed.is_behind_all_weights() || is_before_batch_norm(placed) {
            return vec![placed.take()];
        }
        let much = probability > MUCH_DROPOUT;
        much.then(|| placed.set("probability", USUAL_DROPOUT)).into_iter().collect()
    });
    less.into_iter().collect()
}

/// Whether a batch normalization sees what it drops.
fn is_before_batch_norm(placed: &Placed<'_>) -> bool {
    let mut behind = placed.behind.iter();
    let next = behind.find(|layer| !layers::only_shapes(layer) && !layers::is_linear(layer));
    next.is_some_and(|layer| matches!(layer.kind, LayerKind::BatchNorm { .. }))
}

/// Positions, wider layers, less pooling: what lets more of an example through.
pub(super) fn more_room(case: &Case<'_>) -> Vec<Mend> {
    let layers = [positions(case), wider(case), without_pools(case)];
    layers.into_iter().flatten().chain(data::scaled(case)).collect()
}

fn positions(case: &Case<'_>) -> Option<Mend> {
    let layers = layers::all(case.spec);
    let knows = |placed: &Placed<'_>| {
        matches!(
            placed.layer.kind,
            LayerKind::PositionalEncoding { .. }
                | LayerKind::RotaryEncoding { .. }
                | LayerKind::Recurrent(_)
                | LayerKind::Conv(_)
        )
    };
    if layers.iter().any(knows) {
        return None;
    }
    let first = layers.iter().find(|placed| {
        matches!(
            placed.layer.kind,
            LayerKind::MultiHeadAttention(_) | LayerKind::TransformerEncoder(_)
        )
    })?;
    let reason = "attention alone cannot tell one place of a sequence from another";
    Some(Mend::new(reason, vec![first.before("positional_encoding")]))
}

fn wider(case: &Case<'_>) -> Option<Mend> {
    let narrow: Vec<(Placed<'_>, usize)> = layers::all(case.spec)
        .into_iter()
        .filter(|placed| placed.behind.iter().any(layers::has_weights))
        .filter_map(|placed| match &placed.layer.kind {
            LayerKind::Linear { out, .. } if *out < NARROW => Some((placed.clone(), *out)),
            LayerKind::Conv(convolution) if convolution.out < NARROW => {
                Some((placed.clone(), convolution.out))
            }
            _ => None,
        })
        .collect();
    let (first, width) = narrow.iter().min_by_key(|(_, width)| *width)?;
    let reason =
        format!("all that comes behind `{}` gets {} from it", first.path, count(*width, "number"));
    let edits = narrow.iter().map(|(placed, _)| placed.set("out", ROOMY.to_string()));
    Some(Mend::new(reason, edits.collect()))
}

fn without_pools(case: &Case<'_>) -> Option<Mend> {
    let layers = layers::all(case.spec);
    let pools: Vec<&Placed<'_>> = layers
        .iter()
        .filter(|placed| {
            matches!(
                placed.layer.kind,
                LayerKind::AvgPool(_) | LayerKind::MaxPool(_) | LayerKind::AdaptiveAvgPool { .. }
            )
        })
        .collect();
    let before_weights =
        pools.iter().copied().filter(|placed| !placed.before.iter().any(layers::has_weights));
    let edits: Vec<Edit> = before_weights.map(|placed| placed.take()).collect();
    Mend::new("what is averaged before the first weights is gone for all of them", edits)
        .something()
}
