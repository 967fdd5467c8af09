//! Small pictures beside each other, each with a line or two of text.

use super::bitmap::Bitmap;
use super::svg::{Anchor, SERIES, Svg, shortened};

/// One of them.
#[derive(Debug, Clone)]
pub struct Cell {
    pub content: Content,
    pub captions: Vec<String>,
}

/// What it shows.
#[derive(Debug, Clone)]
pub enum Content {
    Pixels(Bitmap),
    /// Lines over one axis, with the lowest and the highest number on paper.
    Lines(Vec<Vec<f64>>, [f64; 2]),
    Words(Vec<String>),
}

const WIDTH: f64 = 680.0;
const GAP: f64 = 12.0;
const LINE: f64 = 14.0;

/// All cells, row by row, under a line of text where `heading` has some. `side` is the width of a picture; flat pictures are as high as they need.
pub fn sheet(title: &str, description: &str, heading: &str, side: f64, cells: &[Cell]) -> String {
    let per_row = (((WIDTH + GAP) / (side + GAP)) as usize).max(1);
    let height = cells.iter().map(|cell| height(&cell.content, side)).fold(0.0, f64::max);
    let lines = cells.iter().map(|cell| cell.captions.len()).max().unwrap_or(0) as f64;
    let row = height + LINE * lines + GAP;
    let rows = cells.len().div_ceil(per_row) as f64;
    let head = if heading.is_empty() { 0.0 } else { 20.0 };
    let mut svg = Svg::new(WIDTH, (head + row * rows).max(1.0), title, description);
    if !heading.is_empty() {
        svg.text([0.0, 13.0], Anchor::Start, "m", heading);
    }
    for (index, cell) in cells.iter().enumerate() {
        let left = (side + GAP) * (index % per_row) as f64;
        let top = head + row * (index / per_row) as f64;
        draw(&mut svg, &cell.content, [left, top], [side, height]);
        for (line, caption) in cell.captions.iter().enumerate() {
            let at = top + height + LINE * (line + 1) as f64 - 2.0;
            let class = if line == 0 { "" } else { "m" };
            let most = (side / 6.6) as usize;
            svg.text([left, at], Anchor::Start, class, &shortened(caption, most.max(4)));
        }
    }
    svg.finish()
}

fn height(content: &Content, side: f64) -> f64 {
    match content {
        Content::Pixels(bitmap) => {
            let flat = bitmap.height as f64 / bitmap.width.max(1) as f64;
            side * flat.clamp(0.12, 1.0)
        }
        Content::Lines(..) => side * 0.7,
        Content::Words(words) => LINE * words.len() as f64 + 4.0,
    }
}

fn draw(svg: &mut Svg, content: &Content, [left, top]: [f64; 2], [side, height]: [f64; 2]) {
    match content {
        Content::Pixels(bitmap) => {
            let (wide, high) = (bitmap.width.max(1) as f64, bitmap.height.max(1) as f64);
            let size = match high <= wide {
                true => [side, self::height(content, side)],
                false => [side * wide / high, side],
            };
            svg.image([left, top], size, &bitmap.data());
        }
        Content::Lines(lines, [low, high]) => {
            svg.rect([left, top], [side, height], "g");
            let zero = height * (high / (high - low).max(f64::MIN_POSITIVE));
            if (0.0..=height).contains(&zero) {
                svg.line([left, top + zero], [left + side, top + zero], "g");
            }
            for (line, letter) in lines.iter().zip(SERIES) {
                let step = side / (line.len().max(2) - 1) as f64;
                let point = |(place, number): (usize, &f64)| {
                    let share = super::bitmap::share(*number, [*low, *high]);
                    [left + step * place as f64, top + height * (1.0 - share.clamp(0.0, 1.0))]
                };
                let finite = line.iter().enumerate().filter(|(_, number)| number.is_finite());
                svg.path(&finite.map(point).collect::<Vec<_>>(), &format!("s{letter}"));
            }
        }
        Content::Words(words) => {
            for (line, word) in words.iter().enumerate() {
                let at = top + LINE * (line + 1) as f64;
                svg.text([left, at], Anchor::Start, "", word);
            }
        }
    }
}
