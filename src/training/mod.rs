//! Training: the recipe's optimizer and schedule, its batches, and one step after the other.

mod batches;
mod faults;
mod groups;
mod optimizer;
mod patience;
mod schedule;
mod trainer;
mod updates;

#[cfg(test)]
mod tests;

pub use batches::Batches;
pub use groups::{errors as group_errors, freeze, unknown_layers};
pub use patience::Patience;
pub use trainer::{Trainer, UpdateProbe};
pub use updates::Updates;
