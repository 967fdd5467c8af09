//! How far the outputs of a declared model can reach, whatever its weights: intervals, followed
//! backwards from the output to layers whose weights decide alone.
//!
//! A range is never too narrow: every output lies in it. Whether both ends can be reached is said
//! apart, since layers that are not followed may keep outputs away from them.

use std::collections::HashMap;

use super::{Range, Reach, Rows};
use crate::model::{Plan, PlannedLayer};
use crate::spec::{Activation, InterpolationMode, LayerKind, Merge};

/// A chain of more layers that pass on what they get is not followed: it would take the stack.
const DEEPEST: usize = 200;

/// How far the output of the layer at a path can reach.
pub(super) fn reach(plan: &Plan, path: &str) -> Reach {
    let layers = plan.flat();
    let by_path = layers.iter().map(|layer| (layer.path.as_str(), *layer)).collect();
    let mut walk = Walk { by_path, known: HashMap::new() };
    walk.of_path(path, 0)
}

struct Walk<'plan> {
    by_path: HashMap<&'plan str, &'plan PlannedLayer>,
    /// What is found is kept: outputs that many layers read would be followed many times.
    known: HashMap<String, Reach>,
}

/// Any number, as far as is known.
fn unknown(place: &str, kind: &str) -> Reach {
    Reach {
        place: place.to_owned(),
        kind: kind.to_owned(),
        range: Range::ALL,
        exact: false,
        can_die: false,
        rows: Rows::Unknown,
    }
}

impl Walk<'_> {
    fn of_path(&mut self, path: &str, depth: usize) -> Reach {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let reach = match self.by_path.get(path) {
            Some(layer) if depth < DEEPEST => self.of_layer(layer, depth),
            Some(layer) => unknown(path, layer.kind.term()),
            None => unknown(path, "input"),
        };
        self.known.insert(path.to_owned(), reach.clone());
        reach
    }

    fn of_source(&mut self, layer: &PlannedLayer, depth: usize) -> Reach {
        match layer.sources.inputs.first() {
            Some(path) => self.of_path(path, depth + 1),
            None => unknown(&layer.path, layer.kind.term()),
        }
    }

    fn of_layer(&mut self, layer: &PlannedLayer, depth: usize) -> Reach {
        let free =
            || Reach { exact: true, rows: Rows::Any, ..unknown(&layer.path, layer.kind.term()) };
        match &layer.kind {
            // The weights of its last step alone can give any number.
            LayerKind::Linear { .. }
            | LayerKind::Conv(_)
            | LayerKind::ConvTranspose(_)
            | LayerKind::DeformConv2d(_)
            | LayerKind::BatchNorm { .. }
            | LayerKind::LayerNorm { .. }
            | LayerKind::GroupNorm { affine: true, .. }
            | LayerKind::InstanceNorm { affine: true, .. }
            | LayerKind::RmsNorm { .. }
            | LayerKind::Embedding { .. }
            | LayerKind::MultiHeadAttention(_)
            | LayerKind::CrossAttention { .. } => free(),
            LayerKind::Activation(activation) => {
                let before = self.of_source(layer, depth);
                activated(activation, before, layer)
            }
            LayerKind::OneHot { .. } => Reach {
                range: Range::UNIT,
                rows: Rows::SumToOne,
                ..unknown(&layer.path, layer.kind.term())
            },
            LayerKind::Dropout { .. } | LayerKind::GaussianNoise { .. } => {
                self.of_source(layer, depth)
            }
            LayerKind::Flatten | LayerKind::Reshape { .. } | LayerKind::Squeeze { .. } => {
                let before = self.of_source(layer, depth);
                let kept = layer.input.dims().last() == layer.output.dims().last();
                regrouped(before, kept)
            }
            LayerKind::Flip { .. } => self.of_source(layer, depth),
            LayerKind::Slice { axis, .. } | LayerKind::Mean { axis } => {
                let before = self.of_source(layer, depth);
                regrouped(before, axis + 1 != layer.input.dims().len())
            }
            LayerKind::Permute { .. }
            | LayerKind::Max { .. }
            | LayerKind::Min { .. }
            | LayerKind::MaxPool(_)
            | LayerKind::AdaptiveAvgPool { .. }
            | LayerKind::PixelShuffle { .. }
            | LayerKind::PixelUnshuffle { .. } => {
                let before = self.of_source(layer, depth);
                regrouped(before, false)
            }
            LayerKind::AvgPool(_) | LayerKind::Unfold4d(_) => {
                // Padding is 0.
                let before = self.of_source(layer, depth);
                within(regrouped(before, false), |range| range.hull(Range::new(0.0, 0.0)))
            }
            LayerKind::Interpolate(interpolation)
                if matches!(
                    interpolation.mode,
                    InterpolationMode::Nearest | InterpolationMode::Linear
                ) =>
            {
                let before = self.of_source(layer, depth);
                regrouped(before, false)
            }
            LayerKind::Pad { value, .. } => {
                let before = self.of_source(layer, depth);
                within(regrouped(before, false), |range| range.hull(Range::new(*value, *value)))
            }
            LayerKind::Scale { factor } => {
                let before = self.of_source(layer, depth);
                within(regrouped(before, false), |range| range.times(Range::new(*factor, *factor)))
            }
            LayerKind::Sum { axis } => {
                let before = self.of_source(layer, depth);
                let terms = layer.input.dims().get(*axis).copied().unwrap_or(1) as f64;
                within(regrouped(before, false), |range| range.times(Range::new(terms, terms)))
            }
            LayerKind::Sequential { .. } | LayerKind::Repeat { .. } => self.of_last(layer, depth),
            LayerKind::Shared { .. } => match layer.inner.first() {
                Some(again) => self.of_path(&again.path, depth + 1),
                None => unknown(&layer.path, layer.kind.term()),
            },
            LayerKind::Residual { .. } => {
                let inner = self.of_last(layer, depth);
                let before = self.of_source(layer, depth);
                merged(layer, [inner, before].into_iter(), Merge::Add)
            }
            LayerKind::Parallel { merge, .. } => {
                let rows: Vec<Reach> =
                    layer.inner.iter().map(|row| self.of_path(&row.path, depth + 1)).collect();
                merged(layer, rows.into_iter(), *merge)
            }
            LayerKind::Join(merge) => {
                let sources = &layer.sources.inputs;
                let joined: Vec<Reach> =
                    sources.iter().map(|path| self.of_path(path, depth + 1)).collect();
                merged(layer, joined.into_iter(), *merge)
            }
            _ => unknown(&layer.path, layer.kind.term()),
        }
    }

    fn of_last(&mut self, layer: &PlannedLayer, depth: usize) -> Reach {
        match layer.inner.last() {
            Some(last) => self.of_path(&last.path, depth + 1),
            None => self.of_source(layer, depth),
        }
    }
}

/// The same numbers in other rows, unless these are `kept`.
fn regrouped(reach: Reach, kept: bool) -> Reach {
    let rows = match (kept, reach.rows) {
        (false, Rows::SumToOne | Rows::ExponentialsSumToOne) => Rows::Unknown,
        (_, rows) => rows,
    };
    Reach { rows, ..reach }
}

fn within(reach: Reach, range: impl Fn(Range) -> Range) -> Reach {
    Reach { range: range(reach.range), ..reach }
}

fn merged(layer: &PlannedLayer, parts: impl Iterator<Item = Reach>, merge: Merge) -> Reach {
    let together = |whole: Reach, part: Reach| {
        let range = match merge {
            Merge::Add => whole.range.plus(part.range),
            Merge::Multiply => whole.range.times(part.range),
            Merge::Concat { .. } => whole.range.hull(part.range),
            Merge::CosineSimilarity { .. } => Range::new(-1.0, 1.0),
            Merge::PairwiseDistance { .. } => Range::new(0.0, f64::INFINITY),
        };
        // A sum with what can be any number is any number.
        let free = |part: &Reach| part.exact && part.range == Range::ALL;
        let exact = match merge {
            Merge::Add if free(&whole) || free(&part) => true,
            // Of vectors in a range, angles and distances are in a narrower one.
            Merge::CosineSimilarity { .. } | Merge::PairwiseDistance { .. } => {
                free(&whole) && free(&part)
            }
            _ => whole.exact && part.exact,
        };
        Reach { range, exact, ..whole }
    };
    let merged = parts.reduce(together);
    let unknown = unknown(&layer.path, layer.kind.term());
    match merged {
        Some(merged) => Reach { range: merged.range, exact: merged.exact, ..unknown },
        None => unknown,
    }
}

/// What an activation makes of what it gets. Where it is not followed, any number.
fn activated(activation: &Activation, before: Reach, layer: &PlannedLayer) -> Reach {
    let input = before.range;
    let from = |low: f64| Range::new(low, input.high.max(0.0));
    let range = match *activation {
        Activation::Identity => return before,
        Activation::Relu => input.through(|x| x.max(0.0)),
        Activation::Relu6 => input.through(|x| x.clamp(0.0, 6.0)),
        Activation::LeakyRelu { negative_slope } if negative_slope >= 0.0 => {
            input.through(|x| if x < 0.0 { x * negative_slope } else { x })
        }
        // The least that they give, at about −0.75, −1.28, −1.19 and −1.5.
        Activation::Gelu | Activation::GeluApproximate => from(-0.171),
        Activation::Silu => from(-0.279),
        Activation::Mish => from(-0.309),
        Activation::HardSwish => from(-0.375),
        Activation::Selu => input.through(|x| 1.050_700_987 * elu(x, 1.673_263_242)),
        Activation::Elu { alpha } if alpha >= 0.0 => input.through(|x| elu(x, alpha)),
        Activation::Celu { alpha } if alpha > 0.0 => {
            input.through(|x| if x < 0.0 { alpha * (x / alpha).exp_m1() } else { x })
        }
        Activation::Sigmoid => input.through(|x| 1.0 / (1.0 + (-x).exp())),
        Activation::HardSigmoid { .. } => Range::UNIT,
        Activation::LogSigmoid => Range::new(f64::NEG_INFINITY, 0.0),
        Activation::Tanh => input.through(f64::tanh),
        Activation::HardTanh { min, max } if min < max => input.through(|x| x.clamp(min, max)),
        Activation::Softsign => Range::new(-1.0, 1.0),
        Activation::Softplus { beta, .. } if beta > 0.0 => Range::new(0.0, f64::INFINITY),
        Activation::Threshold { threshold, value } => {
            Range::new(threshold.min(value), input.high.max(value))
        }
        Activation::ThresholdedRelu { alpha } => from(alpha.min(0.0)),
        Activation::Softmax => Range::UNIT,
        Activation::LogSoftmax => Range::new(f64::NEG_INFINITY, 0.0),
        _ => Range::ALL,
    };
    let rows = match (activation, before.rows) {
        (Activation::Softmax, _) => Rows::SumToOne,
        (Activation::LogSoftmax, _) => Rows::ExponentialsSumToOne,
        (_, Rows::Any) => Rows::Any,
        _ => Rows::Unknown,
    };
    Reach {
        place: layer.path.clone(),
        kind: layer.kind.term().to_owned(),
        range,
        // A gated layer has weights of its own.
        exact: before.exact || matches!(activation, Activation::SwiGlu { .. }),
        can_die: activation.can_die() && input.low < 0.0,
        rows,
    }
}

fn elu(x: f64, alpha: f64) -> f64 {
    if x < 0.0 { alpha * x.exp_m1() } else { x }
}
