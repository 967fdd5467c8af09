//! Tables of coloured cells: confusions, rows of a table, weights of units.

use super::bitmap::{Bitmap, Palette, share};
use super::number::{count, tidy};
use super::svg::{Anchor, Svg, shortened};

const WIDTH: f64 = 680.0;

/// How often which class was given for which: rows are due, columns given. Colours are shares of a row.
pub fn confusion(
    title: &str,
    description: &str,
    names: &[String],
    counts: &[Vec<usize>],
) -> String {
    const LEFT: f64 = 150.0;
    /// Classes whose cells have room for a number.
    const MOST: usize = 20;
    let classes = names.len().max(1);
    let side = ((WIDTH - LEFT - 10.0) / classes as f64).min(44.0);
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    // Names that are wider than their column rise above it.
    let rises = longest as f64 * 7.0 > side && classes <= MOST;
    let top = if rises { 34.0 + 6.0 * longest.min(20) as f64 } else { 40.0 };
    let height = top + side * classes as f64 + 12.0;
    let mut svg = Svg::new(WIDTH, height, title, description);
    svg.text([LEFT, 14.0], Anchor::Start, "m", "columns: what the model answers");
    svg.text([0.0, 14.0], Anchor::Start, "m", "rows: what is due");
    for (row, due) in counts.iter().enumerate() {
        let all = due.iter().sum::<usize>().max(1) as f64;
        let y = top + side * row as f64;
        if classes <= MOST {
            let text = shortened(&names[row], 20);
            svg.text([LEFT - 8.0, y + side / 2.0 + 4.0], Anchor::End, "", &text);
            let x = LEFT + side * (row as f64 + 0.5);
            match rises {
                true => svg.slanted([x + 2.0, top - 5.0], &text),
                false => svg.text([x, top - 6.0], Anchor::Middle, "m", &text),
            }
        }
        for (column, given) in due.iter().enumerate() {
            let x = LEFT + side * column as f64;
            let part = *given as f64 / all;
            svg.filled([x + 0.5, y + 0.5], [side - 1.0, side - 1.0], Palette::Heat.color(part));
            if classes <= MOST && *given > 0 {
                // Text on a cell of its own colour needs the other end of the palette.
                let class = if part > 0.55 { "on-light" } else { "on-dark" };
                let at = [x + side / 2.0, y + side / 2.0 + 4.0];
                svg.text(at, Anchor::Middle, class, &count(*given));
            }
        }
    }
    svg.finish()
}

/// Numbers in rows under columns, coloured about 0.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub title: String,
    pub description: String,
    /// Names of rows; of columns there are names or none.
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub numbers: Vec<Vec<f64>>,
    /// A line of text above; empty for none.
    pub heading: String,
    /// What the colours span, where it is shared with another table.
    pub range: Option<[f64; 2]>,
}

impl Table {
    pub fn svg(&self) -> String {
        const LEFT: f64 = 170.0;
        const ROW: f64 = 18.0;
        let columns = self.numbers.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let longest = self.columns.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        // The last names rise over the right edge of the cells: half as far as they are long.
        let over = if self.columns.is_empty() { 0.0 } else { 3.2 * longest.min(22) as f64 };
        let side = ((WIDTH - LEFT - over) / columns as f64).min(44.0);
        let above = if self.heading.is_empty() { 0.0 } else { 20.0 };
        let named = if self.columns.is_empty() { 0.0 } else { 6.0 * longest.min(22) as f64 + 10.0 };
        let head = above + named;
        let below = head + ROW * self.numbers.len() as f64;
        let mut svg = Svg::new(WIDTH, below + 40.0, &self.title, &self.description);
        if !self.heading.is_empty() {
            svg.text([0.0, 13.0], Anchor::Start, "m", &self.heading);
        }
        if side >= 9.0 {
            for (column, name) in self.columns.iter().enumerate() {
                let x = LEFT + side * (column as f64 + 0.5) + 4.0;
                svg.slanted([x, head - 6.0], &shortened(name, 22));
            }
        }
        let own = || Palette::Signed.range(self.numbers.iter().flatten());
        let range = self.range.unwrap_or_else(own);
        for (row, (name, numbers)) in self.rows.iter().zip(&self.numbers).enumerate() {
            let y = head + ROW * row as f64;
            svg.text([LEFT - 8.0, y + 13.0], Anchor::End, "", &shortened(name, 24));
            let bitmap = Bitmap::of(numbers, numbers.len(), Palette::Signed, range);
            let width = side * numbers.len() as f64;
            svg.image([LEFT, y + 1.0], [width, ROW - 2.0], &bitmap.data());
        }
        key(&mut svg, [LEFT, below + 12.0], Palette::Signed, range);
        svg.finish()
    }
}

/// What colours stand for.
pub fn key(svg: &mut Svg, [left, top]: [f64; 2], palette: Palette, range: [f64; 2]) {
    const WIDTH: f64 = 120.0;
    let numbers: Vec<f64> =
        (0..60).map(|place| range[0] + (range[1] - range[0]) * f64::from(place) / 59.0).collect();
    let bitmap = Bitmap::of(&numbers, numbers.len(), palette, range);
    let text = |svg: &mut Svg, at: f64, anchor, number: f64| {
        svg.text([left + at, top + 10.0], anchor, "m", &tidy(number));
    };
    text(svg, 52.0, Anchor::End, range[0]);
    svg.image([left + 58.0, top], [WIDTH, 12.0], &bitmap.data());
    text(svg, WIDTH + 64.0, Anchor::Start, range[1]);
    if palette == Palette::Signed && share(0.0, range) == 0.5 {
        svg.text([left + WIDTH + 130.0, top + 10.0], Anchor::Start, "m", "white is 0");
    }
}

/// A key of its own.
pub fn key_alone(title: &str, palette: Palette, range: [f64; 2]) -> String {
    let description = format!("From {} to {}.", tidy(range[0]), tidy(range[1]));
    let mut svg = Svg::new(WIDTH, 18.0, title, &description);
    key(&mut svg, [0.0, 2.0], palette, range);
    svg.finish()
}
