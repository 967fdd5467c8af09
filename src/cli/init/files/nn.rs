//! The models of this package as test cases: of `cargo nn-test`, of `cargo test` and of
//! `cargo nextest run`.
//!
//! A spec uses a model by the name that it is registered under at the end of this file:
//! `model: {rust: classifier}` in `specs/classifier.yaml`.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

/// Stands here until your own model does: `use your_crate::YourModel;` and register that.
#[derive(Module, Debug)]
struct Classifier {
    hidden: Linear,
    head: Linear,
}

impl Classifier {
    fn new(device: &Device) -> Self {
        Self {
            hidden: LinearConfig::new(4, 16).init(device),
            head: LinearConfig::new(16, 3).init(device),
        }
    }

    /// From 4 numbers per example to one logit for each of 3 classes.
    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.head.forward(relu(self.hidden.forward(input)))
    }
}

nn_test::main! {
    // The name, how the model is made, and its forward function.
    "classifier" => nn_test::model(Classifier::new, Classifier::forward),
}
