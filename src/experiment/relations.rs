//! `relations`: what an output may depend on, seen in forward passes over variations of one batch.
//!
//! A pass in which something was changed that must not matter (another example of the batch, what
//! comes later in a sequence) is compared number by number with the pass that was left alone. No
//! gradient is asked, so that tokens are treated as numbers are, and dead units hide nothing that
//! they do not hide from the loss as well.
//!
//! Everything runs where weights are drawn, mostly in 64 bits, so that what is found is the same on
//! every machine; with random layers off.

mod augmented;
mod causality;
mod evidence;
mod mixing;
mod padding;
mod positions;
mod seen;
mod symmetry;

pub use augmented::AugmentedScale;
pub use evidence::{
    CausalityEvidence, Influence, MixingEvidence, PositionsEvidence, RelationsEvidence, TimeLeak,
};
pub use padding::{PaddingEvidence, PaddingPlan, PaddingShift};
pub use symmetry::{Asymmetry, SymmetryEvidence, SymmetryPlan, Transformation};

use super::bench::{Bench, evaluate_quietly, scalar, untracked};
use super::measure::root_mean_square;
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, Pass, Value, to_f64};
use crate::objective::compute;
use crate::registry::Computed;
use crate::spec::LayerKind;
use crate::subject::{Batch, Subject};

/// How many examples a pass sees at most. Each of them is exchanged for another one.
const EXAMPLES: usize = 8;

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationsPlan {
    /// The axis of inputs and outputs that is time; the batch is axis 0.
    pub time_axis: usize,
    pub padding: PaddingPlan,
    /// What the spec says that the model is invariant or equivariant to.
    pub symmetries: Vec<SymmetryPlan>,
}

/// Runs the experiment.
///
/// # Errors
///
/// When the device fails.
pub fn run(bench: &Bench, plan: &RelationsPlan) -> Result<RelationsEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let place = bench.home();
    let trained = bench.model(place);
    let used = subject.in_use(&trained);
    let batch = subject.sample(EXAMPLES);
    let stage = Stage { subject, place, model: &used };
    let (loss, doubled_loss) = losses(&stage, &batch)?;
    let repeated_loss =
        doubled_loss.map(|_| stage.loss_in_use(&subject.sample(EXAMPLES))).transpose()?;
    let remade_loss = remade_loss(&stage, &batch)?;
    let plain = stage.outputs(&batch)?;
    let again = stage.outputs(&batch)?.largest_difference(&plain, |_, _| true);
    let obstacle = obstacle(subject, &batch, &plain);
    let mut evidence = RelationsEvidence {
        examples: batch.size(),
        roundoff: place.unit_roundoff(),
        loss,
        doubled_loss,
        repeated_loss,
        remade_loss,
        unsteadiness: again.map_or(0.0, |difference| difference.size),
        scale: plain.scale(),
        mixing: Vec::new(),
        normalizes_over_batch: is_normalized_over_batch(bench),
        causality: Err(obstacle.unwrap_or_default().to_owned()),
        padding: Err(obstacle.unwrap_or_default().to_owned()),
        symmetries: Vec::new(),
        augmented: Vec::new(),
        positions: None,
        obstacle,
    };
    if obstacle.is_none() {
        evidence.mixing.push(mixing::run(&stage, false)?);
        let training = untracked(&trained);
        let training = Stage { model: &training, ..stage };
        evidence.mixing.push(mixing::run(&training, true)?);
        evidence.causality = causality::run(&stage, &batch, plan.time_axis)?;
        evidence.positions = positions::run(&stage, &batch)?;
        evidence.padding = padding::run(bench, &stage, &plan.padding)?;
        evidence.augmented = augmented::run(&stage)?;
        evidence.symmetries = symmetry::run(&stage, &batch, &plan.symmetries)?;
    }
    Ok(evidence)
}

/// The loss of a batch and of the same batch twice, as the model is used.
fn losses(stage: &Stage<'_>, batch: &Batch) -> Result<(f64, Option<f64>), DeviceFailure> {
    // A training step of the model's own asks for a graph.
    if stage.subject.rust().is_some_and(|plan| plan.steps()) {
        return Ok((f64::NAN, None));
    }
    let twice: Vec<usize> = batch.indices.iter().chain(&batch.indices).copied().collect();
    Ok((stage.loss_in_use(batch)?, Some(stage.loss_in_use(&stage.subject.batch(&twice))?)))
}

/// The loss of a batch of the model's own and of the same examples made into a batch again, where the same
/// batch has the same loss twice.
fn remade_loss(stage: &Stage<'_>, batch: &Batch) -> Result<Option<[f64; 2]>, DeviceFailure> {
    let (Some(plan), Model::Rust(module)) = (stage.subject.rust(), stage.model) else {
        return Ok(None);
    };
    let Some([one, again, other]) = plan.remade(module, &batch.indices, &stage.place.device) else {
        return Ok(None);
    };
    let (one, again, other) = (scalar(one)?, scalar(again)?, scalar(other)?);
    Ok((one == again).then_some([one, other]))
}

/// Why outputs and examples cannot be held against each other, if so.
fn obstacle(subject: &Subject, batch: &Batch, plain: &Outputs) -> Option<&'static str> {
    if subject.dataset().is_none() {
        return Some("the model brings its own examples, which cannot be exchanged");
    }
    if batch.size() < 2 {
        return Some("there is one example alone");
    }
    let by_rows = |array: &Array| array.shape.first() == Some(&batch.size());
    if !plain.0.iter().all(by_rows) {
        return Some("the model's output has no row for each example");
    }
    None
}

/// Whether a layer is meant to see the whole batch while it trains.
pub(super) fn is_normalized_over_batch(bench: &Bench) -> bool {
    match bench.subject.declared() {
        Some(plan) => {
            plan.flat().iter().any(|layer| matches!(layer.kind, LayerKind::BatchNorm { .. }))
        }
        None => bench.facts().layers.iter().any(|layer| layer.kind == "BatchNorm"),
    }
}

/// A model in one mode, at a place.
#[derive(Clone, Copy)]
pub(super) struct Stage<'a> {
    pub subject: &'a Subject,
    pub place: &'a Place,
    pub model: &'a Model,
}

impl Stage<'_> {
    /// The loss of a batch, as the model is used.
    fn loss_in_use(&self, batch: &Batch) -> Result<f64, DeviceFailure> {
        evaluate_quietly(self.subject, self.model, batch, self.place)
    }

    /// All outputs for a batch of a model that is used.
    pub fn outputs(&self, batch: &Batch) -> Result<Outputs, DeviceFailure> {
        self.outputs_of(batch, &mut self.subject.pass_in_use())
    }

    /// All outputs for a batch in a pass.
    pub fn outputs_of(&self, batch: &Batch, pass: &mut Pass) -> Result<Outputs, DeviceFailure> {
        let inputs = batch.inputs(self.place);
        let computed = compute(self.subject, self.model, batch, inputs, self.place, pass);
        let values: Vec<(String, Value)> = match computed {
            Computed::Output(output) => vec![("output".to_owned(), output)],
            Computed::Outputs(outputs) => {
                outputs.into_iter().map(|output| (output.name, output.value)).collect()
            }
            Computed::Terms(_) | Computed::Stepped { .. } => Vec::new(),
        };
        let arrays = values.into_iter().map(|(name, value)| {
            let shape = value.shape();
            let flat = [shape.iter().product::<usize>(), 1];
            let numbers = value.reshape(&flat).into_float::<2>();
            let numbers = to_f64(numbers.try_into_data().map_err(DeviceFailure::from_error)?);
            Ok(Array { name, shape, numbers })
        });
        arrays.collect::<Result<_, DeviceFailure>>().map(Outputs)
    }
}

/// What a pass gave, on the host.
#[derive(Debug, Clone)]
pub(super) struct Outputs(Vec<Array>);

#[derive(Debug, Clone)]
struct Array {
    name: String,
    /// With the batch axis.
    shape: Vec<usize>,
    numbers: Vec<f64>,
}

impl Outputs {
    /// Whether the model gives outputs, and not a loss of its own alone.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Root of the mean square over all numbers.
    pub fn scale(&self) -> f64 {
        let all: Vec<f64> = self.0.iter().flat_map(|array| &array.numbers).copied().collect();
        root_mean_square(&all)
    }

    /// The share of numbers that are exactly 0 here and not in another pass; nothing where no number of
    /// both is negative.
    pub fn zeroed(&self, other: &Self) -> f64 {
        let numbers = |outputs: &'_ Self| -> Vec<f64> {
            outputs.0.iter().flat_map(|array| &array.numbers).copied().collect()
        };
        let (own, others) = (numbers(self), numbers(other));
        if own.iter().chain(&others).all(|number| *number >= 0.0) {
            return 0.0;
        }
        let zeroed = own.iter().zip(&others).filter(|(own, other)| **own == 0.0 && **other != 0.0);
        zeroed.count() as f64 / own.len().max(1) as f64
    }

    /// The rows of each output in the other order.
    fn turned(&self) -> Self {
        let turned = self.0.iter().map(|array| {
            let rows = array.shape.first().copied().unwrap_or(1).max(1);
            let rows = array.numbers.chunks((array.numbers.len() / rows).max(1));
            Array { numbers: rows.rev().flatten().copied().collect(), ..array.clone() }
        });
        Self(turned.collect())
    }

    /// The largest difference over the numbers that `counts` takes, with where it is: the output, and
    /// the number's index in it. `counts` is given the shape and the index.
    pub fn largest_difference(
        &self,
        other: &Self,
        counts: impl Fn(&[usize], usize) -> bool,
    ) -> Option<Difference> {
        let mut largest: Option<Difference> = None;
        for (array, (one, two)) in self.0.iter().zip(&other.0).enumerate() {
            for (index, (a, b)) in one.numbers.iter().zip(&two.numbers).enumerate() {
                let size = difference(*a, *b);
                let larger = largest.as_ref().is_none_or(|largest| size > largest.size);
                if size > 0.0 && larger && counts(&one.shape, index) {
                    largest = Some(Difference { array, index, size });
                }
            }
        }
        largest
    }
}

/// Where two passes differ most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference {
    array: usize,
    index: usize,
    pub size: f64,
}

/// |a − b|; nothing between two that are not finite in the same way, and infinite where one is.
pub(super) fn difference(a: f64, b: f64) -> f64 {
    let alike = a == b || a.is_nan() && b.is_nan();
    match (alike, (a - b).abs()) {
        (true, _) => 0.0,
        (false, size) if size.is_nan() => f64::INFINITY,
        (false, size) => size,
    }
}

/// The place of a number along an axis of its array.
fn place_along(shape: &[usize], axis: usize, index: usize) -> usize {
    let stride: usize = shape[axis + 1..].iter().product();
    index / stride % shape[axis]
}

/// Up to `at_most` numbers from `first` to `last`, both among them, evenly spaced.
fn spread(first: usize, last: usize, at_most: usize) -> Vec<usize> {
    let count = (last + 1).saturating_sub(first).min(at_most);
    match count {
        0 => Vec::new(),
        1 => vec![first],
        _ => (0..count).map(|each| first + each * (last - first) / (count - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_from_end_to_end() {
        assert_eq!(spread(1, 9, 5), [1, 3, 5, 7, 9]);
        assert_eq!(spread(1, 3, 8), [1, 2, 3]);
        assert_eq!((spread(4, 4, 8), spread(5, 4, 8)), (vec![4], vec![]));
    }

    #[test]
    fn what_is_not_finite_differs_from_what_is() {
        assert_eq!(difference(f64::NAN, f64::NAN), 0.0);
        assert_eq!(difference(f64::INFINITY, f64::INFINITY), 0.0);
        assert_eq!(difference(f64::NAN, 1.0), f64::INFINITY);
        assert_eq!(difference(1.0, 3.5), 2.5);
    }

    #[test]
    fn an_index_has_a_place_along_each_axis() {
        // [2, 3, 4]: index 17 is (1, 1, 1).
        assert_eq!([0, 1, 2].map(|axis| place_along(&[2, 3, 4], axis, 17)), [1, 1, 1]);
        assert_eq!(place_along(&[2, 3, 4], 1, 11), 2);
    }
}
