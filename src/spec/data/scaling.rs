//! How numbers are scaled.

use super::super::Spanned;
use super::super::options::OptionReader;

/// How numbers are scaled; statistics come from the training part alone. Encoded columns stay as
/// they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaling {
    None,
    /// (x − mean) / standard deviation.
    Standardize(Per),
    /// (x − median) / (third quartile − first quartile).
    Robust(Per),
    /// From `[low, high]` to `[0, 1]`, the same for all columns.
    MinMax {
        low: f64,
        high: f64,
    },
    /// x · factor.
    Multiply(f64),
}

/// Which numbers of an input share their statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// None: each has its own.
    Column,
    /// Those of a channel, the first axis of `[channels, height, width]`.
    Channel,
    /// Those of a feature, the last axis of `[length, features]`.
    Feature,
    /// All.
    All,
}

/// Reads `scale` or `scale_target`.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>, name: &str) -> Spanned<Scaling> {
    let Some(node) = options.given(name) else {
        return Spanned::new(Scaling::None, options.place());
    };
    let Some((term, choice)) = options.choice(name) else {
        return Spanned::new(Scaling::None, node.span);
    };
    let mut options = OptionReader::of_choice(options.reader, term, &choice);
    let scaling = match term.name {
        "none" => Scaling::None,
        "standardize" => Scaling::Standardize(per(&mut options)),
        "robust" => Scaling::Robust(per(&mut options)),
        "min_max" => {
            let (low, high) = options.range("range");
            Scaling::MinMax { low, high }
        }
        "multiply" => Scaling::Multiply(options.number("factor")),
        other => unreachable!("a test reads every scaling of the vocabulary, `{other}` too"),
    };
    Spanned::new(scaling, node.span)
}

fn per(options: &mut OptionReader<'_, '_, '_>) -> Per {
    match options.word("per") {
        "channel" => Per::Channel,
        "feature" => Per::Feature,
        "all" => Per::All,
        _ => Per::Column,
    }
}
