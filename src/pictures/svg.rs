//! SVG as text: an image with a title and a description, whose colours a stylesheet gives.

use std::fmt::Write;

/// The colours of everything drawn, in light and in dark.
pub const STYLE: &str = "\
svg{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\
svg text{fill:#24292f}svg .m{fill:#57606a}svg .g{stroke:#d8dee4;fill:none}svg .x{stroke:#8c959f;fill:none}\
.sa,.sb,.sc,.sd,.se,.sf{fill:none;stroke-width:1.8}\
.sa{stroke:#0072b2}.sb{stroke:#d55e00}.sc{stroke:#009e73}.sd{stroke:#aa4499}.se{stroke:#997700}.sf{stroke:#3388bb}\
.fa{fill:#0072b2}.fb{fill:#d55e00}.fc{fill:#009e73}.fd{fill:#aa4499}.fe{fill:#997700}.ff{fill:#3388bb}\
.sb{stroke-dasharray:6 3}.sc{stroke-dasharray:2 3}.sd{stroke-dasharray:8 3 2 3}.se{stroke-dasharray:12 4}.sf{stroke-dasharray:4 4}\
.solid{stroke-dasharray:none}.pale{opacity:.35}.band{fill:#009e73;opacity:.12}.level{stroke:#57606a;stroke-dasharray:3 3;fill:none}\
.pixels{image-rendering:pixelated}svg .on-light{fill:#111}svg .on-dark{fill:#fff}\
@media(prefers-color-scheme:dark){svg text{fill:#e6edf3}svg .m{fill:#9da7b3}svg .g{stroke:#30363d}svg .x{stroke:#6e7681}\
.sa{stroke:#5ab4f0}.sb{stroke:#ff9557}.sc{stroke:#3ccfa5}.sd{stroke:#e59cc6}.se{stroke:#e6c04a}.sf{stroke:#9ad4f5}\
.fa{fill:#5ab4f0}.fb{fill:#ff9557}.fc{fill:#3ccfa5}.fd{fill:#e59cc6}.fe{fill:#e6c04a}.ff{fill:#9ad4f5}\
.band{fill:#3ccfa5;opacity:.16}.level{stroke:#9da7b3}}";

/// Which series of a chart: colours and lines go by it.
pub const SERIES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Where a text begins.
#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under way.
#[derive(Debug)]
pub struct Svg {
    pub width: f64,
    pub height: f64,
    title: String,
    description: String,
    body: String,
}

impl Svg {
    /// The title says what it shows, the description what is seen.
    pub fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let (title, description) = (title.to_owned(), description.to_owned());
        Self { width, height, title, description, body: String::new() }
    }

    pub fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, class, text) = (place(x), place(y), class_of(class), escaped(text));
        self.push(format_args!("<text x=\"{x}\" y=\"{y}\"{anchor}{class}>{text}</text>"));
    }

    /// A text that reads upwards.
    pub fn upright(&mut self, [x, y]: [f64; 2], text: &str) {
        let (x, y, text) = (place(x), place(y), escaped(text));
        self.push(format_args!(
            "<text transform=\"translate({x} {y}) rotate(-90)\" text-anchor=\"middle\" class=\"m\">{text}</text>"
        ));
    }

    /// A text that rises to the right.
    pub fn slanted(&mut self, [x, y]: [f64; 2], text: &str) {
        let (x, y, text) = (place(x), place(y), escaped(text));
        self.push(format_args!(
            "<text transform=\"translate({x} {y}) rotate(-60)\" class=\"m\">{text}</text>"
        ));
    }

    pub fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], class: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(place);
        let class = class_of(class);
        self.push(format_args!("<path d=\"M{x1} {y1}L{x2} {y2}\"{class}/>"));
    }

    pub fn rect(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], class: &str) {
        let [x, y, width, height] = [x, y, width, height].map(place);
        let class = class_of(class);
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{class}/>"
        ));
    }

    /// A rectangle of a colour that means a number.
    pub fn filled(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], color: [u8; 3]) {
        let [x, y, width, height] = [x, y, width, height].map(place);
        let [red, green, blue] = color;
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             fill=\"#{red:02x}{green:02x}{blue:02x}\"/>"
        ));
    }

    pub fn circle(&mut self, [x, y]: [f64; 2], radius: f64, class: &str) {
        let [x, y, radius] = [x, y, radius].map(place);
        let class = class_of(class);
        self.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{class}/>"));
    }

    /// A line through all points.
    pub fn path(&mut self, points: &[[f64; 2]], class: &str) {
        let mut path = String::new();
        for (index, [x, y]) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            write!(path, "{command}{} {}", place(*x), place(*y)).expect("text takes all");
        }
        let class = class_of(class);
        self.push(format_args!("<path d=\"{path}\"{class}/>"));
    }

    /// A picture whose pixels stay visible; `data` is a data URI.
    pub fn image(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], data: &str) {
        let [x, y, width, height] = [x, y, width, height].map(place);
        self.push(format_args!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"pixels\" \
             preserveAspectRatio=\"none\" href=\"{data}\"/>"
        ));
    }

    /// As it stands in a page that has the style.
    pub fn finish(self) -> String {
        self.with_style("")
    }

    /// As it stands alone.
    #[cfg(test)]
    pub fn alone(text: &str) -> String {
        let end = text.find('>').expect("an image has a beginning") + 1;
        let (head, rest) = text.split_at(end);
        let head = head.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
        format!("{head}\n<style>{STYLE}</style>{rest}\n")
    }

    fn with_style(self, style: &str) -> String {
        let Self { width, height, title, description, body } = self;
        let [width, height] = [width, height].map(place);
        let (title, description) = (escaped(&title), escaped(&description));
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-label=\"{title}\">{style}<title>{title}</title><desc>{description}</desc>\n{body}</svg>"
        )
    }

    fn push(&mut self, piece: std::fmt::Arguments<'_>) {
        self.body.write_fmt(piece).expect("text takes all");
        self.body.push('\n');
    }
}

/// A coordinate to a tenth of a pixel.
fn place(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn class_of(class: &str) -> String {
    if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") }
}

/// Text inside of an element or an attribute. What XML cannot hold is left out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(letter),
            _ if letter.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A text that is cut off in its middle to so many letters: beginnings and ends of paths tell most.
pub fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let (front, back) = ((most - 1) / 2, most - 1 - (most - 1) / 2);
    let text = letters[..front].iter().chain(&['…']).chain(&letters[letters.len() - back..]);
    text.collect()
}

/// A path of modules that is cut to so many letters part by part, so that each part still tells something:
/// `memory.input….hidde….weight`.
pub fn shortened_path(path: &str, most: usize) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let cut = |letters: usize| {
        let parts: Vec<String> = parts.iter().map(|part| beginning(part, letters)).collect();
        parts.join(".")
    };
    let longest = parts.iter().map(|part| part.chars().count()).max().unwrap_or(0);
    let fitting = (3..=longest).rev().map(cut).find(|text| text.chars().count() <= most);
    fitting.unwrap_or_else(|| shortened(path, most))
}

/// The first letters, and a mark where there are more.
fn beginning(text: &str, letters: usize) -> String {
    match text.chars().count() <= letters {
        true => text.to_owned(),
        false => text.chars().take(letters - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_places_are_short() {
        assert_eq!(escaped("a<b & \"c\"\u{7}"), "a&lt;b &amp; &quot;c&quot;\u{fffd}");
        assert_eq!([1.0, 1.26, -0.04].map(place), ["1", "1.3", "0"]);
        assert_eq!(shortened("encoder.block1.query.weight", 11), "encod…eight");
        assert_eq!(shortened("head", 11), "head");
        let path = "memory.input_gate.hidden_transform.weight";
        assert_eq!(shortened_path(path, 30), "memory.input_….hidden….weight");
        assert_eq!(shortened_path("head.weight", 30), "head.weight");
        assert_eq!(shortened_path("a_name_without_any_parts", 10), "a_name_wi…");
    }

    #[test]
    fn an_image_says_what_it_shows() {
        let mut svg = Svg::new(10.0, 20.0, "Loss <1>", "falls");
        svg.line([0.0, 0.0], [1.0, 1.5], "sa");
        let text = svg.finish();
        assert!(text.starts_with("<svg viewBox=\"0 0 10 20\""), "{text}");
        assert!(text.contains("<title>Loss &lt;1&gt;</title><desc>falls</desc>"), "{text}");
        assert!(text.contains("<path d=\"M0 0L1 1.5\" class=\"sa\"/>"), "{text}");
        assert!(Svg::alone(&text).contains("<style>"));
    }
}
