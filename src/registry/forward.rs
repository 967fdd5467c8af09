//! Functions that run a Rust model, accepted by the types that they already have.

use burn::tensor::{Int, Tensor};

use crate::model::Value;

/// The kind and the rank of one input of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputType {
    /// Whole numbers (tokens) rather than floats.
    pub ints: bool,
    /// Axes, the batch axis included.
    pub rank: usize,
}

/// A function that gives a model's outputs for a batch: `Fn(&Model, inputs) -> outputs`.
///
/// Inputs are float or int tensors of rank 1 to 5, their first axis the batch: one of them, a tuple
/// of up to four, or as many arguments. The output is one float tensor of any rank. A method of the
/// model's own has this form: `Cnn::forward`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no forward function that nn-test can call on `{M}`",
    label = "not of the form `Fn(&{M}, input) -> output`",
    note = "an input is `Tensor<D>` or `Tensor<D, Int>` of rank 1 to 5, or a tuple of these; the output \
            is `Tensor<D>`",
    note = "write the types of a closure's arguments: `|model: &Net, x: Tensor<2>| model.forward(x)`",
    note = "a model that computes its own loss is registered with `nn_test::objective`"
)]
pub trait Forward<M, Signature>: 'static {
    /// What the function takes, beside the model.
    fn inputs() -> Vec<InputType>;

    /// Calls the function. The values are of the kinds and ranks of [`Forward::inputs`].
    fn call(&self, model: &M, inputs: Vec<Value>) -> Value;
}

/// One input of a model: a float or int tensor of rank 1 to 5.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input that nn-test can make",
    label = "not an input",
    note = "an input is `Tensor<D>` or `Tensor<D, Int>` with rank D from 1 to 5"
)]
pub trait Input {
    fn input_type() -> InputType;
    /// The value is of this kind and rank.
    fn from_value(value: Value) -> Self;
}

impl<const D: usize> Input for Tensor<D> {
    fn input_type() -> InputType {
        const { assert!(D >= 1 && D <= Value::MAX_RANK, "inputs have 1 to 5 axes") };
        InputType { ints: false, rank: D }
    }

    fn from_value(value: Value) -> Self {
        value.into_float()
    }
}

impl<const D: usize> Input for Tensor<D, Int> {
    fn input_type() -> InputType {
        const { assert!(D >= 1 && D <= Value::MAX_RANK, "inputs have 1 to 5 axes") };
        InputType { ints: true, rank: D }
    }

    fn from_value(value: Value) -> Self {
        value.into_ints()
    }
}

/// All inputs of a model: one, or a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input that nn-test can make",
    label = "neither an input nor a tuple of inputs",
    note = "an input is `Tensor<D>` or `Tensor<D, Int>` with rank D from 1 to 5; several stand in a \
            tuple of up to four"
)]
pub trait Inputs {
    fn input_types() -> Vec<InputType>;
    /// The values are of these kinds and ranks, in this order.
    fn from_values(values: Vec<Value>) -> Self;
}

impl<I: Input> Inputs for I {
    fn input_types() -> Vec<InputType> {
        vec![I::input_type()]
    }

    fn from_values(values: Vec<Value>) -> Self {
        let mut values = values.into_iter();
        I::from_value(next(&mut values))
    }
}

fn next(values: &mut impl Iterator<Item = Value>) -> Value {
    values.next().expect("there is a value for every input of the signature")
}

/// What a model gives: a float tensor of any rank, the batch on its first axis.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no output that nn-test can measure",
    label = "not a float tensor",
    note = "a model gives `Tensor<D>`; one with several outputs computes its own loss and is registered \
            with `nn_test::objective`"
)]
pub trait Output {
    fn into_value(self) -> Value;
}

impl<const D: usize> Output for Tensor<D> {
    fn into_value(self) -> Value {
        Value::from_float(self)
    }
}

impl<M, F, I, O> Forward<M, fn(I) -> O> for F
where
    F: Fn(&M, I) -> O + 'static,
    I: Inputs,
    O: Output,
{
    fn inputs() -> Vec<InputType> {
        I::input_types()
    }

    fn call(&self, model: &M, inputs: Vec<Value>) -> Value {
        self(model, I::from_values(inputs)).into_value()
    }
}

macro_rules! several_inputs {
    ($($input:ident)+) => {
        impl<$($input: Input),+> Inputs for ($($input,)+) {
            fn input_types() -> Vec<InputType> {
                vec![$($input::input_type()),+]
            }

            fn from_values(values: Vec<Value>) -> Self {
                let mut values = values.into_iter();
                ($($input::from_value(next(&mut values)),)+)
            }
        }

        impl<M, F, O, $($input),+> Forward<M, fn($($input),+) -> O> for F
        where
            F: Fn(&M, $($input),+) -> O + 'static,
            O: Output,
            $($input: Input,)+
        {
            fn inputs() -> Vec<InputType> {
                vec![$($input::input_type()),+]
            }

            fn call(&self, model: &M, inputs: Vec<Value>) -> Value {
                let mut values = inputs.into_iter();
                self(model, $($input::from_value(next(&mut values))),+).into_value()
            }
        }
    };
}

several_inputs!(A B);
several_inputs!(A B C);
several_inputs!(A B C E);
