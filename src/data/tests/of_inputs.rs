//! Targets that are made of the inputs: to be given back, or the next token.

use super::files::{arrays, load_files, npz, safetensors, x, y};
use super::support::*;
use crate::data::{Dataset, InputKind, Targets};
use crate::spec::{
    ArrayFormat, DataSource, Generator, ModelSpec, OfInput, Per, Scaling, Spec, Task,
};

fn input(spec: &mut Spec) {
    spec.data.of_input = Some(at(OfInput::Input, "label"));
}

fn next(spec: &mut Spec) {
    spec.data.of_input = Some(at(OfInput::Next, "label"));
}

#[track_caller]
fn assert_given_back(data: &Dataset) {
    for part in [&data.train, &data.validation, &data.test] {
        let values = part.inputs.clone();
        assert_eq!(part.targets, Targets::Arrays { values, shape: data.shape.clone() });
    }
}

#[test]
fn arrays_are_given_back_without_a_second_one() {
    use ArrayFormat::{Npy, Npz, Safetensors};
    let (x, y) = (x(), y());
    let (alone, both, tensors) = (npz(&[("x", &x)]), npz(&[("x", &x), ("y", &y)]), safetensors());
    let cases: [(&str, &[u8], ArrayFormat); 4] = [
        ("x.npy", &x, Npy),
        ("d.npz", &alone, Npz),
        ("d.npz", &both, Npz),
        ("d.safetensors", &tensors, Safetensors),
    ];
    for (name, bytes, format) in cases {
        let mut source = arrays(format, name, "input");
        if let (Safetensors, DataSource::Arrays { inputs, .. }) = (format, &mut source) {
            *inputs = Some(at("x".to_owned(), "first"));
        }
        let data = load_files(&[(name, bytes)], source, |spec| {
            spec.task.value = Task::Regression;
            input(spec);
        });
        let data = data.unwrap();
        assert_eq!((data.train.len(), data.shape.as_slice()), (12, &[2][..]), "{name}");
        assert_given_back(&data);
    }
}

#[test]
fn what_is_given_back_is_scaled_as_the_inputs_are_in_every_part() {
    let generator = Generator::Blobs { examples: 40, classes: 2, features: 4, spread: 1.0 };
    let data = load_generated(generator, Task::Regression, |spec| {
        spec.data.scale.value = Scaling::Standardize(Per::Column);
        spec.data.split.test = 0.25;
        input(spec);
    });
    let data = data.unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (20, 10, 10));
    assert_given_back(&data);
}

#[test]
fn the_next_token_is_told_of_tables_and_generators() {
    let table = "a,b,c,label\n0,1,2,x\n3,2,1,y\n1,1,3,x\n";
    let data = load_table(table, Task::Classification, |spec| {
        spec.model = ModelSpec::Declared(vec![embedding(4)].into());
        spec.data.validation.value = 0.0;
        set_features(spec, &[("a", "first"), ("b", "second"), ("c", "second")]);
        next(spec);
    });
    let data = data.unwrap();
    assert_eq!(data.shape, [2]);
    assert_eq!(data.classes, ["0", "1", "2", "3"]);
    let Targets::Places { classes, shape } = &data.train.targets else { panic!() };
    assert_eq!(shape.as_slice(), [2]);
    let mut rows: Vec<_> = data.train.inputs.chunks(2).zip(classes.chunks(2)).collect();
    rows.sort_by(|a, b| a.0.partial_cmp(b.0).unwrap());
    let expected: [(&[f64], &[Option<usize>]); 3] = [
        (&[0.0, 1.0], &[Some(1), Some(2)]),
        (&[1.0, 1.0], &[Some(1), Some(3)]),
        (&[3.0, 2.0], &[Some(2), Some(1)]),
    ];
    assert_eq!(rows, expected);

    let chain = Generator::MarkovChain { examples: 30, vocabulary: 3, length: 6, certainty: 1.0 };
    let data = load_generated(chain, Task::Classification, |spec| {
        spec.model = ModelSpec::Declared(vec![embedding(3)].into());
        next(spec);
    });
    let data = data.unwrap();
    assert_eq!(
        (data.shape.as_slice(), data.input),
        (&[5][..], InputKind::Tokens { vocabulary: 3 })
    );
    // In a certain chain each token has one that is always behind it.
    let Targets::Places { classes, .. } = &data.train.targets else { panic!() };
    let mut behind = [None; 3];
    for (token, class) in data.train.inputs.iter().zip(classes) {
        assert_eq!(*behind[*token as usize].get_or_insert(*class), *class);
    }
}
