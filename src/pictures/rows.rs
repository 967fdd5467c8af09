//! One row for each layer or tensor, with a mark for its number before training and one for it after.

use super::number::tidy;
use super::scale::Scale;
use super::svg::{Anchor, Svg, shortened_path};

/// A chart of rows.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub title: String,
    pub description: String,
    pub x: String,
    pub log: bool,
    /// Where the numbers should be.
    pub band: Option<[f64; 2]>,
    /// What the axis spans at least.
    pub ends: Option<[f64; 2]>,
    /// What the two marks are.
    pub marks: [&'static str; 2],
    pub rows: Vec<Row>,
}

/// The numbers of one layer.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub name: String,
    pub start: Option<f64>,
    pub end: Option<f64>,
    /// From the lowest to the highest, drawn as a line.
    pub span: Option<[f64; 2]>,
}

/// Rows that are shown at most.
pub const MOST: usize = 40;
const WIDTH: f64 = 680.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 610.0;
const ROW: f64 = 20.0;
const TOP: f64 = 30.0;

impl Rows {
    pub fn svg(&self) -> String {
        let shown = sampled(&self.rows, MOST);
        let bottom = TOP + ROW * shown.len() as f64 + 4.0;
        let mut svg = Svg::new(WIDTH, bottom + 44.0, &self.title, &self.description);
        let numbers = self.rows.iter().flat_map(|row| {
            row.start.into_iter().chain(row.end).chain(row.span.into_iter().flatten())
        });
        let numbers: Vec<f64> = match self.log {
            true => numbers.collect(),
            false => numbers.chain([0.0]).chain(self.ends.into_iter().flatten()).collect(),
        };
        let x = Scale::over(numbers, self.log, [LEFT, RIGHT]).rounded();
        if let Some([low, high]) = self.band
            && let (Some(from), Some(to)) = (x.clamped(low), x.clamped(high))
        {
            svg.rect([from, TOP - 4.0], [to - from, bottom - TOP + 4.0], "band");
        }
        for tick in x.ticks() {
            let Some(at) = x.place(tick) else { continue };
            svg.line([at, TOP - 4.0], [at, bottom], "g");
            svg.text([at, bottom + 15.0], Anchor::Middle, "m", &tidy(tick));
        }
        svg.text([(LEFT + RIGHT) / 2.0, bottom + 34.0], Anchor::Middle, "m", &self.x);
        for (index, row) in shown.iter().enumerate() {
            let at = TOP + ROW * index as f64 + 10.0;
            draw(&mut svg, row, at, &x);
        }
        self.legend(&mut svg);
        svg.finish()
    }

    fn legend(&self, svg: &mut Svg) {
        let [first, second] = self.marks;
        if !first.is_empty() {
            svg.circle([LEFT + 4.0, 12.0], 4.0, "sb solid");
            svg.text([LEFT + 14.0, 16.0], Anchor::Start, "", first);
        }
        let at = LEFT + if first.is_empty() { 0.0 } else { 160.0 };
        svg.circle([at + 4.0, 12.0], 4.0, "fa");
        svg.text([at + 14.0, 16.0], Anchor::Start, "", second);
    }
}

fn draw(svg: &mut Svg, row: &Row, at: f64, x: &Scale) {
    svg.text([LEFT - 10.0, at + 4.0], Anchor::End, "", &shortened_path(&row.name, 30));
    if let Some([low, high]) = row.span
        && let (Some(from), Some(to)) = (x.place(low), x.place(high))
    {
        svg.line([from, at], [to, at], "sa pale");
    }
    let mut lost = Vec::new();
    for (number, filled) in [(row.start, false), (row.end, true)] {
        let Some(number) = number else { continue };
        match (x.place(number), filled) {
            (Some(place), false) => svg.circle([place, at], 4.0, "sb solid"),
            (Some(place), true) => svg.circle([place, at], 4.0, "fa"),
            // A zero on a scale of powers, or no number at all.
            (None, _) => lost.push(tidy(number)),
        }
    }
    let value = match (row.end, lost.is_empty()) {
        (Some(end), true) => tidy(end),
        _ => lost.join(" → "),
    };
    svg.text([RIGHT + 12.0, at + 4.0], Anchor::Start, "m", &value);
}

/// Evenly chosen ones, the first and the last among them.
pub fn sampled<T>(all: &[T], most: usize) -> Vec<&T> {
    match all.len() <= most {
        true => all.iter().collect(),
        false => (0..most).map(|place| &all[place * (all.len() - 1) / (most - 1)]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_rows_the_first_and_the_last_are_shown() {
        let all: Vec<usize> = (0..100).collect();
        let shown = sampled(&all, 4);
        assert_eq!(shown, [&0, &33, &66, &99]);
        assert_eq!(sampled(&all[..3], 4).len(), 3);
    }
}
