//! `gradient_check`: analytic against numerical gradients, tensor by tensor.
//!
//! The analytic gradient is held against central differences: this judges the mathematics of every
//! backward. Whether the test device's kernels compute the same gradient is asked by `devices`.
//!
//! How a directional derivative is measured in 64 bits says [`double_precision`], and in 32 bits,
//! for models that do not run on the reference device, [`single_precision`].
//!
//! Data has ties that put x right on many kinks at once, whose one-sided differences cancel: equal
//! pixels under a max-pool, zeros before a ReLU. So numeric inputs are moved a little, by a seeded
//! random thousandth of their size, before anything is compared.

mod double_precision;
mod probe;
mod single_precision;

use burn::tensor::FloatDType;

use self::probe::{Moved, Probe};
use super::backward::{backward, norm_of};
use super::bench::Bench;
use super::direction::{Direction, choose_directions};
use super::evidence::{CheckPath, GradientCheckEvidence, TensorCheck};
use super::initial::zero_by_design;
use super::{Progress, measure};
use crate::device::DeviceFailure;
use crate::model::{NamedGradient, Pass};
use crate::random::Random;
use crate::subject::Batch;

/// Examples in the batch of the differences: few, so that single examples count.
const EXAMPLES: usize = 4;

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(bench: &Bench, progress: Progress<'_>) -> Result<GradientCheckEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let place = bench.home();
    let mut random = Random::new(subject.spec.training.seed, "gradient_check");
    let mut batch = subject.sample(EXAMPLES);
    break_ties(&mut batch, &mut random);
    let reference = backward(bench, place, &batch, Pass::plain())?;
    let largest = reference.gradients.iter().map(norm_of).fold(0.0, f64::max);
    let probe = Probe::new(bench, place, &batch)?;
    let method = match place.float {
        FloatDType::F64 => Method::Double,
        _ => Method::Single { noise: single_precision::noise(&probe, &mut random)? },
    };
    let tensors = reference.gradients.len();
    let mut checks = Vec::with_capacity(tensors);
    for (index, gradient) in reference.gradients.iter().enumerate() {
        progress("checking gradients", index, tensors, None);
        let tensor = bench.weights.tensors.iter().position(|tensor| tensor.path == gradient.path);
        let moved = tensor.map_or(Moved::Input, Moved::Tensor);
        let plan = subject.declared();
        let zero_expected = plan.is_some_and(|plan| zero_by_design(&gradient.path, plan).is_some());
        checks.push(check(&probe, &method, gradient, moved, largest, zero_expected, &mut random)?);
    }
    Ok(GradientCheckEvidence {
        examples: batch.size(),
        loss: reference.loss + reference.penalty,
        path: match &bench.reference {
            Ok(_) => CheckPath::Reference,
            Err(reason) => CheckPath::SinglePrecision { reason: reason.clone() },
        },
        tensors: checks,
    })
}

/// Size of the random moves that break ties, as a share of the inputs' root mean square. Far above
/// the differences' step, far below what changes the network's regime.
const TIE_BREAK: f64 = 1e-3;

/// Moves numeric inputs off exact ties; tokens stay.
fn break_ties(batch: &mut Batch, random: &mut Random) {
    let Some(inputs) = batch.numeric_mut() else { return };
    let size = TIE_BREAK * measure::root_mean_square(inputs);
    for input in inputs {
        *input += size * random.normal();
    }
}

/// How directional derivatives are measured.
enum Method {
    Double,
    /// `noise` is the standard deviation that rounding gives the loss.
    Single {
        noise: f64,
    },
}

/// Measures all directions of one tensor.
fn check(
    probe: &Probe<'_>,
    method: &Method,
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
    let scale = probe.scale(moved);
    let typical = norm / (count as f64).sqrt();
    let mut directions = Vec::new();
    for direction in choose_directions(claimed, norm, random) {
        let line = Line { probe, moved, direction: &direction, claimed, scale, typical };
        directions.push(match method {
            Method::Double => double_precision::derivative(&line)?,
            Method::Single { noise } => single_precision::derivative(&line, *noise)?,
        });
    }
    let numeric = directions.iter().map(|d| d.numeric.abs()).fold(0.0, f64::max);
    let floor = match method {
        Method::Double => double_precision::zero_floor(probe, largest, scale),
        Method::Single { noise } => single_precision::zero_floor(*noise, largest, scale),
    };
    Ok(TensorCheck {
        tensor: gradient.path.clone(),
        norm,
        directions,
        structurally_zero: norm <= floor && (zero_expected || numeric <= floor),
    })
}

/// A line through the point along which the objective is looked at.
struct Line<'a> {
    probe: &'a Probe<'a>,
    moved: Moved,
    direction: &'a Direction,
    /// The gradient that is claimed for the moved tensor.
    claimed: &'a [f64],
    /// Size of the moved numbers, 1 at the least.
    scale: f64,
    /// The claimed gradient's root mean square.
    typical: f64,
}

impl Line<'_> {
    /// The directional derivative that is claimed.
    fn analytic(&self) -> f64 {
        self.direction.dot(self.claimed)
    }

    /// What errors are relative to: the larger derivative, or the gradient's typical element.
    fn size(&self, numeric: f64) -> f64 {
        let largest = self.analytic().abs().max(numeric.abs());
        largest.max(self.typical).max(f64::MIN_POSITIVE)
    }
}
