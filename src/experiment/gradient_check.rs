//! `gradient_check`: analytic against numerical gradients, tensor by tensor.
//!
//! Two comparisons, two culprits. On the reference device, in f64, the analytic gradient is held
//! against central differences: this judges the mathematics of every backward. Then the analytic
//! gradient of the test device is held against the reference device's: this judges the device's
//! kernels and its rounding.
//!
//! # Numerics
//!
//! For a direction d of unit length, D(h) = (f(x + hd) − f(x − hd)) / 2h. The error of D is at
//! most h²·|f‴|/6 (truncation) + ε·|f|/h (rounding, ε = 2⁻⁵³ times a small factor for the length
//! of the sums). In f64 with h = 1e-5 both are near 1e-11 for losses near 1.
//!
//! A direction that disagrees is looked at again with a smaller step, because a kink (ReLU,
//! max-pool, |x|) between x − hd and x + hd spoils D and says nothing about the backward. Where f
//! is smooth, D(h) and D(h/4) agree to many digits, and the difference of the one-sided derivatives,
//! A(h) = D₊(h) − D₋(h), shrinks in proportion to h. A kink nearby changes D, one at the point keeps
//! A from shrinking. A wrong backward does neither: it cannot hide behind this.
//!
//! Data has ties that put x right on many kinks at once, whose one-sided differences cancel: equal
//! pixels under a max-pool, zeros before a ReLU. So numeric inputs are moved a little, by a seeded
//! random thousandth of their size, before anything is compared.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use super::backward::{backward, norm_of};
use super::bench::{Bench, scalar, untracked};
use super::direction::{Direction, choose_directions};
use super::evidence::{
    CheckPath, DeviceRandom, DirectionCheck, GradientCheckEvidence, TensorCheck,
};
use super::initial::zero_by_design;
use super::{Progress, device_comparison, measure};
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, NamedGradient, Pass, Weights};
use crate::objective::{evaluate, objective};
use crate::random::Random;
use crate::subject::{Batch, Subject};

/// Examples in the batch of the differences: few, so that single examples count.
const EXAMPLES: usize = 4;

/// Step of the central differences, scaled by the tensor's size where that is above 1.
const STEP: f64 = 1e-5;

/// Rounding of a loss in f64: 2⁻⁵³ and room for sums.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// A tensor's gradient counts as zero when its norm is below this share of the largest one.
const ZERO_SHARE: f64 = 1e-10;

/// Relative error from which on a direction is looked at again with smaller steps. Well below
/// every tolerance that the property allows by default.
const SUSPICIOUS: f64 = 1e-7;

/// Runs the experiment. `test` holds the test device's gradients on the initial sample.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    test: &[NamedGradient],
    progress: Progress<'_>,
) -> Result<GradientCheckEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let rounding_bound = device_comparison::rounding_bound(subject, &bench.weights);
    let place = bench.home();
    // What a model draws from a device's own stream differs between devices.
    let devices_differ = bench.reference.as_ref().is_ok_and(|place| *place != bench.test)
        && bench.device_random() != DeviceRandom::Always;
    let device_errors = match devices_differ {
        true => Some(device_comparison::device_errors(bench, test, place, rounding_bound)?),
        false => None,
    };
    let mut random = Random::new(subject.spec.training.seed, "gradient_check");
    let mut batch = subject.sample(EXAMPLES);
    break_ties(&mut batch, &mut random);
    let reference = backward(bench, place, &batch, Pass::plain())?;
    let largest = reference.gradients.iter().map(norm_of).fold(0.0, f64::max);
    let mut probe = Probe {
        subject,
        batch: &batch,
        weights: &bench.weights,
        model: untracked(&bench.model(place)),
        place,
        loss: 0.0,
    };
    probe.loss = probe.here()?;
    let tensors = reference.gradients.len();
    let mut checks = Vec::with_capacity(tensors);
    for (index, gradient) in reference.gradients.iter().enumerate() {
        progress("checking gradients", index, tensors, None);
        let tensor = bench.weights.tensors.iter().position(|tensor| tensor.path == gradient.path);
        let moved = tensor.map_or(Moved::Input, Moved::Tensor);
        let plan = subject.declared();
        let zero_expected = plan.is_some_and(|plan| zero_by_design(&gradient.path, plan).is_some());
        checks.push(TensorCheck {
            device_error: device_errors.as_ref().map(|errors| errors[index]),
            ..probe.check(gradient, moved, largest, zero_expected, &mut random)?
        });
    }
    Ok(GradientCheckEvidence {
        examples: batch.size(),
        loss: reference.loss + reference.penalty,
        path: CheckPath::Reference,
        tensors: checks,
        devices_differ,
        rounding_bound,
    })
}

/// Size of the random moves that break ties, as a share of the inputs' root mean square. Far above
/// the differences' step, far below what changes the network's regime.
const TIE_BREAK: f64 = 1e-3;

/// Moves numeric inputs off exact ties; tokens stay.
fn break_ties(batch: &mut Batch, random: &mut Random) {
    let Some(inputs) = batch.numeric_mut() else { return };
    let size = TIE_BREAK * root_mean_square(inputs);
    for input in inputs {
        *input += size * random.normal();
    }
}

/// What is moved: a tensor, by its place among all of the model's, or the input.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moved {
    Tensor(usize),
    Input,
}

/// Evaluates the objective around the point.
struct Probe<'a> {
    subject: &'a Subject,
    batch: &'a Batch,
    weights: &'a Weights,
    model: Model,
    place: &'a Place,
    /// f at the point, by the same path as all other evaluations.
    loss: f64,
}

impl Probe<'_> {
    fn check(
        &mut self,
        gradient: &NamedGradient,
        moved: Moved,
        largest: f64,
        zero_expected: bool,
        random: &mut Random,
    ) -> Result<TensorCheck, DeviceFailure> {
        let count: usize = gradient.shape.iter().product();
        let zeros = vec![0.0; count];
        let claimed = gradient.values.as_ref().unwrap_or(&zeros);
        let norm = measure::norm(claimed);
        let scale = self.scale(moved);
        let typical = norm / (count as f64).sqrt();
        let mut directions = Vec::new();
        for direction in choose_directions(claimed, norm, random) {
            let analytic = direction.dot(claimed);
            directions.push(self.direction(moved, &direction, analytic, typical, scale)?);
        }
        let numeric = directions.iter().map(|d| d.numeric.abs()).fold(0.0, f64::max);
        let floor = (largest * ZERO_SHARE).max(self.noise(STEP * scale));
        Ok(TensorCheck {
            tensor: gradient.path.clone(),
            norm,
            directions,
            device_error: None,
            structurally_zero: norm <= floor && (zero_expected || numeric <= floor),
        })
    }

    /// One directional derivative, with smaller steps if the first one disagrees.
    fn direction(
        &mut self,
        moved: Moved,
        direction: &Direction,
        analytic: f64,
        typical: f64,
        scale: f64,
    ) -> Result<DirectionCheck, DeviceFailure> {
        let step = STEP * scale;
        let (plus, minus) = self.sides(moved, direction, step)?;
        let numeric = (plus - minus) / (2.0 * step);
        let size =
            |numeric: f64| analytic.abs().max(numeric.abs()).max(typical).max(f64::MIN_POSITIVE);
        let noise = self.noise(step);
        let check = |numeric: f64, noise: f64, kink: bool| DirectionCheck {
            analytic,
            numeric,
            relative_error: (analytic - numeric).abs() / size(numeric),
            noise: noise / size(numeric),
            kink,
        };
        let first = check(numeric, noise, false);
        if first.relative_error <= SUSPICIOUS + first.noise || !numeric.is_finite() {
            return Ok(first);
        }
        let wide = (plus - 2.0 * self.loss + minus) / step;
        let small_step = step / 4.0;
        let (plus, minus) = self.sides(moved, direction, small_step)?;
        let smaller = (plus - minus) / (2.0 * small_step);
        let narrow = (plus - 2.0 * self.loss + minus) / small_step;
        let noise = self.noise(small_step);
        // D is within |D(h) − D(h/4)| / 15 of the derivative where f is smooth.
        let truncation = (numeric - smaller).abs() / 15.0;
        let second = check(smaller, noise + truncation, false);
        let mismatch = (analytic - smaller).abs();
        let shrinks = (wide / narrow).abs() > 2.5;
        let at_the_point = narrow.abs() > 0.5 * mismatch && !shrinks && narrow.abs() > 4.0 * noise;
        let nearby = (numeric - smaller).abs() > 0.1 * mismatch;
        let disagrees = second.relative_error > SUSPICIOUS + second.noise;
        let kink = disagrees && (at_the_point || nearby);
        Ok(DirectionCheck { kink, ..second })
    }

    /// The objective on both sides of the point.
    fn sides(
        &mut self,
        moved: Moved,
        direction: &Direction,
        step: f64,
    ) -> Result<(f64, f64), DeviceFailure> {
        Ok((self.at(moved, direction, step)?, self.at(moved, direction, -step)?))
    }

    fn at(&self, moved: Moved, direction: &Direction, step: f64) -> Result<f64, DeviceFailure> {
        match moved {
            Moved::Tensor(index) => {
                let mut values = self.weights.tensors[index].values.clone();
                direction.add_to(&mut values, step);
                let mut replace = Replace { index, values: &values, seen: 0 };
                self.value(&self.model.clone().map(&mut replace), self.batch)
            }
            Moved::Input => {
                let mut batch = self.batch.clone();
                let inputs = batch.numeric_mut().expect("only a numeric input has a gradient");
                direction.add_to(inputs, step);
                self.value(&self.model, &batch)
            }
        }
    }

    /// The objective at the point itself.
    fn here(&self) -> Result<f64, DeviceFailure> {
        self.value(&self.model, self.batch)
    }

    fn value(&self, model: &Model, batch: &Batch) -> Result<f64, DeviceFailure> {
        let found = evaluate(
            self.subject,
            model,
            batch,
            batch.inputs(self.place),
            self.place,
            &mut Pass::plain(),
        );
        scalar(objective(&self.subject.spec.loss, model, found.loss))
    }

    /// What rounding of the loss makes of a difference quotient.
    fn noise(&self, step: f64) -> f64 {
        ROUNDING * self.loss.abs() / step
    }

    /// Root mean square of the moved numbers, 1 at the least.
    fn scale(&self, moved: Moved) -> f64 {
        let numbers = match moved {
            Moved::Tensor(index) => self.weights.tensors[index].values.as_slice(),
            Moved::Input => self.batch.numeric().unwrap_or_default(),
        };
        root_mean_square(numbers).max(1.0)
    }
}

fn root_mean_square(numbers: &[f64]) -> f64 {
    measure::norm(numbers) / (numbers.len().max(1) as f64).sqrt()
}

/// Replaces the numbers of one tensor.
struct Replace<'a> {
    /// Its place among all tensors of the model.
    index: usize,
    values: &'a [f64],
    /// Tensors seen so far.
    seen: usize,
}

impl ModuleMapper for Replace<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.seen;
        self.seen += 1;
        if index != self.index {
            return param;
        }
        let tensor = param.val();
        let data = TensorData::new(self.values.to_vec(), tensor.dims());
        Param::initialized(param.id, Tensor::from_data(data, (&tensor.device(), tensor.dtype())))
    }
}
