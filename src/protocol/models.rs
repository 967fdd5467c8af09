//! What a test target says about the models that it registers.

use serde::{Deserialize, Serialize};

use super::VERSION;

/// The answer to [`MODELS_ARGUMENT`](super::MODELS_ARGUMENT).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// The protocol that the target speaks.
    pub protocol: u32,
    /// The release of nn-test that the target is built with.
    pub release: String,
    /// Names of the models, in the order of their registration.
    pub names: Vec<String>,
}

impl Models {
    /// Speaks for this build of nn-test.
    pub fn new(names: Vec<String>) -> Self {
        Self { protocol: VERSION, release: env!("CARGO_PKG_VERSION").to_owned(), names }
    }
}
