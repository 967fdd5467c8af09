//! Where in an input the loss and the answer are decided.

use crate::experiment::{ClassMaps, DataGallery, Form};
use crate::pictures::bitmap::{Bitmap, Palette};
use crate::pictures::input::{content, said, sizes};
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::rows::{self, Row, Rows};
use crate::pictures::sheet::{Cell, Content, sheet};

use super::activations::{MARKS, left_out};
use super::data::{range, side};

pub const PROPERTIES: &[&str] =
    &["causal", "batch_independent", "respects_padding", "invariant_to", "equivariant_to"];

/// Examples that are shown: each has a picture beside it.
const EXAMPLES: usize = 6;

pub fn section(page: &Page<'_>) -> Option<Section> {
    let data = page.gallery.data.as_ref()?;
    let (start, end) = (&page.gallery.start.saliency, &page.gallery.end.saliency);
    if end.is_empty() {
        return None;
    }
    let mut figures = vec![match data.form {
        Form::Row { .. } => columns(data, start, end),
        _ => beside(data, end),
    }];
    figures.extend(page.gallery.end.class_maps.as_ref().map(|maps| class_maps(data, maps)));
    Some(Section {
        id: "saliency",
        title: "What it looks at",
        lead: "How much the loss of a training example changes with each number of its input: |∂loss/∂input|.".to_owned(),
        properties: PROPERTIES,
        figures,
    })
}

const HEALTHY: &str = "strong where the object is, weak at the borders and in the background.";
const SICK: &str = "strong at borders, in corners or along a watermark: the model reads something that gives the answer away. The \
                    same picture for every example: it does not look at the example at all.";

fn beside(data: &DataGallery, saliency: &[Vec<f64>]) -> Figure {
    let pairs = data.examples.iter().zip(saliency).take(EXAMPLES);
    let cells = pairs.flat_map(|(example, sizes_of)| {
        [
            Cell {
                content: content(data.form, &example.inputs, range(data)),
                captions: vec![said(&example.target)],
            },
            Cell { content: sizes(data.form, sizes_of), captions: vec!["saliency".to_owned()] },
        ]
    });
    let cells: Vec<Cell> = cells.collect();
    Figure {
        heading: "Saliency after training".to_owned(),
        drawings: vec![sheet(
            "Saliency",
            "Inputs and their saliency.",
            "",
            side(data.form),
            &cells,
        )],
        healthy: HEALTHY,
        sick: SICK,
        note: "Dark is 0, yellow the largest of the example.".to_owned(),
    }
}

/// Of a table: how much each column matters on average.
fn columns(data: &DataGallery, start: &[Vec<f64>], end: &[Vec<f64>]) -> Figure {
    let numbers = end.first().map_or(0, Vec::len);
    let mean = |of: &[Vec<f64>], column: usize| {
        let sum: f64 = of.iter().map(|sizes| sizes.get(column).copied().unwrap_or(0.0)).sum();
        (!of.is_empty()).then(|| sum / of.len() as f64)
    };
    let rows: Vec<Row> = (0..numbers)
        .map(|column| Row {
            name: data
                .columns
                .get(column)
                .cloned()
                .unwrap_or_else(|| format!("number {}", column + 1)),
            start: mean(start, column),
            end: mean(end, column),
            span: None,
        })
        .collect();
    let note = left_out(rows.len(), rows::MOST, "columns");
    let chart = Rows {
        title: "How much the loss depends on each column".to_owned(),
        description: "The mean size of the gradient over the shown examples.".to_owned(),
        x: "mean |∂loss/∂input|".to_owned(),
        log: false,
        marks: MARKS,
        rows,
        ..Rows::default()
    };
    Figure {
        heading: "Saliency of columns".to_owned(),
        drawings: vec![chart.svg()],
        healthy: "all columns matter a little before training; afterwards those that carry the answer stand out.",
        sick: "one column far ahead of all others: does it give the answer away? A column at exactly 0 is not read.",
        note,
    }
}

fn class_maps(data: &DataGallery, maps: &ClassMaps) -> Figure {
    let pictures = data.examples.iter().zip(&maps.maps).take(EXAMPLES);
    let cells = pictures.flat_map(|(example, map)| {
        let colours = Palette::Signed.range(map);
        [
            Cell {
                content: content(data.form, &example.inputs, range(data)),
                captions: vec![said(&example.target)],
            },
            Cell {
                content: Content::Pixels(Bitmap::of(map, maps.width, Palette::Signed, colours)),
                captions: vec!["evidence".to_owned()],
            },
        ]
    });
    let cells: Vec<Cell> = cells.collect();
    Figure {
        heading: "Evidence for the right class".to_owned(),
        drawings: vec![sheet(
            "Class activation maps",
            "Inputs and their evidence.",
            "",
            side(data.form),
            &cells,
        )],
        healthy: HEALTHY,
        sick: SICK,
        note: format!(
            "Class activation maps of {}: orange places speak for the example's class, blue ones against it.",
            maps.layer
        ),
    }
}
