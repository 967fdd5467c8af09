//! What layers give: how large, how spread, how much of it zero, and where in an image.

use crate::experiment::{ActivationEvidence, ActivationMaps, LayerLook};
use crate::pictures::bitmap::{Bitmap, Palette};
use crate::pictures::input::said;
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::ridges::{self, Ridge, ridges};
use crate::pictures::rows::{self, Row, Rows};
use crate::pictures::sheet::{Cell, Content, sheet};

pub const PROPERTIES: &[&str] = &[
    "activations_in_scale",
    "activations_present",
    "no_dead_units",
    "no_saturation",
    "normalization_sound",
    "outputs_vary",
    "scale_independent_of_width",
    "dropout_sound",
    "train_eval_consistent",
    "finite_everywhere",
];

pub const MARKS: [&str; 2] = ["before training", "after training"];

pub fn section(page: &Page<'_>) -> Section {
    let gallery = page.gallery;
    let lead = match gallery.start.layers.is_empty() {
        true => {
            "The model shows no activations: call `nn_test::probe` in its forward pass to see them."
                .to_owned()
        }
        false => format!(
            "What the layers give for {} training examples, first of all the input itself.",
            gallery.start.examples
        ),
    };
    let mut figures = Vec::new();
    if !gallery.start.layers.is_empty() {
        figures.extend([spread(page), zeros(page), histograms(page)]);
    }
    figures.extend(
        gallery.start.maps.iter().zip(&gallery.end.maps).map(|(start, end)| maps(page, start, end)),
    );
    Section { id: "activations", title: "Activations", lead, properties: PROPERTIES, figures }
}

/// The layers before training, each with the same one after it.
fn pairs<'p>(page: &Page<'p>) -> impl Iterator<Item = (&'p LayerLook, Option<&'p LayerLook>)> {
    let (start, end) = (&page.gallery.start.layers, &page.gallery.end.layers);
    start.iter().enumerate().map(move |(place, layer)| {
        (layer, end.get(place).filter(|other| other.numbers.path == layer.numbers.path))
    })
}

fn of_layers(page: &Page<'_>, number: fn(&ActivationEvidence) -> f64) -> Vec<Row> {
    let row = |(start, end): (&LayerLook, Option<&LayerLook>)| Row {
        name: start.numbers.path.clone(),
        start: Some(number(&start.numbers)),
        end: end.map(|end| number(&end.numbers)),
        span: None,
    };
    pairs(page).map(row).collect()
}

/// What is left out, where that is so.
pub fn left_out(all: usize, shown: usize, what: &str) -> String {
    match all > shown {
        true => format!("{shown} of {all} {what}, evenly chosen."),
        false => String::new(),
    }
}

fn spread(page: &Page<'_>) -> Figure {
    let rows = of_layers(page, |numbers| numbers.deviation);
    let note = left_out(rows.len(), rows::MOST, "layers");
    let chart = Rows {
        title: "Standard deviation of each layer's output".to_owned(),
        description: "A row for each layer, from the input to the output.".to_owned(),
        x: "standard deviation of all outputs".to_owned(),
        log: true,
        marks: MARKS,
        rows,
        ..Rows::default()
    };
    Figure {
        heading: "Scale over depth".to_owned(),
        drawings: vec![chart.svg()],
        healthy: "marks stay within a power of ten from top to bottom, before and after training.",
        sick: "marks that wander to the left from layer to layer (the signal dies) or to the right (it explodes): the \
               initialization does not suit the activation, or a normalization is missing. A mark at 0 is a layer that says \
               the same for everything.",
        note,
    }
}

fn zeros(page: &Page<'_>) -> Figure {
    let rows = of_layers(page, |numbers| 100.0 * numbers.zero_share);
    let note = left_out(rows.len(), rows::MOST, "layers");
    let chart = Rows {
        title: "Share of zeros in each layer's output".to_owned(),
        description: "A row for each layer, from the input to the output.".to_owned(),
        x: "outputs that are exactly 0, in %".to_owned(),
        ends: Some([0.0, 100.0]),
        marks: MARKS,
        rows,
        ..Rows::default()
    };
    Figure {
        heading: "Zeros".to_owned(),
        drawings: vec![chart.svg()],
        healthy: "about 50 % behind a ReLU, near 0 elsewhere.",
        sick: "more than 90 % behind a ReLU, or a share that grows with training: units die, mostly because the learning rate \
               is too large or a bias is far below 0.",
        note,
    }
}

fn histograms(page: &Page<'_>) -> Figure {
    let all: Vec<Ridge<'_>> = pairs(page)
        .map(|(start, end)| Ridge {
            name: start.numbers.path.clone(),
            start: &start.histogram,
            end: end.map(|end| &end.histogram),
        })
        .collect();
    let note = left_out(all.len(), ridges::MOST, "layers");
    Figure {
        heading: "Histograms".to_owned(),
        drawings: vec![ridges("Outputs of each layer", "Two histograms for each layer.", &all)],
        healthy: "one broad hill; behind a ReLU its right half with a peak at 0.",
        sick: "two towers at the ends (a sigmoid or tanh that is saturated), a single spike (the same for all examples), or a \
               tail that reaches far out.",
        note,
    }
}

/// Channels of one layer for some examples.
fn maps(page: &Page<'_>, start: &ActivationMaps, end: &ActivationMaps) -> Figure {
    let examples = page.gallery.data.as_ref().map_or(&[][..], |data| &data.examples);
    let mut drawings = Vec::new();
    let signed = [start, end]
        .iter()
        .any(|maps| maps.examples.iter().flatten().flatten().any(|number| *number < 0.0));
    let palette = if signed { Palette::Signed } else { Palette::Heat };
    for (index, example) in start.examples.iter().enumerate() {
        let target = examples.get(index).map_or_else(String::new, |shown| said(&shown.target));
        let after = end.examples.get(index);
        let both = [("before", Some(example)), ("after", after)];
        let all = both.iter().filter_map(|(_, maps)| *maps).flatten().flatten();
        let range = palette.range(all);
        for (when, maps) in both {
            let cells = maps.into_iter().flatten().enumerate().map(|(channel, numbers)| Cell {
                content: Content::Pixels(Bitmap::of(numbers, start.width, palette, range)),
                captions: vec![format!("channel {}", channel + 1)],
            });
            let heading = format!("example {} ({target}), {when} training", index + 1);
            let title = format!("{}, {heading}", start.layer);
            let cells: Vec<Cell> = cells.collect();
            drawings.push(sheet(&title, "A picture for each channel.", &heading, 74.0, &cells));
        }
    }
    let shown = start.examples.first().map_or(0, Vec::len);
    let note = match start.channels > shown {
        true => format!(" The first {shown} of {} channels.", start.channels),
        false => String::new(),
    };
    let colours = match signed {
        true => "Blue is below 0, white is 0, orange above",
        false => "Dark is 0, yellow is high",
    };
    Figure {
        heading: format!("Activation maps of {}", start.layer),
        drawings,
        healthy: "channels differ, and show parts of the input: edges, strokes, regions.",
        sick: "channels without any contrast are dead; channels that all look alike were initialized alike or learn nothing; \
               a chessboard comes from strides that do not divide the kernel.",
        note: format!("{colours}, on one scale for each example.{note}"),
    }
}
