//! Training: the recipe's optimizer, its batches, and one step after the other.

mod batches;
mod optimizer;
mod trainer;

pub use batches::Batches;
pub use optimizer::{adam, optimizer};
pub use trainer::{Trainer, UpdateProbe};
