//! From which strength on a fault is seen: for a fault in growing strengths, each with several seeds, what
//! the properties say that ought to see it, on the CPU; what is asked of an adapter, on one.
//!
//! `cargo bench --profile dev --bench detection` measures, keeps the numbers in
//! `docs/figures/detection.csv`, and writes the page `docs/detection.md` and its figures. With `-- draw`
//! it draws what was measured before, and with `-- LADDER…` it measures these anew and keeps the others.

#[path = "detection/figure.rs"]
mod figure;
#[path = "detection/found.rs"]
mod found;
#[path = "detection/ladders/mod.rs"]
mod ladders;
#[path = "detection/measure.rs"]
mod measure;
#[path = "detection/page.rs"]
mod page;
#[path = "detection/point.rs"]
mod point;
#[path = "detection/strengthless.rs"]
mod strengthless;

use std::path::{Path, PathBuf};
use std::time::Instant;

use point::Point;

fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let data = docs("figures/detection.csv");
    let mut points = match std::fs::read_to_string(&data) {
        Ok(text) => point::read(&text),
        Err(_) => Vec::new(),
    };
    if words != ["draw"] {
        let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
        for ladder in ladders::ladders().filter(|ladder| is_wanted(ladder.name)) {
            let start = Instant::now();
            match measure::ladder(ladder) {
                Ok(measured) => {
                    points.retain(|point| point.ladder != ladder.name);
                    points.extend(measured);
                    eprintln!("{}: {:.0?}", ladder.name, start.elapsed());
                }
                Err(reason) => eprintln!("{}: as it was, since {reason}", ladder.name),
            }
            // After each, so that a bench that is ended early has written something.
            points = ordered(points);
            std::fs::write(&data, point::written(&points)).expect("the data can be written");
        }
    }
    // As it was written, so that the same numbers give the same figures.
    let points = point::read(&point::written(&points));
    for (ladder, view) in ladders::views() {
        let own: Vec<&Point> = page::own(&points, ladder, view).collect();
        if !own.is_empty() {
            let path = docs("figures").join(ladder.figure(view));
            figure::draw(ladder, view, &own, &path);
        }
    }
    std::fs::write(docs("detection.md"), page::written(&points)).expect("the page can be written");
}

/// In the order of the ladders, and without those that are gone.
fn ordered(mut points: Vec<Point>) -> Vec<Point> {
    let place = |point: &Point| {
        ladders::views().position(|(ladder, view)| {
            ladder.name == point.ladder && view.property == point.property
        })
    };
    points.retain(|point| place(point).is_some());
    points.sort_by_key(place);
    points
}
