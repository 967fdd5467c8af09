//! Where a layer stands: from its path to its place in the tree of a spec.

use crate::spec::node::{Node, Value};
use crate::spec::{LayerKind, LayerNames, LayerSpec, join};

/// For each container around it its index and the row inside, then its own index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LayerPlace {
    around: Vec<(usize, usize)>,
    index: usize,
}

/// The place of the layer with this path. What is repeated stands once, whichever time is named.
pub(super) fn layer(layers: &[LayerSpec], path: &str) -> Option<LayerPlace> {
    below(layers, path, "")
}

fn below(layers: &[LayerSpec], path: &str, prefix: &str) -> Option<LayerPlace> {
    let mut names = LayerNames::new(layers);
    for (index, layer) in layers.iter().enumerate() {
        let own = join(prefix, &names.next(layer));
        if own == path {
            return Some(LayerPlace { around: Vec::new(), index });
        }
        let Some(rest) = path.strip_prefix(&own).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        let number = rest.split('.').next().and_then(|number| number.parse::<usize>().ok());
        let (row, prefix) = match (&layer.kind, number) {
            (LayerKind::Repeat { .. }, Some(number)) => (0, join(&own, &number.to_string())),
            (LayerKind::Parallel { .. }, Some(number)) => {
                (number.checked_sub(1)?, join(&own, &number.to_string()))
            }
            _ => (0, own),
        };
        let mut place = below(layer.contents().get(row)?, path, &prefix)?;
        place.around.insert(0, (index, row));
        return Some(place);
    }
    None
}

/// The list that a place is in, and the index there.
pub(super) fn list_at<'a>(
    root: &'a mut Node,
    place: &LayerPlace,
) -> Option<(&'a mut Vec<Node>, usize)> {
    let mut list = rows(value_in(root, "model")?, "layers")?;
    for (index, row) in &place.around {
        let Value::Mapping(entries) = &mut list.get_mut(*index)?.value else { return None };
        let (term, body) = entries.first_mut()?;
        list = match term.value.as_str() {
            "parallel" => {
                let Value::Sequence(items) = &mut rows(body, "branches")?.get_mut(*row)?.value
                else {
                    return None;
                };
                items
            }
            _ => rows(body, "layers")?,
        };
    }
    Some((list, place.index))
}

fn value_in<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let Value::Mapping(entries) = &mut node.value else { return None };
    entries.iter_mut().find(|(known, _)| known.value == key).map(|(_, node)| node)
}

/// The list that stands there itself, or behind the key that it belongs to.
fn rows<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Vec<Node>> {
    let node = match &node.value {
        Value::Sequence(_) => node,
        _ => value_in(node, key)?,
    };
    match &mut node.value {
        Value::Sequence(items) => Some(items),
        _ => None,
    }
}
