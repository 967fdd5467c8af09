//! Half precision, played with wider numbers: the nearest number of a format, and passes that round
//! every number that layers hand on, forwards and backwards.
//!
//! Burn's graph has no place for what happens to a gradient on its way. So the pass is cut at every
//! output: what goes on is the rounded number as a leaf of a graph of its own, and the way back goes
//! from cut to cut. It knows no experiment and no loss.

use burn::optim::GradientsParams;
use burn::tensor::{DType, Gradients, Tensor, TensorData};

use super::Value;
use super::under_test::Model;
use super::value::{map_float, on_float};
use super::weights::{NamedGradient, Weights, named_gradients, to_f64};
use crate::device::DeviceFailure;

/// A format of 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HalfFormat {
    /// IEEE 754 binary16: eleven digits, up to 65504.
    F16,
    /// The upper half of a binary32: eight digits, with its range.
    Bf16,
}

impl HalfFormat {
    pub const fn term(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        }
    }

    /// Binary digits of a number, the first one included.
    const fn digits(self) -> i32 {
        match self {
            Self::F16 => 11,
            Self::Bf16 => 8,
        }
    }

    /// The exponent of the smallest number that has all its digits.
    const fn least_exponent(self) -> i32 {
        match self {
            Self::F16 => -14,
            Self::Bf16 => -126,
        }
    }

    /// The largest number.
    pub const fn largest(self) -> f64 {
        match self {
            Self::F16 => 65504.0,
            // (2 − 2⁻⁷) · 2¹²⁷
            Self::Bf16 => 3.389_531_389_251_535_5e38,
        }
    }

    /// The smallest number above 0. What is below half of it becomes 0.
    pub fn smallest(self) -> f64 {
        power_of_two(self.least_exponent() - self.digits() + 1)
    }

    /// The distance from 1 to the next larger number.
    pub fn epsilon(self) -> f64 {
        power_of_two(1 - self.digits())
    }

    /// The nearest number of the format; of two, the one whose last digit is 0. What is too large
    /// becomes infinite.
    pub fn nearest(self, number: f64) -> f64 {
        if !number.is_finite() || number == 0.0 {
            return number;
        }
        // Of numbers too small for f64 to have all digits, the exponent is below any format's.
        let exponent = (number.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let step = power_of_two(exponent.max(self.least_exponent()) - self.digits() + 1);
        let nearest = (number / step).round_ties_even() * step;
        match nearest.abs() > self.largest() {
            true => f64::INFINITY.copysign(number),
            false => nearest,
        }
    }
}

/// 2ⁿ, exactly, for exponents of normal numbers.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// Where a pass was cut: what was computed, and the rounded leaf that went on.
#[derive(Debug)]
struct Cut {
    computed: Value,
    rounded: Value,
}

/// The cuts of a pass, in the order in which they were made.
#[derive(Debug)]
pub struct Cuts {
    format: HalfFormat,
    cuts: Vec<Cut>,
}

impl Cuts {
    pub fn new(format: HalfFormat) -> Self {
        Self { format, cuts: Vec::new() }
    }

    /// The rounded numbers; whole numbers pass as they are.
    ///
    /// # Panics
    ///
    /// When the device cannot hand the numbers over.
    pub fn cut(&mut self, computed: Value) -> Value {
        let format = self.format;
        let is_float = on_float!(&computed, _tensor => true, ints _tokens => false);
        if !is_float {
            return computed;
        }
        // A pass walks back from here also where nothing before has a gradient.
        let computed = map_float!(computed, tensor => tracked(tensor));
        let rounded = map_float!(computed.clone(), tensor => rounded(tensor, format));
        self.cuts.push(Cut { computed, rounded: rounded.clone() });
        rounded
    }

    /// The way back from a loss that was computed from the rounded numbers. The gradient of every cut and
    /// every tensor, times `scale`, is rounded; what comes out is divided by it again.
    ///
    /// # Errors
    ///
    /// When the device cannot hand the numbers over.
    pub fn backward(
        self,
        loss: Tensor<1>,
        model: &Model,
        scale: f64,
    ) -> Result<WayBack, DeviceFailure> {
        let Self { format, mut cuts } = self;
        let mut back = WayBack::default();
        let mut sums: Vec<Option<Vec<f64>>> = cuts.iter().map(|_| None).collect();
        let tape = loss.mul_scalar(scale).backward();
        back.gather(tape, model, &cuts, &mut sums)?;
        while let (Some(cut), Some(sum)) = (cuts.pop(), sums.pop()) {
            let Some(mut gradient) = sum else { continue };
            let squares: f64 = gradient.iter().map(|number| (number / scale).powi(2)).sum();
            back.largest_norm = back.largest_norm.max(squares.sqrt());
            back.losses.round(format, &mut gradient);
            let passed = on_float!(cut.computed, tensor => passed_on(tensor, gradient),
                ints _tokens => unreachable!("only floats are cut"));
            back.gather(passed.backward(), model, &cuts, &mut sums)?;
        }
        for gradient in &mut back.gradients {
            let Some(values) = &mut gradient.values else { continue };
            back.losses.round(format, values);
            values.iter_mut().for_each(|value| *value /= scale);
        }
        Ok(back)
    }
}

/// What came of a way back.
#[derive(Debug, Default)]
pub struct WayBack {
    /// Of trainable tensors, in the model's order.
    pub gradients: Vec<NamedGradient>,
    pub losses: Losses,
    /// The largest norm of the gradient of a cut.
    pub largest_norm: f64,
}

impl WayBack {
    /// Adds what a piece of the way back gave to tensors and to the cuts before it.
    fn gather(
        &mut self,
        mut tape: Gradients,
        model: &Model,
        cuts: &[Cut],
        sums: &mut [Option<Vec<f64>>],
    ) -> Result<(), DeviceFailure> {
        for (cut, sum) in cuts.iter().zip(sums) {
            let gradient = on_float!(&cut.rounded, tensor => match tensor.grad(&tape) {
                Some(gradient) => {
                    Some(to_f64(gradient.try_into_data().map_err(DeviceFailure::from_error)?))
                }
                None => None,
            }, ints _tokens => None);
            add(sum, gradient);
        }
        let gradients = GradientsParams::from_module(&mut tape, model);
        let gradients = named_gradients(model, &gradients)?;
        if self.gradients.is_empty() {
            self.gradients = gradients;
            return Ok(());
        }
        for (sum, gradient) in self.gradients.iter_mut().zip(gradients) {
            add(&mut sum.values, gradient.values);
        }
        Ok(())
    }
}

fn add(sum: &mut Option<Vec<f64>>, more: Option<Vec<f64>>) {
    match (sum.as_mut(), more) {
        (Some(sum), Some(more)) => sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more),
        (None, more) => *sum = more,
        (Some(_), None) => {}
    }
}

/// What rounding did to the gradients on their way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Losses {
    /// Numbers that were not 0.
    pub numbers: usize,
    /// Of these, how many became 0, and how many infinite.
    pub vanished: usize,
    pub overflowed: usize,
    /// The largest number, before it was rounded.
    pub largest: f64,
}

impl Losses {
    /// Counts numbers that a device has rounded itself: what vanished is not to be told from what was 0.
    pub fn count(&mut self, numbers: &[f64]) {
        for number in numbers.iter().filter(|number| **number != 0.0) {
            self.numbers += 1;
            self.overflowed += usize::from(!number.is_finite());
            self.largest = self.largest.max(number.abs());
        }
    }

    fn round(&mut self, format: HalfFormat, numbers: &mut [f64]) {
        for number in numbers.iter_mut().filter(|number| **number != 0.0) {
            let nearest = format.nearest(*number);
            self.numbers += 1;
            self.vanished += usize::from(nearest == 0.0);
            self.overflowed += usize::from(!nearest.is_finite());
            self.largest = self.largest.max(number.abs());
            *number = nearest;
        }
    }
}

/// The weights as a format holds them.
pub fn rounded_weights(weights: &Weights, format: HalfFormat) -> Weights {
    let mut weights = weights.clone();
    for number in weights.tensors.iter_mut().flat_map(|tensor| &mut tensor.values) {
        *number = format.nearest(*number);
    }
    weights
}

/// The same numbers, behind a leaf.
fn tracked<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    let options = (&tensor.device(), tensor.dtype());
    tensor + Tensor::zeros([1; D], options).require_grad()
}

fn rounded<const D: usize>(tensor: Tensor<D>, format: HalfFormat) -> Tensor<D> {
    let (device, dtype, shape) = (tensor.device(), tensor.dtype(), tensor.dims());
    let data =
        tensor.detach().try_into_data().expect("the reference device hands its numbers over");
    let numbers: Vec<f64> = to_f64(data).into_iter().map(|it| format.nearest(it)).collect();
    from_numbers(numbers, shape, &device, dtype).require_grad()
}

/// A number whose gradient at `tensor` is this one.
fn passed_on<const D: usize>(tensor: Tensor<D>, gradient: Vec<f64>) -> Tensor<1> {
    let (device, dtype, shape) = (tensor.device(), tensor.dtype(), tensor.dims());
    (tensor * from_numbers(gradient, shape, &device, dtype)).sum()
}

fn from_numbers<const D: usize>(
    numbers: Vec<f64>,
    shape: [usize; D],
    device: &burn::tensor::Device,
    dtype: DType,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers, shape), (device, dtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_the_nearest_ones_of_the_format() {
        let f16 = |number| HalfFormat::F16.nearest(number);
        let bf16 = |number| HalfFormat::Bf16.nearest(number);
        // One and a step of 2⁻¹⁰, and half a step, which goes to the even neighbour.
        assert_eq!(f16(1.0 + 2.0_f64.powi(-10)), 1.0 + 2.0_f64.powi(-10));
        assert_eq!(f16(1.0 + 2.0_f64.powi(-11)), 1.0);
        assert_eq!(f16(1.0 + 3.0 * 2.0_f64.powi(-11)), 1.0 + 2.0_f64.powi(-9));
        assert_eq!((bf16(1.003), bf16(1.005), bf16(-257.0)), (1.0, 1.0078125, -256.0));
        // The ends of the range.
        assert_eq!((f16(65504.0), f16(65519.0), f16(65520.0)), (65504.0, 65504.0, f64::INFINITY));
        assert_eq!((f16(-1e9), bf16(-1e9)), (f64::NEG_INFINITY, -998_244_352.0));
        assert_eq!((bf16(3.4e38), bf16(f64::MAX)), (f64::INFINITY, f64::INFINITY));
        assert_eq!(HalfFormat::Bf16.largest(), (2.0 - 2.0_f64.powi(-7)) * 2.0_f64.powi(127));
        // Below the smallest number with all digits the steps stay as they are.
        assert_eq!(HalfFormat::F16.smallest(), 5.960_464_477_539_063e-8);
        assert_eq!(
            (f16(2.9e-8), f16(3e-8), f16(1e-7)),
            (0.0, 2.0_f64.powi(-24), 2.0_f64.powi(-23))
        );
        assert_eq!((f16(0.0), f16(f64::from_bits(1)), bf16(1e-40)), (0.0, 0.0, 2.0_f64.powi(-133)));
        assert!(f16(f64::NAN).is_nan());
    }

    #[test]
    fn what_is_rounded_away_is_counted() {
        let mut losses = Losses::default();
        let mut numbers = [0.0, 1e-9, -1e-9, 1.0, 7e4];
        losses.round(HalfFormat::F16, &mut numbers);
        assert_eq!(numbers, [0.0, 0.0, -0.0, 1.0, f64::INFINITY]);
        let expected = Losses { numbers: 4, vanished: 2, overflowed: 1, largest: 7e4 };
        assert_eq!(losses, expected);
    }
}
