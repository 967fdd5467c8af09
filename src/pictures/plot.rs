//! Lines and points over two axes.

use super::number::tidy;
use super::scale::Scale;
use super::svg::{Anchor, SERIES, Svg, shortened_path};

/// A chart of series.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    pub title: String,
    /// What is seen, in a sentence, for those who do not see it.
    pub description: String,
    pub x: String,
    pub y: String,
    pub log_x: bool,
    pub log_y: bool,
    pub series: Vec<Series>,
    /// Where numbers of y should be.
    pub band: Option<[f64; 2]>,
    /// Numbers of y that have a name.
    pub levels: Vec<(f64, String)>,
    /// Whether y = x is drawn, and both axes span the same.
    pub diagonal: bool,
}

/// Points under one name.
#[derive(Debug, Clone)]
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// Joined by a line; else single marks.
    pub joined: bool,
    /// Drawn faintly, behind what matters.
    pub pale: bool,
}

impl Series {
    pub fn line(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self { name: name.to_owned(), points, joined: true, pale: false }
    }

    pub fn marks(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self { joined: false, ..Self::line(name, points) }
    }
}

const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 280.0;
/// Left, right, above and below.
const MARGINS: [f64; 4] = [66.0, 14.0, 34.0, 44.0];
/// A line of the legend.
const LEGEND: f64 = 18.0;
/// Points of a line at most: more are not seen.
const POINTS: usize = 600;

impl Plot {
    pub fn svg(&self) -> String {
        let width = if self.diagonal { 400.0 } else { WIDTH };
        let [left, right, top, bottom] = MARGINS;
        let right = width - right;
        let named = self.named(left, right);
        let more = LEGEND * named.last().map_or(0, |last| last.line) as f64;
        let height = more + if self.diagonal { 380.0 } else { HEIGHT };
        let (top, bottom) = (top + more, height - bottom);
        let [xs, ys] = self.numbers();
        let x = Scale::over(xs, self.log_x, [left, right]);
        let x = if self.log_x || !self.diagonal { x } else { x.rounded() };
        let y = Scale::over(ys, self.log_y, [bottom, top]).rounded();
        let mut svg = Svg::new(width, height, &self.title, &self.description);
        self.frame(&mut svg, &x, &y, [left, right, top, bottom]);
        if let Some([low, high]) = self.band
            && let (Some(low), Some(high)) = (y.clamped(low), y.clamped(high))
        {
            svg.rect([left, high.min(low)], [right - left, (low - high).abs()], "band");
        }
        for (level, name) in &self.levels {
            if let Some(at) = y.place(*level).filter(|at| (top..=bottom).contains(at)) {
                svg.line([left, at], [right, at], "level");
                let text = format!("{name} {}", tidy(*level));
                svg.text([right - 4.0, at - 4.0], Anchor::End, "m", &text);
            }
        }
        if self.diagonal {
            svg.line([left, bottom], [right, top], "level");
        }
        for (series, letter) in self.series.iter().zip(SERIES.iter().cycle()) {
            draw(&mut svg, series, letter, &x, &y);
        }
        legend(&mut svg, &named);
        svg.finish()
    }

    /// All numbers that have to find a place.
    fn numbers(&self) -> [Vec<f64>; 2] {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let mut xs: Vec<f64> = points().map(|(x, _)| *x).collect();
        let mut ys: Vec<f64> = points().map(|(_, y)| *y).collect();
        ys.extend(self.levels.iter().map(|(level, _)| *level));
        if self.diagonal {
            xs.extend(&ys.clone());
            ys.clone_from(&xs);
        }
        if !self.log_y && !self.diagonal {
            // Losses and rates are read from 0 where it is near.
            let lowest = ys.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = ys.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if lowest > 0.0 && lowest < 0.5 * highest {
                ys.push(0.0);
            }
        }
        [xs, ys]
    }

    fn frame(&self, svg: &mut Svg, x: &Scale, y: &Scale, [left, right, top, bottom]: [f64; 4]) {
        for tick in y.ticks() {
            let Some(at) = y.place(tick) else { continue };
            svg.line([left, at], [right, at], "g");
            svg.text([left - 6.0, at + 4.0], Anchor::End, "m", &tidy(tick));
        }
        for tick in x.ticks() {
            let Some(at) = x.place(tick) else { continue };
            svg.line([at, bottom], [at, bottom + 4.0], "x");
            svg.text([at, bottom + 17.0], Anchor::Middle, "m", &tidy(tick));
        }
        svg.line([left, bottom], [right, bottom], "x");
        svg.text([(left + right) / 2.0, bottom + 36.0], Anchor::Middle, "m", &self.x);
        svg.upright([14.0, (top + bottom) / 2.0], &self.y);
    }

    /// The named series with the places of their marks, as many to a line as there is room for.
    fn named(&self, left: f64, right: f64) -> Vec<Named<'_>> {
        let (mut at, mut line) = (left, 0);
        let mut all = Vec::new();
        for (series, letter) in self.series.iter().zip(SERIES.iter().cycle()) {
            if series.name.is_empty() {
                continue;
            }
            let name = shortened_path(&series.name, 30);
            let width = 30.0 + 7.0 * name.chars().count() as f64 + 16.0;
            if at > left && at + width > right {
                (at, line) = (left, line + 1);
            }
            all.push(Named { series, letter, name, at, line });
            at += width;
        }
        all
    }
}

/// A series in the legend.
struct Named<'a> {
    series: &'a Series,
    letter: &'static str,
    name: String,
    at: f64,
    line: usize,
}

fn legend(svg: &mut Svg, named: &[Named<'_>]) {
    for Named { series, letter, name, at, line } in named {
        let y = 14.0 + LEGEND * *line as f64;
        let pale = if series.pale { " pale" } else { "" };
        match series.joined {
            true => svg.line([*at, y], [at + 24.0, y], &format!("s{letter}{pale}")),
            false => svg.circle([at + 12.0, y], 3.5, &format!("f{letter}{pale}")),
        }
        svg.text([at + 30.0, y + 4.0], Anchor::Start, "", name);
    }
}

fn draw(svg: &mut Svg, series: &Series, letter: &str, x: &Scale, y: &Scale) {
    let by = series.points.len().div_ceil(POINTS).max(1);
    let pale = if series.pale { " pale" } else { "" };
    // What has no place tears a line apart.
    let mut piece: Vec<[f64; 2]> = Vec::new();
    let mut pieces = Vec::new();
    for (along, value) in series.points.iter().step_by(by) {
        match (x.place(*along), y.clamped(*value).filter(|_| y.place(*value).is_some())) {
            (Some(x), Some(y)) => piece.push([x, y]),
            _ => pieces.push(std::mem::take(&mut piece)),
        }
    }
    pieces.push(piece);
    for piece in pieces {
        match (series.joined, piece.as_slice()) {
            (_, []) => {}
            (true, [_, _, ..]) => svg.path(&piece, &format!("s{letter}{pale}")),
            (_, single) => {
                for point in single {
                    svg.circle(*point, 3.0, &format!("f{letter}{pale}"));
                }
            }
        }
    }
}
