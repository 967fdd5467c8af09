//! The first weights.

use crate::experiment::{FilterGallery, Form, UnitFilter};
use crate::pictures::bitmap::{Bitmap, Palette};
use crate::pictures::matrix::{Table, key_alone};
use crate::pictures::number::count;
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::sheet::{Cell, Content, sheet};

pub const PROPERTIES: &[&str] =
    &["initialization_suits_activations", "weights_update", "frozen_stay", "uses_inputs"];

/// Units of which pictures are shown.
const UNITS: usize = 16;

pub fn section(page: &Page<'_>) -> Option<Section> {
    let filters = page.gallery.filters.as_ref()?;
    let form = page.gallery.data.as_ref().map(|data| data.form);
    let lead = format!(
        "The weights {} ({}): what the first layer looks for, one picture for each unit.",
        filters.tensor, filters.kind
    );
    let all: Vec<&f64> =
        filters.units.iter().flat_map(|unit| unit.start.iter().chain(&unit.end)).collect();
    let range = Palette::Signed.range(all);
    let mut drawings = match image(filters, form) {
        Some([channels, width]) => pictures(filters, channels, width, range),
        None => tables(page, filters, range),
    };
    if image(filters, form).is_some() {
        drawings.push(key_alone("Colours of weights", Palette::Signed, range));
    }
    let shown = match filters.shape.as_slice() {
        // The tables of few inputs have room for all units that there are.
        &[inputs] if inputs <= 12 => filters.units.len(),
        _ => filters.units.len().min(UNITS),
    };
    let note = match filters.count > shown {
        true => format!("The first {shown} of {} units.", count(filters.count)),
        false => String::new(),
    };
    let figure = Figure {
        heading: "Before and after training".to_owned(),
        drawings,
        healthy: "noise before training; afterwards edges, spots or smooth patches that differ from unit to unit, and in \
                  tables strong colours in columns that matter.",
        sick: "after a long training still noise: too few steps, too small a rate, or no regularization. No change at all: the \
               weights get no gradient. All units alike: they were initialized alike. Single pixels of strong colour: a learning \
               rate that is too large.",
        note,
    };
    Some(Section {
        id: "filters",
        title: "First weights",
        lead,
        properties: PROPERTIES,
        figures: vec![figure],
    })
}

/// Channels and width of a unit's weights, where they are an image.
fn image(filters: &FilterGallery, form: Option<Form>) -> Option<[usize; 2]> {
    match (filters.shape.as_slice(), form) {
        (&[channels, height, width], _) if height * width > 1 => Some([channels, width]),
        // Weights of a linear layer that reads a whole image.
        (&[inputs], Some(Form::Image { channels, height, width }))
            if inputs == channels * height * width =>
        {
            Some([channels, width])
        }
        _ => None,
    }
}

/// The mean over channels, where there are several: what all of them look for.
fn pictures(
    filters: &FilterGallery,
    channels: usize,
    width: usize,
    range: [f64; 2],
) -> Vec<String> {
    let of = |title: &str, numbers: fn(&UnitFilter) -> &[f64]| {
        let cells = filters.units.iter().take(UNITS).enumerate().map(|(index, unit)| {
            let mean = mean_of_channels(numbers(unit), channels);
            Cell {
                content: Content::Pixels(Bitmap::of(&mean, width, Palette::Signed, range)),
                captions: vec![format!("unit {}", index + 1)],
            }
        });
        let heading = format!("{title} training");
        let title = format!("First weights {title} training");
        let cells: Vec<Cell> = cells.collect();
        sheet(&title, "A picture for each unit.", &heading, 74.0, &cells)
    };
    vec![of("before", |unit| &unit.start), of("after", |unit| &unit.end)]
}

fn mean_of_channels(numbers: &[f64], channels: usize) -> Vec<f64> {
    let area = numbers.len() / channels.max(1);
    let sum = |at: usize| numbers.iter().skip(at).step_by(area.max(1)).sum::<f64>();
    (0..area).map(|at| sum(at) / channels as f64).collect()
}

/// Tables of numbers. What is less, inputs or units, stands below each other.
fn tables(page: &Page<'_>, filters: &FilterGallery, range: [f64; 2]) -> Vec<String> {
    /// Numbers of a unit that have room, beside each other and below each other.
    const BESIDE: usize = 64;
    const BELOW: usize = 12;
    let length = filters.units.first().map_or(0, |unit| unit.start.len());
    let names = page.gallery.data.as_ref().map_or(&[][..], |data| &data.columns);
    let inputs: Vec<String> = match names.len() == length {
        true => names.to_vec(),
        false => (1..=length).map(|input| format!("input {input}")).collect(),
    };
    let of = |title: &str, numbers: fn(&UnitFilter) -> &[f64]| {
        let units = if length <= BELOW { filters.units.len() } else { UNITS };
        let units: Vec<&[f64]> = filters.units.iter().take(units).map(numbers).collect();
        let (rows, columns, numbers): (Vec<String>, Vec<String>, Vec<Vec<f64>>) =
            match length <= BELOW {
                true => {
                    let row = |input: usize| units.iter().map(|unit| unit[input]).collect();
                    (inputs.clone(), Vec::new(), (0..length).map(row).collect())
                }
                false => {
                    let columns = if names.len() == length { inputs.clone() } else { Vec::new() };
                    let rows = units.iter().map(|unit| unit.iter().take(BESIDE).copied().collect());
                    (
                        (1..=units.len()).map(|unit| format!("unit {unit}")).collect(),
                        columns,
                        rows.collect(),
                    )
                }
            };
        Table {
            title: format!("First weights {title} training"),
            description: "A cell for each input and unit.".to_owned(),
            heading: match length <= BELOW {
                true => format!("{title} training: a row for each input, a column for each unit"),
                false => format!("{title} training: a row for each unit, a column for each input"),
            },
            rows,
            columns,
            numbers,
            range: Some(range),
        }
        .svg()
    };
    vec![of("before", |unit| &unit.start), of("after", |unit| &unit.end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_an_image_are_pictures_whatever_layer_reads_it() {
        let filters = |shape: &[usize]| FilterGallery {
            tensor: "stem.weight".to_owned(),
            kind: "conv2d".to_owned(),
            count: 1,
            shape: shape.to_vec(),
            units: Vec::new(),
        };
        let form = Form::Image { channels: 1, height: 8, width: 8 };
        assert_eq!(image(&filters(&[3, 5, 5]), None), Some([3, 5]));
        assert_eq!(image(&filters(&[64]), Some(form)), Some([1, 8]));
        assert_eq!(image(&filters(&[64]), Some(Form::Row { numbers: 64 })), None);
        assert_eq!(image(&filters(&[8, 1, 1]), Some(form)), None);
        assert_eq!(mean_of_channels(&[1.0, 2.0, 3.0, 6.0], 2), [2.0, 4.0]);
    }
}
