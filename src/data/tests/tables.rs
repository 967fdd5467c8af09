//! Tables whose columns are encoded, filled in and split by rules, from the text of a spec on.

use crate::data::{Dataset, Examples, Targets, load};
use crate::spec::{Source, parse};

/// The dataset of a table whose target is `y`, with these further keys of `data`; or each error as
/// one text: code, place, message and help.
fn loaded(data: &str, table: &str) -> Result<Dataset, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    let text = format!(
        "version: 1\ntask: regression\ndata: {{csv: table.csv, target: y, {data}}}\n\
         model: {{layers: [linear: 1]}}\ntraining: {{batch_size: 1}}\n"
    );
    let source = Source::new(folder.path().join("test.yaml"), text.as_str());
    let result = parse(source).and_then(|spec| load(&spec));
    result.map_err(|diagnostics| {
        let tell = |error: &crate::spec::Diagnostic| {
            let span = error.label.0;
            let place = &text[span.start..span.end];
            let help = error.help.as_deref().unwrap_or("none");
            let message = error.message.replace("table.csv: ", "");
            format!("{} at `{place}`: {message}; help: {help}", error.code.0)
        };
        diagnostics.errors.iter().map(tell).collect()
    })
}

#[track_caller]
fn assert_refused(data: &str, table: &str, expected: &[&str]) {
    let errors = loaded(data, table).expect_err("the data has errors");
    assert_eq!(errors, expected, "\n{}", errors.join("\n"));
}

fn rows(examples: &Examples, columns: usize) -> Vec<&[f64]> {
    examples.inputs.chunks(columns).collect()
}

fn targets(examples: &Examples) -> &[f64] {
    match &examples.targets {
        Targets::Values(values) => values,
        other => panic!("{other:?}"),
    }
}

/// Nothing is held out and the file's order is kept.
const ALL: &str = "split: {validation: 0, shuffle: false}";
/// The last third of the file is held out.
const LAST_THIRD: &str = "split: {validation: 0.34, shuffle: false}";

#[test]
fn one_hot_makes_a_column_for_each_category_of_the_training_part() {
    let table = "colour,x,y\nred,1,0\nblue,2,0\nred,3,0\n";
    let data = loaded(&format!("encode: {{colour: one_hot}}, {ALL}"), table).unwrap();
    assert_eq!(data.shape, [3]);
    assert_eq!(rows(&data.train, 3), [[0.0, 1.0, 1.0], [1.0, 0.0, 2.0], [0.0, 1.0, 3.0]]);
}

#[test]
fn a_category_that_only_held_out_rows_have_is_an_error_or_zeros() {
    let table = "colour,y\nred,0\nblue,0\ngreen,0\n";
    assert_refused(
        &format!("encode: {{colour: one_hot}}, {LAST_THIRD}"),
        table,
        &["NN0214 at `colour`: line 4, column `colour`: `green` is a category that is not known; \
           help: correct the cells, hold less out, or write `one_hot: {unknown: zeros}`"],
    );
    let zeros = format!("encode: {{colour: {{one_hot: {{unknown: zeros}}}}}}, {LAST_THIRD}");
    let data = loaded(&zeros, table).unwrap();
    assert_eq!(rows(&data.train, 2), [[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(rows(&data.validation, 2), [[0.0, 0.0]]);
    assert_refused(
        &format!("encode: {{colour: ordinal}}, {LAST_THIRD}"),
        table,
        &["NN0214 at `colour`: line 4, column `colour`: `green` is a category that is not known; \
           help: correct the cells, hold less out, or write `one_hot: {unknown: zeros}`"],
    );
}

#[test]
fn ordinal_takes_the_order_of_the_spec_or_of_the_names() {
    let table = "size,y\nM,0\nS,0\nL,0\n";
    let data = loaded(&format!("encode: {{size: {{ordinal: [S, M, L]}}}}, {ALL}"), table).unwrap();
    assert_eq!(data.train.inputs, [1.0, 0.0, 2.0]);
    let data = loaded(&format!("encode: {{size: ordinal}}, {ALL}"), table).unwrap();
    assert_eq!(data.train.inputs, [1.0, 2.0, 0.0]);
    assert_refused(
        &format!("encode: {{size: {{ordinal: [S, M]}}}}, {ALL}"),
        table,
        &[
            "NN0214 at `size`: line 4, column `size`: `L` is a category that is not known; help: add \
           them to the order, in their places",
        ],
    );
}

#[test]
fn missing_numbers_are_filled_in_from_the_training_part_and_told_by_an_indicator() {
    let table = "a,b,c,y\n1,10,1,0\n,20,,1\n4,?,2,2\n4,90,3,3\n,,9,4\n9,0,4,5\n";
    let missing = "missing: {a: {mean: {indicator: true}}, b: median, c: {constant: -1}}";
    let data = loaded(&format!("{missing}, na: [\"\", \"?\"], {LAST_THIRD}"), table).unwrap();
    assert_eq!(data.shape, [4]);
    // The mean of 1, 4 and 4; the median of 10, 20 and 90.
    assert_eq!(
        rows(&data.train, 4),
        [
            [1.0, 0.0, 10.0, 1.0],
            [3.0, 1.0, 20.0, -1.0],
            [4.0, 0.0, 20.0, 2.0],
            [4.0, 0.0, 90.0, 3.0]
        ]
    );
    assert_eq!(rows(&data.validation, 4), [[3.0, 1.0, 20.0, 9.0], [9.0, 0.0, 0.0, 4.0]]);
}

#[test]
fn rows_with_a_missing_value_are_dropped_with_their_targets() {
    let table = "a,b,y\n1,2,0\n,3,1\n4,5,\n6,NA,3\n7,8,4\n";
    let data = loaded(&format!("missing: drop, na: [\"\", NA], {ALL}"), table).unwrap();
    assert_eq!(data.train.inputs, [1.0, 2.0, 7.0, 8.0]);
    assert_eq!(targets(&data.train), [0.0, 4.0]);
    let only_a =
        format!("missing: {{a: drop, y: drop, b: {{constant: 0}}}}, na: [\"\", NA], {ALL}");
    assert_eq!(targets(&loaded(&only_a, table).unwrap().train), [0.0, 3.0, 4.0]);
    assert_refused(
        &format!("missing: drop, na: [1, 7], {ALL}"),
        "a,y\n1,0\n7,1\n",
        &["NN0206 at `table.csv`: in every row a value is missing; help: fill in what can be \
           filled in: `missing: {COLUMN: median}`"],
    );
}

#[test]
fn a_missing_category_can_be_a_category() {
    let table = "colour,y\nred,0\n,1\nred,2\n";
    let rules = "encode: {colour: one_hot}, missing: {colour: {constant: none}}";
    let data = loaded(&format!("{rules}, {ALL}"), table).unwrap();
    assert_eq!(rows(&data.train, 2), [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    assert_refused(
        &format!("encode: {{colour: one_hot}}, {ALL}"),
        table,
        &["NN0204 at `table.csv`: line 3, column `colour` is empty; help: say what is to be done \
           with `missing`, fill the cells, or leave the column out with `features`"],
    );
}

#[test]
fn nothing_that_is_held_out_changes_what_is_trained_on() {
    let train = "red,1,4,0\nblue,,6,1\nred,3,9,2\nblue,5,1,3\n";
    let rules = "encode: {colour: {one_hot: {unknown: zeros}}}, missing: {a: mean}, \
                 scale: {standardize: {per: all}}, scale_target: robust, \
                 split: {validation: 0.17, test: 0.17, shuffle: false}";
    let with = |held_out: &str| loaded(rules, &format!("colour,a,b,y\n{train}{held_out}")).unwrap();
    let (one, other) =
        (with("red,2,2,7\nblue,3,3,8\n"), with("green,-1e9,1e9,-1e9\nblack,,7,1e9\n"));
    assert_eq!(one.train, other.train);
    assert_ne!(one.validation, other.validation);
    assert_ne!(one.test, other.test);
    assert_eq!((one.train.len(), one.validation.len(), one.test.len()), (4, 1, 1));
    // Encoded columns are not scaled.
    assert_eq!(rows(&one.train, 4)[0][..2], [0.0, 1.0]);
}

#[test]
fn groups_stay_together_and_their_column_is_no_input() {
    let rows: String = (0..40).map(|i| format!("p{},{i},{i}\n", i % 8)).collect();
    let data = loaded(
        "split: {validation: 0.25, test: 0.25, group: patient}",
        &format!("patient,x,y\n{rows}"),
    )
    .unwrap();
    assert_eq!(data.shape, [1]);
    let groups = |part: &Examples| {
        let mut groups: Vec<usize> = part.inputs.iter().map(|x| *x as usize % 8).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    };
    let parts = [&data.train, &data.validation, &data.test].map(groups);
    assert_eq!([parts[0].len(), parts[1].len(), parts[2].len()], [4, 2, 2]);
    let mut all = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..8).collect::<Vec<_>>());
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (20, 10, 10));
}

#[test]
fn the_last_by_a_column_are_held_out() {
    let table = "day,x,y\n2024-03-01,3,0\n2024-01-01,1,0\n2024-04-01,4,0\n2024-02-01,2,0\n";
    let data = loaded("split: {validation: 0.25, test: 0.25, order: day}", table).unwrap();
    assert_eq!(data.train.inputs, [1.0, 2.0]);
    assert_eq!(data.validation.inputs, [3.0]);
    assert_eq!(data.test.inputs, [4.0]);
}

#[test]
fn parts_that_would_be_empty_are_refused() {
    assert_refused(
        "split: {validation: 0.3, test: 0.3, shuffle: false}",
        "x,y\n1,0\n2,0\n",
        &[
            "NN0208 at `0.3`: 2 examples cannot be split into 3 parts; help: add examples, or write \
           `split: {validation: 0}`",
        ],
    );
    assert_refused(
        "split: {group: g}",
        "g,x,y\na,1,0\na,2,0\n",
        &["NN0208 at `g`: 1 group cannot be split into 2 parts; help: hold fewer parts out, or \
           split by another column"],
    );
}

#[test]
fn rules_for_columns_that_are_not_there_are_refused() {
    let table = "colour,x,y\nred,1,0\nred,2,0\nred,3,0\n";
    assert_refused(
        &format!("encode: {{color: one_hot, colour: one_hot}}, missing: {{weight: drop}}, {ALL}"),
        table,
        &[
            "NN0203 at `color`: `encode` names no input column: `color`; help: did you mean \
             `colour`?",
            "NN0203 at `weight`: `missing` names no input column or target: `weight`; help: none",
        ],
    );
    assert_refused(
        "features: [x], split: {group: color}",
        table,
        &["NN0203 at `color`: `group` names no column: `color`; help: did you mean `colour`?"],
    );
    assert_refused(
        "features: [x], split: {order: colour}",
        "colour,x,y\nred,1,0\n,2,0\n",
        &["NN0204 at `table.csv`: line 3, column `colour` is empty; help: say what is to be done \
           with `missing`, fill the cells, or leave the column out with `features`"],
    );
}

#[test]
fn what_cannot_be_filled_in_is_told() {
    assert_refused(
        &format!("missing: {{a: mean}}, {LAST_THIRD}"),
        "a,y\n,0\n,0\n5,0\n",
        &[
            "NN0212 at `mean`: column `a` has no value in the training part to fill in; help: leave \
           the column out with `features`, or write `constant: NUMBER`",
        ],
    );
    assert_refused(
        &format!("missing: {{a: {{constant: unknown}}}}, {ALL}"),
        "a,y\n,0\n",
        &[
            "NN0212 at `constant`: `unknown` cannot stand for a missing number in column `a`; help: \
           give a number, or encode the column with `encode`",
        ],
    );
    assert_refused(
        &format!("na: [\"?\", NA], {ALL}"),
        "a,y\n?,0\n1,NA\n",
        &["NN0204 at `table.csv`: 2 cells stand for missing values; help: say what is to be done \
           with `missing`, fill the cells, or leave the column out with `features`"],
    );
}

#[test]
fn columns_that_are_encoded_are_no_tokens() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), "a,y\nx,0\nz,1\n").unwrap();
    let text = "version: 1\ntask: regression\n\
                data: {csv: table.csv, target: y, encode: {a: ordinal}}\n\
                model: [embedding: {vocabulary: 3, dimension: 2}, flatten, linear: 1]\n";
    let spec = parse(Source::new(folder.path().join("test.yaml"), text)).unwrap();
    let errors = load(&spec).unwrap_err().errors;
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].code.0, &text[errors[0].label.0.start..][..9]), ("NN0210", "embedding"));
}
