//! Losses over the steps of the recipe and of learning by heart, learning rates, and the sweep over rates.

use crate::experiment::{GalleryEvidence, SweepEvidence};
use crate::pictures::number::{count, tidy};
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::plot::{Plot, Series};

pub const PROPERTIES: &[&str] = &[
    "initial_loss",
    "loss_is_a_mean",
    "loss_is_nonnegative",
    "loss_suits_task",
    "overfits_batch",
    "grows_step_by_step",
    "learns",
    "schedule_as_declared",
    "generalizes",
    "learning_rate_in_range",
    "more_capacity_fits_better",
    "deterministic",
];

pub fn section(page: &Page<'_>) -> Section {
    let gallery = page.gallery;
    let mut figures = vec![recipe(page), by_heart(gallery), rates(gallery)];
    figures.extend(page.evidence.sweep.as_ref().map(sweep));
    let lead = format!(
        "The recipe was followed for {} of {} steps. Property checks stop as soon as their verdict is certain; pictures go on.",
        count(gallery.steps),
        count(gallery.declared_steps)
    );
    Section { id: "curves", title: "Learning curves", lead, properties: PROPERTIES, figures }
}

fn recipe(page: &Page<'_>) -> Figure {
    let gallery = page.gallery;
    let steps = gallery.losses.iter().enumerate();
    let minibatch = steps.map(|(step, loss)| (step as f64, *loss)).collect();
    let training = gallery.looks.iter().map(|look| (look.step as f64, look.training));
    let held_out =
        gallery.looks.iter().filter_map(|look| Some((look.step as f64, look.validation?)));
    let held_out: Vec<_> = held_out.collect();
    let mut series = vec![
        Series { pale: true, ..Series::line("batch of the step", minibatch) },
        Series::line("training sample", training.collect()),
    ];
    if !held_out.is_empty() {
        series.push(Series::line("held out", held_out));
    }
    let initial = page.evidence.initial.as_ref();
    let constant = initial.and_then(|initial| initial.constant_loss);
    let plot = Plot {
        title: "Loss over the recipe's steps".to_owned(),
        description: described(&gallery.losses),
        x: "step".to_owned(),
        y: "loss per example".to_owned(),
        series,
        levels: constant
            .map(|loss| (loss, "best constant answer".to_owned()))
            .into_iter()
            .collect(),
        ..Plot::default()
    };
    Figure {
        heading: "The recipe".to_owned(),
        drawings: vec![plot.svg()],
        healthy: "a steep fall below the best constant answer, then a slow one; held-out loss stays near that of training.",
        sick: "flat from the start: nothing is learned, look at data, gradients and rate. Wild jumps or a rise: the rate is too \
               large. Held-out loss that turns upwards while training falls: the model learns by heart.",
        note: "Training sample and held-out losses are those of the model as it is used: dropout off, running statistics."
            .to_owned(),
    }
}

/// Where losses begin and end.
fn described(losses: &[f64]) -> String {
    match (losses.first(), losses.last()) {
        (Some(first), Some(last)) => {
            format!("From {} to {} in {} steps.", tidy(*first), tidy(*last), losses.len())
        }
        _ => "No step was taken.".to_owned(),
    }
}

fn by_heart(gallery: &GalleryEvidence) -> Figure {
    let found = &gallery.by_heart;
    let points = found.losses.iter().enumerate().map(|(step, loss)| (step as f64, *loss));
    let bounds = found.bounds.iter().flat_map(|bounds| {
        [(bounds.floor, "floor".to_owned()), (bounds.constant, "best constant answer".to_owned())]
    });
    let plot = Plot {
        title: "Loss of learning a few examples by heart".to_owned(),
        description: described(&found.losses),
        x: "step".to_owned(),
        y: "loss per example".to_owned(),
        series: vec![Series::line("the shown examples", points.collect())],
        levels: bounds.collect(),
        ..Plot::default()
    };
    Figure {
        heading: "A few examples by heart".to_owned(),
        drawings: vec![plot.svg()],
        healthy: "a fall to the floor within some dozens of steps.",
        sick: "a curve that stays at the best constant answer: the model cannot even learn these few, so model, loss or targets \
               are wrong and no recipe will help.",
        note: format!(
            "{} examples, Adam with a rate of {}, without dropout and regularization.",
            found.examples,
            tidy(found.learning_rate)
        ),
    }
}

fn rates(gallery: &GalleryEvidence) -> Figure {
    let points = gallery.rates.iter().enumerate();
    let points = points.map(|(step, rate)| (step as f64 + 1.0, *rate)).collect();
    let plot = Plot {
        title: "Learning rate over steps".to_owned(),
        description: "The rate of each step.".to_owned(),
        x: "step".to_owned(),
        y: "learning rate".to_owned(),
        series: vec![Series::line("learning rate", points)],
        ..Plot::default()
    };
    Figure {
        heading: "Learning rate".to_owned(),
        drawings: vec![plot.svg()],
        healthy: "the shape that you declared: constant, or up in a warm-up and then down.",
        sick: "a rate that is near 0 from the start, or never leaves the warm-up in the steps that there are.",
        note: String::new(),
    }
}

fn sweep(found: &SweepEvidence) -> Figure {
    let rungs = found.rungs.iter();
    let falls = rungs.map(|rung| (10f64.powf(f64::from(rung.halves) / 2.0), 100.0 * rung.fall));
    let plot = Plot {
        title: "Fall of the loss at multiples of the learning rate".to_owned(),
        description: "1 is the recipe's own rate.".to_owned(),
        x: "multiple of the recipe's learning rate".to_owned(),
        y: "fall of the loss in %".to_owned(),
        log_x: true,
        series: vec![Series::line("fall", falls.collect())],
        ..Plot::default()
    };
    Figure {
        heading: "Other learning rates".to_owned(),
        drawings: vec![plot.svg()],
        healthy: "a hill with 1, the recipe, on its rising side or near its top.",
        sick: "1 far to the left (nothing happens: take a larger rate) or to the right of the top (it hardly holds: take a smaller \
               one). Rates at which it diverges have no point.",
        note: format!("{} steps at each rate.", found.steps),
    }
}
