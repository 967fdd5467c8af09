//! A model at one moment: outputs and gradients of its layers, what single examples make of it, and where
//! in them the evidence for their classes is.

use crate::data::Targets;
use crate::device::{DeviceFailure, Place};
use crate::experiment::backward::{INPUT, backward_of, norm_of};
use crate::experiment::bench::recorded_kind;
use crate::experiment::evidence::ActivationEvidence;
use crate::experiment::{initial, measure};
use crate::model::{Model, NamedGradient, NamedTensor, Pass, Plan, Weights};
use crate::spec::LayerKind;
use crate::subject::{Batch, Subject};

use super::histogram::Histogram;
use measure::Seen;

/// Examples and channels of which activation maps are shown.
const MAP_EXAMPLES: usize = 2;
const MAP_CHANNELS: usize = 16;
/// Numbers of a map that are shown at most.
const MAP_NUMBERS: usize = 256 * 256;

/// What one forward and backward pass shows, with dropout off.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelLook {
    /// Without regularization.
    pub loss: f64,
    pub examples: usize,
    /// In forward order; first the input.
    pub layers: Vec<LayerLook>,
    /// Trainable tensors in the model's order.
    pub tensors: Vec<TensorLook>,
    /// |∂loss/∂input| of each shown example; empty for tokens, and where the model brings its own.
    pub saliency: Vec<Vec<f64>>,
    /// The first and the last output that is an image.
    pub maps: Vec<ActivationMaps>,
    pub class_maps: Option<ClassMaps>,
}

/// The output of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerLook {
    pub numbers: ActivationEvidence,
    pub histogram: Histogram,
}

/// A trainable tensor and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorLook {
    pub tensor: String,
    pub weight_norm: f64,
    pub gradient_norm: f64,
    pub weights: Histogram,
    pub gradient: Histogram,
}

/// Channels of a layer's output for some examples.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivationMaps {
    pub layer: String,
    /// How many channels there are.
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// For each example, the first channels.
    pub examples: Vec<Vec<Vec<f64>>>,
}

/// How much each place of an image speaks for the class of its example.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassMaps {
    pub layer: String,
    pub height: usize,
    pub width: usize,
    /// One for each shown example.
    pub maps: Vec<Vec<f64>>,
}

/// The shown examples first, then others: as many as the initial pass sees.
pub fn sample(subject: &Subject, shown: &[usize]) -> Batch {
    let others = (0..subject.training_examples()).filter(|index| !shown.contains(index));
    let indices: Vec<usize> =
        shown.iter().copied().chain(others).take(initial::EXAMPLES.max(shown.len())).collect();
    subject.batch(&indices)
}

/// Looks at a model that lives at a place. The first examples of the batch, so many, are shown one by one.
///
/// # Errors
///
/// When the device fails.
pub fn look(
    subject: &Subject,
    model: Model,
    place: &Place,
    batch: &Batch,
    shown: usize,
) -> Result<ModelLook, DeviceFailure> {
    let weights = Weights::read(&model)?;
    let pass = backward_of(subject, model, place, batch, Pass::recording())?;
    let outputs = measure::seen(pass.recorded)?;
    let numbers = measure::activations(&outputs, recorded_kind(subject));
    let layers = numbers
        .into_iter()
        .zip(&outputs)
        .map(|(numbers, output)| LayerLook { numbers, histogram: Histogram::of(&output.numbers) });
    let of_input = pass.gradients.iter().find(|gradient| gradient.path == INPUT);
    let parameters = pass.gradients.iter().filter(|gradient| gradient.path != INPUT);
    Ok(ModelLook {
        loss: pass.loss,
        examples: batch.size(),
        layers: layers.collect(),
        tensors: parameters.filter_map(|gradient| tensor(gradient, &weights)).collect(),
        saliency: of_input.map_or_else(Vec::new, |gradient| saliency(gradient, batch, shown)),
        maps: maps(&outputs, shown),
        class_maps: class_maps(subject, &weights, &outputs, batch, shown),
    })
}

fn tensor(gradient: &NamedGradient, weights: &Weights) -> Option<TensorLook> {
    let own = weights.tensors.iter().find(|tensor| tensor.path == gradient.path)?;
    Some(TensorLook {
        tensor: own.path.clone(),
        weight_norm: measure::norm(&own.values),
        gradient_norm: norm_of(gradient),
        weights: Histogram::of(&own.values),
        gradient: Histogram::of(gradient.values.as_deref().unwrap_or_default()),
    })
}

/// The sizes of the gradient's numbers, example by example.
fn saliency(gradient: &NamedGradient, batch: &Batch, shown: usize) -> Vec<Vec<f64>> {
    let Some(values) = &gradient.values else { return Vec::new() };
    let length = values.len() / batch.size().max(1);
    let sizes = |example: &[f64]| example.iter().map(|number| number.abs()).collect();
    values.chunks(length.max(1)).take(shown).map(sizes).collect()
}

/// Channels, height and width of an output of images.
fn image(output: &Seen) -> Option<[usize; 3]> {
    match *output.shape {
        [_, channels, height, width] if height * width > 1 => Some([channels, height, width]),
        _ => None,
    }
}

fn maps(outputs: &[Seen], shown: usize) -> Vec<ActivationMaps> {
    let images = outputs.iter().filter(|output| output.path != INPUT);
    let mut images = images.filter_map(|output| Some((output, image(output)?)));
    let first = images.next();
    let both = first.into_iter().chain(images.next_back());
    let fitting = both.filter(|(_, [_, height, width])| height * width <= MAP_NUMBERS);
    let maps = fitting.map(|(output, [channels, height, width])| {
        let area = height * width;
        let examples = output.numbers.chunks(channels * area).take(shown.min(MAP_EXAMPLES));
        let channels_of = |example: &[f64]| {
            example.chunks(area).take(MAP_CHANNELS).map(<[f64]>::to_vec).collect()
        };
        ActivationMaps {
            layer: output.path.clone(),
            channels,
            height,
            width,
            examples: examples.map(channels_of).collect(),
        }
    });
    maps.collect()
}

/// Class activation maps (B. Zhou, A. Khosla, A. Lapedriza, A. Oliva and A. Torralba, "Learning Deep
/// Features for Discriminative Localization", 2016): at each place the sum over channels of the output
/// times the weight with which the head reads it for the example's class. Theirs are of heads behind a
/// mean over all places; where a head reads each place by itself, it has weights for each place.
fn class_maps(
    subject: &Subject,
    weights: &Weights,
    outputs: &[Seen],
    batch: &Batch,
    shown: usize,
) -> Option<ClassMaps> {
    let term = subject.spec.loss.terms.first()?;
    let Targets::Classes(classes) = batch.targets(&term.compared)? else { return None };
    let head = subject.output_path(term)?;
    let layer = last_image(subject.declared()?, head)?;
    let output = outputs.iter().find(|output| output.path == layer)?;
    let [channels, height, width] = image(output)?;
    let path = format!("{head}.weight");
    let weight = weights.tensors.iter().find(|tensor| tensor.path == path)?;
    let maps = output.numbers.chunks(channels * height * width).zip(classes).take(shown);
    let maps = maps.map(|(numbers, class)| evidence(numbers, channels, weight, *class));
    Some(ClassMaps { layer, height, width, maps: maps.collect::<Option<Vec<_>>>()? })
}

/// The layer whose output a linear head reads, where in between nothing happens but means and changes of
/// shape.
fn last_image(plan: &Plan, head: &str) -> Option<String> {
    let end = plan.layers.iter().position(|layer| layer.path == head)?;
    if !matches!(plan.layers[end].kind, LayerKind::Linear { .. }) {
        return None;
    }
    let is_passage = |kind: &LayerKind| {
        matches!(kind, LayerKind::Flatten | LayerKind::Dropout { .. } | LayerKind::Squeeze { .. })
            || matches!(kind, LayerKind::AdaptiveAvgPool { output } if output.iter().all(|size| *size == 1))
    };
    let mut before = plan.layers[..end].iter().rev().skip_while(|layer| is_passage(&layer.kind));
    before.next().map(|layer| layer.path.clone())
}

/// Of `[channels, places]` numbers what they say for a class, place by place.
fn evidence(
    numbers: &[f64],
    channels: usize,
    weight: &NamedTensor,
    class: usize,
) -> Option<Vec<f64>> {
    let &[inputs, outputs] = weight.shape.as_slice() else { return None };
    // One score speaks for the second of two classes.
    let (column, sign) = match outputs {
        1 => (0, if class == 0 { -1.0 } else { 1.0 }),
        _ => (class, 1.0),
    };
    if column >= outputs || !(inputs == channels || inputs == numbers.len()) {
        return None;
    }
    let area = numbers.len() / channels.max(1);
    let mut map = vec![0.0; area];
    for (index, number) in numbers.iter().enumerate() {
        let input = if inputs == channels { index / area } else { index };
        map[index % area] += sign * number * weight.values[input * outputs + column];
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(shape: [usize; 2], values: &[f64]) -> NamedTensor {
        NamedTensor {
            path: "head.weight".to_owned(),
            shape: shape.to_vec(),
            trainable: true,
            values: values.to_vec(),
        }
    }

    #[test]
    fn evidence_is_what_the_head_makes_of_each_place() {
        // Two channels of two places; behind a mean the head has a weight for each channel.
        let numbers = [1.0, 2.0, 3.0, 4.0];
        let of_means = weight([2, 2], &[0.0, 10.0, 0.0, 1.0]);
        assert_eq!(evidence(&numbers, 2, &of_means, 1), Some(vec![13.0, 24.0]));
        let of_places = weight([4, 1], &[1.0, 0.0, 0.0, 2.0]);
        assert_eq!(evidence(&numbers, 2, &of_places, 1), Some(vec![1.0, 8.0]));
        assert_eq!(evidence(&numbers, 2, &of_places, 0), Some(vec![-1.0, -8.0]));
        assert_eq!(evidence(&numbers, 2, &weight([3, 1], &[0.0; 3]), 0), None);
    }

    #[test]
    fn the_first_and_the_last_image_are_shown() {
        let seen = |path: &str, shape: &[usize]| Seen {
            path: path.to_owned(),
            shape: shape.to_vec(),
            numbers: vec![1.0; shape.iter().product()],
        };
        let outputs = [
            seen("input", &[2, 1, 4, 4]),
            seen("conv", &[2, 3, 4, 4]),
            seen("pool", &[2, 3, 2, 2]),
            seen("mean", &[2, 3, 1, 1]),
            seen("head", &[2, 5]),
        ];
        let found = maps(&outputs, 1);
        let names: Vec<_> = found.iter().map(|maps| (&*maps.layer, maps.examples.len())).collect();
        assert_eq!(names, [("conv", 1), ("pool", 1)]);
        assert_eq!(found[0].examples[0], vec![vec![1.0; 16]; 3]);
    }
}
