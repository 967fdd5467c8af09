//! Which axis of an array is that of the places of a sequence.

use std::collections::HashMap;

use super::super::Array;
use crate::model::Plan;

/// Where an array has the places of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeAxis {
    /// It has none.
    None,
    /// Along this axis; the batch is axis 0.
    At(usize),
    /// It changes with them, but not place by place, or cannot be told.
    Unknown,
}

/// The axes of all arrays.
pub(super) enum Axes {
    /// By layer's path or input's name, from what changes with the length, and of outputs, in order.
    Planned { layers: HashMap<String, TimeAxis>, outputs: HashMap<String, TimeAxis> },
    /// From the sizes alone: of sequences of these lengths.
    Sized(Vec<usize>),
}

impl Axes {
    /// From the plans of a network for two lengths, of which the first is `length`.
    pub fn of_plans(plan: &Plan, shorter: &Plan, length: usize) -> Self {
        let axis = |one: &[usize], other: &[usize]| changed(one, other, length);
        let layers = plan.flat().into_iter().zip(shorter.flat());
        let layers = layers.map(|(layer, other)| {
            (layer.path.clone(), axis(layer.output.dims(), other.output.dims()))
        });
        let outputs = plan.outputs.iter().zip(&shorter.outputs).map(|(output, other)| {
            (output.name.clone(), axis(output.signal.dims(), other.signal.dims()))
        });
        Self::Planned { layers: layers.collect(), outputs: outputs.collect() }
    }

    pub fn of_sizes(lengths: &[usize]) -> Self {
        Self::Sized(lengths.to_vec())
    }

    pub fn of(&self, array: &Array) -> TimeAxis {
        match self {
            // A layer's recorded output and the model's output of that name are the same.
            Self::Planned { layers, outputs } => {
                let found = layers.get(&array.name).or_else(|| outputs.get(&array.name));
                found.copied().unwrap_or(TimeAxis::Unknown)
            }
            Self::Sized(lengths) => sized(&array.shape, lengths),
        }
    }
}

/// Shapes without the batch axis.
fn changed(one: &[usize], other: &[usize], length: usize) -> TimeAxis {
    if one.len() != other.len() {
        return TimeAxis::Unknown;
    }
    let differ: Vec<usize> = (0..one.len()).filter(|&axis| one[axis] != other[axis]).collect();
    match differ.as_slice() {
        [] => TimeAxis::None,
        [axis] if one[*axis] == length => TimeAxis::At(axis + 1),
        _ => TimeAxis::Unknown,
    }
}

/// With the batch axis. Two axes of one size cannot be told apart.
fn sized(shape: &[usize], lengths: &[usize]) -> TimeAxis {
    let fits: Vec<usize> =
        (1..shape.len()).filter(|&axis| lengths.contains(&shape[axis])).collect();
    match fits.as_slice() {
        [] => TimeAxis::None,
        [axis] => TimeAxis::At(*axis),
        _ => TimeAxis::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_that_changes_with_the_length_is_time() {
        assert_eq!(changed(&[8, 8], &[6, 8], 8), TimeAxis::At(1));
        assert_eq!(changed(&[8, 8], &[8, 6], 8), TimeAxis::At(2));
        assert_eq!(changed(&[8], &[8], 8), TimeAxis::None);
        assert_eq!(changed(&[16], &[12], 8), TimeAxis::Unknown);
    }

    #[test]
    fn by_size_alone_two_like_axes_are_not_told_apart() {
        assert_eq!(sized(&[4, 8, 3], &[8]), TimeAxis::At(1));
        assert_eq!(sized(&[8, 3], &[8]), TimeAxis::None);
        assert_eq!(sized(&[4, 8, 8], &[8]), TimeAxis::Unknown);
    }
}
