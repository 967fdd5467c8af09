//! `augment:` below `data`: how training examples are changed each time they are seen.

use super::super::options::OptionReader;
use super::super::vocabulary::{TermKind, find_kind};
use super::super::{Code, Diagnostic, Spanned};

/// Changes of training examples. Formulas stand in `data/augment.rs`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Augment {
    /// Left and right changed over, half of the time.
    pub flip_horizontal: bool,
    /// Top and bottom changed over, half of the time.
    pub flip_vertical: bool,
    /// Pixels of zeros around an image, out of which one of its own size is cut.
    pub crop: Option<Spanned<usize>>,
    /// By how many pixels an image is moved at most.
    pub shift: Option<Spanned<usize>>,
    /// Standard deviation of the noise on each number.
    pub noise: Option<f64>,
}

impl Augment {
    /// Whether pixels change their places.
    pub fn moves_pixels(&self) -> bool {
        self.flip_horizontal || self.flip_vertical || self.crop.is_some() || self.shift.is_some()
    }
}

/// Reads the section; nothing where there is none.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Augment>> {
    let span = options.key_span("augment")?;
    let body = options.given("augment");
    let term = find_kind(TermKind::Section, "augment");
    let mut options = OptionReader::open(options.reader, term, span, body);
    let flip = options.word("flip");
    let augment = Augment {
        flip_horizontal: matches!(flip, "horizontal" | "both"),
        flip_vertical: matches!(flip, "vertical" | "both"),
        crop: options.optional_count("crop"),
        shift: options.optional_count("shift"),
        noise: options.optional_number("noise").map(|noise| noise.value),
    };
    if augment == Augment::default() && !options.is_broken() {
        let message = "`augment` needs `flip`, `crop`, `shift` or `noise`";
        let error = Diagnostic::new(Code::MISSING_KEY, message, span, "changes nothing");
        options.reader.report(error.help("for example `augment: {flip: horizontal, crop: 2}`"));
    }
    Some(Spanned::new(augment, span))
}
