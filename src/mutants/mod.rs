//! Mutants: a spec with one fault planted each, to see whether the spec's expectations catch it.
//!
//! Pure: which mutants there are, what each is called, which of them change nothing by theory, how a
//! run of them ends, and what is written about it. They are run by the supervisor and its workers, as
//! specs are.

mod equivalence;
mod name;
mod operators;
mod report;
mod shard;
mod tensors;
mod touched;

pub use equivalence::equivalence;
pub use name::title;
pub use operators::faults;
pub use report::{Catch, Fate, Outcome, Report, advice};
pub use shard::Shard;
pub use tensors::faults_of_tensors;
pub use touched::{BadDiff, Touched};
