//! The data as the network sees it: scaled, shaped, shuffled, augmented.

use crate::experiment::{DataGallery, Form, TargetSpread};
use crate::pictures::bars;
use crate::pictures::input::{content, said};
use crate::pictures::matrix::Table;
use crate::pictures::number::{count, tidy};
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::sheet::{Cell, sheet};

pub const PROPERTIES: &[&str] = &[
    "labels_valid",
    "answers_not_among_inputs",
    "inputs_normalized",
    "targets_scaled",
    "classes_balanced",
    "features_vary",
    "neighbours_alike",
    "no_duplicates_across_split",
    "padding_in_bounds",
    "augmentation_keeps_scale",
];

/// Columns of a table that still have room.
pub const COLUMNS: usize = 64;

pub fn section(page: &Page<'_>) -> Option<Section> {
    let data = page.gallery.data.as_ref()?;
    let parts = format!(
        "{} examples to train on, {} held out. All numbers are as the model gets them: scaled, shaped and in \
         the order of the split.",
        count(data.training),
        count(data.validation)
    );
    let mut figures = vec![examples(data)];
    if !data.augmented.is_empty() {
        figures.push(augmented(data));
    }
    figures.push(inputs(data));
    figures.push(targets(data));
    Some(Section { id: "data", title: "Data", lead: parts, properties: PROPERTIES, figures })
}

/// The lowest and the highest of all inputs.
pub fn range(data: &DataGallery) -> [f64; 2] {
    [data.inputs.low, data.inputs.high]
}

/// How wide a picture of an input is.
pub fn side(form: Form) -> f64 {
    match form {
        Form::Image { .. } | Form::Tokens { .. } => 103.0,
        _ => 160.0,
    }
}

fn examples(data: &DataGallery) -> Figure {
    let rows = data
        .examples
        .iter()
        .map(|example| (said(&example.target), short(&example.place).to_owned()));
    let inputs: Vec<&[f64]> = data.examples.iter().map(|example| &*example.inputs).collect();
    Figure {
        heading: "Examples with their targets".to_owned(),
        drawings: vec![drawn(data, "Examples", &inputs, &rows.collect::<Vec<_>>())],
        healthy: "you can tell the target from the input yourself, and examples of one class have something in common.",
        sick: "targets that do not belong to their inputs, pictures upside down or with wrong colours, columns that are all \
               alike, or nothing but noise: no model learns that. Look here first.",
        note: how_drawn(data),
    }
}

/// `example 3` for `example 3 of the training part`.
fn short(place: &str) -> &str {
    place.split_once(" of the ").map_or(place, |(example, _)| example)
}

fn augmented(data: &DataGallery) -> Figure {
    let rows = data.examples.iter().map(|example| (said(&example.target), "augmented".to_owned()));
    let inputs: Vec<&[f64]> = data.augmented.iter().map(|inputs| &**inputs).collect();
    Figure {
        heading: "The same examples as a step may see them".to_owned(),
        drawings: vec![drawn(data, "Augmented examples", &inputs, &rows.collect::<Vec<_>>())],
        healthy: "changed, and yet you would give the same answer.",
        sick: "changes that make another answer right (a 6 upside down), push what matters out of the picture, or leave \
               another scale.",
        note: "Augmentation is drawn anew each time; this is one draw.".to_owned(),
    }
}

/// Examples beside each other: pictures, lines, words, or rows of a table. Each has a first and a second
/// line of text.
pub fn drawn(
    data: &DataGallery,
    title: &str,
    inputs: &[&[f64]],
    texts: &[(String, String)],
) -> String {
    let described = format!("{} inputs of the training part or the held-out part.", inputs.len());
    if let Form::Row { numbers } = data.form
        && numbers <= COLUMNS
    {
        let table = Table {
            title: title.to_owned(),
            description: described,
            rows: texts.iter().map(|(first, _)| first.clone()).collect(),
            columns: data.columns.clone(),
            numbers: inputs.iter().map(|numbers| numbers.to_vec()).collect(),
            ..Table::default()
        };
        return table.svg();
    }
    let cells = inputs.iter().zip(texts).map(|(numbers, (first, second))| Cell {
        content: content(data.form, numbers, range(data)),
        captions: vec![first.clone(), second.clone()],
    });
    sheet(title, &described, "", side(data.form), &cells.collect::<Vec<_>>())
}

pub fn how_drawn(data: &DataGallery) -> String {
    let [low, high] = range(data).map(tidy);
    match data.form {
        Form::Image { channels: 1 | 3, .. } => {
            format!("The darkest is {low}, the lightest {high}.")
        }
        Form::Image { channels, .. } => {
            format!("The first of {channels} channels; black is {low}, white {high}.")
        }
        Form::Sequence { features, .. } => {
            format!("A line for each of {features} features over time, from {low} to {high}.")
        }
        Form::Row { numbers } if numbers <= COLUMNS => {
            "A row for each example, named by its target.".to_owned()
        }
        Form::Row { numbers } => format!("The {numbers} numbers of an input in their order."),
        Form::Tokens { vocabulary } => format!("Tokens below {}.", count(vocabulary)),
    }
}

fn inputs(data: &DataGallery) -> Figure {
    let x = "input numbers of the training part";
    Figure {
        heading: "How inputs are spread".to_owned(),
        drawings: vec![bars::histogram("Histogram of inputs", x, &data.inputs)],
        healthy: "of about unit size: between −3 and 3 when standardized, between 0 and 1 for pictures.",
        sick: "numbers in the hundreds (scaling was forgotten), or everything in one bar with a lonely one far away (an \
               outlier, or a code for a missing value).",
        note: String::new(),
    }
}

fn targets(data: &DataGallery) -> Figure {
    let (drawing, healthy, sick) = match &data.targets {
        TargetSpread::Classes(counts) => (
            bars::named("Examples of each class", "A bar for each class.", counts),
            "bars of about one length.",
            "a class with a bar many times as long as another's: a model that always answers it is already mostly right. \
             A class without a bar cannot be learned.",
        ),
        TargetSpread::Numbers(histogram) => (
            bars::histogram("Histogram of targets", "target numbers", histogram),
            "of about unit size and around 0.",
            "numbers in the thousands, or a few far away from all others: they alone make the loss.",
        ),
    };
    Figure {
        heading: "How targets are spread".to_owned(),
        drawings: vec![drawing],
        healthy,
        sick,
        note: String::new(),
    }
}
