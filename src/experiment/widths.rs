//! How large outputs of layers are when the model is wider: the coordinate check, before any training.

use serde::Serialize;

use super::bench::{Bench, observe};
use super::contests::widen;
use super::evidence::ActivationEvidence;
use crate::device::DeviceFailure;

/// Examples that are looked at.
const EXAMPLES: usize = 64;
/// Draws of the weights: one may be large by chance.
const SEEDS: u64 = 8;
/// How often hidden sizes are doubled at most.
const DOUBLINGS: usize = 2;

/// The same model at several widths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WidthEvidence {
    pub examples: usize,
    pub seeds: u64,
    /// Numbers that the model owns: as it is, with its hidden sizes doubled, and doubled again.
    pub parameters: Vec<usize>,
    /// In forward order.
    pub layers: Vec<LayerScale>,
}

/// What a layer gives at each width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerScale {
    pub path: String,
    pub kind: String,
    /// The geometric mean over the draws of the root of the mean variance over the examples, place by
    /// place: a bias, which is the same for all of them, is not in it.
    pub deviations: Vec<f64>,
    /// The standard error of the slope, by the draws' spread.
    pub error: f64,
}

impl LayerScale {
    /// The power of the width with which the deviation grows: by least squares the slope of its
    /// logarithm over that of the width, which takes equal steps. None where a deviation is 0.
    pub fn slope(&self) -> Option<f64> {
        let steps = steps(self.deviations.len());
        let along: f64 =
            steps.iter().zip(&self.deviations).map(|(step, deviation)| step * deviation.ln()).sum();
        let slope = along / square(&steps);
        slope.is_finite().then_some(slope)
    }

    /// Of the logarithms of each width's draws.
    fn of(path: String, kind: String, draws: &[Vec<f64>]) -> Self {
        let means: Vec<f64> = draws.iter().map(|logs| mean(logs)).collect();
        let steps = steps(draws.len());
        let variances = draws.iter().zip(&means).zip(&steps).map(|((logs, mean), step)| {
            let spread: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
            step * step * spread / (logs.len() * (logs.len() - 1).max(1)) as f64
        });
        let error = variances.sum::<f64>().sqrt() / square(&steps);
        let deviations = means.into_iter().map(f64::exp).collect();
        Self { path, kind, deviations, error }
    }
}

/// Logarithms of so many widths, around their middle.
fn steps(count: usize) -> Vec<f64> {
    let middle = (count as f64 - 1.0) / 2.0;
    (0..count).map(|index| (index as f64 - middle) * std::f64::consts::LN_2).collect()
}

fn square(steps: &[f64]) -> f64 {
    steps.iter().map(|step| step * step).sum()
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// A layer while it is measured: the logarithms of each width's draws.
struct Draws {
    path: String,
    kind: String,
    logs: Vec<Vec<f64>>,
}

/// Runs the experiment.
///
/// # Errors
///
/// When the device fails.
pub fn run(bench: &Bench) -> Result<Result<WidthEvidence, String>, DeviceFailure> {
    let subject = &bench.subject;
    let Some(model) = subject.spec.declared_model() else {
        return Ok(Err("the sizes of a Rust model are its own".to_owned()));
    };
    let mut models = vec![model.clone()];
    while models.len() <= DOUBLINGS {
        let last = models.last().expect("the model itself is there");
        let Some(wider) = widen(last, |model| subject.admits(model)) else { break };
        models.push(wider);
    }
    if models.len() < 2 {
        return Ok(Err("no hidden size can be doubled".to_owned()));
    }
    let sample = subject.sample(EXAMPLES);
    let (mut parameters, mut layers) = (Vec::new(), Vec::new());
    for (width, model) in models.into_iter().enumerate() {
        let Ok(wider) = subject.with_model(model, subject.spec.faults.clone()) else {
            return Ok(Err("the wider model does not line up with data and loss".to_owned()));
        };
        let bench = bench.beside(wider)?;
        parameters.push(bench.subject.declared().map_or(0, |plan| plan.parameters()));
        for seed in 0..SEEDS {
            let place = bench.home();
            let seed = subject.spec.training.seed.wrapping_add(seed);
            let model = bench.model_of_seed(place, seed)?;
            let outputs = observe(&bench.subject, &model, &sample, place)?;
            let outputs = outputs.iter().filter(|output| output.kind != "input");
            outputs.for_each(|output| add(&mut layers, width, output));
        }
    }
    let layers = layers.into_iter().map(|it: Draws| LayerScale::of(it.path, it.kind, &it.logs));
    let (examples, layers) = (sample.size(), layers.collect());
    Ok(Ok(WidthEvidence { examples, seeds: SEEDS, parameters, layers }))
}

/// Takes a draw's output to those of its layer.
fn add(layers: &mut Vec<Draws>, width: usize, output: &ActivationEvidence) {
    let known = layers.iter().position(|layer| layer.path == output.path);
    let index = known.unwrap_or_else(|| {
        let (path, kind) = (output.path.clone(), output.kind.clone());
        layers.push(Draws { path, kind, logs: Vec::new() });
        layers.len() - 1
    });
    let logs = &mut layers[index].logs;
    logs.resize(width + 1, Vec::new());
    logs[width].push(output.between.ln());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_the_power_of_the_width() {
        let slope = |deviations: &[f64]| {
            let (path, kind) = ("hidden".to_owned(), "linear".to_owned());
            LayerScale { path, kind, deviations: deviations.to_vec(), error: 0.0 }.slope()
        };
        let close = |found: Option<f64>, due: f64| (found.unwrap() - due).abs() < 1e-12;
        assert!(close(slope(&[1.0, 2.0, 4.0]), 1.0));
        assert!(close(slope(&[4.0, 2.0]), -1.0));
        assert!(close(slope(&[3.0, 3.0, 3.0]), 0.0));
        assert_eq!(slope(&[0.0, 1.0]), None);
    }

    #[test]
    fn draws_that_differ_make_the_slope_uncertain() {
        let of = |draws: &[Vec<f64>]| LayerScale::of("a".to_owned(), "linear".to_owned(), draws);
        assert_eq!(of(&[vec![0.0, 0.0], vec![1.0, 1.0]]).error, 0.0);
        // Variances of the means 1 each, steps of ±ln 2 / 2.
        let error = of(&[vec![-1.0, 1.0], vec![-1.0, 1.0]]).error;
        assert!((error - 2f64.sqrt() / std::f64::consts::LN_2).abs() < 1e-12, "{error}");
    }
}
