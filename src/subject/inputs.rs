//! The inputs of a declared model: how an example's numbers are divided among them.

use crate::data::{Dataset, InputKind};
use crate::model::{INPUT, PlannedInput, Signal, Value};
use crate::spec::{Code, DeclaredModel, Diagnostic, NamedShape};

/// The inputs that the spec names, or the example as the one input.
pub(super) fn of(
    model: &DeclaredModel,
    data: &Dataset,
) -> Result<Vec<PlannedInput>, Box<Diagnostic>> {
    let Some(named) = &model.inputs else {
        let signal = match data.input {
            InputKind::Float => Signal::Float(data.shape.clone()),
            InputKind::Tokens { .. } => Signal::Tokens(data.shape.iter().product()),
        };
        return Ok(vec![PlannedInput { name: INPUT.to_owned(), signal }]);
    };
    let inputs = named.iter().map(|input| {
        let signal = signal(input, data.input)?;
        Ok(PlannedInput { name: input.name.value.clone(), signal })
    });
    let inputs = inputs.collect::<Result<Vec<_>, Box<Diagnostic>>>()?;
    let elements = inputs.iter().map(|input| input.signal.elements());
    let numbers = elements.fold(0, usize::saturating_add);
    if numbers == data.example_len() {
        return Ok(inputs);
    }
    let message = format!(
        "`inputs` hold {numbers} numbers, but an example of the data has {}",
        data.example_len()
    );
    let label = format!("{numbers} numbers");
    let error = Diagnostic::new(Code::MODEL_INPUT_MISMATCH, message, named.span, label);
    Err(Box::new(error.help("let the sizes of all inputs together make up an example")))
}

fn signal(input: &NamedShape, kind: InputKind) -> Result<Signal, Box<Diagnostic>> {
    let refuse = |message: String, label: String, help: String| {
        let span = input.name.span;
        Box::new(Diagnostic::new(Code::MODEL_INPUT_MISMATCH, message, span, label).help(help))
    };
    let axes = input.shape.len();
    match kind {
        InputKind::Tokens { .. } => match *input.shape.as_slice() {
            [length] => Ok(Signal::Tokens(length)),
            _ => Err(refuse(
                format!("the data makes tokens, but `{}` has {axes} axes", input.name.value),
                format!("of shape {:?}", input.shape),
                "tokens are sequences: give the input one length".to_owned(),
            )),
        },
        InputKind::Float if axes + 1 > Value::MAX_RANK => Err(refuse(
            format!("`{}` has {axes} axes, more than layers take", input.name.value),
            format!("of shape {:?}", input.shape),
            format!("use 1 to {} axes", Value::MAX_RANK - 1),
        )),
        InputKind::Float => Ok(Signal::Float(input.shape.clone())),
    }
}
