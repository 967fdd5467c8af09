//! Whether augmented examples are of the scale of those that they are made of: at the input, and behind
//! the first layer with weights.

use serde::Serialize;

use super::super::measure::moments;
use super::{Array, Stage};
use crate::device::DeviceFailure;
use crate::subject::Batch;

/// Examples that are looked at, each once as it is and once augmented.
const EXAMPLES: usize = 64;

/// The numbers at a place with and without augmentation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AugmentedScale {
    /// `input`, or a layer's path.
    pub place: String,
    pub examples: usize,
    pub mean: f64,
    pub deviation: f64,
    pub augmented_mean: f64,
    pub augmented_deviation: f64,
}

/// Empty where the recipe augments nothing.
pub(super) fn run(stage: &Stage<'_>) -> Result<Vec<AugmentedScale>, DeviceFailure> {
    let Some(mut augmenter) = stage.subject.augmenter() else { return Ok(Vec::new()) };
    let batch = stage.subject.sample(EXAMPLES);
    let mut augmented = batch.clone();
    augmented.augment(&mut augmenter);
    let numbers = |batch: &Batch| batch.numeric().map_or_else(Vec::new, <[f64]>::to_vec);
    let mut found = vec![scale("input", batch.size(), &numbers(&batch), &numbers(&augmented))];
    let first = stage.subject.declared().and_then(|plan| {
        let layers = plan.flat().into_iter();
        let mut own = layers.filter(|layer| layer.inner.is_empty() && layer.parameters > 0);
        own.next().map(|layer| layer.path.clone())
    });
    if let Some(path) = first {
        let at = |layers: Vec<Array>| layers.into_iter().find(|layer| layer.name == path);
        let plain = at(stage.seen(&batch, None)?.layers);
        let other = at(stage.seen(&augmented, None)?.layers);
        if let Some((plain, other)) = plain.zip(other) {
            found.push(scale(&path, batch.size(), &plain.numbers, &other.numbers));
        }
    }
    Ok(found)
}

fn scale(place: &str, examples: usize, plain: &[f64], augmented: &[f64]) -> AugmentedScale {
    let ((mean, deviation), (augmented_mean, augmented_deviation)) =
        (moments(plain), moments(augmented));
    let place = place.to_owned();
    AugmentedScale { place, examples, mean, deviation, augmented_mean, augmented_deviation }
}
