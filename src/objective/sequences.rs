//! The losses of sequences that are not aligned with their inputs.

use burn::nn::loss::{CTCLossConfig, RNNTLossConfig, Reduction};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor, TensorData};

use super::losses::class_tensor;
use crate::data::Targets;
use crate::model::Value;

/// Connectionist temporal classification of `[batch, time, k + 1]` logits. Burn wants
/// log-probabilities: a model that ends with a `log_softmax` of its own is not changed by a second.
///
/// Without `sum` each example's loss is divided by the length of its sequence, then the mean is
/// taken.
pub(super) fn ctc(
    logits: Tensor<3>,
    targets: &Targets,
    blank: usize,
    zero_infinity: bool,
    sum: bool,
) -> Tensor<1> {
    let [examples, time, _] = logits.dims();
    let device = logits.device();
    let sequences = sequences(targets, blank);
    let longest = sequences.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let padded = padded(&sequences, longest);
    let lengths: Vec<usize> = sequences.iter().map(Vec::len).collect();
    let loss = CTCLossConfig::new().with_blank(blank).with_zero_infinity(zero_infinity).init();
    loss.forward_with_reduction(
        log_softmax(logits, 2).swap_dims(0, 1),
        Tensor::<2, Int>::from_data(padded, &device),
        class_tensor(&vec![time; examples], &device),
        class_tensor(&lengths, &device),
        if sum { Reduction::Sum } else { Reduction::Mean },
    )
}

/// The transducer's loss of `[batch, time, length + 1, k + 1]` logits, where `length` is the number of
/// places of a target.
pub(super) fn rnnt(
    output: Value,
    targets: &Targets,
    blank: usize,
    logits: bool,
    sum: bool,
) -> Tensor<1> {
    let Value::Float4(output) = output else {
        unreachable!("the subject asks for logits over time and places");
    };
    let [examples, time, places, _] = output.dims();
    let device = output.device();
    let sequences = sequences(targets, blank);
    let padded = padded(&sequences, places - 1);
    let lengths: Vec<usize> = sequences.iter().map(Vec::len).collect();
    let loss = RNNTLossConfig::new().with_blank(blank).with_logits(logits).init();
    loss.forward_with_reduction(
        output,
        Tensor::<2, Int>::from_data(padded, &device),
        class_tensor(&vec![time; examples], &device),
        class_tensor(&lengths, &device),
        if sum { Reduction::Sum } else { Reduction::Mean },
    )
}

/// Sequences of one length; what fills up a short one is never read.
fn padded(sequences: &[Vec<usize>], length: usize) -> TensorData {
    let padded = sequences.iter().flat_map(|sequence| {
        let filling = std::iter::repeat_n(0, length - sequence.len());
        sequence.iter().copied().chain(filling).map(|class| class as i64)
    });
    TensorData::new(padded.collect::<Vec<i64>>(), [sequences.len(), length])
}

/// The classes of each example's places that count, as indices of logits: those from the blank on
/// move up by one.
fn sequences(targets: &Targets, blank: usize) -> Vec<Vec<usize>> {
    let Targets::Places { classes, .. } = targets else {
        unreachable!("the subject admits such a loss for places alone");
    };
    let logit = |class: &usize| if *class < blank { *class } else { class + 1 };
    let width = targets.width();
    classes.chunks(width).map(|row| row.iter().flatten().map(logit).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_leave_the_blanks_place_free() {
        let classes = vec![Some(0), Some(2), None, None, Some(1), Some(1)];
        let targets = Targets::Places { classes, shape: vec![3] };
        assert_eq!(sequences(&targets, 0), [vec![1, 3], vec![2, 2]]);
        assert_eq!(sequences(&targets, 1), [vec![0, 3], vec![2, 2]]);
        assert_eq!(sequences(&targets, 3), [vec![0, 2], vec![1, 1]]);
    }
}
