//! Who reads what a layer gives.

use super::scope::moved;
use super::{Plan, PlannedLayer};
use crate::spec::{LayerKind, Merge};

impl Plan {
    /// The layers that read the output of the layer at a path, in all places where its weights are
    /// used. `None` stands for readers that see it beside something else: outputs of the model, and
    /// merged branches.
    pub fn readers(&self, path: &str) -> Vec<Option<&PlannedLayer>> {
        let layers = self.flat();
        let uses = layers.iter().filter_map(|layer| {
            let weights = layer.sources.weights.as_ref()?;
            moved(path, weights, &layer.inner.first()?.path)
        });
        let mut found = Vec::new();
        for place in std::iter::once(path.to_owned()).chain(uses) {
            self.readers_at(&place, &layers, &mut found);
        }
        found
    }

    fn readers_at<'a>(
        &'a self,
        path: &str,
        layers: &[&'a PlannedLayer],
        found: &mut Vec<Option<&'a PlannedLayer>>,
    ) {
        if self.outputs.iter().any(|output| output.path == path) {
            found.push(None);
        }
        for &layer in layers {
            let sources = &layer.sources;
            let reads = sources.inputs.iter().chain(&sources.context).any(|read| read == path);
            // The first layers inside read for their containers; a residual reads beside them.
            let inside = matches!(
                layer.kind,
                LayerKind::Sequential { .. }
                    | LayerKind::Repeat { .. }
                    | LayerKind::Parallel { .. }
                    | LayerKind::Shared { .. }
            );
            if reads && !inside {
                found.push(Some(layer));
            }
            match &layer.kind {
                LayerKind::Parallel { merge, .. }
                    if layer.inner.iter().any(|row| row.path == path) =>
                {
                    match merge {
                        Merge::Add => self.readers_at(&layer.path, layers, found),
                        _ => found.push(None),
                    }
                }
                LayerKind::Parallel { .. } => {}
                _ if layer.inner.last().is_some_and(|last| last.path == path) => {
                    self.readers_at(&layer.path, layers, found);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Signal;
    use crate::spec::{Source, parse};

    /// The paths of those who read a layer; `-` where it is seen beside something else.
    fn readers(layers: &str, path: &str) -> Vec<String> {
        let head = "version: 1\ntask: regression\ndata: linear_regression\n";
        let spec = parse(Source::new("a.yaml", format!("{head}model: {layers}\n"))).unwrap();
        let plan = Plan::new(spec.layers(), Signal::Float(vec![4])).unwrap();
        let path_of = |reader: &Option<&PlannedLayer>| match reader {
            Some(layer) => layer.path.clone(),
            None => "-".to_owned(),
        };
        plan.readers(path).iter().map(path_of).collect()
    }

    #[test]
    fn the_next_layer_reads_across_the_edges_of_containers() {
        let layers = "[linear: 4, sequential: [relu, linear: 4], residual: [tanh], sigmoid]";
        assert_eq!(readers(layers, "linear1"), ["sequential1.relu1"]);
        assert_eq!(readers(layers, "sequential1.linear1"), ["residual1", "residual1.tanh1"]);
        assert_eq!(readers(layers, "residual1.tanh1"), ["sigmoid1"]);
        assert_eq!(readers(layers, "sigmoid1"), ["-"]);
    }

    #[test]
    fn names_and_shared_weights_make_more_readers() {
        let layers = "[linear: {out: 4, name: a}, relu, shared: {layer: a, from: input}, tanh, \
                      add: [a, tanh1]]";
        assert_eq!(readers(layers, "a"), ["relu1", "add1", "tanh1"]);
    }

    #[test]
    fn branches_that_are_added_are_read_behind_the_sum_alone() {
        let of =
            |merge| format!("[parallel: {{branches: [[tanh], [relu]], merge: {merge}}}, silu]");
        assert_eq!(readers(&of("add"), "parallel1.2.relu1"), ["silu1"]);
        assert_eq!(readers(&of("concat"), "parallel1.2.relu1"), ["-"]);
    }
}
