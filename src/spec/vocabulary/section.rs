//! The sections of a spec.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "spec",
        kind: TermKind::Section,
        summary: "One YAML file: a network, its data, its recipe and what is expected of them.",
        options: &[
            TermOption {
                name: "version",
                kind: Kind::Count { least: 1 },
                default: Default::Required,
                doc: "the version of the spec language: 1",
            },
            TermOption {
                name: "name",
                kind: Kind::Text,
                default: Default::Derived("the file's name without its extension"),
                doc: "the spec's name in test cases and snapshots: lower-case letters, digits, `_`",
            },
            TermOption {
                name: "task",
                kind: Kind::Word(&[
                    "classification",
                    "binary_classification",
                    "multi_label_classification",
                    "regression",
                    "objective",
                ]),
                default: Default::Required,
                doc: "what the model is trained for; `objective` for a Rust model that brings its \
                      own batches and loss",
            },
            TermOption {
                name: "data",
                kind: Kind::Section("data"),
                default: Default::Derived("required, but for `task: objective`"),
                doc: "where the examples come from",
            },
            TermOption {
                name: "model",
                kind: Kind::Section("model"),
                default: Default::Required,
                doc: "the layers, or a Rust model",
            },
            TermOption {
                name: "loss",
                kind: Kind::Term(TermKind::Loss),
                default: Default::Derived(
                    "cross_entropy for classification, binary_cross_entropy for \
                     binary_classification, mse for regression",
                ),
                doc: "the loss over a batch",
            },
            TermOption {
                name: "regularization",
                kind: Kind::Section("regularization"),
                default: Default::Derived("none"),
                doc: "penalties on the weights, added to the loss",
            },
            TermOption {
                name: "training",
                kind: Kind::Section("training"),
                default: Default::Derived("each key's own default"),
                doc: "the recipe",
            },
            TermOption {
                name: "expect",
                kind: Kind::Expectations,
                default: Default::Derived("the recommended set"),
                doc: "the properties that must hold",
            },
            TermOption {
                name: "timeout",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("left to `cargo nn-test`"),
                doc: "seconds that all test cases of the spec may take together",
            },
            TermOption {
                name: "faults",
                kind: Kind::Terms(TermKind::Fault),
                default: Default::Derived("none"),
                doc: "faults planted on purpose, to show what the expectations catch",
            },
        ],
        main: None,
        example: "version: 1\ntask: classification\ndata: moons\nmodel: {layers: [linear: 2]}",
        source: "nn-test",
    },
    TermMeta {
        name: "data",
        kind: TermKind::Section,
        summary: "Where examples come from, how they are scaled, shaped and split. Exactly one \
                  source: a CSV file, or a generator.",
        options: &[
            TermOption {
                name: "csv",
                kind: Kind::Text,
                default: Default::Derived("no file: a generator"),
                doc: "a CSV file with a header row, relative to the spec file's folder",
            },
            generator("blobs", "Gaussian clusters, one per class"),
            generator("moons", "two interleaved half circles"),
            generator("linear_regression", "a linear target with noise"),
            generator("nonlinear_regression", "Friedman's first problem"),
            generator("waves", "noisy sine waves; the frequency is the class"),
            generator("majority_token", "token sequences; the most frequent token is the class"),
            TermOption {
                name: "target",
                kind: Kind::Column,
                default: Default::Derived("required with `csv`"),
                doc: "the column to predict, `[several, columns]`, `{column: diagnosis, positive: \
                      malignant}`, or `input` where the inputs are to be given back; generated data \
                      takes `input` alone",
            },
            TermOption {
                name: "features",
                kind: Kind::Texts,
                default: Default::Derived("all columns but the target"),
                doc: "the input columns of the CSV file, in this order",
            },
            TermOption {
                name: "shape",
                kind: Kind::Shape,
                default: Default::Derived("one axis with all features"),
                doc: "shape of one example, without the batch axis",
            },
            TermOption {
                name: "scale",
                kind: Kind::Term(TermKind::Scaling),
                default: Default::Word("none"),
                doc: "how input columns are scaled",
            },
            TermOption {
                name: "scale_target",
                kind: Kind::Term(TermKind::Scaling),
                default: Default::Word("none"),
                doc: "how the target is scaled; regression only",
            },
            TermOption {
                name: "split",
                kind: Kind::Section("split"),
                default: Default::Derived("a fifth is held out"),
                doc: "what is held out for validation",
            },
        ],
        main: None,
        example: "{csv: ../fixtures/digits.csv, target: digit, shape: [1, 8, 8], \
                  scale: {min_max: [0, 16]}, split: {validation: 0.2}}",
        source: "nn-test",
    },
    TermMeta {
        name: "target",
        kind: TermKind::Section,
        summary: "The column to predict, or several: numbers of one target for regression, a class at \
                  each place for classification, answers of 0 and 1 for several labels. `target: \
                  input` is no column (one of that name is `{column: input}`): the inputs, as they are \
                  scaled, are to be given back.",
        options: &[
            TermOption {
                name: "column",
                kind: Kind::Columns,
                default: Default::Required,
                doc: "the column's name in the header row, or several",
            },
            TermOption {
                name: "shape",
                kind: Kind::Shape,
                default: Default::Derived("one axis with all columns"),
                doc: "shape of a target of several columns; classes at places of `[length]` are \
                      compared with an output `[length, k]`, of `[height, width]` with \
                      `[k, height, width]`",
            },
            TermOption {
                name: "ignore",
                kind: Kind::Text,
                default: Default::Derived("every place counts"),
                doc: "the label of places that count neither in the loss nor in the accuracy; \
                      classification of several columns only",
            },
            TermOption {
                name: "positive",
                kind: Kind::Text,
                default: Default::Derived("the second of the sorted labels"),
                doc: "the label that counts as 1; binary classification only",
            },
        ],
        main: Some("column"),
        example: "{column: diagnosis, positive: malignant}",
        source: "nn-test",
    },
    TermMeta {
        name: "split",
        kind: TermKind::Section,
        summary: "What is held out for validation, drawn from the seed; stratified for classes.",
        options: &[TermOption {
            name: "validation",
            kind: Kind::Number(Bounds::Fraction),
            default: Default::Number(0.2),
            doc: "share of the examples that is held out",
        }],
        main: Some("validation"),
        example: "{validation: 0.2}",
        source: "a fifth, as is common practice",
    },
    TermMeta {
        name: "model",
        kind: TermKind::Section,
        summary: "The layers, in order (only outputs are written; input sizes are inferred), or the \
                  name of a Rust model that a test target registers.",
        options: &[
            TermOption {
                name: "layers",
                kind: Kind::Terms(TermKind::Layer),
                default: Default::Derived("required, but for a Rust model"),
                doc: "the layers",
            },
            TermOption {
                name: "rust",
                kind: Kind::Section("rust"),
                default: Default::Derived("none"),
                doc: "a Burn module of your own, by the name that it is registered under",
            },
        ],
        main: Some("layers"),
        example: "{layers: [linear: 16, relu, linear: 2]}",
        source: "nn-test",
    },
    TermMeta {
        name: "rust",
        kind: TermKind::Section,
        summary: "A Burn module of your own. A test target registers it under a name: \
                  `nn_test::main! { \"cnn\" => nn_test::model(Cnn::new, Cnn::forward) }`.",
        options: &[
            TermOption {
                name: "name",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the name that the model is registered under",
            },
            TermOption {
                name: "config",
                kind: Kind::Config,
                default: Default::Derived("the values that the model is registered with"),
                doc: "values of the model's configuration (`#[derive(Config)]`), for models that are \
                      registered with one",
            },
            TermOption {
                name: "inputs",
                kind: Kind::Shapes,
                default: Default::Derived("the shape of `data`"),
                doc: "shapes of several inputs, without the batch axis: the numbers of an example are \
                      divided into them in this order",
            },
        ],
        main: Some("name"),
        example: "{name: cnn, config: {hidden: 64}}",
        source: "nn-test",
    },
    TermMeta {
        name: "regularization",
        kind: TermKind::Section,
        summary: "Penalties on the weights, added to the loss: l1 · Σ|w| + l2 · Σw² over weights, \
                  not over biases or the scale and shift of normalizations. An optimizer's \
                  `weight_decay` is another thing: it moves the weights without being part of the \
                  loss, all of them alike.",
        options: &[
            TermOption {
                name: "l1",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(0.0),
                doc: "factor of the sum of absolute weights",
            },
            TermOption {
                name: "l2",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(0.0),
                doc: "factor of the sum of squared weights",
            },
            TermOption {
                name: "elastic",
                kind: Kind::Section("elastic"),
                default: Default::Derived("none"),
                doc: "both penalties by one strength, in the place of `l1` and `l2`",
            },
        ],
        main: None,
        example: "{l1: 0, l2: 1e-4}",
        source: "Goodfellow, Bengio, Courville: Deep Learning (2016), section 7.1",
    },
    TermMeta {
        name: "elastic",
        kind: TermKind::Section,
        summary: "The elastic net: strength · (l1_ratio · Σ|w| + (1 − l1_ratio) / 2 · Σw²).",
        options: &[
            TermOption {
                name: "strength",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Required,
                doc: "factor of both penalties",
            },
            TermOption {
                name: "l1_ratio",
                kind: Kind::Number(Bounds::UnitInterval),
                default: Default::Number(0.5),
                doc: "the share of the absolute weights: 1 is `l1` alone, 0 is `l2` alone",
            },
        ],
        main: Some("strength"),
        example: "{strength: 1e-4, l1_ratio: 0.5}",
        source: "Zou, Hastie: Regularization and Variable Selection via the Elastic Net (2005), in \
                 scikit-learn's notation",
    },
    TermMeta {
        name: "training",
        kind: TermKind::Section,
        summary: "The recipe. Everything has a default.",
        options: &[
            TermOption {
                name: "optimizer",
                kind: Kind::Term(TermKind::Optimizer),
                default: Default::Word("adam"),
                doc: "turns gradients into steps",
            },
            TermOption {
                name: "schedule",
                kind: Kind::Term(TermKind::Schedule),
                default: Default::Word("constant"),
                doc: "how the optimizer's learning rate changes with the steps",
            },
            TermOption {
                name: "warm_up",
                kind: Kind::Count { least: 0 },
                default: Default::Count(0),
                doc: "steps before the schedule begins, in which the rate rises from near 0: \
                      learning_rate · t / (warm_up + 1) in step t, counted from 1",
            },
            TermOption {
                name: "clipping",
                kind: Kind::Term(TermKind::Clipping),
                default: Default::Derived("none"),
                doc: "bounds gradients",
            },
            TermOption {
                name: "groups",
                kind: Kind::Sections("groups"),
                default: Default::Derived("none"),
                doc: "tensors that are trained in another way than the others, or not at all",
            },
            TermOption {
                name: "batch_size",
                kind: Kind::Count { least: 1 },
                default: Default::Count(32),
                doc: "examples per batch",
            },
            TermOption {
                name: "accumulate",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "batches per step: their gradients are averaged by examples, as one batch of so \
                      many times the size would do for a mean loss (norms over a batch still see one \
                      batch at a time)",
            },
            TermOption {
                name: "epochs",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "passes over the training data",
            },
            TermOption {
                name: "steps",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("those of the epochs"),
                doc: "optimizer steps, in place of `epochs`",
            },
            TermOption {
                name: "early_stopping",
                kind: Kind::Section("early_stopping"),
                default: Default::Derived("none"),
                doc: "ends the training before its length when a loss no longer falls",
            },
            TermOption {
                name: "seed",
                kind: Kind::Count { least: 0 },
                default: Default::Count(42),
                doc: "of weights, splits, shuffles, dropout and generated data",
            },
        ],
        main: None,
        example: "{optimizer: {adam: {learning_rate: 1e-3}}, batch_size: 32, epochs: 2, seed: 42}",
        source: "nn-test",
    },
    TermMeta {
        name: "groups",
        kind: TermKind::Section,
        summary: "One of the groups of `training`: tensors that are trained in another way than the \
                  others, or not at all. A tensor may be in one group. Frozen tensors keep their \
                  first values, and no property asks them to move; everything else is still asked. \
                  `overfits_batch`, which brings an optimizer of its own, freezes them too.",
        options: &[
            TermOption {
                name: "layers",
                kind: Kind::Texts,
                default: Default::Required,
                doc: "names of layers (`encoder`), paths of layers or tensors (`residual1.linear1`, \
                      `head.weight`), or patterns of tensors' paths (`*.bias`), in which `*` stands \
                      for anything; of Rust models the names of fields",
            },
            TermOption {
                name: "learning_rate",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Derived("the optimizer's"),
                doc: "where the schedule starts for these tensors",
            },
            TermOption {
                name: "factor",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Derived("1"),
                doc: "what the rate of every step is multiplied by, in place of `learning_rate`",
            },
            TermOption {
                name: "weight_decay",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Derived("the optimizer's"),
                doc: "the optimizer's option of this name, for these tensors",
            },
            TermOption {
                name: "frozen",
                kind: Kind::Flag,
                default: Default::Flag(false),
                doc: "whether they are not trained at all",
            },
        ],
        main: None,
        example: "{layers: [hidden, \"*.bias\"], factor: 0.1}",
        source: "Burn 0.22, ModuleLrSchedulerConfig::with_group and ModuleOptimizer::with_group",
    },
    TermMeta {
        name: "early_stopping",
        kind: TermKind::Section,
        summary: "Ends the training after `patience` epochs in a row whose loss is not below best − \
                  threshold. `overfits_batch`, which has no epochs, does not heed it.",
        options: &[
            TermOption {
                name: "metric",
                kind: Kind::Word(&["training_loss", "validation_loss"]),
                default: Default::Word("training_loss"),
                doc: "the mean over the batches of the epoch, as they were trained on, or over the \
                      validation part after it, with dropout off and running statistics (needs \
                      `split: {validation: …}`)",
            },
            TermOption {
                name: "patience",
                kind: Kind::Count { least: 1 },
                default: Default::Count(3),
                doc: "epochs in a row without a better loss; Lightning has 3, Keras 0",
            },
            TermOption {
                name: "threshold",
                kind: Kind::Number(Bounds::NonNegative),
                default: Default::Number(0.0),
                doc: "how much lower a better loss is; `min_delta` elsewhere",
            },
        ],
        main: Some("patience"),
        example: "{metric: training_loss, patience: 5}",
        source: "Prechelt: Early Stopping - But When? (1998); the rule is that of PyTorch Lightning's \
                 EarlyStopping",
    },
];

const fn generator(name: &'static str, doc: &'static str) -> TermOption {
    TermOption {
        name,
        kind: Kind::Term(TermKind::Data),
        default: Default::Derived("not this source"),
        doc,
    }
}
