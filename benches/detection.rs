//! From which strength on a fault is seen: for a property a fault in growing strengths, each with several
//! seeds, on the CPU.
//!
//! `cargo bench --profile dev --bench detection` measures, keeps the numbers in
//! `docs/figures/detection.csv`, and writes the page `docs/detection.md` and its figures. With `-- draw`
//! it draws what was measured before, and with `-- LADDER…` it measures these anew and keeps the others.

#[path = "detection/figure.rs"]
mod figure;
#[path = "detection/ladders.rs"]
mod ladders;
#[path = "detection/measure.rs"]
mod measure;
#[path = "detection/page.rs"]
mod page;

use std::path::{Path, PathBuf};

use ladders::{LADDERS, Ladder};
use measure::Point;

fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let data = docs("figures/detection.csv");
    let mut points = match std::fs::read_to_string(&data) {
        Ok(text) => measure::read(&text),
        Err(_) => Vec::new(),
    };
    if words != ["draw"] {
        let wanted = |ladder: &&Ladder| words.is_empty() || words.iter().any(|w| w == ladder.name);
        for ladder in LADDERS.iter().filter(wanted) {
            eprintln!("{}", ladder.name);
            points.retain(|point| point.ladder != ladder.name);
            points.extend(measure::ladder(ladder));
        }
        let order = |point: &Point| LADDERS.iter().position(|known| known.name == point.ladder);
        points.sort_by_key(order);
        points.retain(|point| order(point).is_some());
        std::fs::write(&data, measure::written(&points)).expect("the data can be written");
    }
    for ladder in LADDERS {
        let own: Vec<&Point> = points.iter().filter(|point| point.ladder == ladder.name).collect();
        if !own.is_empty() {
            figure::draw(ladder, &own, &docs(&format!("figures/{}.svg", ladder.name)));
        }
    }
    let text = page::written(LADDERS, &points);
    std::fs::write(docs("detection.md"), text).expect("the page can be written");
}
