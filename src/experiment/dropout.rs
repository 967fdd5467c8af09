//! `dropout`: what dropout does in both modes: whether outputs are random in training and are not in
//! use, and how much more the inputs of batch normalizations vary in training than in use.
//!
//! Everything runs where weights are drawn, mostly in 64 bits; masks of declared models are drawn on the
//! host, those of Rust models by the device.

use serde::Serialize;

use super::bench::{Bench, untracked};
use super::measure::{self, Seen, median, moments};
use super::relations::Stage;
use crate::device::DeviceFailure;
use crate::model::{Pass, Plan, PlannedLayer};
use crate::objective;
use crate::random::Random;
use crate::registry::Computed;
use crate::spec::LayerKind;
use crate::subject::Batch;

/// Examples whose outputs are compared.
const FEW: usize = 8;
/// Examples over which variances are taken.
const MANY: usize = 128;
/// Masks over which variances are averaged.
const DRAWS: u64 = 4;

/// What dropout does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DropoutEvidence {
    /// Layers that drop elements, in forward order.
    pub layers: Vec<DroppingLayer>,
    /// Outputs of the same examples, twice in each mode, or why they cannot be compared.
    pub outputs: Result<TwiceEvidence, &'static str>,
    /// Batch normalizations behind a dropout.
    pub shifts: Vec<VarianceShift>,
}

/// A layer that drops elements in training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DroppingLayer {
    pub path: String,
    /// As in [`crate::experiment::LayerFacts`].
    pub kind: String,
    /// The probability of an element to be dropped; a Rust model does not show it.
    pub rate: Option<f64>,
    /// Whether nothing comes behind it: the loss sees what it drops.
    pub is_output: bool,
}

/// The outputs of the same examples with other random numbers: the largest |difference|.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TwiceEvidence {
    pub examples: usize,
    pub in_training: f64,
    pub in_use: f64,
    /// The share of the outputs that are exactly 0 in training and not in use; nothing where outputs are
    /// never negative, as behind a ReLU, which gives zeros of its own.
    pub zeroed: f64,
    /// Root of the mean square of the outputs in use.
    pub scale: f64,
    /// Unit roundoff of the place.
    pub roundoff: f64,
}

/// The input of a batch normalization in both modes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VarianceShift {
    pub norm: String,
    /// The dropout in front of it that is nearest.
    pub dropout: String,
    /// Variance in training over the variance in use: of the channel in the middle.
    pub ratio: f64,
}

/// Runs the experiment.
///
/// # Errors
///
/// When the device fails.
pub fn run(bench: &Bench) -> Result<DropoutEvidence, DeviceFailure> {
    let layers: Vec<DroppingLayer> = match bench.subject.declared() {
        Some(plan) => plan.flat().into_iter().filter_map(|layer| dropping(layer, plan)).collect(),
        None => bench.dropout_modules().iter().map(|path| of_rust(path)).collect(),
    };
    Ok(DropoutEvidence { outputs: twice(bench)?, shifts: shifts(bench, &layers)?, layers })
}

fn dropping(layer: &PlannedLayer, plan: &Plan) -> Option<DroppingLayer> {
    let rate = match &layer.kind {
        LayerKind::Dropout { probability } => *probability,
        LayerKind::MultiHeadAttention(attention) | LayerKind::CrossAttention { attention, .. } => {
            attention.dropout
        }
        LayerKind::TransformerEncoder(encoder) => encoder.dropout,
        LayerKind::TransformerDecoder(decoder) => decoder.blocks.dropout,
        _ => return None,
    };
    let is_output = matches!(layer.kind, LayerKind::Dropout { .. })
        && plan.outputs.iter().any(|output| output.path == layer.path);
    (rate > 0.0).then(|| DroppingLayer {
        path: layer.path.clone(),
        kind: layer.kind.term().to_owned(),
        rate: Some(rate),
        is_output,
    })
}

fn of_rust(path: &str) -> DroppingLayer {
    DroppingLayer {
        path: path.to_owned(),
        kind: "Dropout".to_owned(),
        rate: None,
        is_output: false,
    }
}

/// The pass of a draw, with random layers on.
fn drawn(draw: u64) -> Pass {
    Pass::with_dropout(Random::new(draw, "dropout"))
}

fn twice(bench: &Bench) -> Result<Result<TwiceEvidence, &'static str>, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    if subject.rust().is_some_and(|plan| plan.is_objective() || plan.steps()) {
        return Ok(Err("the model computes its own loss, and shows no outputs"));
    }
    let batch = subject.sample(FEW);
    let training = bench.model(place);
    let used = subject.in_use(&training);
    let in_use = Stage { subject, place, model: &used };
    // Random layers of a declared model are on where a pass has random numbers: in use none has.
    let first = match subject.declared() {
        Some(_) => in_use.outputs(&batch)?,
        None => in_use.outputs_of(&batch, &mut drawn(1))?,
    };
    if !first.is_known() {
        return Ok(Err("the model computes its own loss, and shows no outputs"));
    }
    let second = match subject.declared() {
        Some(_) => in_use.outputs_of(&batch, &mut Pass::plain())?,
        None => in_use.outputs_of(&batch, &mut drawn(2))?,
    };
    let in_training = Stage { subject, place, model: &training };
    let one = in_training.outputs_of(&batch, &mut drawn(1))?;
    let other = in_training.outputs_of(&batch, &mut drawn(2))?;
    let apart = |difference: Option<super::relations::Difference>| {
        difference.map_or(0.0, |difference| difference.size)
    };
    Ok(Ok(TwiceEvidence {
        examples: batch.size(),
        in_training: apart(one.largest_difference(&other, |_, _| true)),
        in_use: apart(first.largest_difference(&second, |_, _| true)),
        zeroed: one.zeroed(&first),
        scale: first.scale(),
        roundoff: place.unit_roundoff(),
    }))
}

/// The inputs of batch normalizations in training and in use; none without a dropout in front.
fn shifts(bench: &Bench, layers: &[DroppingLayer]) -> Result<Vec<VarianceShift>, DeviceFailure> {
    let subject = &bench.subject;
    let Some(plan) = subject.declared() else { return Ok(Vec::new()) };
    let flat = plan.flat();
    let is_norm = |layer: &&&PlannedLayer| matches!(layer.kind, LayerKind::BatchNorm { .. });
    if layers.is_empty() || !flat.iter().any(|layer| is_norm(&layer)) {
        return Ok(Vec::new());
    }
    let batch = subject.sample(MANY);
    let quiet = recorded(bench, &batch, Pass::recording())?;
    let mut random = Vec::new();
    for draw in 0..DRAWS {
        random.push(recorded(bench, &batch, drawn(draw).recorded())?);
    }
    let order = |path: &str| quiet.iter().position(|seen| seen.path == path);
    let mut found = Vec::new();
    for seen in &quiet {
        let readers = plan.readers(&seen.path);
        let norms = readers.iter().flatten().filter(is_norm);
        for norm in norms {
            let in_front =
                layers.iter().rev().find(|layer| order(&layer.path) <= order(&seen.path));
            let Some(dropout) = in_front else { continue };
            let same = |pass: &'_ Vec<Seen>| {
                pass.iter().find(|other| other.path == seen.path).map(variances)
            };
            let drawn: Vec<Vec<f64>> = random.iter().filter_map(same).collect();
            found.push(VarianceShift {
                norm: norm.path.clone(),
                dropout: dropout.path.clone(),
                ratio: ratio(&variances(seen), &drawn),
            });
        }
    }
    Ok(found)
}

fn recorded(bench: &Bench, batch: &Batch, mut pass: Pass) -> Result<Vec<Seen>, DeviceFailure> {
    let (subject, place) = (&bench.subject, bench.home());
    let model = untracked(&bench.model(place));
    let inputs = batch.inputs(place);
    let _outputs: Computed = objective::compute(subject, &model, batch, inputs, place, &mut pass);
    measure::seen(pass.into_recorded())
}

/// The variance of each channel (axis 1) over everything else.
fn variances(seen: &Seen) -> Vec<f64> {
    let channels = seen.shape.get(1).copied().unwrap_or(1).max(1);
    let stride: usize = seen.shape.iter().skip(2).product();
    let of = |channel: usize| {
        let numbers = seen.numbers.iter().enumerate();
        let own = numbers.filter(|(index, _)| index / stride.max(1) % channels == channel);
        moments(&own.map(|(_, number)| *number).collect::<Vec<_>>()).1.powi(2)
    };
    (0..channels).map(of).collect()
}

/// The median over channels of the mean variance with dropout over the variance without; 1 where
/// nothing varies.
fn ratio(still: &[f64], drawn: &[Vec<f64>]) -> f64 {
    let mean = |channel: usize| {
        drawn.iter().map(|draw| draw[channel]).sum::<f64>() / drawn.len().max(1) as f64
    };
    let largest = still.iter().copied().fold(0.0, f64::max);
    // A channel that is constant tells nothing.
    let alive = (0..still.len()).filter(|channel| still[*channel] > 1e-9 * largest);
    let ratios: Vec<f64> = alive.map(|channel| mean(channel) / still[channel]).collect();
    if ratios.is_empty() { 1.0 } else { median(ratios) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_of_channels() {
        // Two examples of two channels of two places.
        let numbers = vec![0.0, 2.0, 5.0, 5.0, 0.0, 2.0, 5.0, 5.0];
        let seen = Seen { path: "layer".to_owned(), shape: vec![2, 2, 2], numbers };
        assert_eq!(variances(&seen), [1.0, 0.0]);
    }

    #[test]
    fn the_shift_is_of_the_channel_in_the_middle_and_constant_ones_do_not_count() {
        let drawn = [vec![2.0, 1.0, 9.0, 4.0], vec![2.0, 1.0, 9.0, 8.0]];
        assert_eq!(ratio(&[1.0, 1.0, 0.0, 1.0], &drawn), 2.0);
        assert_eq!(ratio(&[0.0], &[vec![0.0]]), 1.0);
    }
}
