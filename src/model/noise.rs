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

/// A sample of the normal distributions whose means, and then logarithms of variances, are on the last
/// axis; without random numbers the means.
pub fn sampling(input: Value, pass: &mut Pass) -> Value {
    map_float!(input, x => sample(x, pass))
}

fn sample<const D: usize>(x: Tensor<D>, pass: &mut Pass) -> Tensor<D> {
    let (axis, size) = (D - 1, x.dims()[D - 1] / 2);
    let mean = x.clone().narrow(axis, 0, size);
    match pass.draw(mean.shape().num_elements(), Random::normal) {
        Some(noise) => {
            let deviation = x.narrow(axis, size, size).mul_scalar(0.5).exp();
            let noise = TensorData::new(noise, mean.dims());
            let noise = Tensor::from_data(noise, (&mean.device(), mean.dtype()));
            mean + deviation * noise
        }
        None => mean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices};
    use crate::model::to_f64;

    #[test]
    fn a_sample_has_its_mean_and_its_deviation_and_without_noise_the_mean() {
        let _alone = crate::device::alone();
        let place = Devices::open(DeviceChoice::Cpu).unwrap().reference;
        // Mean 3 and deviation 2 for each of many examples.
        let examples = 4000;
        let row = [3.0, 2.0 * std::f64::consts::LN_2];
        let input = || Value::float(&row.repeat(examples), &[examples, 2], &place);
        let drawn = |pass: &mut Pass| to_f64(sampling(input(), pass).into_float::<2>().into_data());
        assert_eq!(drawn(&mut Pass::plain()), vec![3.0; examples]);
        let sample = drawn(&mut Pass::with_dropout(Random::new(1, "test")));
        let mean = sample.iter().sum::<f64>() / examples as f64;
        let variance =
            sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / examples as f64;
        // Three standard errors: 2 / √4000, and 4 · √(2 / 4000).
        assert!((mean - 3.0).abs() < 0.1, "{mean}");
        assert!((variance - 4.0).abs() < 0.27, "{variance}");
    }
}
