//! A figure for each ladder: above, the share of seeds in which the fault is seen; below, what was
//! measured, with the bounds.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::ladders::{Ladder, View};
use super::point::{Point, short};

const SIZE: (u32, u32) = (760, 490);
/// Colours that people tell apart who see no red or no green (Okabe and Ito).
const FAILED: RGBColor = RGBColor(213, 94, 0);
const WARNED: RGBColor = RGBColor(230, 159, 0);
const HEALTHY: RGBColor = RGBColor(0, 114, 178);
const FAULTY: RGBColor = RGBColor(110, 110, 110);
const FONT: &str = "sans-serif";

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Writes the figure of a ladder as a property sees it.
///
/// # Panics
///
/// When the file cannot be written.
pub fn draw(ladder: &Ladder, view: &View, points: &[&Point], path: &Path) {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).expect("SVG takes what is drawn");
    let (top, bottom) = area.split_vertically(220);
    seen(ladder, view, points, &top);
    values(ladder, view, points, &bottom);
    area.present().expect("the figure can be written");
}

/// The healthy network and the strengths, in the order of the axis.
fn places(ladder: &Ladder) -> Vec<Option<f64>> {
    std::iter::once(None).chain(ladder.strengths.iter().copied().map(Some)).collect()
}

fn label(strength: Option<f64>) -> String {
    match strength {
        None => "healthy".to_owned(),
        Some(number) => short(number),
    }
}

fn seen(ladder: &Ladder, view: &View, points: &[&Point], area: &Area<'_>) {
    let places = places(ladder);
    let title = format!("{}: {}", view.property, ladder.fault);
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_top(52)
        .margin_right(16)
        .x_label_area_size(22)
        .y_label_area_size(80)
        .build_cartesian_2d(-0.5..places.len() as f64 - 0.5, 0.0..100.0)
        .expect("the axes are ranges");
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(0)
        .y_labels(5)
        .y_desc("seeds, %")
        .label_style((FONT, 12))
        .draw()
        .expect("SVG takes what is drawn");
    for (at, strength) in places.iter().enumerate() {
        let own: Vec<_> = points.iter().filter(|point| point.strength == *strength).collect();
        let share = |outcomes: &[&str]| {
            let count = own.iter().filter(|point| outcomes.contains(&point.outcome.as_str()));
            100.0 * count.count() as f64 / own.len().max(1) as f64
        };
        let (failed, warned) = (share(&["fail", "inconclusive"]), share(&["warn"]));
        let bar = |from: f64, to: f64, colour: RGBColor| {
            let at = at as f64;
            Rectangle::new([(at - 0.3, from), (at + 0.3, to)], colour.filled())
        };
        chart.draw_series([bar(0.0, failed, FAILED)]).expect("SVG takes what is drawn");
        chart.draw_series([bar(failed, failed + warned, WARNED)]).expect("SVG takes what is drawn");
    }
    area.draw(&Text::new(title, (88, 10), (FONT, 15))).expect("SVG takes what is drawn");
    let key = [("fails", FAILED), ("warns", WARNED)];
    for (at, (word, colour)) in key.into_iter().enumerate() {
        let x = 88 + 76 * at as i32;
        let square = Rectangle::new([(x, 33), (x + 10, 43)], colour.filled());
        area.draw(&square).expect("SVG takes what is drawn");
        area.draw(&Text::new(word, (x + 15, 32), (FONT, 12))).expect("SVG takes what is drawn");
    }
}

fn values(ladder: &Ladder, view: &View, points: &[&Point], area: &Area<'_>) {
    let places = places(ladder);
    let measured = points.iter().map(|point| point.value);
    let shown: Vec<f64> =
        measured.chain(view.bounds.iter().copied()).filter(|value| value.is_finite()).collect();
    let scale = Scale::of(&shown);
    let heights = shown.iter().map(|value| scale.height(*value));
    let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), height| {
        (low.min(height), high.max(height))
    });
    let margin = 0.08 * (high - low).max(0.5);
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(16)
        .x_label_area_size(42)
        .y_label_area_size(80)
        .build_cartesian_2d(-0.5..places.len() as f64 - 0.5, low - margin..high + margin)
        .expect("the axes are ranges");
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(2 * places.len() + 1)
        .x_label_formatter(&|at| {
            let whole = at.fract().abs() < 1e-9;
            let place = places.get(at.round() as usize).filter(|_| whole && *at > -0.1);
            place.map_or_else(String::new, |strength| label(*strength))
        })
        .x_desc(ladder.strength)
        .y_desc(view.measured)
        .y_labels(6)
        .y_label_formatter(&|height| scale.written(*height))
        .label_style((FONT, 12))
        .draw()
        .expect("SVG takes what is drawn");
    for bound in view.bounds {
        let height = scale.height(*bound);
        let ends = [(-0.5, height), (places.len() as f64 - 0.5, height)];
        let line = DashedLineSeries::new(ends, 6, 4, BLACK.stroke_width(1));
        chart.draw_series(line).expect("SVG takes what is drawn");
    }
    let seeds = points.iter().map(|point| point.seed).max().unwrap_or(1) as f64;
    let dots = points.iter().filter(|point| point.value.is_finite()).map(|point| {
        let at = places.iter().position(|strength| *strength == point.strength);
        // Beside each other, so that each is seen.
        let x = at.unwrap_or_default() as f64 + 0.5 * ((point.seed as f64 - 0.5) / seeds - 0.5);
        let colour = if point.strength.is_none() { HEALTHY } else { FAULTY };
        Circle::new((x, scale.height(point.value)), 2, colour.filled())
    });
    chart.draw_series(dots).expect("SVG takes what is drawn");
}

/// How values become heights.
#[derive(Debug, Clone, Copy)]
enum Scale {
    Linear,
    /// By powers of ten; what is below the least shown positive number stands there.
    Logarithmic {
        least: f64,
    },
}

impl Scale {
    /// Powers of ten where the numbers are positive and far apart.
    fn of(values: &[f64]) -> Self {
        let positive = values.iter().copied().filter(|value| *value > 0.0);
        let least = positive.clone().fold(f64::INFINITY, f64::min);
        let largest = positive.fold(0.0, f64::max);
        match values.iter().all(|value| *value >= 0.0) && largest > 100.0 * least {
            true => Self::Logarithmic { least },
            false => Self::Linear,
        }
    }

    fn height(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic { least } => value.max(least).log10(),
        }
    }

    fn written(self, height: f64) -> String {
        match self {
            Self::Linear => format!("{height:.2}"),
            Self::Logarithmic { .. } if height.fract().abs() < 1e-9 => short_power(height),
            Self::Logarithmic { .. } => String::new(),
        }
    }
}

fn short_power(height: f64) -> String {
    let power = height.round() as i32;
    match power {
        -2..=3 => short(10f64.powi(power)),
        _ => format!("1e{power}"),
    }
}
