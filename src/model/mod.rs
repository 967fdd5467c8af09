//! Models: shapes inferred from a spec's layers ([`Plan`]), and the network that runs them
//! ([`Network`]).
//!
//! `plan` and `shape` know no device. Everything that names a Burn layer is in `build`, `layer`,
//! `attention`, `activation`, `deformable` and `resize`. [`Model`] is what is tested: such a network, or a Burn module of
//! the user's own.

mod activation;
mod attention;
mod block;
mod build;
mod comparison;
mod deformable;
mod erased;
mod half;
mod layer;
mod multiply_adds;
mod network;
mod noise;
mod parameters;
mod pass;
mod plan;
mod resize;
mod shape;
mod under_test;
mod value;
mod visit;
mod weights;
mod wires;

pub use erased::AnyModule;
pub use half::{HalfFormat, Losses, WayBack, rounded_weights};
pub use network::{NamedOutput, Network};
pub use pass::{Pass, Recorded};
pub use plan::{INPUT, Plan, PlannedInput, PlannedLayer, PlannedOutput};
pub use shape::Signal;
pub use under_test::Model;
pub use value::Value;
pub(crate) use value::{map_float, on_float};
pub use visit::{TensorVisitor, module_facts, slots, visit_tensors};
pub use weights::{
    NamedGradient, NamedTensor, Weights, belongs_to, fetch, named_gradients, to_f64,
};
