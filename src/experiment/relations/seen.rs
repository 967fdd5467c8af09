//! Passes whose insides are looked at, to name the layer at which two of them part.

use burn::tensor::Transaction;

use super::{Array, Outputs, Stage};
use crate::device::DeviceFailure;
use crate::model::{Recorded, fetch};
use crate::objective;
use crate::subject::Batch;

/// What a pass gave and what was recorded on the way, in order.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub outputs: Outputs,
    pub layers: Vec<Array>,
}

impl Stage<'_> {
    /// A recorded pass. Masks of padding read `masks` where it is given.
    pub(super) fn seen(&self, batch: &Batch, masks: Option<&Batch>) -> Result<Seen, DeviceFailure> {
        let mut pass = self.subject.pass_in_use().recorded();
        if let Some(masks) = masks {
            pass = pass.masked_by(masks.inputs(self.place));
        }
        let outputs = self.outputs_of(batch, &mut pass)?;
        Ok(Seen { outputs, layers: arrays(pass.into_recorded())? })
    }

    /// The loss of a batch, of which masks read another one.
    pub(super) fn loss(&self, batch: &Batch, masks: &Batch) -> Result<f64, DeviceFailure> {
        let Self { subject, place, model } = *self;
        let mut pass = subject.pass_in_use().masked_by(masks.inputs(place));
        let (loss, inputs) = (&subject.spec.loss, batch.inputs(place));
        let evaluated = objective::evaluate(subject, loss, model, batch, inputs, place, &mut pass);
        super::scalar(evaluated.loss)
    }
}

fn arrays(recorded: Vec<Recorded>) -> Result<Vec<Array>, DeviceFailure> {
    let mut transaction = Transaction::default();
    let mut known = Vec::new();
    for Recorded { path, shape, numbers } in recorded {
        transaction = transaction.register(numbers);
        known.push((path, shape));
    }
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let arrays = fetch(transaction)?.into_iter().zip(known);
    Ok(arrays.map(|(numbers, (name, shape))| Array { name, shape, numbers }).collect())
}
