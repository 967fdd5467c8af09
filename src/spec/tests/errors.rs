//! Errors that no file in `fixtures/broken` shows.

use super::*;
use crate::spec::Code;

#[test]
fn all_errors_of_a_file_are_reported_at_once_in_their_order() {
    let text = "version: 1\nname: A\ntask: regression\ndata: {linear_regression: {examples: x}}\n\
                model: {layers: [linear: 0, dens: 1]}\ntraining: {epoch: 1, optimizer: {adam: {beta_1: 1}}}\n\
                expect: [initial_los]\nfaults: [freeze]\n";
    assert_eq!(
        messages(text),
        [
            "a spec's name has lower-case letters, digits and `_` alone",
            "`examples` of `linear_regression` must be a whole number of at least 2",
            "`out` of `linear` must be a whole number of at least 1",
            "unknown layer `dens`",
            "unknown key `epoch`",
            "`beta_1` of `adam` must be a number of at least 0 and below 1",
            "unknown property `initial_los`",
            "unknown fault `freeze`",
        ]
    );
}

#[test]
fn one_mistake_gives_one_error() {
    for (section, message) in [
        ("model: {layers: [linear: {ouut: 1}]}", "unknown key `ouut`"),
        (
            "model: {layers: [linear: {out: x}]}",
            "`out` of `linear` must be a whole number of at least 1",
        ),
        ("model: {layers: [conv2d: 3]}", "the value of `conv2d` must be its options"),
        ("model: {layers: [relu: 3]}", "the value of `relu` must be no value"),
        ("model: {layers: [rrelu: {lower: x}]}", "`lower` of `rrelu` must be a finite number"),
        ("model: {layers: relu}", "`layers` of `model` must be a list"),
        ("model: {layers: [3]}", "a layer must be a name, or a name with its options"),
        ("modle: {layers: [linear: 1]}", "unknown key `modle`"),
        (
            "model: {layers: [linear: 1]}\nloss: {huber: {delta: 0}}",
            "`delta` of `huber` must be a number greater than 0",
        ),
        (
            "model: {layers: [linear: 1]}\ntraining: [1]",
            "the value of `training` must be its options",
        ),
        (
            "model: {layers: [max_pool2d: [2, 2, 2]]}",
            "`kernel` of `max_pool2d` must be one size, or `[height, width]`",
        ),
        (
            "model: {layers: [reshape: [0]]}",
            "each of `shape` of `reshape` must be a whole number of at least 1",
        ),
        ("model: {layers: [linear: {out: 1, name: [a]}]}", "`name` of `linear` must be text"),
        (
            "model: {layers: [linear: {out: 1, name: a b}]}",
            "the name of a layer has letters, digits and `_` alone",
        ),
        (
            "model: {layers: [linear: 99999999999999999999]}",
            "`out` of `linear` must be a whole number of at least 1",
        ),
        (
            "model: {layers: [linear: .nan]}",
            "`out` of `linear` must be a whole number of at least 1",
        ),
        (
            "model: {layers: [linear: {out: 1, bias: yes}]}",
            "`bias` of `linear` must be `true` or `false`",
        ),
        ("model: {layers: [linear: !mine 1]}", "tags are not part of the spec language"),
        ("model: {layers: [linear: 1]}\n? [a]\n: 1", "a key must be text"),
    ] {
        assert_eq!(messages(&format!("{HEAD}{section}\n")), [message], "{section}");
    }
}

#[test]
fn an_error_behind_an_anchor_is_reported_once() {
    let text = format!("{HEAD}model:\n  layers:\n    - linear: &o {{out: x}}\n    - linear: *o\n");
    assert_eq!(messages(&text), ["`out` of `linear` must be a whole number of at least 1"]);
}

#[test]
fn what_a_merge_key_was_meant_to_bring_is_not_missing_as_well() {
    let text = format!("{HEAD}model: [linear: &o {{out: 1}}, linear: {{<<: *o, bias: false}}]\n");
    assert_eq!(messages(&text), ["merge keys are not part of the spec language"]);
}

#[test]
fn text_that_older_yaml_took_for_truth_is_explained() {
    let text = format!("{HEAD}model: {{layers: [linear: {{out: 1, bias: yes}}]}}\n");
    assert!(errors(&text).contains("`yes` is text in YAML 1.2: write `true`"));
}

#[test]
fn quoted_numbers_are_text() {
    let text = format!("{HEAD}model: {{layers: [linear: '1']}}\n");
    assert!(errors(&text).contains("help: remove the quotes"), "{}", errors(&text));
}

#[test]
fn a_known_name_in_the_wrong_place_is_explained() {
    let layers = format!("{HEAD}model: {{layers: [adam]}}\n");
    assert!(errors(&layers).contains("`adam` is an optimizer"));
    let optimizer =
        format!("{HEAD}model: {{layers: [linear: 1]}}\ntraining: {{optimizer: gelu}}\n");
    assert!(errors(&optimizer).contains("`gelu` is an activation"));
}

#[test]
fn losses_fit_their_task_and_no_other() {
    let losses = [
        ("cross_entropy", "classification"),
        ("binary_cross_entropy", "binary_classification"),
        ("mse", "regression"),
        ("mae", "regression"),
        ("huber", "regression"),
    ];
    for (loss, fitting) in losses {
        for task in ["classification", "binary_classification", "regression"] {
            let data = if task == "regression" { "linear_regression" } else { "moons" };
            let text = format!(
                "version: 1\ntask: {task}\ndata: {data}\nmodel: [linear: 2]\nloss: {loss}\n"
            );
            match parse(&text) {
                Ok(_) => assert_eq!(task, fitting),
                Err(diagnostics) => {
                    assert_ne!(task, fitting);
                    assert_eq!(diagnostics.errors[0].code, Code::TASK_MISMATCH);
                }
            }
        }
    }
}

#[test]
fn generated_data_fits_its_task_and_itself() {
    for (task, data, message) in [
        ("regression", "moons", "`moons` does not fit the task"),
        ("classification", "nonlinear_regression", "`nonlinear_regression` does not fit the task"),
        ("binary_classification", "{blobs: {classes: 3}}", "`blobs` does not fit the task"),
        ("classification", "{blobs: {classes: 300}}", "`blobs` has more classes than examples"),
        (
            "classification",
            "{majority_token: {classes: 5, vocabulary: 4}}",
            "`vocabulary` must be at least `classes`",
        ),
        ("classification", "{moons: , target: x}", "`target` belongs to a file"),
        ("classification", "{csv: a.csv}", "`data` with `csv` needs `target`"),
        ("classification", "{shape: [2]}", "`data` needs a source"),
    ] {
        let text = format!("version: 1\ntask: {task}\ndata: {data}\nmodel: [linear: 2]\n");
        assert_eq!(messages(&text), [message], "{data}");
    }
}

#[test]
fn weights_of_losses_are_checked_as_far_as_the_text_allows() {
    for (task, loss, message) in [
        ("classification", "{cross_entropy: {weights: [0, 0]}}", "not all `weights` can be 0"),
        (
            "classification",
            "{cross_entropy: {weights: [-1, 2]}}",
            "each of `weights` of `cross_entropy` must be a number of at least 0",
        ),
        (
            "classification",
            "{cross_entropy: {smoothing: 1}}",
            "`smoothing` of `cross_entropy` must be a number of at least 0 and below 1",
        ),
        (
            "binary_classification",
            "{binary_cross_entropy: {weights: [1, 2, 3]}}",
            "`weights` of `binary_cross_entropy` are two: of class 0 and of class 1",
        ),
    ] {
        let text =
            format!("version: 1\ntask: {task}\ndata: moons\nmodel: [linear: 2]\nloss: {loss}\n");
        assert_eq!(messages(&text), [message], "{loss}");
    }
}

#[test]
fn options_of_properties_have_their_types() {
    for (expect, message) in [
        (
            "update_ratio: {steps: 0}",
            "`steps` of `update_ratio` must be a whole number of at least 1",
        ),
        (
            "update_ratio: {tolerance: -1}",
            "`tolerance` of `update_ratio` must be a number of at least 0",
        ),
        (
            "update_ratio: {range: [1, 0.5]}",
            "the low end of `range` of `update_ratio` must be below the high end",
        ),
        (
            "update_ratio: {range: [-1, 0.5]}",
            "`range` of `update_ratio` must be a range from 0 or above",
        ),
        ("update_ratio: {range: 3}", "`range` of `update_ratio` must be `[low, high]`"),
        ("update_ratio: {exact: 1}", "`exact` of `update_ratio` must be `true` or `false`"),
        ("update_ratio: {severity: fatal}", "`fatal` is no value of `severity`"),
        ("update_ratio: 3", "the value of `update_ratio` must be its options"),
        ("recommended: {severity: warn}", "`recommended` takes no options"),
    ] {
        let text = format!("{HEAD}model: [linear: 1]\nexpect: [{expect}]\n");
        assert_eq!(messages(&text), [message], "{expect}");
    }
}

#[test]
fn a_fault_may_name_a_layer_that_the_model_names() {
    let model = "model: [linear: 4, residual: [linear: {out: 4, name: inner}], linear: 1]";
    for name in ["linear1", "linear2", "residual1", "inner"] {
        spec(&format!("{HEAD}{model}\nfaults: [freeze_layer: {name}]\n"));
    }
    for name in ["linear", "linear3", "conv2d1", "outer"] {
        assert_eq!(
            messages(&format!("{HEAD}{model}\nfaults: [freeze_layer: {name}]\n")),
            ["a fault names a layer that the model does not have"]
        );
    }
}

#[test]
fn a_file_without_name_takes_its_own() {
    let text = format!("{HEAD}model: [linear: 1]\n");
    let parse = |path: &str| file::parse_with(Source::new(path, text.as_str()), REGISTRY);
    assert_eq!(parse("specs/digits_cnn.yaml").unwrap()[0].name.value, "digits_cnn");
    let rendered = parse("specs/Digits CNN.yaml").unwrap_err().render(false);
    assert!(rendered.contains("add `name: digits_cnn`"), "{rendered}");
}
