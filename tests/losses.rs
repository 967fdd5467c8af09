//! Every loss of the language, with a model and targets that suit it: its gradient is the derivative
//! of its value, and a healthy start is never called a wrong one.

mod measured;

use std::path::PathBuf;

use nn_test::experiment::Evidence;
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::Source;

/// Where the tables are written that the specs read.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Measures a spec on the CPU.
fn measure(text: &str) -> Result<Evidence, String> {
    measured::measure(Source::new(folder().join("losses.yaml"), text))
}

/// What is wrong with a spec: its gradient does not match, or its start or training is complained of.
fn check(text: &str) -> Option<String> {
    let evidence = match measure(text) {
        Ok(evidence) => evidence,
        Err(error) => return Some(error),
    };
    let judged = |name: &str| {
        let property = property::find(name).expect("it is registered");
        let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
        (verdict.outcome, format!("{name}: {} {:?}", verdict.summary, verdict.findings))
    };
    let complaints = [
        ("gradients_match", &[Outcome::Pass][..]),
        ("every_parameter_gets_gradient", &[Outcome::Pass]),
        ("initial_loss", &[Outcome::Pass, Outcome::NotApplicable]),
    ];
    complaints.into_iter().find_map(|(name, good)| {
        let (outcome, text) = judged(name);
        (!good.contains(&outcome)).then_some(text)
    })
}

fn check_all(specs: impl IntoIterator<Item = String>) {
    measured::check_each(specs, check);
}

/// A spec over generated data.
fn generated(task: &str, data: &str, layers: &str, loss: &str) -> String {
    format!(
        "version: 1\nname: losses\ntask: {task}\ndata: {data}\nmodel: {{layers: [{layers}]}}\n\
         loss: {loss}\ntraining: {{batch_size: 16}}\n"
    )
}

/// A table of 60 rows: four inputs, two classes at places with padding, labels, counts and shares.
fn table() {
    use std::sync::Once;
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        let mut text = "x1,x2,x3,x4,p1,p2,p3,a,b,count,s1,s2\n".to_owned();
        for row in 0..60u32 {
            let wave = |step: u32| (f64::from((row * step) % 17) - 8.0) / 5.0;
            let place = |bit: u32| {
                ["left", "right", "up"][(row as usize + bit as usize * row as usize) % 3]
            };
            let last = if row % 4 == 0 { "-" } else { place(2) };
            let share = f64::from(row % 9) / 8.0;
            text += &format!(
                "{},{},{},{},{},{},{last},{},{},{},{share},{}\n",
                wave(1),
                wave(3),
                wave(5),
                wave(7),
                place(0),
                place(1),
                row % 2,
                (row / 3) % 2,
                row % 5,
                1.0 - share
            );
        }
        std::fs::write(folder().join("losses.csv"), text).expect("the folder can be written to");
    });
}

/// A spec over that table.
fn of_table(task: &str, target: &str, layers: &str, loss: &str) -> String {
    table();
    let data = format!("{{csv: losses.csv, target: {target}, features: [x1, x2, x3, x4]}}");
    generated(task, &data, layers, loss)
}

#[test]
fn losses_of_one_class_are_differentiated_right() {
    let blobs = "{blobs: {examples: 60, classes: 3, features: 4}}";
    let losses = [
        "cross_entropy",
        "{cross_entropy: {weights: [0, 1, 2], smoothing: 0.1}}",
        "{cross_entropy: {pad_tokens: [1], reduction: sum}}",
        "focal",
        "{focal: {gamma: 1.5, weights: [1, 2, 3]}}",
        "{multi_margin: {p: 2}}",
    ];
    let layers = "linear: 6, tanh, linear: 3";
    check_all(losses.map(|loss| generated("classification", blobs, layers, loss)));
    let softmax = "linear: 6, tanh, linear: 3, softmax";
    let loss = "{cross_entropy: {logits: false}}";
    check_all([generated("classification", blobs, softmax, loss)]);
}

#[test]
fn losses_of_two_classes_are_differentiated_right() {
    let blobs = "{blobs: {examples: 60, classes: 2, features: 4}}";
    let of = |layers: &str, loss: &str| generated("binary_classification", blobs, layers, loss);
    let one = "linear: 6, tanh, linear: 1";
    let losses = ["binary_cross_entropy", "focal", "soft_margin"];
    check_all(losses.map(|loss| of(one, loss)));
    check_all([
        of("linear: 6, tanh, linear: 1, sigmoid", "{binary_cross_entropy: {logits: false}}"),
        of(
            "linear: 6, tanh, linear: 1",
            "{binary_cross_entropy: {weights: [0, 2], smoothing: 0.2}}",
        ),
        of("linear: 6, tanh, linear: 1", "hinge"),
        of("linear: 6, tanh, linear: 1, softplus", "{hinge_embedding: {margin: 2}}"),
        of("linear: 6, tanh, linear: 6, reshape: [2, 3]", "{cosine_embedding: {margin: -0.5}}"),
        of("linear: 6, tanh, linear: 2", "{margin_ranking: {margin: 2}}"),
    ]);
}

#[test]
fn losses_of_places_and_labels_are_differentiated_right() {
    let places = "{column: [p1, p2, p3], ignore: '-'}";
    let sequence = "linear: 9, tanh, linear: 9, reshape: [3, 3]";
    let of = |layers: &str, loss: &str| of_table("classification", places, layers, loss);
    check_all([
        of(sequence, "cross_entropy"),
        of(sequence, "{cross_entropy: {pad_tokens: [0], weights: [1, 2, 3]}}"),
        of(sequence, "focal"),
        of(sequence, "multi_margin"),
        of("linear: 9, tanh, linear: 24, reshape: [6, 4]", "ctc"),
        of("linear: 9, tanh, linear: 24, reshape: [6, 4]", "{ctc: {blank: 3, reduction: sum}}"),
    ]);
    let labels = |loss: &str| {
        of_table("multi_label_classification", "[a, b]", "linear: 6, tanh, linear: 2", loss)
    };
    check_all([
        labels("binary_cross_entropy"),
        labels("{binary_cross_entropy: {weights: [1, 3], smoothing: 0.1}}"),
        labels("focal"),
        labels("soft_margin"),
    ]);
    let image = "{column: [p1, p2], shape: [1, 2]}";
    let layers = "linear: 6, tanh, linear: 6, reshape: [3, 1, 2]";
    check_all([of_table("classification", image, layers, "cross_entropy")]);
}

#[test]
fn losses_of_numbers_are_differentiated_right() {
    let of = |target: &str, layers: &str, loss: &str| of_table("regression", target, layers, loss);
    let two = "linear: 6, tanh, linear: 2";
    let losses = ["mse", "{huber: 0.5}", "{smooth_l1: 0.5}", "{lp: 3}", "{mse: {reduction: sum}}"];
    check_all(losses.map(|loss| {
        of("[s1, x4]", two, loss).replace("features: [x1, x2, x3, x4]", "features: [x1, x2, x3]")
    }));
    check_all([
        of("count", "linear: 6, tanh, linear: 1", "{poisson_nll: {full: true}}"),
        of("count", "linear: 6, tanh, linear: 1, softplus", "{poisson_nll: {log_input: false}}"),
        of("s1", "linear: 6, tanh, linear: 2, softplus", "{gaussian_nll: {full: true}}"),
        of("[s1, s2]", "linear: 6, tanh, linear: 2, log_softmax", "kl_div"),
    ]);
}

#[test]
fn inputs_are_given_back_and_triplets_compared() {
    let given_back = "{blobs: {examples: 60, classes: 3, features: 4}, target: input}";
    let triplets = "{blobs: {examples: 60, classes: 3, features: 6}, target: input, shape: [3, 2]}";
    check_all([
        generated("regression", given_back, "linear: 2, tanh, linear: 4", "mse"),
        generated("regression", triplets, "linear: 3, tanh, linear: 2", "{triplet_margin: {p: 2}}"),
        of_table("regression", "input", "linear: 3, tanh, linear: 4", "{smooth_l1: 1}"),
    ]);
}
