//! `target: next`: the token behind each token is to be told, as a language model does.

use super::raw::Raw;
use super::{DataError, InputKind, Targets};

/// Sequences of n tokens into inputs of their first n − 1, with the token behind each as its class.
/// There are as many classes as tokens, called by their numbers.
///
/// # Errors
///
/// Inputs that are no tokens, and sequences of a single one.
pub(super) fn told(raw: Raw) -> Result<Raw, DataError> {
    let InputKind::Tokens { vocabulary } = raw.input else { return Err(DataError::NextOfNumbers) };
    let length: usize = raw.shape.iter().product();
    if length < 2 {
        return Err(DataError::NextOfOne);
    }
    let sequences = || raw.inputs.chunks(length);
    let inputs = sequences().flat_map(|tokens| &tokens[..length - 1]).copied().collect();
    let behind = sequences().flat_map(|tokens| &tokens[1..]);
    let classes = behind.map(|token| Some(*token as usize)).collect();
    let shape = vec![length - 1];
    Ok(Raw {
        inputs,
        targets: Targets::Places { classes, shape: shape.clone() },
        classes: (0..vocabulary).map(|token| token.to_string()).collect(),
        shape,
        ..raw
    })
}

#[cfg(test)]
mod tests {
    use super::super::raw::Rows;
    use super::*;

    fn raw(inputs: &[f64], length: usize, input: InputKind) -> Raw {
        Raw {
            inputs: inputs.to_vec(),
            targets: Targets::Values(vec![0.0; inputs.len() / length]),
            classes: Vec::new(),
            input,
            shape: vec![length],
            rows: Rows::default(),
        }
    }

    #[test]
    fn the_class_of_each_token_is_the_one_behind_it() {
        let tokens = InputKind::Tokens { vocabulary: 5 };
        let raw = told(raw(&[0.0, 1.0, 2.0, 4.0, 3.0, 3.0], 3, tokens)).unwrap();
        assert_eq!(raw.inputs, [0.0, 1.0, 4.0, 3.0]);
        let classes = vec![Some(1), Some(2), Some(3), Some(3)];
        assert_eq!(raw.targets, Targets::Places { classes, shape: vec![2] });
        assert_eq!((raw.shape.as_slice(), raw.classes.len()), (&[2][..], 5));
        assert_eq!(raw.targets.len(), 2);
    }

    #[test]
    fn numbers_and_single_tokens_have_none_behind_them() {
        let numbers = raw(&[0.5, 1.0], 2, InputKind::Float);
        assert_eq!(told(numbers), Err(DataError::NextOfNumbers));
        let single = raw(&[0.0, 1.0], 1, InputKind::Tokens { vocabulary: 2 });
        assert_eq!(told(single), Err(DataError::NextOfOne));
    }
}
