//! What padding does to outputs: with other contents at places of padding, while masks still call them
//! padding, and with less of it at the end.
//!
//! Masks of a declared network read tokens of their own in these passes, so that tokens at places of
//! padding can be replaced and stay masked. A Rust model makes its masks itself: there only what a
//! sequence with less padding gives can be compared.

mod axes;
mod places;

use serde::Serialize;

use self::axes::{Axes, TimeAxis};
use self::places::Padded;
use super::super::bench::Bench;
use super::super::measure::root_mean_square;
use super::seen::Seen;
use super::{Array, Stage, difference, place_along};
use crate::device::DeviceFailure;
use crate::model::{Model, Network, Plan, PlannedInput, Signal};
use crate::panics;
use crate::spec::{Fault, LayerKind};

/// What is taken for padding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaddingPlan {
    /// The token that fills sequences up, where the spec says it to the property.
    pub token: Option<usize>,
    /// The input that is 0 at places of padding.
    pub mask: Option<String>,
}

/// What padding does to outputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaddingEvidence {
    pub examples: usize,
    /// How many of their places are padding.
    pub places: usize,
    /// What moves when other contents stand there, or why they cannot be put there.
    pub content: Result<Option<PaddingShift>, String>,
    /// What moves when there is less padding at the end, or why there cannot be less.
    pub shorter: Result<Option<PaddingShift>, String>,
    /// The loss of examples with padding, and with other contents there; where it is a mean over
    /// places.
    pub losses: Option<[f64; 2]>,
    /// Whether other contents at places that are no padding move any output.
    pub answers: bool,
}

/// An output that depends on padding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaddingShift {
    pub output: String,
    /// The first layer whose output moves, and its kind, where that is seen.
    pub layer: Option<(String, String)>,
    pub example: usize,
    /// Where the output has one number or more for each place: the place that moves most.
    pub place: Option<usize>,
    /// Its largest |difference|, and root of the mean square of the output.
    pub difference: f64,
    pub scale: f64,
}

pub(super) fn run(
    bench: &Bench,
    stage: &Stage<'_>,
    plan: &PaddingPlan,
) -> Result<Result<PaddingEvidence, String>, DeviceFailure> {
    let padded = match Padded::of(stage.subject, plan) {
        Ok(padded) => padded,
        Err(reason) => return Ok(Err(reason)),
    };
    let shorter = padded.cut.and_then(|cut| shorter_plan(stage, padded.lengths[0] - cut));
    let lengths = padded.cut.map(|cut| (padded.lengths[0], padded.lengths[0] - cut));
    let axes = match (stage.subject.declared(), &shorter, lengths) {
        (Some(plan), Some(shorter), Some((length, _))) => Axes::of_plans(plan, shorter, length),
        _ => Axes::of_sizes(&padded.lengths),
    };
    let plain = stage.seen(&padded.batch, None)?;
    for output in &plain.outputs.0 {
        if axes.of(output) == TimeAxis::Unknown {
            return Ok(Err(format!(
                "`{}` of shape {:?} has places of its own, which are not those of the input",
                output.name,
                &output.shape[1..]
            )));
        }
    }
    let view = View { stage, padded: &padded, axes: &axes, plain: &plain };
    let content = match stage.model {
        Model::Declared(_) => Ok(view.content()?),
        Model::Rust(_) => Err("a Rust model makes its masks of the tokens that it gets".to_owned()),
    };
    let shorter = match lengths {
        Some((_, rest)) => view.shorter(bench, shorter.as_ref(), rest)?,
        None => Err("the padding is not at the end of one sequence of tokens".to_owned()),
    };
    if let (Err(reason), Err(_)) = (&shorter, &content) {
        return Ok(Err(reason.clone()));
    }
    let other = stage.outputs(&padded.elsewhere())?;
    Ok(Ok(PaddingEvidence {
        examples: padded.batch.size(),
        places: padded.places(),
        content,
        shorter,
        losses: view.losses()?,
        answers: plain.outputs.largest_difference(&other, |_, _| true).is_some(),
    }))
}

/// The layers of a declared model with one input of tokens, for sequences of this length.
fn shorter_plan(stage: &Stage<'_>, length: usize) -> Option<Plan> {
    let model = stage.subject.spec.declared_model()?;
    let input = stage.subject.declared()?.inputs.first()?;
    let input = PlannedInput { name: input.name.clone(), signal: Signal::Tokens(length) };
    Plan::wired(model, vec![input]).ok()
}

/// A pass over padded examples, with what is known of them.
struct View<'a> {
    stage: &'a Stage<'a>,
    padded: &'a Padded,
    axes: &'a Axes,
    plain: &'a Seen,
}

impl View<'_> {
    /// What other contents at places of padding move.
    fn content(&self) -> Result<Option<PaddingShift>, DeviceFailure> {
        let seen = self.stage.seen(&self.padded.filled(), Some(&self.padded.batch))?;
        let pairs = self.plain.outputs.0.iter().zip(&seen.outputs.0);
        let Some(shift) = self.largest(pairs.map(|(one, other)| self.moved(one, other))) else {
            return Ok(None);
        };
        let layers = self.plain.layers.iter().zip(&seen.layers);
        let first = layers.map(|(one, other)| self.moved(one, other)).find_map(|moved| {
            let moved = moved?;
            (moved.difference > roundoff(self.stage, moved.scale)).then_some(moved.output)
        });
        Ok(Some(PaddingShift { layer: first.and_then(|path| self.layer(path)), ..shift }))
    }

    fn layer(&self, path: String) -> Option<(String, String)> {
        let layers = self.stage.subject.declared()?.flat();
        let layer = layers.into_iter().find(|layer| layer.path == path)?;
        Some((path, layer.kind.term().to_owned()))
    }

    fn largest(&self, shifts: impl Iterator<Item = Option<PaddingShift>>) -> Option<PaddingShift> {
        shifts.flatten().max_by(|one, other| one.difference.total_cmp(&other.difference))
    }

    /// The largest difference at numbers that are not of places of padding.
    fn moved(&self, one: &Array, other: &Array) -> Option<PaddingShift> {
        let axis = match self.axes.of(one) {
            TimeAxis::Unknown if !self.flattens(&one.name) => return None,
            TimeAxis::Unknown | TimeAxis::None => None,
            TimeAxis::At(axis) => Some(axis),
        };
        let pairs = one.numbers.iter().zip(&other.numbers).enumerate();
        let counted = pairs.filter(|(index, _)| self.is_real(one, axis, *index));
        let largest = counted
            .map(|(index, (a, b))| (index, difference(*a, *b)))
            .filter(|(_, size)| *size > 0.0)
            .max_by(|one, other| one.1.total_cmp(&other.1));
        largest.map(|(index, size)| shift(one, axis, index, size))
    }

    /// Whether places of padding become features, so that no number is of one alone.
    fn flattens(&self, path: &str) -> bool {
        let layers = self.stage.subject.declared().map_or_else(Vec::new, Plan::flat);
        layers.iter().any(|layer| layer.path == path && layer.kind == LayerKind::Flatten)
    }

    fn is_real(&self, array: &Array, axis: Option<usize>, index: usize) -> bool {
        let Some(axis) = axis else { return true };
        let row = place_along(&array.shape, 0, index);
        !self.padded.is_padding(row, array.shape[axis], place_along(&array.shape, axis, index))
    }

    /// What the same examples with less padding at the end move.
    fn shorter(
        &self,
        bench: &Bench,
        plan: Option<&Plan>,
        rest: usize,
    ) -> Result<Result<Option<PaddingShift>, String>, DeviceFailure> {
        let Stage { subject, place, .. } = *self.stage;
        let cut = self.padded.cut.expect("there is padding at the end");
        let batch = self.padded.batch.shortened(cut).expect("the input is one of tokens");
        let one_length = |what: &str| Ok(Err(format!("the model takes one length alone: {what}")));
        let seen = match (self.stage.model, subject.declared()) {
            (Model::Declared(_), Some(own)) => {
                let Some(plan) = plan else {
                    return one_length(&format!("no layers fit {rest} places"));
                };
                if let Some(layer) = other_weights(own, plan) {
                    return one_length(&format!("`{layer}` has weights for each place"));
                }
                let faults = subject.spec.faults.iter().map(|fault| fault.value.clone());
                let faults: Vec<Fault> = faults.collect();
                let network = Network::build(plan, &place.device).plant(&faults);
                let trained = bench.weights.load(Model::Declared(network), place);
                let model = subject.in_use(&trained);
                Stage { model: &model, ..*self.stage }.seen(&batch, None)?
            }
            _ => match panics::caught(|| self.stage.seen(&batch, None)) {
                Ok(seen) => seen?,
                Err(panic) => {
                    return one_length(panic.lines().next().unwrap_or("it panics"));
                }
            },
        };
        let pairs = self.plain.outputs.0.iter().zip(&seen.outputs.0);
        Ok(Ok(self.largest(pairs.map(|(one, other)| self.moved_to_shorter(one, other)))))
    }

    /// The same for an output of fewer places.
    fn moved_to_shorter(&self, one: &Array, other: &Array) -> Option<PaddingShift> {
        let axis = match self.axes.of(one) {
            TimeAxis::At(axis) => Some(axis),
            _ => None,
        };
        let mut largest: Option<(usize, f64)> = None;
        for (index, b) in other.numbers.iter().enumerate() {
            let own = match axis {
                Some(axis) => moved_index(&other.shape, axis, one.shape[axis], index),
                None => index,
            };
            // Another shape than expected is no number for number.
            let a = one.numbers.get(own).copied().unwrap_or(f64::NAN);
            let size = difference(a, *b);
            let larger = largest.is_none_or(|(_, largest)| size > largest);
            if size > 0.0 && larger && self.is_real(one, axis, own) {
                largest = Some((own, size));
            }
        }
        largest.map(|(index, size)| shift(one, axis, index, size))
    }

    /// The loss with the data's own padding, and with other contents there: where outputs have
    /// places, and targets, too, those of padding must not count.
    fn losses(&self) -> Result<Option<[f64; 2]>, DeviceFailure> {
        let is_declared = matches!(self.stage.model, Model::Declared(_));
        let with_places =
            self.plain.outputs.0.iter().any(|output| self.axes.of(output) != TimeAxis::None);
        let Some((own, filled)) = self.padded.own.as_ref().filter(|_| is_declared && with_places)
        else {
            return Ok(None);
        };
        Ok(Some([self.stage.loss(own, own)?, self.stage.loss(filled, own)?]))
    }
}

/// The path of the first layer that owns other numbers in the other plan.
fn other_weights(one: &Plan, other: &Plan) -> Option<String> {
    let (one, other) = (one.flat(), other.flat());
    let mut pairs = one.into_iter().zip(other);
    let differs = pairs.find(|(a, b)| a.inner.is_empty() && a.parameters != b.parameters);
    differs.map(|(layer, _)| layer.path.clone())
}

/// The index of the same number in an array that is longer along an axis.
fn moved_index(shape: &[usize], axis: usize, length: usize, index: usize) -> usize {
    let stride: usize = shape[axis + 1..].iter().product();
    let (outer, inner) = (index / (stride * shape[axis]), index % (stride * shape[axis]));
    outer * stride * length + inner
}

fn shift(array: &Array, axis: Option<usize>, index: usize, difference: f64) -> PaddingShift {
    PaddingShift {
        output: array.name.clone(),
        layer: None,
        example: place_along(&array.shape, 0, index),
        place: axis.map(|axis| place_along(&array.shape, axis, index)),
        difference,
        scale: root_mean_square(&array.numbers),
    }
}

/// What the freedom to contract products and sums may leave.
fn roundoff(stage: &Stage<'_>, scale: f64) -> f64 {
    64.0 * stage.place.unit_roundoff() * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_place_in_a_longer_array() {
        // [2, 3, 2] in [2, 5, 2]: (1, 2, 1) is 11, and 10 + 5.
        assert_eq!(moved_index(&[2, 3, 2], 1, 5, 11), 15);
        assert_eq!(moved_index(&[2, 3, 2], 1, 5, 3), 3);
    }
}
