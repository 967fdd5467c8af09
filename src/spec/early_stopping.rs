//! `training: {early_stopping: …}`: when a recipe ends before its length.

use super::Spanned;
use super::options::OptionReader;
use super::vocabulary::{TermKind, find_kind};

/// Ends the training when a loss no longer falls.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyStopping {
    pub metric: Spanned<StoppingMetric>,
    /// Epochs in a row without a better loss, after which the training ends.
    pub patience: usize,
    /// How much lower a better loss is.
    pub threshold: f64,
}

/// The loss that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoppingMetric {
    /// The mean of the epoch's batches, as they were trained on.
    Training,
    /// The mean over the validation part after the epoch.
    Validation,
}

impl StoppingMetric {
    /// Its name in the language.
    pub fn term(self) -> &'static str {
        match self {
            Self::Training => "training_loss",
            Self::Validation => "validation_loss",
        }
    }
}

/// Reads `early_stopping` of `training`.
pub(super) fn read(training: &mut OptionReader<'_, '_, '_>) -> Option<EarlyStopping> {
    let node = training.given("early_stopping")?;
    let span = training.key_span("early_stopping").unwrap_or(node.span);
    let term = find_kind(TermKind::Section, "early_stopping");
    let options = &mut OptionReader::open(training.reader, term, span, Some(node));
    let place = options.given("metric").map_or(span, |node| node.span);
    let metric = match options.word("metric") {
        "validation_loss" => StoppingMetric::Validation,
        _ => StoppingMetric::Training,
    };
    Some(EarlyStopping {
        metric: Spanned::new(metric, place),
        patience: options.count("patience"),
        threshold: options.number("threshold"),
    })
}
