//! Signals and images in another size.

/// Values between those that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpolation {
    pub size: InterpolatedSize,
    pub mode: InterpolationMode,
    /// Whether the outermost places stay where they are; else they are the middles of equal cells.
    pub align_corners: bool,
}

/// How large an interpolation makes the axes behind the channels: 1 or 2 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterpolatedSize {
    Of(Vec<usize>),
    /// So many times the input's sizes.
    Times(Vec<usize>),
}

/// Burn's `InterpolateMode`, without `NearestExact`, which it has on GPUs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterpolationMode {
    Nearest,
    Linear,
    Cubic,
    Lanczos,
}

impl Interpolation {
    pub(super) fn term(&self) -> &'static str {
        super::by_axes(["interpolate1d", "interpolate2d"], self.axes())
    }

    /// Axes behind the channels.
    pub fn axes(&self) -> usize {
        match &self.size {
            InterpolatedSize::Of(sizes) | InterpolatedSize::Times(sizes) => sizes.len(),
        }
    }
}

impl InterpolationMode {
    /// By their words in the language.
    pub const WORDS: &[&str] = &["nearest", "linear", "cubic", "lanczos"];

    /// The mode of a word; `nearest` for one that is none.
    pub fn of(word: &str) -> Self {
        match word {
            "linear" => Self::Linear,
            "cubic" => Self::Cubic,
            "lanczos" => Self::Lanczos,
            _ => Self::Nearest,
        }
    }
}
