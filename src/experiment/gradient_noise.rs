//! `gradient_noise`: how much of a batch's gradient is signal and how much is the luck of the draw, at
//! the start and after the recipe's first steps; and how sharp the loss is at the start.
//!
//! Source: McCandlish, Kaplan, Amodei et al., "An empirical model of large-batch training", 2018
//! (arXiv 1812.06162), appendix A.1.

use serde::Serialize;

use super::bench::Bench;
use super::measure::norm;
use super::recipe_run::RecipeRun;
use crate::device::{DeviceFailure, Place};
use crate::model::{Model, Pass, Weights, named_gradients};
use crate::objective::{evaluate, gradients as gradients_of, objective};
use crate::random::Random;
use crate::subject::Batch;

/// Disjoint parts whose gradients are compared.
const PARTS: usize = 16;
/// Examples that are looked at, beside what the batch asks for, and at most.
const EXAMPLES: usize = 1024;
const MOST_EXAMPLES: usize = 4096;
/// So many batches tell whether the noise is a hundred times a batch's signal.
const BATCHES: usize = 128;
/// Steps of the recipe before the second look.
const STEPS: usize = 20;

/// Of the largest eigenvalue: examples, products with the Hessian, and weights at most.
const SHARPNESS_EXAMPLES: usize = 64;
const PRODUCTS: usize = 12;
const MOST_WEIGHTS: usize = 200_000;
/// Length of the step along a direction: in 64 bits, central differences of gradients are then known to
/// about 1e-10.
const STEP: f64 = 1e-4;

/// Signal and noise of gradients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GradientNoiseEvidence {
    /// Examples of each step of the recipe.
    pub batch: usize,
    pub training_examples: usize,
    pub start: NoiseScale,
    /// Steps of the recipe before the second look.
    pub steps: usize,
    pub trained: NoiseScale,
    /// The largest eigenvalue of the objective's Hessian at the start, where it is cheap: in 64 bits and
    /// with few weights.
    pub sharpness: Option<f64>,
}

/// What gradients of disjoint parts of the training data tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NoiseScale {
    /// Examples of all parts together.
    pub examples: usize,
    /// |G|² of the mean over all of them. It is too large by noise / examples on average.
    pub mean_square: f64,
    /// tr Σ: the variance of one example's gradient, summed over all weights.
    pub noise: f64,
}

impl NoiseScale {
    /// From the squared norm of the mean and the mean of the squared norms of parts of so many examples
    /// each, with the estimators of two batch sizes.
    fn of(part: usize, parts: usize, mean_square: f64, square_mean: f64) -> Self {
        let (small, large) = (part as f64, (part * parts) as f64);
        let noise = (square_mean - mean_square) / (small.recip() - large.recip());
        Self { examples: part * parts, mean_square, noise }
    }

    /// |G|², without the noise's part. It may be below 0 where there is hardly any signal.
    pub fn signal(&self) -> f64 {
        self.mean_square - self.noise / self.examples as f64
    }

    /// tr Σ / |G|², the batch at which signal and noise are alike; infinite where no signal is seen.
    pub fn scale(&self) -> f64 {
        match self.signal() > 0.0 {
            true => self.noise / self.signal(),
            false => f64::INFINITY,
        }
    }

    /// A lower bound of the scale on average, which is at most the number of examples.
    pub fn at_least(&self) -> f64 {
        self.noise / self.mean_square
    }
}

/// Runs the experiment. Nothing where there are too few examples to compare parts.
///
/// # Errors
///
/// When a device fails.
pub fn run(bench: &Bench) -> Result<Result<GradientNoiseEvidence, &'static str>, DeviceFailure> {
    let (subject, place) = (&bench.subject, &bench.test);
    let batch = subject.spec.training.examples_per_step().min(subject.training_examples());
    if subject.training_examples() < 2 * PARTS {
        return Ok(Err("there are too few examples to tell signal from noise"));
    }
    let mut run = RecipeRun::new(bench, place, 1.0);
    let start = noise_scale(bench, place, run.trainer().model(), batch)?;
    let steps = STEPS.min(subject.declared_steps());
    for _ in 0..steps {
        run.step();
    }
    let trained = noise_scale(bench, place, run.trainer().model(), batch)?;
    Ok(Ok(GradientNoiseEvidence {
        batch,
        training_examples: subject.training_examples(),
        start,
        steps,
        trained,
        sharpness: sharpness(bench)?,
    }))
}

fn noise_scale(
    bench: &Bench,
    place: &Place,
    model: &Model,
    batch: usize,
) -> Result<NoiseScale, DeviceFailure> {
    let subject = &bench.subject;
    let wanted = EXAMPLES.max(BATCHES.saturating_mul(batch)).min(MOST_EXAMPLES);
    let part = (wanted.min(subject.training_examples()) / PARTS).max(1);
    let mut sum: Vec<f64> = Vec::new();
    let mut squares = 0.0;
    for at in 0..PARTS {
        let indices: Vec<usize> = (at * part..(at + 1) * part).collect();
        let gradient = gradient(bench, place, model.clone(), &subject.batch(&indices))?;
        squares += norm(&gradient).powi(2);
        sum.resize(gradient.len(), 0.0);
        sum.iter_mut().zip(gradient).for_each(|(sum, number)| *sum += number);
    }
    let count = PARTS as f64;
    Ok(NoiseScale::of(part, PARTS, (norm(&sum) / count).powi(2), squares / count))
}

/// The objective's gradient of all trainable tensors in a row, random layers off; 0 for what has none.
fn gradient(
    bench: &Bench,
    place: &Place,
    model: Model,
    batch: &Batch,
) -> Result<Vec<f64>, DeviceFailure> {
    let (subject, model) = (&bench.subject, model.quiet());
    let (loss, inputs) = (&subject.spec.loss, batch.inputs(place));
    let found = evaluate(subject, loss, &model, batch, inputs, place, &mut Pass::plain());
    let gradients = found.gradients.unwrap_or_else(|| {
        let total = objective(loss, &model, found.loss);
        gradients_of(&total, &model)
    });
    let named = named_gradients(&model, &gradients)?.into_iter();
    let values = named.flat_map(|tensor| {
        let count = tensor.shape.iter().product();
        tensor.values.unwrap_or_else(|| vec![0.0; count])
    });
    Ok(values.collect())
}

/// The largest eigenvalue of the Hessian. Power iteration finds the one of largest size; where that is
/// below 0, its size is added to all of them, and the largest is found.
fn sharpness(bench: &Bench) -> Result<Option<f64>, DeviceFailure> {
    let Ok(place) = &bench.reference else { return Ok(None) };
    let trainable = bench.weights.tensors.iter().filter(|tensor| tensor.trainable);
    let count: usize = trainable.map(|tensor| tensor.values.len()).sum();
    if count == 0 || count > MOST_WEIGHTS {
        return Ok(None);
    }
    let batch = bench.subject.sample(SHARPNESS_EXAMPLES);
    // H v ≈ (g(w + εv) − g(w − εv)) / 2ε.
    let product = |direction: &[f64]| {
        let at = |step: f64| {
            let weights = moved(&bench.weights, direction, step);
            let model = weights.load(bench.subject.build(&place.device), place);
            gradient(bench, place, model, &batch)
        };
        let (ahead, behind) = (at(STEP)?, at(-STEP)?);
        let differences = ahead.iter().zip(&behind).map(|(ahead, behind)| ahead - behind);
        Ok(differences.map(|difference| difference / (2.0 * STEP)).collect())
    };
    let mut random = Random::new(bench.subject.spec.training.seed, "sharpness");
    let start: Vec<f64> = (0..count).map(|_| random.normal()).collect();
    Ok(match power_iteration(&start, 0.0, product)? {
        Some(largest) if largest < 0.0 => power_iteration(&start, -largest, product)?,
        largest => largest,
    })
}

/// vᵀ H v of the direction that products with H + shift · 1 lead to; nothing where they vanish.
fn power_iteration<E>(
    start: &[f64],
    shift: f64,
    product: impl Fn(&[f64]) -> Result<Vec<f64>, E>,
) -> Result<Option<f64>, E> {
    let (mut direction, mut found) = (start.to_vec(), None);
    for _ in 0..PRODUCTS {
        let length = norm(&direction);
        if !(length > 0.0 && length.is_finite()) {
            break;
        }
        direction.iter_mut().for_each(|number| *number /= length);
        let along = product(&direction)?;
        found = Some(direction.iter().zip(&along).map(|(one, two)| one * two).sum());
        direction.iter_mut().zip(along).for_each(|(old, new)| *old = new + shift * *old);
    }
    Ok(found)
}

/// The weights, those that are trained a step along a direction.
fn moved(weights: &Weights, direction: &[f64], step: f64) -> Weights {
    let mut moved = weights.clone();
    let trainable = moved.tensors.iter_mut().filter(|tensor| tensor.trainable);
    let numbers = trainable.flat_map(|tensor| &mut tensor.values);
    numbers.zip(direction).for_each(|(number, along)| *number += step * along);
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradients of single examples: signal 2 in the first weight, noise of variance 9 in the second.
    fn drawn(part: usize, parts: usize, random: &mut Random) -> NoiseScale {
        let gradients: Vec<[f64; 2]> = (0..parts)
            .map(|_| {
                let noise: f64 = (0..part).map(|_| 3.0 * random.normal()).sum::<f64>();
                [2.0, noise / part as f64]
            })
            .collect();
        let count = parts as f64;
        let mean = [0, 1].map(|at| gradients.iter().map(|one| one[at]).sum::<f64>() / count);
        let squares: f64 = gradients.iter().map(|one| norm(one).powi(2)).sum();
        NoiseScale::of(part, parts, norm(&mean).powi(2), squares / count)
    }

    #[test]
    fn the_estimators_have_no_bias() {
        let mut random = Random::new(7, "noise");
        let draws: Vec<NoiseScale> = (0..4000).map(|_| drawn(2, 4, &mut random)).collect();
        let mean = |of: fn(&NoiseScale) -> f64| draws.iter().map(of).sum::<f64>() / 4000.0;
        assert!((mean(|draw| draw.noise) - 9.0).abs() < 0.4, "{}", mean(|draw| draw.noise));
        assert!((mean(NoiseScale::signal) - 4.0).abs() < 0.1, "{}", mean(NoiseScale::signal));
    }

    #[test]
    fn power_iteration_finds_the_largest_eigenvalue_on_either_side_of_0() {
        let of = |eigenvalues: [f64; 3], shift: f64| {
            let product = |v: &[f64]| {
                Ok::<_, ()>(v.iter().zip(eigenvalues).map(|(v, value)| v * value).collect())
            };
            power_iteration(&[1.0, 1.0, 1.0], shift, product).unwrap().unwrap()
        };
        assert!((of([3.0, 1.0, 0.5], 0.0) - 3.0).abs() < 1e-6);
        assert!((of([-5.0, 2.0, 0.0], 0.0) + 5.0).abs() < 1e-6);
        assert!((of([-5.0, 2.0, 0.0], 5.0) - 2.0).abs() < 1e-2);
        let none = power_iteration(&[1.0], 0.0, |_| Ok::<_, ()>(vec![0.0])).unwrap();
        assert_eq!(none, Some(0.0), "a flat loss has no curvature");
    }

    #[test]
    fn where_no_signal_is_seen_the_scale_is_infinite_and_its_bound_is_the_data() {
        let scale = NoiseScale { examples: 100, mean_square: 0.09, noise: 9.0 };
        assert_eq!(scale.scale(), f64::INFINITY);
        assert!((scale.at_least() - 100.0).abs() < 1e-9);
        let clear = NoiseScale { examples: 100, mean_square: 4.09, noise: 9.0 };
        assert!((clear.scale() - 2.25).abs() < 1e-9);
    }
}
