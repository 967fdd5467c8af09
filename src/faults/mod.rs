//! Planted faults, by the place where they act: the model's layers, its initial weights, its outputs, its
//! loss and its gradients. Those of the data are in [`crate::data`], those of a training step in
//! [`crate::training`], and those of a layer's pass in [`crate::model`].
//!
//! Each does what a wrong program does, and nothing more. They know no experiment and no property.

mod gradients;
mod loss;
mod model;
mod outputs;
mod places;
mod weights;

pub use gradients::{scale as scale_gradients, scaled as scaled_gradients};
pub use loss::plant as plant_in_loss;
pub use model::plant as plant_in_model;
pub use outputs::{plant_in_inputs, plant_in_outputs};
pub use places::{errors, errors_of_output, errors_of_rust};
pub use weights::{errors as errors_of_weights, plant as plant_in_weights};
