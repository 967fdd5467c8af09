//! What `cargo nn-test explain` says about each code.

use super::code::{Code, CodeMeta};
use super::{config_code_texts, reuse_code_texts, weight_code_texts, wiring_code_texts};

/// All codes, sorted.
pub static CODES: &[CodeMeta] = &[
    CodeMeta {
        code: Code::FILE_UNREADABLE,
        title: "the spec file cannot be read",
        explanation: "The file is missing, is a folder or another special file, or this user may \
                      not read it. The reason of the operating system stands in the message. A \
                      relative path starts from the folder in which the command was called.",
        example: "cargo nn-test run specs/no_such_file.yaml",
    },
    CodeMeta {
        code: Code::NOT_UTF8,
        title: "the spec file is not UTF-8",
        explanation: "Specs are UTF-8 text; a byte order mark at the beginning and CRLF line ends \
                      are accepted. The message points at the first byte that is not UTF-8. Most \
                      often the editor saved the file as Latin-1 or UTF-16: save it as UTF-8.",
        example: "a file with the byte 0xFF, or one in UTF-16",
    },
    CodeMeta {
        code: Code::EMPTY_FILE,
        title: "the spec file is empty",
        explanation: "The file holds no value: it is empty, or all of it is comments. Write at \
                      least `version`, `task`, `data` and `model`; `cargo nn-test init` writes a \
                      first spec that passes.",
        example: "# only a comment\n",
    },
    CodeMeta {
        code: Code::YAML_SYNTAX,
        title: "the spec is not valid YAML",
        explanation: "The text breaks YAML's grammar at the marked place: an open bracket or \
                      quote, a line indented by a tab or by too little, a colon without a space \
                      after it, an alias without its anchor. What comes after the place is not \
                      read, so further errors may appear once this one is mended.",
        example: "version: 1\ndata: {moons: {examples: 200}\n",
    },
    CodeMeta {
        code: Code::YAML_TOO_LARGE,
        title: "the spec is larger than the reader allows",
        explanation: "A spec may have 1 MiB of text, 20 000 values (an alias counts with all the \
                      values that it stands for) and 64 lists and mappings inside each other. \
                      Real specs stay far below; the limits stop files that would exhaust the \
                      memory, such as aliases of aliases of aliases.",
        example: "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n…",
    },
    CodeMeta {
        code: Code::YAML_UNSUPPORTED,
        title: "a part of YAML that the spec language does not use",
        explanation: "Specs use plain YAML: no tags (`!name`), no merge keys (`<<`), text as \
                      keys. Anchors and aliases may be used; a spec builds on another one by \
                      `extends`.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n\
                  training: {<<: {epochs: 2}}\n",
    },
    CodeMeta {
        code: Code::DUPLICATE_KEY,
        title: "a key stands twice in one mapping",
        explanation: "YAML gives no meaning to a key that stands twice, and readers that keep one \
                      of the two do so silently. Remove one, or rename it.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n\
                  training: {epochs: 2, epochs: 3}\n",
    },
    CodeMeta {
        code: Code::WRONG_TYPE,
        title: "a value of another type is due here",
        explanation: "The message says what is due and what stands there. A number in quotes is \
                      text; `yes`, `no`, `on` and `off` are text in YAML 1.2, so write `true` or \
                      `false`; an item of a list needs a `-`.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n\
                  training: {epochs: two}\n",
    },
    CodeMeta {
        code: Code::MISSING_KEY,
        title: "a required key is missing",
        explanation: "Most keys have a default; this one has none that would be right for all. \
                      `cargo nn-test explain NAME` lists the keys of a section, layer or other \
                      term with their defaults.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [conv2d: {out: 4}]}\n",
    },
    CodeMeta {
        code: Code::UNKNOWN_KEY,
        title: "a key that is not known here",
        explanation: "Unknown keys are errors, so that a misspelt one does not leave its default \
                      in place unnoticed. The message lists the keys that are known here.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n\
                  training: {epoch: 2}\n",
    },
    CodeMeta {
        code: Code::UNKNOWN_NAME,
        title: "a name that is not known here",
        explanation: "A layer, activation, initializer, loss, optimizer, data source, property, \
                      fault or choice of that name does not exist here. Names follow Burn's; the \
                      message knows many names of other frameworks and says what they are called \
                      here, and lists the names that are known.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [dense: 1]}\n",
    },
    CodeMeta {
        code: Code::OUT_OF_RANGE,
        title: "a number outside its range",
        explanation: "The message names the range. Probabilities, momenta and shares are at least \
                      0 and below 1; sizes and counts are whole numbers from 1; learning rates \
                      are greater than 0; NaN and infinity are never accepted.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [dropout: 1.5]}\n",
    },
    CodeMeta {
        code: Code::EMPTY_LIST,
        title: "a list without items",
        explanation: "A model needs at least one layer, a shape at least one size, and a spec \
                      that expects nothing would always pass. Leave `expect` out to expect the \
                      recommended set.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: []}\n",
    },
    CodeMeta {
        code: Code::UNSUPPORTED_VERSION,
        title: "a version of the spec language that this nn-test does not read",
        explanation: "`version` is the version of the spec language, not of your spec. This \
                      nn-test reads version 1.",
        example: "version: 2\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n",
    },
    CodeMeta {
        code: Code::BAD_NAME,
        title: "a name with characters that names cannot have",
        explanation: "A spec's name is part of test names and of snapshot paths, so that it has \
                      only lower-case letters, digits and `_`. Without `name` the file's name \
                      counts, without its extension. Layer names may also have capitals.",
        example: "version: 1\nname: My Spec\ntask: regression\ndata: linear_regression\n\
                  model: {layers: [linear: 1]}\n",
    },
    CodeMeta {
        code: Code::DUPLICATE_NAME,
        title: "two layers of one name",
        explanation: "A layer's name stands for it in findings, snapshots and faults; it must be \
                      unique in the file, also inside residual blocks.",
        example: "version: 1\ntask: regression\ndata: linear_regression\n\
                  model: {layers: [linear: {out: 4, name: a}, relu: {name: a}, linear: 1]}\n",
    },
    CodeMeta {
        code: Code::DUPLICATE_EXPECTATION,
        title: "a property is expected twice",
        explanation: "Each property is one test case of the spec, so that it can be expected \
                      once. An entry beside `recommended` changes that property's options; it \
                      does not count as a second one.",
        example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: {layers: [linear: 1]}\n\
                  expect: [recommended, recommended]\n",
    },
    CodeMeta {
        code: Code::TASK_MISMATCH,
        title: "a loss or data source that does not fit the task",
        explanation: "`cross_entropy` compares k logits with a class and needs \
                      `classification`; `binary_cross_entropy` compares one logit with 0 or 1 and \
                      needs `binary_classification`; `mse`, `mae` and `huber` compare real \
                      numbers and need `regression`. Generated data has classes or real targets \
                      in the same way. Change the task or the loss.",
        example: "version: 1\ntask: classification\ndata: moons\nmodel: {layers: [linear: 2]}\nloss: mse\n",
    },
    CodeMeta {
        code: Code::CONTRADICTION,
        title: "values that contradict each other",
        explanation: "Each value is possible alone, but not beside the other one: two sources of \
                      data, a range whose low end is not below its high end, Nesterov momentum \
                      without momentum, an option of another task. The message names both.",
        example: "version: 1\ntask: classification\ndata: {moons: {}, blobs: {}}\n\
                  model: {layers: [linear: 2]}\n",
    },
    CodeMeta {
        code: Code::UNKNOWN_LAYER_NAME,
        title: "a fault names a layer that the model does not have",
        explanation: "A planted fault names its layer by the layer's `name`. Give the layer a \
                      name, or correct the one in the fault.",
        example: "version: 1\ntask: regression\ndata: linear_regression\n\
                  model: {layers: [linear: {out: 1, name: head}]}\nfaults: [freeze_layer: haed]\n",
    },
    reuse_code_texts::UNKNOWN_VARIABLE,
    reuse_code_texts::UNUSED_VARIABLE,
    reuse_code_texts::BAD_MATRIX,
    reuse_code_texts::BAD_BASE,
    reuse_code_texts::DUPLICATE_SPEC,
    reuse_code_texts::UNKNOWN_GROUP,
    CodeMeta {
        code: Code::DATA_UNREADABLE,
        title: "the data file cannot be read",
        explanation: "The file of `data` is missing, is a folder, or this user may not read it; \
                      or this build of nn-test lacks the feature that reads its format. A \
                      relative path starts from the folder of the spec file, not from the folder \
                      in which the command was called.",
        example: "data: {csv: no_such_file.csv, target: label}",
    },
    CodeMeta {
        code: Code::DATA_MALFORMED,
        title: "the data file is not what its format says",
        explanation: "A CSV file has one header row with unique names, and as many fields in each \
                      row as the header has. Files of arrays, tables and images begin with the \
                      marks of their format, and end where their headers say. The message names \
                      the row.",
        example: "a,b,label\n1,2,0\n1,2\n",
    },
    CodeMeta {
        code: Code::BAD_COLUMN,
        title: "a column or array that the data file lacks, or that is used twice",
        explanation: "`target` and `features` name columns by the header row of the CSV file, \
                      letter by letter, each column once; `inputs` and `target` name arrays. The \
                      message lists the columns or arrays of the file.",
        example: "data: {csv: iris.csv, target: specie}",
    },
    CodeMeta {
        code: Code::NOT_A_NUMBER,
        title: "text in a numeric column",
        explanation: "Features and regression targets are numbers. The message names the row and \
                      the column. Leave the column out with `features`, encode it with `encode`, \
                      or say what is done about missing values with `missing`.",
        example: "sepal,species\nunknown,0\n",
    },
    CodeMeta {
        code: Code::NOT_FINITE,
        title: "NaN or infinity in the data",
        explanation: "One NaN in a batch makes the loss, all gradients and then all weights NaN. \
                      The message names the row and the column. Remove the value, or name it among \
                      `na` and say what is done about it with `missing`.",
        example: "sepal,species\nNaN,0\n",
    },
    CodeMeta {
        code: Code::DATA_EMPTY,
        title: "there are no examples, or no features",
        explanation: "The data file has a header and no rows, or no column is left as a feature \
                      beside the target.",
        example: "a,b,label\n",
    },
    CodeMeta {
        code: Code::BAD_LABELS,
        title: "labels that do not make up the classes of the task",
        explanation: "Classes are the distinct values of the target column: there are at least \
                      two of them, and exactly two for binary classification, where `positive` \
                      is one of them. With one class there is nothing to learn, and every loss \
                      can be driven to 0: check that `target` names the right column, and that \
                      the file was not cut while it was sorted by label. Real numbers as labels \
                      point at a regression.",
        example: "data: {csv: cells.csv, target: {column: diagnosis, positive: maligant}}",
    },
    CodeMeta {
        code: Code::TOO_FEW_EXAMPLES,
        title: "too few examples for the split",
        explanation: "A split is stratified: each class needs an example in the training part, \
                      and one in the validation part when something is held out. Hold out less, \
                      or bring more examples of the class that the message names. Where the split \
                      goes by groups, each part needs a group.",
        example: "split: {validation: 0.9}   # with 10 examples of 3 classes",
    },
    CodeMeta {
        code: Code::DATA_SHAPE_MISMATCH,
        title: "the shape of an example does not match its columns",
        explanation: "The product of the sizes in `data.shape` must be the number of features: \
                      `shape: [1, 8, 8]` needs 64 columns. Arrays of inputs and targets have as \
                      many rows as there are examples.",
        example: "data: {csv: digits.csv, target: digit, shape: [1, 7, 8]}",
    },
    CodeMeta {
        code: Code::BAD_TOKENS,
        title: "tokens where numbers are due, or numbers that are no tokens",
        explanation: "A model that starts with `embedding` takes tokens: whole numbers in \
                      `0..vocabulary`, unscaled. A model that starts with another layer takes \
                      numbers. Start the model with the layer that the data needs, or enlarge \
                      the vocabulary.",
        example: "data: majority_token\nmodel: {layers: [linear: 3]}",
    },
    CodeMeta {
        code: Code::BATCH_TOO_LARGE,
        title: "a batch larger than the training data",
        explanation: "`batch_size` is larger than the number of examples that the split leaves \
                      for training, so that no full batch exists. Lower `batch_size`, or hold out \
                      less.",
        example: "training: {batch_size: 512}   # with 150 examples",
    },
    CodeMeta {
        code: Code::BAD_DATA_OPTION,
        title: "a scaling or generator that makes no sense as it is set",
        explanation: "The options fit their ranges, but not each other or the data: sine \
                      waves of more than half their length in periods cannot be told apart, \
                      generated data has a largest size, and scaled numbers must stay finite. The \
                      message names the option.",
        example: "data: {waves: {classes: 10, length: 16}}",
    },
    CodeMeta {
        code: Code::DATA_TOO_LARGE,
        title: "more data than is kept in memory",
        explanation: "A spec tests a small copy of a network, in seconds: at most 1 GiB of a \
                      file's rows is kept, as numbers of 8 bytes or as text. The file itself may \
                      have any size, since it is read in a stream: `sample: 10000` draws so many \
                      of its rows in one pass, each equally likely, from the spec's seed. Stratified \
                      parts and scalings come from the drawn rows.",
        example: "data: {csv: ten_gigabytes.csv, target: label}   # without `sample: 10000`",
    },
    CodeMeta {
        code: Code::UNKNOWN_CATEGORY,
        title: "a category that is not known",
        explanation: "An encoded column has a category that the order of `ordinal` does not list, \
                      or that held-out rows have and the training part does not: the model could \
                      have learned nothing about it. The message names the row. Correct the cell, \
                      list the category, hold less out, or let it be zeros: \
                      `one_hot: {unknown: zeros}`.",
        example: "encode: {size: {ordinal: [S, M, L]}}   # and a cell holds XL",
    },
    CodeMeta {
        code: Code::SHAPE_MISMATCH,
        title: "shapes that do not line up",
        explanation: "The output of one layer does not fit the next: the message names both \
                      shapes. A residual block must give the shape that it takes, and a reshape \
                      must keep the number of elements.",
        example: "version: 1\ntask: regression\ndata: linear_regression\n\
                  model: {layers: [linear: 16, residual: [linear: 8], linear: 1]}\n",
    },
    CodeMeta {
        code: Code::RANK_NOT_ACCEPTED,
        title: "a layer does not take inputs of this many axes",
        explanation: "Two-dimensional convolutions and pools take `[channels, height, width]`, \
                      one-dimensional ones `[channels, length]`, recurrent layers `[length, \
                      features]`, without the batch axis; nothing takes more than four axes. Set \
                      `data.shape`, or put `flatten` or `reshape` before the layer.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {layers: [conv2d: {out: 8, kernel: 3}, flatten, linear: 2]}\n",
    },
    CodeMeta {
        code: Code::INPUT_KIND_MISMATCH,
        title: "tokens where numbers are due, or numbers where tokens are due",
        explanation: "Only `embedding` takes tokens (whole numbers in `0..vocabulary`), and it \
                      takes nothing else. Only data can be tokens: what a layer gives are \
                      numbers. So an `embedding` is the first layer, or there is none.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {layers: [linear: 4, embedding: {vocabulary: 9, dimension: 4}, flatten, linear: 2]}\n",
    },
    CodeMeta {
        code: Code::HEAD_MISMATCH,
        title: "the model's output does not fit the task",
        explanation: "Classification needs one logit per class, binary classification one logit, \
                      regression one output per target. The message names the output's shape and \
                      the one that is due: change the size of the last layer.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {layers: [linear: 3]}\n",
    },
    CodeMeta {
        code: Code::BAD_GROUPS,
        title: "groups that do not divide the channels",
        explanation: "A grouped convolution needs input and output channels that are multiples of \
                      `groups`; group normalization needs channels that are one.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {layers: [linear: 16, group_norm: 3, linear: 2]}\n",
    },
    CodeMeta {
        code: Code::KERNEL_TOO_LARGE,
        title: "a kernel larger than its input",
        explanation: "After padding, the kernel (spread by its dilation) is larger than the \
                      input, so that no output is left. Use a smaller kernel, padding, or fewer \
                      pools before.",
        example: "version: 1\ntask: classification\ndata: {blobs: {classes: 2, features: 4}, shape: [1, 2, 2]}\n\
                  model: {layers: [max_pool2d: 4, flatten, linear: 2]}\n",
    },
    CodeMeta {
        code: Code::MODEL_TOO_LARGE,
        title: "the model does not fit into memory",
        explanation: "The estimate of weights, gradients, optimizer state and activations is \
                      larger than the memory of this machine or device. It is refused before \
                      anything is allocated; the message has the estimate and the largest layer.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {layers: [linear: 1000000000000, relu, linear: 2]}\n",
    },
    CodeMeta {
        code: Code::LOSS_WEIGHTS_MISMATCH,
        title: "class weights that do not match the classes",
        explanation: "`weights` of a loss has one weight per class, in the order of the sorted \
                      labels.",
        example: "version: 1\ntask: classification\ndata: {blobs: {classes: 3}}\n\
                  model: {layers: [linear: 3]}\nloss: {cross_entropy: {weights: [1, 2]}}\n",
    },
    CodeMeta {
        code: Code::UNKNOWN_RUST_MODEL,
        title: "a Rust model that is not registered",
        explanation: "`model: {rust: NAME}` names a Burn module that a test target of the package \
                      registers: `nn_test::main! { \"NAME\" => nn_test::model(Net::new, Net::forward) \
                      }`. The name must be registered there, and once only. `cargo nn-test init` \
                      writes such a target.",
        example: "version: 1\ntask: classification\ndata: moons\nmodel: {rust: nett}\n",
    },
    CodeMeta {
        code: Code::MODEL_KIND_MISMATCH,
        title: "a Rust model of another kind",
        explanation: "A model that is registered with `nn_test::objective` brings its own batches and \
                      its own loss: its spec says `task: objective`, and neither `data` nor `loss`. A \
                      model that is registered with `nn_test::model` gives outputs: its spec says \
                      what they are for (`task`) and gives `data`.",
        example: "version: 1\ntask: objective\nmodel: {rust: net}\n",
    },
    CodeMeta {
        code: Code::MODEL_INPUT_MISMATCH,
        title: "data that is no input of the model",
        explanation: "A forward function says by its types what it takes: `Tensor<4>` takes examples \
                      of three axes, since the first axis is the batch; `Tensor<2, Int>` takes whole \
                      numbers. Give the data a `shape` of that many axes, or let the model take \
                      another rank. For several inputs `inputs` below `rust`, or of a model of \
                      layers, says how an example's numbers are divided among them, in this order.",
        example: "version: 1\ntask: classification\n\
                  data: {blobs: {classes: 3, features: 4}, shape: [1, 2, 2]}\nmodel: {rust: net}\n",
    },
    CodeMeta {
        code: Code::BAD_MODEL_CONFIG,
        title: "a configuration that the Rust model does not take",
        explanation: "`config` below `rust` changes values of the configuration that the model is \
                      registered with (`nn_test::model_with_config`). The values must be of the \
                      types that the configuration has; unknown keys are errors of their own.",
        example: "version: 1\ntask: classification\ndata: moons\n\
                  model: {rust: {name: net, config: {hidden: 3}}}\n",
    },
    CodeMeta {
        code: Code::NOT_FOR_THIS_MODEL,
        title: "something that a Rust model cannot be asked for",
        explanation: "A fault that lives in the layers cannot be planted into a Rust model from \
                      outside; inputs, labels and outputs of a model that brings its own batches \
                      cannot be changed; and to a training step of the model's own no penalty can be \
                      added. The message \
                      says where to do it instead.",
        example: "version: 1\ntask: classification\ndata: {blobs: {classes: 3, features: 2}}\n\
                  model: {rust: net}\nfaults: [wrong_gradient: {layer: head, factor: 2}]\n",
    },
    wiring_code_texts::UNKNOWN_OUTPUT,
    wiring_code_texts::AMBIGUOUS_OUTPUT,
    wiring_code_texts::NO_WEIGHTS,
    wiring_code_texts::NOTHING_TO_TRAIN,
    CodeMeta {
        code: Code::BAD_TARGETS,
        title: "targets that the loss cannot take",
        explanation: "Some losses ask more of the targets than the task does: `poisson_nll` takes \
                      numbers of at least 0, `kl_div` probabilities, `ctc` a sequence of classes that \
                      has room in the steps of time that the model gives, and `pad_tokens` of \
                      `cross_entropy` names classes that there are.",
        example: "version: 1\ntask: classification\ndata: {blobs: {classes: 3}}\n\
                  model: {layers: [linear: 3]}\nloss: {cross_entropy: {pad_tokens: [3]}}\n",
    },
    CodeMeta {
        code: Code::FAULT_WITHOUT_EFFECT,
        title: "a planted fault that changes nothing",
        explanation: "A fault is planted to see that it is caught. Where the subject has nothing for it \
                      to act on (held-out examples to leak into, a mode that some layer looks at, an \
                      axis of time), it would change nothing, and a test that passes would say nothing.",
        example: "version: 1\ntask: classification\ndata: {blobs: {classes: 3}}\n\
                  model: {layers: [linear: 3]}\nfaults: [future_leak]\n",
    },
    weight_code_texts::UNREADABLE,
    weight_code_texts::MISMATCH,
    config_code_texts::SYNTAX,
    config_code_texts::UNKNOWN_KEY,
    config_code_texts::WRONG_VALUE,
    config_code_texts::CONTRADICTION,
    config_code_texts::FILTER_SYNTAX,
];
