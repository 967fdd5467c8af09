//! Tensors whose rank is known only at run time.
//!
//! Burn's ranks are const generics; a network that is read from a file, or a Rust model behind a
//! registration, needs one type for all of them.

use std::any::Any;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::device::Place;

/// What flows into, between and out of layers. The first axis is the batch.
#[derive(Debug, Clone)]
pub enum Value {
    Float1(Tensor<1>),
    Float2(Tensor<2>),
    Float3(Tensor<3>),
    Float4(Tensor<4>),
    Float5(Tensor<5>),
    Int1(Tensor<1, Int>),
    /// Token indices `[batch, length]` are of this rank.
    Int2(Tensor<2, Int>),
    Int3(Tensor<3, Int>),
    Int4(Tensor<4, Int>),
    Int5(Tensor<5, Int>),
}

/// Runs an expression on the float tensor inside, whatever its rank; whole numbers run the last arm.
macro_rules! on_float {
    ($value:expr, $tensor:ident => $body:expr, ints $ints:ident => $other:expr) => {
        match $value {
            $crate::model::Value::Float1($tensor) => $body,
            $crate::model::Value::Float2($tensor) => $body,
            $crate::model::Value::Float3($tensor) => $body,
            $crate::model::Value::Float4($tensor) => $body,
            $crate::model::Value::Float5($tensor) => $body,
            $crate::model::Value::Int1($ints) => $other,
            $crate::model::Value::Int2($ints) => $other,
            $crate::model::Value::Int3($ints) => $other,
            $crate::model::Value::Int4($ints) => $other,
            $crate::model::Value::Int5($ints) => $other,
        }
    };
}

/// Maps the float tensor inside to one of the same rank; whole numbers pass through unchanged.
macro_rules! map_float {
    ($value:expr, $tensor:ident => $body:expr) => {
        match $value {
            $crate::model::Value::Float1($tensor) => $crate::model::Value::Float1($body),
            $crate::model::Value::Float2($tensor) => $crate::model::Value::Float2($body),
            $crate::model::Value::Float3($tensor) => $crate::model::Value::Float3($body),
            $crate::model::Value::Float4($tensor) => $crate::model::Value::Float4($body),
            $crate::model::Value::Float5($tensor) => $crate::model::Value::Float5($body),
            ints => ints,
        }
    };
}

pub(crate) use {map_float, on_float};

impl Value {
    /// The highest rank that a value can have, batch axis included.
    pub const MAX_RANK: usize = 5;

    /// A float value from row-major numbers. `shape` includes the batch axis and has 1 to 5 axes.
    pub fn float(numbers: &[f64], shape: &[usize], place: &Place) -> Self {
        let data = TensorData::new(numbers.to_vec(), shape.to_vec());
        let options = place.floats();
        match shape.len() {
            1 => Self::Float1(Tensor::from_data(data, options)),
            2 => Self::Float2(Tensor::from_data(data, options)),
            3 => Self::Float3(Tensor::from_data(data, options)),
            4 => Self::Float4(Tensor::from_data(data, options)),
            5 => Self::Float5(Tensor::from_data(data, options)),
            rank => unreachable!("the plan admits values of rank 1 to 5, not {rank}"),
        }
    }

    /// Whole numbers (token indices), row-major. `shape` includes the batch axis and has 1 to 5
    /// axes.
    pub fn ints(numbers: &[f64], shape: &[usize], device: &Device) -> Self {
        let whole: Vec<i64> = numbers.iter().map(|number| *number as i64).collect();
        let data = TensorData::new(whole, shape.to_vec());
        match shape.len() {
            1 => Self::Int1(Tensor::from_data(data, device)),
            2 => Self::Int2(Tensor::from_data(data, device)),
            3 => Self::Int3(Tensor::from_data(data, device)),
            4 => Self::Int4(Tensor::from_data(data, device)),
            5 => Self::Int5(Tensor::from_data(data, device)),
            rank => unreachable!("the plan admits values of rank 1 to 5, not {rank}"),
        }
    }

    /// A float tensor as a value. Axes beyond the fifth are folded into it.
    pub fn from_float<const D: usize>(tensor: Tensor<D>) -> Self {
        let dims = tensor.dims();
        match *dims.as_slice() {
            [] => unreachable!("Burn's tensors have at least one axis"),
            [a] => Self::Float1(tensor.reshape([a])),
            [a, b] => Self::Float2(tensor.reshape([a, b])),
            [a, b, c] => Self::Float3(tensor.reshape([a, b, c])),
            [a, b, c, d] => Self::Float4(tensor.reshape([a, b, c, d])),
            [a, b, c, d, ref rest @ ..] => {
                Self::Float5(tensor.reshape([a, b, c, d, rest.iter().product()]))
            }
        }
    }

    /// Whole numbers as a value. Axes beyond the fifth are folded into it.
    pub fn from_ints<const D: usize>(tensor: Tensor<D, Int>) -> Self {
        let dims = tensor.dims();
        match *dims.as_slice() {
            [] => unreachable!("Burn's tensors have at least one axis"),
            [a] => Self::Int1(tensor.reshape([a])),
            [a, b] => Self::Int2(tensor.reshape([a, b])),
            [a, b, c] => Self::Int3(tensor.reshape([a, b, c])),
            [a, b, c, d] => Self::Int4(tensor.reshape([a, b, c, d])),
            [a, b, c, d, ref rest @ ..] => {
                Self::Int5(tensor.reshape([a, b, c, d, rest.iter().product()]))
            }
        }
    }

    /// The float tensor inside, as one of rank `D`.
    ///
    /// # Panics
    ///
    /// When the value holds whole numbers or has another rank: whoever makes the value for a model
    /// follows the model's own signature.
    pub fn into_float<const D: usize>(self) -> Tensor<D> {
        // The very tensor: a reshape would be a node of the graph.
        let tensor: Box<dyn Any> = on_float!(self, tensor => Box::new(tensor),
            ints _ints => unreachable!("inputs are of the model's own kind"));
        *tensor.downcast::<Tensor<D>>().expect("inputs have the model's rank")
    }

    /// The whole numbers inside, as a tensor of rank `D`.
    ///
    /// # Panics
    ///
    /// When the value holds floats or has another rank, as [`Value::into_float`].
    pub fn into_ints<const D: usize>(self) -> Tensor<D, Int> {
        on_float!(self, _tensor => unreachable!("inputs are of the model's own kind"),
        ints tensor => {
            let dims = tensor.dims();
            let dims: [usize; D] = dims.as_slice().try_into().expect("inputs have the model's rank");
            tensor.reshape(dims)
        })
    }

    /// Shape with the batch axis.
    pub fn shape(&self) -> Vec<usize> {
        on_float!(self, tensor => tensor.dims().to_vec(), ints tensor => tensor.dims().to_vec())
    }

    /// Marks a float value as a leaf whose gradient is wanted; whole numbers have none.
    pub fn require_grad(self) -> Self {
        map_float!(self, tensor => tensor.require_grad())
    }

    /// A new shape over the same numbers, given with the batch axis.
    pub fn reshape(self, shape: &[usize]) -> Self {
        on_float!(self, tensor => match *shape {
            [a] => Self::Float1(tensor.reshape([a])),
            [a, b] => Self::Float2(tensor.reshape([a, b])),
            [a, b, c] => Self::Float3(tensor.reshape([a, b, c])),
            [a, b, c, d] => Self::Float4(tensor.reshape([a, b, c, d])),
            [a, b, c, d, e] => Self::Float5(tensor.reshape([a, b, c, d, e])),
            _ => unreachable!("the plan admits values of rank 1 to 5, not {}", shape.len()),
        }, ints _tensor => unreachable!("only the shape of floats is changed"))
    }

    /// x + y, of one shape.
    pub fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Float2(a), Self::Float2(b)) => Self::Float2(a + b),
            (Self::Float3(a), Self::Float3(b)) => Self::Float3(a + b),
            (Self::Float4(a), Self::Float4(b)) => Self::Float4(a + b),
            (Self::Float5(a), Self::Float5(b)) => Self::Float5(a + b),
            (a, b) => {
                unreachable!("the plan adds equal shapes only: {:?}, {:?}", a.shape(), b.shape())
            }
        }
    }

    /// x · y, element by element, of one shape.
    pub fn multiply(self, other: Self) -> Self {
        match (self, other) {
            (Self::Float2(a), Self::Float2(b)) => Self::Float2(a * b),
            (Self::Float3(a), Self::Float3(b)) => Self::Float3(a * b),
            (Self::Float4(a), Self::Float4(b)) => Self::Float4(a * b),
            (Self::Float5(a), Self::Float5(b)) => Self::Float5(a * b),
            (a, b) => {
                unreachable!("the plan joins equal shapes only: {:?}, {:?}", a.shape(), b.shape())
            }
        }
    }

    /// Several values one behind the other along an axis; the batch axis is axis 0.
    pub fn concat(values: Vec<Self>, axis: usize) -> Self {
        fn joined<const D: usize>(values: Vec<Value>, axis: usize) -> Tensor<D> {
            Tensor::cat(values.into_iter().map(Value::into_float).collect(), axis)
        }
        match values.first().map_or(0, |value| value.shape().len()) {
            2 => Self::Float2(joined(values, axis)),
            3 => Self::Float3(joined(values, axis)),
            4 => Self::Float4(joined(values, axis)),
            5 => Self::Float5(joined(values, axis)),
            rank => unreachable!("the plan joins values of rank 2 to 5, not {rank}"),
        }
    }

    /// The same numbers without a way back to where they come from.
    pub fn detach(self) -> Self {
        map_float!(self, tensor => tensor.detach())
    }

    /// The same numbers with the gradient through them multiplied by `factor`:
    /// `factor · x + stop((1 − factor) · x)`.
    pub fn scale_gradient(self, factor: f64) -> Self {
        map_float!(self, tensor => {
            let passed = tensor.clone().mul_scalar(factor);
            let stopped = tensor.mul_scalar(1.0 - factor).detach();
            passed + stopped
        })
    }
}
