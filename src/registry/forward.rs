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
///
/// The form alone is asked for here, so that the compiler can name an argument or a result that is
/// not of the right type: those are held to [`Inputs`] and [`Output`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no forward function that nn-test can call on `{M}`",
    label = "not of the form `Fn(&{M}, input) -> output`",
    note = "it takes the model by reference, then one to four inputs",
    note = "a model that computes its own loss is registered with `nn_test::objective`"
)]
pub trait Forward<M, Signature>: 'static {
    /// What the function takes beside the model; several arguments as a tuple.
    type Arguments;
    /// What it gives.
    type Result;

    /// Calls the function.
    fn call(&self, model: &M, arguments: Self::Arguments) -> Self::Result;
}

/// One input of a model: a float or int tensor of rank 1 to 5.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input that nn-test can make",
    label = "takes `{Self}`",
    note = "an input is a `Tensor<D>` or `Tensor<D, Int>`, not borrowed, of rank D from 1 to 5"
)]
pub trait Input {
    fn input_type() -> InputType;
    /// The value is of this kind and rank.
    fn from_value(value: Value) -> Self;
}

// One by one rather than for every D: an input of another rank is then an error like any other.
macro_rules! inputs_of_rank {
    ($($rank:literal)+) => {$(
        impl Input for Tensor<$rank> {
            fn input_type() -> InputType {
                InputType { ints: false, rank: $rank }
            }

            fn from_value(value: Value) -> Self {
                value.into_float()
            }
        }

        impl Input for Tensor<$rank, Int> {
            fn input_type() -> InputType {
                InputType { ints: true, rank: $rank }
            }

            fn from_value(value: Value) -> Self {
                value.into_ints()
            }
        }
    )+};
}

inputs_of_rank!(1 2 3 4 5);

/// All inputs of a model: one, or a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input that nn-test can make",
    label = "takes `{Self}`",
    note = "an input is a `Tensor<D>` or `Tensor<D, Int>`, not borrowed, of rank D from 1 to 5; several \
            stand in a tuple of up to four"
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
    label = "gives `{Self}`",
    note = "an output is one float tensor, `Tensor<D>`; a model that gives something else computes its \
            own loss and is registered with `nn_test::objective`"
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
{
    type Arguments = I;
    type Result = O;

    fn call(&self, model: &M, input: I) -> O {
        self(model, input)
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
        {
            type Arguments = ($($input,)+);
            type Result = O;

            #[expect(non_snake_case, reason = "an argument is named as its type")]
            fn call(&self, model: &M, ($($input,)+): Self::Arguments) -> O {
                self(model, $($input),+)
            }
        }
    };
}

several_inputs!(A B);
several_inputs!(A B C);
several_inputs!(A B C D);
