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
//! A direction that disagrees is looked at again with smaller steps, because a kink (ReLU,
//! max-pool, |x|) between x − hd and x + hd spoils D and says nothing about the backward. The
//! one-sided differences tell: A(h) = D₊(h) − D₋(h) shrinks in proportion to h where f is smooth,
//! and does not where it has a kink. A wrong backward leaves A small: it cannot hide behind this.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};

use super::bench::{Bench, scalar, untracked};
use super::evidence::{DirectionCheck, GradientCheckEvidence, TensorCheck};
use super::initial::zero_by_design;
use super::{Progress, measure};
use crate::data::InputKind;
use crate::device::DeviceFailure;
use crate::model::{NamedGradient, Network, Pass, Weights, named_gradients, on_float};
use crate::objective::objective;
use crate::random::Random;
use crate::spec::Fault;
use crate::subject::{Batch, Subject};

/// Examples in the check's batch: few, so that single examples count.
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

/// Random directions, largest elements and random elements that are probed in each tensor, beside
/// the direction of its gradient.
const RANDOM_DIRECTIONS: usize = 2;
const LARGEST_ELEMENTS: usize = 2;
const RANDOM_ELEMENTS: usize = 1;

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(bench: &Bench, progress: Progress<'_>) -> Result<GradientCheckEvidence, DeviceFailure> {
    let subject = &bench.subject;
    let count = subject.data.train.len();
    let batch = subject.batch(&(0..count.min(EXAMPLES)).collect::<Vec<_>>());
    let reference = analytic(bench, &bench.devices.reference, &batch)?;
    let devices_differ = !bench.devices.test_is_reference();
    let mut test = match devices_differ {
        true => Some(analytic(bench, &bench.devices.test, &batch)?),
        false => None,
    };
    let rounding_bound = rounding_bound(subject, &batch);
    let mut device_errors = test.as_ref().map(|test| device_errors(test, &reference));
    if device_errors.iter().flatten().any(|error| *error > rounding_bound) && count >= 2 * EXAMPLES
    {
        // A number that f32 and f64 round to different sides of a kink spoils the comparison of
        // one batch, not of two: what is wrong stays wrong on other examples.
        let batch = subject.batch(&(EXAMPLES..2 * EXAMPLES).collect::<Vec<_>>());
        let reference = analytic(bench, &bench.devices.reference, &batch)?;
        test = Some(analytic(bench, &bench.devices.test, &batch)?);
        let second = test.as_ref().map(|test| self::device_errors(test, &reference));
        device_errors = device_errors.zip(second).map(|(first, second)| {
            first.into_iter().zip(second).map(|(first, second)| first.min(second)).collect()
        });
    }

    let largest = reference.gradients.iter().map(norm_of).fold(0.0, f64::max);
    let mut probe = Probe {
        subject,
        batch: &batch,
        weights: &bench.weights,
        model: untracked(&bench.model(&bench.devices.reference)),
        device: bench.devices.reference.clone(),
        loss: 0.0,
    };
    probe.loss = probe.at(Place::Input, &Direction::Element(0), 0.0)?;
    let tensors = reference.gradients.len();
    let mut random = Random::new(subject.spec.training.seed, "gradient_check");
    let mut checks = Vec::with_capacity(tensors);
    for (index, gradient) in reference.gradients.iter().enumerate() {
        progress("checking gradients", index, tensors, None);
        let tensor = bench.weights.tensors.iter().position(|tensor| tensor.path == gradient.path);
        let place = tensor.map_or(Place::Input, Place::Tensor);
        let zero_expected = zero_by_design(&gradient.path, &subject.plan).is_some();
        checks.push(TensorCheck {
            device_error: device_errors.as_ref().map(|errors| errors[index]),
            ..probe.check(gradient, place, largest, zero_expected, &mut random)?
        });
    }
    Ok(GradientCheckEvidence {
        examples: batch.size(),
        loss: reference.loss,
        tensors: checks,
        devices_differ,
        rounding_bound,
    })
}

/// The input's name among the checked tensors.
pub const INPUT: &str = "input";

struct Analytic {
    loss: f64,
    /// Trainable tensors in the model's order, then the input if it has a gradient.
    gradients: Vec<NamedGradient>,
}

/// Loss and analytic gradients on a device.
fn analytic(bench: &Bench, device: &Device, batch: &Batch) -> Result<Analytic, DeviceFailure> {
    let subject = &bench.subject;
    let model = bench.model(device);
    let input = batch.input(device).require_grad();
    let output = model.forward(input.clone(), &mut Pass::plain());
    let loss = objective(&subject.spec.loss, &model, output, &batch.targets);
    let value = scalar(loss.clone().detach())?;
    let minimized = match subject.has_fault(&Fault::NegateGradient) {
        true => loss.neg(),
        false => loss,
    };
    let mut tape = minimized.backward();
    let input_gradient = on_float!(&input, tensor => match tensor.grad(&tape) {
        Some(gradient) => {
            let data = gradient.try_into_data().map_err(DeviceFailure::from_error)?;
            Some(crate::model::to_f64(data))
        }
        None => None,
    }, tokens _tokens => None);
    let gradients = GradientsParams::from_module(&mut tape, &model);
    let mut gradients = named_gradients(&model, &gradients)?;
    if batch.kind == InputKind::Float {
        gradients.push(NamedGradient {
            path: INPUT.to_owned(),
            shape: batch.shape.clone(),
            values: input_gradient,
        });
    }
    Ok(Analytic { loss: value, gradients })
}

fn norm_of(gradient: &NamedGradient) -> f64 {
    gradient.values.as_deref().map_or(0.0, measure::norm)
}

/// ‖g_test − g_reference‖ / ‖g_reference‖ of each tensor. Norms below a millionth of the largest
/// one are lifted to it: a structurally zero gradient is rounding on both devices.
fn device_errors(test: &Analytic, reference: &Analytic) -> Vec<f64> {
    let largest = reference.gradients.iter().map(norm_of).fold(0.0, f64::max);
    let floor = (largest * 1e-6).max(f64::MIN_POSITIVE);
    let errors = test.gradients.iter().zip(&reference.gradients).map(|(test, reference)| {
        let zeros = Vec::new();
        let a = test.values.as_ref().unwrap_or(&zeros);
        let b = reference.values.as_ref().unwrap_or(&zeros);
        if a.len() != b.len() {
            return f64::INFINITY;
        }
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        measure::norm(&difference) / norm_of(reference).max(floor)
    });
    errors.collect()
}

/// Relative difference that f32 rounding alone may cause between two devices: 8·2⁻²⁴·√n, with n
/// the longest sum (the widest fan-in, over all positions and examples), and 1e-5 at the least.
/// Rounding errors of a sum grow with the root of its length when they are independent (Higham,
/// Accuracy and Stability of Numerical Algorithms, 2002, section 2.6).
fn rounding_bound(subject: &Subject, batch: &Batch) -> f64 {
    let longest = subject
        .plan
        .flat()
        .iter()
        .map(|layer| layer.input.elements().max(layer.output.elements()) * batch.size())
        .max()
        .unwrap_or(1);
    (8.0 * f64::from(f32::EPSILON) / 2.0 * (longest as f64).sqrt()).max(1e-5)
}

/// What is moved: a tensor, by its place among all of the model's, or the input.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Tensor(usize),
    Input,
}

/// Evaluates the objective around the point.
struct Probe<'a> {
    subject: &'a Subject,
    batch: &'a Batch,
    weights: &'a Weights,
    model: Network,
    device: Device,
    /// f at the point, by the same path as all other evaluations.
    loss: f64,
}

impl Probe<'_> {
    fn check(
        &mut self,
        gradient: &NamedGradient,
        place: Place,
        largest: f64,
        zero_expected: bool,
        random: &mut Random,
    ) -> Result<TensorCheck, DeviceFailure> {
        let count: usize = gradient.shape.iter().product();
        let zeros = vec![0.0; count];
        let claimed = gradient.values.as_ref().unwrap_or(&zeros);
        let norm = measure::norm(claimed);
        let scale = self.scale(place);
        let typical = norm / (count as f64).sqrt();
        let mut directions = Vec::new();
        for direction in choose_directions(claimed, norm, random) {
            let analytic = direction.dot(claimed);
            directions.push(self.direction(place, &direction, analytic, typical, scale)?);
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
        place: Place,
        direction: &Direction,
        analytic: f64,
        typical: f64,
        scale: f64,
    ) -> Result<DirectionCheck, DeviceFailure> {
        let step = STEP * scale;
        let (plus, minus) = self.sides(place, direction, step)?;
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
        let (plus, minus) = self.sides(place, direction, small_step)?;
        let smaller = (plus - minus) / (2.0 * small_step);
        let narrow = (plus - 2.0 * self.loss + minus) / small_step;
        let noise = self.noise(small_step);
        // D is within |D(h) − D(h/4)| / 15 of the derivative where f is smooth.
        let truncation = (numeric - smaller).abs() / 15.0;
        let second = check(smaller, noise + truncation, false);
        let mismatch = (analytic - smaller).abs();
        let shrinks = (wide / narrow).abs() > 2.5;
        let kink = narrow.abs() > 0.5 * mismatch && !shrinks && narrow.abs() > 4.0 * noise;
        Ok(DirectionCheck { kink, ..second })
    }

    /// The objective on both sides of the point.
    fn sides(
        &mut self,
        place: Place,
        direction: &Direction,
        step: f64,
    ) -> Result<(f64, f64), DeviceFailure> {
        Ok((self.at(place, direction, step)?, self.at(place, direction, -step)?))
    }

    fn at(&self, place: Place, direction: &Direction, step: f64) -> Result<f64, DeviceFailure> {
        let (model, input) = match place {
            Place::Tensor(index) => {
                let mut values = self.weights.tensors[index].values.clone();
                direction.add_to(&mut values, step);
                let mut replace = Replace { index, values: &values, seen: 0 };
                (self.model.clone().map(&mut replace), self.batch.input(&self.device))
            }
            Place::Input => {
                let mut batch = self.batch.clone();
                direction.add_to(&mut batch.inputs, step);
                (self.model.clone(), batch.input(&self.device))
            }
        };
        let output = model.forward(input, &mut Pass::plain());
        scalar(objective(&self.subject.spec.loss, &model, output, &self.batch.targets))
    }

    /// What rounding of the loss makes of a difference quotient.
    fn noise(&self, step: f64) -> f64 {
        ROUNDING * self.loss.abs() / step
    }

    /// Root mean square of the moved numbers, 1 at the least.
    fn scale(&self, place: Place) -> f64 {
        match place {
            Place::Tensor(index) => root_mean_square(&self.weights.tensors[index].values).max(1.0),
            Place::Input => root_mean_square(&self.batch.inputs).max(1.0),
        }
    }
}

fn root_mean_square(numbers: &[f64]) -> f64 {
    measure::norm(numbers) / (numbers.len().max(1) as f64).sqrt()
}

/// A direction of unit length.
#[derive(Debug, Clone, PartialEq)]
enum Direction {
    Element(usize),
    Dense(Vec<f64>),
}

impl Direction {
    fn dot(&self, numbers: &[f64]) -> f64 {
        match self {
            Self::Element(index) => numbers[*index],
            Self::Dense(direction) => direction.iter().zip(numbers).map(|(d, g)| d * g).sum(),
        }
    }

    fn add_to(&self, numbers: &mut [f64], step: f64) {
        match self {
            Self::Element(index) => numbers[*index] += step,
            Self::Dense(direction) => {
                for (number, d) in numbers.iter_mut().zip(direction) {
                    *number += step * d;
                }
            }
        }
    }
}

/// The gradient's own direction, random signed directions, the largest elements and random ones.
/// The claimed gradient alone would miss one that is claimed to be zero; random directions alone
/// would miss a single wrong element.
fn choose_directions(gradient: &[f64], norm: f64, random: &mut Random) -> Vec<Direction> {
    let count = gradient.len();
    if count == 1 {
        return vec![Direction::Element(0)];
    }
    let mut directions = Vec::new();
    if norm > 0.0 && norm.is_finite() {
        directions.push(Direction::Dense(gradient.iter().map(|g| g / norm).collect()));
    }
    for _ in 0..RANDOM_DIRECTIONS {
        let draws: Vec<f64> = (0..count).map(|_| random.normal()).collect();
        let length = measure::norm(&draws);
        directions.push(Direction::Dense(draws.iter().map(|draw| draw / length).collect()));
    }
    let mut order: Vec<usize> = (0..count).collect();
    let largest = LARGEST_ELEMENTS.min(count);
    order.select_nth_unstable_by(largest - 1, |a, b| {
        gradient[*b].abs().total_cmp(&gradient[*a].abs())
    });
    let mut elements: Vec<usize> = order[..largest].to_vec();
    elements.sort_unstable();
    for _ in 0..RANDOM_ELEMENTS {
        elements.push(random.below(count));
    }
    elements.dedup();
    directions.extend(elements.into_iter().map(Direction::Element));
    directions
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
        Param::initialized(param.id, Tensor::from_data(data, &tensor.device()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_have_unit_length_and_hold_the_gradients_own() {
        let gradient = [3.0, 0.0, 4.0];
        let directions = choose_directions(&gradient, 5.0, &mut Random::new(1, "test"));
        assert_eq!(directions[0], Direction::Dense(vec![0.6, 0.0, 0.8]));
        for direction in &directions {
            let unit = match direction {
                Direction::Dense(numbers) => measure::norm(numbers),
                Direction::Element(_) => 1.0,
            };
            assert!((unit - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_largest_element_is_always_probed() {
        let gradient = [0.1, -9.0, 0.2, 0.3];
        let norm = measure::norm(&gradient);
        let directions = choose_directions(&gradient, norm, &mut Random::new(1, "test"));
        assert!(directions.contains(&Direction::Element(1)), "{directions:?}");
    }

    #[test]
    fn a_gradient_that_is_claimed_to_be_zero_is_probed_in_random_directions() {
        let directions = choose_directions(&[0.0; 5], 0.0, &mut Random::new(1, "test"));
        let dense = directions.iter().filter(|d| matches!(d, Direction::Dense(_))).count();
        assert_eq!(dense, RANDOM_DIRECTIONS);
    }

    #[test]
    fn a_single_number_is_moved_by_itself() {
        let directions = choose_directions(&[2.0], 2.0, &mut Random::new(1, "test"));
        assert_eq!(directions, [Direction::Element(0)]);
    }
}
