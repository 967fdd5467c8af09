use super::*;
use crate::spec::{Activation, LayerKind, Length, Scaling, parse};

fn spec(parts: &str) -> Spec {
    let text = format!("version: 1\ntask: classification\n{parts}\n");
    parse(Source::new("net.yaml", text)).unwrap()
}

const NET: &str = "data: moons\n\
    model:\n  layers:\n    - linear: {out: 4, initializer: zeros, name: first}\n    - relu\n    \
    - repeat: {times: 2, name: middle, layers: [linear: 4, dropout: 0.9]}\n    \
    - parallel: {name: rows, branches: [[linear: 4], [relu]], merge: add}\n    \
    - linear: 2\n    - softmax: {name: last}\n\
    training: {optimizer: adam, epochs: 3}";

fn terms(layers: &[crate::spec::LayerSpec]) -> Vec<&'static str> {
    layers.iter().map(|layer| layer.kind.term()).collect()
}

#[test]
fn a_key_has_another_value_whatever_is_written_in_short() {
    let edits = [
        Edit::set("training.optimizer.adam.learning_rate", "3e-2"),
        Edit::set("training.batch_size", "8"),
        Edit::set("data.scale", "standardize"),
        Edit::set("training.steps", "100"),
        Edit::unset("training.epochs"),
        Edit::unset("training.clipping"),
    ];
    let edited = spec(NET).edited(&edits).unwrap();
    assert_eq!(*edited.training.optimizer.learning_rate, 3e-2);
    assert_eq!(*edited.training.batch_size, 8);
    assert_eq!(edited.training.length, Length::Steps(100));
    assert!(matches!(*edited.data.scale, Scaling::Standardize { .. }), "{:?}", edited.data.scale);
    assert_eq!(edits[0].to_string(), "training.optimizer.adam.learning_rate: 3e-2");
}

#[test]
fn layers_are_found_by_the_names_that_findings_give_them() {
    let layer = |path: &str| path.to_owned();
    let edits = [
        Edit::Take { layer: layer("last") },
        Edit::Replace { layer: layer("relu1"), by: "tanh".to_owned() },
        Edit::UnsetOption { layer: layer("first"), option: "initializer" },
        Edit::SetOption {
            layer: layer("middle.2.dropout1"),
            option: "probability",
            value: "0.2".to_owned(),
        },
        Edit::InsertBefore { layer: layer("middle.1.dropout1"), what: "relu".to_owned() },
        Edit::Replace { layer: layer("rows.2.relu1"), by: "gelu".to_owned() },
    ];
    let edited = spec(NET).edited(&edits).unwrap();
    let layers = edited.layers();
    assert_eq!(terms(layers), ["linear", "tanh", "repeat", "parallel", "linear"]);
    assert!(matches!(layers[0].kind, LayerKind::Linear { initializer: None, .. }));
    let middle = layers[2].contents()[0];
    assert_eq!(terms(middle), ["linear", "relu", "dropout"]);
    assert_eq!(middle[2].kind, LayerKind::Dropout { probability: 0.2 });
    assert_eq!(terms(layers[3].contents()[1]), ["gelu"]);
    assert_eq!(edits[0].to_string(), "model.layers: without last");
}

#[test]
fn another_layer_in_a_place_keeps_the_name() {
    let edit = Edit::Replace { layer: "last".to_owned(), by: "relu".to_owned() };
    let edited = spec(NET).edited(&[edit]).unwrap();
    let last = edited.layers().last().unwrap();
    assert_eq!(last.name.as_ref().unwrap().value, "last");
    assert_eq!(last.kind, LayerKind::Activation(Activation::Relu));
}

#[test]
fn what_the_language_refuses_is_no_spec() {
    let unknown = Edit::Take { layer: "lost".to_owned() };
    let error = spec(NET).edited(&[unknown]).unwrap_err();
    assert!(error.render(false).contains("there is no layer `lost`"), "{}", error.render(false));
    let wrong = Edit::set("training.batch_size", "-1");
    assert!(spec(NET).edited(&[wrong]).is_err());
    let given = spec(&NET.replace("epochs: 3", "batch_size: 4"));
    let impossible = given.edited(&[Edit::set("training.batch_size.size", "1")]).unwrap_err();
    assert!(
        impossible.render(false).contains("`size` has no place"),
        "{}",
        impossible.render(false)
    );
}

#[test]
fn of_several_documents_and_a_matrix_the_one_of_its_name_is_changed() {
    let text = "version: 1\nname: base\ntemplate: true\ntask: classification\ndata: moons\n\
                vars: {rate: 1}\nmodel: [linear: 2]\n\
                training: {optimizer: {adam: {learning_rate: \"${rate}\"}}}\n---\n\
                extends: \"#base\"\nname: a\ntemplate: false\nvars: {rate: 5}\n---\n\
                extends: \"#base\"\nname: b\ntemplate: false\nvars: {rate: 7}\n";
    let specs = crate::spec::parse_all(Source::new("net.yaml", text)).unwrap();
    let edited = specs[1].edited(&[Edit::set("training.batch_size", "8")]).unwrap();
    assert_eq!((edited.name.value.as_str(), *edited.training.batch_size), ("b", 8));
    assert_eq!(*edited.training.optimizer.learning_rate, 7.0);
}
