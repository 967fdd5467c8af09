//! Layers of sequences `[length, features]`.

use super::{ShapeError, Signal, axes};
use crate::spec::{Code, LayerKind, Recurrent, SequenceOutput};

/// The shape that a layer of sequences makes of `dims`.
pub(super) fn output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    let [length, features] = axes(dims, "[length, features]")?;
    match kind {
        LayerKind::Recurrent(Recurrent { hidden, both_ways, output, .. }) => {
            let features = hidden.saturating_mul(if *both_ways { 2 } else { 1 });
            Ok(match output {
                SequenceOutput::Last => vec![features],
                SequenceOutput::Sequence => vec![length, features],
            })
        }
        LayerKind::MultiHeadAttention(attention) => {
            divided_among_heads(features, attention.heads)?;
            Ok(dims.to_vec())
        }
        LayerKind::CrossAttention { attention, .. } => {
            divided_among_heads(features, attention.heads)?;
            Ok(dims.to_vec())
        }
        LayerKind::TransformerEncoder(encoder) => {
            divided_among_heads(features, encoder.heads)?;
            Ok(dims.to_vec())
        }
        LayerKind::TransformerDecoder(decoder) => {
            divided_among_heads(features, decoder.blocks.heads)?;
            Ok(dims.to_vec())
        }
        LayerKind::PositionalEncoding { max_timescale } => {
            if !features.is_multiple_of(2) {
                return Err(ShapeError::new(
                    Code::SHAPE_MISMATCH,
                    format!(
                        "adds a sine and a cosine in turn, but {features} is an odd number of features"
                    ),
                    "give it an even number of features",
                ));
            }
            if *max_timescale < length {
                return Err(ShapeError::new(
                    Code::SHAPE_MISMATCH,
                    format!("has a `max_timescale` of {max_timescale}, but a length of {length}"),
                    format!("write `max_timescale: {length}` or more"),
                ));
            }
            Ok(dims.to_vec())
        }
        LayerKind::RotaryEncoding { .. } => {
            if !features.is_multiple_of(2) {
                return Err(ShapeError::new(
                    Code::SHAPE_MISMATCH,
                    format!("rotates pairs of features, but {features} is an odd number of them"),
                    "give it an even number of features",
                ));
            }
            Ok(dims.to_vec())
        }
        _ => unreachable!("only layers of sequences are planned here"),
    }
}

/// The output of a sequence that attends to another one: its own shape.
///
/// # Errors
///
/// When the other one is no sequence of as many features.
pub fn attending(input: &Signal, context: &Signal) -> Result<Signal, ShapeError> {
    match (input, context) {
        (Signal::Float(own), Signal::Float(other)) => match (own.as_slice(), other.as_slice()) {
            ([_, features], [_, others]) if features == others => Ok(input.clone()),
            ([_, features], [_, others]) => Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!("has {features} features, but attends to a sequence of {others}"),
                format!("put a `linear: {features}` behind what it attends to"),
            )),
            _ => Err(ShapeError::new(
                Code::RANK_NOT_ACCEPTED,
                format!("attends to a sequence `[length, features]`, but gets {context}"),
                "name the output of a layer that gives a sequence",
            )),
        },
        _ => Err(ShapeError::new(
            Code::INPUT_KIND_MISMATCH,
            format!("attends to numbers, but gets {context}"),
            "name the output of an `embedding`, or of what is behind it",
        )),
    }
}

fn divided_among_heads(features: usize, heads: usize) -> Result<(), ShapeError> {
    if features.is_multiple_of(heads) {
        return Ok(());
    }
    Err(ShapeError::new(
        Code::BAD_GROUPS,
        format!("cannot divide {features} features among {heads} heads"),
        format!("choose a divisor of {features}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Cell, GateActivation};

    #[test]
    fn two_directions_give_two_states_side_by_side() {
        let kind = |output| {
            LayerKind::Recurrent(Recurrent {
                cell: Cell::Rnn,
                both_ways: true,
                hidden: 3,
                bias: true,
                output,
                reverse: false,
                clip: None,
                hidden_activation: GateActivation::Tanh,
                initializer: None,
            })
        };
        assert_eq!(output(&kind(SequenceOutput::Last), &[5, 2]), Ok(vec![6]));
        assert_eq!(output(&kind(SequenceOutput::Sequence), &[5, 2]), Ok(vec![5, 6]));
    }

    #[test]
    fn a_sequence_attends_to_one_of_as_many_features() {
        let own = Signal::Float(vec![5, 8]);
        assert_eq!(attending(&own, &Signal::Float(vec![7, 8])), Ok(own.clone()));
        for wrong in [Signal::Float(vec![7, 4]), Signal::Float(vec![8]), Signal::Tokens(7)] {
            assert!(attending(&own, &wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn places_are_encoded_in_pairs_of_features_and_within_the_longest_wave() {
        let kind = |max_timescale| LayerKind::PositionalEncoding { max_timescale };
        assert_eq!(output(&kind(9), &[9, 4]), Ok(vec![9, 4]));
        assert!(output(&kind(8), &[9, 4]).is_err());
        assert!(output(&kind(9), &[9, 3]).is_err());
    }

    #[test]
    fn features_are_rotated_in_pairs() {
        let kind = LayerKind::RotaryEncoding { theta: 1e4 };
        assert_eq!(output(&kind, &[9, 4]), Ok(vec![9, 4]));
        assert!(output(&kind, &[9, 3]).is_err());
    }
}
