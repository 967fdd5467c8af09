//! The gradient check in single precision: Rust models that cannot run in f64, with right and with
//! planted wrong backwards. How many right ones are accused, how many wrong ones are found?

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Gelu, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{DType, Device, Tensor};
use nn_test::device::Devices;
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::registry::{Registration, Registry, model};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;

/// On an adapter a check takes seconds.
const SEEDS_ON_ADAPTER: u64 = 3;
const SEEDS: u64 = 20;
/// Factors on the gradient that passes back through one layer; 1 is right.
const FACTORS: [f64; 6] = [1.0, 1.01, 1.02, 1.05, 1.2, 2.0];

#[derive(Module, Debug)]
struct Mlp {
    first: Linear,
    second: Linear,
    norm: LayerNorm,
    head: Linear,
}

#[derive(Module, Debug)]
struct Cnn {
    conv: Conv2d,
    head: Linear,
}

/// The same numbers in f32 whatever the device's default, so that nothing runs in f64; the gradient
/// is multiplied by `factor`.
fn through<const D: usize>(x: Tensor<D>, factor: f64) -> Tensor<D> {
    let one = Tensor::<1>::ones([1], (&x.device(), DType::F32)).reshape([1; D]);
    let x = x * one;
    x.clone().mul_scalar(factor) + x.mul_scalar(1.0 - factor).detach()
}

fn mlp(device: &Device) -> Mlp {
    Mlp {
        first: LinearConfig::new(13, 32).init(device),
        second: LinearConfig::new(32, 32).init(device),
        norm: LayerNormConfig::new(32).init(device),
        head: LinearConfig::new(32, 3).init(device),
    }
}

fn cnn(device: &Device) -> Cnn {
    Cnn {
        conv: Conv2dConfig::new([1, 8], [3, 3]).init(device),
        head: LinearConfig::new(8 * 6 * 6, 10).init(device),
    }
}

fn models(factor: f64) -> [(&'static str, &'static str, Registration); 3] {
    let wine = "csv: fixtures/wine.csv, target: cultivar, scale: standardize";
    let digits =
        "csv: fixtures/digits.csv, target: digit, shape: [1, 8, 8], scale: {min_max: [0, 16]}";
    [
        (
            "tanh, layer norm, gelu",
            wine,
            model(mlp, move |net: &Mlp, x: Tensor<2>| {
                let x = through(tanh(net.first.forward(x)), factor);
                net.head.forward(
                    Gelu::new_approximate().forward(net.norm.forward(net.second.forward(x))),
                )
            }),
        ),
        (
            "relu",
            wine,
            model(mlp, move |net: &Mlp, x: Tensor<2>| {
                let x = through(relu(net.first.forward(x)), factor);
                net.head.forward(relu(net.norm.forward(net.second.forward(x))))
            }),
        ),
        (
            "convolution",
            digits,
            model(cnn, move |net: &Cnn, x: Tensor<4>| {
                let x = through(relu(net.conv.forward(x)), factor);
                net.head.forward(x.flatten::<2>(1, 3))
            }),
        ),
    ]
}

/// Prints the table.
pub fn report(devices: &Devices) {
    let seeds = if devices.test_is_reference() { SEEDS } else { SEEDS_ON_ADAPTER };
    println!(
        "model | gradient × | failed | inconclusive | passed (of {seeds} seeds) | an error that would show"
    );
    for factor in FACTORS {
        for (name, data, registration) in models(factor) {
            let registry = Registry::new().with("net", registration);
            let mut outcomes = [0usize; 3];
            let mut visible = Vec::new();
            for seed in 0..seeds {
                let verdict = verdict(data, seed, &registry, devices);
                outcomes[match verdict.outcome {
                    Outcome::Fail => 0,
                    Outcome::Inconclusive => 1,
                    _ => 2,
                }] += 1;
                let number = verdict.summary.split("an error of ").nth(1);
                let number = number.and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
                visible.extend(number);
            }
            let worst = visible.iter().copied().fold(0.0, f64::max);
            let [failed, inconclusive, passed] = outcomes;
            println!("{name} | {factor} | {failed} | {inconclusive} | {passed} | {worst:.3}");
        }
    }
    println!();
}

fn verdict(data: &str, seed: u64, registry: &Registry, devices: &Devices) -> property::Verdict {
    let text = format!(
        "version: 1\nname: single\ntask: classification\ndata: {{{data}}}\n\
         model: {{rust: net}}\ntraining: {{seed: {seed}}}\n"
    );
    let spec = spec::parse(Source::new("single.yaml", text))
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let subject = Subject::prepare_with(spec, registry)
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let mut laboratory = Laboratory::new(subject, devices).expect("the model runs in f32");
    laboratory
        .require(Experiment::GradientCheck, &mut |_, _, _, _| ())
        .expect("the check can be done");
    let property = property::find("gradients_match").expect("it is registered");
    (property.judge)(laboratory.evidence(), &Options::defaults(&property.meta))
}
