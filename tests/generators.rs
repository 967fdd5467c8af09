//! Every generator of the language is learned: a model and a recipe of its own bring the loss far
//! below what the best constant output costs.

use std::sync::Mutex;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, Outcome};
use nn_test::spec::vocabulary::{TermKind, terms};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;

/// One device, one thread: Burn's seeds are global.
static DEVICE: Mutex<()> = Mutex::new(());

/// A spec that trains these layers on data of this generator. The loss must fall to a fifth of the
/// constant predictor's: a model that has found no more than the classes' shares is far from that.
fn learned(task: &str, data: &str, layers: &[&str], rate: &str) -> Option<String> {
    let layers: String = layers.iter().map(|layer| format!("    - {layer}\n")).collect();
    let text = format!(
        "version: 1\nname: generators\ntask: {task}\ndata: {data}\nmodel:\n  layers:\n{layers}\
         training:\n  optimizer: {{adam: {{learning_rate: {rate}}}}}\n  batch_size: 32\n  \
         steps: 3000\nexpect:\n  - learns: {{steps: 100, at_most: 3000, minimum_fall: 0.8}}\n"
    );
    let guard = DEVICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let devices = Devices::open(DeviceChoice::Cpu).expect("the CPU is there");
    let source = Source::new("generators.yaml", text.as_str());
    let subject = spec::parse(source)
        .and_then(Subject::prepare)
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)));
    let options = subject.spec.expectations[0].options.clone();
    let mut laboratory = Laboratory::new(subject, &devices).expect("the subject fits");
    laboratory.require(Experiment::Training, &mut |_, _, _, _| ()).expect("it can be trained");
    drop(guard);
    let learns = property::find("learns").expect("it is registered");
    let verdict = (learns.judge)(laboratory.evidence(), &options);
    (verdict.outcome != Outcome::Pass).then(|| format!("{text}{}", verdict.summary))
}

/// Generator, task, its data, layers and learning rate.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str], &'static str);

const BINARY: &str = "binary_classification";

static CASES: &[Case] = &[
    ("blobs", "classification", "{blobs: {classes: 3}}", &["linear: 3"], "0.1"),
    ("moons", BINARY, "moons", &["linear: 16", "tanh", "linear: 1"], "0.05"),
    ("circles", BINARY, "circles", &["linear: 16", "tanh", "linear: 1"], "0.05"),
    (
        "spirals",
        "classification",
        "{spirals: {examples: 300}}",
        &["linear: 32", "tanh", "linear: 32", "tanh", "linear: 3"],
        "0.01",
    ),
    ("xor", BINARY, "xor", &["linear: 16", "tanh", "linear: 1"], "0.05"),
    ("linear_regression", "regression", "linear_regression", &["linear: 1"], "0.1"),
    (
        "nonlinear_regression",
        "regression",
        "nonlinear_regression",
        &["linear: 32", "tanh", "linear: 1"],
        "0.03",
    ),
    (
        "sine_regression",
        "regression",
        "sine_regression",
        &["linear: 16", "tanh", "linear: 1"],
        "0.03",
    ),
    (
        "waves",
        "classification",
        "{waves: {length: 10}}",
        &["flatten", "linear: 32", "tanh", "linear: 3"],
        "0.02",
    ),
    (
        "bars",
        BINARY,
        "bars",
        &["conv2d: {out: 4, kernel: 3}", "relu", "reshape: [4, 36]", "max: 1", "linear: 1"],
        "0.03",
    ),
    (
        "shapes",
        "classification",
        "shapes",
        &[
            "conv2d: {out: 8, kernel: 3}",
            "relu",
            "conv2d: {out: 8, kernel: 3}",
            "relu",
            "adaptive_avg_pool2d: 1",
            "flatten",
            "linear: 3",
        ],
        "0.02",
    ),
    ("adding", "regression", "{adding: {length: 6}}", &["lstm: 16", "linear: 1"], "0.02"),
    ("parity", BINARY, "{parity: {length: 3}}", &["lstm: 12", "linear: 1"], "0.03"),
    (
        "majority_token",
        "classification",
        "majority_token",
        &["embedding: {vocabulary: 8, dimension: 8}", "mean: 0", "linear: 3"],
        "0.05",
    ),
    (
        "padded_tokens",
        "classification",
        "padded_tokens",
        &["embedding: {vocabulary: 8, dimension: 8}", "mean: 0", "linear: 3"],
        "0.05",
    ),
    (
        "markov_chain",
        "classification",
        "{markov_chain: {length: 3, certainty: 1}}",
        &["embedding: {vocabulary: 5, dimension: 8}", "flatten", "linear: 5"],
        "0.05",
    ),
];

#[test]
fn every_generator_is_learned() {
    let failed: Vec<String> = CASES
        .iter()
        .filter_map(|(_, task, data, layers, rate)| learned(task, data, layers, rate))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n----\n"));
}

#[test]
fn no_generator_is_left_out() {
    let known: Vec<&str> =
        terms().filter(|term| term.kind == TermKind::Data).map(|term| term.name).collect();
    let tried: Vec<&str> = CASES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(tried, known);
    assert!(CASES.iter().all(|(name, _, data, ..)| data.contains(name)));
}
