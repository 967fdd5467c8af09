//! Layers that are random in training.
//!
//! Their numbers are drawn on the host, so that they are the same on every device; Burn's own draw
//! from the device's stream.

use burn::tensor::{Tensor, TensorData};

use super::pass::Pass;
use super::value::{Value, map_float};

/// Zeroes elements with `probability` and scales the others by 1 / (1 − probability).
pub fn dropout(probability: f64, input: Value, pass: &mut Pass) -> Value {
    let count = input.shape().iter().product();
    let keep = 1.0 / (1.0 - probability);
    let mask = pass.draw(count, |random| if random.uniform() < probability { 0.0 } else { keep });
    match mask {
        Some(mask) => map_float!(input, x => {
            let mask = Tensor::from_data(TensorData::new(mask, x.dims()), &x.device());
            x * mask
        }),
        None => input,
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
