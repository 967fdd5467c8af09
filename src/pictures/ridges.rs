//! A histogram for each layer or tensor before training, and one beside it for after.

use super::number::tidy;
use super::rows::sampled;
use super::svg::{Anchor, Svg, shortened_path};
use crate::experiment::Histogram;

/// A row of two histograms.
#[derive(Debug)]
pub struct Ridge<'a> {
    pub name: String,
    pub start: &'a Histogram,
    pub end: Option<&'a Histogram>,
}

/// Rows that are shown at most.
pub const MOST: usize = 24;
const WIDTH: f64 = 680.0;
const LEFT: f64 = 210.0;
const ROW: f64 = 46.0;
const TOP: f64 = 24.0;
const BARS: f64 = 210.0;
const GAP: f64 = 24.0;

pub fn ridges(title: &str, description: &str, ridges: &[Ridge<'_>]) -> String {
    let shown = sampled(ridges, MOST);
    let mut svg = Svg::new(WIDTH, TOP + ROW * shown.len() as f64, title, description);
    svg.text([LEFT, 14.0], Anchor::Start, "m", "before training");
    svg.text([LEFT + BARS + GAP, 14.0], Anchor::Start, "m", "after training");
    for (index, ridge) in shown.iter().enumerate() {
        let bottom = TOP + ROW * index as f64 + 28.0;
        svg.text([LEFT - 10.0, bottom - 6.0], Anchor::End, "", &shortened_path(&ridge.name, 30));
        draw(&mut svg, ridge.start, [LEFT, bottom], "fb");
        if let Some(end) = ridge.end {
            draw(&mut svg, end, [LEFT + BARS + GAP, bottom], "fa");
        }
    }
    svg.finish()
}

fn draw(svg: &mut Svg, histogram: &Histogram, [left, bottom]: [f64; 2], class: &str) {
    const HEIGHT: f64 = 26.0;
    svg.line([left, bottom], [left + BARS, bottom], "x");
    let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let width = BARS / histogram.counts.len().max(1) as f64;
    // One outline for all bars: a page has many of them.
    let mut outline = vec![[left, bottom]];
    for (bin, number) in histogram.counts.iter().enumerate() {
        let top = bottom - HEIGHT * *number as f64 / most;
        let from = left + bin as f64 * width;
        outline.push([from, top]);
        outline.push([from + width, top]);
    }
    outline.push([left + BARS, bottom]);
    svg.path(&outline, class);
    let (low, high) = match histogram.counts.len() {
        0 => ("no finite number".to_owned(), String::new()),
        1 => (format!("all {}", tidy(histogram.low)), String::new()),
        _ => (tidy(histogram.low), tidy(histogram.high)),
    };
    svg.text([left, bottom + 12.0], Anchor::Start, "m", &low);
    svg.text([left + BARS, bottom + 12.0], Anchor::End, "m", &high);
    if histogram.not_finite > 0 && !histogram.counts.is_empty() {
        let text = format!("{} not finite", histogram.not_finite);
        svg.text([left + BARS / 2.0, bottom + 12.0], Anchor::Middle, "", &text);
    }
}
