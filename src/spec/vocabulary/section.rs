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
                default: Default::Derived(
                    "the file's name without its extension; required from a file's second spec on",
                ),
                doc: "the spec's name in test cases and snapshots: lower-case letters, digits, `_`",
            },
            TermOption {
                name: "extends",
                kind: Kind::Text,
                default: Default::Derived("nothing"),
                doc: "a spec that this one builds on: `base.yaml`, `base.yaml#name`, or `#name` in \
                      this file; mappings are merged, lists replaced, keys set to `null` removed",
            },
            TermOption {
                name: "template",
                kind: Kind::Flag,
                default: Default::Flag(false),
                doc: "whether this one is only there for others to extend, and no test",
            },
            TermOption {
                name: "vars",
                kind: Kind::Values,
                default: Default::Derived("none"),
                doc: "values by name, for `${name}` anywhere in the spec",
            },
            TermOption {
                name: "matrix",
                kind: Kind::Matrix,
                default: Default::Derived("none"),
                doc: "lists of values by name: each combination is a spec of its own, in which \
                      `${name}` is its value; `include` and `exclude` as in GitHub Actions",
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
                doc: "the loss over a batch; `terms` for the sum of several",
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
                name: "groups",
                kind: Kind::Groups,
                default: Default::Derived("none"),
                doc: "lists of expectations by name, for `group` among the expectations",
            },
            TermOption {
                name: "allow",
                kind: Kind::Reasons,
                default: Default::Derived("nothing"),
                doc: "expected properties whose failures are known and let pass, each with the reason; \
                      a warning tells when one holds again",
            },
            TermOption {
                name: "tags",
                kind: Kind::Texts,
                default: Default::Derived("none"),
                doc: "names to choose specs by: `cargo nn-test -E 'tag(slow)'`; lower-case letters, \
                      digits, `_`, `-`",
            },
            TermOption {
                name: "only",
                kind: Kind::Section("only"),
                default: Default::Derived("judged on all devices"),
                doc: "the one kind of device that the spec is judged on",
            },
            TermOption {
                name: "skip",
                kind: Kind::Section("skip"),
                default: Default::Derived("judged"),
                doc: "why the spec is not judged, everywhere or on one kind of device",
            },
            TermOption {
                name: "seeds",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "how many seeds each property is judged for, from `training.seed` on: what fails for \
                      some of them alone is told from what is broken",
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
        name: "group",
        kind: TermKind::Section,
        summary: "All expectations of one of the spec's `groups`; what is said here counts for those \
                  that do not say it themselves.",
        options: &[
            TermOption {
                name: "name",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the group",
            },
            TermOption {
                name: "severity",
                kind: Kind::Word(&["error", "warn", "off"]),
                default: Default::Derived("each property's own"),
                doc: "how a failure counts",
            },
            TermOption {
                name: "only",
                kind: Kind::Section("only"),
                default: Default::Derived("judged on all devices"),
                doc: "the one kind of device that they are judged on",
            },
            TermOption {
                name: "skip",
                kind: Kind::Section("skip"),
                default: Default::Derived("judged"),
                doc: "why they are not judged, everywhere or on one kind of device",
            },
        ],
        main: Some("name"),
        example: "{name: wiring, severity: warn}",
        source: "nn-test",
    },
    TermMeta {
        name: "only",
        kind: TermKind::Section,
        summary: "Where a spec, or one of its expectations, is judged: on other devices its test \
                  cases are skipped.",
        options: &[
            TermOption {
                name: "device",
                kind: Kind::Word(&["wgpu", "cpu"]),
                default: Default::Required,
                doc: "the kind of device",
            },
            TermOption {
                name: "reason",
                kind: Kind::Text,
                default: Default::Derived("none"),
                doc: "why, for the report",
            },
        ],
        main: Some("device"),
        example: "{device: wgpu, reason: a shader of our own}",
        source: "nn-test",
    },
    TermMeta {
        name: "skip",
        kind: TermKind::Section,
        summary: "What is not judged: its test cases are skipped, and the report says why.",
        options: &[
            TermOption {
                name: "reason",
                kind: Kind::Text,
                default: Default::Required,
                doc: "why, for the report",
            },
            TermOption {
                name: "device",
                kind: Kind::Word(&["wgpu", "cpu"]),
                default: Default::Derived("all devices"),
                doc: "the kind of device on which it is not judged",
            },
        ],
        main: Some("reason"),
        example: "{device: cpu, reason: takes an hour there}",
        source: "nn-test",
    },
    TermMeta {
        name: "data",
        kind: TermKind::Section,
        summary: "Where examples come from, how they are scaled, shaped and split. Exactly one \
                  source: a file, or a generator.",
        options: &[
            file("csv", "a CSV file with a header row, relative to the spec file's folder"),
            file(
                "jsonl",
                "a file of JSON lines: one object per line, with the same fields in each",
            ),
            file("parquet", "a Parquet file; needs nn-test's feature `arrow`"),
            file("arrow", "an Arrow (Feather) file or stream; needs nn-test's feature `arrow`"),
            file("npy", "a NumPy array; `target` is the path of a second one"),
            file("npz", "an archive of NumPy arrays; `inputs` and `target` name two of them"),
            file("safetensors", "a file of tensors; `inputs` and `target` name two of them"),
            file(
                "idx",
                "an array in MNIST's format, compressed by gzip or not; `target` is the path of a \
                 second one",
            ),
            TermOption {
                name: "images",
                kind: Kind::Section("images"),
                default: Default::Derived("not this source"),
                doc: "a folder of images with a folder per class, or a list of images",
            },
            TermOption {
                name: "text",
                kind: Kind::Section("text"),
                default: Default::Derived("not this source"),
                doc: "a text, of which the next token is told, or a table of texts",
            },
            generator("blobs", "Gaussian clusters, one per class"),
            generator("moons", "two interleaved half circles"),
            generator("circles", "a circle in a circle"),
            generator("spirals", "arms that wind around each other, one per class"),
            generator("xor", "points of a square; the class is whether their signs differ"),
            generator("linear_regression", "a linear target with noise"),
            generator("nonlinear_regression", "Friedman's first problem"),
            generator("sine_regression", "a sine wave with noise"),
            generator("waves", "noisy sine waves; the frequency is the class"),
            generator("bars", "images of a bar that lies or stands"),
            generator("shapes", "images of a square, a disc or a cross"),
            generator("adding", "the sum of two marked numbers of a sequence"),
            generator("parity", "whether the number of ones in a sequence is odd"),
            generator("majority_token", "token sequences; the most frequent token is the class"),
            generator("padded_tokens", "token sequences of several lengths, with padding"),
            generator("markov_chain", "the next token of a random sequence"),
            generator("copy", "symbols that are to be said again after a while"),
            generator("reversal", "a sequence that is to be told from its end"),
            TermOption {
                name: "target",
                kind: Kind::Column,
                default: Default::Derived("required with a file of tables or arrays"),
                doc: "the column, array or file to predict, `[several, columns]`, `{column: \
                      diagnosis, positive: malignant}`; `input` where the inputs are to be given \
                      back, `next` where the token behind each token is to be told: these two go \
                      with generated data and images, too",
            },
            TermOption {
                name: "targets",
                kind: Kind::Sections("targets"),
                default: Default::Derived("none"),
                doc: "further answers to each example, by names that terms of the loss give; of \
                      tables, `npz` and `safetensors`",
            },
            TermOption {
                name: "inputs",
                kind: Kind::Text,
                default: Default::Derived("the only array beside the target"),
                doc: "the array of inputs, with `npz` and `safetensors`; its first axis counts the \
                      examples",
            },
            TermOption {
                name: "features",
                kind: Kind::Texts,
                default: Default::Derived("all columns but the targets"),
                doc: "the input columns of a table, in this order",
            },
            TermOption {
                name: "encode",
                kind: Kind::ByColumn { kind: TermKind::Encoding, all: false },
                default: Default::Derived("all input columns are numbers"),
                doc: "columns of text, and how each becomes numbers: \
                      `{colour: one_hot, size: {ordinal: [S, M, L]}}`",
            },
            TermOption {
                name: "missing",
                kind: Kind::ByColumn { kind: TermKind::Missing, all: true },
                default: Default::Word("error"),
                doc: "what is done where a value is missing: `drop`, or by columns \
                      `{age: median, income: {constant: 0}}`",
            },
            TermOption {
                name: "na",
                kind: Kind::Texts,
                default: Default::Derived("[\"\"], the empty cell"),
                doc: "cells that stand for a missing value, like `[\"\", NA, \"?\"]`",
            },
            TermOption {
                name: "shape",
                kind: Kind::Shape,
                default: Default::Derived("one axis with all features, or that of the arrays"),
                doc: "shape of one example, without the batch axis",
            },
            TermOption {
                name: "scale",
                kind: Kind::Term(TermKind::Scaling),
                default: Default::Word("none"),
                doc: "how input columns are scaled; encoded ones stay as they are",
            },
            TermOption {
                name: "scale_target",
                kind: Kind::Term(TermKind::Scaling),
                default: Default::Word("none"),
                doc: "how real targets are scaled; regression only",
            },
            TermOption {
                name: "augment",
                kind: Kind::Section("augment"),
                default: Default::Derived("examples stay as they are"),
                doc: "how training examples are changed each time they are seen",
            },
            TermOption {
                name: "split",
                kind: Kind::Section("split"),
                default: Default::Derived("a fifth is held out"),
                doc: "what is held out for validation",
            },
            TermOption {
                name: "sample",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("all rows, at most 1 GiB of them"),
                doc: "how many rows of a file are drawn, in one pass, each equally likely",
            },
        ],
        main: None,
        example: "{csv: ../fixtures/digits.csv, target: digit, shape: [1, 8, 8], \
                  scale: {min_max: [0, 16]}, split: {validation: 0.2}}",
        source: "nn-test",
    },
    TermMeta {
        name: "augment",
        kind: TermKind::Section,
        summary: "Changes of training examples, drawn anew each time one is seen; off unless the \
                  spec says so. Only the steps of the recipe see them: the validation part, \
                  `overfits_batch` and all that measures a fixed batch stay as they are. They are \
                  drawn on the host from the spec's seed, after scaling, in this order.",
        options: &[
            TermOption {
                name: "flip",
                kind: Kind::Word(&["none", "horizontal", "vertical", "both"]),
                default: Default::Word("none"),
                doc: "left and right of an image change over with probability 1/2, or top and \
                      bottom, or both, each by itself",
            },
            TermOption {
                name: "crop",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("none"),
                doc: "p pixels of zeros are put around an image, and one of its own size is cut out: \
                      y[c, i, j] = x[c, i + a, j + b], a and b uniform in −p..=p, 0 outside",
            },
            TermOption {
                name: "shift",
                kind: Kind::Count { least: 1 },
                default: Default::Derived("none"),
                doc: "the same by up to p pixels, with the nearest pixel of the image outside",
            },
            TermOption {
                name: "noise",
                kind: Kind::Number(Bounds::Positive),
                default: Default::Derived("none"),
                doc: "standard deviation of the normal noise that is added to each number; for \
                      inputs of any shape",
            },
        ],
        main: None,
        example: "{flip: horizontal, crop: 2, noise: 0.05}",
        source: "Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional \
                 Neural Networks (2012); He, Zhang, Ren, Sun: Deep Residual Learning for Image \
                 Recognition (2016), section 4.2; Bishop: Training with Noise is Equivalent to \
                 Tikhonov Regularization (1995)",
    },
    TermMeta {
        name: "target",
        kind: TermKind::Section,
        summary: "The column to predict, or several: numbers of one target for regression, a class at \
                  each place for classification, answers of 0 and 1 for several labels. `target: \
                  input` and `target: next` are no columns (one of that name is `{column: input}`). \
                  With `input` the inputs, as they are scaled, are to be given back. With `next`, of \
                  n tokens the first n − 1 are the input, and the class at each place is the token \
                  behind it; there are as many classes as the model's first layer knows tokens.",
        options: &[
            TermOption {
                name: "column",
                kind: Kind::Columns,
                default: Default::Required,
                doc: "the column's name in the header row, or several; or the array, or the file of \
                      targets",
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
        summary: "What is held out, drawn from the seed: of n examples n · share, rounded, and at \
                  least one. One rule says which ones; without it classes are stratified.",
        options: &[
            TermOption {
                name: "validation",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(0.2),
                doc: "share of the examples that is held out for validation",
            },
            TermOption {
                name: "test",
                kind: Kind::Number(Bounds::Fraction),
                default: Default::Number(0.0),
                doc: "share that is held out for a last test: nothing is measured on it",
            },
            TermOption {
                name: "stratify",
                kind: Kind::Flag,
                default: Default::Derived("true for classes, unless another rule is given"),
                doc: "whether every part keeps the shares of the classes",
            },
            TermOption {
                name: "group",
                kind: Kind::Text,
                default: Default::Derived("no groups"),
                doc: "a column: examples with the same cell in it go into the same part (shares are \
                      of groups then); no input unless `features` lists it",
            },
            TermOption {
                name: "order",
                kind: Kind::Text,
                default: Default::Derived("no order"),
                doc: "a column, say of dates: the last examples by it are held out, the very last \
                      for the test; no input unless `features` lists it",
            },
            TermOption {
                name: "shuffle",
                kind: Kind::Flag,
                default: Default::Flag(true),
                doc: "`false` holds out the last examples of the file, or of a generator",
            },
        ],
        main: Some("validation"),
        example: "{validation: 0.2, test: 0.1}",
        source: "a fifth, as is common practice",
    },
    TermMeta {
        name: "model",
        kind: TermKind::Section,
        summary: "The layers, in order (only outputs are written; input sizes are inferred), or the \
                  name of a Rust model that a test target registers. Beside its own options every \
                  layer takes a `name`; `from`, the name of an earlier output or of an input, which \
                  it reads in place of the output before it; `frozen: true`, which keeps its \
                  weights as they are, without a penalty; and a `regularization` of its own, in \
                  place of the spec's. What a container says holds for its contents.",
        options: &[
            TermOption {
                name: "layers",
                kind: Kind::Terms(TermKind::Layer),
                default: Default::Derived("required, but for a Rust model"),
                doc: "the layers",
            },
            TermOption {
                name: "inputs",
                kind: Kind::NamedShapes,
                default: Default::Derived("one, called `input`, of the shape of `data`"),
                doc: "names and shapes of several inputs, without the batch axis: the numbers of an \
                      example are divided among them in this order; the first layer reads the first \
                      of them, others by `from`",
            },
            TermOption {
                name: "outputs",
                kind: Kind::Texts,
                default: Default::Derived("the last layer"),
                doc: "names of the layers whose outputs are the model's; of several, each is read by a \
                      term of the loss",
            },
            TermOption {
                name: "rust",
                kind: Kind::Section("rust"),
                default: Default::Derived("none"),
                doc: "a Burn module of your own, by the name that it is registered under",
            },
            TermOption {
                name: "weights",
                kind: Kind::Section("weights"),
                default: Default::Derived("drawn by the initializers"),
                doc: "the file that the weights start from",
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
        name: "weights",
        kind: TermKind::Section,
        summary: "Below `model`: the file that the weights start from, of Burn (`.bpk`), of PyTorch \
                  (`.pt`, `.pth`) or in safetensors. Every tensor of the model is looked for, and \
                  every tensor of the file must be one of the model's. PyTorch's names and layouts \
                  are understood: linear weights are turned, `weight` and `bias` of a normalization \
                  are gamma and beta, and the gates of recurrent layers and the projections of an \
                  attention are cut out of their stacks.",
        options: &[
            TermOption {
                name: "file",
                kind: Kind::Text,
                default: Default::Required,
                doc: "the file, relative to the spec file's folder",
            },
            TermOption {
                name: "map",
                kind: Kind::Names,
                default: Default::Derived("names are as in the model"),
                doc: "names in the file and names here, for whole names or their beginnings: \
                      `\"0\": hidden` makes `hidden.weight` of `0.weight`; a `*` stands for one part \
                      and is carried over; the first that fits counts",
            },
            TermOption {
                name: "ignore",
                kind: Kind::Texts,
                default: Default::Derived("none"),
                doc: "tensors of the file that are left out: whole names or their beginnings",
            },
            TermOption {
                name: "partial",
                kind: Kind::Flag,
                default: Default::Flag(false),
                doc: "whether layers that the file lacks start as their initializers say",
            },
            TermOption {
                name: "convention",
                kind: Kind::Word(&["pytorch", "burn"]),
                default: Default::Derived("burn for files that Burn wrote, else pytorch"),
                doc: "whose names and layouts the file has",
            },
            TermOption {
                name: "key",
                kind: Kind::Text,
                default: Default::Derived("the whole file"),
                doc: "the entry of a PyTorch checkpoint that holds the weights, such as `state_dict`",
            },
        ],
        main: Some("file"),
        example: "{file: mlp.safetensors, map: {\"0\": hidden, \"2\": head}}",
        source: "burn-store 0.22.1; PyTorch's `state_dict`",
    },
    TermMeta {
        name: "regularization",
        kind: TermKind::Section,
        summary: "Penalties on the weights, added to the loss: l1 · Σ|w| + l2 · Σw² over weights, \
                  not over biases or the scale and shift of normalizations. A layer's own \
                  `regularization` stands in its place for the layer's weights; frozen layers have \
                  no penalty. An optimizer's `weight_decay` is another thing: it moves the weights \
                  without being part of the loss, all of them alike.",
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
                default: Default::Derived("1, or as many as make 100 steps"),
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
                  Running statistics of a frozen normalization follow the batches all the same. \
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

const fn file(name: &'static str, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Text, default: Default::Derived("not this source"), doc }
}

const fn generator(name: &'static str, doc: &'static str) -> TermOption {
    TermOption {
        name,
        kind: Kind::Term(TermKind::Data),
        default: Default::Derived("not this source"),
        doc,
    }
}
