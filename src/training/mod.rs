//! Training: the recipe's optimizer and schedule, its batches, and one step after the other.

mod batches;
mod clipping;
mod faults;
pub mod formulas;
mod groups;
mod optimizer;
mod patience;
mod schedule;
mod trainer;
mod updates;

#[cfg(test)]
mod tests;

pub use batches::Batches;
pub use clipping::{Clipper, Sizes};
pub use groups::{errors as group_errors, freeze, group_of, unknown_layers};
pub use patience::Patience;
pub use schedule::{first_rates, planned_rates};
pub use trainer::{PartGradients, Trainer, UpdateProbe};
pub use updates::Updates;
