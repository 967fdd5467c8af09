//! A model as a Mermaid flowchart, which GitHub shows as a picture.

use std::collections::HashMap;

use super::model::{ShownKind, ShownLayer, ShownModel};
use crate::report::counted;

/// What adds its input to the output of its contents.
const RESIDUAL: &str = "residual";

/// The whole chart.
pub(super) fn chart(model: &ShownModel) -> String {
    let mut chart = Chart::default();
    match &model.model {
        ShownKind::Rust { name } => {
            let input = model.input.as_deref().unwrap_or("batches of the model's own");
            let start = chart.node(1, &["input", input], Outline::Round);
            let end = chart.node(1, &[name, "Rust model"], Outline::Box);
            chart.arrow(1, &start, &end);
        }
        ShownKind::Layers { inputs, outputs, layers, .. } => {
            let one = [("input", model.input.as_deref().unwrap_or_default())];
            let several = inputs.iter().map(|input| (input.name.as_str(), input.shape.as_str()));
            let several: Vec<_> = several.collect();
            for (name, shape) in if several.is_empty() { &one[..] } else { &several } {
                let node = chart.node(1, &[name, shape], Outline::Round);
                // An input that has a name is read by it, and so is one that has none.
                chart.ends.insert((*name).to_owned(), node);
            }
            chart.layers(layers, 1);
            for output in outputs {
                let node = chart.node(1, &["output", output], Outline::Round);
                chart.arrow_from(1, output, &node);
            }
        }
    }
    let Chart { lines, .. } = chart;
    format!("---\ntitle: {}\n---\nflowchart TD\n{lines}", model.name)
}

/// The lines so far. Nodes are numbered: names may be words of Mermaid.
#[derive(Default)]
struct Chart {
    lines: String,
    nodes: usize,
    /// The node that gives what is at a path.
    ends: HashMap<String, String>,
}

#[derive(Clone, Copy)]
enum Outline {
    Box,
    Round,
}

impl Chart {
    fn layers(&mut self, layers: &[ShownLayer], depth: usize) {
        for layer in layers {
            let end = match &layer.weights_of {
                Some(weights) => self.again(layer, weights, depth),
                None if layer.layers.is_empty() => self.alone(layer, depth),
                None => self.container(layer, depth),
            };
            self.ends.insert(layer.path.clone(), end);
        }
    }

    fn alone(&mut self, layer: &ShownLayer, depth: usize) -> String {
        let node = self.node(depth, &lines_of(layer), Outline::Box);
        for read in &layer.reads {
            self.arrow_from(depth, read, &node);
        }
        node
    }

    /// A layer that another one's weights are used by: a dotted line leads to that one.
    fn again(&mut self, layer: &ShownLayer, weights: &str, depth: usize) -> String {
        let node = self.alone(layer, depth);
        if let Some(owner) = self.ends.get(weights).cloned() {
            self.line(depth, &format!("{owner} -. weights .- {node}"));
        }
        node
    }

    /// The contents in a frame. A residual goes around them, too, and both ways meet behind; so do
    /// branches.
    fn container(&mut self, layer: &ShownLayer, depth: usize) -> String {
        self.nodes += 1;
        let frame = format!("frame{}", self.nodes);
        self.line(depth, &format!("subgraph {frame} [\"{}\"]", escaped(layer.name())));
        self.layers(&layer.layers, depth + 1);
        self.line(depth, "end");
        let last = layer.layers.last().map(|last| last.path.clone()).unwrap_or_default();
        let (sign, meeting): (_, Vec<&String>) = match layer.merge {
            Some(merge) => (merge, layer.layers.iter().map(|row| &row.path).collect()),
            None if layer.kind == RESIDUAL => {
                ("+", [&last].into_iter().chain(&layer.reads).collect())
            }
            None => return self.ends.get(&last).cloned().unwrap_or_default(),
        };
        let node = self.node(depth, &[sign, &layer.output], Outline::Round);
        for way in meeting {
            self.arrow_from(depth, way, &node);
        }
        node
    }

    fn arrow_from(&mut self, depth: usize, path: &str, to: &str) {
        if let Some(from) = self.ends.get(path).cloned() {
            self.arrow(depth, &from, to);
        }
    }

    fn node<Text: AsRef<str>>(&mut self, depth: usize, lines: &[Text], outline: Outline) -> String {
        self.nodes += 1;
        let node = format!("n{}", self.nodes);
        let lines: Vec<String> = lines.iter().map(|line| escaped(line.as_ref())).collect();
        let text = lines.join("<br/>");
        self.line(
            depth,
            &match outline {
                Outline::Box => format!("{node}[\"{text}\"]"),
                Outline::Round => format!("{node}([\"{text}\"])"),
            },
        );
        node
    }

    fn arrow(&mut self, depth: usize, from: &str, to: &str) {
        self.line(depth, &format!("{from} --> {to}"));
    }

    fn line(&mut self, depth: usize, line: &str) {
        self.lines.push_str(&format!("{}{line}\n", "    ".repeat(depth)));
    }
}

fn lines_of(layer: &ShownLayer) -> Vec<String> {
    let mut lines = vec![layer.name().to_owned(), format!("{} {}", layer.kind, layer.output)];
    if layer.parameters > 0 {
        lines.push(counted(layer.parameters, "parameter"));
    }
    lines
}

/// Text between quotes of Mermaid, which knows HTML's entities with `#` in place of `&`.
fn escaped(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::{declared, rust};
    use super::*;

    #[test]
    fn a_residual_is_drawn_as_two_ways_that_meet_in_a_sum() {
        let model = declared("[linear: 3, residual: [linear: 3, tanh], linear: 1]", &[4]);
        assert_eq!(
            chart(&model),
            "---
title: net
---
flowchart TD
    n1([\"input<br/>[4]\"])
    n2[\"linear1<br/>linear [3]<br/>15 parameters\"]
    n1 --> n2
    subgraph frame3 [\"residual1\"]
        n4[\"linear1<br/>linear [3]<br/>12 parameters\"]
        n2 --> n4
        n5[\"tanh1<br/>tanh [3]\"]
        n4 --> n5
    end
    n6([\"+<br/>[3]\"])
    n5 --> n6
    n2 --> n6
    n7[\"linear2<br/>linear [1]<br/>4 parameters\"]
    n6 --> n7
"
        );
    }

    #[test]
    fn joins_branches_and_shared_weights_are_drawn_as_they_are_wired() {
        let model = declared(
            "{inputs: {a: [2], b: [2]}, outputs: [sum, c], layers: [linear: {out: 3, name: c}, \
             shared: {layer: c, from: b}, add: {from: [c, shared1], name: sum}, \
             parallel: [[tanh], [relu]]]}",
            &[4],
        );
        let text = chart(&model);
        for line in [
            "n1([\"a<br/>[2]\"])",
            "n1 --> n3",
            "n2 --> n4",
            "n3 -. weights .- n4",
            "n3 --> n5",
            "n4 --> n5",
            "([\"concat<br/>[6]\"])",
            "([\"output<br/>sum\"])",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        // Into each branch, and out of it.
        assert_eq!(text.matches("n5 -->").count(), 3, "{text}");
    }

    #[test]
    fn what_a_label_cannot_hold_is_written_as_mermaid_wants() {
        let text = chart(&rust());
        assert!(text.contains("n2[\"a #quot;b#quot;<br/>Rust model\"]"), "{text}");
        assert_eq!(escaped("a#1<b>"), "a#35;1#lt;b#gt;");
    }

    #[test]
    fn nested_residuals_have_frames_inside_frames() {
        let text = chart(&declared("[residual: [residual: [linear: 4]]]", &[4]));
        assert_eq!(text.matches("subgraph").count(), 2);
        assert_eq!(text.matches("        subgraph").count(), 1, "{text}");
        assert_eq!(text.matches("    end").count(), 2);
        // Two ways into each sum, and one into the layer.
        assert_eq!(text.matches("-->").count(), 5, "{text}");
    }
}
