//! The subject of the tests: model, data, loss and recipe, still on the host.

use crate::data::Dataset;
use crate::spec::{Diagnostics, Spec};

/// What a spec describes, checked as far as it can be without a device.
#[derive(Debug)]
pub struct Subject {
    pub spec: Spec,
    pub data: Dataset,
}

impl Subject {
    /// Loads the data, infers all shapes and checks that they line up.
    ///
    /// # Errors
    ///
    /// All errors of data and model at once.
    pub fn prepare(_spec: Spec) -> Result<Self, Diagnostics> {
        todo!()
    }
}
