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
        of("linear: 9, tanh, linear: 48, reshape: [3, 4, 4]", "{rnnt: {blank: 1}}"),
        of(
            "linear: 9, tanh, linear: 48, reshape: [3, 4, 4], log_softmax",
            "{rnnt: {logits: false, reduction: sum}}",
        ),
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

/// A spec over the table with several heads and their terms.
fn of_heads(targets: &str, model: &str, terms: &[&str]) -> String {
    table();
    let data = format!(
        "{{csv: losses.csv, target: p1, features: [x1, x2, x3, x4], targets: [{targets}]}}"
    );
    format!(
        "version: 1\nname: losses\ntask: classification\ndata: {data}\nmodel:\n{model}\
         loss: {{terms: [{}]}}\ntraining: {{batch_size: 16}}\n",
        terms.join(", ")
    )
}

const HEADS: &str = "  outputs: [place, labels, count, code]
  layers:
    - linear: 12
    - tanh: {name: trunk}
    - linear: {out: 3, name: place}
    - linear: {out: 2, name: labels, from: trunk}
    - linear: {out: 1, name: count, from: trunk}
    - linear: {out: 4, name: code, from: trunk}
";

const TARGETS: &str = "{name: labels, column: [a, b], task: multi_label_classification}, \
                       {name: count, column: count, task: regression}";

#[test]
fn several_heads_and_terms_are_differentiated_right() {
    check_all([
        of_heads(
            TARGETS,
            HEADS,
            &[
                "{name: place, loss: {cross_entropy: {smoothing: 0.1}}, output: place, weight: 0.5}",
                "{name: labels, loss: binary_cross_entropy, output: labels, target: labels}",
                "{name: count, loss: {poisson_nll: {full: true}}, output: count, target: count}",
                "{name: code, loss: gaussian_kl, output: code, weight: 0.1}",
            ],
        ),
        of_heads(
            TARGETS,
            HEADS,
            &[
                "{name: real, loss: hinge, output: count, constant: 1}",
                "{name: place, loss: focal, output: place}",
                "{name: labels, loss: mean_output, output: labels, weight: -0.2}",
                "{name: back, loss: {mse: {reduction: sum}}, output: code, target: input}",
                "{name: sparse, loss: mae, output: code, constant: 0, weight: 0.01}",
            ],
        ),
    ]);
}

#[test]
fn the_guess_of_several_terms_is_the_weighted_sum_of_theirs() {
    let terms = [
        "{name: place, loss: cross_entropy, output: place, weight: 2}",
        "{name: labels, loss: binary_cross_entropy, output: labels, target: labels, weight: 0.5}",
        "{name: count, loss: mse, output: count, target: count}",
        "{name: code, loss: {mae: {reduction: sum}}, output: code, constant: 3, weight: 0.1}",
    ];
    let evidence = measure(&of_heads(TARGETS, HEADS, &terms)).unwrap();
    let initial = evidence.initial.as_ref().unwrap();
    let guessing: Vec<f64> = initial.terms.iter().map(|term| term.guessing_loss.unwrap()).collect();
    let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-9, "{value}");
    close(guessing[0], 2.0 * 3f64.ln());
    close(guessing[1], 0.5 * 2f64.ln());
    // Four numbers of each example are three from 0.
    close(guessing[3], 0.1 * 12.0 * initial.examples as f64);
    close(initial.guessing_loss.unwrap(), guessing.iter().sum());
    let values: f64 = initial.terms.iter().map(|term| term.value).sum();
    assert!((initial.loss - values).abs() < 1e-5 * values, "{} {values}", initial.loss);
    let names: Vec<&str> = initial.terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(names, ["place", "labels", "count", "code"]);
}

#[test]
fn a_transducer_with_a_prediction_network_is_differentiated_right() {
    let mut text = "s1,s2,s3,t0,t1,t2,y1,y2\n".to_owned();
    for row in 0..40usize {
        let (first, second) = (1 + row % 2, 1 + (row / 2) % 2);
        let sound = [row % 4, (row / 3) % 4, (row * 5) % 4];
        let class = |token: usize| ["", "one", "two"][token];
        text += &format!(
            "{},{},{},0,{first},{second},{},{}\n",
            sound[0],
            sound[1],
            sound[2],
            class(first),
            class(second)
        );
    }
    std::fs::write(folder().join("transducer.csv"), text).expect("the folder can be written to");
    check_all(["version: 1
name: losses
task: classification
data: {csv: transducer.csv, target: [y1, y2], features: [s1, s2, s3, t0, t1, t2]}
model:
  inputs: {sound: [3], labels: [3]}
  layers:
    - embedding: {vocabulary: 4, dimension: 6, from: sound}
    - reshape: {shape: [3, 1, 6], name: times}
    - embedding: {vocabulary: 4, dimension: 6, from: labels}
    - reshape: {shape: [1, 3, 6], name: places}
    - concat: {from: [times, times, times], axis: 1, name: all_times}
    - concat: {from: [places, places, places], axis: 0, name: all_places}
    - add: [all_times, all_places]
    - tanh
    - linear: 3
loss: rnnt
training: {batch_size: 16}
"
    .to_owned()]);
}

/// Forty examples of two classes whose one input says the answer: 5 or −5.
fn of_margins(layer: &str, seed: u64) -> String {
    let rows = (0..40).map(|row| if row % 2 == 0 { "5,yes\n" } else { "-5,no\n" });
    let text = format!("x,answer\n{}", rows.collect::<String>());
    std::fs::write(folder().join("margins.csv"), text).expect("the folder can be written to");
    let data = "{csv: margins.csv, target: answer}";
    generated("binary_classification", data, layer, "hinge")
        .replace("training: {", &format!("training: {{seed: {seed}, "))
}

#[test]
fn a_lucky_margin_is_told_from_answers_that_leak() {
    let judged = |layer: &str, seed: u64| {
        let evidence = measure(&of_margins(layer, seed)).unwrap();
        let property = property::find("initial_loss").expect("it is registered");
        let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
        (evidence.initial.unwrap(), verdict.outcome)
    };
    // A weight of 1 with every seed: the model has the answer before it has learned anything.
    let (initial, outcome) = judged("linear: {out: 1, initializer: ones}", 1);
    assert_eq!((initial.loss, outcome), (0.0, Outcome::Fail));
    assert!(initial.redrawn.iter().all(|loss| *loss == 0.0), "{:?}", initial.redrawn);
    // A weight that the seed draws has the right sign, and size, for some seeds.
    let drawn: Vec<_> = (1..=6).map(|seed| judged("linear: 1", seed)).collect();
    let lucky = drawn.iter().filter(|(initial, _)| initial.loss < 0.5).count();
    assert!(lucky > 0, "no seed of the test is lucky");
    for (initial, outcome) in &drawn {
        let too_low = initial.loss < 0.5 && *outcome == Outcome::Fail;
        assert!(!too_low, "{} {:?}", initial.loss, initial.redrawn);
        assert_eq!(initial.redrawn.is_empty(), initial.loss >= 0.5);
    }
}
