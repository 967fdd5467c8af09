//! A small complete spec around the example of a word: a test trains each for a step.
//!
//! Where a word can stand decides what must be around it. Frames are tried in their order, and the
//! first whose parts line up is taken, so that a new word mostly needs nothing here.

use crate::spec::vocabulary::{TermKind, TermMeta};
use crate::spec::{Source, parse};
use crate::subject::Subject;

/// A spec that can be run.
pub(super) struct Whole {
    pub text: String,
    /// Input and output of the word, for layers: without the batch axis.
    pub shapes: Option<(String, String)>,
}

/// Data for a layer, from the simplest: features, sequences, images, volumes and tokens.
const INPUTS: &[&str] = &[
    "{blobs: {classes: 2, features: 8, examples: 40}}",
    "{blobs: {classes: 2, features: 16, examples: 40}}",
    "{blobs: {classes: 2, features: 64, examples: 40}}",
    "{blobs: {classes: 2, features: 64, examples: 40}, shape: [8, 8]}",
    "{blobs: {classes: 2, features: 256, examples: 40}, shape: [4, 8, 8]}",
    "{blobs: {classes: 2, features: 64, examples: 40}, shape: [1, 8, 8]}",
    "{blobs: {classes: 2, features: 256, examples: 40}, shape: [4, 4, 4, 4]}",
    "{majority_token: {classes: 2, length: 9, examples: 40}}",
    "{blobs: {classes: 2, features: 8, examples: 40}, shape: [8, 1]}",
    "{blobs: {classes: 2, features: 8, examples: 40}, shape: [1, 8]}",
];

/// A layer whose weights others can use.
const BEFORE: &str = "    - linear: {out: 8, name: encoder}\n";

/// What brings a layer's output to logits.
const TAILS: &[&str] = &["", "    - flatten\n"];

/// Tasks with data and head, for losses.
const TASKS: &[(&str, &str, &str)] = &[
    ("classification", "{blobs: {classes: 3, examples: 60}}", "linear: 3"),
    ("binary_classification", "moons", "linear: 1"),
    ("regression", "linear_regression", "linear: 1"),
    ("binary_classification", "moons", "linear: 2"),
    ("binary_classification", "moons", "linear: 6\n    - reshape: [2, 3]"),
    (
        "classification",
        "{csv: ../fixtures/targets.csv, target: {column: [first, second, third], ignore: '-'}, \
         features: [x1, x2]}",
        "linear: 24\n    - reshape: [6, 4]",
    ),
    (
        "regression",
        "{csv: ../fixtures/targets.csv, target: count, features: [x1, x2]}",
        "linear: 1",
    ),
    (
        "regression",
        "{csv: ../fixtures/targets.csv, target: [s1, s2, s3], features: [x1, x2]}",
        "linear: 3\n    - log_softmax",
    ),
    ("regression", "linear_regression", "linear: 2\n    - softplus"),
    (
        "regression",
        "{blobs: {features: 6, examples: 60}, target: input, shape: [3, 2]}",
        "linear: 4",
    ),
    (
        "regression",
        "linear_regression",
        "linear: {out: 4, name: code}\n    - sampling\n    - linear: {out: 1, name: decoded}\n  \
         outputs: [decoded, code]",
    ),
    (
        "classification",
        "{csv: ../fixtures/targets.csv, target: {column: [first, second, third], ignore: '-'}, \
         features: [x1, x2]}",
        "linear: 64\n    - reshape: [4, 4, 4]",
    ),
];

/// What brings generated data into a head: numbers, images or sequences, and tokens.
const FRONTS: &[&str] =
    &["", "    - flatten\n", "    - embedding: {vocabulary: 64, dimension: 4}\n    - flatten\n"];

/// The spec around a word; `None` for words that stand in every spec, and where no frame fits.
pub(super) fn whole(term: &TermMeta) -> Option<Whole> {
    let example = term.example;
    let candidates: Vec<String> = match term.kind {
        TermKind::Layer | TermKind::Activation => of_layer(example),
        TermKind::Loss => TASKS
            .iter()
            .map(|(task, data, head)| {
                let layers = format!("    - linear: 8\n    - tanh\n    - {head}\n");
                spec(task, data, &layers, &format!("loss: {example}\n"))
            })
            .collect(),
        TermKind::Data => of_data(example),
        TermKind::Optimizer => vec![recipe(&format!("optimizer: {example}\n  steps: 20"))],
        TermKind::Schedule => vec![recipe(&format!(
            "optimizer: {{sgd: {{learning_rate: 0.05}}}}\n  schedule: {example}\n  steps: 40"
        ))],
        TermKind::Clipping => vec![recipe(&format!("clipping: {example}\n  steps: 20"))],
        _ => Vec::new(),
    };
    candidates.into_iter().find_map(|text| {
        let subject = Subject::prepare(parse(Source::new("specs/example.yaml", &*text)).ok()?);
        let subject = subject.ok()?;
        let layer = subject.declared()?.layers.first()?;
        let is_layer = matches!(term.kind, TermKind::Layer | TermKind::Activation);
        let shapes = is_layer.then(|| (layer.input.to_string(), layer.output.to_string()));
        Some(Whole { text, shapes })
    })
}

fn spec(task: &str, data: &str, layers: &str, rest: &str) -> String {
    format!("version: 1\ntask: {task}\ndata: {data}\nmodel:\n  layers:\n{layers}{rest}")
}

fn of_layer(example: &str) -> Vec<String> {
    let layer = format!("    - {}\n", example.replace('\n', "\n      "));
    let of_input = |(data, before): (&&str, &str)| {
        let layers = TAILS.iter().map(|tail| format!("{before}{layer}{tail}    - linear: 2\n"));
        layers.map(|layers| spec("classification", data, &layers, "")).collect::<Vec<_>>()
    };
    let alone = INPUTS.iter().map(|data| (data, ""));
    let behind = INPUTS.iter().map(|data| (data, BEFORE));
    alone.chain(behind).flat_map(of_input).collect()
}

fn of_data(example: &str) -> Vec<String> {
    let heads = (2..=10).map(|classes| ("classification", classes));
    let tasks = [("regression", 1), ("binary_classification", 1)].into_iter().chain(heads);
    let texts = tasks.flat_map(|(task, outputs)| {
        let layers = FRONTS.iter().map(move |front| format!("{front}    - linear: {outputs}\n"));
        layers.map(|layers| spec(task, example, &layers, "")).collect::<Vec<_>>()
    });
    texts.collect()
}

/// A classifier that is trained so.
fn recipe(training: &str) -> String {
    let layers = "    - linear: {out: 8, name: hidden}\n    - tanh\n    - linear: 2\n";
    spec("classification", "moons", layers, &format!("training:\n  {training}\n"))
}
