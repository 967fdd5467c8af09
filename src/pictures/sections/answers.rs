//! What the trained model answers, and where it is most wrong.

use crate::experiment::{Answers, Predictions};
use crate::pictures::input::said;
use crate::pictures::number::{count, percent, tidy};
use crate::pictures::page::{Figure, Page, Section};
use crate::pictures::plot::{Plot, Series};
use crate::pictures::{bars, matrix};

use super::data::{drawn, how_drawn};

pub const PROPERTIES: &[&str] = &[
    "beats_baseline",
    "beats_linear",
    "memorizes_outputs",
    "matches_golden",
    "save_load_round_trip",
];

pub fn section(page: &Page<'_>) -> Option<Section> {
    let found = page.gallery.predictions.as_ref()?;
    let part = if found.held_out { "held-out" } else { "training" };
    let lead = format!(
        "Answers of the model as it is used, after {} steps, on {} {part} examples.",
        count(page.gallery.steps),
        count(found.examples)
    );
    let mut figures: Vec<Figure> = found.answers.as_ref().map(given).into_iter().collect();
    figures.push(losses(found));
    figures.extend(worst(page, found));
    Some(Section { id: "answers", title: "Answers", lead, properties: PROPERTIES, figures })
}

fn given(answers: &Answers) -> Figure {
    match answers {
        Answers::Classes { names, counts } => {
            let right: usize = counts.iter().enumerate().map(|(class, row)| row[class]).sum();
            let all = counts.iter().flatten().sum::<usize>();
            let share = percent(right as f64 / all.max(1) as f64);
            let described =
                format!("{} of {} answers are right ({share}).", count(right), count(all));
            Figure {
                heading: "Confusion matrix".to_owned(),
                drawings: vec![matrix::confusion("Confusion matrix", &described, names, counts)],
                healthy: "bright on the diagonal, dark elsewhere.",
                sick: "one bright column: the model gives the same answer to everything. Two classes that are taken for each \
                       other: look at their examples and labels.",
                note: format!("{described} Colours are shares of a row."),
            }
        }
        Answers::Numbers(pairs) => {
            let plot = Plot {
                title: "Answers against targets".to_owned(),
                description: format!("{} pairs of numbers.", pairs.len()),
                x: "due".to_owned(),
                y: "given".to_owned(),
                diagonal: true,
                series: vec![Series::marks("", pairs.clone())],
                ..Plot::default()
            };
            Figure {
                heading: "Answers against targets".to_owned(),
                drawings: vec![plot.svg()],
                healthy: "a narrow cloud along the diagonal.",
                sick: "a flat cloud: the model answers near the mean whatever is asked. A cloud with another slope: targets and \
                       outputs are scaled otherwise. Single points far off: outliers, or wrong targets.",
                note: String::new(),
            }
        }
    }
}

fn losses(found: &Predictions) -> Figure {
    Figure {
        heading: "Losses of single examples".to_owned(),
        drawings: vec![bars::histogram("Histogram of losses", "loss of an example", &found.losses)],
        healthy: "most near 0, with a short tail.",
        sick: "a far tail: a few examples make most of the loss and pull the weights. They are shown next.",
        note: String::new(),
    }
}

fn worst(page: &Page<'_>, found: &Predictions) -> Option<Figure> {
    let data = page.gallery.data.as_ref()?;
    let inputs: Vec<&[f64]> = found.worst.iter().map(|example| &*example.inputs).collect();
    let texts = found.worst.iter().map(|example| {
        let (given, due) = (said(&example.given), said(&example.due));
        let first = match given == due {
            true => format!("{given}, rightly"),
            false => format!("{given} for {due}"),
        };
        (first, format!("loss {}", tidy(example.loss)))
    });
    let texts: Vec<(String, String)> = texts.collect();
    let places: Vec<String> = found
        .worst
        .iter()
        .map(|example| format!("{} (loss {})", example.place, tidy(example.loss)))
        .collect();
    Some(Figure {
        heading: "The worst".to_owned(),
        drawings: vec![drawn(data, "Worst predictions", &inputs, &texts)],
        healthy: "examples that you find hard yourself.",
        sick: "easy examples with a wrong target (mend the data), or all of one kind (get more of it).",
        note: format!("Given for due, of {}. {}", places.join(", "), how_drawn(data)),
    })
}
