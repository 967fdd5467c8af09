//! Data with faults, and what the reader of the spec is told.

use std::path::Path;

use super::support::*;
use crate::data::InputKind;
use crate::spec::{Generator, LayerKind, LayerSpec, ModelSpec, Per, Scaling, Task};

#[test]
fn a_missing_file_is_told_with_the_one_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("iris.csv"), "").unwrap();
    let spec = spec(folder.path(), Task::Regression, csv("./iri.csv", "label"));
    let resolved = folder.path().join("./iri.csv");
    let mended = Path::new("./iri.csv").with_file_name("iris.csv");
    let expected = format!(
        "NN0201: cannot find the data file `./iri.csv`\n\
         at `table.csv`: this is {}\n\
         help: did you mean `{}`?",
        resolved.display(),
        mended.display()
    );
    assert_told(told(&spec), &[&expected]);
}

#[test]
fn a_missing_target_column_is_told_with_the_one_that_was_meant() {
    assert_told(
        load_table("a,labels\n1,x\n", Task::Classification, |_| {}),
        &["NN0203: table.csv: there is no column `label`\n\
           at `label`: no such column\n\
           note: the columns are `a`, `labels`\n\
           help: did you mean `labels`?"],
    );
}

#[test]
fn another_separator_is_recognised() {
    assert_told(
        load_table("a;label\n1;x\n", Task::Classification, |_| {}),
        &["NN0203: table.csv: there is no column `label`\n\
           at `label`: no such column\n\
           note: the columns are `a;label`\n\
           help: the columns seem to be separated by semicolons: save the file with commas"],
    );
}

#[test]
fn features_are_judged_each_at_its_own_place() {
    let result = load_table("a,label\n1,x\n", Task::Classification, |spec| {
        set_features(spec, &[("a", "first"), ("label", "second")]);
    });
    assert_told(
        result,
        &["NN0203: the target `label` is among the features\n\
           at `second`: the answer, handed to the model\n\
           help: leave it out of `features`"],
    );
    let result = load_table("a,label\n1,x\n", Task::Classification, |spec| {
        set_features(spec, &[("a", "first"), ("a", "second")]);
    });
    assert_told(
        result,
        &["NN0203: the feature `a` is listed twice\n\
           at `second`: listed again\n\
           also at `first`: listed here before\n\
           help: list it once"],
    );
}

#[test]
fn cells_of_inputs_and_targets_are_told_at_once() {
    let table = "a,b,label\nx,1,0.5\n2,,NaN\n3,oops,1\n";
    let result = load_table(table, Task::Regression, |spec| {
        set_features(spec, &[("a", "first"), ("b", "second")]);
    });
    assert_told(
        result,
        &[
            "NN0204: table.csv: line 3, column `b` is empty\n\
             at `second`: every cell needs a value\n\
             help: say what is to be done with `missing`, fill the cells, or leave the column out \
             with `features`",
            "NN0204: table.csv: 2 cells are not numbers\n\
             at `table.csv`: read as numbers\n\
             note: line 2, column `a`: `x`\n\
             note: line 4, column `b`: `oops`\n\
             help: leave the column out with `features`, or encode it: `encode: {COLUMN: one_hot}`",
            "NN0205: table.csv: line 3, column `label`: `NaN` is not finite\n\
             at `label`: no NaN and no infinity\n\
             help: fill the cells, or leave their rows out",
        ],
    );
}

#[test]
fn of_many_bad_cells_the_rest_is_counted() {
    let table = format!("a,label\n{}", "?,1\n".repeat(7));
    assert_told(
        load_table(&table, Task::Regression, |_| {}),
        &["NN0204: table.csv: 7 cells are not numbers\n\
           at `table.csv`: read as numbers\n\
           note: line 2, column `a`: `?`\n\
           note: line 3, column `a`: `?`\n\
           note: line 4, column `a`: `?`\n\
           note: line 5, column `a`: `?`\n\
           note: line 6, column `a`: `?`\n\
           note: and 2 more\n\
           help: leave the column out with `features`, or encode it: `encode: {COLUMN: one_hot}`"],
    );
}

#[test]
fn rows_of_another_length_are_told_with_their_lines() {
    assert_told(
        load_table("a,label\n1,x\n1\n", Task::Classification, |_| {}),
        &["NN0202: table.csv: line 3 has 1 cell where the header has 2\n\
           at `table.csv`: not a table that can be read\n\
           help: put text that holds a comma in double quotes; leave no cell out"],
    );
}

#[test]
fn classes_that_do_not_suit_the_task_are_told() {
    assert_told(
        load_table("a,label\n1,x\n2,x\n", Task::Classification, |_| {}),
        &["NN0207: table.csv: all examples have the label `x`\n\
           at `label`: there is nothing to tell apart\n\
           help: add examples of another class"],
    );
    assert_told(
        load_table("a,label\n1,x\n2,y\n3,z\n", Task::BinaryClassification, |_| {}),
        &[
            "NN0207: table.csv: binary classification needs two classes, and there are 3: `x`, `y`, `z`\n\
           at `label`: not two classes\n\
           help: for more than two classes, write `task: classification`",
        ],
    );
    assert_told(
        load_table("a,label\n1,0.5\n2,1\n", Task::Classification, |_| {}),
        &[
            "NN0207: table.csv: line 2, column `label`: `0.5` is no class label: it has a fraction\n\
           at `label`: read as class labels\n\
           help: for real targets, write `task: regression`",
        ],
    );
    assert_told(
        load_table("a,label\n1,x\n2,y\n", Task::BinaryClassification, |spec| {
            set_positive(spec, "maybe");
        }),
        &["NN0207: table.csv: no example has the positive label `maybe`\n\
           at `good`: the class that counts as 1\n\
           help: the labels are `x`, `y`"],
    );
    assert_told(
        load_table("a,label\n1,x\n2,y\n", Task::Classification, |spec| set_positive(spec, "x")),
        &["NN0207: `positive` is for binary classification\n\
           at `good`: the class that counts as 1\n\
           help: leave it out, or write `task: binary_classification`"],
    );
}

#[test]
fn a_class_of_one_example_cannot_be_split() {
    assert_told(
        load_table("a,label\n1,x\n2,y\n3,y\n", Task::Classification, |_| {}),
        &["NN0208: too few examples of `x` for a split: a class needs one on either side\n\
           at `share`: the share that is held out\n\
           help: add examples, or hold nothing out: `split: {validation: 0}`; if the target is a \
           quantity, write `task: regression`"],
    );
}

#[test]
fn a_batch_larger_than_the_training_data_is_told_with_both_numbers() {
    let table = format!("a,label\n{}", "1,x\n2,y\n".repeat(4));
    assert_told(
        load_table(&table, Task::Classification, |spec| spec.training.batch_size.value = 8),
        &["NN0211: a batch of 8 is larger than the training data of 6 examples\n\
           at `size`: at most 6\n\
           help: write `batch_size: 6` or less, or hold less out"],
    );
    let fits = load_table(&table, Task::Classification, |spec| spec.training.batch_size.value = 6);
    assert!(fits.is_ok());
}

#[test]
fn a_shape_that_does_not_fit_is_told_with_both_sizes() {
    let table = "a,b,c,d,label\n1,2,3,4,x\n5,6,7,8,y\n";
    let result = load_table(table, Task::Classification, |spec| {
        spec.data.shape = Some(at(vec![1, 3, 2], "[sizes]"));
        spec.data.validation.value = 0.0;
    });
    assert_told(
        result,
        &["NN0209: the shape [1, 3, 2] holds 6 numbers, and an input has 4\n\
           at `[sizes]`: must hold 4 numbers\n\
           help: the sizes multiply to the number of input columns; the batch is not among them"],
    );
}

#[test]
fn what_is_wrong_with_shape_batch_and_scaling_is_told_at_once() {
    let result = load_table("a,b,label\n0,1,x\n2,3,y\n", Task::Classification, |spec| {
        spec.model = ModelSpec::Declared(vec![embedding(10)].into());
        spec.data.shape = Some(at(vec![3], "[sizes]"));
        spec.data.validation.value = 0.0;
        spec.data.scale.value = Scaling::Standardize(Per::Column);
        spec.training.batch_size.value = 3;
    });
    let codes: Vec<String> =
        result.unwrap_err().iter().map(|error| error[..6].to_owned()).collect();
    assert_eq!(codes, ["NN0209", "NN0211", "NN0210"]);
}

#[test]
fn tokens_out_of_the_vocabulary_are_told_with_line_and_column() {
    let result = load_table("a,label\n0,x\n10,y\n", Task::Classification, |spec| {
        spec.model = ModelSpec::Declared(vec![embedding(10)].into());
    });
    assert_told(
        result,
        &["NN0210: table.csv: line 3, column `a`: `10` is no token of 0..10\n\
           at `table.csv`: read as tokens, for the embedding\n\
           help: tokens are whole numbers; raise the embedding's `vocabulary`, or start the model \
           with another layer"],
    );
}

#[test]
fn inputs_and_targets_that_cannot_be_scaled_are_told_apart() {
    let result = load_table("a,label\n1,1\n2,2\n", Task::Regression, |spec| {
        spec.data.scale.value = Scaling::MinMax { low: 1.0, high: 1.0 };
        spec.data.scale_target.value = Scaling::Multiply(f64::INFINITY);
    });
    assert_told(
        result,
        &[
            "NN0212: cannot scale the inputs: [1, 1] is no range\n\
             at `scaling`: of the inputs\n\
             help: write the lower bound first: `min_max: [0, 16]`",
            "NN0212: cannot scale the targets: inf is no factor\n\
             at `target scaling`: of the targets\n\
             help: write a number such as `multiply: 0.1`",
        ],
    );
}

#[test]
fn a_target_that_is_text_is_no_regression() {
    assert_told(
        load_table("a,label\n1,x\n2,\n3,1\n", Task::Regression, |_| {}),
        &[
            "NN0204: table.csv: line 3, column `label` is empty\n\
             at `label`: every cell needs a value\n\
             help: fill the cells, or leave their rows out",
            "NN0204: table.csv: line 2, column `label`: `x` is not a number\n\
             at `label`: read as numbers\n\
             help: for labels, write `task: classification`",
        ],
    );
}

#[test]
fn no_damage_to_a_table_is_a_panic() {
    let table = b"\xef\xbb\xbfa,\"b\",label\r\n1,-2.5,0\r\n3e1,4,1\n\"5\",6,0\n7,8,1\n";
    let folder = tempfile::tempdir().unwrap();
    let tasks = [Task::Classification, Task::BinaryClassification, Task::Regression];
    let specs = tasks.map(|task| spec(folder.path(), task, csv("table.csv", "label")));
    let judge = |bytes: &[u8]| {
        std::fs::write(folder.path().join("table.csv"), bytes).unwrap();
        for spec in &specs {
            // An error is rendered, data is hashed: both must go through.
            let _ = told(spec).map(|data| data.digest());
        }
    };
    for place in 0..table.len() {
        judge(&table[..place]);
        for damage in *b"\0\"\n\r,e-\xff" {
            let mut damaged = table.to_vec();
            damaged[place] = damage;
            judge(&damaged);
        }
    }
}

#[test]
fn generated_tokens_take_the_embeddings_vocabulary() {
    let with = |layers: Vec<LayerSpec>| {
        load_generated(TOKENS, Task::Classification, |spec| {
            spec.model = ModelSpec::Declared(layers.into());
        })
    };
    let tokens = |vocabulary| InputKind::Tokens { vocabulary };
    assert_eq!(with(vec![embedding(9)]).unwrap().input, tokens(9));
    assert_eq!(with(Vec::new()).unwrap().input, tokens(8));
    assert_told(
        with(vec![embedding(7)]),
        &["NN0210: the data has 8 tokens, and the embedding knows 7\n\
           at `embedding`: the first layer\n\
           help: write `vocabulary: 8`"],
    );
    let flatten = LayerSpec { kind: LayerKind::Flatten, ..embedding(1) };
    assert_told(
        with(vec![flatten]),
        &[
            "NN0210: `majority_token` makes tokens, and the model does not start with an embedding\n\
           at `table.csv`: makes tokens\n\
           help: start the model with an `embedding`: the size of a token's index means nothing",
        ],
    );
}

#[test]
fn generators_that_do_not_suit_task_or_model_are_told() {
    assert_told(
        load_generated(MOONS, Task::Regression, |_| {}),
        &["NN0212: `moons` makes classes, and the task is regression\n\
           at `table.csv`: makes classes\n\
           help: write `task: classification`, or use `linear_regression`"],
    );
    assert_told(
        load_generated(MOONS, Task::Classification, |spec| {
            spec.model = ModelSpec::Declared(vec![embedding(7)].into());
        }),
        &["NN0210: `moons` makes real numbers, and the model starts with an embedding\n\
           at `embedding`: the first layer\n\
           help: start the model with another layer, or use `majority_token`"],
    );
    assert_told(
        load_generated(Generator::Moons { examples: 1, noise: -1.0 }, Task::Classification, |_| {}),
        &[
            "NN0212: `moons` cannot have examples 1: every class needs at least one\n\
             at `table.csv`: `examples`",
            "NN0212: `moons` cannot have noise -1: it is a standard deviation, so at least 0\n\
             at `table.csv`: `noise`",
        ],
    );
}
