//! Models: shapes inferred from a spec's layers ([`Plan`]), and the network that runs them
//! ([`Network`]).
//!
//! `plan` and `shape` know no device. Everything that names a Burn layer is in `build`, `layer` and
//! `activation`.

mod activation;
mod build;
mod layer;
mod network;
mod parameters;
mod pass;
mod plan;
mod shape;
mod value;
mod visit;
mod weights;

pub use network::Network;
pub use pass::{Pass, Recorded};
pub use plan::{Plan, PlannedLayer};
pub use shape::Signal;
pub use value::Value;
pub(crate) use value::on_float;
pub use visit::{TensorVisitor, visit_tensors};
pub use weights::{NamedGradient, Weights, fetch, named_gradients, to_f64};
