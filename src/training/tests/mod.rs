//! Recipes as a spec writes them, against formulas on the host.

mod groups;
mod optimizers;
mod pytorch;
mod schedules;
mod updates;

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use crate::device::{DeviceChoice, Devices};
use crate::model::to_f64;
use crate::spec::{self, Source, TrainingSpec};
use crate::training::Updates;

/// A recipe, read as a spec's `training:`.
fn recipe(training: &str) -> TrainingSpec {
    let text = format!(
        "version: 1\ntask: classification\ndata: moons\nmodel: [linear: 2]\ntraining: {{{training}}}\n"
    );
    spec::parse(Source::new("specs/recipe.yaml", text)).unwrap().training
}

/// A matrix and a vector: what optimizers treat apart.
#[derive(Module, Debug)]
struct Net {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

const ROWS: usize = 4;
const COLUMNS: usize = 3;

impl Net {
    fn new(device: &Device) -> Self {
        let values: Vec<f64> =
            (0..ROWS * COLUMNS).map(|at| (at as f64 * 0.7 + 0.3).sin()).collect();
        let weight = Tensor::<1>::from_data(values.as_slice(), device).reshape([ROWS, COLUMNS]);
        let bias = Tensor::from_data([0.4, -0.2, 0.1], device);
        Self { weight: Param::from_tensor(weight), bias: Param::from_tensor(bias) }
    }

    /// Gradients of a loss whose curvature differs from weight to weight; `scale` is its factor.
    fn gradients(&self, scale: f64) -> GradientsParams {
        let weight = self.weight.val();
        let device = weight.device();
        let inputs: Vec<f64> = (0..5 * ROWS).map(|at| (at as f64 * 1.3 + 0.2).cos()).collect();
        let inputs = Tensor::<1>::from_data(inputs.as_slice(), &device).reshape([5, ROWS]);
        let outputs = inputs.matmul(weight) + self.bias.val().unsqueeze();
        let loss = (outputs - 0.5).powi_scalar(4).mean() * scale;
        GradientsParams::from_grads(loss.backward(), self)
    }

    /// Weight and bias on the host.
    fn values(&self) -> [Vec<f64>; 2] {
        [host(self.weight.val().inner()), host(self.bias.val().inner())]
    }

    /// Their gradients on the host.
    fn gradient_values(&self, gradients: &GradientsParams) -> [Vec<f64>; 2] {
        [
            host(gradients.get::<2>(self.weight.id).unwrap()),
            host(gradients.get::<1>(self.bias.id).unwrap()),
        ]
    }
}

/// What one step of a recipe does to weight and bias.
struct Step {
    /// How far each moves against its gradient.
    moves: [Vec<f64>; 2],
    /// Their values before it.
    before: [Vec<f64>; 2],
    /// Their gradients.
    gradients: [Vec<f64>; 2],
}

impl Step {
    fn of(training: &str) -> Self {
        let recipe = recipe(training);
        let net = Net::new(&device());
        let measured = net.gradients(1.0);
        let (before, gradients) = (net.values(), net.gradient_values(&measured));
        let after = Updates::of_recipe(&recipe, 1, &net).step(net, measured).values();
        let moves = [0, 1].map(|at| {
            let pairs = before[at].iter().zip(&after[at]);
            pairs.map(|(before, after)| before - after).collect()
        });
        Self { moves, before, gradients }
    }
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    to_f64(tensor.into_data())
}

/// The reference device, in 64 bits.
fn device() -> Device {
    Devices::open(DeviceChoice::Cpu).unwrap().reference.device
}

/// The largest difference, relative to the largest of the due numbers.
fn relative_error(found: &[f64], due: &[f64]) -> f64 {
    let largest = due.iter().fold(0.0f64, |largest, number| largest.max(number.abs()));
    let differences = found.iter().zip(due).map(|(found, due)| (found - due).abs());
    // `max` of floats forgets NaN.
    differences.fold(0.0f64, |worst, next| if next > worst || next.is_nan() { next } else { worst })
        / largest
}
