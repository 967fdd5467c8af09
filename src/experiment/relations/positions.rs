//! Which places of a sequence of tokens any output depends on.

use super::causality::change;
use super::evidence::PositionsEvidence;
use super::{Stage, place_along, spread};
use crate::data::InputKind;
use crate::device::DeviceFailure;
use crate::subject::Batch;

/// How many places are tried at most.
const PLACES: usize = 32;

/// Puts another token at one place after the other. `None` where inputs are no tokens.
pub(super) fn run(
    stage: &Stage<'_>,
    batch: &Batch,
) -> Result<Option<PositionsEvidence>, DeviceFailure> {
    let examples = match &batch.examples {
        Some(examples) if matches!(examples.kind, InputKind::Tokens { .. }) => examples,
        _ => return Ok(None),
    };
    let plain = stage.outputs(batch)?;
    let length = examples.shape[1];
    let tried = spread(0, length.saturating_sub(1), PLACES);
    let mut unused = Vec::new();
    for &place in &tried {
        let mut changed = batch.clone();
        let numbers = changed.examples.as_mut().expect("it has examples");
        change(numbers, examples, |index| place_along(&examples.shape, 1, index) == place);
        let other = stage.outputs(&changed)?;
        if plain.largest_difference(&other, |_, _| true).is_none() {
            unused.push(place);
        }
    }
    Ok(Some(PositionsEvidence { tried, length, unused }))
}
