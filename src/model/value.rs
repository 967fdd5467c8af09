//! Tensors whose rank is known only at run time.
//!
//! Burn's ranks are const generics; a network that is read from a file needs one type for all of
//! them.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// What flows between layers. The first axis is the batch.
#[derive(Debug, Clone)]
pub enum Value {
    Float2(Tensor<2>),
    Float3(Tensor<3>),
    Float4(Tensor<4>),
    Float5(Tensor<5>),
    /// Token indices: `[batch, length]`.
    Tokens(Tensor<2, Int>),
}

/// Runs an expression on the float tensor inside, whatever its rank; tokens run the last arm.
macro_rules! on_float {
    ($value:expr, $tensor:ident => $body:expr, tokens $tokens:ident => $other:expr) => {
        match $value {
            $crate::model::Value::Float2($tensor) => $body,
            $crate::model::Value::Float3($tensor) => $body,
            $crate::model::Value::Float4($tensor) => $body,
            $crate::model::Value::Float5($tensor) => $body,
            $crate::model::Value::Tokens($tokens) => $other,
        }
    };
}

/// Maps the float tensor inside to one of the same rank; tokens pass through unchanged.
macro_rules! map_float {
    ($value:expr, $tensor:ident => $body:expr) => {
        match $value {
            $crate::model::Value::Float2($tensor) => $crate::model::Value::Float2($body),
            $crate::model::Value::Float3($tensor) => $crate::model::Value::Float3($body),
            $crate::model::Value::Float4($tensor) => $crate::model::Value::Float4($body),
            $crate::model::Value::Float5($tensor) => $crate::model::Value::Float5($body),
            tokens => tokens,
        }
    };
}

pub(crate) use {map_float, on_float};

impl Value {
    /// The highest rank that a value can have, batch axis included.
    pub const MAX_RANK: usize = 5;

    /// A float value from row-major numbers. `shape` includes the batch axis and has 2 to 5 axes.
    pub fn float(numbers: &[f64], shape: &[usize], device: &Device) -> Self {
        let data = TensorData::new(numbers.to_vec(), shape.to_vec());
        match shape.len() {
            2 => Self::Float2(Tensor::from_data(data, device)),
            3 => Self::Float3(Tensor::from_data(data, device)),
            4 => Self::Float4(Tensor::from_data(data, device)),
            5 => Self::Float5(Tensor::from_data(data, device)),
            rank => unreachable!("the plan admits values of rank 2 to 5, not {rank}"),
        }
    }

    /// Token indices from whole numbers. `shape` is `[batch, length]`.
    pub fn tokens(numbers: &[f64], shape: &[usize], device: &Device) -> Self {
        let indices: Vec<i64> = numbers.iter().map(|number| *number as i64).collect();
        Self::Tokens(Tensor::from_data(TensorData::new(indices, shape.to_vec()), device))
    }

    /// Shape with the batch axis.
    pub fn shape(&self) -> Vec<usize> {
        on_float!(self, tensor => tensor.dims().to_vec(), tokens tensor => tensor.dims().to_vec())
    }

    /// Marks a float value as a leaf whose gradient is wanted; tokens have none.
    pub fn require_grad(self) -> Self {
        map_float!(self, tensor => tensor.require_grad())
    }

    /// A new shape over the same numbers, given with the batch axis.
    pub fn reshape(self, shape: &[usize]) -> Self {
        on_float!(self, tensor => match *shape {
            [a, b] => Self::Float2(tensor.reshape([a, b])),
            [a, b, c] => Self::Float3(tensor.reshape([a, b, c])),
            [a, b, c, d] => Self::Float4(tensor.reshape([a, b, c, d])),
            [a, b, c, d, e] => Self::Float5(tensor.reshape([a, b, c, d, e])),
            _ => unreachable!("the plan admits values of rank 2 to 5, not {}", shape.len()),
        }, tokens tensor => Self::Tokens(tensor))
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
