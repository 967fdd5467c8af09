//! Files and specs that do not go together, and what is said of them.

use super::super::Laboratory;
use crate::device::{DeviceChoice, Devices};
use crate::property::{Finding, Outcome};
use crate::registry::tests::registry;
use crate::spec::{self, Source};
use crate::subject::Subject;

/// What `matches_golden` finds in the way, of a spec beside a folder of golden files.
fn obstacles(folder: &str, text: &str, change: impl FnOnce(&mut Subject)) -> Vec<Finding> {
    let _alone = crate::device::alone();
    let source = Source::new(format!("fixtures/golden/{folder}/obstacles.yaml"), text);
    let spec = spec::parse(source).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let expectation = spec.expectations[0].clone();
    let mut subject = Subject::prepare_with(spec, &registry())
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    change(&mut subject);
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let mut laboratory = Laboratory::new(subject, &devices).unwrap();
    let verdict = laboratory.judge(&expectation, &mut |_, _, _, _| ()).unwrap().verdict;
    assert_eq!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    verdict.findings
}

/// Asserts that one of the findings is at a place, says so and has a mend.
#[track_caller]
fn assert_told(findings: &[Finding], place: &str, message: &str, mend: &str) {
    let told = findings.iter().any(|finding| {
        finding.place == place && finding.message.contains(message) && finding.mend.contains(mend)
    });
    assert!(told, "{findings:#?}");
}

fn of_layer(data: &str, layers: &str, file: &str) -> String {
    format!(
        "version: 1\ntask: classification\ndata: {{{data}}}\nmodel: [{layers}]\nexpect:\n  - \
         matches_golden: {{file: {file}.safetensors, map: {{layer: linear1}}}}\n"
    )
}

#[test]
fn examples_of_another_shape() {
    let data = "blobs: {examples: 64, classes: 2, features: 10}";
    let text = of_layer(data, "linear: 7, linear: {out: 2, name: head}", "linear");
    assert_told(
        &obstacles("layers", &text, |_| ()),
        "input",
        "an example of the spec is [10], and of the file [[12]]",
        "give `data` the `shape` of the golden inputs",
    );
}

#[test]
fn numbers_where_tokens_are_due() {
    let data = "majority_token: {examples: 64, classes: 2, vocabulary: 8, length: 12}";
    let layers = "embedding: {vocabulary: 8, dimension: 1}, flatten, linear: 7, \
                  linear: {out: 2, name: head}";
    assert_told(
        &obstacles("layers", &of_layer(data, layers, "linear"), |_| ()),
        "input",
        "the spec's inputs are tokens, and those of the file are no whole numbers",
        "write the tokens as int64",
    );
}

#[test]
fn tokens_beyond_the_vocabulary() {
    let data = "majority_token: {examples: 64, classes: 2, vocabulary: 4, length: 6}";
    let layers = "embedding: {vocabulary: 4, dimension: 3}, flatten, linear: {out: 2, name: head}";
    assert_told(
        &obstacles("layers", &of_layer(data, layers, "embedding"), |_| ()),
        "input",
        "of the file is none of the 4 of the spec",
        "let both know the same vocabulary",
    );
}

fn of_loss(task: &str, data: &str, layers: &str, file: &str) -> String {
    format!(
        "version: 1\ntask: {task}\ndata: {{{data}}}\nmodel: [{layers}]\nexpect:\n  - \
         matches_golden: {file}.safetensors\n"
    )
}

#[test]
fn classes_that_the_data_does_not_have() {
    let data = "blobs: {examples: 64, classes: 2, features: 6}";
    let text = of_loss("classification", data, "linear: {out: 2, name: head}", "cross_entropy");
    assert_told(
        &obstacles("losses", &text, |_| ()),
        "target",
        "target 2 of the file is none of the 2 classes",
        "write the index of the class: 0 to 1",
    );
}

#[test]
fn more_targets_than_the_file_has() {
    let data = "csv: targets.csv, features: [x1, x2, x3, x4, x5, x6], target: [n1, n2]";
    let text = of_loss("regression", data, "linear: {out: 2, name: head}", "mse");
    assert_told(
        &obstacles("losses", &text, |_| ()),
        "target",
        "8 targets for 8 examples of [2]",
        "write 16 of them, those of each example in a row",
    );
}

#[test]
fn no_targets_at_all() {
    let data = "linear_regression: {examples: 64, features: 6}";
    let text = of_loss("regression", data, "linear: {out: 1, name: head}", "mse");
    assert_told(
        &obstacles("losses", &text, |subject| subject.files.golden[0].target = None),
        "target",
        "the file has no tensor `target`",
        "give `targets` to `write_golden`",
    );
}

#[test]
fn outputs_of_another_size() {
    let data = "blobs: {examples: 64, classes: 4, features: 6}";
    let layers = "linear: {out: 3, name: head}, pad: {axis: 0, after: 1}";
    let text = of_loss("classification", data, layers, "cross_entropy");
    assert_told(
        &obstacles("losses", &text, |_| ()),
        "output",
        "the model gives [8, 4], and `output` of the file is [8, 3]",
        "let both models give the same",
    );
}

#[test]
fn a_model_that_brings_its_own_batches() {
    let text = "version: 1\ntask: objective\nmodel: {rust: own}\nexpect:\n  - matches_golden: \
                mlp.safetensors\n";
    assert_told(
        &obstacles("", text, |_| ()),
        "input",
        "the model brings its own batches, so that it cannot be given others",
        "register its forward function with `nn_test::model`",
    );
}
