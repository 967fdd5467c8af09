//! Data that is as it should be.

use std::path::Path;

use super::support::*;
use crate::data::InputKind;
use crate::data::statistics::{class_counts, column_statistics};
use crate::spec::{ModelSpec, Per, Scaling, Spec, Task};

/// The task, target, features, examples and class counts of a shipped table.
#[track_caller]
fn assert_fixture(file: &str, task: Task, target: &str, features: usize, counts: &[usize]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut spec = spec(&folder, task, csv(&format!("../fixtures/{file}"), target));
    spec.data.validation.value = 0.0;
    let data = told(&spec).unwrap();
    assert_eq!(data.shape, [features]);
    assert_eq!(data.train.inputs.len(), features * data.train.len());
    assert_eq!(class_counts(labels(&data.train), data.classes.len()), counts);
    spec.data.validation.value = 0.2;
    assert!(!told(&spec).unwrap().validation.is_empty());
}

#[test]
fn the_shipped_tables_can_be_read() {
    use Task::{BinaryClassification, Classification};
    let digits = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    assert_fixture("digits.csv", Classification, "digit", 64, &digits);
    assert_fixture("iris.csv", Classification, "species", 4, &[50, 50, 50]);
    assert_fixture("wine.csv", Classification, "cultivar", 13, &[59, 71, 48]);
    assert_fixture("breast_cancer.csv", BinaryClassification, "diagnosis", 30, &[357, 212]);
}

#[test]
fn a_regression_is_read_and_both_sides_are_scaled_by_the_training_part() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut spec = spec(&folder, Task::Regression, csv("../fixtures/diabetes.csv", "progression"));
    spec.data.scale.value = Scaling::Standardize(Per::Column);
    spec.data.scale_target.value = Scaling::Standardize(Per::Column);
    let data = told(&spec).unwrap();
    assert_eq!((data.train.len(), data.validation.len()), (331, 111));
    let mut columns = column_statistics(&data.train.inputs, 10);
    columns.extend(column_statistics(values(&data.train), 1));
    for column in columns {
        assert!(column.mean.abs() < 1e-12, "{column:?}");
        assert!((column.standard_deviation - 1.0).abs() < 1e-12, "{column:?}");
    }
    let held_out = column_statistics(values(&data.validation), 1)[0];
    assert!(held_out.mean.abs() > 1e-6, "the held-out part took part in the statistics");
}

#[test]
fn inputs_stay_with_their_targets() {
    let rows: String = (0..40).map(|i| format!("{i},{},{}\n", 10 * i, i % 2)).collect();
    let table = format!("a,b,label\n{rows}");
    let data = load_table(&table, Task::Classification, |_| {}).unwrap();
    let mut seen = Vec::new();
    for part in [&data.train, &data.validation] {
        for (input, label) in part.inputs.chunks(2).zip(labels(part)) {
            assert_eq!(input[1], 10.0 * input[0]);
            assert_eq!(*label, input[0] as usize % 2);
            seen.push(input[0] as usize);
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..40).collect::<Vec<_>>());
}

#[test]
fn the_seed_decides_the_split_and_nothing_else_does() {
    let rows: String = (0..40).map(|i| format!("{i},{}\n", i % 2)).collect();
    let table = format!("a,label\n{rows}");
    let digest = |seed| {
        let change = |spec: &mut Spec| spec.training.seed = seed;
        load_table(&table, Task::Classification, change).unwrap().digest()
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn an_embedding_reads_tokens() {
    let data =
        load_table("a,b,label\n0,9,x\n3,4,y\n5,5,x\n1,1,y\n", Task::Classification, |spec| {
            spec.model = ModelSpec::Declared(vec![embedding(10)].into());
        })
        .unwrap();
    assert_eq!(data.input, InputKind::Tokens { vocabulary: 10 });
}

#[test]
fn a_shape_is_given_to_inputs_it_fits() {
    let table = "a,b,c,d,label\n1,2,3,4,x\n5,6,7,8,y\n";
    let data = load_table(table, Task::Classification, |spec| {
        spec.data.shape = Some(at(vec![1, 2, 2], "[sizes]"));
        spec.data.validation.value = 0.0;
    })
    .unwrap();
    assert_eq!((data.shape.as_slice(), data.example_len()), ([1, 2, 2].as_slice(), 4));
}

#[test]
fn generated_data_is_split_and_follows_the_seed() {
    let with = |seed| {
        let change = |spec: &mut Spec| spec.training.seed = seed;
        load_generated(MOONS, Task::BinaryClassification, change).unwrap()
    };
    let data = with(1);
    assert_eq!((data.train.len(), data.validation.len()), (30, 10));
    assert_eq!((data.shape.as_slice(), data.classes.len()), ([2].as_slice(), 2));
    assert_eq!(data, with(1));
    assert_ne!(data.digest(), with(2).digest());
}
