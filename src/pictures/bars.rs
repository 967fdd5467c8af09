//! Histograms and counts of names, as bars.

use super::number::{count, tidy};
use super::scale::Scale;
use super::svg::{Anchor, Svg, shortened};
use crate::experiment::Histogram;

const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 66.0;
const RIGHT: f64 = 666.0;
const BOTTOM: f64 = 128.0;
const TOP: f64 = 12.0;

/// How often which numbers occur.
pub fn histogram(title: &str, x: &str, histogram: &Histogram) -> String {
    let (low, high) = (tidy(histogram.low), tidy(histogram.high));
    let numbers = count(histogram.counts.iter().sum());
    let described = format!("{numbers} numbers from {low} to {high}.");
    let mut svg = Svg::new(WIDTH, HEIGHT, title, &described);
    let most = histogram.counts.iter().copied().max().unwrap_or(0);
    let heights = Scale::over([0.0, most.max(1) as f64], false, [BOTTOM, TOP]).rounded();
    for tick in heights.ticks() {
        if let Some(at) = heights.place(tick) {
            svg.line([LEFT, at], [RIGHT, at], "g");
            svg.text([LEFT - 6.0, at + 4.0], Anchor::End, "m", &count(tick as usize));
        }
    }
    let places = Scale::over([histogram.low, histogram.high], false, [LEFT, RIGHT]);
    let width = (RIGHT - LEFT) / histogram.counts.len().max(1) as f64;
    for (bin, number) in histogram.counts.iter().enumerate() {
        let (Some(top), true) = (heights.place(*number as f64), *number > 0) else { continue };
        let left = LEFT + bin as f64 * width;
        svg.rect([left + 0.5, top], [(width - 1.0).max(1.0), BOTTOM - top], "fa");
    }
    for tick in places.ticks() {
        if let Some(at) = places.place(tick) {
            svg.line([at, BOTTOM], [at, BOTTOM + 4.0], "x");
            svg.text([at, BOTTOM + 17.0], Anchor::Middle, "m", &tidy(tick));
        }
    }
    svg.line([LEFT, BOTTOM], [RIGHT, BOTTOM], "x");
    let x = match histogram.not_finite {
        0 => x.to_owned(),
        some => format!("{x}; {} not finite, in no bar", count(some)),
    };
    svg.text([(LEFT + RIGHT) / 2.0, BOTTOM + 36.0], Anchor::Middle, "m", &x);
    svg.finish()
}

/// Names that are shown at most.
const NAMES: usize = 30;

/// How often which names occur.
pub fn named(title: &str, description: &str, counts: &[(String, usize)]) -> String {
    const ROW: f64 = 20.0;
    const NAME: f64 = 150.0;
    let shown = &counts[..counts.len().min(NAMES)];
    let height = ROW * shown.len() as f64 + 8.0;
    let mut svg = Svg::new(WIDTH, height.max(ROW), title, description);
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    for (row, (name, number)) in shown.iter().enumerate() {
        let top = ROW * row as f64 + 4.0;
        let width = (RIGHT - NAME - 60.0) * *number as f64 / most as f64;
        svg.text([NAME - 8.0, top + 13.0], Anchor::End, "", &shortened(name, 20));
        svg.rect([NAME, top + 2.0], [width, ROW - 5.0], "fa");
        svg.text([NAME + width + 6.0, top + 13.0], Anchor::Start, "m", &count(*number));
    }
    svg.finish()
}
