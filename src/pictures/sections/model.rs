//! The model: its layers, their shapes and sizes.

use std::fmt::Write;

use crate::experiment::LayerFacts;
use crate::pictures::number::count;
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::svg::escaped;

/// Layers that are listed at most.
const LAYERS: usize = 80;

pub fn section(page: &Page<'_>) -> Section {
    let facts = &page.evidence.subject;
    let left_out = facts.layers.len().saturating_sub(LAYERS);
    let note = match left_out {
        0 => String::new(),
        some => format!("{} more layers are not listed.", count(some)),
    };
    Section {
        id: "model",
        title: "Model",
        lead: "What each layer gives for one example, and how many numbers it learns.".to_owned(),
        properties: &[],
        figures: vec![Figure {
            heading: "Layers".to_owned(),
            drawings: vec![table(&facts.layers, facts.parameters)],
            healthy: "sizes go from those of the input to those of the target without a sudden bottleneck, and the \
                      parameters lie where the work is.",
            sick: "a shape that you did not expect (an axis lost or swapped), or one layer that owns nearly all parameters.",
            note,
        }],
    }
}

fn table(layers: &[LayerFacts], parameters: usize) -> String {
    let mut text = String::from(
        "<table><thead><tr><th>layer</th><th>kind</th><th>output</th><th class=\"n\">parameters</th></tr></thead><tbody>",
    );
    for layer in layers.iter().take(LAYERS) {
        let output: Vec<String> = layer.output.iter().map(usize::to_string).collect();
        let own = if layer.parameters > 0 { count(layer.parameters) } else { String::new() };
        let frozen = if layer.frozen { " (frozen)" } else { "" };
        let _ = write!(
            text,
            "<tr><td>{}</td><td>{}{frozen}</td><td>{}</td><td class=\"n\">{own}</td></tr>",
            escaped(&layer.path),
            escaped(&layer.kind),
            output.join(" × "),
        );
    }
    let _ = write!(
        text,
        "<tr><td>all</td><td></td><td></td><td class=\"n\">{}</td></tr></tbody></table>",
        count(parameters)
    );
    text
}
