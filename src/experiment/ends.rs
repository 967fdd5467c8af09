//! Where outputs end after the tool has trained on a few examples: how far they reach, beside the numbers
//! that they are to be. Something that squashes them behind the last layer shows there, whatever the
//! model is written in.

use serde::Serialize;

use crate::data::Targets;
use crate::device::DeviceFailure;
use crate::inspection::{self, Seen};
use crate::model::to_f64;
use crate::objective::{self, Evaluated};
use crate::spec::LossSpec;
use crate::subject::Batch;

/// Pairs that are kept at most.
const PAIRS: usize = 512;

/// One output after a training on a few examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndEvidence {
    /// Which term of the loss reads it.
    pub term: usize,
    pub outputs: Seen,
    /// Targets and outputs that stand beside each other, number by number; empty where targets are one
    /// class of several.
    pub pairs: Vec<[f64; 2]>,
}

/// Looks at what a pass over a batch gave.
///
/// # Errors
///
/// When the device fails.
pub fn of(
    found: &Evaluated,
    loss: &LossSpec,
    batch: &Batch,
) -> Result<Vec<EndEvidence>, DeviceFailure> {
    let mut ends = Vec::new();
    for (index, term) in loss.terms.iter().enumerate() {
        let (Some(output), Some(targets)) = (found.output(term), batch.targets(&term.compared))
        else {
            continue;
        };
        // A row is what lies along the last axis.
        let width = output.shape().last().copied().unwrap_or(1);
        let numbers = objective::head(output.clone(), targets.len());
        let numbers = to_f64(numbers.try_into_data().map_err(DeviceFailure::from_error)?);
        let due = numbers_of(targets).filter(|due| due.len() == numbers.len());
        let pairs = due.unwrap_or_default().into_iter().zip(&numbers);
        ends.push(EndEvidence {
            term: index,
            pairs: pairs.map(|(due, given)| [due, *given]).take(PAIRS).collect(),
            outputs: inspection::seen(&numbers, targets.len(), width),
        });
    }
    Ok(ends)
}

/// Targets as numbers that an output of as many numbers is compared with.
fn numbers_of(targets: &Targets) -> Option<Vec<f64>> {
    match targets {
        Targets::Values(values) | Targets::Arrays { values, .. } => Some(values.clone()),
        Targets::Classes(labels) | Targets::Labels { labels, .. } => {
            Some(labels.iter().map(|label| *label as f64).collect())
        }
        Targets::Places { .. } => None,
    }
}
