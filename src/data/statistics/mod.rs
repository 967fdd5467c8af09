//! What can be said about data without a model: its columns, its classes, and the losses that the
//! simplest of all models reach.
//!
//! Three losses frame every training run. *Guessing* ([`guessing_loss`]) is what outputs of zero
//! cost: a freshly initialized model is near it. The best *constant* output ([`constant_loss`]) is
//! what a model reaches that ignores its inputs. The *floor* ([`loss_floor`]) is what no model gets
//! below, however large. All are means over the given examples as Burn 0.22 computes its losses,
//! without regularization; pure functions of numbers on the host.

mod answers;
mod classes;
mod columns;
mod groups;
mod losses;
mod objective;
mod poisson;

pub use answers::{counted, divisor, reduction_factor};
pub use classes::{balanced_weights, class_counts, class_priors};
pub use columns::{ColumnStatistics, column_statistics, quantile};
pub use groups::{RightAnswers, open_answers, right_answers};
pub use losses::{constant_loss, guessing_loss, left_out, loss_floor};
pub use poisson::mean_log_factorial;
