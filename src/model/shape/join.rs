//! Several outputs that become one.

use super::{ShapeError, Signal};
use crate::spec::{Code, Merge};

/// The shape of several outputs together.
///
/// # Errors
///
/// When their shapes do not go together, or one of them is tokens.
pub fn joined(merge: Merge, signals: &[&Signal]) -> Result<Signal, ShapeError> {
    let mut shapes: Vec<&[usize]> = Vec::with_capacity(signals.len());
    for signal in signals {
        match signal {
            Signal::Float(dims) => shapes.push(dims),
            Signal::Tokens(_) => {
                return Err(ShapeError::new(
                    Code::INPUT_KIND_MISMATCH,
                    format!("takes numbers, but one of its inputs is {signal}"),
                    "put an `embedding` or `one_hot` between",
                ));
            }
        }
    }
    let (first, rest) = shapes.split_first().expect("a join has at least one input");
    match merge {
        Merge::Add | Merge::Multiply => match rest.iter().find(|shape| *shape != first) {
            Some(other) => Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!("takes equal shapes, but {first:?} is not {other:?}"),
                "let all of them have one shape, or use `concat`",
            )),
            None => Ok(Signal::Float(first.to_vec())),
        },
        Merge::Concat { axis } => concatenated(first, rest, axis),
        Merge::CosineSimilarity { .. } | Merge::PairwiseDistance { .. } => compared(first, rest),
    }
}

/// Two outputs of one shape, whose last axis goes.
fn compared(first: &[usize], rest: &[&[usize]]) -> Result<Signal, ShapeError> {
    match rest {
        [second] if *second == first => Ok(Signal::Float(match first {
            [] | [_] => vec![1],
            [outer @ .., _] => outer.to_vec(),
        })),
        [second] => Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("compares outputs of one shape, but {first:?} is not {second:?}"),
            "let both have one shape",
        )),
        _ => Err(ShapeError::new(
            Code::SHAPE_MISMATCH,
            format!("compares two outputs, and reads {}", rest.len() + 1),
            "name two: `[first, second]`",
        )),
    }
}

fn concatenated(first: &[usize], rest: &[&[usize]], axis: usize) -> Result<Signal, ShapeError> {
    if axis >= first.len() {
        return Err(ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("works on axis {axis}, but its input {first:?} has {} alone", first.len()),
            format!(
                "axes count from 0, without the batch axis: the last one is {}",
                first.len() - 1
            ),
        ));
    }
    let mut all = first.to_vec();
    for shape in rest {
        let fits = shape.len() == first.len()
            && (0..first.len()).all(|other| other == axis || shape[other] == first[other]);
        if !fits {
            return Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!("joins along axis {axis}, but {first:?} and {shape:?} differ elsewhere"),
                "let all other axes be equal",
            ));
        }
        all[axis] = all[axis].saturating_add(shape[axis]);
    }
    Ok(Signal::Float(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(merge: Merge, shapes: &[&[usize]]) -> Result<Signal, Code> {
        let signals: Vec<Signal> = shapes.iter().map(|dims| Signal::Float(dims.to_vec())).collect();
        let signals: Vec<&Signal> = signals.iter().collect();
        joined(merge, &signals).map_err(|error| error.code)
    }

    #[test]
    fn sums_and_products_keep_the_shape_that_all_have() {
        for merge in [Merge::Add, Merge::Multiply] {
            assert_eq!(join(merge, &[&[2, 3], &[2, 3]]), Ok(Signal::Float(vec![2, 3])));
            assert_eq!(join(merge, &[&[2, 3], &[3, 2]]), Err(Code::SHAPE_MISMATCH));
        }
    }

    #[test]
    fn one_axis_grows_and_the_others_are_equal() {
        let channels = Merge::Concat { axis: 0 };
        assert_eq!(join(channels, &[&[2, 8], &[3, 8]]), Ok(Signal::Float(vec![5, 8])));
        assert_eq!(join(channels, &[&[2, 8], &[3, 7]]), Err(Code::SHAPE_MISMATCH));
        assert_eq!(join(channels, &[&[2, 8], &[3]]), Err(Code::SHAPE_MISMATCH));
        let beyond = Merge::Concat { axis: 2 };
        assert_eq!(join(beyond, &[&[2, 8], &[2, 8]]), Err(Code::RANK_NOT_ACCEPTED));
    }

    #[test]
    fn tokens_are_not_joined() {
        let error = joined(Merge::Add, &[&Signal::Tokens(3), &Signal::Tokens(3)]).unwrap_err();
        assert_eq!(error.code, Code::INPUT_KIND_MISMATCH);
    }

    #[test]
    fn two_outputs_are_compared_along_the_last_axis() {
        for merge in
            [Merge::CosineSimilarity { eps: 1e-8 }, Merge::PairwiseDistance { p: 2.0, eps: 1e-6 }]
        {
            assert_eq!(join(merge, &[&[5], &[5]]), Ok(Signal::Float(vec![1])));
            assert_eq!(join(merge, &[&[3, 5], &[3, 5]]), Ok(Signal::Float(vec![3])));
            assert_eq!(join(merge, &[&[5], &[4]]), Err(Code::SHAPE_MISMATCH));
            assert_eq!(join(merge, &[&[5]]), Err(Code::SHAPE_MISMATCH));
            assert_eq!(join(merge, &[&[5], &[5], &[5]]), Err(Code::SHAPE_MISMATCH));
        }
    }
}
