//! Names of layers: the spec's own, or kind and number.
//!
//! Findings, snapshots, tensors and faults all speak of layers by these names.

use std::collections::HashMap;

use super::{LayerKind, LayerSpec};

/// Names the layers of one list, in their order. A name that is made up is the layer's term and
/// its number among its like in the list, and never one that the spec gives to another layer of
/// the list.
#[derive(Debug)]
pub struct LayerNames<'a> {
    given: Vec<&'a str>,
    counts: HashMap<&'static str, usize>,
}

impl<'a> LayerNames<'a> {
    pub fn new(layers: &'a [LayerSpec]) -> Self {
        let given = layers.iter().filter_map(|layer| layer.name.as_ref());
        Self { given: given.map(|name| name.value.as_str()).collect(), counts: HashMap::new() }
    }

    /// The name of the list's next layer.
    pub fn next(&mut self, layer: &LayerSpec) -> String {
        if let Some(name) = &layer.name {
            return name.value.clone();
        }
        let term = layer.kind.term();
        let count = self.counts.entry(term).or_default();
        loop {
            *count += 1;
            let name = format!("{term}{count}");
            if !self.given.contains(&name.as_str()) {
                return name;
            }
        }
    }
}

/// The names of all layers, containers before their contents.
pub(super) fn all(layers: &[LayerSpec]) -> Vec<String> {
    let mut names = LayerNames::new(layers);
    let mut found = Vec::new();
    for layer in layers {
        found.push(names.next(layer));
        for inner in layer.contents() {
            found.extend(all(inner));
        }
    }
    found
}

/// How many times of a repetition have names that messages and faults know.
const MOST_REPEATED: usize = 64;

/// A layer's path: the names of the containers around it, then its own.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The paths of all layers inside the container at `path`, containers before their contents: what is
/// repeated and what is one of several branches stands below its number, counted from 1.
pub fn paths(layers: &[LayerSpec], path: &str) -> Vec<String> {
    let mut names = LayerNames::new(layers);
    let mut found = Vec::new();
    for layer in layers {
        let path = join(path, &names.next(layer));
        let rows: Vec<(String, &[LayerSpec])> = match &layer.kind {
            // The first ones stand for all: nobody reads a list of thousands.
            LayerKind::Repeat { times, layers } => {
                let numbers = 1..=(*times).min(MOST_REPEATED);
                numbers.map(|time| (join(&path, &time.to_string()), layers.as_slice())).collect()
            }
            LayerKind::Parallel { branches, .. } => {
                let numbered = branches.iter().zip(1..);
                numbered.map(|(row, number)| (join(&path, &number.to_string()), &**row)).collect()
            }
            _ => layer.contents().into_iter().map(|row| (path.clone(), row)).collect(),
        };
        found.push(path);
        for (place, row) in rows {
            found.extend(paths(row, &place));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Activation, Attributes, Span, Spanned};

    fn layer(kind: LayerKind, name: Option<&str>) -> LayerSpec {
        let name = name.map(|name| Spanned::new(name.to_owned(), Span::default()));
        LayerSpec { name, kind, span: Span::default(), attributes: Attributes::default() }
    }

    fn relu(name: Option<&str>) -> LayerSpec {
        layer(LayerKind::Activation(Activation::Relu), name)
    }

    #[test]
    fn layers_are_numbered_by_kind_and_keep_given_names() {
        let layers = [relu(None), relu(Some("gate")), layer(LayerKind::Flatten, None), relu(None)];
        assert_eq!(all(&layers), ["relu1", "gate", "flatten1", "relu2"]);
    }

    #[test]
    fn a_made_up_name_never_takes_a_given_one() {
        assert_eq!(all(&[relu(None), relu(Some("relu1"))]), ["relu2", "relu1"]);
    }

    #[test]
    fn a_container_counts_its_own_layers_anew() {
        let residual = LayerKind::Residual { layers: vec![relu(None)] };
        let layers = [relu(None), layer(residual, None), relu(None)];
        assert_eq!(all(&layers), ["relu1", "residual1", "relu1", "relu2"]);
    }
}
