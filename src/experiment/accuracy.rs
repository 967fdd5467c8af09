//! Answers of classes, and the share of right ones.

use crate::data::{Targets, statistics};
use crate::device::DeviceFailure;
use crate::model::{Value, to_f64};
use crate::objective;
use crate::spec::LossKind;

/// One answer: which one (row-major over examples and their labels or places), what is due, and what
/// the model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub index: usize,
    pub due: usize,
    pub given: usize,
}

impl Answer {
    pub fn is_right(&self) -> bool {
        self.due == self.given
    }
}

/// The share of answers (of examples, labels or places that count) that are right. `None` where there
/// is no right or wrong, and where no answer counts.
///
/// # Errors
///
/// When the device fails.
pub fn accuracy(
    kind: &LossKind,
    output: Value,
    targets: &Targets,
) -> Result<Option<f64>, DeviceFailure> {
    let answers = answers(kind, output, targets)?.filter(|answers| !answers.is_empty());
    Ok(answers.map(|answers| {
        let right = answers.iter().filter(|answer| answer.is_right()).count();
        right as f64 / answers.len() as f64
    }))
}

/// The answers that count: the class with the largest output, or the side of the decision that a single
/// output lies on. `None` where there is no right or wrong: for real targets, embeddings and sequences
/// without alignment.
///
/// # Errors
///
/// When the device fails.
pub fn answers(
    kind: &LossKind,
    output: Value,
    targets: &Targets,
) -> Result<Option<Vec<Answer>>, DeviceFailure> {
    let pad_tokens: &[usize] = match kind {
        LossKind::CrossEntropy { pad_tokens, .. } => pad_tokens,
        LossKind::HingeEmbedding { .. }
        | LossKind::CosineEmbedding { .. }
        | LossKind::MarginRanking { .. }
        | LossKind::TripletMargin { .. }
        | LossKind::Ctc { .. }
        | LossKind::Rnnt { .. } => return Ok(None),
        _ => &[],
    };
    let due: Vec<(usize, usize)> = match targets {
        Targets::Classes(_) | Targets::Places { .. } => statistics::counted(targets, pad_tokens),
        Targets::Labels { labels, .. } => labels.iter().copied().enumerate().collect(),
        Targets::Values(_) | Targets::Arrays { .. } => return Ok(None),
    };
    let rows = match targets {
        Targets::Labels { labels, .. } => output.reshape(&[labels.len(), 1]).into_float::<2>(),
        _ => objective::rows(output, targets),
    };
    let [_, width] = rows.dims();
    let outputs = to_f64(rows.try_into_data().map_err(DeviceFailure::from_error)?);
    let predicted = |answer: usize| match &outputs[answer * width..(answer + 1) * width] {
        [score] => usize::from(*score > boundary(kind)),
        scores => argmax(scores),
    };
    let answer = |(index, due)| Answer { index, due, given: predicted(index) };
    Ok(Some(due.into_iter().map(answer).collect()))
}

/// From where on a single output says 1: half for probabilities, 0 for scores.
fn boundary(kind: &LossKind) -> f64 {
    match kind {
        LossKind::BinaryCrossEntropy { logits: false, .. } => 0.5,
        _ => 0.0,
    }
}

/// Index of the largest number, the first of equals.
fn argmax(row: &[f64]) -> usize {
    let first = (0, f64::NEG_INFINITY);
    let best = row
        .iter()
        .copied()
        .enumerate()
        .fold(first, |best, (index, value)| if value > best.1 { (index, value) } else { best });
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices};
    use crate::spec::Task;

    fn share(task: Task, outputs: &[f64], shape: &[usize], targets: &Targets) -> Option<f64> {
        let kind = LossKind::default_for(task);
        let output =
            Value::float(outputs, shape, &Devices::open(DeviceChoice::Cpu).unwrap().reference);
        accuracy(&kind, output, targets).unwrap()
    }

    #[test]
    fn a_row_of_nan_predicts_the_first_class() {
        assert_eq!(argmax(&[f64::NAN, f64::NAN]), 0);
        assert_eq!(argmax(&[0.0, 2.0, 1.0]), 1);
    }

    #[test]
    fn examples_labels_and_places_are_counted() {
        let _alone = crate::device::alone();
        let classes = Targets::Classes(vec![1, 0]);
        let scores = [0.0, 1.0, 2.0, 3.0];
        assert_eq!(share(Task::Classification, &scores, &[2, 2], &classes), Some(0.5));
        assert_eq!(share(Task::BinaryClassification, &[0.1, -0.1], &[2, 1], &classes), Some(1.0));
        let labels = Targets::Labels { labels: vec![1, 0, 0, 0], shape: vec![2] };
        let outputs = [3.0, 1.0, -1.0, -2.0];
        assert_eq!(share(Task::MultiLabelClassification, &outputs, &[2, 2], &labels), Some(0.75));
        let places = Targets::Places { classes: vec![Some(0), None, Some(1)], shape: vec![3] };
        let outputs = [2.0, 1.0, 0.0, 9.0, 5.0, 4.0];
        assert_eq!(share(Task::Classification, &outputs, &[1, 3, 2], &places), Some(0.5));
    }

    #[test]
    fn channels_of_an_image_are_the_classes_of_its_places() {
        let _alone = crate::device::alone();
        let image = Targets::Places { classes: vec![Some(0), Some(1)], shape: vec![1, 2] };
        // Channel 0 is (1, 0), channel 1 is (0, 1).
        let outputs = [1.0, 0.0, 0.0, 1.0];
        assert_eq!(share(Task::Classification, &outputs, &[1, 2, 1, 2], &image), Some(1.0));
    }

    #[test]
    fn real_targets_and_pure_padding_have_none() {
        let _alone = crate::device::alone();
        assert_eq!(share(Task::Regression, &[1.0], &[1, 1], &Targets::Values(vec![1.0])), None);
        let padding = Targets::Places { classes: vec![None], shape: vec![1] };
        assert_eq!(share(Task::Classification, &[1.0, 2.0], &[1, 1, 2], &padding), None);
    }
}
