//! Gradients: how large they are from layer to layer, how spread, and how far each step moves weights.

use crate::experiment::{StepUpdate, TensorLook, UpdateEvidence, median};
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::plot::{Plot, Series};
use crate::pictures::ridges::{self, Ridge, ridges};
use crate::pictures::rows::{self, Row, Rows, sampled};

use super::activations::{MARKS, left_out};

pub const PROPERTIES: &[&str] = &[
    "every_parameter_gets_gradient",
    "gradients_flow",
    "gradients_match",
    "update_ratio",
    "clipping_in_use",
    "clipping_effective",
    "optimizer_as_declared",
    "batch_size_adequate",
    "loss_terms_balanced",
    "accumulation_equivalent",
    "checkpointing_equivalent",
    "regularization_in_range",
];

/// Where `update_ratio` wants its median by default.
const BAND: [f64; 2] = [1e-4, 1e-1];
/// Lines that can be told apart.
const LINES: usize = 6;

pub fn section(page: &Page<'_>) -> Section {
    let mut figures = vec![flow(page), histograms(page)];
    if page.gallery.updates.iter().any(|update| !update.steps.is_empty()) {
        figures.extend([ratios(page), over_steps(page)]);
    }
    Section {
        id: "gradients",
        title: "Gradients",
        lead: "The gradient of the loss in each tensor of weights, in the model's order, and what a step makes of it."
            .to_owned(),
        properties: PROPERTIES,
        figures,
    }
}

fn pairs<'p>(page: &Page<'p>) -> impl Iterator<Item = (&'p TensorLook, Option<&'p TensorLook>)> {
    let (start, end) = (&page.gallery.start.tensors, &page.gallery.end.tensors);
    start.iter().map(move |tensor| (tensor, end.iter().find(|other| other.tensor == tensor.tensor)))
}

fn flow(page: &Page<'_>) -> Figure {
    let row = |(start, end): (&TensorLook, Option<&TensorLook>)| Row {
        name: start.tensor.clone(),
        start: Some(start.gradient_norm),
        end: end.map(|end| end.gradient_norm),
        span: None,
    };
    let rows: Vec<Row> = pairs(page).map(row).collect();
    let note = left_out(rows.len(), rows::MOST, "tensors");
    let chart = Rows {
        title: "Norm of the gradient in each tensor".to_owned(),
        description: "A row for each trainable tensor, on a scale of powers of ten.".to_owned(),
        x: "norm of the gradient".to_owned(),
        log: true,
        marks: MARKS,
        rows,
        ..Rows::default()
    };
    Figure {
        heading: "Gradient flow".to_owned(),
        drawings: vec![chart.svg()],
        healthy: "marks of neighbouring layers lie within a power of ten or two; after training they have moved to the left, \
                  together.",
        sick: "marks that fall by a power of ten from layer to layer towards the input (gradients vanish) or grow so (they \
               explode); a 0 on the right is a tensor that learns nothing.",
        note,
    }
}

fn histograms(page: &Page<'_>) -> Figure {
    let all: Vec<Ridge<'_>> = pairs(page)
        .map(|(start, end)| Ridge {
            name: start.tensor.clone(),
            start: &start.gradient,
            end: end.map(|end| &end.gradient),
        })
        .collect();
    let note = left_out(all.len(), ridges::MOST, "tensors");
    Figure {
        heading: "Histograms of gradients".to_owned(),
        drawings: vec![ridges("Gradients of each tensor", "Two histograms for each tensor.", &all)],
        healthy: "a hill around 0 with numbers on both sides.",
        sick: "one spike at 0 with single numbers far away: few weights get all of the gradient. All on one side: every weight \
               of the layer is pushed the same way, as behind inputs that are never below 0.",
        note,
    }
}

fn ratios_of(update: &UpdateEvidence) -> Vec<f64> {
    update.steps.iter().filter_map(StepUpdate::ratio).collect()
}

fn ratios(page: &Page<'_>) -> Figure {
    let row = |update: &UpdateEvidence| {
        let ratios = ratios_of(update);
        let finite = ratios.iter().copied().filter(|ratio| ratio.is_finite());
        let span = finite.clone().fold([f64::INFINITY, 0.0], |[low, high]: [f64; 2], ratio| {
            [if ratio > 0.0 { low.min(ratio) } else { low }, high.max(ratio)]
        });
        Row {
            name: update.tensor.clone(),
            start: None,
            end: (!ratios.is_empty()).then(|| median(ratios.clone())),
            span: (span[0] <= span[1]).then_some(span),
        }
    };
    let rows: Vec<Row> = page.gallery.updates.iter().map(row).collect();
    let left_out = left_out(rows.len(), rows::MOST, "tensors");
    let chart = Rows {
        title: "How far a step moves each tensor".to_owned(),
        description: "Medians over all measured steps, with the lowest and the highest.".to_owned(),
        x: "norm of the step over norm of the weights".to_owned(),
        log: true,
        band: Some(BAND),
        marks: ["", "median over steps; the line goes from the lowest to the highest"],
        rows,
        ..Rows::default()
    };
    Figure {
        heading: "Updates against weights".to_owned(),
        drawings: vec![chart.svg()],
        healthy: "weight matrices near 1e-3, inside the green band; biases that start at 0 may lie above it.",
        sick: "to the left of the band the layer hardly moves: its rate is too small. To the right each step replaces the weights: \
               the rate is too large.",
        note: format!("The band is that of `update_ratio` for weight matrices. {left_out}")
            .trim_end()
            .to_owned(),
    }
}

fn over_steps(page: &Page<'_>) -> Figure {
    let updates = &page.gallery.updates;
    let matrices: Vec<&UpdateEvidence> = updates.iter().filter(|update| update.rank >= 2).collect();
    let chosen = match matrices.is_empty() {
        true => sampled(updates, LINES),
        false => sampled(&matrices, LINES).into_iter().copied().collect(),
    };
    let line = |update: &&UpdateEvidence| {
        let points = update.steps.iter().filter_map(|step| Some((step.step as f64, step.ratio()?)));
        Series::line(short(&update.tensor), points.collect())
    };
    let plot = Plot {
        title: "How far each step moves weights".to_owned(),
        description: "A line for each of some weight matrices over the steps.".to_owned(),
        x: "step".to_owned(),
        y: "‖step‖ / ‖weights‖".to_owned(),
        log_y: true,
        band: Some(BAND),
        series: chosen.iter().map(line).collect(),
        ..Plot::default()
    };
    Figure {
        heading: "Updates over steps".to_owned(),
        drawings: vec![plot.svg()],
        healthy: "lines inside the band that fall slowly, as the schedule and the loss do.",
        sick: "lines that rise to the end (training diverges), jump by powers of ten (single batches decide), or drop to nothing \
               (it stands still).",
        note: left_out(matrices.len(), LINES, "weight matrices"),
    }
}

/// `head` for `head.weight`.
fn short(tensor: &str) -> &str {
    tensor.strip_suffix(".weight").unwrap_or(tensor)
}
