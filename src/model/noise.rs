//! Layers that are random in training.
//!
//! Their numbers are drawn on the host, so that they are the same on every device; Burn's own draw
//! from the device's stream.

use burn::tensor::{Tensor, TensorData};

use super::pass::Pass;
use super::value::{Value, map_float};
use crate::random::Random;

/// Zeroes elements with `probability` and scales the others by 1 / (1 − probability).
pub fn dropout(probability: f64, input: Value, pass: &mut Pass) -> Value {
    map_float!(input, x => drop_elements(probability, x, pass))
}

/// The same for a tensor of known rank.
pub fn drop_elements<const D: usize>(probability: f64, x: Tensor<D>, pass: &mut Pass) -> Tensor<D> {
    let keep = 1.0 / (1.0 - probability);
    let draw = |random: &mut Random| if random.uniform() < probability { 0.0 } else { keep };
    match pass.draw(x.shape().num_elements(), draw) {
        Some(mask) => {
            let mask = Tensor::from_data(TensorData::new(mask, x.dims()), &x.device());
            x * mask
        }
        None => x,
    }
}

/// Adds normal noise of mean 0 and this standard deviation to every element.
pub fn noise(std: f64, input: Value, pass: &mut Pass) -> Value {
    let count = input.shape().iter().product();
    match pass.draw(count, |random| std * random.normal()) {
        Some(noise) => map_float!(input, x => {
            let noise = Tensor::from_data(TensorData::new(noise, x.dims()), &x.device());
            x + noise
        }),
        None => input,
    }
}
