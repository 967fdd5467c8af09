//! What right specs mean.

use super::*;
use crate::property::OptionValue;
use crate::spec::{
    Activation, Cell, Clipping, Compared, DataSource, Expectation, Fault, Generator, Initializer,
    LayerKind, Length, LossKind, LossReduction, MaxPool, OptimizerKind, Padding, Recurrent,
    Regularization, Scaling, SequenceOutput, Task,
};

const FULL: &str = "\
# yaml-language-server: $schema=../nn-test.schema.json
version: 1
name: digits_cnn
task: classification
data:
  csv: ../fixtures/digits.csv
  target: digit
  features: [a, b]
  shape: [1, 8, 8]
  scale: {min_max: [0, 16]}
  split: {validation: 0.25}
model:
  layers:
    - conv2d: {out: 16, kernel: 3, padding: same}
    - batch_norm
    - relu
    - max_pool2d: 2
    - residual:
        - conv2d: {out: 16, kernel: [3, 3], padding: 1, name: inner}
        - leaky_relu: {negative_slope: .1}
    - flatten
    - linear: {out: 10, name: head, initializer: {normal: {mean: 0, std: 0.1}}, bias_initializer: {constant: -1e1}}
    - linear: 10
loss: {cross_entropy: {weights: [1, 2.5], smoothing: 0.1}}
regularization: {l2: 1e-4}
training:
  optimizer: {sgd: {learning_rate: 1e-3, momentum: 0.9}}
  clipping: {norm: 1.0}
  batch_size: 64
  epochs: 2
  seed: 7
expect:
  - update_ratio: {range: [1e-4, 1e-2], severity: warn}
  - overfits_batch: {steps: 500}
  - initial_loss
faults:
  - freeze_layer: inner
  - wrong_gradient: {layer: head, factor: 0.5}
  - shuffle_labels
  - negate_gradient
";

#[test]
fn the_whole_language_is_read() {
    let spec = spec(FULL);
    assert_eq!(spec.name.value, "digits_cnn");
    assert_eq!(spec.task.value, Task::Classification);
    assert_eq!(spec.data.shape.as_ref().unwrap().value, [1, 8, 8]);
    assert_eq!(spec.data.scale.value, Scaling::MinMax { low: 0.0, high: 16.0 });
    assert_eq!(spec.data.validation.value, 0.25);
    let DataSource::Table { path, target, features, .. } = &spec.data.source else { panic!("csv") };
    assert_eq!(path.to_str(), Some("../fixtures/digits.csv"));
    assert_eq!(target.column.value, "digit");
    assert_eq!(features.as_ref().unwrap().len(), 2);

    assert_eq!(spec.layers().len(), 8);
    let LayerKind::Conv(conv) = &spec.layers()[0].kind else { panic!("conv2d") };
    assert_eq!((conv.out, &conv.padding, conv.bias), (16, &Padding::Same, true));
    assert_eq!((&*conv.kernel, &*conv.stride), (&[3, 3][..], &[1, 1][..]));
    assert_eq!(spec.layers()[1].kind, LayerKind::BatchNorm { epsilon: 1e-5, momentum: 0.1 });
    assert_eq!(
        spec.layers()[3].kind,
        LayerKind::MaxPool(MaxPool {
            kernel: vec![2, 2],
            stride: vec![2, 2],
            dilation: vec![1, 1],
            padding: Padding::Valid,
            ceil_mode: false,
        })
    );
    let LayerKind::Residual { layers } = &spec.layers()[4].kind else { panic!("residual") };
    assert_eq!(layers[0].name.as_ref().unwrap().value, "inner");
    assert_eq!(
        layers[1].kind,
        LayerKind::Activation(Activation::LeakyRelu { negative_slope: 0.1 })
    );
    let head = LayerKind::Linear {
        out: 10,
        bias: true,
        initializer: Some(Initializer::Normal { mean: 0.0, std: 0.1 }),
        bias_initializer: Some(Initializer::Constant(-10.0)),
    };
    assert_eq!(spec.layers()[6].kind, head);

    let loss = LossKind::CrossEntropy {
        weights: Some(vec![1.0, 2.5]),
        smoothing: Some(0.1),
        pad_tokens: Vec::new(),
        logits: true,
    };
    assert_eq!(spec.loss.terms[0].kind.value, loss);
    assert_eq!(spec.loss.regularization, Regularization { l1: 0.0, l2: 1e-4 });
    let sgd =
        OptimizerKind::Sgd { momentum: 0.9, dampening: 0.1, nesterov: false, weight_decay: 0.0 };
    assert_eq!(spec.training.optimizer.kind, sgd);
    assert_eq!(spec.training.optimizer.learning_rate.value, 1e-3);
    assert_eq!(spec.training.clipping, Some(Clipping::Norm(1.0)));
    let training = &spec.training;
    assert_eq!(
        (training.batch_size.value, training.length, training.seed),
        (64, Length::Epochs(2), 7)
    );

    let faults: Vec<_> = spec.faults.iter().map(|fault| fault.value.clone()).collect();
    let planted = [
        Fault::FreezeLayer("inner".into()),
        Fault::WrongGradient { layer: "head".into(), factor: 0.5 },
        Fault::ShuffleLabels,
        Fault::NegateGradient,
    ];
    assert_eq!(faults, planted);
}

#[test]
fn values_know_their_places() {
    let spec = spec(FULL);
    let at = |span: crate::spec::Span| &FULL[span.start..span.end];
    assert_eq!(at(spec.task.span), "classification");
    assert_eq!(at(spec.layers()[0].span), "conv2d");
    assert_eq!(at(spec.data.shape.as_ref().unwrap().span), "[1, 8, 8]");
    assert_eq!(at(spec.training.batch_size.span), "64");
    assert_eq!(at(spec.expectations[0].span.unwrap()), "initial_loss");
    assert_eq!(at(spec.loss.terms[0].kind.span), "cross_entropy");
}

#[test]
fn a_short_spec_has_the_documented_defaults() {
    let spec = spec("version: 1\ntask: binary_classification\ndata: blobs\nmodel: [linear: 1]\n");
    assert_eq!(spec.name.value, "example");
    let DataSource::Generated(generator) = &spec.data.source else { panic!("generated") };
    let blobs = Generator::Blobs { examples: 200, classes: 2, features: 2, spread: 1.0 };
    assert_eq!(generator.value, blobs);
    assert_eq!(
        (spec.data.scale.value, spec.data.scale_target.value),
        (Scaling::None, Scaling::None)
    );
    assert_eq!(spec.data.validation.value, 0.2);
    let loss = LossKind::BinaryCrossEntropy { weights: None, smoothing: None, logits: true };
    assert_eq!(spec.loss.terms[0].kind.value, loss);
    let adam = OptimizerKind::Adam {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-5,
        amsgrad: false,
        weight_decay: 0.0,
    };
    assert_eq!(spec.training.optimizer.kind, adam);
    assert_eq!(spec.training.optimizer.learning_rate.value, 1e-3);
    let training = &spec.training;
    assert_eq!(
        (training.batch_size.value, training.length, training.seed),
        (32, Length::Unsaid, 42)
    );
    assert!(spec.training.clipping.is_none() && spec.faults.is_empty());
}

#[test]
fn each_optimizer_has_its_own_learning_rate() {
    for (optimizer, rate) in [("sgd", 1e-2), ("adam", 1e-3), ("adamw", 1e-3), ("rmsprop", 1e-3)] {
        let text = format!("{HEAD}model: [linear: 1]\ntraining: {{optimizer: {optimizer}}}\n");
        assert_eq!(spec(&text).training.optimizer.learning_rate.value, rate, "{optimizer}");
    }
}

#[test]
fn numbers_may_be_written_in_every_usual_way() {
    for (written, number) in [
        ("1e-3", 1e-3),
        ("1E-3", 1e-3),
        ("1.e3", 1e3),
        ("+2", 2.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("0.25", 0.25),
    ] {
        let text = format!(
            "{HEAD}model: [linear: 1]\ntraining: {{optimizer: {{adam: {{learning_rate: {written}}}}}}}\n"
        );
        assert_eq!(spec(&text).training.optimizer.learning_rate.value, number, "{written}");
    }
    for (written, number) in [("-1e3", -1e3), ("-.5", -0.5), ("-10", -10.0)] {
        let text = format!("{HEAD}model: [thresholded_relu: {written}]\n");
        let LayerKind::Activation(Activation::ThresholdedRelu { alpha }) =
            spec(&text).layers()[0].kind
        else {
            panic!("thresholded_relu")
        };
        assert_eq!(alpha, number, "{written}");
    }
    let text = format!("{HEAD}model: [linear: 1e1]\ntraining: {{seed: 0xFF, batch_size: 0o20}}\n");
    let spec = spec(&text);
    assert_eq!((spec.training.seed, spec.training.batch_size.value), (255, 16));
}

#[test]
fn labels_and_columns_are_text_however_they_are_written() {
    let text = "version: 1\ntask: binary_classification\nmodel: [linear: 1]\n\
                data: {csv: a.csv, target: {column: 7, positive: 1.0}, features: [no, true, \"x\"]}\n";
    let spec = spec(text);
    let DataSource::Table { target, features, .. } = &spec.data.source else { panic!("csv") };
    assert_eq!(target.column.value, "7");
    assert_eq!(target.positive.as_ref().unwrap().value, "1.0");
    let features: Vec<_> = features.iter().flatten().map(|name| name.value.as_str()).collect();
    assert_eq!(features, ["no", "true", "x"]);
}

#[test]
fn without_expect_the_recommended_set_is_expected() {
    let spec = spec(&format!("{HEAD}model: [linear: 1]\n"));
    let names: Vec<_> = spec.expectations.iter().map(|entry| entry.property.meta.name).collect();
    assert_eq!(names, ["initial_loss", "overfits_batch"]);
    assert!(spec.expectations.iter().all(|entry| entry.span.is_none()));
}

#[test]
fn an_entry_beside_recommended_changes_a_single_one() {
    let expect = "expect: [update_ratio, recommended, overfits_batch: {steps: 500, severity: off}]";
    let spec = spec(&format!("{HEAD}model: [linear: 1]\n{expect}\n"));
    let names: Vec<_> = spec.expectations.iter().map(|entry| entry.property.meta.name).collect();
    assert_eq!(names, ["initial_loss", "overfits_batch", "update_ratio"]);
    let overfits = &spec.expectations[1];
    assert_eq!(overfits.options.value("steps"), OptionValue::Count(500));
    assert!(overfits.options.given("steps") && !overfits.options.given("tolerance"));
    assert_eq!(overfits.severity, Some(Severity::Off));
}

#[test]
fn a_group_stands_for_its_expectations() {
    let spec = spec(&format!(
        "{HEAD}model: [linear: 1]\n\
         groups:\n  \
           wiring: [update_ratio: {{severity: off, steps: 7}}, initial_loss: {{only: cpu}}]\n  \
           all: [recommended, overfits_batch: {{steps: 9}}]\n  \
           unused: [update_ratio]\n\
         expect:\n  \
           - group: {{name: wiring, severity: warn, only: {{device: wgpu}}}}\n  \
           - initial_loss\n  \
           - group: all\n"
    ));
    let entry = |name: &str| {
        let named = |entry: &&Expectation| entry.property.meta.name == name;
        spec.expectations.iter().find(named).unwrap()
    };
    let names: Vec<_> = spec.expectations.iter().map(|entry| entry.property.meta.name).collect();
    assert_eq!(names, ["initial_loss", "overfits_batch", "update_ratio"]);
    // What stands by itself takes nothing from a group.
    assert_eq!(entry("initial_loss").severity, None);
    assert_eq!(entry("initial_loss").conditions.only, None);
    assert_eq!(entry("overfits_batch").options.value("steps"), OptionValue::Count(9));
    // A member keeps its own word, and has the group's for the rest.
    assert_eq!(entry("update_ratio").severity, Some(Severity::Off));
    assert_eq!(entry("update_ratio").options.value("steps"), OptionValue::Count(7));
    let only = entry("update_ratio").conditions.only.as_ref().unwrap();
    assert_eq!(only.device.term(), "wgpu");
    let place = entry("update_ratio").span.unwrap();
    assert_eq!(&spec.source.text[place.start..place.end], "update_ratio");
}

#[test]
fn anchors_a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let text = "\u{feff}version: 1\r\ntask: regression\r\ndata: linear_regression\r\nmodel:\r\n  \
                layers:\r\n    - linear: &o {out: 4}\r\n    - linear: *o\r\n";
    let spec = spec(text);
    assert_eq!(spec.layers()[0].kind, spec.layers()[1].kind);
    assert_eq!(&spec.source.text[spec.layers()[1].span.start..spec.layers()[1].span.end], "linear");
}

#[test]
fn recurrent_layers_and_shapes_have_their_forms() {
    let text = "version: 1\ntask: classification\ndata: {majority_token: {classes: 4}}\nmodel:\n  layers:\n    \
                - embedding: {vocabulary: 8, dimension: 4}\n    - lstm: {hidden: 8, output: sequence}\n    \
                - gru: 6\n    - reshape: [2, -1]\n    - flatten\n    - linear: 4\n";
    let spec = spec(text);
    assert!(matches!(
        spec.layers()[1].kind,
        LayerKind::Recurrent(Recurrent {
            cell: Cell::Lstm { .. },
            hidden: 8,
            bias: true,
            output: SequenceOutput::Sequence,
            ..
        })
    ));
    assert!(matches!(
        spec.layers()[2].kind,
        LayerKind::Recurrent(Recurrent {
            cell: Cell::Gru { reset_after: true, .. },
            hidden: 6,
            output: SequenceOutput::Last,
            ..
        })
    ));
    assert_eq!(spec.layers()[3].kind, LayerKind::Reshape { shape: vec![2, -1] });
}

#[test]
fn explicit_padding_is_alike_on_both_sides_unless_every_side_is_given() {
    let padding = |layer: &str| {
        let text = format!("{HEAD}model:\n  layers:\n    - {layer}\n");
        match &spec(&text).layers()[0].kind {
            LayerKind::Conv(conv) => conv.padding.clone(),
            other => panic!("{other:?}"),
        }
    };
    let explicit = |sizes: &[[usize; 2]]| Padding::Explicit(sizes.to_vec());
    assert_eq!(padding("conv1d: {out: 1, kernel: 3, padding: 2}"), explicit(&[[2, 2]]));
    assert_eq!(padding("conv1d: {out: 1, kernel: 3, padding: [2, 1]}"), explicit(&[[2, 1]]));
    let of_2d = |sizes: &str| padding(&format!("conv2d: {{out: 1, kernel: 3, padding: {sizes}}}"));
    assert_eq!(of_2d("1"), explicit(&[[1, 1], [1, 1]]));
    assert_eq!(of_2d("[1, 2]"), explicit(&[[1, 1], [2, 2]]));
    // Top, left, bottom, right.
    assert_eq!(of_2d("[1, 2, 3, 4]"), explicit(&[[1, 3], [2, 4]]));
    let of_3d = padding("conv3d: {out: 1, kernel: 3, padding: [1, 0, 2]}");
    assert_eq!(of_3d, explicit(&[[1, 1], [0, 0], [2, 2]]));
}

#[test]
fn a_loss_of_terms_has_outputs_targets_and_weights() {
    let text = "version: 1\ntask: classification\ndata:\n  csv: a.csv\n  target: kind\n  targets:\n    \
                - {name: size, column: [w, h], task: regression}\n    - {name: other, column: c}\n\
                model: {outputs: [a, b], layers: [linear: {out: 3, name: a}, linear: {out: 2, name: b}]}\n\
                loss:\n  terms:\n    - {name: kind, loss: {cross_entropy: {smoothing: 0.1}}, output: a}\n    \
                - {name: size, loss: mse, output: b, target: size, weight: 0.5}\n    \
                - {name: kind2, loss: cross_entropy, output: a, target: other}\n    \
                - {name: back, loss: mse, output: b, target: input}\n    \
                - {name: small, loss: mae, output: b, constant: 0, weight: -1}\n    \
                - {name: real, loss: hinge, output: b, constant: 1}\n    \
                - {name: code, loss: gaussian_kl, output: b}\n";
    let spec = spec(text);
    let others: Vec<_> =
        spec.data.targets.iter().map(|other| (other.name.as_str(), *other.task)).collect();
    assert_eq!(others, [("size", Task::Regression), ("other", Task::Classification)]);
    assert_eq!(spec.data.targets[0].target.columns().count(), 2);
    let named =
        |name: &str| spec.loss.terms.iter().find(|term| term.name.as_ref().unwrap().value == name);
    let term = |name: &str| named(name).unwrap();
    assert_eq!(term("kind").compared, Compared::Target);
    assert_eq!((term("kind").task, *term("kind").weight), (Task::Classification, 1.0));
    let target = |name: &str| match &term(name).compared {
        Compared::Named(target) => (target.value.clone(), term(name).task, *term(name).weight),
        other => panic!("{other:?}"),
    };
    assert_eq!(target("size"), ("size".to_owned(), Task::Regression, 0.5));
    assert_eq!(target("kind2"), ("other".to_owned(), Task::Classification, 1.0));
    assert_eq!(target("back"), ("input".to_owned(), Task::Regression, 1.0));
    let constant = |name: &str| match &term(name).compared {
        Compared::Constant(number) => (number.value, term(name).task, *term(name).weight),
        other => panic!("{other:?}"),
    };
    assert_eq!(constant("small"), (0.0, Task::Regression, -1.0));
    assert_eq!(constant("real"), (1.0, Task::BinaryClassification, 1.0));
    assert_eq!(term("code").compared, Compared::Nothing);
    assert_eq!(term("code").reduction, LossReduction::BatchMean);
    assert!(spec.loss.single().is_none() && spec.loss.may_be_negative());
}
