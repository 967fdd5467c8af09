//! Training: the recipe's optimizer and schedule, its batches, and one step after the other.

mod batches;
mod optimizer;
mod schedule;
mod trainer;
mod updates;

#[cfg(test)]
mod tests;

pub use batches::Batches;
pub use trainer::{Trainer, UpdateProbe};
pub use updates::Updates;
