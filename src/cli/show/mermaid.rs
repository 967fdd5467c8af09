//! A model as a Mermaid flowchart, which GitHub shows as a picture.

use super::model::{ShownKind, ShownLayer, ShownModel};
use crate::report::counted;

/// What adds its input to the output of its contents.
const RESIDUAL: &str = "residual";

/// The whole chart.
pub(super) fn chart(model: &ShownModel) -> String {
    let mut chart = Chart::default();
    let input = model.input.as_deref().unwrap_or("batches of the model's own");
    let start = chart.node(1, &["input", input], Outline::Round);
    match &model.model {
        ShownKind::Rust { name } => {
            let end = chart.node(1, &[name, "Rust model"], Outline::Box);
            chart.arrow(1, &start, &end);
        }
        ShownKind::Layers { layers, .. } => {
            chart.layers(layers, start, 1);
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
}

#[derive(Clone, Copy)]
enum Outline {
    Box,
    Round,
}

impl Chart {
    /// Layers in a row behind the node `before`; gives the last node.
    fn layers(&mut self, layers: &[ShownLayer], before: String, depth: usize) -> String {
        layers.iter().fold(before, |before, layer| match layer.layers.as_slice() {
            [] => {
                let node = self.node(depth, &lines_of(layer), Outline::Box);
                self.arrow(depth, &before, &node);
                node
            }
            inner => self.container(layer, inner, &before, depth),
        })
    }

    /// The contents in a frame. A residual goes around them, too, and both ways meet behind.
    fn container(
        &mut self,
        layer: &ShownLayer,
        inner: &[ShownLayer],
        before: &str,
        depth: usize,
    ) -> String {
        self.nodes += 1;
        let frame = format!("frame{}", self.nodes);
        self.line(depth, &format!("subgraph {frame} [\"{}\"]", escaped(layer.name())));
        let last = self.layers(inner, before.to_owned(), depth + 1);
        self.line(depth, "end");
        if layer.kind != RESIDUAL {
            return last;
        }
        let sum = self.node(depth, &["+", &layer.output], Outline::Round);
        self.arrow(depth, &last, &sum);
        self.arrow(depth, before, &sum);
        sum
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
