//! Documents, bases, variables and matrices, as a whole file is read.

use std::fs;
use std::path::Path;

use super::*;

fn names(text: &str) -> Vec<String> {
    let specs = parse_all(text).unwrap_or_else(|errors| panic!("{errors}"));
    specs.into_iter().map(|spec| spec.name.value).collect()
}

fn layer_sizes(spec: &Spec) -> Vec<String> {
    spec.layers().iter().map(|layer| format!("{:?}", layer.kind)).collect()
}

/// The specs of a file in a folder with these files; the last is read.
fn loaded(files: &[(&str, &str)]) -> Result<Vec<Spec>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = folder.path().join(files.last().unwrap().0);
    let specs = file::read_source(&path).and_then(|source| file::parse_with(source, REGISTRY));
    // A folder made for the test has another name each time.
    let shown = format!("{}/", folder.path().display());
    specs.map_err(|errors| errors.render(false).replace(&shown, ""))
}

#[test]
fn each_document_is_a_spec_and_the_first_may_go_by_the_files_name() {
    let text = format!(
        "---\n{HEAD}model: [linear: 1]\n---\nname: second\n{HEAD}model: [linear: 1]\n...\n"
    );
    assert_eq!(names(&text), ["example", "second"]);
}

#[test]
fn places_are_those_of_the_whole_file() {
    let text = format!("{HEAD}model: [linear: 1]\n---\nname: b\n{HEAD}model: [linear: 1]\n");
    let specs = parse_all(&text).unwrap();
    assert_eq!(specs[1].position(specs[1].name.span), (6, 7));
}

#[test]
fn the_errors_of_all_documents_are_told_at_once() {
    let text = format!("{HEAD}model: [lineer: 1]\n---\nname: b\n{HEAD}model: [linear: 0]\n");
    assert_eq!(
        messages(&text),
        ["unknown layer `lineer`", "`out` of `linear` must be a whole number of at least 1"]
    );
}

#[test]
fn a_variable_keeps_its_type_and_is_text_inside_of_text() {
    let text = format!(
        "{HEAD}name: net_${{size}}\nvars: {{size: 8, rate: 1e-2, last: {{linear: 1}}}}\n\
         model:\n  layers:\n    - linear: ${{size}}\n    - ${{last}}\n\
         training: {{optimizer: {{sgd: {{learning_rate: \"${{rate}}\"}}}}}}\n"
    );
    let spec = spec(&text);
    assert_eq!(spec.name.value, "net_8");
    assert!(layer_sizes(&spec)[0].contains("out: 8"), "{:?}", layer_sizes(&spec));
    assert_eq!(spec.layers().len(), 2);
    assert_eq!(spec.training.optimizer.learning_rate.value, 1e-2);
}

#[test]
fn a_wrong_value_is_shown_where_it_is_written_and_once() {
    let text = format!("{HEAD}matrix: {{size: [4, -8]}}\nmodel: [linear: \"${{size}}\"]\n");
    let rendered = errors(&text);
    assert_eq!(rendered.matches("error[").count(), 1, "{rendered}");
    assert!(rendered.contains("specs/example.yaml:4:20"), "{rendered}");
}

#[test]
fn two_dollars_are_one_and_no_variable() {
    let text = "version: 1\ntask: regression\ndata: {csv: \"a$${b}.csv\", target: y}\nmodel: [linear: 1]\n";
    let spec = spec(text);
    assert!(format!("{:?}", spec.data.source).contains("a${b}.csv"), "{:?}", spec.data.source);
}

#[test]
fn each_combination_is_a_spec_whose_name_does_not_hang_on_the_order_of_the_file() {
    let of = |matrix: &str| {
        names(&format!(
            "{HEAD}matrix: {matrix}\nmodel: [linear: \"${{hidden}}\", linear: 1]\n\
             training: {{optimizer: {{adam: {{learning_rate: \"${{rate}}\"}}}}}}\n"
        ))
    };
    let due = [
        "example-hidden=8-rate=1e-3",
        "example-hidden=16-rate=1e-3",
        "example-hidden=8-rate=0.5",
        "example-hidden=16-rate=0.5",
    ];
    assert_eq!(of("{rate: [1e-3, 0.5], hidden: [8, 16]}"), due);
    let mut sorted = of("{hidden: [8, 16], rate: [1e-3, 0.5]}");
    sorted.sort();
    let mut due = due.map(str::to_owned);
    due.sort();
    assert_eq!(sorted, due);
}

#[test]
fn combinations_are_excluded_and_included_as_githubs() {
    let of = |matrix: &str| {
        names(&format!(
            "{HEAD}vars: {{seed: 1}}\nmatrix: {matrix}\n\
             model: [linear: \"${{a}}\", linear: \"${{b}}\"]\ntraining: {{seed: \"${{seed}}\"}}\n"
        ))
    };
    assert_eq!(
        of("{a: [1, 2], b: [3, 4], exclude: [{a: 1, b: 3}, {b: 4, a: 2}]}"),
        ["example-a=1-b=4", "example-a=2-b=3"]
    );
    // The first entry adds a value where it agrees, the second agrees with none.
    assert_eq!(
        of("{a: [1, 2], b: [3], include: [{a: 2, seed: 7}, {a: 5, b: 6}]}"),
        ["example-a=1-b=3", "example-a=2-b=3-seed=7", "example-a=5-b=6"]
    );
    assert_eq!(of("{include: [{a: 1, b: 2}]}"), ["example-a=1-b=2"]);
}

#[test]
fn values_of_a_matrix_may_be_anything_that_has_a_name() {
    let text = format!(
        "{HEAD}matrix: {{optimizer: [adam, {{sgd: {{momentum: 0.9}}}}], sizes: [[4, 4]]}}\n\
         model: [linear: 4, reshape: \"${{sizes}}\", flatten, linear: 1]\n\
         training: {{optimizer: \"${{optimizer}}\"}}\n"
    );
    assert_eq!(
        names(&text),
        ["example-optimizer=adam-sizes=4_4", "example-optimizer=sgd_momentum_0.9-sizes=4_4"]
    );
}

#[test]
fn a_spec_says_only_what_differs_from_its_base() {
    let base = "version: 1\ntask: regression\ndata: {csv: base.csv, target: y}\n\
                model: [linear: 1]\ntraining: {epochs: 3, seed: 1}\nexpect: [initial_loss]\n";
    let child = "\n\nextends: shared/_base.yaml\ntraining: {seed: 7}\n";
    let specs = loaded(&[("shared/_base.yaml", base), ("child.yaml", child)]).unwrap();
    let [spec] = specs.as_slice() else { panic!("{specs:?}") };
    assert_eq!((spec.name.value.as_str(), spec.training.seed), ("child", 7));
    assert_eq!(format!("{:?}", spec.training.length), "Epochs(3)");
    // Paths start where they are written; test cases are shown in the spec's own file.
    assert!(spec.folder(spec.data.span).ends_with("shared"));
    assert_eq!(spec.position(spec.expectations[0].span.unwrap()), (3, 10));
}

#[test]
fn templates_are_extended_and_no_specs() {
    let text = format!(
        "name: base\ntemplate: true\n{HEAD}vars: {{size: 4}}\n---\n\
         name: small\nextends: \"#base\"\nmodel: [linear: \"${{size}}\"]\n---\n\
         name: large\nextends: \"#small\"\nvars: {{size: 64}}\n"
    );
    assert_eq!(names(&text), ["small", "large"]);
    let specs = parse_all(&text).unwrap();
    assert!(layer_sizes(&specs[1])[0].contains("out: 64"), "{:?}", layer_sizes(&specs[1]));
}

#[test]
fn what_is_wrong_in_a_base_is_shown_there() {
    let base = "version: 1\ntask: regression\ndata: linear_regression\nmodel: [linear: 0]\n";
    let child = "extends: _base.yaml\ntraining: {optimizer: adamm}\n";
    let rendered = loaded(&[("_base.yaml", base), ("child.yaml", child)]).unwrap_err();
    assert!(rendered.contains("--> child.yaml:2:23"), "{rendered}");
    assert!(rendered.contains("--> _base.yaml:4:17"), "{rendered}");
    let broken = loaded(&[("_base.yaml", "a: [1"), ("child.yaml", child)]).unwrap_err();
    assert!(broken.contains("--> _base.yaml:1:"), "{broken}");
}

#[test]
fn a_place_in_another_file_is_shown_beside_the_error() {
    let base = "version: 1\ntask: regression\ndata: linear_regression\nmodel: [linear: 1]\nname: a\n\
                vars: {seed: [1]}\n";
    let child = "extends: base.yaml\ntraining: {seed: \"4${seed}\"}\n";
    let rendered = loaded(&[("base.yaml", base), ("child.yaml", child)]).unwrap_err();
    assert!(rendered.contains("--> child.yaml:2:18"), "{rendered}");
    assert!(rendered.contains("::: base.yaml:6:14"), "{rendered}");
}

#[test]
fn a_spec_in_the_folder_of_its_base_is_found_whatever_folder_is_current() {
    let text = "version: 1\nextends: fixtures/none.yaml\n";
    let rendered = parse_all(text).unwrap_err().render(false);
    let path = Path::new("specs").join("fixtures/none.yaml");
    assert!(rendered.contains(&format!("`{}` cannot be extended", path.display())), "{rendered}");
}
